"""The door: who may ask what, and what it answers to everything else."""

import gzip
import json
import resource
import zlib

import pytest

from accounts.models import AuditEvent
from fhir.definitions import RESOURCE_TYPES
from fhir.tests.http.conftest import JSON, Program, entry, patient
from fhir.urls import TABLE
from fhir.views.door import PUBLIC

ROSA = patient(id="rosa")
LETTERS = {
    "read": "r", "vread": "r", "history-instance": "r", "search-type": "s", "history-type": "s",
    "create": "c", "update": "u", "patch": "u", "delete": "d", "validate": "cru",
}  # fmt: skip
SAMPLES = {"<type:type_>": "Patient", "<fhirid:fhir_id>": "rosa", "<int:version>": "1"}
ADDRESSES = [
    (method, address, act) for address, acts in TABLE.items() for method, act in acts.items()
]


def concrete(address):
    for name, value in SAMPLES.items():
        address = address.replace(name, value)
    return address


def test_every_interaction_asks_for_its_right():
    asked = {act.code: act.letters for _, address, act in ADDRESSES}
    assert asked == LETTERS | dict.fromkeys(("batch", "everything", "history-system"), "") | {
        "capabilities": PUBLIC
    }


@pytest.mark.parametrize("there", [True, False])
def test_without_the_right_the_answer_is_the_same_whether_or_not_there_is_something(
    program, api, there
):
    if there:
        api.put("Patient/rosa", ROSA)
    answers = set()
    for method, address, act in ADDRESSES:
        if act.code in ("batch", "capabilities"):
            continue
        needed = LETTERS.get(act.code, "rs")
        letters = "".join(letter for letter in "cruds" if letter not in needed)
        reply = program(f"system/*.{letters}").ask(method, concrete(address), ROSA)
        answers.add((reply.status, reply.body["issue"][0]["code"]))
    assert answers == {(403, "forbidden")}


def test_a_question_without_the_right_is_on_record(program):
    program("system/*.c").get("Patient/rosa")
    details = AuditEvent.objects.filter(action="fhir").values_list("detail", flat=True)
    assert list(details) == [{"code": "not-allowed"}]


def test_an_update_that_would_create_needs_the_right_to_create(program, api):
    api.put("Patient/rosa", ROSA)
    changer = program("system/*.u")
    assert changer.put("Patient/rosa", ROSA | {"gender": "male"}).status == 200
    assert changer.put("Patient/otto", patient(id="otto")).status == 403
    assert changer.put("Patient?_id=rosa", ROSA).status == 403


def test_a_type_that_is_not_named_in_the_scope_is_closed(program):
    one_type = program("system/Patient.cruds")
    assert one_type.get("Patient").status == 200
    assert one_type.get("Observation").status == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "Patient"),
        ("PUT", "Patient/rosa"),
        ("PATCH", "Patient/rosa"),
        ("DELETE", "Patient/rosa"),
        ("PUT", "Patient?_id=rosa"),
        ("DELETE", "Patient?_id=rosa"),
    ],
)
def test_a_signed_in_browser_only_reads(client, dr_ames, rosa, method, path):
    client.force_login(dr_ames)
    answer = client.generic(method, f"/fhir/{path}", json.dumps(ROSA), JSON)
    assert answer.status_code == 403
    assert client.get("/fhir/Patient/rosa")["ETag"] == 'W/"1"'


def test_a_signed_in_browser_cannot_write_by_a_batch(client, dr_ames, rosa):
    client.force_login(dr_ames)
    bundle = {"resourceType": "Bundle", "type": "batch"}
    bundle["entry"] = [entry("GET", "Patient/rosa"), entry("DELETE", "Patient/rosa")]
    answer = client.post("/fhir/", json.dumps(bundle), content_type=JSON).json()
    assert [each["response"]["status"][:3] for each in answer["entry"]] == ["200", "403"]


@pytest.mark.parametrize("accept", ["", "application/fhir+json", "application/fhir+xml"])
def test_a_stranger_is_told_how_to_come_in(db, accept):
    reply = Program("").get("Patient/rosa", Accept=accept)
    assert (reply.status, reply["WWW-Authenticate"][:6]) == (401, "Bearer")
    assert b"OperationOutcome" in reply.response.content


def test_a_token_that_opens_nothing_is_refused(db):
    reply = Program("x" * 40).get("metadata-is-open-but-this-is-not")
    assert (reply.status, "invalid_token" in reply["WWW-Authenticate"]) == (401, True)


@pytest.mark.parametrize(
    "path",
    [
        "Patient/",
        "Patient/rosa/",
        "Patient/a/b",
        "Patient/a/b/c/d",
        "Patient/" + "x" * 65,
        "Patient/ros%C3%A4",
        "Patient/rosa%00",
        "Patient/rosa/_history/x",
        "Patient/rosa/_history/-1",
        "Patient/rosa/$nothing",
        "Observation/rosa/$everything",
        "$everything",
        "patient",
        "%F0%9F%92%A9",
        "_nothing",
    ],
)
def test_an_address_where_nothing_is(api, path):
    reply = api.get(path)
    assert (reply.status, reply.body["issue"][0]["code"]) == (404, "not-found")


