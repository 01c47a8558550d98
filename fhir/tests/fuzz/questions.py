"""Search strings: real parameters with modifiers, prefixes, chains and orders, right and wrong."""

from random import Random
from urllib.parse import quote, urlencode

from fhir.definitions import RESOURCE_TYPES
from fhir.search.official import Official, official
from fhir.tests.fuzz.values import TEXTS

TYPES = sorted(RESOURCE_TYPES)
MODIFIERS = (
    *("missing", "exact", "contains", "not", "text", "in", "not-in", "below", "above", "of-type"),
    *("identifier", "type", "Patient", "Nothing", "", "iterate", "x:y", "code-text", "missing:not"),
)
PREFIXES = ("", "", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap", "xx", "gege")
GOOD = {
    "date": ("2020", "2020-02", "2024-02-29", "2013-04-02T09:30:10+01:00", "2013-04-02T09:30Z"),
    "number": ("1", "0.50", "1e2", "-3.0"),
    "quantity": ("5.4", "5.4|http://unitsofmeasure.org|mg", "1e2||kg", "|http://x|y"),
    "token": ("final", "http://loinc.org|8867-4", "|x", "http://loinc.org|", "male,female"),
    "reference": ("Patient/example", "example", "http://x.org/fhir/Patient/1", "urn:oid:1.2", "#a"),
    "string": ("ann", "Peter", "Chalmers,Smith", "a\\,b", "a\\$b"),
    "uri": ("http://hl7.org/fhir/x", "urn:oid:1.2.3", "http://hl7.org/fhir/x|1.0"),
    "composite": ("8867-4$gt5", "http://loinc.org|8867-4$80", "a$b$c", "$", "x"),
    "special": ("42|-83|11|km", "near", "x"),
}
STRANGE = (
    *("_connector", "password__startswith", "id__gt", "user.password", "_sort;drop", "", "_", ":"),
    *("_has", "_has:", "_has:Patient", "_include:", "_list", "_filter", "_query", "_content"),
    *("_text", "_contained", "_containedType", "__proto__", "[]", "a.b.c.d.e.f.g.h.i.j", "name.x"),
    *("patient:Patient.name:exact.given", "subject:", "\x00", "\ud800", "é", "_type", "_since"),
)
RESULTS = {
    "_sort": ("_id", "-_lastUpdated", "date,-_id", "status", ";drop", "-", "_score", "-" * 9, ""),
    "_count": ("0", "1", "3", "501", "1000000", "-1", "x", "1.5", "99999999999999999999", "", "٣"),
    "_elements": ("id", "name,status", "x", "", "name.given", "*", "," * 50),
    "_summary": ("true", "text", "data", "count", "false", "x", ""),
    "_total": ("none", "estimate", "accurate", "x"),
    "_lastUpdated": ("gt2020", "x", "lt2020-01-01T00:00:00", "ge9999", "0000", "ap2020", ""),
    "_id": ("example", "a,b", "," * 40, "x" * 70, "\x00", "é", ""),
    "_cursor": ("x", "eyJ", "a:b:c", "." * 400, "é", "\x00", ""),
    "_format": ("json", "xml", "application/fhir+xml", "ttl", "text/html", "", "\ud800"),
    "_pretty": ("true", "false", "x"),
    "_tag": ("http://x|y", "|", "a|b|c"),
    "_profile": ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient", "x"),
    "_include": ("*", "Patient:organization", "Nothing:x", "", ":", "a:b:c:d", "Patient:name"),
    "_revinclude": ("Observation:subject", "*", "Provenance:target", "Patient", "x:y:z"),
    "_include:iterate": ("Patient:general-practitioner", "Encounter:*", "*"),
}


def text(random: Random) -> str:
    """An odd text that is not too long for most addresses."""
    found = random.choice(TEXTS)
    return found if random.random() < 0.02 else found[:200]


def value_for(random: Random, parameter: Official) -> str:
    """A value that suits the parameter more often than not."""
    if random.random() < 0.35:
        return random.choice(PREFIXES) + text(random)
    kind = parameter.type if random.random() < 0.85 else random.choice(list(GOOD))
    found = random.choice(GOOD[kind])
    if random.random() < 0.08:
        found = ",".join([found] * random.choice((2, 40, 600)))
    numeric = kind in ("date", "number", "quantity") or random.random() < 0.1
    return (random.choice(PREFIXES) if numeric else "") + found


def some(random: Random, type_: str) -> Official:
    """A parameter of the type."""
    return random.choice(list(official(type_).values()))


def pair(random: Random, type_: str) -> tuple[str, str]:
    """One parameter of a query."""
    match random.randrange(12):
        case 0:
            return random.choice(STRANGE), text(random)
        case 1 | 2:
            name = random.choice(list(RESULTS))
            return name, random.choice(RESULTS[name])
        case 3:
            return _chain(random, type_, random.choice((1, 1, 2, 3, 12)))
        case 4:
            return _has(random, random.choice((1, 1, 2, 5)))
        case 5:
            parameter = some(random, random.choice((type_, random.choice(TYPES))))
            base = random.choice((type_, random.choice(TYPES)))
            target = random.choice(("", "", ":Patient", ":Nothing"))
            kind = random.choice(("_include", "_revinclude", "_include:iterate"))
            return kind, f"{base}:{parameter.name}{target}"
        case 6:
            sign = random.choice(("", "-"))
            return "_sort", f"{sign}{some(random, type_).name}"
        case _:
            parameter = some(random, type_)
            modifier = f":{random.choice(MODIFIERS)}" if random.random() < 0.3 else ""
            return parameter.name + modifier, value_for(random, parameter)


def _chain(random: Random, type_: str, depth: int) -> tuple[str, str]:
    steps: list[str] = []
    for _ in range(depth):
        leading = [p for p in official(type_).values() if p.type == "reference" and p.targets]
        if not leading:
            break
        step = random.choice(leading)
        type_ = random.choice(step.targets)
        steps.append(f"{step.name}:{type_}" if random.random() < 0.7 else step.name)
    last = some(random, type_)
    return ".".join([*steps, last.name]), value_for(random, last)


def _has(random: Random, depth: int) -> tuple[str, str]:
    parts = ""
    type_ = random.choice(TYPES)
    for _ in range(depth):
        type_ = random.choice(("Observation", "Encounter", "Provenance", random.choice(TYPES)))
        leading = [p.name for p in official(type_).values() if p.type == "reference"] or ["x"]
        parts += f"_has:{type_}:{random.choice(leading)}:"
    last = some(random, type_)
    return parts + last.name, value_for(random, last)


def right(random: Random, type_: str) -> tuple[str, str]:
    """One parameter of a query that breaks no rule."""
    parameter = some(random, type_)
    while parameter.unsupported:
        parameter = some(random, type_)
    match random.randrange(8):
        case 0:
            return "_sort", f"{random.choice(('', '-'))}{random.choice(('_id', '_lastUpdated'))}"
        case 1:
            return f"{parameter.name}:missing", random.choice(("true", "false"))
        case 2 if parameter.type == "reference":
            return random.choice(("_include", "_include:iterate")), f"{type_}:{parameter.name}"
        case 3 if parameter.type == "reference" and parameter.targets:
            target = random.choice(parameter.targets)
            name, value = right(random, target)
            if not name.startswith("_"):
                return f"{parameter.name}:{target}.{name}", value
    value = random.choice(GOOD[parameter.type])
    if parameter.type == "token" and "," not in value and random.random() < 0.2:
        return f"{parameter.name}:not", value
    ordered = parameter.type in ("date", "number", "quantity")
    return parameter.name, (random.choice(PREFIXES[:-2]) if ordered else "") + value


def query(random: Random, type_: str) -> str:
    """A whole query string; half of them break no rule that is known here."""
    if random.random() < 0.5:
        pairs = dict(right(random, type_) for _ in range(random.choice((1, 1, 2, 3))))
        return urlencode(pairs)
    if random.random() < 0.02:
        return random.choice(
            ("&" * 3000, "a=b&" * 1200, "=", "%", "%zz=%", "a" * 70_000, "?", "%ff")
        )
    many = random.choice((0, 1, 1, 2, 2, 3, 6))
    pairs = [pair(random, type_) for _ in range(many)]
    encoded = urlencode(pairs, errors="surrogatepass")
    return encoded if random.random() < 0.9 else quote(encoded, safe="=&%:|,$", errors="replace")
