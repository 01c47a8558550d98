"""What a FHIR dosage says: in words, and from when to when."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from fhir.times import moment_range, moment_text
from patients.chart.concepts import words_of
from patients.models import MedicationAdministration, MedicationRequest

# FHIR R5's MedicationRequest.statusChanged, in the form R4 resources carry it.
STATUS_CHANGED = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationRequest.statusChanged"
)
# For which due time a dose was given or withheld; FHIR has no element for it.
DUE_AT = "urn:chartwave:due-at"
DAYS = {
    "s": Decimal(1) / 86400,
    "min": Decimal(1) / 1440,
    "h": Decimal(1) / 24,
    "d": Decimal(1),
    "wk": Decimal(7),
    "mo": Decimal(30),
    "a": Decimal(365),
}
UNIT_WORDS = {"h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year", "min": "minute"}


def request_times(order: MedicationRequest) -> None:
    """Fill the columns that say from when to when an order runs, and when its status changed."""
    spans = [span(dosage, order.authored_at) for dosage in order.dosages or []]
    starts = [start for start, _end in spans if start is not None]
    ends = [end for _start, end in spans if end is not None]
    order.starts_at = min(starts) if starts else order.authored_at
    order.ends_at = max(ends) if ends and len(ends) == len(spans) else None
    if order.starts_at is None or (order.ends_at and order.ends_at < order.starts_at):
        order.ends_at = None  # an end before the start tells nothing; the order stays listed
    order.status_changed_at = extension_moment(order.extensions, STATUS_CHANGED)


def administration_times(dose: MedicationAdministration) -> None:
    """Fill the column that says for which due time a dose was."""
    dose.due_at = extension_moment(dose.extensions, DUE_AT)


def span(
    dosage: Mapping[str, Any], from_: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """First and last moment of a dosage; None where it does not say."""
    repeat = repeat_of(dosage)
    period = repeat.get("boundsPeriod") or {}
    start = moment_range(str(period.get("start", "")))[0] or from_
    if period.get("end"):
        return start, moment_range(str(period["end"]))[1]
    length = repeat.get("boundsDuration") or (repeat.get("boundsRange") or {}).get("high") or {}
    return start, after(start, length)


def repeat_of(dosage: Mapping[str, Any]) -> dict[str, Any]:
    """``timing.repeat`` of a dosage, empty where there is none."""
    timing = dosage.get("timing")
    repeat = timing.get("repeat") if isinstance(timing, dict) else None
    return repeat if isinstance(repeat, dict) else {}


def after(start: datetime | None, length: Mapping[str, Any]) -> datetime | None:
    """``start`` plus a FHIR Duration."""
    value, unit = length.get("value"), DAYS.get(str(length.get("code") or length.get("unit")))
    if start is None or unit is None or not isinstance(value, int | Decimal):
        return None
    try:
        return start + timedelta(days=float(value * unit))
    except (OverflowError, ValueError):
        return None


def bounded(dosage: dict[str, Any], start: datetime, end: datetime | None) -> dict[str, Any]:
    """``dosage`` from ``start`` to ``end``, in place of a bare length."""
    period = {"start": moment_text(start)} | ({"end": moment_text(end)} if end else {})
    repeat = {k: v for k, v in repeat_of(dosage).items() if not k.startswith("bounds")}
    timing = (dosage.get("timing") or {}) | {"repeat": {"boundsPeriod": period} | repeat}
    return dosage | {"timing": timing}


def extension_moment(extensions: Iterable[Any] | None, url: str) -> datetime | None:
    """The dateTime of the extension ``url``."""
    for extension in extensions or []:
        if isinstance(extension, dict) and extension.get("url") == url:
            return moment_range(str(extension.get("valueDateTime", "")))[0]
    return None


def with_moment(extensions: Iterable[Any] | None, url: str, at: datetime) -> list[Any]:
    """``extensions`` with the dateTime of ``url`` set to ``at``; the others stay."""
    others = [each for each in extensions or [] if each.get("url") != url]
    return [*others, {"url": url, "valueDateTime": moment_text(at)}]


def dosages_words(dosages: Iterable[Mapping[str, Any]] | None) -> str:
    """All dosages of an order in words; empty where none says anything."""
    return "; ".join(filter(None, map(dosage_words, dosages or [])))


def dosage_words(dosage: Mapping[str, Any]) -> str:
    """A dosage in words: as written, else from its parts."""
    if dosage.get("text"):
        return str(dosage["text"])
    rates = dosage.get("doseAndRate") or [{}]
    amount = amount_words(rates[0].get("doseQuantity") or rates[0].get("rateQuantity") or {})
    parts = (amount, words_of(dosage.get("route")), timing_words(dosage.get("timing") or {}))
    said = " ".join(filter(None, parts))
    extra = ", ".join(map(words_of, dosage.get("additionalInstruction") or []))
    return ". ".join(filter(None, (said, extra)))


def amount_words(quantity: Mapping[str, Any]) -> str:
    """A dose as recorded; a number without its unit says that the unit is missing."""
    if "value" not in quantity:
        return ""
    unit = quantity.get("unit") or quantity.get("code") or _("(unit not recorded)")
    return f"{quantity.get('comparator', '')}{quantity['value']} {unit}"


def timing_words(timing: Mapping[str, Any]) -> str:
    """How often: as coded or written, else from the repeat."""
    if said := words_of(timing.get("code")):
        return said
    repeat = timing.get("repeat") or {}
    if "frequency" not in repeat or "period" not in repeat:
        return ""
    times, period = repeat["frequency"], repeat["period"]
    unit = UNIT_WORDS.get(str(repeat.get("periodUnit")), str(repeat.get("periodUnit", "")))
    every = unit if period == 1 else f"{period} {unit}s"
    return _("%(times)s × every %(period)s") % {"times": times, "period": every}


def is_as_needed(dosage: Mapping[str, Any]) -> bool:
    """Taken only when needed."""
    return dosage.get("asNeededBoolean") is True or "asNeededCodeableConcept" in dosage
