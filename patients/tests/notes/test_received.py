"""Notes and documents of other systems: read, kept to the letter, their modifiers visible."""

import base64

import pytest

from fhir.importing import take_in
from fhir.principal import SYSTEM
from fhir.registry import render
from fhir.together import load
from patients.chart.notes import last_note
from patients.models import Binary, DocumentReference


def b64(text):
    return base64.b64encode(text.encode()).decode()


def resource(text="Seen today.\n\nDoing well.", **more):
    return {
        "resourceType": "DocumentReference",
        "id": "received-1",
        "status": "current",
        "subject": {"reference": "Patient/rosa"},
        "type": {"text": "Evaluation note"},
        "date": "2024-02-03T04:05:06+01:00",
        "author": [{"display": "Dr Far <Away>"}],
        "content": [
            {"attachment": {"contentType": "text/plain; charset=utf-8", "data": b64(text)}}
        ],
    } | more


@pytest.fixture
def receive(signed_in, rosa):
    def send(**more):
        outcome = take_in([("1", resource(**more), "")], by=SYSTEM, origin="far")
        assert outcome.refused == []
        return DocumentReference.objects.get()

    return send


@pytest.fixture
def page(receive, signed_in):
    def show(**more):
        return signed_in.get(f"/notes/{receive(**more).pk}/").content.decode()

    return show


def test_the_text_of_a_received_note_is_read(page):
    assert "Seen today." in page()


def test_a_received_note_says_that_it_was_not_signed_here(page):
    assert "Not signed in this system" in page()


def test_its_author_is_named_as_text(page):
    assert "Dr Far &lt;Away&gt;" in page()


def test_it_comes_back_as_it_was_sent(receive):
    got = render(receive())
    got.pop("meta")
    assert got == resource()


def test_the_last_paragraph_stands_for_an_assessment(receive, rosa):
    receive()
    assert load(last_note(rosa)).assessment == "Doing well."


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"status": "superseded"}, "replaced by a newer one"),
        ({"status": "entered-in-error"}, "entered in error"),
        ({"docStatus": "preliminary"}, "preliminary"),
        ({"docStatus": "amended"}, "amended"),
        ({"docStatus": "entered-in-error"}, "entered in error"),
        (
            {"securityLabel": [{"coding": [{"code": "R"}]}]},
            "restricted",
        ),
        ({"implicitRules": "urn:other"}, "contains information not understood here"),
        (
            {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
            "contains information not understood here",
        ),
        (
            {"context": {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}},
            "contains information not understood here",
        ),
        (
            {
                "relatesTo": [
                    {
                        "code": "signs",
                        "target": {"display": "x"},
                        "modifierExtension": [{"url": "urn:x", "valueBoolean": True}],
                    }
                ]
            },
            "contains information not understood here",
        ),
    ],
)
def test_every_modifier_is_seen_in_the_list(receive, signed_in, rosa, more, words):
    receive(**more)
    assert words in signed_in.get(f"/patients/{rosa.id}/notes/").content.decode()


def test_a_modifier_inside_content_is_seen_in_the_list(receive, signed_in, rosa):
    content = resource()["content"][0]
    content["modifierExtension"] = [{"url": "urn:x", "valueBoolean": True}]
    receive(content=[content])
    page = signed_in.get(f"/patients/{rosa.id}/notes/").content.decode()
    assert "contains information not understood here" in page


@pytest.mark.parametrize("more", [{"status": "superseded"}, {"docStatus": "entered-in-error"}])
def test_what_no_longer_counts_is_not_the_last_note(receive, rosa, more):
    receive(**more)
    assert load(last_note(rosa)) is None


def test_another_charset_is_read(receive):
    data = base64.b64encode("Fühlt sich müde".encode("latin-1")).decode()
    attachment = {"contentType": "text/plain; charset=iso-8859-1", "data": data}
    assert receive(content=[{"attachment": attachment}]).note_text == "Fühlt sich müde"


def test_bytes_that_are_no_text_do_no_harm(receive):
    content = [{"attachment": {"contentType": "text/plain; charset=nope", "data": "AAAA"}}]
    assert receive(content=content).content == content


def test_what_is_no_base64_is_refused_in_words(rosa):
    content = [{"attachment": {"contentType": "text/plain", "data": "%%%"}}]
    (refused,) = take_in([("1", resource(content=content), "")], by=SYSTEM, origin="far").refused
    assert "is not base64" in refused.reason


def test_a_binary_belongs_to_the_patient_of_its_document(signed_in, rosa):
    binary = {"resourceType": "Binary", "id": "b-1", "contentType": "image/png", "data": "iVBO"}
    content = [{"attachment": {"contentType": "image/png", "url": "Binary/b-1"}}]
    entries = [("1", binary, ""), ("2", resource(content=content), "")]
    take_in(entries, by=SYSTEM, origin="far")
    assert Binary.objects.get().patient == rosa


def test_a_binary_comes_back_as_it_was_sent(rosa):
    sent = {"resourceType": "Binary", "id": "b-1", "contentType": "x/y", "data": "iV BO\nrw=="}
    take_in([("1", sent, "")], by=SYSTEM, origin="far")
    got = render(Binary.objects.get())
    got.pop("meta")
    assert got == sent


def test_the_search_parameters_find_it(receive, signed_in):
    receive(category=[{"coding": [{"system": "urn:c", "code": "clinical-note"}]}])
    query = "patient=rosa&status=current&category=clinical-note&date=ge2024-02-03"
    assert len(signed_in.get(f"/fhir/DocumentReference?{query}").json()["entry"]) == 1
