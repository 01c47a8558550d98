"""Formats and wishes: what Accept, _format, Content-Type and Prefer mean here."""

import pytest

from fhir.errors import NotAcceptable, WrongMediaType
from fhir.negotiation import Format, Preference, preference, sent, wanted

JSON, XML = Format.JSON, Format.XML
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "format_", "expected"),
    [
        ("", "", JSON),
        ("*/*", "", JSON),
        ("application/*", "", JSON),
        (BROWSER, "", JSON),
        ("application/fhir+json", "", JSON),
        ("application/fhir+xml", "", XML),
        ("APPLICATION/XML", "", XML),
        ("text/xml", "", XML),
        ("application/fhir+xml; fhirVersion=4.0", "", XML),
        ("application/fhir+xml;q=0.5, application/fhir+json", "", JSON),
        ("application/fhir+xml, application/fhir+json;q=0.9", "", XML),
        ("application/pdf, application/fhir+xml;q=0.1", "", XML),
        ("application/fhir+xml;q=0, */*;q=0.1", "", JSON),
        ("application/fhir+json", "xml", XML),
        ("application/pdf", "json", JSON),
        ("", "application/fhir xml", XML),
        ("", "application/fhir+json; fhirVersion=4.0", JSON),
    ],
)
def test_the_format_of_the_answer(accept, format_, expected):
    assert wanted(accept, format_) is expected


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        ("application/pdf", ""),
        ("application/fhir+json; fhirVersion=3.0", ""),
        ("application/fhir+json; charset=latin-1", ""),
        ("application/fhir+json;q=0", ""),
        ("application/fhir+json;q=much", ""),
        (";;;,,,", ""),
        ("", "html"),
        ("", "ttl"),
        ("", "application/pdf"),
    ],
)
def test_what_is_not_given_here_is_not_acceptable(accept, format_):
    with pytest.raises(NotAcceptable):
        wanted(accept, format_)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/fhir+json", JSON),
        ("application/json; charset=utf-8", JSON),
        ('application/json; charset="UTF-8"', JSON),
        ("text/json", JSON),
        ("application/fhir+xml; fhirVersion=4.0", XML),
        ("application/xml", XML),
    ],
)
def test_the_format_of_a_body(content_type, expected):
    assert sent(content_type) is expected


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "json",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "application/fhir+json; charset=utf-16",
        "application/fhir+json; fhirVersion=5.0",
    ],
)
def test_another_body_is_of_the_wrong_type(content_type):
    with pytest.raises(WrongMediaType):
        sent(content_type)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", Preference()),
        ("return=minimal", Preference("minimal")),
        ("return=representation", Preference("representation")),
        ("return=OperationOutcome", Preference("OperationOutcome")),
        ("return=everything", Preference()),
        ("handling=lenient", Preference(lenient=True)),
        ("handling=strict", Preference()),
        ("respond-async, return=minimal, handling=lenient", Preference("minimal", lenient=True)),
        ("return=minimal; handling=lenient", Preference("minimal", lenient=True)),
    ],
)
def test_wishes(header, expected):
    assert preference(header) == expected
