"""Labelled records: kept for who treats closely, on every page, over FHIR, and said to be so."""

from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.principals import principal_of
from accounts.roles import Role
from fhir import changes
from fhir.errors import Invalid, NotAllowed
from fhir.principal import SYSTEM
from fhir.registry import mapping
from patients.access import open_to
from patients.acts.restrictions import label_person, label_record
from patients.chart.prescribing_facts import current_medicines
from patients.models import (
    AllergyIntolerance,
    Binary,
    CarePlan,
    Condition,
    DiagnosticReport,
    DocumentReference,
    Goal,
    Immunization,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
    Procedure,
    ServiceRequest,
    Task,
)
from patients.models.labels import SENSITIVE, is_sensitive
from patients.printing.chart import chart_summary
from patients.tests.access.labelled import (
    EMPLOYEE,
    HIV,
    RESTRICTED,
    in_team,
    label,
    refuses,
    secret,
)
from patients.tests.access.test_clients_see import limited
from tests.cast import staff

SECRET = "Sentinel-secret"
NOW = timezone.now()

# A row of each type that a label keeps back, with the words that a page would show of it.
ROWS = [
    lambda p: Condition(patient=p, code_text=SECRET, clinical_status="active"),
    lambda p: Observation(
        patient=p, status="final", code_text=SECRET, categories=["laboratory"],
        effective_start=NOW, effective_end=NOW, value_string=SECRET,
    ),
    lambda p: Observation(
        patient=p, status="final", code_system="http://loinc.org", code_code="8867-4",
        categories=["vital-signs"], effective_start=NOW, effective_end=NOW, value=Decimal(199),
        value_unit="/min", value_ucum="/min",
    ),
    lambda p: MedicationRequest(
        patient=p, status="active", intent="order", medication_text=SECRET, authored_at=NOW
    ),
    lambda p: MedicationStatement(patient=p, status="active", medication_text=SECRET),
    lambda p: DocumentReference(
        patient=p, status="current", type_text=SECRET, date_at=NOW, description=SECRET
    ),
    lambda p: DiagnosticReport(
        patient=p, status="final", code_text=SECRET, conclusion=SECRET, effective_start=NOW
    ),
    lambda p: Procedure(patient=p, status="completed", code_text=SECRET),
    lambda p: Immunization(patient=p, status="completed", vaccine_text=SECRET),
    lambda p: ServiceRequest(patient=p, status="active", intent="order", code_text=SECRET),
    lambda p: CarePlan(patient=p, status="active", intent="plan", title=SECRET),
    lambda p: Goal(patient=p, lifecycle_status="active", description_text=SECRET),
    lambda p: Task(patient=p, status="requested", intent="order", description=SECRET),
]  # fmt: skip
PAGES = [
    "patient-chart", "timeline", "problems", "medications", "allergies", "results", "vitals",
    "notes", "orders", "imaging", "plans", "history", "immunizations", "documents", "visits",
    "details", "flags",
]  # fmt: skip


@pytest.fixture
def secrets(rosa):
    return [label(changes.create(make(rosa), by=SYSTEM), RESTRICTED) for make in ROWS]


def seen_by(user, row):
    rows = type(row).objects.visible_to(principal_of(user))
    return rows.filter(pk=row.pk).exists()


def url(name, row):
    return reverse(name, args=[row.pk])


@pytest.mark.parametrize("made", [RESTRICTED, HIV, EMPLOYEE])
def test_a_label_keeps_a_record_from_the_ward(nurse, rosa, made):
    assert not seen_by(nurse, secret(rosa, made))


@pytest.mark.parametrize(
    "made",
    [
        "http://terminology.hl7.org/CodeSystem/v3-Confidentiality|N",
        "http://terminology.hl7.org/CodeSystem/v3-ActReason|HTEST",
        "urn:house|R",
    ],
)
def test_another_label_keeps_nothing_back(nurse, rosa, made):
    assert seen_by(nurse, secret(rosa, made))


def test_the_care_team_sees_it(dr_ames, rosa):
    in_team(rosa, "ames")
    assert seen_by(dr_ames, secret(rosa))


def test_a_program_of_the_facility_does_not(harbour, rosa):
    row = secret(rosa)
    assert not Condition.objects.visible_to(limited(harbour)).filter(pk=row.pk).exists()


def test_every_type_is_kept_back(nurse, secrets):
    assert [row for row in secrets if seen_by(nurse, row)] == []


@pytest.fixture
def pages(client, nurse, secrets, rosa):
    """Every page of the chart, as somebody reads it who does not treat closely."""
    client.force_login(nurse)
    return {page: client.get(url(page, rosa)).text for page in PAGES}


