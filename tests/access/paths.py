"""Where a question is asked: the address, filled with what it names."""

from functools import cache
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse

from tests.access.routes import Address, Line, addresses, route_of, table

if TYPE_CHECKING:
    from tests.access.cells import Cell
    from tests.access.world import World


@cache
def by_name() -> dict[str, Address]:
    """The addresses of the house by name."""
    return {each.name: each for each in addresses()}


def path_of(world: "World", cell: "Cell") -> str:
    """Where to ask."""
    line = cell.line or table()[cell.address][0]
    name = route_of(cell.address)
    address = by_name()[name]
    given = _words(world, cell, line, address)
    if address.view.name is None or "/" in name or "<" in name:
        return "/" + _put(address.route, given)
    try:
        return reverse(name, kwargs=given)
    except NoReverseMatch:
        return reverse(name, args=list(given.values()))


def _put(route: str, given: dict[str, Any]) -> str:
    for name, value in given.items():
        route = route.replace(f"<path:{name}>", str(value)).replace(f"(?P<{name}>.*)$", str(value))
    return route


def _words(world: "World", cell: "Cell", line: Line, address: Address) -> dict[str, Any]:
    """What fills the address: from the table, the record, or the patient."""
    chart = world.charts[cell.about]
    said = dict(line.words)
    given: dict[str, Any] = {}
    for name, converter in address.view.pattern.converters.items():
        if name in said:
            thing = world.things.get(said[name])
            given[name] = getattr(thing, "pk", None) or said[name]
        elif name in ("fhir_id", "type_"):
            row = chart.rows[line.record]
            given[name] = row.fhir_id if name == "fhir_id" else row.resource_type
        else:
            row = chart.patient if name == "patient_id" else chart.rows[line.record]
            given[name] = row.pk
        given[name] = converter.to_python(str(given[name]))
    return given | {name: value for name, value in said.items() if name == "app_label"}
