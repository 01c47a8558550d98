"""A printer: asks for a document and reads the pages that come."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from fhir import changes
from fhir.principal import SYSTEM
from patients.models import AllergyIntolerance, Encounter, MedicationRequest, Observation
from tests.cast import person, visit

MARKUP = "#eval(1) *bold* <b>tag</b> $x$ `raw` _low_ @ref [x] \\ // ~ = head"


def row(model, patient, **columns):
    """A record as an import leaves it."""
    return changes.create(model(patient=patient, **columns), by=SYSTEM)


def order(patient, name="Bisoprolol 5 mg tablet", **columns):
    """A prescription of three hours ago."""
    said = {
        "status": "active",
        "intent": "order",
        "medication_text": name,
        "authored_at": timezone.now() - timedelta(hours=3),
        "dosages": [{"text": "5 mg by mouth once a day"}],
    }
    return row(MedicationRequest, patient, **said | columns)


def allergic(patient, to="Penicillin", **columns):
    return row(AllergyIntolerance, patient, code_text=to, clinical_status="active", **columns)


def weighed(patient, kg, *, ago=timedelta(days=1)):
    return row(
        Observation,
        patient,
        status="final",
        categories=["vital-signs"],
        code_system="http://loinc.org",
        code_code="29463-7",
        value=kg,
        value_unit="kg",
        value_ucum="kg",
        effective_start=timezone.now() - ago,
    )


def words(text):
    """Text on one line: where a line of the paper ends is no concern of a test."""
    return " ".join(text.split())


@pytest.fixture(autouse=True)
def no_demo(settings):
    """A real house, unless a test says otherwise."""
    settings.DEMO = False


@pytest.fixture
def signed_in(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def pages(signed_in):
    """The text of each page of a document."""

    def read(address):
        response = signed_in.get(address)
        assert response.status_code == 200
        return [words(page.extract_text()) for page in PdfReader(BytesIO(response.content)).pages]

    return read


@pytest.fixture
def paper(pages):
    """The whole text of a document."""

    def read(address):
        return " ".join(pages(address))

    return read


@pytest.fixture
def stay(rosa, harbour):
    """Rosa's visit, as a stay in bed since four days, ended an hour ago."""
    now = timezone.now()
    columns = {
        "organization": harbour,
        "status": "finished",
        "class_code": "IMP",
        "start": now - timedelta(days=4),
        "end": now - timedelta(hours=1),
        "reasons": [{"text": "Chest pain"}],
    }
    return row(Encounter, rosa, **columns)


@pytest.fixture
def tove(harbour):
    """Six years old."""
    born = date(timezone.localdate().year - 6, 1, 1)
    child = person("Tove", "Berg", "100-9", harbour, birth_date_low=born, birth_date_high=born)
    visit(child, harbour)
    return child