def test_no_page_shows_what_is_kept_back(pages):
    assert [page for page, text in pages.items() if SECRET in text or ">199<" in text] == []


def test_every_page_says_that_something_is_kept_back(pages):
    said = f"{len(ROWS)} sensitive records are kept back"
    assert [page for page, text in pages.items() if said not in text] == []


def test_the_printed_summary_says_so_too(nurse, secrets, rosa):
    by = principal_of(nurse)
    said = str(chart_summary(open_to(by, rosa), by).blocks)
    assert f"{len(ROWS)} sensitive records are kept back from this paper" in said
    assert SECRET not in said


def test_the_treating_team_is_shown_it_all(client, dr_ames, secrets, rosa):
    in_team(rosa, "ames")
    client.force_login(dr_ames)
    text = client.get(url("problems", rosa)).text
    assert SECRET in text
    assert "kept back" not in text


def test_nothing_is_said_where_nothing_is_kept_back(client, nurse, rosa):
    client.force_login(nurse)
    assert "kept back" not in client.get(url("patient-chart", rosa)).text


def test_the_record_itself_is_not_found_and_offers_the_glass(client, nurse, rosa):
    row = secret(rosa)
    client.force_login(nurse)
    answer = client.get(reverse("in-error", args=["Condition", row.pk]))
    assert answer.status_code == 404
    assert url("break-glass", rosa) in answer.text


@pytest.mark.parametrize("accept", ["application/fhir+json", "application/fhir+xml"])
def test_fhir_keeps_it_back(client, nurse, secrets, rosa, accept):
    client.force_login(nurse)
    for row in secrets:
        address, headers = f"/fhir/{row.fhir_type}", {"accept": accept}
        assert client.get(f"{address}/{row.fhir_id}", headers=headers).status_code == 404
        found = client.get(f"{address}?patient={rosa.fhir_id}", headers=headers)
        assert SECRET not in found.text


@pytest.mark.parametrize("history", ["_history", "_history/1"])
def test_fhir_keeps_its_versions_back(client, nurse, rosa, history):
    client.force_login(nurse)
    assert client.get(f"/fhir/Condition/{secret(rosa).fhir_id}/{history}").status_code == 404


def test_the_file_of_a_labelled_document_is_kept_back_with_it(dr_ames, nurse, rosa):
    in_team(rosa, "ames")
    file = changes.create(Binary(patient=rosa, content_type="text/plain", data=b"x"), by=SYSTEM)
    content = [{"attachment": {"url": file.reference}}]
    document = DocumentReference(patient=rosa, status="current", content=content)
    label(changes.create(document, by=SYSTEM), RESTRICTED)
    assert not seen_by(nurse, file)
    assert seen_by(dr_ames, file)


def test_an_allergy_is_never_kept_back(client, nurse, rosa):
    row = AllergyIntolerance(patient=rosa, code_text="Latex", clinical_status="active")
    label(changes.create(row, by=SYSTEM), RESTRICTED)
    client.force_login(nurse)
    assert "Latex" in client.get(url("patient-chart", rosa)).text


def test_a_medicine_that_is_kept_back_is_compared_all_the_same(nurse, rosa):
    order = MedicationRequest(
        patient=rosa, status="active", intent="order", medication_text="Warfarin 5 mg tablet"
    )
    label(changes.create(order, by=SYSTEM), HIV)
    patient = open_to(principal_of(nurse), Patient.objects.get(pk=rosa.pk))
    (medicine,) = current_medicines(patient)
    assert medicine.ingredients
    assert "arfarin" not in medicine.text


@pytest.mark.django_db
def test_the_database_knows_the_same_labels():
    labels = [*sorted(SENSITIVE), "urn:other|R", "|R", "R", ""]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(chartwave_is_sensitive(ARRAY[each]::varchar[]) ORDER BY n)"
            " FROM unnest(%s::varchar[]) WITH ORDINALITY AS t(each, n)",
            [labels],
        )
        (found,) = cursor.fetchone()
    assert found == [is_sensitive([each]) for each in labels]


def test_a_clinician_keeps_a_record_for_the_team_and_shows_it_again(client, dr_ames, rosa):
    in_team(rosa, "ames")
    row = changes.create(Condition(patient=rosa, code_text="Asthma"), by=SYSTEM)
    client.force_login(dr_ames)
    page = reverse("record-label", args=["Condition", row.pk])
    for version, sensitive in ((1, True), (2, False)):
        client.post(page, {"patient": rosa.pk, "version": version})
        assert is_sensitive(Condition.objects.get(pk=row.pk).security) is sensitive


