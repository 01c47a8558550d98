"""What is signed is what was shown, and it stays."""

import base64
import hashlib

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent
from fhir import changes
from fhir.errors import Invalid
from fhir.principal import SYSTEM
from fhir.registry import render
from fhir.together import load
from patients.acts.notes import DraftClosed, NotAsShown, NotYourDraft, sign, start_draft
from patients.chart.notes import full_note, last_note, unsigned_drafts
from patients.models import DocumentReference
from patients.note_text import compose, sha256
from patients.tests.notes.conftest import signed, write

TEXT = (
    "SUBJECTIVE\nCoughs since Monday.\n\nOBJECTIVE\nChest clear.\n\n"
    "ASSESSMENT\nViral bronchitis.\n\nPLAN\nRest, come back if fever."
)


def sign_form(draft, **data):
    text = compose(draft.sections)
    return {"revision": draft.revision, "shown": sha256(text)} | data


def test_the_sign_page_shows_the_whole_text_and_for_whom(signed_in, as_ames, draft):
    write(as_ames, draft)
    page = signed_in.get(f"/drafts/{draft.pk}/sign/").content.decode()
    assert TEXT in page
    assert "LINDQVIST, Rosa" in page


def test_signing_makes_a_note(post, as_ames, draft, rosa):
    post(f"/drafts/{draft.pk}/sign/", **sign_form(write(as_ames, draft)))
    assert DocumentReference.objects.of(rosa).get().note_text == TEXT


def test_signing_for_another_patient_is_refused(signed_in, as_ames, draft, otto_here):
    form = sign_form(write(as_ames, draft), patient=str(otto_here.id))
    assert signed_in.post(f"/drafts/{draft.pk}/sign/", form).status_code == 409


def test_text_that_changed_after_it_was_shown_is_not_signed(as_ames, draft):
    shown = write(as_ames, draft)
    before = sign_form(shown)
    newer = write(as_ames, shown, ["other", "", "", ""])
    with pytest.raises(NotAsShown):
        sign(by=as_ames, draft=newer, expected=newer.revision, shown_sha256=before["shown"])


def test_an_empty_note_is_not_signed(as_ames, draft):
    with pytest.raises(Invalid, match="nothing to sign"):
        signed(as_ames, draft)


def test_only_the_author_signs(as_ames, as_nurse, draft):
    with pytest.raises(NotYourDraft):
        signed(as_nurse, write(as_ames, draft))


def test_a_draft_is_signed_once(as_ames, note, draft):
    draft.refresh_from_db()
    with pytest.raises(DraftClosed):
        signed(as_ames, draft)


def test_the_hash_is_that_of_the_text(note):
    assert note.signed_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_the_hash_verifies(note):
    assert full_note(DocumentReference.objects.get()).intact


def test_a_fhir_client_reads_the_text(note):
    attachment = render(note)["content"][0]["attachment"]
    assert base64.b64decode(attachment["data"]).decode() == TEXT
    assert attachment["contentType"] == "text/plain; charset=utf-8"


def test_a_fhir_client_reads_who_wrote_and_signed_it(note):
    said = render(note)
    assert said["author"] == [{"reference": "Practitioner/ames", "display": "Dr Ada Ames"}]
    assert said["authenticator"] == {"reference": "Practitioner/ames"}
    assert (said["status"], said["docStatus"]) == ("current", "final")


def test_a_note_names_its_visit_and_facility(note):
    said = render(note)
    assert said["context"]["encounter"][0]["reference"].startswith("Encounter/")
    assert said["custodian"] == {"reference": "Organization/harbour"}


def test_signing_is_on_record(note, rosa):
    assert AuditEvent.objects.filter(action="sign-note", patient_id=rosa.id).exists()


