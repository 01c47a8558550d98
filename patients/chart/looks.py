"""Who looked at a chart, when, from where and why: rows of the audit trail in words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import AuditEvent, Client, Membership, User
from accounts.trail.actions import actions_where, kind_of
from fhir.principal import Principal
from fhir.registry import mapping
from patients.models import BreakGlass, Patient
from patients.reviewing import trail_read_by

PAGE = 50
MOST_PEOPLE = 200
# How far back lists are searched for a patient who merely stood in them.
LISTS_DAYS = 90
BROKEN = "BTG"

# What was done, as ``accounts.trail.actions`` sorts it.
WORDS: dict[str, str | Promise] = {
    "read": gettext_lazy("Opened"),
    "search": gettext_lazy("Searched"),
    "create": gettext_lazy("Wrote"),
    "update": gettext_lazy("Changed"),
    "delete": gettext_lazy("Removed"),
    "sign": gettext_lazy("Signed or confirmed"),
    "print": gettext_lazy("Printed"),
    "export": gettext_lazy("Took a copy"),
    "disclose": gettext_lazy("Sent to another system"),
    "import": gettext_lazy("Took in from elsewhere"),
    "break-glass": gettext_lazy("Broke the glass"),
    "audit": gettext_lazy("Reviewed the looks"),
    "admin": gettext_lazy("Administered"),
    "sign-in": gettext_lazy("Signed in"),
    "sign-out": gettext_lazy("Signed out"),
    "other": gettext_lazy("Other"),
}
OUTCOMES: dict[str, str | Promise] = {
    "refused": gettext_lazy("refused"),
    "failed": gettext_lazy("failed"),
}


@dataclass(frozen=True)
class Wish:
    """Which looks are asked for.

    Attributes:
        since: From this moment on; None from the first.
        until: Before this moment; None to the last.
        who: Label of a principal; empty for everybody.
        what: A key of ``WORDS``; empty for everything.
        broken: Only through a broken glass.
        lists: Also lists and searches in which the patient stood among others.
    """

    since: datetime | None = None
    until: datetime | None = None
    who: str = ""
    what: str = ""
    broken: bool = False
    lists: bool = False


@dataclass(frozen=True)
class Look:
    """One look, in words.

    Attributes:
        at: When.
        who: Name of the person, program or device.
        role: What they were here then; empty for what is no person.
        word: What they did.
        action: The same as the trail names it.
        what: What of: types of records and how many.
        why: Reason of a broken glass; empty for treatment as usual.
        words: What the person wrote as the reason.
        network: The address it came from.
        outcome: Empty where it was done; else why not.
        listed: The patient only stood in a list.
    """

    at: datetime
    who: str
    role: str
    word: str
    action: str
    what: str
    why: str
    words: str
    network: str
    outcome: str
    listed: bool


@dataclass(frozen=True)
class Page:
    """Looks, newest first, and where the older ones begin."""

    looks: list[Look] = field(default_factory=list)
    older: tuple[datetime, UUID] | None = None


def looks_at(
    by: Principal, patient: Patient, wish: Wish, after: tuple[datetime | None, UUID] | None = None
) -> Page:
    """A page of looks at ``patient`` that the privacy officer ``by`` may know of."""
    rows = _rows(by, patient, wish)
    if after is not None:
        at, key = after
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=key))
    found = list(rows.order_by("-at", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    older = (shown[-1].at, shown[-1].pk) if len(found) > PAGE else None
    return Page(list(in_words(shown, patient)), older)


def all_looks(by: Principal, patient: Patient, wish: Wish, most: int) -> list[Look]:
    """The newest ``most`` looks, for paper."""
    rows = list(_rows(by, patient, wish).order_by("-at", "-pk")[:most])
    return list(in_words(rows, patient))


def people_who_looked(by: Principal, patient: Patient) -> list[tuple[str, str]]:
    """Label and name of everybody who looked, for a list to choose from."""
    rows = AuditEvent.objects.filter(trail_read_by(by), patient_id=patient.pk)
    labels = list(rows.order_by().values_list("principal", flat=True).distinct()[:MOST_PEOPLE])
    names = _names(labels)
    return sorted(((each, names[each]) for each in labels), key=lambda pair: pair[1].casefold())


def _rows(by: Principal, patient: Patient, wish: Wish) -> QuerySet[AuditEvent]:
    about = Q(patient_id=patient.pk)
    if wish.lists:
        earliest = wish.since or timezone.now() - timedelta(days=LISTS_DAYS)
        among = Q(patient_id=None, at__gte=earliest, entities__contains=[patient.reference])
        about |= among
    asked = {
        "at__gte": wish.since,
        "at__lt": wish.until,
        "principal": wish.who,
        "action__in": actions_where(word=wish.what) if wish.what else None,
        "purpose": BROKEN if wish.broken else None,
    }
    given = {name: value for name, value in asked.items() if value not in (None, "")}
    return AuditEvent.objects.filter(trail_read_by(by), about, **given)


def in_words(rows: Sequence[AuditEvent], patient: Patient) -> Iterator[Look]:
    """Rows as a person reads them; names are looked up together."""
    names = _names({row.principal for row in rows})
    roles = _Roles(rows)
    glasses = list(BreakGlass.objects.filter(patient=patient)) if _any_broken(rows) else []
    for row in rows:
        glass = _glass(row, glasses)
        yield Look(
            at=row.at,
            who=names[row.principal],
            role=roles.of(row),
            word=str(WORDS[kind_of(row.action).word]),
            action=row.action,
            what=_what(row),
            why=glass.get_reason_display() if glass else _("Emergency") if row.purpose else "",
            words=glass.words if glass else "",
            network=row.network,
            outcome=str(OUTCOMES.get(row.outcome, "")),
            listed=row.patient_id is None,
        )


def _any_broken(rows: Iterable[AuditEvent]) -> bool:
    return any(row.purpose == BROKEN for row in rows)


def _glass(row: AuditEvent, glasses: Iterable[BreakGlass]) -> BreakGlass | None:
    """The broken glass through which somebody looked."""
    if row.purpose != BROKEN:
        return None
    mine = (each for each in glasses if f"user:{each.user_id}" == row.principal)
    return next((each for each in mine if each.began <= row.at < each.until), None)


def _what(row: AuditEvent) -> str:
    """Types of what was touched with their number; never what it says."""
    types = Counter(reference.partition("/")[0] for reference in row.entities)
    return ", ".join(f"{type_} × {n}" if n > 1 else type_ for type_, n in sorted(types.items()))


def _names(labels: Iterable[str]) -> dict[str, str]:
    """What each principal is called; its own words where nobody of that key is known."""
    keys: dict[str, set[str]] = {"user": set(), "client": set(), "device": set()}
    found: dict[str, str] = {}
    for label in labels:
        kind, _colon, key = label.partition(":")
        found[label] = label
        if kind == "system":
            found[label] = _("Chartwave itself")
        keys.get(kind, set()).add(key)
    people = User.objects.filter(pk__in=_uuids(keys["user"]))
    found |= {f"user:{each.pk}": each.get_full_name() for each in people}
    programs = Client.objects.filter(client_id__in=keys["client"])
    found |= {f"client:{each.client_id}": _("Program: %s") % each.name for each in programs}
    devices = mapping("Device").model.objects.filter(pk__in=_uuids(keys["device"]))
    return found | {f"device:{each.pk}": _("Device: %s") % each for each in devices}


def _uuids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


class _Roles:
    """What people were at which facility when they looked."""

    def __init__(self, rows: Iterable[AuditEvent]) -> None:
        users = {row.principal.partition(":")[2] for row in rows}
        held = Membership.objects.filter(user__in=_uuids(users)).select_related("facility")
        self._held: dict[str, list[Membership]] = {}
        for each in held.order_by("start", "pk"):
            self._held.setdefault(f"user:{each.user_id}", []).append(each)

    def of(self, row: AuditEvent) -> str:
        then = [
            each
            for each in self._held.get(row.principal, [])
            if each.start <= row.at and (each.end is None or row.at < each.end)
        ]
        said = [f"{each.get_role_display()}, {each.facility.name}" for each in then]
        return "; ".join(dict.fromkeys(said))


@dataclass(frozen=True)
class Day:
    """What one person did in one way on one day: how a patient reads it."""

    first: datetime
    last: datetime
    count: int
    look: Look

    def __str__(self) -> str:
        """What was done, and how often."""
        said = (
            self.look.word if not self.look.outcome else f"{self.look.word} ({self.look.outcome})"
        )
        times = ngettext("once", "%(count)s times", self.count) % {"count": self.count}
        return f"{said}, {times}"


def by_day(looks: Iterable[Look]) -> list[Day]:
    """Looks of one person, kind and reason on one day together; newest day first."""
    found: dict[Any, list[Look]] = {}
    for each in looks:
        day = timezone.localtime(each.at).date()
        key = (day, each.who, each.role, each.word, each.why, each.outcome, each.listed)
        found.setdefault(key, []).append(each)
    return [Day(some[-1].at, some[0].at, len(some), some[0]) for some in found.values()]
