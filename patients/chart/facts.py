"""One record of the history in full: every fact with its label, none of them guessed."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from patients.acts.social import answer_words
from patients.chart.choices import sent_status, span_or_words
from patients.chart.concepts import all_words, moment_words, name_of, words_of
from patients.chart.family import illness_words, life_words
from patients.chart.immunizations import dose_words
from patients.chart.people import names_of, performers_named
from patients.models import (
    AllergyIntolerance,
    Condition,
    FamilyMemberHistory,
    Immunization,
    Observation,
    PatientRecord,
    Procedure,
)

Facts: TypeAlias = list[tuple[str, str]]

SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://snomed.info/sct": "SNOMED CT",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://loinc.org": "LOINC",
}


def facts_of(row: PatientRecord) -> Facts:
    """What ``row`` says, label by label; a fact that matters and was not recorded says so."""
    told = TELLERS[type(row)](row)
    return [(label, words) for label, words in told if words]


def code_words(row: Any, prefix: str) -> str:
    """The code and its system, or that there is none."""
    code, system = getattr(row, f"{prefix}_code"), getattr(row, f"{prefix}_system")
    if not code:
        return _("free text, not coded")
    display = getattr(row, f"{prefix}_display")
    return " ".join(filter(None, (SYSTEMS.get(system, system), code, display)))


def said_or_not(words: str) -> str:
    """``words``, or that nobody recorded them."""
    return words or _("not recorded")


def of_problem(row: Condition) -> Facts:
    """Facts of a problem."""
    listed = _("on the problem list") if row.is_on_problem_list else _("diagnosis recorded only")
    return [
        (_("Code"), code_words(row, "code")),
        (_("Status"), said_or_not(sent_status(row, "clinical_status", "clinicalStatus"))),
        (
            _("How sure"),
            said_or_not(sent_status(row, "verification_status", "verificationStatus")),
        ),
        (_("Where it stands"), ", ".join(filter(None, (listed, ", ".join(row.categories))))),
        (_("Began"), said_or_not(span_or_words(row, "onset"))),
        (_("Ended"), span_or_words(row, "abatement")),
        (_("Severity"), row.severity_text or row.severity_display),
        (_("Where on the body"), all_words(row.body_sites)),
        (_("Stage"), ", ".join(words_of(each.get("summary")) for each in row.stages or [])),
        (_("Recorded"), moment_words(row.recorded_at, row.recorded_at)),
        *recorded_by(row),
    ]


def of_allergy(row: AllergyIntolerance) -> Facts:
    """Facts of an allergy."""
    uncoded = "" if row.code_code else " – " + _("cannot be checked")
    return [
        (_("Code"), code_words(row, "code") + uncoded),
        (_("Status"), said_or_not(sent_status(row, "clinical_status", "clinicalStatus"))),
        (
            _("How sure"),
            said_or_not(sent_status(row, "verification_status", "verificationStatus")),
        ),
        (_("Type"), row.type),
        (_("Category"), ", ".join(row.categories)),
        (_("Criticality"), said_or_not(row.criticality)),
        *((_("Reaction"), reaction_words(each)) for each in row.reactions or [{}]),
        (_("Since"), span_or_words(row, "onset")),
        (_("Last reaction"), moment_words(row.last_occurred_at, row.last_occurred_at)),
        (_("Recorded"), moment_words(row.recorded_at, row.recorded_at)),
        *recorded_by(row),
    ]


def reaction_words(reaction: dict[str, Any]) -> str:
    """``Hives, Wheeze – severe; by mouth``."""
    said = all_words(reaction.get("manifestation")) or _("not recorded")
    more = (
        reaction.get("severity", ""),
        words_of(reaction.get("substance")),
        words_of(reaction.get("exposureRoute")),
        reaction.get("description", ""),
    )
    return " – ".join((said, "; ".join(filter(None, more)))) if any(more) else said


def of_procedure(row: Procedure) -> Facts:
    """Facts of a procedure."""
    return [
        (_("Code"), code_words(row, "code")),
        (_("Status"), said_or_not(row.status)),
        (_("Reason for that"), name_or_nothing(row, "status_reason")),
        (_("Category"), name_or_nothing(row, "category")),
        (_("When"), said_or_not(span_or_words(row, "performed"))),
        (_("Where"), str((row.location or {}).get("display", ""))),
        (_("By whom"), performers_named(row.performers)),
        (_("What for"), all_words(row.reasons)),
        (_("Where on the body"), all_words(row.body_sites)),
        (_("Outcome"), name_or_nothing(row, "outcome")),
        (_("Complications"), all_words(row.complications)),
        *recorded_by(row),
    ]


def of_immunization(row: Immunization) -> Facts:
    """Facts of a vaccine."""
    seen = {True: _("given here, or seen by who recorded it"), False: _("reported")}
    full = {True: _("no: subpotent"), False: _("yes")}
    dose = f"{row.dose_comparator}{row.dose} {row.dose_ucum or row.dose_unit}" if row.dose else ""
    when = moment_words(row.occurrence_start, row.occurrence_end) or row.occurrence_text
    return [
        (_("Code"), code_words(row, "vaccine")),
        (_("Status"), said_or_not(row.status)),
        (_("Reason for that"), name_or_nothing(row, "status_reason")),
        (_("Date"), said_or_not(when)),
        (_("How it is known"), seen.get(row.primary_source, "")),  # type: ignore[arg-type]
        (_("Dose of its series"), dose_words(row)),
        (_("Amount"), dose),
        (_("Counts as a full dose"), full.get(row.is_subpotent, "")),  # type: ignore[arg-type]
        (_("Why not"), all_words(row.subpotent_reasons)),
        (_("Lot number"), said_or_not(row.lot_number)),
        (_("Manufacturer"), str((row.manufacturer or {}).get("display", ""))),
        (_("Where on the body"), row.site_text or row.site_display),
        (_("Given by"), performers_named(row.performers)),
        (_("What for"), all_words(row.reasons)),
    ]


def of_relative(row: FamilyMemberHistory) -> Facts:
    """Facts of a relative."""
    words = {
        "partial": _("known to be incomplete"),
        "health-unknown": _("nothing could be learned: not the same as healthy"),
    }
    return [
        (_("Code"), code_words(row, "relationship")),
        (_("Status"), words.get(row.status, said_or_not(row.status))),
        (_("Why nothing is known"), name_or_nothing(row, "absent_reason")),
        (_("Name"), row.name),
        (_("Sex"), name_or_nothing(row, "sex")),
        *((_("Illness"), illness_words(each)) for each in row.conditions or []),
        (_("Life"), said_or_not(life_words(row))),
        (_("Recorded"), moment_words(row.recorded_at, row.recorded_at)),
    ]


def of_social(row: Observation) -> Facts:
    """Facts of a social history."""
    coded = code_words(row, "value_concept") if row.value_concept_code else ""
    by = [actor.get("reference") or "" for actor in row.performers or []]
    named = [actor.get("display") or "" for actor in row.performers or []]
    names = names_of(each for each, name in zip(by, named, strict=True) if not name)
    return [
        (_("Question"), code_words(row, "code")),
        (_("Answer"), answer_words(row) or _("no answer")),
        (_("Code of the answer"), coded),
        (_("Status"), said_or_not(row.status)),
        (_("As of"), said_or_not(moment_words(row.effective_start, row.effective_end))),
        (_("Recorded by"), ", ".join(filter(None, (*named, *names.values())))),
    ]


def name_or_nothing(row: Any, prefix: str) -> str:
    """Words of a concept; empty where there is none."""
    said = any(getattr(row, f"{prefix}_{part}") for part in ("text", "display", "code"))
    return name_of(row, prefix) if said else ""


def recorded_by(row: Any) -> Facts:
    """Who recorded it, and who says so: two people, or one."""
    names = names_of((row.recorder, row.asserter))
    recorder = names.get(row.recorder, displayed(row, "recorder"))
    asserter = names.get(row.asserter, displayed(row, "asserter"))
    return [
        (_("Recorded by"), recorder),
        (_("Says who"), asserter if asserter != recorder else ""),
    ]


def displayed(row: Any, element: str) -> str:
    """The name that came with a reference."""
    return str((row.extra.get(element) or {}).get("display", ""))


TELLERS: dict[type[PatientRecord], Callable[[Any], Facts]] = {
    AllergyIntolerance: of_allergy,
    Condition: of_problem,
    FamilyMemberHistory: of_relative,
    Immunization: of_immunization,
    Observation: of_social,
    Procedure: of_procedure,
}
