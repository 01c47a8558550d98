"""The privacy officer reads the trail as AuditEvent over FHIR; nobody writes it."""

import json
from base64 import b64decode
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts import audit
from accounts.clients import tokens
from accounts.clients.registering import Registration, register
from accounts.models import AuditEvent
from accounts.principals import principal_of
from accounts.roles import Role
from accounts.trail.actions import ACTIONS
from fhir.principal import SYSTEM
from fhir.registry import render
from fhir.validation import problems
from patients.models import BreakGlass
from tests.cast import person, staff

REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
BTG = [{"coding": [{"system": REASON, "code": "BTG"}]}]


@pytest.fixture
def officer(harbour):
    return staff("petra", Role.PRIVACY_OFFICER, harbour, full_name="Petra Privacy")


@pytest.fixture
def ask(client, officer):
    """What the officer is answered."""

    def asked(path, user=officer, **more):
        client.force_login(user)
        return client.get(f"/fhir/{path}", **more)

    return asked


@pytest.fixture
def look(as_ames, rosa):
    """Dr Ames looked at Rosa."""
    with audit.heard_from("192.0.2.7"):
        audit.record_access(
            by=as_ames, action="read", entities=[rosa.reference], patient_id=rosa.pk
        )
    return AuditEvent.objects.get(action="read")


def shown(event):
    from fhir.registry import mapping

    return render(mapping("AuditEvent").queryset().get(pk=event.pk))


def wrong(resource):
    return [each for each in problems(resource) if each.severity != "warning"]


def found(answer):
    assert answer.status_code == 200, answer.content
    return {
        each["resource"]["id"]
        for each in json.loads(answer.content).get("entry", [])
        if each["search"]["mode"] == "match"
    }


def test_the_officer_reads_a_look(ask, look, rosa):
    answer = ask(f"AuditEvent/{look.pk}")
    assert answer.status_code == 200
    assert json.loads(answer.content)["entity"][0]["what"] == {"reference": "Patient/rosa"}


def test_it_says_who_from_where(look, dr_ames):
    client, server, person = shown(look)["agent"]
    assert client["network"] == {"address": "192.0.2.7", "type": "2"}
    assert person["who"]["reference"] == "Practitioner/ames"
    assert (person["name"], person["requestor"]) == ("Dr Ada Ames", True)
    assert [client["requestor"], server["requestor"]] == [False, False]


def test_it_says_which_profile_it_has(look):
    assert shown(look)["meta"]["profile"] == [
        "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead"
    ]


def test_a_look_through_a_broken_glass_says_so(as_ames, dr_ames, harbour, otto, rosa):
    now = timezone.now()
    BreakGlass.objects.create(
        patient=otto, user=dr_ames, facility=harbour, reason="emergency", words="collapsed",
        began=now - timedelta(minutes=1), until=now + timedelta(hours=1),
    )  # fmt: skip
    for patient in (otto, rosa):
        audit.record_access(by=as_ames, action="read", patient_id=patient.pk)
    through, usual = (AuditEvent.objects.get(patient_id=each.pk) for each in (otto, rosa))
    assert shown(through)["purposeOfEvent"] == BTG
    assert "purposeOfEvent" not in shown(usual)


def test_a_glass_that_is_whole_again_is_no_purpose(as_ames, dr_ames, harbour, otto):
    now = timezone.now()
    BreakGlass.objects.create(
        patient=otto, user=dr_ames, facility=harbour, reason="emergency", words="collapsed",
        began=now - timedelta(hours=2), until=now + timedelta(hours=1),
        ended_at=now - timedelta(hours=1),
    )  # fmt: skip
    audit.record_access(by=as_ames, action="read", patient_id=otto.pk)
    assert AuditEvent.objects.get(action="read").purpose == ""


def test_a_search_says_what_was_asked(client, dr_ames, rosa):
    client.force_login(dr_ames)
    client.get("/fhir/Observation?patient=Patient/rosa&code=8867-4")
    said = shown(AuditEvent.objects.get(action="search"))
    (query,) = [each["query"] for each in said["entity"] if "query" in each]
    assert b64decode(query) == b"Observation?patient=Patient%2Frosa&code=8867-4"


