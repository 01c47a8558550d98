"""A round of vital signs: what can be, what asks, in which unit, and when."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from fhir import changes
from fhir.principal import SYSTEM
from fhir.registry import mapping
from patients.acts.vital_signs import SIGNS, Amount, Vitals
from patients.acts.vitals import ImpossibleVitals, NotChecked, record_vitals
from patients.models import Observation

OSLO = ZoneInfo("Europe/Oslo")


def clock(moment=None):
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


@pytest.fixture
def send(client, nurse, rosa):
    client.force_login(nurse)

    def post(**said):
        body = {"patient": str(rosa.id), "measured_at": clock()} | said
        return client.post(f"/patients/{rosa.id}/vitals/", body)

    return post


def only(patient, code):
    return Observation.objects.of(patient).get(code_code=code)


def weight(patient, value, *, days=3, **columns):
    at = timezone.now() - timedelta(days=days)
    return changes.create(
        Observation(
            **{
                "patient": patient,
                "status": "final",
                "categories": ["vital-signs"],
                "code_code": "29463-7",
                "effective_start": at,
                "effective_end": at,
                "value": Decimal(value),
                "value_ucum": "kg",
            }
            | columns
        ),
        by=SYSTEM,
    )


def test_one_form_becomes_an_observation_for_each_sign(send, rosa):
    send(systolic="120", diastolic="80", pulse="72", temperature="37.2", acvpu="A")
    codes = Observation.objects.of(rosa).values_list("code_code", flat=True)
    assert sorted(codes) == ["67775-7", "8310-5", "85354-9", "8867-4"]


def test_all_of_a_round_belongs_to_the_visit(send, rosa):
    send(pulse="72", respiration="14")
    encounters = set(Observation.objects.of(rosa).values_list("encounter__patient", flat=True))
    assert encounters == {rosa.id}


def test_a_round_is_one_line_in_the_audit_trail(send, rosa, nurse):
    send(pulse="72", respiration="14")
    event = AuditEvent.objects.get(action="record-vitals")
    assert (event.principal, event.patient_id, len(event.entities)) == (
        f"user:{nurse.id}",
        rosa.id,
        2,
    )


def test_the_nurse_stands_as_the_performer(send, rosa):
    send(pulse="72")
    assert only(rosa, "8867-4").performers[0]["display"] == "Nora Nurse"


IMPOSSIBLE = [
    ("systolic", "19", {"diastolic": "11"}),
    ("systolic", "351", {"diastolic": "80"}),
    ("diastolic", "9", {"systolic": "120"}),
    ("diastolic", "251", {"systolic": "300"}),
    ("pulse", "401", {}),
    ("respiration", "121", {}),
    ("spo2", "9", {}),
    ("spo2", "101", {}),
    ("oxygen_flow", "0", {"spo2": "95", "breathing": "oxygen"}),
    ("oxygen_flow", "101", {"spo2": "95", "breathing": "oxygen"}),
    ("temperature", "19.9", {}),
    ("temperature", "46.1", {}),
    ("temperature", "98.6", {}),
    ("pain", "11", {}),
    ("weight", "0.1", {}),
    ("weight", "701", {}),
    ("height", "14", {}),
    ("height", "281", {}),
]


@pytest.mark.parametrize(("field", "value", "also"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_at_its_field(send, rosa, field, value, also):
    answer = send(**{field: value} | also)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Observation.objects.of(rosa).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pulse", "0"),
        ("respiration", "0"),
        ("spo2", "10"),
        ("temperature", "20"),
        ("temperature", "46"),
        ("weight", "700"),
        ("height", "280"),
    ],
)
def test_the_bounds_themselves_are_possible_once_checked(send, rosa, field, value):
    assert send(**{field: value}, checked="on").status_code == 302


def test_an_impossible_number_is_told_beside_what_is_no_number(send):
    answer = send(systolic="abc", diastolic="80", temperature="400")
    assert {"systolic", "temperature"} == set(answer.context["form"].errors)


def test_what_was_recorded_is_said_in_the_words_of_the_form(send, client):
    said = client.get(send(spo2="96", pulse="72").url).content.decode()
    assert "Recorded: Oxygen saturation, Pulse." in said


def test_a_refusal_names_field_value_and_remedy(send):
    said = send(pulse="720").content.decode()
    assert "Pulse: 720 /min cannot have been measured" in said
    assert "Read it again, and check the unit." in said


@pytest.mark.parametrize(
    "text", ["72 bpm", "seventy", "-72", "7e1", "1,2,3", "٧٢x", "<b>72</b>", "99999"]
)
def test_only_digits_are_a_number(send, text):
    assert send(pulse=text).status_code == 422


def test_markup_in_a_number_is_shown_as_text(send):
    assert "<b>72</b>" not in send(pulse="<b>72</b>").content.decode()


def test_markup_in_a_note_is_shown_as_text(send, client, rosa):
    send(pulse="72", note="<script>alert(1)</script>")
    page = client.get(f"/patients/{rosa.id}/vitals/").content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("field", "value"), [("pulse", "72.5"), ("respiration", "14.5"), ("pain", "2.5")]
)
def test_what_is_counted_has_no_fraction(send, field, value):
    assert send(**{field: value}).status_code == 422


def test_an_empty_form_is_refused(send):
    assert "Enter at least one vital sign" in send().content.decode()


def test_one_pressure_needs_the_other(send):
    assert "diastolic" in send(systolic="120").context["form"].errors


def test_swapped_pressures_are_refused(send):
    assert "swapped" in send(systolic="80", diastolic="120").content.decode()


def test_air_and_a_flow_contradict_each_other(send):
    answer = send(spo2="95", breathing="air", oxygen_flow="2")
    assert "breathing" in answer.context["form"].errors


def test_a_flow_needs_the_word_oxygen(send):
    assert "breathing" in send(spo2="95", oxygen_flow="2").context["form"].errors


def test_oxygen_without_a_saturation_is_refused(send):
    assert "spo2" in send(pulse="72", breathing="oxygen").context["form"].errors


UNLIKELY = [
    {"systolic": "75", "diastolic": "50"},
    {"pulse": "155"},
    {"respiration": "6"},
    {"spo2": "79"},
    {"temperature": "33.5"},
    {"weight": "29"},
    {"height": "119"},
]


@pytest.mark.parametrize("said", UNLIKELY)
def test_what_is_unlikely_asks_first(send, rosa, said):
    answer = send(**said)
    assert answer.status_code == 422
    assert "is unusual" in answer.content.decode()
    assert not Observation.objects.of(rosa).exists()


@pytest.mark.parametrize("said", UNLIKELY)
def test_what_is_unlikely_is_saved_once_checked(send, said):
    assert send(**said, checked="on").status_code == 302


def test_what_is_usual_in_a_child_does_not_ask(send, rosa):
    rosa.birth_date_low = rosa.birth_date_high = timezone.localdate() - timedelta(days=900)
    changes.update(rosa, by=SYSTEM)
    assert send(pulse="180").status_code == 302


def test_a_weight_that_moved_more_than_a_tenth_asks(send, rosa):
    weight(rosa, "70")
    said = send(weight="78").content.decode()
    assert "Weight 78 kg: +11 % against 70 kg" in said


def test_a_weight_that_moved_is_saved_once_checked(send, rosa):
    weight(rosa, "70")
    send(weight="78", checked="on")
    assert Observation.objects.of(rosa).filter(code_code="29463-7").count() == 2


@pytest.mark.parametrize("value", ["77", "63"])
def test_a_tenth_itself_does_not_ask(send, rosa, value):
    weight(rosa, "70")
    assert send(weight=value).status_code == 302


def test_pounds_are_compared_with_kilograms(send, rosa):
    weight(rosa, "70")
    assert send(weight="154.3", weight_unit="[lb_av]").status_code == 302


def test_a_weight_that_a_device_sent_and_nobody_accepted_is_no_measure(send, rosa):
    weight(rosa, "7", status="preliminary", device="Device/x")
    assert send(weight="70").status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "ucum", "code"),
    [
        ("temperature", "98.60", "[degF]", "8310-5"),
        ("weight", "154.3", "[lb_av]", "29463-7"),
        ("height", "67", "[in_i]", "8302-2"),
        ("temperature", "37.20", "Cel", "8310-5"),
    ],
)
def test_the_number_and_unit_that_were_read_are_kept(send, rosa, field, value, ucum, code):
    send(**{field: value, f"{field}_unit": ucum})
    row = only(rosa, code)
    assert (str(row.value), row.value_ucum) == (value, ucum)


def test_a_decimal_comma_is_a_decimal_point(send, rosa):
    send(temperature="37,5")
    assert only(rosa, "8310-5").value == Decimal("37.5")


def test_a_unit_that_is_not_offered_is_refused(send):
    assert (
        "temperature_unit" in send(temperature="310", temperature_unit="K").context["form"].errors
    )


def test_measured_at_and_entered_at_stand_apart(send, rosa):
    earlier = timezone.now() - timedelta(hours=1)
    send(pulse="72", measured_at=clock(earlier))
    row = only(rosa, "8867-4")
    assert row.issued_at - row.effective_start > timedelta(minutes=59)


def test_the_future_is_refused(send):
    answer = send(pulse="72", measured_at=clock(timezone.now() + timedelta(hours=1)))
    assert "measured_at" in answer.context["form"].errors


def test_no_time_is_refused(send):
    assert "measured_at" in send(pulse="72", measured_at="").context["form"].errors


@pytest.fixture
def in_oslo(harbour):
    harbour.time_zone = "Europe/Oslo"
    changes.update(harbour, by=SYSTEM)


def test_the_time_is_that_of_the_facility(in_oslo, send, rosa):
    send(pulse="72", measured_at="2026-07-01T10:00")
    assert only(rosa, "8867-4").effective_start == datetime(2026, 7, 1, 10, tzinfo=OSLO)


def test_an_hour_that_the_clock_skipped_is_refused(in_oslo, send):
    answer = send(pulse="72", measured_at="2026-03-29T02:30")
    assert "measured_at" in answer.context["form"].errors


def test_an_hour_that_the_clock_showed_twice_asks_which(in_oslo, send):
    answer = send(pulse="72", measured_at="2025-10-26T02:30")
    assert "The clock showed 02:30 twice" in answer.content.decode()


@pytest.mark.parametrize(("clock_side", "utc_hour"), [("0", 0), ("1", 1)])
def test_the_chosen_one_of_the_two_hours_is_kept(in_oslo, send, rosa, clock_side, utc_hour):
    send(pulse="72", **{"measured_at": "2025-10-26T02:30", "measured_at-which": clock_side})
    start = only(rosa, "8867-4").effective_start
    assert start == datetime(2025, 10, 26, utc_hour, 30, tzinfo=ZoneInfo("UTC"))


def fhir(row):
    rules = mapping("Observation")
    return rules.render(rules.queryset().get(pk=row.pk))


def test_a_pressure_names_position_and_arm(send, rosa):
    send(systolic="120", diastolic="80", position="sitting", arm="left")
    body = fhir(only(rosa, "85354-9"))
    assert body["bodySite"]["coding"][0]["code"] == "368208006"
    assert body["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "33586001"


def test_a_pressure_has_both_components(send, rosa):
    send(systolic="120", diastolic="80")
    components = fhir(only(rosa, "85354-9"))["component"]
    assert [c["code"]["coding"][0]["code"] for c in components] == ["8480-6", "8462-4"]


def test_a_saturation_has_both_codes_and_what_was_breathed(send, rosa):
    send(spo2="93", breathing="oxygen", oxygen_flow="2", oxygen_device="nasal cannula")
    body = fhir(only(rosa, "59408-5"))
    assert [c["code"] for c in body["code"]["coding"]] == ["59408-5", "2708-6"]
    assert body["component"][0]["valueQuantity"] == {
        "value": 2,
        "unit": "L/min",
        "system": "http://unitsofmeasure.org",
        "code": "L/min",
    }


@pytest.mark.parametrize("letter", ["A", "C", "V", "P", "U"])
def test_consciousness_is_coded(send, rosa, letter):
    send(acvpu=letter)
    assert only(rosa, "67775-7").value_concept_system == "http://snomed.info/sct"


def test_a_registrar_records_nothing(client, registrar, rosa):
    client.force_login(registrar)
    answer = client.post(f"/patients/{rosa.id}/vitals/", {"pulse": "72"})
    assert answer.status_code == 403


def test_a_doctor_of_another_facility_finds_nothing(client, dr_baum, rosa):
    client.force_login(dr_baum)
    answer = client.post(f"/patients/{rosa.id}/vitals/", {"pulse": "72"})
    assert answer.status_code == 404


def test_a_form_of_another_patient_is_refused(send, otto, rosa):
    assert send(pulse="72", patient=str(otto.id)).status_code == 409
    assert not Observation.objects.of(rosa).exists()


def test_an_act_names_the_sign_that_cannot_be(as_nurse, rosa):
    amounts = {"pulse": Amount(Decimal(720), SIGNS["pulse"].units[0])}
    with pytest.raises(ImpossibleVitals, match="Pulse: 720 /min cannot have been measured"):
        record_vitals(by=as_nurse, patient=rosa, vitals=Vitals(timezone.now(), amounts))


def test_an_act_asks_about_what_is_unlikely(as_nurse, rosa):
    amounts = {"pulse": Amount(Decimal(155), SIGNS["pulse"].units[0])}
    with pytest.raises(NotChecked, match="Pulse 155 /min is unusual"):
        record_vitals(by=as_nurse, patient=rosa, vitals=Vitals(timezone.now(), amounts))
