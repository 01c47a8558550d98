"""The chart page says what is known, and says so when something is not."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.models import AllergyIntolerance, Condition, Observation


@pytest.fixture
def page(client, dr_ames, rosa):
    client.force_login(dr_ames)
    return lambda: client.get(f"/patients/{rosa.id}/").content.decode()


def pulse(rosa, value=72, **columns):
    return changes.create(
        Observation(
            **{
                "patient": rosa,
                "status": "final",
                "categories": ["vital-signs"],
                "code_system": "http://loinc.org",
                "code_code": "8867-4",
                "effective_start": timezone.now() - timedelta(minutes=5),
                "value": Decimal(value),
                "value_ucum": "/min",
            }
            | columns
        ),
        by=SYSTEM,
    )


def test_hides_other_facilities_patients(client, dr_baum, rosa):
    client.force_login(dr_baum)
    assert client.get(f"/patients/{rosa.id}/").status_code == 404


def test_an_unknown_allergy_state_is_said(page):
    assert "Allergies not recorded" in page()


def test_no_known_allergies_is_a_statement_of_somebody(page, rosa):
    changes.create(
        AllergyIntolerance(patient=rosa, code_code="716186003", clinical_status="active"),
        by=SYSTEM,
    )
    assert "No known allergies" in page()


def test_an_allergy_stands_in_the_banner(page, rosa):
    changes.create(AllergyIntolerance(patient=rosa, code_text="Penicillin"), by=SYSTEM)
    assert "Known allergies" in page()


def test_a_problem_entered_in_error_is_not_listed(page, rosa):
    changes.create(
        Condition(patient=rosa, code_text="Gout", verification_status="entered-in-error"),
        by=SYSTEM,
    )
    assert "Gout" not in page()


def test_no_reference_range_is_said(page, rosa):
    pulse(rosa)
    assert "No reference range: <span>Pulse</span>" in " ".join(page().split())


def test_a_result_without_a_range_says_so(page, rosa):
    pulse(rosa, categories=["laboratory"], code_code="99999-9", code_text="Something rare")
    assert "no reference range" in page()


def test_an_unknown_modifier_is_loud(page, rosa):
    condition = Condition(patient=rosa, code_text="Asthma")
    condition.extra = {"modifierExtension": [{"url": "urn:not-really", "valueBoolean": True}]}
    changes.create(condition, by=SYSTEM)
    assert "contains information not understood here" in page()


def test_a_device_reading_waits_as_unconfirmed(page, rosa):
    pulse(rosa, status="preliminary", device="Device/x")
    assert "device, unconfirmed" in page()


def test_an_accepted_reading_is_final(client, page, rosa):
    reading = pulse(rosa, status="preliminary", device="Device/x")
    page()
    client.post(f"/observations/{reading.id}/accept/", {"version": "1"})
    reading.refresh_from_db()
    assert reading.status == "final"


def test_accepting_names_the_clinician_as_performer(client, page, rosa):
    reading = pulse(rosa, status="preliminary", device="Device/x")
    client.post(f"/observations/{reading.id}/accept/", {"version": "1"})
    reading.refresh_from_db()
    assert reading.performers == [{"reference": "Practitioner/ames", "display": "Dr Ada Ames"}]


def test_a_reading_that_changed_meanwhile_is_not_accepted(client, page, rosa):
    reading = pulse(rosa, status="preliminary", device="Device/x")
    reading.value = Decimal(73)
    changes.update(reading, by=SYSTEM)
    answer = client.post(f"/observations/{reading.id}/accept/", {"version": "1"})
    assert answer.status_code == 409


def test_a_registrar_cannot_open_a_chart(client, registrar, rosa):
    client.force_login(registrar)
    assert client.get(f"/patients/{rosa.id}/").status_code == 403


def test_every_look_is_on_record(page, rosa, dr_ames):
    from accounts.models import AuditEvent

    page()
    look = AuditEvent.objects.get(action="read")
    assert (look.principal, look.patient_id) == (f"user:{dr_ames.id}", rosa.id)


def test_the_chart_asks_the_database_as_often_for_one_row_as_for_hundreds(
    client, dr_ames, rosa, django_assert_max_num_queries
):
    for value in range(60):
        pulse(rosa, value + 40)
    client.force_login(dr_ames)
    client.get(f"/patients/{rosa.id}/")  # the session is written once in a while
    with django_assert_max_num_queries(14):  # 10 and transaction control
        client.get(f"/patients/{rosa.id}/")


def strike(client, reading, reason="wrong arm", version="1", patient=None):
    said = {"reason": reason, "version": version, "patient": str(patient or reading.patient_id)}
    return client.post(f"/records/Observation/{reading.id}/in-error/", said)


def test_what_was_entered_in_error_leaves_the_chart(client, page, rosa):
    reading = pulse(rosa, "199.25")  # a number that stands in no key
    strike(client, reading)
    assert "199.25" not in page()


def test_what_was_entered_in_error_is_kept_with_its_reason(client, page, rosa):
    reading = pulse(rosa, 199)
    strike(client, reading)
    kept = client.get(f"/observations/{reading.id}/").content.decode()
    assert "Entered in error: wrong arm" in kept


def test_a_form_of_another_patients_tab_strikes_nothing(client, page, rosa, otto):
    reading = pulse(rosa)
    assert strike(client, reading, patient=otto.id).status_code == 409


def test_an_error_needs_a_reason(client, page, rosa):
    assert strike(client, pulse(rosa), reason=" ").status_code == 422


def test_an_error_is_not_entered_twice(client, page, rosa):
    reading = pulse(rosa)
    strike(client, reading)
    assert strike(client, reading, version="2").status_code == 409


def test_an_observation_of_somebody_elses_patient_is_not_there(client, dr_baum, rosa):
    client.force_login(dr_baum)
    assert client.get(f"/observations/{pulse(rosa).id}/").status_code == 404


def test_a_version_names_who_made_it(client, page, rosa):
    reading = pulse(rosa)
    strike(client, reading)
    kept = client.get(f"/observations/{reading.id}/").content.decode()
    assert kept.count("Dr Ada Ames") >= 2  # in the note, and beside version 2


def test_a_critical_value_before_keeps_its_flag(page, rosa):
    critical = [{"coding": [{"code": "HH"}]}]
    lab = {"categories": ["laboratory"], "code_code": "2823-3", "code_text": "Potassium"}
    earlier = timezone.now() - timedelta(hours=2)
    pulse(rosa, 7, **lab, effective_start=earlier, interpretations=critical)
    pulse(rosa, 4, **lab)
    assert "critically high" in page()


def test_a_saturation_on_oxygen_says_so(page, rosa):
    oxygen = {"code": {"text": "Air or oxygen"}, "valueCodeableConcept": {"text": "Oxygen, mask"}}
    pulse(rosa, 93, code_code="59408-5", value_ucum="%", components=[oxygen])
    assert "Oxygen, mask" in page()
