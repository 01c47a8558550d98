"""Operations: all of a patient's chart ($everything), and checking without keeping ($validate)."""

from typing import Any

from django.db.models import QuerySet

from fhir import history
from fhir.definitions import RESOURCE_TYPES, patient_paths
from fhir.errors import Malformed, NotFound, UnknownParameter, UnknownType
from fhir.mapping import Resource
from fhir.models import StoredResource
from fhir.outcome import issue, outcome_of, problem
from fhir.ports import port
from fhir.principal import Principal
from fhir.registry import mapping, native_types, render
from fhir.search.engine import rows
from fhir.validation import problems
from fhir.views.ask import Answer, Ask, Pairs
from fhir.views.door import require
from fhir.views.reading import newest
from fhir.views.searching import entry

EVERYTHING = ("_count", "_cursor", "_since", "_type")
MODES = ("create", "update", "delete", "profile")


def everything(ask: Ask, *, fhir_id: str) -> Answer:
    """The patient and every resource of the compartment that the principal may see, in pages."""
    require(ask.by, "Patient", "r")
    pairs = [*ask.pairs, *_parameters(ask)]
    asked = dict(pairs)
    for name in asked.keys() - set(EVERYTHING):
        raise UnknownParameter(
            f'"{name[:60]}" is not a parameter of $everything here. Known: _type, _since, _count.',
            expression=name[:60],
        )
    types = _types(ask.by, asked.get("_type", ""))
    patient = newest(ask.by, "Patient", fhir_id)
    if patient is None:
        raise NotFound(f"No Patient with the id {fhir_id} that you may see.")
    since = history.moment_of("_since", asked["_since"]) if "_since" in asked else None
    seal = "|".join((ask.by.label, fhir_id, asked.get("_type", ""), asked.get("_since", "")))
    cursor = asked.get("_cursor", "")
    start = history.opened(cursor, seal) if cursor else ["Patient", ""]
    count = history.count_of(asked.get("_count", ""))
    found, following = _page(ask.by, types, patient, since, start, count)
    port("record_access")(
        by=ask.by,
        action="everything",
        entities=[record.reference for record in found],
        patient_id=patient.id,
        detail={"query": [list(pair) for pair in pairs]},
    )
    rest = [pair for pair in pairs if pair[0] != "_cursor"]
    address = f"{ask.base}/Patient/{fhir_id}/$everything"
    links = [{"relation": "self", "url": history.url(address, rest)}]
    if following:
        more = [*rest, ("_cursor", history.sealed(following, seal))]
        links.append({"relation": "next", "url": history.url(address, more)})
    body: Resource = {"resourceType": "Bundle", "type": "searchset", "link": links}
    entries = [entry(render(record), ask.base, "match") for record in found]
    return Answer(resource=body | ({"entry": entries} if entries else {}))


def _types(by: Principal, wanted: str) -> list[str]:
    """Types of the compartment that are asked for and may be read, Patient first."""
    named = [name for name in wanted.split(",") if name]
    for name in named:
        if name not in RESOURCE_TYPES:
            raise UnknownType(f'_type: "{name[:60]}" is not a FHIR R4 resource type.')
        require(by, name, "r")
    there = ["Patient", *(each for each in sorted(RESOURCE_TYPES - {"Patient"}) if in_chart(each))]
    return [each for each in there if by.may_interact("r", each) and (each in named or not named)]


def in_chart(type_: str) -> bool:
    """Whether resources of this type belong to the compartment of patients."""
    native = type_ in native_types()
    return hasattr(mapping(type_).model, "patient_id") if native else bool(patient_paths(type_))


def _page(
    by: Principal, types: list[str], patient: Any, since: Any, start: list[str], count: int
) -> tuple[list[Any], list[str]]:
    """Records of a page in the order of type and key, and where the next one starts."""
    found: list[Any] = []
    first, after = start
    for type_ in types[types.index(first) if first in types else 0 :]:
        some = _of(patient, type_, rows(by, type_, "r"))
        if since is not None:
            some = some.filter(updated_at__gte=since)
        if type_ == first and after:
            some = some.filter(pk__gt=after)
        found += some.order_by("pk")[: count + 1 - len(found)]
        if len(found) > count:
            last = found[count - 1]
            return found[:count], [last.resource_type, str(last.pk)]
    return found, []


def _of(patient: Any, type_: str, some: QuerySet[Any]) -> QuerySet[Any]:
    if type_ == "Patient":
        return some.filter(pk=patient.pk)
    if issubclass(some.model, StoredResource):
        return some.filter(subjects__patient_id=patient.pk)
    return some.filter(patient_id=patient.pk)


def _parameters(ask: Ask) -> Pairs:
    """Parameters of an operation that came in a body."""
    if ask.method != "POST" or not ask.content_type:
        return []
    found: Pairs = []
    for item in _items(ask.body()):
        values = [str(value) for name, value in item.items() if name.startswith("value")]
        found.append((str(item.get("name")), values[0] if values else ""))
    return found


def _items(body: Any) -> list[dict[str, Any]]:
    """The parameters of a Parameters resource.

    Raises:
        Malformed: it is none.
    """
    items = body.get("parameter", []) if isinstance(body, dict) else None
    if not isinstance(items, list) or body.get("resourceType") != "Parameters":
        raise Malformed("A Parameters resource was expected.", expression="Parameters")
    if not all(isinstance(item, dict) for item in items):
        raise Malformed("Each parameter is an object.", expression="Parameters.parameter")
    return items


def validate(ask: Ask, *, type_: str, fhir_id: str = "") -> Answer:
    """Every problem of a resource that would be sent here; nothing is kept."""
    body, asked = ask.body(), dict(ask.pairs)
    if isinstance(body, dict) and body.get("resourceType") == "Parameters" != type_:
        resource = None
        for item in _items(body):
            name = item.get("name")
            if name == "resource":
                resource = item.get("resource")
            else:
                asked[str(name)] = next(
                    (str(v) for k, v in item.items() if k.startswith("value")), ""
                )
    else:
        resource = body
    found = _judged(resource, type_, fhir_id, asked)
    port("record_access")(by=ask.by, action="validate", detail={"type": type_})
    return Answer(resource=outcome_of(found))


def _judged(resource: Any, type_: str, fhir_id: str, asked: dict[str, str]) -> list[Resource]:
    for name in asked.keys() - {"mode", "profile"}:
        raise UnknownParameter(
            f'"{name[:60]}" is not a parameter of $validate. Known: mode, profile.',
            expression=name[:60],
        )
    mode = asked.get("mode", "create")
    if mode not in MODES:
        raise Malformed(f'mode "{mode[:40]}": one of {", ".join(MODES)}.', expression="mode")
    if mode == "delete" and resource is None:
        return [issue("information", "informational", "A deletion needs no resource.")]
    if not isinstance(resource, dict) or resource.get("resourceType") != type_:
        raise Malformed(f"A {type_} was expected, alone or as the parameter resource.")
    found = [problem(each) for each in problems(resource)]
    if fhir_id and resource.get("id") != fhir_id:
        text = f'{type_}.id must be "{fhir_id}", as in the address.'
        found.append(issue("error", "invalid", text, f"{type_}.id"))
    if asked.get("profile"):
        text = "Profiles are not checked here, only base FHIR R4."
        found.append(issue("warning", "not-supported", text))
    text = "No problem found by schema, required elements, required bindings and invariants."
    return found or [issue("information", "informational", text)]