@pytest.mark.parametrize("path", ["Potion", "Potion/x", "Potion/x/_history", "Potion/_history"])
def test_an_unknown_type(api, path):
    reply = api.get(path)
    assert (reply.status, reply.body["issue"][0]["code"]) == (404, "not-supported")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "Patient/rosa", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("DELETE", "metadata", "GET, HEAD, OPTIONS"),
        ("GET", "", "OPTIONS, POST"),
        ("PUT", "Patient/_search", "OPTIONS, POST"),
        ("TRACE", "Patient", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
    ],
)
def test_a_method_that_is_not_done_there(api, method, path, allowed):
    reply = api.ask(method, path)
    assert (reply.status, reply["Allow"]) == (405, allowed)
    assert reply.body["issue"][0]["code"] == "not-supported"


def test_options_tells_the_methods(db):
    reply = Program("").ask("OPTIONS", "Patient")
    assert (reply.status, reply["Allow"]) == (
        204,
        "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
    )


BAD_BODIES = {
    "empty": b" ",
    "not JSON": b"rosa",
    "not an object": b"[]",
    "a number": b"7",
    "twice the same key": b'{"resourceType":"Patient","id":"rosa","id":"rosa"}',
    "NaN": b'{"resourceType":"Patient","id":"rosa","multipleBirthInteger":NaN}',
    "infinity": b'{"resourceType":"Patient","id":"rosa","multipleBirthInteger":-Infinity}',
    "half a character": rb'{"resourceType":"Patient","id":"rosa","language":"\ud800"}',
    "NUL": rb'{"resourceType":"Patient","id":"rosa","language":"\u0000"}',
    "not UTF-8": b'{"resourceType":"Patient","id":"rosa","language":"\xff"}',
    "depth": b'{"resourceType":"Patient","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "depth of objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "another type": b'{"resourceType":"Basic","id":"rosa"}',
    "no type": b'{"id":"rosa"}',
    "a type that is no text": b'{"resourceType":["Patient"],"id":"rosa"}',
    "another id": b'{"resourceType":"Patient","id":"otto"}',
    "no id": b'{"resourceType":"Patient"}',
    "an id that is no text": b'{"resourceType":"Patient","id":7}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_body_is_refused(api, body):
    reply = api.put("Patient/rosa", body)
    assert (reply.status, reply.body["resourceType"]) == (400, "OperationOutcome")
    assert api.get("Patient/rosa").status == 404


@pytest.mark.parametrize(
    ("resource", "expression"),
    [
        ({"gender": "martian"}, "Patient.gender"),
        ({"birthDate": "yesterday"}, "Patient.birthDate"),
        ({"password__startswith": "a"}, "Patient.password__startswith"),
        ({"name": [{"family": 7}]}, "Patient.name[0].family"),
        ({"link": [{"type": "refer"}]}, "Patient.link[0].other"),
        ({"contact": [{"gender": "male"}]}, "Patient.contact[0]"),
    ],
)
def test_what_is_not_fhir_names_its_element(api, resource, expression):
    reply = api.put("Patient/rosa", ROSA | resource)
    assert (reply.status, reply.expressions[0]) == (422, expression)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("text/plain", 415), ("application/pdf", 415), ("", 415), ("multipart/form-data", 415)],
)
def test_a_body_of_another_kind(api, content_type, status):
    assert api.ask("PUT", "Patient/rosa", ROSA, content_type).status == status


@pytest.mark.parametrize(
    ("path", "headers"),
    [("Patient", {"Accept": "application/pdf"}), ("Patient?_format=html", {})],
)
def test_a_format_that_is_not_given(api, path, headers):
    assert api.get(path, **headers).status == 406


def test_what_would_not_be_acceptable_is_not_done(api):
    assert api.put("Patient/rosa", ROSA, Accept="application/pdf").status == 406
    assert api.get("Patient/rosa").status == 404


@pytest.mark.parametrize(
    "query",
    [
        "password__startswith=a",
        "_connector=OR",
        "_sort=;drop",
        "nonsense=1",
        "name:nonsense=1",
        "birthdate=zz2020",
        "birthdate=yesterday",
        "name=%00",
        "_include=nonsense",
        "&".join(["_include=Patient:link"] * 10_000),
        "&".join(f"k{n}=1" for n in range(2000)),
        "_cursor=forged",
        "_pretty=maybe",
        "_query=x",
        "_filter=x",
    ],
    ids=lambda query: query[:30],
)
def test_a_bad_question_is_refused(api, query):
    for reply in (
        api.get(f"Patient?{query}"),
        api.post(
            "Patient/_search", query.encode(), content_type="application/x-www-form-urlencoded"
        ),
    ):
        if "_pretty" in query and reply.status == 200:
            continue  # a form does not say how its answer looks
        assert reply.status == (413 if len(query) > 65536 else 400)
        assert reply.body["resourceType"] == "OperationOutcome"


