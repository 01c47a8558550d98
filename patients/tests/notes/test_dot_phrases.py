"""Dot phrases become dated text; unknown is said, never left out."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.chart.dot_phrases import expand, stamp
from patients.models import AllergyIntolerance, Condition, MedicationRequest, Observation
from patients.tests.notes.conftest import TEXTS


def add(row):
    return changes.create(row, by=SYSTEM)


def measured(rosa, code, value, **columns):
    at = timezone.now() - timedelta(hours=1)
    row = {
        "patient": rosa,
        "status": "final",
        "categories": ["vital-signs"],
        "code_system": "http://loinc.org",
        "code_code": code,
        "effective_start": at,
        "value": Decimal(value),
        "value_ucum": "/min",
    }
    add(Observation(**row | columns))
    return at


def test_vitals_come_with_unit_and_time(rosa):
    at = measured(rosa, "8867-4", "72")
    assert f"Pulse 72/min {stamp(at)}" in expand(".vitals", rosa)


def test_an_unconfirmed_device_reading_stays_out(rosa):
    measured(rosa, "8867-4", "199", status="preliminary", device="Device/x")
    assert "199" not in expand(".vitals", rosa)


LAB = {"categories": ["laboratory"], "code_text": "Something", "value_ucum": "mmol/L"}


def test_results_say_that_they_have_no_range(rosa):
    measured(rosa, "own-1", "4.1", **LAB)
    assert "Something 4.1 mmol/L (no reference range)" in expand(".labs", rosa)


def test_results_come_with_their_own_range(rosa):
    ranges = [{"text": "3 to 5"}]
    measured(rosa, "own-1", "4.1", **LAB, reference_ranges=ranges)
    assert "Something 4.1 mmol/L (3 to 5)" in expand(".labs", rosa)


def test_medicines_come_with_their_dose_or_say_that_it_is_missing(rosa):
    order = {"status": "active", "intent": "order", "authored_at": timezone.now()}
    add(MedicationRequest(patient=rosa, medication_text="Metformin", **order))
    assert "Metformin, dosage not recorded" in expand(".meds", rosa)


def test_problems_come_by_name(rosa):
    row = Condition(patient=rosa, code_text="Asthma", clinical_status="active")
    row.categories = ["problem-list-item"]
    add(row)
    assert "Asthma" in expand(".problems", rosa)


def test_an_allergy_comes_with_its_reaction_or_says_that_it_is_missing(rosa):
    add(AllergyIntolerance(patient=rosa, code_text="Penicillin"))
    assert "Penicillin (reaction not recorded)" in expand(".allergies", rosa)


def test_no_allergy_recorded_is_not_no_allergy(rosa):
    assert "Allergies not recorded" in expand(".allergies", rosa)


@pytest.mark.parametrize("name", ["vitals", "meds", "labs", "problems"])
def test_nothing_recorded_is_said(rosa, name):
    assert "none recorded" in expand(f".{name}", rosa)


@pytest.mark.parametrize(
    "text", ["file.meds", ".medstudent", "..vitals", "www.labs.example", ".vital", "e.g.problems"]
)
def test_other_words_stay_as_they_are(rosa, text):
    assert expand(text, rosa) == text


def test_the_text_around_a_phrase_stays(rosa):
    said = expand("Today (.allergies), see plan.", rosa)
    assert said.startswith("Today (Allergies")
    assert said.endswith("), see plan.")


def test_the_save_button_expands(save, draft):
    save([".allergies", *TEXTS[1:]])
    draft.refresh_from_db()
    assert "Allergies not recorded" in draft.sections[0]["text"]


def test_an_autosave_leaves_the_text_as_it_stands_in_the_page(save, draft):
    save([".allergies", *TEXTS[1:]], by_itself=True, editor="a", sequence="1")
    draft.refresh_from_db()
    assert draft.sections[0]["text"] == ".allergies"


def test_the_page_asks_for_one_phrase(post, rosa):
    answer = post(f"/patients/{rosa.id}/notes/phrase/", phrase="allergies")
    assert "Allergies not recorded" in answer.json()["text"]


def test_an_unknown_phrase_is_refused(post, rosa):
    assert post(f"/patients/{rosa.id}/notes/phrase/", phrase="bills").status_code == 400


def test_a_phrase_of_another_facilitys_patient_is_not_there(client, dr_baum, rosa):
    client.force_login(dr_baum)
    answer = client.post(f"/patients/{rosa.id}/notes/phrase/", {"phrase": "meds"})
    assert answer.status_code == 404


def test_copied_text_names_its_date_and_author(save, note, signed_in, as_ames, rosa, soap):
    from patients.acts.notes import start_draft
    from patients.chart.copying import copied_sections

    fresh = start_draft(by=as_ames, patient=rosa, template=soap)
    day = f"{timezone.localtime():%d-%b-%Y}"
    first = copied_sections(fresh)[0]["text"]
    assert first == (
        f"«copied from note of {day} by Dr Ada Ames»\n{TEXTS[0]}\n«end of copied text»"
    )


def test_the_button_copies_section_by_section(signed_in, note, as_ames, rosa, soap):
    from patients.acts.notes import start_draft
    from patients.models import NoteDraft

    fresh = start_draft(by=as_ames, patient=rosa, template=soap)
    form = {f"text-{n}": "" for n in range(4)} | {"next": "copy", "revision": "1", "title": "x"}
    signed_in.post(f"/drafts/{fresh.pk}/", form | {"patient": str(rosa.id)})
    texts = [s["text"] for s in NoteDraft.objects.get(pk=fresh.pk).sections]
    assert [old in new for old, new in zip(TEXTS, texts, strict=True)] == [True] * 4


def test_a_note_to_copy_from_names_its_source_for_the_clipboard(signed_in, note):
    page = signed_in.get(f"/notes/{note.pk}/").content.decode()
    assert 'data-copy-source="copied from note of' in page


def test_a_diagnosis_that_is_on_no_list_is_said_apart(rosa):
    add(Condition(patient=rosa, code_text="Gout", clinical_status="active"))
    assert "not on the problem list: Gout" in expand(".problems", rosa)


def test_more_diagnoses_than_fit_are_said(rosa):
    for number in range(21):
        add(Condition(patient=rosa, code_text=f"Sprain {number}", clinical_status="active"))
    assert "more diagnoses recorded than are listed here" in expand(".problems", rosa)


def test_a_saturation_says_what_was_breathed(rosa):
    oxygen = {"code": {"text": "Air or oxygen"}, "valueCodeableConcept": {"text": "Oxygen, mask"}}
    measured(rosa, "59408-5", "93", components=[oxygen])
    assert "Oxygen saturation 93/min (Oxygen, mask)" in expand(".vitals", rosa)
