"""What holds for every printed document: identity, numbers of pages, letters, access, audit."""

import re
from dataclasses import replace
from io import BytesIO

import orjson
import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEvent
from fhir import changes
from fhir.principal import SYSTEM
from patients.acts.notes import start_draft
from patients.models import DocumentReference
from patients.printing import pdf as printer
from patients.printing.blocks import Fields, Heading, Notice, Rows, Table, Text
from patients.tests.printing.conftest import MARKUP, allergic, order, row, words

ON_EVERY_PAGE = ("LINDQVIST, Rosa", "Born 12-Mar-1960", "MRN 100-1", "Harbour", "Dr Ada Ames")


@pytest.fixture
def note(rosa):
    return row(
        DocumentReference,
        rosa,
        status="current",
        content=[{"attachment": {"contentType": "text/plain", "data": "UmVzdC4="}}],
    )


@pytest.fixture
def addresses(rosa, stay, note, as_ames):
    draft = start_draft(by=as_ames, patient=rosa)
    return {
        "summary": reverse("print-summary", args=[rosa.id]),
        "prescriptions": reverse("print-prescriptions", args=[rosa.id]),
        "prescription": reverse("print-prescription", args=[order(rosa).id]),
        "note": reverse("print-note", args=[note.id]),
        "draft": reverse("print-draft", args=[draft.id]),
        "letter": reverse("print-letter", args=[stay.id]),
    }


KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KINDS = ("summary", "prescriptions", "prescription", "note", "draft", "letter")
each_document = pytest.mark.parametrize("kind", KINDS)


@each_document
def test_every_document_names_the_patient_the_facility_and_who_printed_it(addresses, paper, kind):
    said = paper(addresses[kind])
    for part in ON_EVERY_PAGE:
        assert part in said


@each_document
def test_a_print_is_on_record(addresses, paper, rosa, kind):
    paper(addresses[kind])
    event = AuditEvent.objects.filter(action="print").get()
    assert event.patient_id == rosa.id
    assert event.detail == {"document": kind}
    assert event.entities


@each_document
def test_neither_address_nor_file_name_tells_who(addresses, signed_in, kind):
    response = signed_in.get(addresses[kind])
    for told in (addresses[kind], response["Content-Disposition"]):
        for secret in ("lindqvist", "rosa", "100-1", "1960"):
            assert secret not in KEY.sub("", told.lower()).replace("print", "")


@each_document
def test_nothing_stays_in_a_cache(addresses, signed_in, kind):
    response = signed_in.get(addresses[kind])
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline")


@each_document
def test_a_doctor_of_another_facility_gets_404(addresses, client, dr_baum, kind):
    client.force_login(dr_baum)
    assert client.get(addresses[kind]).status_code == 404
    assert not AuditEvent.objects.filter(action="print", outcome="success").exists()


@each_document
def test_a_registrar_gets_403(addresses, client, registrar, kind):
    client.force_login(registrar)
    assert client.get(addresses[kind]).status_code == 403


@each_document
def test_a_demo_says_so_on_paper(addresses, paper, settings, kind):
    settings.DEMO = True
    assert "DEMO" in paper(addresses[kind])


def test_three_pages_each_name_the_patient_and_their_number(rosa, pages):
    for number in range(18):
        order(rosa, name=f"Medicine {number}")
    found = pages(reverse("print-prescriptions", args=[rosa.id]))
    assert len(found) >= 3
    for number, page in enumerate(found, 1):
        assert f"Page {number} of {len(found)}" in page
        assert all(part in page for part in ON_EVERY_PAGE)


def test_a_name_of_any_length_leaves_the_page_readable(rosa, pages):
    name = "Wolfeschlegelsteinhausen" * 30
    rosa.names = [{"family": name, "given": ["Rosa"]}]
    changes.update(rosa, by=SYSTEM, expected=rosa.version)
    first = pages(reverse("print-summary", args=[rosa.id]))[0]
    assert "Allergies not recorded" in first
    assert "…" in first


DOCUMENT = printer.Document(
    title="T",
    person=printer.Identity("N", "B", "G", "M"),
    facility="F",
    printed="P",
    printed_by="W",
    blocks=[],
)


def text_of(document):

    found = PdfReader(BytesIO(printer.pdf(document))).pages
    return words(" ".join(page.extract_text() for page in found))


@pytest.mark.parametrize(
    "block",
    [
        Heading(MARKUP),
        Text(MARKUP),
        Notice(MARKUP),
        Fields([("Name", MARKUP)]),
        Fields([(MARKUP, "")]),
        Rows([(MARKUP, "")]),
        Rows([("x", MARKUP)]),
        Table([MARKUP], [["x"]]),
        Table(["x"], [[MARKUP]]),
    ],
)
def test_markup_in_a_block_is_printed_as_it_was_written(block):
    assert squeezed(MARKUP) in squeezed(text_of(replace(DOCUMENT, blocks=[block])))


@pytest.mark.parametrize("field", ["title", "facility", "printed", "printed_by", "mark"])
def test_markup_in_the_frame_is_printed_as_it_was_written(field):
    said = text_of(replace(DOCUMENT, **{field: MARKUP}))
    assert field == "printed_by" or squeezed(MARKUP) in squeezed(said)


def squeezed(text):
    """Without spaces: a narrow column breaks lines where it likes."""
    return "".join(text.split())


def test_markup_in_the_chart_is_printed_as_it_was_written(rosa, paper):
    allergic(rosa, MARKUP)
    order(rosa, name=MARKUP, dosages=[{"text": MARKUP}])
    said = squeezed(paper(reverse("print-prescriptions", args=[rosa.id])))
    assert said.count(squeezed(MARKUP)) == 3


@pytest.mark.parametrize("word", ["山田", "😀", "مرحبا", "שלום"])
def test_letters_that_cannot_be_printed_are_announced(rosa, paper, word):
    allergic(rosa, word)
    assert "Some characters could not be printed" in paper(reverse("print-summary", args=[rosa.id]))


def test_common_letters_are_not_announced(rosa, paper):
    allergic(rosa, "Ångström Żółć Ελληνικά Кириллица × ≥ → μmol ⁹ ½")
    said = paper(reverse("print-summary", args=[rosa.id]))
    assert "could not be printed" not in said


def test_the_font_draws_every_letter_that_is_said_to_be_drawn(tmp_path):
    page = tmp_path / "letters.typ"
    page.write_text(
        '#set text(font: "Libertinus Serif")\n#set page(width: 9cm, height: auto)\n'
        "#for c in json(bytes(sys.inputs.letters)) [A#h(1pt)#c#h(1pt)B \\ ]"
    )
    letters = [chr(c) for low, high in printer.DRAWN for c in range(low, high + 1)]
    assert missing_sign(page) not in drawn_signs(page, [c for c in letters if c.strip()])


def drawn_signs(page, letters):

    picture = printer.typst.compile(
        str(page),
        format="svg",
        sys_inputs={"letters": orjson.dumps(letters).decode()},
        ignore_system_fonts=True,
    )
    return re.findall(rb'href="#(g[0-9A-F]+)"', picture)


def missing_sign(page):
    """The box that stands for what the font has not: between an A and a B."""
    return drawn_signs(page, ["\U0010fffd"])[1]