def test_the_label_goes_out_over_fhir(as_ames, rosa):
    in_team(rosa, "ames")
    row = changes.create(Condition(patient=rosa, code_text="Asthma"), by=SYSTEM)
    label_record(by=as_ames, row=row, sensitive=True, expected=1)
    meta = mapping("Condition").render(Condition.objects.get(pk=row.pk))["meta"]
    assert [each["code"] for each in meta["security"]] == ["R"]


def test_nobody_keeps_an_allergy_back(as_ames, rosa):
    row = changes.create(AllergyIntolerance(patient=rosa, code_text="Latex"), by=SYSTEM)
    with pytest.raises(Invalid):
        label_record(by=as_ames, row=row, sensitive=True, expected=1)


def test_a_registrar_says_that_somebody_is_staff(client, registrar, nurse, rosa):
    client.force_login(registrar)
    sent = {"codes": ["EMP"], "version": 1, "patient": rosa.pk}
    assert client.post(url("person-label", rosa), sent).status_code == 302
    assert not seen_by(nurse, rosa)


def test_a_label_of_another_system_stays(registrar, rosa):
    label(rosa, "urn:house|blue")
    label_person(by=principal_of(registrar), patient=rosa, codes=["EMP"], expected=2)
    assert Patient.objects.get(pk=rosa.pk).security == ["urn:house|blue", EMPLOYEE]


def test_an_administrator_labels_nobody(as_administrator, rosa):
    with pytest.raises(NotAllowed):
        label_person(by=as_administrator, patient=rosa, codes=["EMP"], expected=1)


def test_labelling_is_on_record(registrar, rosa):
    label_person(by=principal_of(registrar), patient=rosa, codes=["CEL"], expected=1)
    assert AuditEvent.objects.get(action="label").detail["labels"] == ["CEL"]


RESTRICT = {"at": "2026-01-05T10:00", "until": "", "practitioner": "", "facility": "", "role": ""}


@pytest.mark.parametrize("who", ["registrar", "dr_ames"])
def test_a_restriction_is_entered_on_a_page_and_ended(client, request, nurse, rosa, who):
    client.force_login(request.getfixturevalue(who))
    sent = RESTRICT | {"kind": "everybody", "patient": rosa.pk}
    assert client.post(url("restriction-new", rosa), sent).status_code == 302
    assert not seen_by(nurse, rosa)
    consent = rosa.restrictions.get().consent
    ended = {"patient": rosa.pk, "version": consent.version}
    assert client.post(url("consent-withdraw", consent), ended).status_code == 302
    assert seen_by(nurse, rosa)


def test_a_privacy_officer_ends_restrictions_and_no_other_consent(client, harbour, rosa):
    client.force_login(staff("pia", Role.PRIVACY_OFFICER, harbour))
    restriction, research = refuses(rosa), refuses(rosa, scope="research")
    for consent, status in ((restriction, 302), (research, 403)):
        ended = {"patient": rosa.pk, "version": 1}
        assert client.post(url("consent-withdraw", consent), ended).status_code == status


def test_a_person_is_named_on_the_page(client, registrar, dr_ames, nurse, rosa):
    client.force_login(registrar)
    who = dr_ames.practitioner.pk
    sent = RESTRICT | {"kind": "person", "practitioner": who, "patient": rosa.pk}
    client.post(url("restriction-new", rosa), sent)
    assert not seen_by(dr_ames, rosa)
    assert seen_by(nurse, rosa)


def test_a_role_is_named_on_the_page(client, registrar, harbour, dr_ames, nurse, rosa):
    client.force_login(registrar)
    sent = RESTRICT | {"kind": "facility", "facility": harbour.pk, "role": "nurse"}
    client.post(url("restriction-new", rosa), sent | {"patient": rosa.pk})
    assert seen_by(dr_ames, rosa)
    assert not seen_by(nurse, rosa)


@pytest.mark.parametrize("kind", ["person", "facility", ""])
def test_whoever_is_meant_must_be_named(client, registrar, rosa, kind):
    client.force_login(registrar)
    sent = RESTRICT | {"kind": kind, "patient": rosa.pk}
    assert client.post(url("restriction-new", rosa), sent).status_code == 422
    assert not rosa.restrictions.exists()


def test_an_administrator_restricts_nothing(client, administrator, rosa):
    client.force_login(administrator)
    assert client.get(url("restriction-new", rosa)).status_code == 403


def test_refusing_to_share_the_record_closes_no_chart(client, registrar, nurse, rosa):
    client.force_login(registrar)
    sent = {"about": "privacy", "decision": "deny", "at": "2026-01-05T10:00", "patient": rosa.pk}
    assert client.post(url("consent-new", rosa), sent).status_code == 302
    assert rosa.restrictions.get().sending
    assert seen_by(nurse, rosa)
