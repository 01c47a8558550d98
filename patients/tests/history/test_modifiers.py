"""What changes the meaning of a record changes what the pages say of it."""

import pytest

from fhir import changes
from fhir.known import Known
from fhir.principal import SYSTEM
from fhir.registry import mapping

TERMS = "http://terminology.hl7.org/CodeSystem/"
ODD = {"modifierExtension": [{"url": "urn:not-really", "valueBoolean": True}]}


def status(system, code):
    return {"coding": [{"system": TERMS + system, "code": code}]}


def condition(**more):
    return {"resourceType": "Condition", "code": {"text": "Gout"}} | more


def allergy(**more):
    return {"resourceType": "AllergyIntolerance", "code": {"text": "Peanut"}} | more


def procedure(**more):
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"text": "Appendectomy"},
    } | more


def vaccine(**more):
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"text": "Influenza"},
        "occurrenceDateTime": "2024",
    } | more


def relative(**more):
    return {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "relationship": {"text": "Mother"},
    } | more


@pytest.fixture
def page(chart, rosa):
    """The page that lists a resource about Rosa."""

    def show(resource, tab, filter_=""):
        about = "subject" if resource["resourceType"] in ("Condition", "Procedure") else "patient"
        known = Known()
        sent = resource | {about: {"reference": rosa.reference}}
        known.look_up_references([sent])
        changes.create(mapping(sent["resourceType"]).read(sent, known), by=SYSTEM)
        return chart.get(f"/patients/{rosa.id}/{tab}/{filter_}").content.decode()

    return show


CLINICAL, VERIFIED = "condition-clinical", "condition-ver-status"


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (condition(verificationStatus=status(VERIFIED, "differential")), "differential"),
        (condition(verificationStatus=status(VERIFIED, "provisional")), "provisional"),
        (condition(verificationStatus=status(VERIFIED, "unconfirmed")), "unconfirmed"),
        (condition(verificationStatus={"text": "rather sure"}), "rather sure"),
        (condition(), "certainty not recorded"),
        (condition(clinicalStatus=status(CLINICAL, "recurrence")), "recurrence"),
        (condition(), "status not recorded"),
        (condition(clinicalStatus={"text": "smouldering"}), "smouldering"),
    ],
)
def test_a_problem_says_its_status_and_how_sure_it_is(page, resource, words):
    assert words in page(resource, "problems")


@pytest.mark.parametrize("code", ["refuted", "entered-in-error"])
def test_a_problem_that_was_ruled_out_is_none(page, code):
    assert "Gout" not in page(condition(verificationStatus=status(VERIFIED, code)), "problems")


def test_a_problem_entered_in_error_is_struck_through(page):
    resource = condition(verificationStatus=status(VERIFIED, "entered-in-error"))
    assert "<s>Gout</s>" in page(resource, "problems", "?show=ruled-out")


@pytest.mark.parametrize("code", ["resolved", "inactive", "remission"])
def test_a_problem_that_is_over_stands_under_resolved(page, code):
    resource = condition(clinicalStatus=status(CLINICAL, code))
    assert code in page(resource, "problems", "?show=resolved")


ALLERGIC, SURE = "allergyintolerance-clinical", "allergyintolerance-verification"


def test_an_unconfirmed_allergy_says_so(page):
    assert "unconfirmed" in page(
        allergy(verificationStatus=status(SURE, "unconfirmed")), "allergies"
    )


def test_an_allergy_without_status_counts(page):
    assert "Known allergies" in page(allergy(), "allergies")


@pytest.mark.parametrize("code", ["refuted", "entered-in-error"])
def test_an_allergy_that_was_ruled_out_is_none(page, code):
    assert "Peanut" not in page(allergy(verificationStatus=status(SURE, code)), "allergies")


@pytest.mark.parametrize("code", ["inactive", "resolved"])
def test_an_allergy_that_is_over_stands_apart(page, code):
    resource = allergy(clinicalStatus=status(ALLERGIC, code))
    assert code in page(resource, "allergies", "?show=resolved")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("not-done", "not done"),
        ("stopped", "stopped"),
        ("in-progress", "in progress"),
        ("preparation", "preparation"),
        ("on-hold", "on hold"),
        ("unknown", "status unknown"),
    ],
)
def test_a_procedure_says_its_status(page, code, words):
    assert words in page(procedure(status=code), "history")


def test_a_procedure_entered_in_error_is_not_listed(page):
    assert "Appendectomy" not in page(procedure(status="entered-in-error"), "history")


def test_a_procedure_entered_in_error_is_struck_through(page):
    resource = procedure(status="entered-in-error")
    assert "<s>Appendectomy</s>" in page(resource, "history", "?show=in-error")


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (vaccine(status="not-done"), "not given"),
        (vaccine(isSubpotent=True), "subpotent: not a full dose"),
    ],
)
def test_a_vaccine_says_what_changes_its_meaning(page, resource, words):
    assert words in page(resource, "immunizations")


def test_a_full_dose_is_not_called_subpotent(page):
    assert "subpotent" not in page(vaccine(isSubpotent=False), "immunizations")


def test_a_vaccine_entered_in_error_is_not_listed(page):
    assert "Influenza" not in page(vaccine(status="entered-in-error"), "immunizations")


@pytest.mark.parametrize(
    ("code", "words"), [("partial", "incomplete"), ("health-unknown", "health unknown")]
)
def test_a_relative_says_what_is_not_known(page, code, words):
    assert words in page(relative(status=code), "history")


def test_a_relative_entered_in_error_is_not_listed(page):
    assert "Mother" not in page(relative(status="entered-in-error"), "history")


@pytest.mark.parametrize(
    ("resource", "tab"),
    [
        (condition(**ODD), "problems"),
        (condition(stage=[{"summary": {"text": "II"}} | ODD]), "problems"),
        (condition(evidence=[{"code": [{"text": "x"}]} | ODD]), "problems"),
        (condition(implicitRules="urn:rules"), "problems"),
        (allergy(**ODD), "allergies"),
        (allergy(reaction=[{"manifestation": [{"text": "x"}]} | ODD]), "allergies"),
        (procedure(**ODD), "history"),
        (procedure(performer=[{"actor": {"display": "x"}} | ODD]), "history"),
        (procedure(focalDevice=[{"manipulated": {"display": "x"}} | ODD]), "history"),
        (vaccine(**ODD), "immunizations"),
        (vaccine(performer=[{"actor": {"display": "x"}} | ODD]), "immunizations"),
        (vaccine(education=[{"reference": "urn:x"} | ODD]), "immunizations"),
        (vaccine(reaction=[{"reported": True} | ODD]), "immunizations"),
        (vaccine(protocolApplied=[{"doseNumberPositiveInt": 1} | ODD]), "immunizations"),
        (relative(**ODD), "history"),
        (relative(condition=[{"code": {"text": "x"}} | ODD]), "history"),
    ],
)
def test_an_unknown_modifier_is_loud_at_any_depth(page, resource, tab):
    assert "contains information not understood here" in page(resource, tab)
