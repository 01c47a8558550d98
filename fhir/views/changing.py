"""Writing one resource: create, update, patch and delete, by id or by condition.

Each interaction is planned first (what would be written) and carried out then, so that a
transaction plans all its entries and writes them together.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from django.db import connection, transaction

from fhir.errors import BadParameter, Malformed, NotFound, SeveralMatch, WrongMediaType
from fhir.mapping import Resource
from fhir.models import Record
from fhir.negotiation import JSON_PATCH, Format, media_type
from fhir.outcome import issue, outcome_of
from fhir.patching import patched
from fhir.registry import mapping
from fhir.search import keys
from fhir.search.engine import matching
from fhir.search.questions import is_written_here
from fhir.views import bodies
from fhir.views.ask import Answer, Ask, Pairs, expected_version
from fhir.views.door import require
from fhir.views.reading import newest, versioned
from fhir.writing import Intent, Written, write
from fhir.written_here import refusal

# What to write, or the record that is there already, or None where nothing is left to do.
Planned: TypeAlias = Intent | Record | None
Plan: TypeAlias = Callable[..., Planned]


def carrying_out(plan: Plan) -> Callable[..., Answer]:
    """The interaction that writes what ``plan`` says, in one transaction."""

    def carry_out(ask: Ask, **where: Any) -> Answer:
        with transaction.atomic():
            planned = plan(ask, **where)
            if isinstance(planned, Intent):
                (done,) = write([planned], by=ask.by)
                return written(ask, done)
            return untouched(ask, planned)

    return carry_out


def create(ask: Ask, *, type_: str) -> Intent | Record:
    """A new resource with an id of ours; with If-None-Exist only where nothing matches."""
    resource = resource_sent(ask, type_)
    resource.pop("id", None)
    condition = ask.header("if-none-exist")
    if condition:
        match = one_match(ask, type_, bodies.pairs(condition.rpartition("?")[2]))
        if match is not None:
            return match
    return Intent("create", type_, "", resource)


def update(ask: Ask, *, type_: str, fhir_id: str) -> Intent:
    """The whole resource anew, under its id; made where there was none."""
    resource = resource_sent(ask, type_)
    _require_id(resource, type_, fhir_id)
    return _put(ask, resource, type_, fhir_id)


def _put(ask: Ask, resource: Resource, type_: str, fhir_id: str) -> Intent:
    standing = newest(ask.by, type_, fhir_id)
    if standing is None:
        require(ask.by, type_, "c")
    expected = expected_version(ask, standing.version if standing else None)
    return Intent("update", type_, fhir_id, resource, expected)


def update_match(ask: Ask, *, type_: str) -> Intent:
    """The one resource that matches, anew; made where none does."""
    resource = resource_sent(ask, type_)
    given = resource.get("id")
    match = one_match(ask, type_, ask.pairs)
    if match is not None:
        if given and given != match.fhir_id:
            raise _other_id(type_, "the resource that matches has another id")
        return _put(ask, resource | {"id": match.fhir_id}, type_, match.fhir_id)
    if given:
        return _put(ask, resource, type_, str(given))
    require(ask.by, type_, "c")
    expected_version(ask, None)
    return Intent("create", type_, "", resource)


def patch(ask: Ask, *, type_: str, fhir_id: str) -> Intent:
    """Parts of a resource changed by a JSON Patch."""
    operations = operations_sent(ask)
    standing = newest(ask.by, type_, fhir_id)
    if standing is None:
        raise NotFound(f"No {type_} with the id {fhir_id} that you may see.")
    return _patching(ask, standing, operations)


def patch_match(ask: Ask, *, type_: str) -> Intent:
    """Parts of the one resource that matches changed by a JSON Patch."""
    operations = operations_sent(ask)
    match = one_match(ask, type_, ask.pairs)
    if match is None:
        raise NotFound(f"No {type_} that you may see matches the condition.")
    return _patching(ask, match, operations)


def _patching(ask: Ask, standing: Record, operations: Any) -> Intent:
    """The update that a patch makes of a record as it stands; a faster one is a conflict."""
    expected_version(ask, standing.version)
    type_, fhir_id = standing.resource_type, standing.fhir_id
    new = patched(mapping(type_).render(standing), operations)
    if not isinstance(new, dict) or new.get("resourceType") != type_:
        raise Malformed("A patch cannot change what type a resource is.", expression=type_)
    _require_id(new, type_, fhir_id)
    return Intent("update", type_, fhir_id, new, standing.version)


def delete(ask: Ask, *, type_: str, fhir_id: str) -> Intent | None:
    """Take a resource away; its history stays. What is not there is away already."""
    _require_others_write(type_)
    return _deleting(ask, newest(ask.by, type_, fhir_id))


def delete_match(ask: Ask, *, type_: str) -> Intent | None:
    """Take away the one resource that matches."""
    _require_others_write(type_)
    return _deleting(ask, one_match(ask, type_, ask.pairs))


def _require_others_write(type_: str) -> None:
    if is_written_here(type_):
        raise refusal(type_)


def _deleting(ask: Ask, standing: Record | None) -> Intent | None:
    expected = expected_version(ask, standing.version if standing else None)
    if standing is None:
        return None
    return Intent("delete", standing.resource_type, standing.fhir_id, None, expected)


def resource_sent(ask: Ask, type_: str) -> Resource:
    """The resource in the body, of the type that the address names.

    Raises:
        Malformed: not a resource, or of another type.
    """
    body = ask.body()
    if not isinstance(body, dict):
        raise Malformed("The body is not a resource: a JSON object was expected.")
    found = body.get("resourceType")
    if found != type_:
        raise Malformed(
            f'The address says {type_}, the body says "{str(found)[:60]}".',
            expression=f"{type_}.resourceType",
        )
    return dict(body)


def operations_sent(ask: Ask) -> Any:
    """The JSON Patch in the body.

    Raises:
        WrongMediaType: another kind of patch, such as FHIRPath Patch.
    """
    sent = media_type(ask.content_type[:200])
    if sent.name != JSON_PATCH or not sent.understood:
        raise WrongMediaType(
            f"A patch is sent as {JSON_PATCH} here; FHIRPath Patch and XML Patch are not done."
        )
    return bodies.parsed(ask.raw(), Format.JSON)


def _require_id(resource: Resource, type_: str, fhir_id: str) -> None:
    if resource.get("id") != fhir_id:
        raise _other_id(type_, f'the address says "{fhir_id}"')


def _other_id(type_: str, why: str) -> Malformed:
    return Malformed(
        f"{type_}.id in the body must be the id in the address: {why}.",
        expression=f"{type_}.id",
        code="other-id",
    )


def one_match(ask: Ask, type_: str, pairs: Pairs) -> Record | None:
    """The one record that a condition matches, None for none.

    Whoever asks the same at the same time waits: two conditional creates make one resource.

    Raises:
        SeveralMatch: more than one does.
        BadParameter: there is no condition.
    """
    require(ask.by, type_, "s")
    if not pairs:
        raise BadParameter("A condition is needed, such as ?identifier=system|value.")
    with connection.cursor() as cursor:
        lock = keys.key(type_, ":condition", repr(sorted(pairs)))
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
    found = matching(ask.by, type_, pairs, limit=2)
    if len(found) > 1:
        raise SeveralMatch
    return found[0] if found else None


def written(ask: Ask, done: Written) -> Answer:
    """The answer to a write, as Prefer wishes it."""
    if done.record is None:
        return _deleted(ask)
    status = 201 if done.done == "created" else 200
    return _shaped(ask, versioned(done.record, ask.base, status), done.resource, done.done)


def untouched(ask: Ask, record: Record | None) -> Answer:
    """The answer where nothing had to be written: it is there already, or away already."""
    if record is None:
        return _deleted(ask)
    body = mapping(record.resource_type).render(record)
    return _shaped(ask, versioned(record, ask.base), body, "already there")


def _shaped(ask: Ask, answer: Answer, resource: Resource | None, what: str) -> Answer:
    if ask.prefer.answer == "minimal":
        return answer
    if ask.prefer.answer == "OperationOutcome":
        return replace(answer, resource=_done(f"{what.capitalize()}."))
    return replace(answer, resource=resource)


def _deleted(ask: Ask) -> Answer:
    if ask.prefer.answer == "OperationOutcome":
        return Answer(200, _done("Deleted."))
    return Answer(204)


def _done(text: str) -> Resource:
    return outcome_of([issue("information", "informational", text)])
