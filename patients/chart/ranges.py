"""What a value is against its reference range: flags, and where they come from."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from patients.models import Observation, Patient, ReferenceRange

CRITICAL = frozenset({"LL", "HH", "AA"})
# What a sender may say (FHIR ObservationInterpretation), and the flag it is here. N says normal.
SAID = {
    **{code: code for code in ("LL", "HH", "L", "H", "A", "AA")},
    "<": "L",
    ">": "H",
    "LU": "L",
    "HU": "H",
    "N": "",
}
SEVERITY = ("AA", "LL", "HH", "A", "L", "H", "")
NORMAL = "normal"


@dataclass(frozen=True)
class Bounds:
    """Low and high of a usual or critical range; None where it has no such end."""

    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Assessment:
    """What is known of one value.

    Attributes:
        flag: ``LL L H HH A AA`` or empty. Empty alone does not mean normal.
        critical: Somebody has to know at once.
        range_text: The range in words; empty where there is none.
        range_source: ``report`` for the result's own, ``local`` for this house's, else empty.
        flag_source: ``sender``, ``report``, ``local`` or empty.
        bounds: The range in numbers, for a trend.
    """

    flag: str = ""
    critical: bool = False
    range_text: str = ""
    range_source: str = ""
    flag_source: str = ""
    bounds: Bounds = Bounds()


class LocalRanges:
    """The ranges of this house for one patient, read once for all tests of a page."""

    def __init__(self, patient: Patient | None, codes: Iterable[str]) -> None:
        self.patient = patient
        self.rows: dict[str, list[ReferenceRange]] = defaultdict(list)
        if patient is not None:
            self.know(ranges_of(codes))

    def know(self, rows: Iterable[ReferenceRange]) -> None:
        """Add ranges that were read along with something else."""
        for row in rows:
            self.rows[row.code].append(row)

    @classmethod
    def of_many(
        cls, patients: Iterable[Patient], codes: Iterable[str]
    ) -> dict[UUID, "LocalRanges"]:
        """The same for results of several patients, in one query."""
        shared = cls(None, ())
        shared.know(ranges_of(codes))
        found: dict[UUID, LocalRanges] = {}
        for patient in patients:
            found[patient.pk] = one = cls(patient, ())
            one.rows = shared.rows
        return found

    def range_of(self, observation: Observation) -> ReferenceRange | None:
        """The range that fits code, unit, age and sex, a facility's own first; else None."""
        if self.patient is None:
            return None
        unit = observation.value_ucum or observation.value_unit
        days = age_in_days(self.patient, observation)
        sex = clinical_sex(self.patient)
        places = (None, facility_of(self.patient, observation))
        fitting = [
            row
            for row in self.rows.get(observation.code_code, ())
            if row.unit == unit and row.facility_id in places and fits(row, days, sex)
        ]
        fitting.sort(key=lambda row: (row.facility_id is None, row.sex == "", -row.age_from_days))
        return fitting[0] if fitting else None


def ranges_of(codes: Iterable[str]) -> QuerySet[ReferenceRange]:
    """This house's ranges for tests."""
    return ReferenceRange.objects.filter(code__in=set(codes) - {""})


def facility_of(patient: Patient, observation: Observation) -> UUID | None:
    """Where the result was asked for, as far as it was read along; else where they belong."""
    visit = observation._state.fields_cache.get("encounter")
    return visit.organization_id if visit is not None else patient.managing_organization_id


def clinical_sex(patient: Patient) -> str:
    """The sex that ranges go by; empty where it is neither female nor male, or not known."""
    said = getattr(patient, "sex_for_clinical_use", "") or patient.gender
    return said if said in ("female", "male") else ""


def age_in_days(patient: Patient, observation: Observation) -> tuple[int, int] | None:
    """Youngest and oldest that the patient can have been; None without a birth date."""
    if patient.birth_date_low is None or patient.birth_date_high is None:
        return None
    on = _day(observation)
    return (on - patient.birth_date_high).days, (on - patient.birth_date_low).days


def _day(observation: Observation) -> date:
    at = observation.effective_start or observation.issued_at or timezone.now()
    return timezone.localtime(at).date()


def fits(row: ReferenceRange, days: tuple[int, int] | None, sex: str) -> bool:
    """Whether the range is certainly for this age and sex; unknown never fits."""
    if days is None or (row.sex and row.sex != sex):
        return False
    youngest, oldest = days
    before_end = row.age_to_days is None or oldest < row.age_to_days
    return youngest >= row.age_from_days and before_end


