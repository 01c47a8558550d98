"""A row of the audit trail as FHIR AuditEvent, in the shape of IHE BALP, and how it is searched."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat

from accounts.models import AuditEvent, Practitioner, User
from accounts.trail.actions import DICOM, SEARCH, Code, Kind, actions_where, kind_of
from fhir.codec import dumps
from fhir.history import instant
from fhir.mapping import Resource
from fhir.registry import mapping, patient_model
from fhir.search import columns
from fhir.written_here import WrittenHere, keys_of

BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type"
# Our own words for actions, and for who acts.
ACTION = "urn:chartwave:audit-action"
PRINCIPAL = "urn:chartwave:principal"
OUTCOMES = {"success": "0", "refused": "4", "failed": "8"}
HOUSE = "Chartwave"
BROKEN = "BTG"
# The profile that a plain success of one resource has: with a patient, "Patient" in front of it.
PROFILES = {"C": "Create", "R": "Read", "U": "Update", "D": "Delete", "E": "Query"}
SENDS: Code = (DICOM, "110153", "Source Role ID")
RECEIVES: Code = (DICOM, "110152", "Destination Role ID")


class AuditMapping(WrittenHere):
    """AuditEvent: each row rendered alone, with what names who and whom looked up beside it."""

    def queryset(self) -> QuerySet[Any]:
        """Rows with the ids and names that the rendering needs."""
        label = Concat(Value("user:"), Cast("user_id", TextField()), output_field=TextField())
        practitioners = Practitioner.objects.annotate(label=label)
        own = Concat(Value("user:"), Cast("pk", TextField()), output_field=TextField())
        users = User.objects.annotate(label=own).filter(label=OuterRef("principal"))
        patients = patient_model().objects.filter(pk=OuterRef("patient_id"))
        rows: QuerySet[Any] = AuditEvent.objects.annotate(
            patient_fhir_id=Subquery(patients.values("fhir_id")[:1]),
            person=Subquery(users.values("full_name")[:1]),
            practitioner=Subquery(
                practitioners.filter(label=OuterRef("principal")).values("fhir_id")[:1]
            ),
        )
        return rows

    def render(self, record: Any) -> Resource:
        """The whole resource."""
        kind = kind_of(record.action)
        entities = list(_entities(record, kind))
        body: Resource = {
            "resourceType": "AuditEvent",
            "id": str(record.pk),
            "meta": {"versionId": "1", "lastUpdated": instant(record.at)}
            | _profile(record, kind, entities),
            "type": _coding(kind.type),
            "subtype": [
                _coding(kind.subtype),
                {"system": ACTION, "code": record.action.replace(" ", "-")},
            ],
            "action": kind.letter,
            "recorded": instant(record.at),
            "outcome": OUTCOMES.get(record.outcome, "8"),
        }
        if record.purpose:
            body["purposeOfEvent"] = [{"coding": [{"system": REASON, "code": record.purpose}]}]
        body["agent"] = _agents(record, kind)
        body["source"] = {
            "site": _site(),
            "observer": {"display": HOUSE},
            "type": [{"system": SOURCE_TYPE, "code": "4", "display": "Application Server"}],
        }
        return body | ({"entity": entities} if entities else {})


def _coding(code: Code) -> Resource:
    system, value, display = code
    return {"system": system, "code": value, "display": display}


def _site() -> str:
    host: str = next(iter(settings.ALLOWED_HOSTS), HOUSE)
    return host


def _profile(record: Any, kind: Kind, entities: list[Resource]) -> Resource:
    """The BALP profile that the event satisfies; none where it is of another shape."""
    data = [each for each in entities if each.get("role", {}).get("code") == "4"]
    asked = [each for each in entities if "query" in each]
    plain = kind.type[1] == "rest" and record.outcome == "success" and record.network
    one = len(asked) == 1 if kind is SEARCH else kind.letter != "E" and len(data) == 1
    if not (plain and one):
        return {}
    about = "Patient" if record.patient_fhir_id else ""
    return {"profile": [f"{BALP}.{about}{PROFILES[kind.letter]}"]}


def _agents(record: Any, kind: Kind) -> list[Resource]:
    """Who asked, from where, and this server: the client sends, unless it reads."""
    sort, _, key = record.principal.partition(":")
    reads = kind.letter == "R"
    server = {
        "type": {"coding": [_coding(SENDS if reads else RECEIVES)]},
        "who": {"display": HOUSE},
        "requestor": sort == "system",
        "network": {"address": _site(), "type": "1"},
    }
    if sort == "system":
        return [server]
    named: Resource = {"identifier": {"system": PRINCIPAL, "value": record.principal}}
    if record.person:
        named["display"] = record.person
    if sort == "device":
        named["reference"] = f"Device/{key}"
    if record.practitioner:
        named["reference"] = f"Practitioner/{record.practitioner}"
    client: Resource = {
        "type": {"coding": [_coding(RECEIVES if reads else SENDS)]},
        "who": {"display": "Browser"} if sort == "user" else named,
        "altId": record.principal,
        "requestor": sort != "user",
    }
    if record.network:
        client["network"] = {"address": record.network, "type": "2"}
    return [client, server, *([_person(record, named, kind)] if sort == "user" else [])]


def _person(record: Any, named: Resource, kind: Kind) -> Resource:
    code = "INF" if kind.letter in ("C", "U", "D") else "IRCP"
    found: Resource = {
        "type": {"coding": [{"system": PARTICIPATION, "code": code}]},
        "who": named,
        "altId": record.principal,
        "requestor": True,
    }
    if record.person:
        found["name"] = record.person
    if record.purpose:
        found["purposeOfUse"] = [{"coding": [{"system": REASON, "code": record.purpose}]}]
    return found


def _entities(record: Any, kind: Kind) -> list[Resource]:
    """The patient, each record that was touched, what was asked, and what else was noted."""
    found: list[Resource] = []
    if record.patient_fhir_id:
        patient = {"reference": f"Patient/{record.patient_fhir_id}"}
        found.append(_entity("1", "Person", "1", "Patient") | {"what": patient})
    for reference in record.entities:
        what = _entity("2", "System Object", "4", "Domain Resource")
        found.append(what | {"what": {"reference": reference}})
    rest = dict(record.detail)
    if kind is SEARCH and (asked := _query(rest)):
        found.append(_entity("2", "System Object", "24", "Query") | {"query": asked})
    if rest:
        said = [
            {
                "type": name,
                "valueString": value if isinstance(value, str) else dumps(value).decode(),
            }
            for name, value in rest.items()
            if value not in ("", None)
        ]
        other = {"type": {"system": ENTITY_TYPE, "code": "4", "display": "Other"}}
        found.append(other | {"name": record.action} | ({"detail": said} if said else {}))
    return found


def _entity(type_: str, type_text: str, role: str, role_text: str) -> Resource:
    return {
        "type": {"system": ENTITY_TYPE, "code": type_, "display": type_text},
        "role": {"system": ROLE, "code": role, "display": role_text},
    }


def _query(detail: dict[str, Any]) -> str:
    """The search in Base64, taken out of ``detail``; a page keeps it so, the API as pairs."""
    asked = detail.pop("query", "")
    if isinstance(asked, str):
        return asked
    type_, patient = detail.pop("type", ""), detail.pop("patient", "")
    place = f"Patient/{patient}/{type_}" if patient else type_
    return b64encode(
        f"{place}?{urlencode([(name, value) for name, value in asked])}".encode()
    ).decode()


def _actions(element: str) -> Callable[[str], list[Any]]:
    """Reads a token; gives the actions that have this code, as one list to be among."""
    return lambda text: [actions_where(**{element: text.rpartition("|")[2]})]


def _subtypes(text: str) -> list[Any]:
    """The same for subtypes, of which one is the action itself."""
    code = text.rpartition("|")[2]
    return [[code, *actions_where(subtype=code)]]


def _principals(text: str) -> list[Any]:
    """The principals whom a reference means."""
    type_, _, fhir_id = text.rpartition("/")
    found: list[Any] = []
    if type_ in ("", "Practitioner"):
        rows = Practitioner.objects.filter(fhir_id=fhir_id, user__isnull=False)
        label = Concat(Value("user:"), Cast("user_id", TextField()), output_field=TextField())
        found.append(rows.annotate(label=label).values("label"))
    if type_ in ("", "Device"):
        devices = mapping("Device").model.objects.filter(fhir_id=fhir_id)
        label = Concat(Value("device:"), Cast("pk", TextField()), output_field=TextField())
        found.append(devices.annotate(label=label).values("label"))
    return found


def _patients(text: str) -> list[Any]:
    type_, _, fhir_id = text.rpartition("/")
    return (
        [patient_model().objects.filter(fhir_id=fhir_id).values("pk")]
        if type_ in ("", "Patient")
        else []
    )


def _outcomes(text: str) -> list[Any]:
    code = text.rpartition("|")[2]
    return [[ours for ours, theirs in OUTCOMES.items() if theirs == code]]


AUDIT_EVENT = AuditMapping(
    "AuditEvent",
    AuditEvent,
    elements=(),
    search=(
        columns.moments("date", "at", "at"),
        columns.compared("_id", "token", "pk", "in", lambda text: [keys_of(text)]),
        columns.compared("action", "token", "action", "in", _actions("letter")),
        columns.compared("type", "token", "action", "in", _actions("type")),
        columns.compared("subtype", "token", "action", "in", _subtypes),
        columns.compared("outcome", "token", "outcome", "in", _outcomes),
        columns.compared("patient", "reference", "patient_id", "in", _patients),
        columns.compared("agent", "reference", "principal", "in", _principals),
        columns.compared("altid", "token", "principal", "exact", lambda text: [text]),
        columns.compared("address", "string", "network", "startswith", lambda text: [text]),
        columns.compared("entity", "reference", "entities", "contains", lambda text: [[text]]),
    ),
)
