"""Batch and transaction: entries alone, or all together or not at all."""

from base64 import b64encode

import pytest

from accounts.models import AuditEvent
from fhir.codec import dumps
from fhir.models import Change
from fhir.tests.http.conftest import entry, patient

URN = "urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9"
NUMBER = [{"system": "urn:n", "value": "1"}]


def condition(subject, **elements):
    return {"resourceType": "Condition", "subject": {"reference": subject}} | elements


def statuses(reply):
    return [each["response"]["status"][:3] for each in reply.entries]


def test_entries_of_a_batch_stand_for_themselves(api):
    api.put("Patient/rosa", patient(id="rosa"))
    reply = api.transaction(
        entry("GET", "Patient/rosa"),
        entry("GET", "Patient/nobody"),
        entry("POST", "Patient", patient(gender="martian")),
        entry("PUT", "Patient/otto", patient(id="otto")),
        entry("DELETE", "Patient/rosa"),
        entry("GET", "Patient?_id=otto"),
        entry("BREW", "Patient"),
        entry("GET", "no/such/address"),
        {},
        "entry",
        kind="batch",
    )
    assert (reply.status, reply.body["type"]) == (200, "batch-response")
    assert statuses(reply) == [
        "200", "404", "422", "201", "204", "200", "405", "404", "400", "400",
    ]  # fmt: skip
    assert reply.entries[0]["resource"]["id"] == "rosa"
    assert reply.entries[3]["response"]["location"].endswith("Patient/otto/_history/1")
    assert reply.entries[5]["resource"]["type"] == "searchset"


def test_a_refusal_in_a_batch_names_its_element(api):
    reply = api.transaction(entry("POST", "Patient", patient(gender=7)), kind="batch")
    issue = reply.entries[0]["response"]["outcome"]["issue"][0]
    assert issue["expression"] == ["Bundle.entry[0].resource.gender"]


def test_each_entry_of_a_batch_is_on_record(api):
    api.transaction(
        entry("PUT", "Patient/rosa", patient(id="rosa")),
        entry("GET", "Patient/rosa"),
        entry("GET", "Patient/nobody"),
        kind="batch",
    )
    events = AuditEvent.objects.filter(principal__startswith="client:").order_by("pk")
    found = [(event.action, event.outcome) for event in events]
    assert found == [("update", "success"), ("read", "success"), ("fhir", "refused")]


def test_a_transaction_resolves_its_own_references(api):
    reply = api.transaction(
        entry("POST", "Condition", condition(URN)),
        entry("POST", "Patient", patient(identifier=NUMBER), URN),
    )
    assert statuses(reply) == ["201", "201"]
    made = reply.entries[1]["response"]["location"].split("/_history")[0].split("/fhir/")[1]
    (found,) = api.get("Condition").resources
    assert found["subject"]["reference"] == made


def test_one_audit_event_tells_of_a_transaction(api):
    api.transaction(*(entry("PUT", f"Patient/p{n}", patient(id=f"p{n}")) for n in range(3)))
    (event,) = AuditEvent.objects.filter(principal__startswith="client:")
    assert sorted(event.entities) == ["Patient/p0", "Patient/p1", "Patient/p2"]


def test_a_transaction_keeps_its_order_whatever_that_of_its_entries(api):
    api.put("Patient/rosa", patient(id="rosa"))
    reply = api.transaction(
        entry("GET", "Patient/rosa"),
        entry("GET", "Patient/new"),
        entry("PUT", "Patient/new", patient(id="new")),
        entry("POST", "Patient", patient(identifier=NUMBER), ifNoneExist="identifier=urn:n|1"),
        entry("PUT", "Patient/rosa", patient(id="rosa", gender="female")),
    )
    assert statuses(reply) == ["200", "200", "201", "201", "200"]
    assert reply.entries[0]["resource"]["gender"] == "female"


