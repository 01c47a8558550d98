"""A program that speaks nothing but XML, by plain HTTP, does what others do in JSON."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.django_db(transaction=True)

XML = "application/fhir+xml"
FHIR = "{http://hl7.org/fhir}"
ADA = """<?xml version="1.0" encoding="UTF-8"?>
<Patient xmlns="http://hl7.org/fhir">
  <text><status value="generated"/>
    <div xmlns="http://www.w3.org/1999/xhtml">Ada &amp; <b>Co</b> </div></text>
  <identifier><system value="urn:xml"/><value value="1"/></identifier>
  <name><family value="Lovelace"><extension url="urn:x"><valueString value="née Byron"/>
    </extension></family></name>
  <gender value="female"/>
  <birthDate value="1815-12"/>
</Patient>"""
WEIGHT = """<Observation xmlns="http://hl7.org/fhir"><status value="final"/>
  <code><coding><system value="http://loinc.org"/><code value="29463-7"/></coding></code>
  <subject><reference value="urn:uuid:5ac5f1ae-8f5f-4f0a-9a44-0f6f6b8fb9a1"/></subject>
  <valueQuantity><value value="60.10"/><unit value="kg"/></valueQuantity></Observation>"""


@dataclass
class Reply:
    status: int
    headers: dict
    body: bytes

    @property
    def kind(self):
        return self.headers["Content-Type"].partition(";")[0]

    @property
    def root(self):
        return ElementTree.fromstring(self.body)

    def at(self, path):
        """The ``value`` of every element at a path of FHIR names."""
        steps = "/".join(FHIR + step for step in path.split("/"))
        return [each.get("value") for each in self.root.findall(steps)]


@pytest.fixture
def ask(base, bearer):
    def asked(method, path="", body=None, **headers):
        request = urllib.request.Request(
            f"{base}/{path}" if path else base,
            data=body.encode() if body else None,
            method=method,
            headers={"Authorization": f"Bearer {bearer}", "Accept": XML, "Content-Type": XML}
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Reply(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, dict(error.headers), error.read())

    return asked


@pytest.fixture
def ada(ask):
    """Where the patient is."""
    created = ask("POST", "Patient", ADA)
    assert created.status == 201, created.body
    return f"Patient/{created.at('id')[0]}"


def spelled(root, *besides):
    """Every element in its canonical spelling, blanks between elements aside."""
    for name in besides:
        root.remove(root.find(FHIR + name))
    for each in root.iter():
        if each.tag.startswith(FHIR):
            each.text = each.tail = None
    return ElementTree.canonicalize(ElementTree.tostring(root))


def bundle(*entries, kind="transaction"):
    listed = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<Bundle xmlns="http://hl7.org/fhir"><type value="{kind}"/>{listed}</Bundle>'


def entry(method, url, resource="", full_url=""):
    place = f'<fullUrl value="{full_url}"/>' if full_url else ""
    resource = resource.partition("?>")[2] or resource
    inside = f"<resource>{resource}</resource>" if resource else ""
    wish = f'<request><method value="{method}"/><url value="{url}"/></request>'
    return place + inside + wish


def test_what_was_created_is_read_word_for_word(ask, ada):
    read = ask("GET", ada)
    assert (read.status, read.kind) == (200, XML)
    assert spelled(read.root, "id", "meta") == spelled(ElementTree.fromstring(ADA))


def test_an_update_makes_a_new_version(ask, ada):
    id_ = ada.partition("/")[2]
    changed = ADA.replace("<text>", f'<id value="{id_}"/><text>').replace("1815-12", "1815-12-10")
    updated = ask("PUT", ada, changed, If_Match='W/"1"')
    assert (updated.status, updated.at("birthDate")) == (200, ["1815-12-10"])
    assert updated.headers["ETag"] == 'W/"2"'


def test_a_search_brings_a_bundle(ask, ada):
    found = ask("GET", "Patient?family=lovelace")
    assert (found.kind, found.root.tag) == (XML, f"{FHIR}Bundle")
    assert found.at("entry/resource/Patient/id") == [ada.partition("/")[2]]


def test_a_transaction_keeps_digits_and_turns_placeholders_into_references(ask):
    place = "urn:uuid:5ac5f1ae-8f5f-4f0a-9a44-0f6f6b8fb9a1"
    sent = bundle(entry("POST", "Observation", WEIGHT), entry("POST", "Patient", ADA, place))
    answer = ask("POST", "", sent)
    assert [status[:3] for status in answer.at("entry/response/status")] == ["201", "201"]
    observation, patient = answer.at("entry/response/location")
    read = ask("GET", observation.partition("/fhir/")[2])
    assert read.at("valueQuantity/value") == ["60.10"]
    (reference,) = read.at("subject/reference")
    assert f"/{reference}/" in patient


def test_a_history_is_xml_too(ask, ada):
    assert ask("GET", f"{ada}/_history").at("type") == ["history"]


def test_what_the_server_can_do_is_told_in_xml(ask):
    assert ask("GET", "metadata").at("fhirVersion") == ["4.0.1"]


WRONG = {
    "an unknown element": (ADA.replace("birthDate", "birthday"), 400, "Patient"),
    "a code of no meaning": (ADA.replace("female", "x"), 422, "Patient.gender"),
    "an entity": ("<!DOCTYPE x [<!ENTITY y 'z'>]>" + ADA.partition("?>")[2], 400, None),
    "half a document": (ADA[:200], 400, None),
    "nothing": (" ", 400, None),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_refusal_is_an_outcome_in_xml_that_names_the_element(ask, case):
    body, status, place = WRONG[case]
    refused = ask("POST", "Patient", body)
    assert (refused.status, refused.kind) == (status, XML)
    assert refused.at("issue/details/text")[0]
    named = refused.at("issue/expression")
    assert not place or named[0].startswith(place)


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        (XML, "", XML),
        ("application/xml", "", XML),
        ("application/fhir+json;q=0.5, application/fhir+xml;q=0.9", "", XML),
        ("application/fhir+json, application/fhir+xml;q=0.9", "", "application/fhir+json"),
        ("application/fhir+xml;q=0, */*", "", "application/fhir+json"),
        ("application/fhir+json", "?_format=xml", XML),
        ("application/fhir+json", "?_format=application/fhir%2Bxml", XML),
        (XML, "?_format=json", "application/fhir+json"),
    ],
)
def test_the_format_is_the_one_that_was_asked_for(ask, accept, query, kind):
    assert ask("GET", f"metadata{query}", Accept=accept).kind == kind


def test_no_other_format_is_given(ask):
    refused = ask("GET", "metadata", Accept="text/turtle")
    assert (refused.status, refused.kind) == (406, "application/fhir+json")