@pytest.mark.django_db
@pytest.mark.parametrize("action", [*(actions[0] for actions in ACTIONS.values()), "x y"])
@pytest.mark.parametrize("outcome", ["success", "refused"])
def test_every_kind_of_action_is_a_valid_audit_event(action, outcome):
    event = audit.record(
        SYSTEM, action, outcome=outcome, detail={"n": 1, "words": "a", "list": [1], "none": None}
    )
    assert wrong(shown(event)) == []


KINDS = ["user:0190a0a0-0000-7000-8000-000000000001", "client:cw-1", "device:1", "system:x"]


@pytest.mark.django_db
@pytest.mark.parametrize("principal", KINDS)
def test_one_agent_asked_whoever_it_was(principal):
    event = AuditEvent.objects.create(action="read", principal=principal, entities=["Patient/x"])
    said = shown(AuditEvent.objects.get(pk=event.pk))
    assert wrong(said) == []
    assert [agent["requestor"] for agent in said["agent"]].count(True) == 1


SEARCHES = [
    "patient=Patient/rosa",
    "patient=rosa",
    "agent=Practitioner/ames",
    "action=R",
    "type=rest",
    "subtype=read",
    "subtype=http://hl7.org/fhir/restful-interaction|read",
    "outcome=0",
    "address=192.0.2.7",
    "entity=Patient/rosa",
    "date=ge2020-01-01",
    "_lastUpdated=ge2020-01-01",
    "patient=rosa&agent=Practitioner/ames&action=R&date=ge2020-01-01",
    "patient=rosa,otto",
]


@pytest.mark.parametrize("query", SEARCHES)
def test_a_look_is_found(ask, look, query):
    assert str(look.pk) in found(ask(f"AuditEvent?{query}"))


MISSES = [
    "patient=Patient/otto",
    "patient=Group/rosa",
    "agent=Practitioner/baum",
    "action=U",
    "subtype=update",
    "outcome=4",
    "address=198.51.100",
    "entity=Patient/otto",
    "date=lt2020-01-01",
    "_id=0190a0a0-0000-7000-8000-000000000001",
    "_id=no-key",
]


@pytest.mark.parametrize("query", MISSES)
def test_what_was_not_asked_for_is_not_found(ask, look, query):
    assert str(look.pk) not in found(ask(f"AuditEvent?{query}"))


def test_it_is_found_by_its_id(ask, look):
    assert found(ask(f"AuditEvent?_id={look.pk}")) == {str(look.pk)}


def test_the_actor_is_found_by_its_label(ask, look, dr_ames):
    assert str(look.pk) in found(ask(f"AuditEvent?altid=user:{dr_ames.pk}"))


@pytest.mark.parametrize("order", ["date", "-date", "_lastUpdated", "_id", "-_id"])
def test_pages_follow_each_other(ask, as_ames, rosa, order):
    for _ in range(5):
        audit.record_access(by=as_ames, action="read", patient_id=rosa.pk)
    ids, path = [], f"AuditEvent?action=R&patient=rosa&_count=2&_sort={order}"
    while path:
        page = json.loads(ask(path).content)
        ids += [each["resource"]["id"] for each in page.get("entry", [])]
        path = next((x["url"] for x in page["link"] if x["relation"] == "next"), "")
        path = path.partition("/fhir/")[2]
    assert (len(ids), len(set(ids))) == (5, 5)


def test_the_total_is_counted(ask, look):
    answer = json.loads(ask("AuditEvent?patient=rosa&action=R&_total=accurate").content)
    assert answer["total"] == 1


REFUSED = [
    "AuditEvent?source=x",
    "AuditEvent?patient.name=Rosa",
    "AuditEvent?patient:Patient.name=Rosa",
    "AuditEvent?patient:missing=true",
    "AuditEvent?_has:Provenance:entity:patient=rosa",
    "AuditEvent?_include=AuditEvent:patient",
    "AuditEvent?_sort=address",
    "AuditEvent?_text=x",
    "AuditEvent?_tag=x",
]


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_not_answered_here_is_refused_in_words(ask, look, path):
    answer = ask(path)
    assert answer.status_code == 400
    assert json.loads(answer.content)["resourceType"] == "OperationOutcome"


AROUND = [
    "Patient?_has:AuditEvent:patient:action=R",
    "Patient?_revinclude=AuditEvent:patient",
    "Patient?_revinclude=AuditEvent:*",
    "Provenance?entity:AuditEvent.action=R",
]


