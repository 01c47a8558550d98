"""The kinds of element a mapping is declared with: codes, concepts, dates, references."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fhir.mapping import Columns, Element, Resolver, Resource
from fhir.search.spans import of_timing
from fhir.times import FIRST, LAST, date_range, date_text, moment_range, moment_text, span_text


def _present(name: str, value: Any) -> Resource:
    return {} if value in (None, "", [], {}) else {name: value}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def primitive(name: str, column: str) -> Element:
    """A string, code or uri in a text column; absent is the empty string."""
    return Element(
        name,
        (column,),
        lambda resource, _: {column: _text(resource.get(name))},
        lambda record: _present(name, getattr(record, column)),
    )


def boolean(name: str, column: str) -> Element:
    """A boolean that may be absent (None)."""

    def read(resource: Resource, _: Resolver) -> Columns:
        value = resource.get(name)
        return {column: value if isinstance(value, bool) else None}

    def render(record: Any) -> Resource:
        value = getattr(record, column)
        return {} if value is None else {name: value}

    return Element(name, (column,), read, render)


def verbatim(name: str, column: str) -> Element:
    """A repeating or complex element kept as its JSON on the row."""
    return Element(
        name,
        (column,),
        lambda resource, _: {column: resource.get(name) or []},
        lambda record: _present(name, getattr(record, column)),
    )


def concept(name: str, prefix: str, systems: tuple[str, ...] = ()) -> Element:
    """A CodeableConcept in ``{prefix}_system``, ``_code``, ``_display`` and ``_text``.

    Args:
        name: FHIR element.
        prefix: Prefix of the four columns.
        systems: Code systems to prefer where there are several codings, best first.
    """
    columns = tuple(f"{prefix}_{part}" for part in ("system", "code", "display", "text"))

    def read(resource: Resource, _: Resolver) -> Columns:
        value = resource.get(name) or {}
        value = value if isinstance(value, dict) else {}
        coding = preferred_coding(value, systems)
        parts = (coding.get("system"), coding.get("code"), coding.get("display"), value.get("text"))
        return dict(zip(columns, map(_text, parts), strict=True))

    def render(record: Any) -> Resource:
        system, code, display, text = (getattr(record, column) for column in columns)
        return _present(name, codeable(system, code, display, text))

    return Element(name, columns, read, render)


def preferred_coding(value: Resource, systems: tuple[str, ...]) -> Resource:
    """The coding of the best known system, else the first, else an empty one."""
    codings = [coding for coding in value.get("coding") or [] if isinstance(coding, dict)]
    for system in systems:
        for coding in codings:
            if coding.get("system") == system:
                return coding
    return codings[0] if codings else {}


def codeable(system: str, code: str, display: str, text: str) -> Resource:
    """A CodeableConcept with at most one coding."""
    coding = _present("system", system) | _present("code", code) | _present("display", display)
    return _present("coding", [coding] if coding else []) | _present("text", text)


def status_concept(name: str, column: str, system: str) -> Element:
    """A CodeableConcept whose code, of one system, is a status: only the code is kept."""

    def read(resource: Resource, _: Resolver) -> Columns:
        value = resource.get(name) or {}
        coding = preferred_coding(value if isinstance(value, dict) else {}, (system,))
        return {column: _text(coding.get("code")) if coding.get("system") == system else ""}

    def render(record: Any) -> Resource:
        code = getattr(record, column)
        return _present(name, codeable(system, code, "", "") if code else {})

    return Element(name, (column,), read, render)


def category_codes(name: str, column: str, system: str) -> Element:
    """A repeating CodeableConcept as an array of the codes of one system."""

    def read(resource: Resource, _: Resolver) -> Columns:
        codes = [
            coding["code"]
            for value in resource.get(name) or []
            for coding in value.get("coding") or []
            if coding.get("system") == system and coding.get("code")
        ]
        return {column: codes}

    def render(record: Any) -> Resource:
        codes = getattr(record, column)
        return _present(name, [codeable(system, code, "", "") for code in codes])

    return Element(name, (column,), read, render)


def reference(name: str, column: str, target: str) -> Element:
    """A reference to a row here, as a foreign key; elsewhere it stays a literal in ``extra``."""
    seen = f"_{column}_seen"

    def read(resource: Resource, resolver: Resolver) -> Columns:
        value = resource.get(name)
        literal = value.get("reference") if isinstance(value, dict) else None
        key = resolver.resolve(literal, target) if literal else None
        return {f"{column}_id": key, seen: (key, literal)}

    def render(record: Any) -> Resource:
        # A record read just now knows its literal: no query, and the row may not be saved yet.
        key, literal = record.__dict__.get(seen, (None, ""))
        if key is None or key != getattr(record, f"{column}_id"):
            row = getattr(record, column)
            literal = row.reference if row is not None else ""
        return {name: {"reference": literal}} if literal else {}

    return Element(name, (f"{column}_id",), read, render)


def literal_reference(name: str, column: str) -> Element:
    """A reference kept as its text, for targets of many types."""

    def read(resource: Resource, _: Resolver) -> Columns:
        value = resource.get(name)
        return {column: _text(value.get("reference")) if isinstance(value, dict) else ""}

    def render(record: Any) -> Resource:
        value = getattr(record, column)
        return {name: {"reference": value}} if value else {}

    return Element(name, (column,), read, render)


def partial_date(name: str, column: str) -> Element:
    """A date of year, month or day, as the pair ``{column}_low`` and ``{column}_high``."""

    def read(resource: Resource, _: Resolver) -> Columns:
        low, high = date_range(_text(resource.get(name)))
        return {f"{column}_low": low, f"{column}_high": high}

    def render(record: Any) -> Resource:
        pair = getattr(record, f"{column}_low"), getattr(record, f"{column}_high")
        return _present(name, date_text(*pair))

    return Element(name, (f"{column}_low", f"{column}_high"), read, render)


def moment(name: str, column: str) -> Element:
    """A dateTime or instant; a partial one is the first moment it can mean.

    The literal (its offset, its precision) stays in ``extra`` where UTC does not spell it alike.
    """

    def read(resource: Resource, _: Resolver) -> Columns:
        return {column: moment_range(_text(resource.get(name)))[0]}

    def render(record: Any) -> Resource:
        return _present(name, moment_text(getattr(record, column)))

    return Element(name, (column,), read, render)


def period(name: str, start: str, end: str) -> Element:
    """A Period in two columns of moments; a partial end is its last moment."""

    def read(resource: Resource, _: Resolver) -> Columns:
        value = resource.get(name)
        value = value if isinstance(value, dict) else {}
        return {
            start: moment_range(_text(value.get("start")))[0],
            end: moment_range(_text(value.get("end")))[1],
        }

    def render(record: Any) -> Resource:
        first = _present("start", moment_text(getattr(record, start)))
        last = _present("end", moment_text(getattr(record, end)))
        return _present(name, first | last)

    return Element(name, (start, end), read, render)


def occurrence(stem: str, start: str, end: str) -> Element:
    """A choice of dateTime, instant, Period or Timing (``effective[x]``) as two moments.

    A Timing goes from its first to its last moment; what happens in between stays in ``extra``.
    """
    as_moment, as_period = f"{stem}DateTime", f"{stem}Period"

    def read(resource: Resource, _: Resolver) -> Columns:
        span = resource.get(as_period)
        if isinstance(span, dict):
            first = moment_range(_text(span.get("start")))[0]
            return {start: first, end: moment_range(_text(span.get("end")))[1]}
        timing = resource.get(f"{stem}Timing")
        if isinstance(timing, dict):
            low, high = of_timing(timing) or (None, None)
            return {start: low if low != FIRST else None, end: high if high != LAST else None}
        literal = resource.get(as_moment, resource.get(f"{stem}Instant"))
        low, high = moment_range(_text(literal))
        return {start: low, end: high}

    def render(record: Any) -> Resource:
        low, high = getattr(record, start), getattr(record, end)
        if text := span_text(low, high):
            return {as_moment: text}
        return _present(
            as_period, _present("start", moment_text(low)) | _present("end", moment_text(high))
        )

    return Element(f"{stem}[x]", (start, end), read, render)


def quantity(name: str, value: str, unit: str, code: str, comparator: str) -> Element:
    """A Quantity in UCUM: number with its digits, unit as printed, UCUM code, comparator."""
    ucum = "http://unitsofmeasure.org"

    def read(resource: Resource, _: Resolver) -> Columns:
        given = resource.get(name)
        given = given if isinstance(given, dict) else {}
        number = given.get("value")
        exact = isinstance(number, int | Decimal) and not isinstance(number, bool)
        return {
            value: storable(Decimal(number)) if exact and number is not None else None,
            unit: _text(given.get("unit")),
            code: _text(given.get("code")) if given.get("system") == ucum else "",
            comparator: _text(given.get("comparator")),
        }

    def render(record: Any) -> Resource:
        number = getattr(record, value)
        if number is None:
            return {}
        ucum_code = getattr(record, code)
        body = {"value": plain(number)} | _present("comparator", getattr(record, comparator))
        body |= _present("unit", getattr(record, unit))
        return {name: body | ({"system": ucum, "code": ucum_code} if ucum_code else {})}

    return Element(name, (value, unit, code, comparator), read, render)


def storable(number: Decimal) -> Decimal | None:
    """The number, unless no numeric column could hold it (it then stays in ``extra`` only)."""
    _, digits, exponent = number.as_tuple()
    fits = isinstance(exponent, int) and abs(exponent) <= 100 and len(digits) <= 100
    return number if fits else None


def plain(number: Decimal) -> int | Decimal:
    """A whole number as int, so that 120 is not written 1.2E+2."""
    exponent = number.as_tuple().exponent
    return int(number) if isinstance(exponent, int) and exponent >= 0 else number


def custom(
    name: str,
    columns: tuple[str, ...],
    read: Callable[[Resource], Columns],
    render: Callable[[Any], Resource],
) -> Element:
    """An element with its own rule."""
    return Element(name, columns, lambda resource, _: read(resource), render)
