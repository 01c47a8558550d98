"""The page on which a medicine is prescribed: checked, then signed."""

import pytest

from patients.models import (
    MedicationRequest,
)
from patients.tests.medicines.conftest import allergic, order, posted
from patients.tests.medicines.signing import checked, new, sign, signed, text

MARKUP = "<script>alert(1)</script>"


def test_checking_says_the_instruction_in_words(doctor_client, rosa):
    answer, _shown = checked(doctor_client, rosa, dose="30 mg", frequency="weekly")
    assert "Bisoprolol 30 mg by mouth once WEEKLY" in text(answer)


def test_checking_writes_nothing(doctor_client, rosa):
    checked(doctor_client, rosa)
    assert not MedicationRequest.objects.exists()


def test_checking_names_the_patient(doctor_client, rosa):
    assert "LINDQVIST, Rosa" in text(checked(doctor_client, rosa)[0])


def test_a_signed_prescription_is_there(doctor_client, rosa):
    signed(doctor_client, rosa)
    assert MedicationRequest.objects.get().medication_text == "Bisoprolol"


def test_a_signed_prescription_is_not_transmitted(doctor_client, rosa):
    row = signed(doctor_client, rosa)
    assert "Not transmitted: print and sign" in text(doctor_client.get(row.url))


@pytest.mark.parametrize("dose", ["500", "5,0 mg", ".5 mg", "5.0 mg", "10 U", "10 µg", "five mg"])
def test_a_dose_that_can_be_misread_is_refused(doctor_client, rosa, dose):
    assert checked(doctor_client, rosa, dose=dose)[0].status_code == 422


def test_a_dose_without_a_unit_says_what_to_write(doctor_client, rosa):
    assert "has no unit" in text(checked(doctor_client, rosa, dose="500")[0])


def test_what_was_typed_stands_again_after_a_refusal(doctor_client, rosa):
    answer = checked(doctor_client, rosa, dose="500", reason="Angina of effort")[0]
    assert "Angina of effort" in text(answer)


@pytest.mark.parametrize("field", ["medicine", "extra", "reason", "as_needed_for"])
def test_markup_is_shown_as_text(doctor_client, rosa, field):
    more = {"as_needed": "on"} if field == "as_needed_for" else {}
    page = text(checked(doctor_client, rosa, **{field: MARKUP} | more)[0])
    assert (MARKUP in page, "&lt;script&gt;" in page) == (False, True)


def test_markup_in_a_signed_prescription_is_shown_as_text(doctor_client, rosa):
    row = order(rosa, MARKUP, dosages=[{"text": MARKUP}], notes=[{"text": MARKUP}])
    assert MARKUP not in text(doctor_client.get(f"/medications/{row.id}/"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "yesterday"),
        ("start", "0001-01-01T00:00"),
        ("refills", "-1"),
        ("refills", "1e9"),
        ("duration_days", "0"),
        ("route", "elbow"),
        ("frequency", "sometimes"),
        ("setting", "moon"),
        ("medicine", ""),
        ("medicine", "x" * 1_000_000),
        ("medicine", "a\0b"),
    ],
)
def test_a_field_that_cannot_be_is_refused(doctor_client, rosa, field, value):
    assert checked(doctor_client, rosa, **{field: value})[0].status_code == 422


@pytest.mark.parametrize("field", ["route", "frequency"])
def test_nothing_is_ordered_without_saying_how_and_how_often(doctor_client, rosa, field):
    assert checked(doctor_client, rosa, **{field: ""})[0].status_code == 422


def test_emoji_and_combining_letters_are_kept(doctor_client, rosa):
    signed(doctor_client, rosa, extra="å la carte 🍊")
    assert "🍊" in MedicationRequest.objects.get().dosages[0]["text"]


def test_a_prescription_that_changed_after_it_was_read_is_not_signed(doctor_client, rosa):
    _answer, shown = checked(doctor_client, rosa, dose="5 mg")
    assert sign(doctor_client, rosa, shown, dose="50 mg").status_code == 409


def test_a_chart_that_changed_after_it_was_read_is_read_again(doctor_client, rosa):
    _answer, shown = checked(doctor_client, rosa, medicine="Amoxicillin", dose="500 mg")
    allergic(rosa)
    answer = sign(doctor_client, rosa, shown, medicine="Amoxicillin", dose="500 mg")
    assert (answer.status_code, MedicationRequest.objects.count()) == (409, 0)


def test_a_form_of_another_patient_is_refused(doctor_client, rosa, otto):
    _answer, shown = checked(doctor_client, rosa)
    said = posted() | {"sign": "1", "shown": shown, "patient": str(otto.id)}
    assert doctor_client.post(new(rosa), said).status_code == 409


def test_an_allergy_is_not_signed_over_without_a_reason(doctor_client, rosa):
    allergic(rosa)
    answer = signed(doctor_client, rosa, medicine="Amoxicillin", dose="500 mg")
    assert (answer.status_code, MedicationRequest.objects.count()) == (422, 0)
    assert "Choose a reason, or change the prescription." in answer.content.decode()


def test_an_allergy_is_signed_over_with_a_reason(doctor_client, rosa):
    allergic(rosa)
    fields = {"medicine": "Amoxicillin", "dose": "500 mg"}
    answer, shown = checked(doctor_client, rosa, **fields)
    rules = [row["finding"].rule_id for row in answer.context["interrupting"]]
    reasons = {f"why-{rule}": "tolerated-before" for rule in rules}
    done = sign(doctor_client, rosa, shown, **fields | reasons)
    assert "Patient has taken this before without harm" in text(doctor_client.get(done.url))


def test_another_reason_is_to_be_written(doctor_client, rosa):
    allergic(rosa)
    fields = {"medicine": "Amoxicillin", "dose": "500 mg"}
    answer, shown = checked(doctor_client, rosa, **fields)
    rules = [row["finding"].rule_id for row in answer.context["interrupting"]]
    reasons = {f"why-{rule}": "other" for rule in rules}
    assert sign(doctor_client, rosa, shown, **fields | reasons).status_code == 422