@pytest.mark.parametrize(
    "change",
    [
        "note_text = 'other'",
        "content = '[]'",
        "title = 'other'",
        "signed_by = 'Somebody'",
        "signed_sha256 = ''",
        "signed_at = now()",
        "patient_id = NULL",
        "date_at = now()",
        "authors = '[]'",
    ],
)
def test_the_database_refuses_to_change_what_was_signed(note, change):
    statement = f"UPDATE patients_documentreference SET version = version + 1, {change}"
    with (
        pytest.raises(DatabaseError, match="does not change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_database_refuses_to_delete_a_signed_note(note):
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        DocumentReference.objects.filter(pk=note.pk)._raw_delete("default")


def test_the_history_refuses_to_change_a_signed_note(note):
    note.content = [{"attachment": {"contentType": "text/plain", "data": "eA=="}}]
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        changes.update(note, by=SYSTEM)


def test_an_unsigned_document_may_change(rosa):
    row = DocumentReference(patient=rosa, status="current", content=[], description="a")
    changes.create(row, by=SYSTEM)
    row.description = "b"
    changes.update(row, by=SYSTEM)
    assert DocumentReference.objects.get().description == "b"


def test_a_signed_draft_opens_its_note(signed_in, note, draft):
    assert signed_in.get(f"/drafts/{draft.pk}/")["Location"] == f"/notes/{note.pk}/"


def test_a_signed_note_says_by_whom_and_that_it_is_intact(signed_in, note):
    page = signed_in.get(f"/notes/{note.pk}/").content.decode()
    assert "Signed by Dr Ada Ames" in page
    assert "The text is the one that was signed" in page


@pytest.fixture
def addendum(as_nurse, note, rosa):
    draft = start_draft(by=as_nurse, patient=rosa, parent=note)
    return signed(as_nurse, write(as_nurse, draft, ["Fever since noon."]))


def test_an_addendum_names_what_it_adds_to(addendum, note):
    relation = {"code": "appends", "target": {"reference": note.reference}}
    assert render(addendum)["relatesTo"] == [relation]


def test_an_addendum_stands_under_its_note(signed_in, addendum, note):
    assert "Fever since noon." in signed_in.get(f"/notes/{note.pk}/").content.decode()


def test_an_addendum_stands_once_in_the_list_under_its_note(signed_in, addendum, note, rosa):
    page = signed_in.get(f"/patients/{rosa.pk}/notes/").content.decode()
    assert page.count(f'href="/notes/{addendum.pk}/"') == 1
    assert page.index(f"/notes/{note.pk}/") < page.index(f"/notes/{addendum.pk}/")


def test_the_filter_finds_addenda(signed_in, addendum, rosa):
    page = signed_in.get(f"/patients/{rosa.pk}/notes/", {"type": addendum.type_text})
    assert f"/notes/{addendum.pk}/" in page.content.decode()


def test_an_addendum_leads_back_to_its_note(signed_in, addendum, note):
    assert f"/notes/{note.pk}/" in signed_in.get(f"/notes/{addendum.pk}/").content.decode()


def test_the_button_begins_an_addendum(post, note):
    answer = post(f"/notes/{note.pk}/addend/")
    assert answer["Location"].startswith("/drafts/")


def strike(post, note, reason="written for somebody else"):
    address = f"/records/DocumentReference/{note.pk}/in-error/"
    return post(address, reason=reason, version=note.version)


def test_a_note_in_error_is_struck_with_its_reason(post, signed_in, note):
    strike(post, note)
    page = signed_in.get(f"/notes/{note.pk}/").content.decode()
    assert "note-struck" in page
    assert "written for somebody else" in page


def test_a_note_in_error_keeps_its_text_and_hash(post, note):
    strike(post, note)
    assert full_note(DocumentReference.objects.get()).intact


def test_a_note_in_error_is_not_the_last_note(post, note, rosa):
    strike(post, note)
    assert load(last_note(rosa)) is None


def test_a_note_in_error_takes_no_addendum(post, as_ames, note, rosa):
    strike(post, note)
    with pytest.raises(Invalid, match="entered in error"):
        start_draft(by=as_ames, patient=rosa, parent=DocumentReference.objects.get())


def test_a_note_of_another_facility_is_not_there(client, dr_baum, note):
    client.force_login(dr_baum)
    assert client.get(f"/notes/{note.pk}/").status_code == 404


def test_a_registrar_reads_no_note(client, registrar, note):
    client.force_login(registrar)
    assert client.get(f"/notes/{note.pk}/").status_code == 403


def test_the_last_note_tells_its_assessment(note, rosa):
    last = load(last_note(rosa))
    assert (last.title, last.author, last.assessment) == (
        "SOAP",
        "Dr Ada Ames",
        "Viral bronchitis.",
    )


def test_unsigned_drafts_end_with_the_signature(as_ames, draft):
    assert unsigned_drafts(as_ames) == [draft]
    signed(as_ames, write(as_ames, draft))
    assert unsigned_drafts(as_ames) == []


def test_markup_in_a_signed_note_is_text(as_ames, signed_in, draft):
    row = signed(as_ames, write(as_ames, draft, ["<b>bold</b> 🫀", "", "", ""]))
    page = signed_in.get(f"/notes/{row.pk}/").content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt; 🫀" in page


def test_a_word_in_a_note_is_found_by_post(post, note, rosa):
    page = post(f"/patients/{rosa.id}/notes/", query="bronchitis").content.decode()
    assert f"/notes/{note.pk}/" in page


def test_a_word_that_stands_nowhere_is_said(post, note, rosa):
    page = post(f"/patients/{rosa.id}/notes/", query="appendix").content.decode()
    assert "No note fits." in page


def test_reading_a_note_is_on_record(signed_in, note):
    signed_in.get(f"/notes/{note.pk}/")
    assert AuditEvent.objects.filter(action="read", entities=[note.reference]).exists()


def test_the_list_asks_the_database_as_often_for_many_notes(
    signed_in, rosa, note, django_assert_max_num_queries
):
    for number in range(40):
        changes.create(
            DocumentReference(
                patient=rosa,
                status="current",
                authors=[{"reference": "Practitioner/ames"}],
                content=[{"attachment": {"contentType": "text/plain", "data": "eA=="}}],
                type_text=f"Note {number % 3}",
            ),
            by=SYSTEM,
        )
    with django_assert_max_num_queries(22):
        page = signed_in.get(f"/patients/{rosa.id}/notes/").content.decode()
    assert "Older notes" in page


def test_an_addendum_whose_note_is_not_here_stands_alone(signed_in, rosa):
    relation = {"code": "appends", "target": {"reference": "DocumentReference/elsewhere"}}
    text = {"contentType": "text/plain", "data": "eA==", "title": "Late addition"}
    row = DocumentReference(patient=rosa, status="current", relates_to=[relation])
    row.content = [{"attachment": text}]
    changes.create(row, by=SYSTEM)
    assert "Late addition" in signed_in.get(f"/patients/{rosa.id}/notes/").content.decode()


def test_the_next_page_goes_on_where_this_one_ends(signed_in, rosa):
    for number in range(30):
        text = {"contentType": "text/plain", "data": "eA==", "title": f"Note {number}"}
        content = [{"attachment": text}]
        changes.create(
            DocumentReference(patient=rosa, status="current", content=content), by=SYSTEM
        )
    first = signed_in.get(f"/patients/{rosa.id}/notes/").context
    second = signed_in.get(f"/patients/{rosa.id}/notes/?after={first['more']}").context
    titles = [each.title for each in (*first["notes"], *second["notes"])]
    assert titles == [f"Note {number}" for number in reversed(range(30))]
    assert second["more"] is None


def test_striking_a_note_leads_back_to_the_notes(signed_in, note, rosa):
    said = {"patient": str(rosa.id), "reason": "wrong chart", "version": str(note.version)}
    answer = signed_in.post(f"/records/DocumentReference/{note.pk}/in-error/", said)
    assert answer["Location"] == f"/patients/{rosa.id}/notes/"


def test_the_page_warns_of_a_phrase_that_was_not_replaced(signed_in, as_ames, draft):
    write(as_ames, draft, [".vitals", "", "", ""])
    page = signed_in.get(f"/drafts/{draft.pk}/sign/").content.decode()
    assert ".vitals stands here as typed" in page


def test_the_page_does_not_warn_of_ordinary_text(signed_in, as_ames, draft):
    write(as_ames, draft)
    assert "stands here as typed" not in signed_in.get(f"/drafts/{draft.pk}/sign/").content.decode()
