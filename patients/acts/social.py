"""Social history: smoking, alcohol, occupation … as observations of that category."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import author, create, update
from patients.acts.history import UNKNOWN, Span, comment, forget_choice, in_life, set_span
from patients.chart.readings import value_words
from patients.models import Observation, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.terminology.coded import Coded

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
SOCIAL_HISTORY = "social-history"
SMOKING = "smoking"


@dataclass(frozen=True)
class Question:
    """What a social history asks: its LOINC code and the words of a clinic."""

    code: str
    display: str
    label: str | Promise


# LOINC; smoking and occupation as US Core asks for them.
QUESTIONS = {
    SMOKING: Question("72166-2", "Tobacco smoking status", gettext_lazy("Smoking")),
    "alcohol": Question("11331-6", "History of Alcohol use", gettext_lazy("Alcohol")),
    "drugs": Question(
        "11343-1", "History of Other nonmedical drug use", gettext_lazy("Other drugs")
    ),
    "occupation": Question("11341-5", "History of Occupation", gettext_lazy("Occupation")),
    "housing": Question("71802-3", "Housing status", gettext_lazy("Housing")),
    "exercise": Question("73985-4", "Exercise activity", gettext_lazy("Exercise")),
}
OF_CODE = {question.code: key for key, question in QUESTIONS.items()}

# US Core smoking status value set (2.16.840.1.113883.11.20.9.38), SNOMED CT.
SMOKING_STATUSES = {
    "266919005": ("Never smoked tobacco", gettext_lazy("Never smoked")),
    "8517006": ("Ex-smoker", gettext_lazy("Former smoker")),
    "449868002": ("Smokes tobacco daily", gettext_lazy("Smokes every day")),
    "428041000124106": ("Occasional tobacco smoker", gettext_lazy("Smokes on some days")),
    "428071000124103": ("Heavy tobacco smoker", gettext_lazy("Heavy smoker")),
    "428061000124105": ("Light tobacco smoker", gettext_lazy("Light smoker")),
    "77176002": ("Smoker", gettext_lazy("Smoker, how much not known")),
    "266927001": ("Tobacco smoking consumption unknown", gettext_lazy("Unknown if ever smoked")),
}


class SocialTakenBack(Refusal):
    """It was entered in error and can no longer be changed. Record it anew if it is true."""

    status = 409
    code = "taken-back"
    issue = "conflict"


@dataclass(frozen=True)
class SocialFact:
    """One answer of a social history.

    Attributes:
        question: Key of QUESTIONS.
        smoking: Key of SMOKING_STATUSES, for smoking only.
        text: The answer in words, for everything else; more about smoking.
        since: The day or span it speaks of; today when not said.
        note: Added to the notes with name and time.
    """

    question: str
    smoking: str = ""
    text: str = ""
    since: Span = UNKNOWN
    note: str = ""


def record_social(*, by: Principal, patient: Patient, said: SocialFact) -> Observation:
    """Record one answer; earlier answers to the same question stay as history.

    Raises:
        NotAllowed, NotFound: as for ``charting.create``.
        Invalid: no question, no answer, a day to come or before birth.
    """
    question = QUESTIONS.get(said.question)
    if question is None:
        raise Invalid(_("Question: choose what it is about."), expression="Observation.question")
    now = timezone.now()
    row = Observation(
        patient=patient,
        status="final",
        categories=[SOCIAL_HISTORY],
        issued_at=now,
        effective_start=now,
        effective_end=now,
        performers=[author(by)],
        code_system=LOINC,
        code_code=question.code,
        code_display=question.display,
        code_text=str(question.label),
    )
    _say(row, by, said)
    return create(row, by=by, action="record-social-history")


def edit(*, by: Principal, fact: Observation, said: SocialFact, expected: int) -> Observation:
    """Correct one answer; it says from then on that it was corrected.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``charting.update``.
        SocialTakenBack: it was entered in error.
        Invalid: as for ``record_social``.
    """
    if fact.status == ENTERED_IN_ERROR:
        raise SocialTakenBack
    _say(fact, by, said)
    fact.status = "corrected"
    return update(fact, by=by, expected=expected)


def _say(row: Observation, by: Principal, said: SocialFact) -> None:
    in_life(row.patient, said.since, "Observation.since", _("As of"))
    answer = answer_of(said)
    if not answer.words.strip():
        raise Invalid(_("Answer: enter what the patient says."), expression="Observation.text")
    if answer.words != answer_words(row):
        for column, value in answer.columns("value_concept").items():
            setattr(row, column, value)
        row.value, row.value_string = None, ""
        forget_choice(row, "value")
    if said.since != UNKNOWN:
        set_span(row, "effective", said.since)
    comment(row, by, said.note)


def is_social(row: Observation) -> bool:
    """An answer of a social history: by its category, or by a question that is known here."""
    return SOCIAL_HISTORY in row.categories or row.code_code in OF_CODE


def answer_of(said: SocialFact) -> Coded:
    """The answer: smoking from its value set, anything else in words."""
    if said.question != SMOKING:
        return Coded(text=said.text.strip())
    display, _label = SMOKING_STATUSES.get(said.smoking, ("", ""))
    text = ", ".join(filter(None, (display, said.text.strip())))
    return Coded(SNOMED, said.smoking, display, text) if display else Coded()


def answer_words(row: Observation) -> str:
    """The answer as it stands, whatever form it was sent in; empty where there is none."""
    answered = row.value is not None or row.value_string or Coded.of(row, "value_concept").words
    return " ".join(filter(None, value_words(row))) if answered else ""
