"""What is compared when a medicine is prescribed, and what the comparison says."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from patients.prescribing.dose import Amount
from patients.prescribing.formulary import NO_STRENGTH, Strength

ADULT_YEARS = 16


class Kind(StrEnum):
    """What a finding is about."""

    ALLERGY = "allergy"
    DUPLICATE = "duplicate"
    INTERACTION = "interaction"
    PREGNANCY = "pregnancy"
    DOSE = "dose"
    CHILD = "child"
    CANNOT_CHECK = "cannot-check"


class Severity(StrEnum):
    """How bad it may be. ``UNKNOWN`` is what could not be compared: it is never harmless."""

    CONTRAINDICATED = "contraindicated"
    SERIOUS = "serious"
    CAUTION = "caution"
    UNKNOWN = "cannot be checked"


class Pregnancy(StrEnum):
    """What the chart says about pregnancy today."""

    KNOWN = "known"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


class AllergyList(StrEnum):
    """What an empty list of allergies means."""

    LISTED = "listed"
    NONE_KNOWN = "none known"
    NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine the patient has or may have.

    Attributes:
        id: Literal reference, "MedicationRequest/…".
        text: As it is written in the chart.
        ingredients: Keys of the recognised ingredients; empty when none is recognised.
        unread: The words that were not recognised, when only a part was.
        route: Key of `patients.prescribing.route`, "" when not known.
    """

    id: str
    text: str
    ingredients: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    route: str = ""


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy or intolerance that stands.

    Attributes:
        id: Literal reference, "AllergyIntolerance/…".
        text: As it is written in the chart.
        codes: (system, code) pairs.
        criticality: "high", "low", "unable-to-assess" or "" as in FHIR.
        reaction: In words, when recorded.
        categories: FHIR categories: "food", "environment", "medication", "biologic".
    """

    id: str
    text: str
    codes: tuple[tuple[str, str], ...] = ()
    criticality: str = ""
    reaction: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """What somebody is about to prescribe.

    Attributes:
        text: The medicine as it is written.
        ingredients: Keys of the recognised ingredients; empty when none is recognised.
        dose: What is taken at once, as "500 mg" or as "2 tablets".
        strength: What one counted unit (tablet, mL, puff …) of the product holds.
        route: Key of `patients.prescribing.route`, "" when not given.
        frequency: Key of `patients.prescribing.frequency`, "" when not given.
        as_needed: Taken when needed; the frequency is then the most often.
        unread: Words of the text that were not recognised.
    """

    text: str
    ingredients: tuple[str, ...] = ()
    dose: Amount | None = None
    strength: Strength = NO_STRENGTH
    route: str = ""
    frequency: str = ""
    as_needed: bool = False
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the chart knows about the patient today; None and "unknown" mean not known.

    Attributes:
        today: In the zone of the facility.
        current: What the patient has or may have, without what is being replaced.
        allergies: Every allergy that stands.
        allergy_list: What the list of allergies means as a whole.
        age_years: Completed years.
        age_days: Completed days; needed for newborns only.
        sex: Sex for clinical use: "female", "male", or anything else for unknown.
        pregnancy: What is recorded.
        weight_kg: The last weight that is not entered in error.
        weighed_on: Its day.
    """

    today: date
    current: tuple[Medicine, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    allergy_list: AllergyList = AllergyList.NOT_RECORDED
    age_years: int | None = None
    age_days: int | None = None
    sex: str = "unknown"
    pregnancy: Pregnancy = Pregnancy.UNKNOWN
    weight_kg: Decimal | None = None
    weighed_on: date | None = None

    @property
    def is_child(self) -> bool:
        """Under 16, as far as the age is known."""
        return self.age_years is not None and self.age_years < ADULT_YEARS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a prescriber must read.

    Attributes:
        rule_id: Stable name of the rule; an override is kept under it.
        kind: What it is about.
        severity: How bad it may be.
        title: A few words.
        text: What may happen, in a sentence.
        advice: What to do, in a sentence.
        source: Where that stands.
        about: References of the records it compares with (medicines, allergies).
    """

    rule_id: str
    kind: Kind
    severity: Severity
    title: str
    text: str
    advice: str
    source: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole answer; an empty one says that nothing matched, never that all is well.

    Attributes:
        interrupting: Needs a reason to go on, each kept under its rule.
        inline: Stands beside the prescription.
        summary: What was compared, in one sentence to show as it is.
        not_checked: What these rules do not look at.
        unrecognised: Medicines that could not be compared, as they are written.
    """

    interrupting: tuple[Finding, ...]
    inline: tuple[Finding, ...]
    summary: str
    not_checked: tuple[str, ...]
    unrecognised: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.interrupting + self.inline


# Why a prescriber goes on all the same: code → words. "other" needs words of the person's own.
OVERRIDE_REASONS: dict[str, str] = {
    "benefit-outweighs": "Benefit outweighs the risk; patient informed",
    "tolerated-before": "Patient has taken this before without harm",
    "allergy-doubtful": "Recorded allergy is doubtful or is a side effect",
    "will-monitor": "Will monitor (levels, ECG, laboratory or clinical)",
    "dose-adjusted": "Dose or timing is adjusted for this",
    "replaces-other": "The other medicine is being stopped",
    "not-concurrent": "Not taken at the same time",
    "specialist-advice": "On specialist or pharmacist advice",
    "palliative": "Palliative or end-of-life care",
    "not-pregnant": "Pregnancy excluded today",
    "record-wrong": "The record compared with is wrong or out of date",
    "other": "Other reason (write it)",
}