def test_a_query_is_not_read_without_end(api):
    assert api.get("Patient?name=" + "x" * 70_000).status == 413


def test_a_body_beyond_the_limit_is_not_read(api, settings):
    settings.FHIR_LARGEST_BODY = 1000
    large = ROSA | {"language": "x" * 1000}
    assert api.put("Patient/rosa", large).status == 413


def test_a_declared_length_beyond_the_limit_is_enough(api):
    reply = api.put("Patient/rosa", b"{}", Content_Length=str(10**12))
    assert reply.status in (400, 413)


def test_a_packed_body_is_unpacked(api):
    packed = gzip.compress(json.dumps(ROSA).encode())
    assert api.put("Patient/rosa", packed, Content_Encoding="gzip").status == 201


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"not packed", "gzip", 400),
        (gzip.compress(b"{}" * 100, mtime=0)[:-12], "gzip", 400),
        (gzip.compress(b"{}", mtime=0) + b"more", "gzip", 400),
        (zlib.compress(b"{}"), "deflate", 415),
        (b"{}", "gzip, gzip", 415),
        (b"{}", "br", 415),
    ],
)
def test_a_body_that_does_not_unpack(api, body, encoding, status):
    assert api.put("Patient/rosa", body, Content_Encoding=encoding).status == status


def spaces(megabytes):
    """So many, packed without ever being here at once: the peak of memory is what is measured."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(b" " * 10**6) for _ in range(megabytes)) + packer.flush()


def test_a_bomb_does_not_go_off(api):
    bomb = spaces(500)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert api.put("Patient/rosa", bomb, Content_Encoding="gzip").status == 413
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 100_000  # kB


def test_a_million_keys_are_not_parsed(api):
    body = b'{"resourceType":"Patient"' + b"".join(b',"k%d":1' % n for n in range(10**6)) + b"}"
    assert api.put("Patient/rosa", body).status == 413


def test_what_goes_wrong_here_tells_no_details(api, monkeypatch, settings, caplog):
    settings.FHIR_PORTS = settings.FHIR_PORTS | {"visible": f"{__name__}.broken"}
    reply = api.get("Patient/rosa")
    assert (reply.status, reply.body["issue"][0]["code"]) == (500, "exception")
    assert "RecordQuerySet" not in reply.response.content.decode() + caplog.text
    assert "RuntimeError" in caplog.text


def broken(rows, by):
    raise RuntimeError(f"about {type(rows).__name__}")


def test_an_answer_is_indented_on_request(api):
    api.put("Patient/rosa", ROSA)
    plain, indented = api.get("Patient/rosa"), api.get("Patient/rosa?_pretty=true")
    assert (plain.response.content.count(b"\n"), plain.body == indented.body) == (0, True)
    assert indented.response.content.count(b"\n") > 3


@pytest.mark.parametrize("format_", ["xml", "application/fhir%2Bxml"])
def test_refusals_speak_xml_when_asked(api, format_):
    reply = api.get(f"Patient/nobody?_format={format_}")
    assert (reply.status, reply["Content-Type"]) == (404, "application/fhir+xml; charset=utf-8")
    assert reply.response.content.count(b"<OperationOutcome") == 1


def test_xml_in_and_out(api):
    xml = (
        b'<Patient xmlns="http://hl7.org/fhir"><id value="rosa"/><gender value="female"/></Patient>'
    )
    assert api.put("Patient/rosa", xml, content_type="application/fhir+xml").status == 201
    assert api.get("Patient/rosa").body["gender"] == "female"
    assert b'<gender value="female"/>' in api.get("Patient/rosa?_format=xml").response.content


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE x [<!ENTITY e "x">]><Patient xmlns="http://hl7.org/fhir"/>',
        b'<Patient xmlns="http://hl7.org/fhir">',
        b'<Patient xmlns="http://hl7.org/fhir"><nonsense value="1"/></Patient>',
        b"<Patient/>",
        b"{}",
    ],
)
def test_bad_xml_is_refused(api, xml):
    reply = api.put("Patient/rosa", xml, content_type="application/fhir+xml")
    assert 400 <= reply.status < 500


def test_the_server_claims_every_type_and_every_interaction_of_its_table(db):
    statement = Program("").get("metadata").body
    rest = statement["rest"][0]
    assert {row["type"] for row in rest["resource"]} == RESOURCE_TYPES
    claimed = {code["code"] for row in rest["resource"] for code in row["interaction"]}
    claimed |= {code["code"] for code in rest["interaction"]}
    claimed |= {
        each["name"] for row in (*rest["resource"], rest) for each in row.get("operation", ())
    }
    done = {act.code for acts in TABLE.values() for act in acts.values()}
    assert claimed == done - {"capabilities"} | {"transaction"}


def test_the_statement_is_itself_valid(api):
    statement = Program("").get("metadata").body
    reply = api.post("CapabilityStatement/$validate", statement)
    assert [each["severity"] for each in reply.body["issue"]] == ["warning"]  # no narrative
