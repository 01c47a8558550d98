"""A ward with beds, and the principals who move people about."""

import pytest

from accounts.models import Location, Practitioner
from accounts.principals import principal_of
from fhir import changes
from fhir.principal import SYSTEM


def place(name, facility, part_of=None, **columns):
    row = Location(name=name, organization=facility, part_of=part_of, status="active", **columns)
    row.fhir_id = name.lower().replace(" ", "-")
    return changes.create(row, by=SYSTEM)


@pytest.fixture(autouse=True)
def no_demo(settings):
    """A real house, unless a test says otherwise."""
    settings.DEMO = False


@pytest.fixture
def ward(harbour):
    return place("East", harbour)


@pytest.fixture
def bed_1(harbour, ward):
    return place("East, bed 1", harbour, ward)


@pytest.fixture
def bed_2(harbour, ward):
    return place("East, bed 2", harbour, ward)


@pytest.fixture
def as_registrar(registrar):
    return principal_of(registrar)


@pytest.fixture
def as_baum(dr_baum):
    return principal_of(dr_baum)


@pytest.fixture
def ames(dr_ames):
    return Practitioner.objects.get(user=dr_ames)
