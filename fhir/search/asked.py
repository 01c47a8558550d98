"""One value of a search parameter as what it asks of the values that are kept, by its type."""

from collections.abc import Iterable
from functools import cache

from fhir.definitions import elements
from fhir.search.criteria import Moments, Numbers, Test, Tokens, Words
from fhir.search.folding import fold
from fhir.search.keys import key
from fhir.search.official import Official, official
from fhir.search.reading import date_span, number_span, parts, plain, refuse


def keys(type_: str, parameter: Official, form: str, texts: Iterable[str]) -> tuple[int, ...]:
    names = parameter.kept_as
    return tuple(key(type_, name + form, text) for text in texts for name in names)


def token(type_: str, parameter: Official, modifier: str, value: str) -> Iterable[Test]:
    text = plain(value)
    if not text.strip("|"):
        refuse(parameter.name, value, "name a code, a system or both: system|code.")
    if modifier == "text":
        return _words(type_, parameter, ":text", text)
    if modifier == "of-type" and len(parts(value, "|")) != len(("system", "type", "value")):
        refuse(parameter.name, value, "write system|type|value of the identifier.")
    form = f":{modifier}" if modifier in ("of-type", "identifier") else ""
    return [Tokens(keys(type_, parameter, form, [text]))]


def uri(type_: str, parameter: Official, modifier: str, value: str) -> Iterable[Test]:
    text = plain(value)
    if modifier == "above":
        pieces = text.split("/")
        shorter = ["/".join(pieces[:n]) for n in range(1, len(pieces) + 1)]
        return [Tokens(keys(type_, parameter, "", [each for each in shorter if each]))]
    exact = Tokens(keys(type_, parameter, "", [text]))
    if modifier == "below":
        under = text.rstrip("/") + "/"
        return [exact, *(Words(k, under) for k in keys(type_, parameter, ":below", [""]))]
    return [exact]


def string(type_: str, parameter: Official, modifier: str, value: str) -> Iterable[Test]:
    text = plain(value)
    if modifier == "exact":
        return [Tokens(keys(type_, parameter, ":exact", [text]))]
    return _words(type_, parameter, "", text, anywhere=modifier == "contains")


def _words(
    type_: str, parameter: Official, form: str, text: str, *, anywhere: bool = False
) -> Iterable[Test]:
    folded = fold(text)
    if not folded:
        refuse(parameter.name, text, "nothing is left of it to compare.")
    return [Words(k, folded, anywhere) for k in keys(type_, parameter, form, [""])]


def date(type_: str, parameter: Official, value: str) -> Iterable[Test]:
    span, single = date_span(parameter.name, value), has_one(type_, parameter.name)
    return [Moments(k, span, single) for k in keys(type_, parameter, "", [""])]


@cache
def has_one(type_: str, name: str) -> bool:
    """Whether a resource of ``type_`` has at most one value of the parameter."""
    roots = set()
    for place in official(type_)[name].places:
        here, path = type_, []
        for step in place.steps:
            one = next((each for each in elements(here) if step.name in each.names), None)
            if one is None or one.many:
                return False
            here = one.names[step.name]
            path.append(one.name)
        roots.add(tuple(path))
    return len(roots) == 1


def number(type_: str, parameter: Official, value: str) -> Iterable[Test]:
    span = number_span(parameter.name, value)
    return [Numbers(k, span) for k in keys(type_, parameter, "", [""])]


def quantity(type_: str, parameter: Official, value: str, first: str = "") -> Iterable[Test]:
    pieces = [plain(piece) for piece in parts(value, "|")]
    if len(pieces) not in (1, 3):
        refuse(parameter.name, value, "write number, number|system|code or number||code.")
    span = number_span(parameter.name, pieces[0])
    unit = "|".join(pieces[1:]).removeprefix("|")
    if len(pieces) > 1 and not pieces[2]:
        refuse(
            parameter.name, value, "name the code of the unit: 5.4|http://unitsofmeasure.org|mg."
        )
    lead = first if not unit else f"{first}${unit}" if first else unit
    return [Numbers(k, span) for k in keys(type_, parameter, "|" if unit else "", [lead])]


def composite(type_: str, parameter: Official, value: str) -> Iterable[Test]:
    pieces = parts(value, "$")
    if len(pieces) != len(parameter.parts) or not all(pieces):
        wanted = "$".join(part.name for part in parameter.parts)
        refuse(parameter.name, value, f"write {wanted}.")
    *lead, last = pieces
    first = "$".join(plain(piece) for piece in lead)
    kind = parameter.parts[-1].type
    kept = keys(type_, parameter, "", [first])
    if kind == "quantity":
        return quantity(type_, parameter, last, first)
    if kind == "date":
        span = date_span(parameter.name, last)
        return [Moments(k, span) for k in kept]
    if kind == "number":
        span = number_span(parameter.name, last)
        return [Numbers(k, span) for k in kept]
    if kind == "string":
        return [Words(k, fold(plain(last))) for k in kept]
    return [Tokens(keys(type_, parameter, "", [f"{first}${plain(last)}"]))]
