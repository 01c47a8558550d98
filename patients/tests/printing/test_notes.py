"""Notes on paper: signed, added to, entered in error, and not signed at all."""

import pytest
from django.urls import reverse

from patients.acts.charting import enter_in_error
from patients.acts.notes import discard_draft, start_draft
from patients.models import DocumentReference, NoteTemplate
from patients.tests.notes.conftest import SOAP, TEXTS, signed, write
from patients.tests.printing.conftest import row

MARK = "DRAFT – unsigned"


@pytest.fixture
def draft(as_ames, rosa):
    soap = NoteTemplate.objects.create(name="SOAP for tests", kind="soap", outline=SOAP)
    return start_draft(by=as_ames, patient=rosa, template=soap)


@pytest.fixture
def note(as_ames, draft):
    return signed(as_ames, write(as_ames, draft))


@pytest.fixture
def printed(paper):
    def read(row):
        return paper(reverse("print-note", args=[row.id]))

    return read


def test_a_signed_note_stands_in_full(note, printed):
    said = printed(note)
    for text in TEXTS:
        assert text in said


def test_a_signed_note_carries_its_signature_and_hash(note, printed):
    said = printed(note)
    assert "Signed electronically by Dr Ada Ames" in said
    assert note.signed_sha256 in said.replace(" ", "")


def test_a_signed_note_is_no_draft(note, printed):
    assert "DRAFT" not in printed(note)


def test_a_draft_says_so_on_every_page(as_ames, draft, pages):
    write(as_ames, draft, ["Long.\n" * 200, "", "", ""])
    found = pages(reverse("print-draft", args=[draft.id]))
    assert len(found) >= 3
    assert all(MARK in page for page in found)


def test_a_draft_carries_no_signature(as_ames, draft, paper):
    write(as_ames, draft)
    said = paper(reverse("print-draft", args=[draft.id]))
    assert "Signed electronically" not in said
    assert "Viral bronchitis." in said


def test_a_draft_put_away_says_so(as_ames, draft, paper):
    discard_draft(by=as_ames, draft=draft)
    assert "Put away" in paper(reverse("print-draft", args=[draft.id]))


def test_an_addendum_follows_its_note(as_ames, rosa, note, printed):
    more = start_draft(by=as_ames, patient=rosa, parent=note)
    signed(as_ames, write(as_ames, more, ["Culture came back negative."]))
    said = printed(note)
    assert said.index("Viral bronchitis.") < said.index("Culture came back negative.")
    assert said.count("Signed electronically") == 2


def test_a_note_entered_in_error_says_so_on_every_page(as_ames, note, pages):
    enter_in_error(note, by=as_ames, reason="Wrong patient", expected=note.version)
    found = pages(reverse("print-note", args=[note.id]))
    assert all("ENTERED IN ERROR" in page for page in found)
    assert "Wrong patient" in " ".join(found)


def test_an_addendum_entered_in_error_counts_for_nothing(as_ames, rosa, note, printed):
    more = start_draft(by=as_ames, patient=rosa, parent=note)
    added = signed(as_ames, write(as_ames, more, ["Not hers."]))
    enter_in_error(added, by=as_ames, reason="Wrong patient", expected=added.version)
    assert "Entered in error: the struck text counts for nothing." in printed(note)


def test_a_file_is_no_note(signed_in, rosa, note):

    scan = {"attachment": {"contentType": "application/pdf", "data": "JVBERg=="}}
    document = row(DocumentReference, rosa, status="current", content=[scan])
    assert signed_in.get(reverse("print-note", args=[document.id])).status_code == 404
