"""Drafts are kept while somebody writes, and two tabs lose nothing."""

import pytest

from fhir.errors import NotAllowed, NotFound
from patients.acts.notes import NotYourDraft, discard_draft, restore_draft, start_draft
from patients.models import NoteDraft, NoteTemplate
from patients.note_text import LONGEST_NOTE
from patients.tests.notes.conftest import TEXTS, write


def kept(draft):
    return [s["text"] for s in NoteDraft.objects.get(pk=draft.pk).sections]


def test_the_default_templates_are_offered(signed_in, rosa):
    page = signed_in.get(f"/patients/{rosa.id}/notes/new/").content.decode()
    for name in ("SOAP", "Free text", "Admission", "Progress", "Discharge letter", "Telephone"):
        assert name in page


def test_a_template_of_another_facility_is_not_offered(signed_in, rosa, hill):
    NoteTemplate.objects.create(name="Only up there", outline="A", facility=hill)
    assert "Only up there" not in signed_in.get(f"/patients/{rosa.id}/notes/new/").content.decode()


def test_choosing_a_template_starts_a_draft(post, rosa, soap):
    answer = post(f"/patients/{rosa.id}/notes/new/", template=soap.pk)
    assert answer["Location"] == f"/drafts/{NoteDraft.objects.get().pk}/"


def test_a_starting_text_is_expanded(post, rosa):
    template = NoteTemplate.objects.create(name="A", outline="Allergies: .allergies")
    post(f"/patients/{rosa.id}/notes/new/", template=template.pk)
    assert "Allergies not recorded" in NoteDraft.objects.get().sections[0]["text"]


def test_the_form_of_another_patient_starts_nothing(signed_in, rosa, otto_here, soap):
    data = {"patient": str(otto_here.id), "template": soap.pk}
    assert signed_in.post(f"/patients/{rosa.id}/notes/new/", data).status_code == 409


def test_saving_keeps_the_text(save, draft):
    save()
    assert kept(draft) == TEXTS


def test_saving_for_another_patient_is_refused(save, draft, otto_here):
    assert save(patient=str(otto_here.id)).status_code == 409
    assert kept(draft) == ["", "", "", ""]


def test_a_draft_is_no_part_of_the_record(save, signed_in):
    save()
    assert signed_in.get("/fhir/DocumentReference").json().get("entry") is None


def test_an_autosave_answers_with_its_revision(save):
    assert save(by_itself=True, editor="a", sequence="1").json()["revision"] == 2


def test_an_autosave_whose_answer_was_lost_is_no_conflict_with_the_next(save, draft):
    save(by_itself=True, editor="a", sequence="1")
    newer = ["newer", *TEXTS[1:]]
    answer = save(newer, by_itself=True, editor="a", sequence="2", revision="1")
    assert (answer.status_code, kept(draft)) == (200, newer)


def test_a_late_older_autosave_changes_nothing(save, draft):
    save(["newer", "", "", ""], by_itself=True, editor="a", sequence="5")
    save(["older", "", "", ""], by_itself=True, editor="a", sequence="4", revision="1")
    assert kept(draft)[0] == "newer"


@pytest.fixture
def other_tab(save):
    """Another tab saved over revision 1."""
    save(["Written there.", "", "", ""], editor="there", sequence="1")


def mine(save, **data):
    return save(["Written here.", "", "", ""], editor="here", sequence="1", revision="1", **data)


def test_two_tabs_get_a_merge_page(save, other_tab):
    assert mine(save).status_code == 409


@pytest.mark.parametrize("words", ["Written there.", "Written here."])
def test_the_merge_page_holds_both_texts(save, other_tab, words):
    assert words in mine(save).content.decode()


def test_the_merge_form_holds_every_line_of_both(save, other_tab):
    field = mine(save).context["form"].writing[0].value()
    assert field == "Written there.\nWritten here."


def test_a_losing_autosave_is_kept_on_the_server(save, other_tab, draft):
    mine(save, by_itself=True)
    texts = [s[0]["text"] for _, _, s in NoteDraft.objects.get(pk=draft.pk).parked_texts()]
    assert texts == ["Written here."]


def test_a_losing_autosave_says_so(save, other_tab):
    assert "conflict" in mine(save, by_itself=True).json()


