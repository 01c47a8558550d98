"""Looking at what is there: read, vread, history and the CapabilityStatement."""

from functools import cache
from typing import Any

from fhir import history
from fhir.capability import statement
from fhir.concerned import told
from fhir.errors import Gone, NotFound, UnknownParameter
from fhir.models import Record
from fhir.models.change import Op
from fhir.one_row import OneRow
from fhir.ports import port
from fhir.principal import Principal
from fhir.registry import mapping
from fhir.search.query import Query, parse
from fhir.search.subsetting import subset
from fhir.views.ask import Answer, Ask, Pairs, etag, unchanged
from fhir.views.door import require


def metadata(ask: Ask) -> Answer:
    """What this server can do; open to everybody, as FHIR asks."""
    for name, value in ask.pairs:
        if name != "mode" or value != "full":
            raise UnknownParameter("Only mode=full is known here, beside _format and _pretty.")
    return Answer(resource=statement(ask.base))


def newest(by: Principal, type_: str, fhir_id: str) -> Any:
    """The record as it stands now, where the principal may see it; else None."""
    rules = mapping(type_)
    return _row(type_).of(rules.with_id(port("visible")(rules.queryset(), by), fhir_id))


@cache
def _row(type_: str) -> OneRow:
    return OneRow(mapping(type_).queryset())


def read(ask: Ask, *, type_: str, fhir_id: str) -> Answer:
    """One resource, newest version."""
    record = newest(ask.by, type_, fhir_id)
    if record is None:
        raise _missing(ask.by, type_, fhir_id)
    port("record_access")(
        by=ask.by, action="read", entities=[record.reference], patient_id=record.about
    )
    answer = versioned(record, ask.base)
    if unchanged(ask, record.version, record.updated_at):
        return Answer(304, etag=answer.etag, modified=answer.modified)
    resource = subset(mapping(type_).render(record), _parts(type_, ask.pairs))
    return Answer(200, resource, etag=answer.etag, modified=answer.modified)


def _parts(type_: str, pairs: Pairs) -> Query:
    """Which parts of the resource are wanted (``_elements``, ``_summary``)."""
    _known(pairs, ("_elements", "_summary"))
    return parse(type_, pairs)


def _missing(by: Principal, type_: str, fhir_id: str) -> NotFound | Gone:
    last = history.changes_of(by, type_, fhir_id).first()
    if last is not None and last.op == Op.DELETE:
        return Gone(f"{type_} {fhir_id} was deleted; its history is at _history.")
    return NotFound(f"No {type_} with the id {fhir_id} that you may see.")


def versioned(record: Record, base: str, status: int = 200) -> Answer:
    """An answer about a record as it stands, without a body."""
    return Answer(
        status,
        etag=etag(record.version),
        modified=record.updated_at,
        location=f"{base}/{record.reference}/_history/{record.version}",
    )


def vread(ask: Ask, *, type_: str, fhir_id: str, version: int) -> Answer:
    """One version of a resource: the newest, or what a later change replaced."""
    _known(ask.pairs, ())
    change = history.changes_of(ask.by, type_, fhir_id).filter(version=version).first()
    if change is None:
        raise NotFound(f"No version {version} of {type_} {fhir_id} that you may see.")
    port("record_access")(
        by=ask.by,
        action="vread",
        entities=[f"{type_}/{fhir_id}"],
        patient_id=change.patient_id,
    )
    if change.op == Op.DELETE:
        raise Gone(f"Version {version} of {type_} {fhir_id} is its deletion.")
    found = history.content([change])[change.seq]
    if unchanged(ask, version, change.at):
        return Answer(304, etag=etag(version), modified=change.at)
    return Answer(200, found, etag=etag(version), modified=change.at)


def history_of(ask: Ask, *, type_: str, fhir_id: str) -> Answer:
    """The versions of one resource, newest first, its deletion among them."""
    rows = history.changes_of(ask.by, type_, fhir_id)
    if not rows.exists():
        raise NotFound(f"No {type_} with the id {fhir_id} that you may see.")
    return _history(ask, rows, f"{type_}/{fhir_id}")


def history_of_type(ask: Ask, *, type_: str) -> Answer:
    """The changes of all resources of a type, newest first."""
    return _history(ask, history.changes_of_type(ask.by, type_), type_)


def history_of_all(ask: Ask) -> Answer:
    """The changes of every resource, newest first; needs the right to search every type."""
    require(ask.by, "*", "s")
    return _history(ask, history.changes_of_all(ask.by), "")


def _history(ask: Ask, rows: Any, where: str) -> Answer:
    wish = history.wish(ask.pairs, where, ask.by)
    page = history.page(rows, wish)
    one, several = told(change.patient_id for change in page.changes)
    touched = [f"{each.type}/{each.fhir_id}" for each in page.changes]
    port("record_access")(
        by=ask.by,
        action="history",
        entities=dict.fromkeys([*touched, *several]),
        patient_id=one,
        detail={"of": where, "query": [list(pair) for pair in ask.pairs]},
    )
    return Answer(resource=history.bundle(page, ask.base, where, wish))


def _known(pairs: Pairs, names: tuple[str, ...]) -> None:
    for name, _ in pairs:
        if name not in names:
            raise UnknownParameter(f'"{name[:60]}" is not a parameter here.', expression=name[:60])
