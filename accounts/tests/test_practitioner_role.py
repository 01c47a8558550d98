"""Where practitioners work, as FHIR has it."""

import pytest

from accounts.models import Practitioner, PractitionerRole
from fhir import changes
from fhir.importing import take_in
from fhir.principal import SYSTEM
from fhir.registry import render
from patients.chart.ward import staff_of

ROLE = {
    "resourceType": "PractitionerRole",
    "id": "far",
    "active": True,
    "period": {"start": "2019", "end": "2030-01-01T00:00:00+01:00"},
    "practitioner": {"reference": "Practitioner/far"},
    "organization": {"reference": "Organization/harbour", "display": "Harbour"},
    "code": [{"text": "Cardiologist"}],
    "specialty": [{"text": "Cardiology"}],
}


@pytest.fixture
def role(harbour):
    changes.create(Practitioner(fhir_id="far", names=[{"text": "Dr Far"}]), by=SYSTEM)
    take_in([("1", ROLE, "")], by=SYSTEM, origin="test")
    return PractitionerRole.objects.get()


def test_it_comes_back_as_it_was_sent(role):
    sent = {name: value for name, value in render(role).items() if name != "meta"}
    assert sent == ROLE


def test_it_names_who_works_where(role):
    assert str(role) == "Dr Far at Harbour"


def test_who_works_here_can_attend(role, harbour):
    assert [str(each) for each in staff_of([harbour.pk])] == ["Dr Far"]


def test_who_signs_in_here_can_attend(dr_ames, harbour):
    assert [str(each) for each in staff_of([harbour.pk])] == ["Dr Ada Ames"]


@pytest.mark.parametrize("change", [{"active": False}, {"end": "past"}])
def test_who_works_here_no_more_cannot_attend(role, harbour, change):
    role.active = change.get("active", True)
    if "end" in change:
        role.end = role.start
    changes.update(role, by=SYSTEM)
    assert not staff_of([harbour.pk])


def test_who_works_elsewhere_cannot_attend(role, hill):
    assert not staff_of([hill.pk])
