"""What the tests of medicines share: a prescription, a bed, the doctor's and nurse's hands."""

from datetime import timedelta
from decimal import Decimal
from functools import cache

import pytest
from django.utils import timezone

from accounts.principals import principal_of
from fhir import changes
from fhir.principal import SYSTEM
from patients.acts.medications import Prescription, prescribe
from patients.models import AllergyIntolerance, Encounter, MedicationRequest
from patients.prescribing.dose import Amount
from patients.prescribing.sig import Sig
from patients.terminology.coded import Coded

DAILY = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
FOUR_TIMES = {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}}


def order(patient, name="Bisoprolol", **columns):
    """A prescription as an import leaves it."""
    return changes.create(
        MedicationRequest(
            **{
                "patient": patient,
                "status": "active",
                "intent": "order",
                "medication_text": name,
                "authored_at": timezone.now() - timedelta(hours=3),
            }
            | columns
        ),
        by=SYSTEM,
    )


def wanted(name="Bisoprolol", **more):
    """What a doctor wants: 5 mg once a day from now on, unless told otherwise."""
    sig = {
        "medicine": name,
        "dose": Amount(Decimal(5), "mg"),
        "route": "oral",
        "frequency": "once-daily",
    }
    mine = {key: more.pop(key) for key in list(more) if key in Sig.__dataclass_fields__}
    start = more.pop("start", timezone.now() - timedelta(minutes=1))
    return Prescription(medicine=Coded(text=name), sig=Sig(**sig | mine), start=start, **more)


def allergic(patient, to="Amoxicillin"):
    return changes.create(
        AllergyIntolerance(patient=patient, code_text=to, clinical_status="active"), by=SYSTEM
    )


@cache
def opened():
    """When the form was opened: what is posted again says the same minute."""
    return f"{timezone.localtime():%Y-%m-%dT%H:%M}"


@pytest.fixture(autouse=True)
def form_not_opened():
    """Each test opens its own."""
    opened.cache_clear()


def posted(**fields):
    """A filled prescription form."""
    return {
        "medicine": "Bisoprolol",
        "dose": "5 mg",
        "route": "oral",
        "frequency": "once-daily",
        "start": opened(),
        "setting": "community",
    } | fields


@pytest.fixture
def prescribed(as_ames, rosa):
    """Dr Ames prescribes for Rosa."""
    return lambda name="Bisoprolol", **more: prescribe(
        by=as_ames, patient=rosa, wanted=wanted(name, **more)
    )


@pytest.fixture
def inpatient(rosa, harbour):
    """Rosa lies on the ward since yesterday."""
    now = timezone.now()
    return changes.create(
        Encounter(
            patient=rosa,
            organization=harbour,
            status="in-progress",
            class_code="IMP",
            start=now - timedelta(days=1),
        ),
        by=SYSTEM,
    )


@pytest.fixture
def doctor_client(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def nurse_client(client, nurse):
    client.force_login(nurse)
    return client


@pytest.fixture
def as_baum(dr_baum):
    return principal_of(dr_baum)
