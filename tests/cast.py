"""The cast of every test: two clinics, who works there, and whom they treat."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Organization, Practitioner, User
from accounts.principals import principal_of
from accounts.roles import Role
from fhir import changes
from fhir.principal import SYSTEM
from patients.models import Encounter, Patient


def facility(name):
    return changes.create(Organization(name=name, fhir_id=name.lower()), by=SYSTEM)


def staff(username, role, *facilities, full_name="", is_staff=False):
    user = User.objects.create(
        username=username, full_name=full_name or username.title(), is_staff=is_staff
    )
    for place in facilities:
        Membership.objects.create(
            user=user, facility=place, role=role, start=timezone.now() - timedelta(days=1)
        )
    if role in (Role.DOCTOR, Role.NURSE):
        name = [{"text": user.full_name}]
        changes.create(Practitioner(names=name, user=user, fhir_id=username), by=SYSTEM)
    return user


def person(given, family, number, place, **columns):
    return changes.create(
        Patient(
            fhir_id=given.lower(),
            names=[{"use": "official", "family": family, "given": [given]}],
            identifiers=[
                {
                    "type": {"coding": [{"code": "MR"}]},
                    "system": "urn:test:mrn",
                    "value": number,
                    "assigner": {"reference": place.reference},
                }
            ],
            managing_organization=place,
            **columns,
        ),
        by=SYSTEM,
    )


def visit(patient, place, *, started=timedelta(hours=2), ended=None):
    now = timezone.now()
    return changes.create(
        Encounter(
            patient=patient,
            organization=place,
            status="finished" if ended is not None else "in-progress",
            class_code="AMB",
            start=now - started,
            end=now - ended if ended is not None else None,
        ),
        by=SYSTEM,
    )


@pytest.fixture
def harbour(db):
    return facility("Harbour")


@pytest.fixture
def hill(db):
    return facility("Hill")


@pytest.fixture
def dr_ames(harbour):
    """Treats Rosa."""
    return staff("ames", Role.DOCTOR, harbour, full_name="Dr Ada Ames")


@pytest.fixture
def dr_baum(hill):
    """Works elsewhere and treats nobody."""
    return staff("baum", Role.DOCTOR, hill, full_name="Dr Bo Baum")


@pytest.fixture
def nurse(harbour):
    return staff("nora", Role.NURSE, harbour, full_name="Nora Nurse")


@pytest.fixture
def registrar(harbour):
    return staff("reg", Role.REGISTRAR, harbour)


@pytest.fixture
def administrator(harbour):
    return staff("root", Role.ADMINISTRATOR, harbour, is_staff=True)


@pytest.fixture
def rosa(harbour):
    """In the clinic since two hours."""
    from datetime import date

    born = date(1960, 3, 12)
    patient = person(
        "Rosa", "Lindqvist", "100-1", harbour, birth_date_low=born, birth_date_high=born
    )
    visit(patient, harbour)
    return patient


@pytest.fixture
def otto(harbour):
    """Known to the clinic, not seen for a year."""
    patient = person("Otto", "Lindqvist-Berg", "100-2", harbour)
    visit(patient, harbour, started=timedelta(days=400), ended=timedelta(days=399))
    return patient


@pytest.fixture
def as_ames(dr_ames):
    return principal_of(dr_ames)


@pytest.fixture
def as_nurse(nurse):
    return principal_of(nurse)


@pytest.fixture
def as_administrator(administrator):
    return principal_of(administrator)