def test_the_draft_page_tells_of_the_other_text(save, other_tab, signed_in, draft):
    mine(save, by_itself=True)
    page = signed_in.get(f"/drafts/{draft.pk}/").content.decode()
    assert "Text from another tab or device" in page


def test_the_parked_text_can_be_merged_later(save, other_tab, signed_in, draft):
    mine(save, by_itself=True)
    page = signed_in.get(f"/drafts/{draft.pk}/other/here/").content.decode()
    assert "Written here." in page
    assert "Written there." in page


def test_saving_the_merged_text_ends_the_conflict(save, other_tab, draft):
    mine(save, by_itself=True)
    save(["Both.", "", "", ""], editor="here", sequence="2")
    merged = NoteDraft.objects.get(pk=draft.pk)
    assert (merged.sections[0]["text"], merged.parked) == ("Both.", {})


def test_a_note_of_one_megabyte_is_refused_with_its_length(save):
    page = save(["x" * 2**20, "", "", ""]).content.decode()
    assert "1,048,576 characters" in page
    assert f"{LONGEST_NOTE:,}" in page


def test_a_refused_length_leaves_the_draft_as_it_was(save, draft):
    save()
    save(["x" * 2**20, "", "", ""])
    assert kept(draft) == TEXTS


def test_a_refused_autosave_says_why(save):
    answer = save(["x" * 2**20, "", "", ""], by_itself=True)
    assert (answer.status_code, "characters" in answer.json()["error"]) == (422, True)


@pytest.mark.parametrize("text", ["🫀 ñ e\u0301 漢", "<script>alert(1)</script>", "a\r\nb"])
def test_any_text_is_kept_as_typed(save, draft, text):
    save([text, "", "", ""])
    assert kept(draft)[0] == text.replace("\r\n", "\n")


def test_markup_is_shown_as_text(save, signed_in, draft):
    save(["<script>alert(1)</script>", "", "", ""])
    assert b"<script>alert(1)" not in signed_in.get(f"/drafts/{draft.pk}/").content


def test_nobody_else_saves_a_draft(client, nurse, draft):
    client.force_login(nurse)
    data = {"patient": str(draft.patient_id), "revision": "1", "text-0": "not mine"}
    client.post(f"/drafts/{draft.pk}/", data | {f"text-{n}": "" for n in (1, 2, 3)})
    assert kept(draft)[0] == ""


def test_the_act_refuses_another_author(as_nurse, draft):
    with pytest.raises(NotYourDraft):
        write(as_nurse, draft)


def test_others_see_a_draft_as_a_draft_by_its_author(client, nurse, draft, rosa):
    client.force_login(nurse)
    assert "draft by Dr Ada Ames" in client.get(f"/patients/{rosa.id}/notes/").content.decode()


def test_others_read_a_draft_without_a_field_to_write_in(client, nurse, draft):
    client.force_login(nurse)
    page = client.get(f"/drafts/{draft.pk}/").content.decode()
    assert "This is a draft by Dr Ada Ames" in page
    assert "<textarea" not in page


def test_a_draft_of_another_facility_is_not_there(client, dr_baum, draft):
    client.force_login(dr_baum)
    assert client.get(f"/drafts/{draft.pk}/").status_code == 404


def test_a_registrar_starts_no_note(client, registrar, rosa):
    client.force_login(registrar)
    assert client.get(f"/patients/{rosa.id}/notes/new/").status_code == 403


def test_an_administrator_starts_no_note(as_administrator, rosa):
    with pytest.raises(NotAllowed):
        start_draft(by=as_administrator, patient=rosa)


def test_another_facilitys_doctor_starts_no_note(as_baum, rosa):
    with pytest.raises(NotFound):
        start_draft(by=as_baum, patient=rosa)


def test_a_discarded_draft_leaves_the_lists(as_ames, draft, signed_in):
    discard_draft(by=as_ames, draft=draft)
    assert not NoteDraft.objects.open().exists()


def test_a_discarded_draft_can_be_brought_back(as_ames, draft, signed_in):
    discard_draft(by=as_ames, draft=draft)
    restore_draft(by=as_ames, draft=draft)
    assert NoteDraft.objects.open().get() == draft


def test_my_drafts_name_their_patient(signed_in, draft):
    assert "LINDQVIST, Rosa" in signed_in.get("/drafts/").content.decode()
