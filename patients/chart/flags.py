"""What everybody must know before they act: the second line of the banner, and the flags page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.together import Loading
from patients.chart.concepts import name_of, noted
from patients.models import Encounter, Flag, Observation, Patient
from patients.models.flags import (
    BY_ID,
    ISOLATION,
    KINDS,
    OTHER,
    PACEMAKER,
    PREGNANCY,
    RESUSCITATION,
)

WEIGHT, PREGNANCY_STATUS = "29463-7", "82810-3"
PRINTED = {"[lb_av]": "lb"}
# v3-ActCode classes of people who should have a bed.
IN_A_BED = ("IMP", "ACUTE", "NONAC", "OBSENC")
MAY_BE_PREGNANT_YEARS = range(10, 61)


def banner_flags(patient: Patient) -> Loading[list[dict[str, str]]]:
    """Label, value and kind of each thing on the banner's second line.

    Resuscitation stands first, also when nobody recorded it. What else was never recorded is
    named in one item at the end: the absence of a flag is no statement.
    """
    found = yield {"flags": Flag.objects.of(patient).standing(), "known": _knowing(patient)}
    standing, known = found["flags"], _known(found["known"][0])
    items = [_resuscitation([f for f in standing if f.kind == RESUSCITATION])]
    if known["bed"] or known["stays"]:
        items.append(_item(_("Bed"), known["bed"] or _("Not recorded")))
    missing = []
    for kind in (PREGNANCY, PACEMAKER, ISOLATION):
        said = _kind(kind, [f for f in standing if f.kind == kind], known)
        if said:
            items.append(said)
        elif kind != PREGNANCY or may_be_pregnant(patient):
            missing.append(str(BY_ID[kind].label).lower())
    items += [
        _item(_label(flag), flag_words(flag), "warn")
        for flag in standing
        if flag.kind not in (RESUSCITATION, PREGNANCY, PACEMAKER, ISOLATION)
    ]
    if known["weight"]:
        items.append(_item(_("Weight"), _dated(*known["weight"])))
    else:
        missing.append(_("weight"))
    return items + ([_item(_("Not recorded"), ", ".join(missing), "unknown")] if missing else [])


def _item(label: Any, value: str, kind: str = "") -> dict[str, str]:
    return {"label": str(label), "value": value, "kind": kind}


def _label(flag: Flag) -> str:
    return str(BY_ID.get(flag.kind, BY_ID[OTHER]).label)


def flag_words(flag: Flag) -> str:
    """What a flag says, in full also where its code is not known here; a doubt is added."""
    words = noted(name_of(flag, "code"), flag)
    return words if flag.status == "active" else f"{words} ({_('status not recorded')})"


def _resuscitation(standing: list[Flag]) -> dict[str, str]:
    label = BY_ID[RESUSCITATION].label
    if not standing:
        return _item(label, _("Not recorded"), "unknown")
    words = [flag_words(flag) for flag in standing]
    if len(words) > 1:
        return _item(label, _("Contradictory: %s") % " / ".join(words), "danger")
    return _item(label, words[0], "danger")


def _kind(kind: str, standing: list[Flag], known: dict[str, Any]) -> dict[str, str] | None:
    """A kind's item: its flags, else what was observed, else None: never recorded."""
    label = BY_ID[kind].label
    if standing:
        return _item(label, ", ".join(map(flag_words, standing)), "warn")
    if kind == PREGNANCY and known["pregnancy"]:
        words, at = known["pregnancy"]
        return _item(label, _dated(words, at), "warn" if words.lower() == "pregnant" else "")
    return None


def _dated(words: str, at: datetime) -> str:
    return f"{words} ({timezone.localtime(at):%d-%b-%Y})"


def _knowing(patient: Patient) -> Any:
    """Bed, newest weight and newest pregnancy status: one row of short index walks."""
    stay = Encounter.objects.filter(patient=OuterRef("pk")).open().order_by("-start", "-id")
    return (
        Patient.objects.filter(pk=patient.pk)
        .only("pk")
        .annotate(
            stay=Subquery(stay.values("class_code")[:1]),
            bed=Subquery(stay.values("location__name")[:1]),
            weight=_newest(WEIGHT, Cast("value", TextField())),
            pregnancy=_newest(
                PREGNANCY_STATUS, Coalesce("value_concept_text", "value_concept_display")
            ),
        )
    )


def _known(row: Any) -> dict[str, Any]:
    weight, pregnancy = row.weight, row.pregnancy
    unit = PRINTED.get(weight["unit"], weight["unit"]) if weight else ""
    return {
        "stays": row.stay in IN_A_BED,
        "bed": row.bed,
        "weight": (f"{weight['said']} {unit}", _moment(weight)) if weight else None,
        "pregnancy": (pregnancy["said"], _moment(pregnancy)) if pregnancy else None,
    }


def _newest(code: str, said: Any) -> Subquery:
    """The newest accepted observation of ``code``, as JSON of what it says, unit and time."""
    rows = (
        Observation.objects.filter(
            patient=OuterRef("pk"), code_code=code, effective_start__isnull=False
        )
        .standing()
        .exclude(status="preliminary")
        .order_by("-effective_start", "-id")
    )
    shape = JSONObject(said=said, unit="value_ucum", at="effective_start")
    return Subquery(rows.values(shape=shape)[:1])


def _moment(found: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(found["at"])


def may_be_pregnant(patient: Patient) -> bool:
    """Neither sex nor age says that it cannot be; unknown is not "no"."""
    if patient.gender == "male":
        return False
    born = patient.birth_date_low
    return born is None or (timezone.localdate() - born).days // 365 in MAY_BE_PREGNANT_YEARS


@dataclass(frozen=True)
class FlagRow:
    """One flag of the flags page."""

    id: UUID
    version: int
    label: str
    text: str
    status: str
    start: datetime | None
    end: datetime | None
    by: str
    reasons: list[str]
    standing: bool
    in_error: bool
    uncoded: bool


def flags(patient: Patient) -> dict[str, Any]:
    """Flags in force, and those that ended or were entered in error."""
    rows = Flag.objects.of(patient).order_by("-start", "-id")
    now = set(Flag.objects.of(patient).standing().values_list("pk", flat=True))
    shown = [_flag_row(flag, standing=flag.pk in now) for flag in rows]
    return {
        "flags_standing": [row for row in shown if row.standing],
        "flags_over": [row for row in shown if not row.standing],
        "kinds": KINDS,
    }


def _flag_row(flag: Flag, *, standing: bool) -> FlagRow:
    return FlagRow(
        id=flag.id,
        version=flag.version,
        label=_label(flag),
        text=noted(name_of(flag, "code"), flag),
        status=flag.status or "unknown",
        start=flag.start,
        end=flag.end,
        by=str((flag.author or {}).get("display", "")),
        reasons=[note["text"] for note in flag.notes],
        standing=standing,
        in_error=flag.status == "entered-in-error",
        uncoded=not flag.code_code,
    )