@pytest.mark.parametrize("path", AROUND)
def test_no_way_leads_to_it_from_elsewhere(ask, look, dr_ames, path):
    assert ask(path, dr_ames).status_code == 400


def test_the_compartment_of_a_patient_holds_it(ask, look):
    assert str(look.pk) in found(ask("Patient/rosa/AuditEvent"))


def test_it_is_read_as_xml_too(ask, look):
    answer = ask(f"AuditEvent/{look.pk}?_format=xml")
    assert b'<AuditEvent xmlns="http://hl7.org/fhir">' in answer.content


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE, Role.REGISTRAR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", ["AuditEvent", "AuditEvent/{}", "Patient/rosa/AuditEvent"])
def test_nobody_else_reads_it(ask, look, harbour, role, path):
    assert ask(path.format(look.pk), staff("other", role, harbour)).status_code == 403


@pytest.fixture
def program(harbour):
    """A token for these scopes."""
    cache.clear()

    def make(scope, **reach):
        client, _ = register(by=SYSTEM, as_said=Registration("p", scope, **reach))
        life = timedelta(minutes=5)
        token = tokens.issue(by=SYSTEM, client=client, scope=scope, life=life)
        return {"Authorization": f"Bearer {token}"}

    return make


def test_every_type_does_not_mean_this_one_to_a_program(client, look, program):
    headers = program("system/*.cruds", all_facilities=True)
    assert client.get("/fhir/AuditEvent", headers=headers).status_code == 403


def test_a_program_finds_nothing_in_it(client, look, program):
    headers = program("system/AuditEvent.rs", all_facilities=True)
    assert found(client.get("/fhir/AuditEvent", headers=headers)) == set()
    assert client.get(f"/fhir/AuditEvent/{look.pk}", headers=headers).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_it(client, look, program, method):
    headers = program("system/AuditEvent.cruds", all_facilities=True)
    body = shown(look)
    path = "/fhir/AuditEvent" if method == "post" else f"/fhir/AuditEvent/{look.pk}"
    kind = "application/json-patch+json" if method == "patch" else "application/fhir+json"
    sent = [{"op": "replace", "path": "/action", "value": "C"}] if method == "patch" else body
    answer = getattr(client, method)(path, json.dumps(sent), content_type=kind, headers=headers)
    assert answer.status_code == (404 if method == "patch" else 403)
    assert AuditEvent.objects.filter(action="read").count() == 1


def test_no_bundle_writes_it(client, look, program):
    headers = program("system/AuditEvent.cruds", all_facilities=True)
    entry = {"resource": shown(look), "request": {"method": "POST", "url": "AuditEvent"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    answer = client.post(
        "/fhir/", json.dumps(bundle), content_type="application/fhir+json", headers=headers
    )
    assert answer.status_code == 403
    assert AuditEvent.objects.filter(action="read").count() == 1


def test_an_officer_answers_for_the_patients_and_people_of_the_facility(
    ask, look, hill, as_ames, dr_baum
):
    strange = person("Sven", "Elsewhere", "200-1", hill)
    events = {
        "a stranger elsewhere": audit.record(principal_of(dr_baum), "read", strange),
        "a stranger signs in": audit.record(principal_of(dr_baum), "sign-in"),
        "one of ours elsewhere": audit.record(as_ames, "read", strange),
        "the house": audit.record(SYSTEM, "import"),
    }
    seen = found(ask("AuditEvent?_count=200"))
    assert {name for name, event in events.items() if str(event.pk) in seen} == {
        "one of ours elsewhere",
        "the house",
    }


def test_the_capability_statement_says_what_is_done_with_it(client):
    statement = json.loads(client.get("/fhir/metadata").content)
    (said,) = [r for r in statement["rest"][0]["resource"] if r["type"] == "AuditEvent"]
    assert {each["code"] for each in said["interaction"]} == {"read", "search-type"}
    assert {"patient", "date", "agent", "action"} <= {each["name"] for each in said["searchParam"]}
    assert "source" not in {each["name"] for each in said["searchParam"]}


def test_every_look_at_the_trail_is_on_the_trail(ask, look):
    before = AuditEvent.objects.count()
    ask("AuditEvent?patient=rosa")
    ask(f"AuditEvent/{look.pk}")
    assert AuditEvent.objects.count() == before + 2
