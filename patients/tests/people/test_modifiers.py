"""What changes the meaning of a record of a person is never hidden on a page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhir import changes
from fhir.definitions import modifier_elements
from fhir.principal import SYSTEM
from patients.models import Appointment, Consent, Encounter, RelatedPerson
from tests.cast import visit

# Element → the test below that sees its effect.
SEEN = {
    "Patient": {"active", "deceased[x]", "link"},
    "RelatedPerson": {"active"},
    "Consent": {"status", "scope"},
    "Appointment": {"status"},
    "Encounter": {"status"},
    "Location": {"status"},
    "Organization": {"active"},
}


@pytest.mark.parametrize("type_", SEEN)
def test_every_modifier_of_the_type_is_in_the_list(type_):
    own = {name for name in modifier_elements(type_) if not name.endswith("modifierExtension")}
    assert own - {"implicitRules"} == SEEN[type_]


@pytest.fixture
def page(client, dr_ames, rosa):
    client.force_login(dr_ames)
    return lambda tab="details": client.get(f"/patients/{rosa.id}/{tab}/").content.decode()


def edited(record, **columns):
    for name, value in columns.items():
        setattr(record, name, value)
    return changes.update(record, by=SYSTEM)


def test_a_record_not_in_use_says_so(page, rosa):
    edited(rosa, active=False)
    assert "Record not in use" in page()


def test_a_death_is_said(page, rosa):
    edited(rosa, deceased=True)
    assert "Died" in page()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("replaced-by", "Replaced by another record"),
        ("replaces", "Replaces another record"),
        ("refer", "More about this person"),
        ("seealso", "Another record is about the same person"),
    ],
)
def test_a_link_is_said(page, rosa, kind, words):
    edited(rosa, links=[{"type": kind, "other": {"reference": "Patient/x"}}])
    assert words in page()


def related(rosa, **columns):
    names = [{"given": ["Per"]}]
    return changes.create(RelatedPerson(patient=rosa, names=names, **columns), by=SYSTEM)


def test_a_contact_that_is_none_any_more_is_struck_through(page, rosa):
    related(rosa, active=False)
    assert "<s>Per</s>" in page()


def test_a_contact_stands(page, rosa):
    related(rosa, active=True)
    assert "<b>Per</b>" in page()


def consent(rosa, **columns):
    given = {
        "patient": rosa,
        "status": "active",
        "scope_code": "research",
        "categories": [{"text": "Registry"}],
        "provision": {"type": "deny"},
    }
    return changes.create(Consent(**given | columns), by=SYSTEM)


def test_a_refusal_is_not_a_consent(page, rosa):
    consent(rosa)
    assert "Registry: refuses" in page()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("active", "in force"),
        ("draft", "draft: not in force"),
        ("proposed", "proposed: not in force"),
        ("rejected", "rejected: not in force"),
        ("inactive", "withdrawn"),
        ("entered-in-error", "<s>Registry: refuses</s>"),
        ("", "status not recorded"),
    ],
)
def test_the_state_of_a_consent_is_said(page, rosa, status, words):
    consent(rosa, status=status)
    assert words in page()


def test_the_scope_of_a_consent_is_said(page, rosa):
    consent(rosa, scope_display="Use for studies")
    assert "Use for studies" in page()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("planned", "planned"),
        ("onleave", "on leave"),
        ("cancelled", "cancelled"),
        ("entered-in-error", "entered in error"),
        ("unknown", "status unknown"),
        ("", "status not recorded"),
    ],
)
def test_the_state_of_a_visit_is_said(page, rosa, harbour, status, words):
    changes.create(Encounter(patient=rosa, organization=harbour, status=status), by=SYSTEM)
    assert words in page("visits")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("proposed", "proposed: not fixed"),
        ("pending", "not confirmed"),
        ("booked", "booked"),
        ("arrived", "arrived"),
        ("fulfilled", "seen"),
        ("cancelled", "cancelled"),
        ("noshow", "did not come"),
        ("entered-in-error", "entered in error"),
        ("waitlist", "on the waiting list"),
    ],
)
def test_the_state_of_an_appointment_is_said(page, rosa, status, words):
    start = timezone.now() + timedelta(days=1)
    changes.create(Appointment(patient=rosa, status=status, start=start), by=SYSTEM)
    assert words in page("visits")


def test_a_bed_out_of_use_says_so(client, dr_ames, bed_1):
    edited(bed_1, status="suspended")
    client.force_login(dr_ames)
    assert "out of use for now" in client.get("/ward/").content.decode()


def test_a_facility_no_longer_used_says_so(client, dr_ames, harbour, bed_1):
    edited(harbour, active=False)
    client.force_login(dr_ames)
    assert "facility no longer used" in client.get("/ward/").content.decode()


@pytest.mark.parametrize("nested", [True, False])
def test_an_unknown_modifier_of_a_visit_is_loud(page, rosa, harbour, nested):
    odd = {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
    row = visit(rosa, harbour, started=timedelta(days=1))
    if nested:
        edited(row, hospitalization=odd)
    else:
        edited(row, extra=row.extra | odd)
    assert "not understood" in page("visits")
