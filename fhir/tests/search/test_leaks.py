"""A question gets the same answer whether or not there is something that one may not see."""

import pytest

from accounts.principals import principal_of
from fhir.errors import NotAllowed
from fhir.principal import SYSTEM, Principal
from fhir.search.engine import matching
from fhir.tests.search.shelf import coding, observation, page_of, put
from tests.cast import visit

pytestmark = pytest.mark.django_db

QUESTIONS = [
    "Patient?name=hugo",
    "Patient?_id=hugo",
    "Patient?identifier=secret-1",
    "Patient?birthdate=1949-01-01",
    "Patient?_total=accurate",
    "Patient?_summary=count",
    "Patient?_count=0",
    "Patient?_sort=birthdate&_count=1",
    "Patient?link:Patient.name=hugo",
    "Patient?link.name=hugo",
    "Patient?_include=Patient:link",
    "Patient?_include=*",
    "Patient?_revinclude=Patient:link",
    "Patient?_has:Patient:link:name=hugo",
    "Observation?patient=hugo",
    "Observation?subject=Patient/hugo",
    "Observation?subject:Patient.name=hugo",
    "Observation?code=secret",
    "Observation?code:not=public",
    "Observation?value-quantity=4711",
    "Observation?_sort=-date&_total=accurate",
    "Observation?_sort=value-quantity&_count=1",
    "Observation?has-member.code=secret",
    "Observation?_include=Observation:has-member",
    "Observation?_include:iterate=Observation:has-member&_include:iterate=Observation:subject",
    "Claim?patient=hugo",
    "Claim?patient.name=hugo",
    "Claim?_total=estimate",
    "Claim?created=2024-01-01",
    "Organization?_has:Patient:organization:name=hugo",
    "Organization?_has:Patient:organization:_has:Observation:patient:code=secret",
    "Organization?_revinclude=Patient:organization",
    "Organization?_revinclude:iterate=Patient:organization&_revinclude:iterate=Claim:patient",
    "Practitioner?_has:Observation:performer:code=secret",
    "Practitioner?_has:Claim:provider:status=active",
    "Practitioner?_has:Claim:provider:patient.name=hugo",
    "Practitioner?_revinclude=Observation:performer",
    "Practitioner?_revinclude=Claim:provider",
]


@pytest.fixture
def seen(rosa, dr_ames, hill):
    """What there is for everybody, with references into what is not there yet."""
    put({"resourceType": "Practitioner", "id": "p", "name": [{"family": "Shared"}]})
    put(
        {
            "resourceType": "Patient",
            "id": "rosas-twin",
            "name": [{"family": "Twin"}],
            "birthDate": "1960",
            "link": [{"other": {"reference": "Patient/hugo"}, "type": "seealso"}],
            "generalPractitioner": [{"reference": "Practitioner/p"}],
        }
    )
    from patients.models import Patient

    visit(Patient.objects.get(fhir_id="rosas-twin"), dr_ames.memberships.get().facility)
    public = observation("public", "public", 1, "1", "2024-01-01", "Patient/rosa")
    put(public | {"hasMember": [{"reference": "Observation/secret"}]})


def hide():
    """Somebody of the other clinic, with all that could give him away."""
    from accounts.models import Organization

    hugo = put(
        {
            "resourceType": "Patient",
            "id": "hugo",
            "name": [{"family": "Hugo"}],
            "identifier": [{"system": "urn:x", "value": "secret-1"}],
            "birthDate": "1949-01-01",
            "managingOrganization": {"reference": "Organization/hill"},
            "link": [{"other": {"reference": "Patient/rosas-twin"}, "type": "seealso"}],
        }
    )
    visit(hugo, Organization.objects.get(fhir_id="hill"))
    secret = observation("secret", "secret", 4711, "1", "2024-01-01", "Patient/hugo")
    put(secret | {"performer": [{"reference": "Practitioner/p"}]})
    put(
        {
            "resourceType": "Claim",
            "id": "claim",
            "status": "active",
            "type": coding("urn:c", "x"),
            "created": "2024-01-01",
            "patient": {"reference": "Patient/hugo"},
            "provider": {"reference": "Practitioner/p"},
        }
    )


def told(by):
    """Everything that the answers to all questions say to ``by``."""
    return {question: answer(question, by) for question in QUESTIONS}


def answer(question, by):
    page = page_of(question, by)
    return (
        [record.reference for record in page.matches],
        sorted(record.reference for record in page.included),
        page.total,
        page.next_pairs is None,
        page.warnings,
    )


def test_answers_do_not_change_by_what_is_hidden(seen, as_ames):
    before, everything = told(as_ames), told(SYSTEM)
    hide()
    assert told(as_ames) == before
    unmoved = [question for question, said in told(SYSTEM).items() if said == everything[question]]
    assert unmoved == []  # each of the questions would give something away


def test_whoever_treats_him_gets_the_answers(seen, dr_baum):
    hide()
    assert answer("Observation?subject:Patient.name=hugo", principal_of(dr_baum))[0] == [
        "Observation/secret"
    ]


def test_a_condition_matches_only_what_one_may_see(seen, as_ames):
    hide()
    assert matching(as_ames, "Patient", [("identifier", "secret-1")]) == []


def client(**interactions):
    """A program that sees every facility, but may do only this to these types."""
    return Principal("client", "1", "Program", facilities=None, interactions=interactions)


CLOSED = [
    ("Observation?subject:Patient.name=lindqvist", {"Observation": "rs"}),
    ("Observation?subject:Patient.name=lindqvist", {"Observation": "rs", "Patient": "r"}),
    ("Patient?_has:Observation:patient:code=public", {"Patient": "rs", "Observation": "r"}),
    ("Patient?general-practitioner:Practitioner.name=shared", {"Patient": "rs"}),
]


@pytest.mark.parametrize(("question", "interactions"), CLOSED)
def test_a_type_that_may_not_be_searched_looks_empty_in_a_chain(seen, question, interactions):
    assert answer(question, client(**interactions))[0] == []
    assert answer(question, SYSTEM)[0] != []


@pytest.mark.parametrize(
    ("letters", "included"), [("", []), ("r", ["Patient/rosa"]), ("s", ["Patient/rosa"])]
)
def test_what_may_be_read_comes_along(seen, letters, included):
    by = client(Observation="rs", Patient=letters)
    assert answer("Observation?_include=Observation:subject", by)[1] == included


@pytest.mark.parametrize("question", ["Patient?name=twin", "Patient?name=nobody", "Claim"])
def test_searching_a_closed_type_is_refused_whatever_there_is(seen, question):
    with pytest.raises(NotAllowed):
        page_of(question, client(Observation="rs"))