def test_a_transaction_that_fails_leaves_nothing(api):
    before = Change.objects.count()
    reply = api.transaction(
        entry("PUT", "Patient/rosa", patient(id="rosa")),
        entry("PUT", "Basic/b", {"resourceType": "Basic", "id": "b"}),
    )
    assert (reply.status, reply.expressions) == (422, ["Bundle.entry[1].resource.code"])
    assert Change.objects.count() == before
    assert api.get("Patient/rosa").status == 404


def test_a_get_that_fails_takes_the_transaction_with_it(api):
    reply = api.transaction(
        entry("PUT", "Patient/rosa", patient(id="rosa")), entry("GET", "Patient/nobody")
    )
    assert (reply.status, reply.expressions) == (404, ["Bundle.entry[1]"])
    assert api.get("Patient/rosa").status == 404


@pytest.fixture
def one(api):
    api.put("Patient/one", patient(id="one", identifier=NUMBER))
    return api


def test_a_conditional_reference_is_answered_by_search(one):
    one.transaction(entry("POST", "Condition", condition("Patient?identifier=urn:n|1")))
    assert one.get("Condition").resources[0]["subject"]["reference"] == "Patient/one"


def test_a_conditional_reference_may_mean_what_the_transaction_makes(api):
    reply = api.transaction(
        entry("POST", "Condition", condition("Patient?identifier=urn:n|1")),
        entry("POST", "Patient", patient(identifier=NUMBER), URN, ifNoneExist="identifier=urn:n|1"),
    )
    assert statuses(reply) == ["201", "201"]
    (found,) = api.get("Condition").resources
    assert found["subject"]["reference"] == api.get("Patient").names[0]


def test_what_was_there_already_is_referred_to(one):
    reply = one.transaction(
        entry("POST", "Condition", condition(URN)),
        entry("POST", "Patient", patient(identifier=NUMBER), URN, ifNoneExist="identifier=urn:n|1"),
    )
    assert statuses(reply) == ["201", "200"]
    assert one.get("Condition").resources[0]["subject"]["reference"] == "Patient/one"


@pytest.mark.parametrize(
    ("reference", "status"),
    [
        ("Patient?identifier=urn:n|9", 422),
        ("Patient?gender=male", 412),
        ("Patient?nonsense=1", 400),
        ("Potion?name=x", 404),
        (URN, 422),
    ],
)
def test_a_reference_to_nothing_or_to_several_is_refused(api, reference, status):
    api.put("Patient/a", patient(id="a", gender="male"))
    api.put("Patient/b", patient(id="b", gender="male"))
    reply = api.transaction(entry("POST", "Condition", condition(reference)))
    assert reply.status == status
    assert reply.expressions[0].startswith("Bundle.entry[0]")
    assert api.get("Condition").entries == []


def test_conditional_entries_of_a_transaction(one):
    one.put("Patient/two", patient(id="two", identifier=[{"system": "urn:n", "value": "2"}]))
    reply = one.transaction(
        entry("PUT", "Patient?identifier=urn:n|1", patient(identifier=NUMBER, gender="male")),
        entry("DELETE", "Patient?identifier=urn:n|2"),
        entry("DELETE", "Patient/nobody"),
    )
    assert statuses(reply) == ["200", "204", "204"]
    assert one.get("Patient/one").body["gender"] == "male"
    assert one.get("Patient/two").status == 410


def test_a_patch_in_a_transaction_is_a_binary(one):
    operations = [{"op": "add", "path": "/gender", "value": "male"}]
    data = b64encode(dumps(operations)).decode()
    binary = {
        "resourceType": "Binary",
        "contentType": "application/json-patch+json",
        "data": data,
    }
    assert statuses(one.transaction(entry("PATCH", "Patient/one", binary))) == ["200"]
    assert one.get("Patient/one").body["gender"] == "male"


