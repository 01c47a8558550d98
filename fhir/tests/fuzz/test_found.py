"""What the fuzzing found once, so that it stays found."""

import pytest

from fhir.tests.fuzz.asking import JSON, XML, Request
from fhir.tests.fuzz.judging import asking, judged
from fhir.tests.fuzz.test_fuzz import token

__all__ = ["token"]
pytestmark = pytest.mark.django_db
SENT = {"Content-Type": JSON}
MEDICATION = b'{"resourceType":"Medication","manufacturer":{"reference":"#x"},"contained":[%s]}'
FOUND = {
    "a line break in the address": (Request("GET", "Patient/a%0d%0aX: y"), 404),
    "a control character in a parameter": (
        Request("GET", "Patient", "%01=1", {"Accept": XML}),
        400,
    ),
    "a control character in an element": (
        Request(
            "POST", "Patient", "", SENT | {"Accept": XML}, rb'{"resourceType":"Patient","\u0001":1}'
        ),
        422,
    ),
    "a code point that is no character": (
        Request("POST", "Basic", "", SENT, rb'{"resourceType":"Basic","code":{"text":"\ufffe"}}'),
        422,
    ),
    "a list for the id of a contained resource": (
        Request(
            "POST", "Medication", "", SENT, MEDICATION % b'{"resourceType":"Medication","id":["x"]}'
        ),
        422,
    ),
    "a text for a contained resource": (
        Request("POST", "Medication", "", SENT, MEDICATION % b'"x"'),
        422,
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_was_found_is_refused(case, token):
    request, expected = FOUND[case]
    status, content_type, _, body = asking(token)(request)
    assert (status, judged(request, status, content_type, body)) == (expected, "")