def assess(observation: Observation, local: LocalRanges | None = None) -> Assessment:
    """The sender's word first, then the result's own range, then this house's, labelled.

    A critical limit of this house also raises a flag that a range alone gave.
    """
    own, own_text = own_range(observation)
    ours = local.range_of(observation) if local else None
    said = interpretation(observation)
    if own_text:
        bounds, text, source = own or Bounds(), own_text, "report"
    elif ours is not None:
        bounds = Bounds(ours.low, ours.high)
        text, source = bounds_text(bounds), "local"
    else:
        bounds, text, source = Bounds(), "", ""
    if said is not None:
        flag, flag_source = said, "sender"
    else:
        flag, flag_source = beyond(observation, bounds, "L", "H"), source
        limit = _critical(observation, ours)
        if limit:
            flag, flag_source = limit, "local"
    return Assessment(
        flag=flag,
        critical=flag in CRITICAL,
        range_text=text,
        range_source=source,
        flag_source=flag_source if flag else "",
        bounds=bounds,
    )


def _critical(observation: Observation, ours: ReferenceRange | None) -> str:
    if ours is None:
        return ""
    limits = Bounds(ours.critical_low, ours.critical_high)
    return beyond(observation, limits, "LL", "HH", inclusive=True)


def beyond(
    observation: Observation, bounds: Bounds, below: str, above: str, *, inclusive: bool = False
) -> str:
    """``below`` or ``above`` where the value is certainly outside ``bounds``; else empty.

    ``<3`` is below 3.5, and says nothing about a low of 2: what is not certain has no flag.
    """
    value, comparator = observation.value, observation.value_comparator
    if value is None:
        return ""
    if bounds.low is not None and comparator in ("", "<", "<="):
        reached = value <= bounds.low if inclusive or comparator == "<" else value < bounds.low
        if reached:
            return below
    if bounds.high is not None and comparator in ("", ">", ">="):
        reached = value >= bounds.high if inclusive or comparator == ">" else value > bounds.high
        if reached:
            return above
    return ""


def interpretation(observation: Observation) -> str | None:
    """The worst of what the sender said; None where they said nothing that is understood."""
    said = [
        SAID[coding["code"]]
        for concept in observation.interpretations or []
        for coding in concept.get("coding") or []
        if coding.get("code") in SAID
    ]
    return min(said, key=SEVERITY.index) if said else None


def own_range(observation: Observation) -> tuple[Bounds | None, str]:
    """The result's own usual range and its words; no numbers where they cannot be compared.

    Several ranges (by sex, by phase of the cycle) are all shown, and none of them flags.
    """
    usual = [row for row in observation.reference_ranges or [] if _is_usual(row)]
    words = "; ".join(filter(None, map(range_words, usual)))
    if len(usual) != 1 or not _same_unit(usual[0], observation):
        return None, words
    low, high = (_number(usual[0], side) for side in ("low", "high"))
    return Bounds(low, high), words


def _is_usual(row: dict[str, Any]) -> bool:
    codings = (row.get("type") or {}).get("coding") or []
    return not codings or any(coding.get("code") == NORMAL for coding in codings)


def _same_unit(row: dict[str, Any], observation: Observation) -> bool:
    """A limit without a unit is in the result's; one with another unit is not compared."""
    ours = {observation.value_ucum, observation.value_unit} - {""}
    for side in ("low", "high"):
        limit = row.get(side) or {}
        theirs = {limit.get("code", ""), limit.get("unit", "")} - {""}
        if theirs and ours.isdisjoint(theirs):
            return False
    return True


def _number(row: dict[str, Any], side: str) -> Decimal | None:
    value = (row.get(side) or {}).get("value")
    return None if value is None else Decimal(value)


def range_words(row: dict[str, Any]) -> str:
    """One FHIR referenceRange in words."""
    if row.get("text"):
        return str(row["text"])
    return bounds_text(Bounds(_number(row, "low"), _number(row, "high")))


def bounds_text(bounds: Bounds) -> str:
    """A range in words.

    >>> bounds_text(Bounds(Decimal("3.50"), Decimal("5.0"))), bounds_text(Bounds(None, Decimal(5)))
    ('3.50–5.0', 'up to 5')
    """
    low, high = (_short(side) for side in (bounds.low, bounds.high))
    if low and high:
        return f"{low}–{high}"
    if high:
        return f"up to {high}"
    return f"{low} and more" if low else ""


def _short(number: Decimal | None) -> str:
    """Without the zeros that a column of six decimals adds.

    >>> _short(Decimal("0.700000")), _short(Decimal("120.000000")), _short(Decimal("5.0"))
    ('0.7', '120', '5.0')
    """
    if number is None:
        return ""
    text = f"{number:f}"
    exponent = number.as_tuple().exponent
    if exponent == -6:  # as the column of local ranges stores it
        text = text.rstrip("0").rstrip(".")
    return text