@pytest.mark.parametrize(
    "binary",
    [
        None,
        {"resourceType": "Parameters"},
        {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": "!"},
    ],
)
def test_a_patch_that_is_none_is_refused(one, binary):
    assert one.transaction(entry("PATCH", "Patient/one", binary)).status in (400, 415)


@pytest.mark.parametrize(
    ("entries", "status", "expression"),
    [
        (["entry"], 400, "Bundle.entry[0].request"),
        ([{"resource": patient()}], 400, "Bundle.entry[0].request"),
        ([{"request": {"method": "GET"}}], 400, "Bundle.entry[0].request"),
        ([{"request": {"method": 1, "url": 2}}], 400, "Bundle.entry[0].request"),
        ([entry("POST", "Patient", patient()), entry("POST", "Patient")], 400, "Bundle.entry[1]"),
        ([entry("POST", "Patient", {"resourceType": "Basic"})], 400, "Bundle.entry[0].resource"),
        ([entry("POST", "Potion", {"resourceType": "Potion"})], 404, "Bundle.entry[0]"),
        ([entry("POST", "", patient())], 405, "Bundle.entry[0].request.method"),
        ([entry("POST", "", {"resourceType": "Bundle"})], 400, "Bundle.entry[0].resource"),
        ([entry("POST", "Bundle", {"resourceType": "Bundle"})], 400, "Bundle.entry[0].resource"),
        ([entry("PUT", "Patient/a/b/c", patient())], 404, "Bundle.entry[0].request.url"),
        ([entry("PUT", "Patient/a", patient(id="b"))], 400, "Bundle.entry[0].resource.id"),
        (
            [entry("PUT", "Patient/a", patient(id="a")), entry("DELETE", "Patient/a")],
            None,
            None,
        ),
        ([entry("PUT", "Patient/a", patient(id="a"))] * 2, 422, "Bundle.entry[1].resource"),
        (
            [entry("POST", "Patient", patient(), URN), entry("POST", "Patient", patient(), URN)],
            400,
            "Bundle.entry[1].fullUrl",
        ),
        (
            [entry("PUT", "Patient/a", patient(id="a"), ifMatch='W/"3"')],
            412,
            "Bundle.entry[0]",
        ),
    ],
)
def test_a_transaction_that_cannot_be_is_refused(api, entries, status, expression):
    reply = api.transaction(*entries)
    if status is None:  # nothing to delete yet, so only one of them writes
        assert reply.status == 200
        return
    assert reply.status == status
    assert reply.expressions[0].startswith(expression)
    assert api.get("Patient").entries == []


@pytest.mark.parametrize(
    "body",
    [
        patient(),
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "type": "collection"},
        {"resourceType": "Bundle", "type": ["batch"]},
        {"resourceType": "Bundle", "type": "batch", "entry": {}},
        [],
    ],
)
def test_only_batches_and_transactions_are_posted_to_the_base(api, body):
    assert api.post("", body).status == 400


def test_the_number_of_entries_is_limited(api, settings):
    settings.FHIR_MOST_ENTRIES = 2
    assert api.transaction(*[entry("GET", "Patient")] * 2).status == 200
    reply = api.transaction(*[entry("GET", "Patient")] * 3)
    assert (reply.status, reply.expressions) == (413, ["Bundle.entry"])


@pytest.mark.parametrize("wish", ["return=representation", "return=OperationOutcome"])
def test_prefer_holds_for_every_entry(api, wish):
    reply = api.transaction(entry("PUT", "Patient/a", patient(id="a")), Prefer=wish)
    (made,) = reply.entries
    assert ("resource" in made, "outcome" in made["response"]) == (
        wish == "return=representation",
        wish == "return=OperationOutcome",
    )


@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_every_entry_needs_its_own_right(program, kind):
    reply = program("system/Patient.r system/Patient.s").transaction(
        entry("GET", "Patient"), entry("PUT", "Patient/a", patient(id="a")), kind=kind
    )
    assert (statuses(reply) if kind == "batch" else reply.status) == (
        ["200", "403"] if kind == "batch" else 403
    )


def test_absolute_addresses_of_this_server_are_understood(api):
    reply = api.transaction(
        entry("PUT", "http://testserver/fhir/Patient/a", patient(id="a")),
        entry("GET", "/Patient/a"),
    )
    assert statuses(reply) == ["201", "200"]
