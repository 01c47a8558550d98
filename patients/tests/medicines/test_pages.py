"""The pages of medicines: who reaches them, what they say, what they refuse."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhir import changes
from fhir.definitions import modifier_elements
from fhir.principal import SYSTEM
from patients.models import (
    Medication,
    MedicationAdministration,
    MedicationRequest,
    MedicationReview,
    MedicationStatement,
)
from patients.tests.medicines.conftest import FOUR_TIMES, allergic, order, posted

MARKUP = "<script>alert(1)</script>"


def text(answer):
    return answer.content.decode()


def new(rosa):
    return f"/patients/{rosa.id}/medications/new/"


def checked(client, rosa, **fields):
    """The page after "Check", and what its hidden fields say."""
    answer = client.post(new(rosa), posted(**fields))
    return answer, answer.context.get("shown", "")


def sign(client, rosa, shown, **fields):
    said = posted(**fields) | {"sign": "1", "shown": shown, "patient": str(rosa.id)}
    return client.post(new(rosa), said)


def signed(client, rosa, **fields):
    _answer, shown = checked(client, rosa, **fields)
    return sign(client, rosa, shown, **fields)


@pytest.mark.parametrize(
    "tail", ["", "new/", "elsewhere/", "reconcile/", "due/"], ids=lambda tail: tail or "list"
)
def test_a_doctor_of_another_house_finds_nothing(client, dr_baum, rosa, tail):
    client.force_login(dr_baum)
    assert client.get(f"/patients/{rosa.id}/medications/{tail}").status_code == 404


@pytest.mark.parametrize("tail", ["", "renew/", "stop/", "hold/", "give/"])
def test_a_prescription_of_somebody_elses_patient_is_not_there(client, dr_baum, rosa, tail):
    client.force_login(dr_baum)
    assert client.get(f"/medications/{order(rosa).id}/{tail}").status_code == 404


@pytest.mark.parametrize("tail", ["", "elsewhere/", "reconcile/", "due/"])
def test_a_nurse_reaches_the_pages_of_the_round(nurse_client, rosa, tail):
    assert nurse_client.get(f"/patients/{rosa.id}/medications/{tail}").status_code == 200


def test_a_nurse_may_not_open_the_prescription_form(nurse_client, rosa):
    assert nurse_client.get(new(rosa)).status_code == 403


def test_a_nurse_may_not_post_a_prescription(nurse_client, rosa):
    assert nurse_client.post(new(rosa), posted()).status_code == 403


@pytest.mark.parametrize("tail", ["renew/", "stop/", "hold/"])
def test_a_nurse_may_not_change_a_prescription(nurse_client, rosa, tail):
    assert nurse_client.get(f"/medications/{order(rosa).id}/{tail}").status_code == 403


def test_a_registrar_reads_no_medicines(client, registrar, rosa):
    client.force_login(registrar)
    assert client.get(f"/patients/{rosa.id}/medications/").status_code == 403


def test_the_list_says_that_nobody_reconciled_it(doctor_client, rosa):
    assert "Never reconciled here" in text(doctor_client.get(f"/patients/{rosa.id}/medications/"))


def test_the_list_names_what_is_missing(doctor_client, rosa):
    order(rosa)
    assert "dosage not recorded" in text(doctor_client.get(f"/patients/{rosa.id}/medications/"))


def test_the_list_of_the_dead_says_so(doctor_client, rosa):
    order(rosa)
    rosa.deceased = True
    changes.update(rosa, by=SYSTEM)
    assert "On the list at death" in text(doctor_client.get(f"/patients/{rosa.id}/medications/"))


@pytest.mark.parametrize("rows", [1, 100])
def test_the_page_asks_as_often_for_one_line_as_for_a_hundred(
    doctor_client, rosa, rows, django_assert_max_num_queries
):
    for number in range(rows):
        order(rosa, f"Medicine {number}")
        order(rosa, f"Old medicine {number}", status="stopped")
    doctor_client.get(f"/patients/{rosa.id}/medications/")
    with django_assert_max_num_queries(26):
        doctor_client.get(f"/patients/{rosa.id}/medications/")


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


def stop(client, row, rosa, **fields):
    said = {
        "reason": "Dizzy",
        "version": "1",
        "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "patient": str(rosa.id),
    }
    return client.post(f"/medications/{row.id}/stop/", said | fields)


def test_a_prescription_is_stopped_with_its_reason(doctor_client, rosa):
    row = order(rosa)
    stop(doctor_client, row, rosa)
    assert "Dizzy" in text(doctor_client.get(f"/patients/{rosa.id}/medications/"))


def test_a_stop_before_the_start_is_refused_on_the_page(doctor_client, rosa):
    answer = stop(doctor_client, order(rosa), rosa, at="2020-01-01T10:00")
    assert (answer.status_code, "before the start" in text(answer)) == (422, True)


def test_a_stop_without_a_reason_is_refused_on_the_page(doctor_client, rosa):
    assert stop(doctor_client, order(rosa), rosa, reason=" ").status_code == 422


def test_a_stale_stop_gets_the_merge_page_with_the_reason(doctor_client, rosa):
    row = order(rosa)
    row.priority = "urgent"
    changes.update(row, by=SYSTEM)
    answer = stop(doctor_client, row, rosa)
    assert (answer.status_code, "Dizzy" in text(answer)) == (409, True)


def test_the_merge_page_saves_over_the_newer_version(doctor_client, rosa):
    row = order(rosa)
    row.priority = "urgent"
    changes.update(row, by=SYSTEM)
    stop(doctor_client, row, rosa, version="2")
    row.refresh_from_db()
    assert row.status == "stopped"


def test_a_stale_renewal_gets_the_merge_page(doctor_client, rosa):
    row = order(rosa)
    address = f"/medications/{row.id}/renew/"
    answer = doctor_client.post(address, posted(version="1"))
    row.priority = "urgent"
    changes.update(row, by=SYSTEM)
    said = posted(version="1", sign="1", shown=answer.context["shown"], patient=str(rosa.id))
    assert doctor_client.post(address, said).status_code == 409


def test_a_renewal_starts_from_what_was_prescribed(doctor_client, rosa):
    signed(doctor_client, rosa, dose="7.5 mg", frequency="twice-daily")
    row = MedicationRequest.objects.get()
    page = text(doctor_client.get(f"/medications/{row.id}/renew/"))
    assert ('value="7.5 mg"' in page, 'value="twice-daily" selected' in page) == (True, True)


def test_a_prescription_is_held_and_resumed(doctor_client, rosa):
    row = order(rosa)
    said = {"reason": "Slow pulse", "patient": str(rosa.id)}
    doctor_client.post(f"/medications/{row.id}/hold/", said | {"version": "1"})
    doctor_client.post(f"/medications/{row.id}/hold/", said | {"version": "2"})
    row.refresh_from_db()
    assert (row.status, row.version) == ("active", 3)


def test_a_stopped_prescription_is_not_changed(doctor_client, rosa):
    row = order(rosa, status="stopped")
    assert doctor_client.get(f"/medications/{row.id}/stop/").status_code == 409


def elsewhere(client, rosa, **fields):
    said = {
        "medicine": "St John's wort",
        "status": "active",
        "source": "the patient",
        "patient": str(rosa.id),
    }
    return client.post(f"/patients/{rosa.id}/medications/elsewhere/", said | fields)


def test_a_nurse_records_a_medicine_from_elsewhere(nurse_client, rosa):
    elsewhere(nurse_client, rosa, since="2019")
    row = MedicationStatement.objects.get()
    assert "Said by: the patient" in text(nurse_client.get(f"/statements/{row.id}/"))


@pytest.mark.parametrize(("field", "value"), [("since", "soon"), ("since", "2090"), ("source", "")])
def test_a_statement_that_cannot_be_is_refused(nurse_client, rosa, field, value):
    assert elsewhere(nurse_client, rosa, **{field: value}).status_code == 422


def test_a_statement_is_ended_with_its_reason(nurse_client, rosa):
    elsewhere(nurse_client, rosa)
    row = MedicationStatement.objects.get()
    said = {"reason": "Rash", "version": "1", "patient": str(rosa.id)}
    nurse_client.post(f"/statements/{row.id}/stop/", said)
    assert "Rash" in text(nurse_client.get(f"/statements/{row.id}/"))


def walk(client, rosa, row, **fields):
    line = {"outcome": "confirmed", "reference": row.reference, "version": "1", "reason": ""}
    said = {f"{row.id}-{name}": value for name, value in (line | fields).items()}
    about = {"source": "the patient", "patient": str(rosa.id)}
    return client.post(f"/patients/{rosa.id}/medications/reconcile/", said | about)


def test_a_walk_stands_in_the_header(doctor_client, rosa):
    walk(doctor_client, rosa, order(rosa))
    page = text(doctor_client.get(f"/patients/{rosa.id}/medications/"))
    assert "Last reconciled by Dr Ada Ames" in page


def test_a_walk_with_an_open_line_is_refused(doctor_client, rosa):
    answer = walk(doctor_client, rosa, order(rosa), outcome="")
    assert (answer.status_code, MedicationReview.objects.count()) == (422, 0)


def test_a_walk_over_a_list_that_changed_keeps_nothing(doctor_client, rosa):
    row = order(rosa)
    order(rosa, "Warfarin")
    answer = walk(doctor_client, rosa, row)
    assert (answer.status_code, MedicationReview.objects.count()) == (409, 0)


def test_a_walk_over_a_list_that_changed_keeps_the_answers_in_the_form(doctor_client, rosa):
    row = order(rosa)
    order(rosa, "Warfarin")
    answer = walk(doctor_client, rosa, row, outcome="changed", reason="takes half of it")
    assert "takes half of it" in text(answer)


def test_a_nurse_is_not_offered_to_stop_a_prescription(nurse_client, rosa):
    answer = walk(nurse_client, rosa, order(rosa), outcome="stopped", reason="x")
    assert (answer.status_code, MedicationReview.objects.count()) == (422, 0)


def test_a_nurse_ends_what_is_taken_from_elsewhere(nurse_client, rosa):
    elsewhere(nurse_client, rosa)
    row = MedicationStatement.objects.get()
    walk(nurse_client, rosa, row, outcome="stopped", reason="Rash")
    row.refresh_from_db()
    assert row.status == "stopped"


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_time_of_another_millennium_is_refused(doctor_client, rosa, harbour, at):
    harbour.time_zone = "Europe/Oslo"
    changes.update(harbour, by=SYSTEM)
    row = order(rosa, authored_at=None)
    answers = [
        checked(doctor_client, rosa, start=at, duration_days="700")[0],
        stop(doctor_client, row, rosa, at=at),
        give(doctor_client, row, rosa, at=at),
        give(doctor_client, row, rosa, due_at=f"{at}:00+01:00"),
    ]
    assert [answer.status_code for answer in answers] == [422] * 4


def test_what_must_not_be_given_is_not_renewed(doctor_client, rosa):
    row = order(rosa, do_not_perform=True)
    address = f"/medications/{row.id}/renew/"
    shown = doctor_client.post(address, posted(version="1")).context["shown"]
    said = posted(version="1", sign="1", shown=shown, patient=str(rosa.id))
    assert doctor_client.post(address, said).status_code == 409


def give(client, row, rosa, **fields):
    said = {
        "outcome": "given",
        "dose": "5 mg",
        "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "patient": str(rosa.id),
    }
    return client.post(f"/medications/{row.id}/give/", said | fields)


def test_a_nurse_gives_a_dose(nurse_client, rosa):
    give(nurse_client, order(rosa), rosa)
    assert MedicationAdministration.objects.get().status == "completed"


def test_a_second_dose_is_asked_about(nurse_client, rosa):
    row = order(rosa, dosages=[{"timing": FOUR_TIMES}])
    give(nurse_client, row, rosa)
    answer = give(nurse_client, row, rosa)
    assert (answer.status_code, "Given already?" in text(answer)) == (409, True)


def test_a_second_dose_is_given_by_who_read_it(nurse_client, rosa):
    row = order(rosa, dosages=[{"timing": FOUR_TIMES}])
    give(nurse_client, row, rosa)
    give(nurse_client, row, rosa, again="on")
    assert MedicationAdministration.objects.count() == 2


def test_a_refused_dose_without_a_reason_is_not_kept(nurse_client, rosa):
    answer = give(nurse_client, order(rosa), rosa, outcome="refused")
    assert (answer.status_code, MedicationAdministration.objects.count()) == (422, 0)


def test_a_held_order_cannot_be_given(nurse_client, rosa):
    answer = nurse_client.get(f"/medications/{order(rosa, status='on-hold').id}/give/")
    assert (answer.status_code, "on hold" in text(answer)) == (409, True)


def test_the_ward_shows_who_is_overdue(nurse_client, rosa, inpatient):
    order(
        rosa,
        authored_at=timezone.now() - timedelta(hours=23),
        dosages=[{"timing": FOUR_TIMES}],
    )
    page = text(nurse_client.get("/medications/due/"))
    assert ("LINDQVIST, Rosa" in page, "overdue" in page) == (True, True)


def test_the_ward_of_another_house_shows_nobody(client, dr_baum, rosa, inpatient):
    client.force_login(dr_baum)
    assert "LINDQVIST" not in text(client.get("/medications/due/"))


def test_the_ward_asks_as_often_for_one_order_as_for_a_hundred(
    nurse_client, rosa, inpatient, django_assert_max_num_queries
):
    for number in range(100):
        order(rosa, f"Medicine {number}", dosages=[{"timing": FOUR_TIMES}])
    with django_assert_max_num_queries(16):
        nurse_client.get("/medications/due/")


def test_the_formulary_is_searched_without_a_patient(doctor_client):
    answer = doctor_client.post("/medications/choices/", {"medicine": "amoxi"})
    assert "amoxicillin" in text(answer).lower()


def test_the_formulary_is_not_searched_by_get(doctor_client):
    assert doctor_client.get("/medications/choices/").status_code == 405


def test_a_picked_product_fills_the_fields(doctor_client, rosa):
    found = doctor_client.post("/medications/choices/", {"medicine": "amoxicillin 500"})
    (value, *_more) = [choice.value for choice in found.context["choices"]]
    answer = doctor_client.post(new(rosa), {"medicine": "amoxi", "dose": "1 g", "pick": value})
    said = answer.context["form"].initial
    assert (said["medicine"], said["route"], said["dose"]) == (
        "amoxicillin 500 mg capsule",
        "oral",
        "1 g",
    )


def test_a_picked_product_is_coded_by_the_formulary(doctor_client, rosa):
    found = doctor_client.post("/medications/choices/", {"medicine": "amoxicillin 500"})
    choice = found.context["choices"][0]
    signed(doctor_client, rosa, medicine=choice.text, choice=choice.value, dose="500 mg")
    assert MedicationRequest.objects.get().medication_code == choice.rxnorm


def test_a_text_that_was_changed_after_picking_is_no_longer_that_product(doctor_client, rosa):
    found = doctor_client.post("/medications/choices/", {"medicine": "amoxicillin 500"})
    choice = found.context["choices"][0]
    signed(doctor_client, rosa, medicine="Ginger root", choice=choice.value)
    assert MedicationRequest.objects.get().medication_code == ""


@pytest.mark.parametrize("value", ["", "x", "a|b|c", "a\0b", "|" * 5000])
def test_a_choice_that_the_formulary_never_gave_is_free_text(doctor_client, rosa, value):
    answer = doctor_client.post(new(rosa), {"medicine": "amoxi", "pick": value})
    assert answer.context["form"].initial["medicine"] == "amoxi"


def test_what_the_formulary_lacks_is_said_to_be_free_text(doctor_client):
    answer = doctor_client.post("/medications/choices/", {"medicine": "dragonwort"})
    assert "cannot be checked" in text(answer)


def order_page(client, rosa, **columns):
    return text(client.get(f"/medications/{order(rosa, **columns).id}/"))


def statement_page(client, rosa, **columns):
    row = MedicationStatement(patient=rosa, medication_text="Zinc", **columns)
    return text(client.get(f"/statements/{changes.create(row, by=SYSTEM).id}/"))


def dose_page(client, rosa, **columns):
    row = MedicationAdministration(patient=rosa, medication_text="Zinc", **columns)
    return text(client.get(f"/administrations/{changes.create(row, by=SYSTEM).id}/"))


def medicine_page(client, rosa, **columns):
    row = changes.create(Medication(code_text="Zinc", **columns), by=SYSTEM)
    return order_page(client, rosa, medication_text="", medication_reference=row.reference)


INSIDE = [{"url": "urn:x", "valueBoolean": True}]
LOUD = "contains information not understood here"
# Element of the definitions → a value of it, and the words that the page then shows.
VISIBLE = {
    ("MedicationRequest", "status"): (order_page, {"status": "draft"}, "draft"),
    ("MedicationRequest", "intent"): (order_page, {"intent": "option"}, "not ordered"),
    ("MedicationRequest", "doNotPerform"): (order_page, {"do_not_perform": True}, "Do not give"),
    ("MedicationRequest", "dispenseRequest.modifierExtension"): (
        order_page,
        {"dispense": {"modifierExtension": INSIDE}},
        LOUD,
    ),
    ("MedicationRequest", "dispenseRequest.initialFill.modifierExtension"): (
        order_page,
        {"dispense": {"initialFill": {"modifierExtension": INSIDE}}},
        LOUD,
    ),
    ("MedicationRequest", "substitution.modifierExtension"): (
        order_page,
        {"substitution": {"modifierExtension": INSIDE}},
        LOUD,
    ),
    ("MedicationStatement", "status"): (statement_page, {"status": "not-taken"}, "not taken"),
    ("MedicationAdministration", "status"): (dose_page, {"status": "not-done"}, "not given"),
    ("MedicationAdministration", "performer.modifierExtension"): (
        dose_page,
        {"performers": [{"modifierExtension": INSIDE}]},
        LOUD,
    ),
    ("MedicationAdministration", "dosage.modifierExtension"): (
        dose_page,
        {"dosage": {"modifierExtension": INSIDE}},
        LOUD,
    ),
    ("Medication", "status"): (medicine_page, {"status": "entered-in-error"}, "entered in error"),
    ("Medication", "ingredient.modifierExtension"): (
        medicine_page,
        {"ingredients": [{"modifierExtension": INSIDE}]},
        LOUD,
    ),
    ("Medication", "batch.modifierExtension"): (
        medicine_page,
        {"batch": {"modifierExtension": INSIDE}},
        LOUD,
    ),
}
EVERYWHERE = ("implicitRules", "modifierExtension")
TYPES = ("Medication", "MedicationAdministration", "MedicationRequest", "MedicationStatement")


@pytest.mark.parametrize(
    ("kind", "element"),
    [(t, e) for t in TYPES for e in modifier_elements(t) if e not in EVERYWHERE],
)
def test_every_modifier_is_seen(doctor_client, rosa, kind, element):
    page, columns, words = VISIBLE[kind, element]
    assert words in page(doctor_client, rosa, **columns)


@pytest.mark.parametrize("page", [order_page, statement_page, dose_page, medicine_page])
@pytest.mark.parametrize("element", EVERYWHERE)
def test_what_every_type_may_carry_is_loud(doctor_client, rosa, page, element):
    value = INSIDE if element == "modifierExtension" else "urn:rules"
    assert LOUD in page(doctor_client, rosa, extra={element: value})


@pytest.mark.parametrize("page", [order_page, statement_page, dose_page])
def test_what_was_entered_in_error_is_struck_through(doctor_client, rosa, page):
    assert "<s>" in page(doctor_client, rosa, status="entered-in-error")
