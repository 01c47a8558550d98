"""Odd values, JSON that no careful program writes, and the bytes of both formats."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from fhir.codec import loads
from fhir.xml import from_json

# Stands in a text until it is written: what follows goes into the JSON as it is, unquoted.
BARE = "@bare:"
NUMBERS = (
    *("1E400", "-1E400", "1e-400", "1" * 1200, "-0", "-0.0", "NaN", "Infinity", "-Infinity"),
    *("0.1E2147483648", "9223372036854775808", "1.0E-5", "01", "1.", "2147483648", "0x1F"),
)
TEXTS = (
    *("", " ", "\x00", "\x1f", "\ud800", "\udfff\ud800", "\ufeff", "\ufffe", "\u202e", "é" * 300),
    *("x" * 70_000, "Ω", "🫀" * 50, "null", "%", "%00", "'", '"', "\\", "\\u0000", "$", "|", ","),
    *("<div xmlns='http://www.w3.org/1999/xhtml'>x</div>", "<div><script>1</script></div>", "<"),
    *("2024-02-30", "0000-00-00", "0001-01-01", "9999-12-31T23:59:59.999+14:00", "24:00:00"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60-12:00", "99999-01-01", "1958-13", "-2024"),
    *("urn:uuid:x", "urn:oid:", "http://[::1", "http://:@/", "Patient/", "/Patient/1", "#", "#x"),
    *("Patient/example/_history/0", "Patient?_id=x", "Patient/ex ample", "Nothing/1", "//x/y"),
    *("DROP TABLE", "__class__", "password__startswith", "{{7*7}}", "=cmd|' /C'!A0", "../../etc"),
    *("Bundle", "Patient", "true", "1", "1.0", "mm[Hg]", "http://loinc.org", "eA==", "e", "A" * 65),
)
WORDS = (
    "ß",
    "Ångström 🫀",
    "a\u00a0b",
    "x" * 3000,
    "2024-02-29",
    "1.50",
    "'); --",
    "e\u0301",
    "ＡＢ",
)
WHOLE = (None, True, False, 0, -1, 1.5, [], {}, [[]], [None], [{}], {"": ""}, {"x": 1}, {"id": 7})


def nested(depth: int, *, through: str) -> Any:
    """``through`` in itself, so many times."""
    value: Any = {"url": "urn:x", "valueString": "deepest"}
    for _ in range(depth):
        value = [value] if through == "list" else {"url": "urn:x", through: [value]}
    return value


def odd(random: Random) -> Any:
    """One value that hardly belongs where it will stand."""
    match random.randrange(9):
        case 0 | 1:
            return copied(random.choice(WHOLE))
        case 2:
            return BARE + random.choice(NUMBERS)
        case 3:
            return [random.choice(TEXTS), copied(random.choice(WHOLE))]
        case 4:
            return {"extension": [{"url": random.choice(TEXTS), "valueString": "x"}]}
        case 5:
            depth = random.choice((2, 10, 60, 200))
            return nested(depth, through=random.choice(("list", "extension", "contained")))
        case _:
            return random.choice(TEXTS)


def copied(value: Any) -> Any:
    """The same JSON in objects of its own."""
    return json.loads(json.dumps(value))


def mutated(random: Random, value: Any) -> Any:
    """A copy with one to four things changed, anywhere in it."""
    copy = copied(value)
    for _ in range(random.choice((1, 1, 2, 4))):
        holder, key = _spot(random, copy)
        if holder is not None:
            _change(random, holder, key)
    return copy


def grafted(random: Random, value: Any, others: Sequence[Any]) -> Any:
    """A copy with some elements as another resource has them: often as valid as both."""
    copy = copied(value)
    for _ in range(random.choice((1, 2, 4))):
        other = random.choice(others)
        holder, key = _spot(random, copy)
        there, name = _spot(random, other)
        shared = [each for each in copy if each in other and each != "resourceType"]
        if shared and random.random() < 0.6:
            each = random.choice(shared)
            copy[each] = copied(other[each])
        elif holder is not None and there is not None and random.random() < 0.3:
            holder[key] = copied(there[name])
        elif holder is not None and isinstance(holder[key], str):
            holder[key] = random.choice(WORDS)
    return copy


def _spot(random: Random, value: Any) -> tuple[Any, Any]:
    holder, key = None, None
    while isinstance(value, dict | list) and value and (holder is None or random.random() < 0.75):
        holder = value
        key = (
            random.choice(list(value)) if isinstance(value, dict) else random.randrange(len(value))
        )
        value = value[key]
    return holder, key


def _change(random: Random, holder: Any, key: Any) -> None:
    match random.randrange(8):
        case 0:
            del holder[key]
        case 1:
            holder[key] = [holder[key]]
        case 2 if isinstance(holder[key], list) and holder[key]:
            holder[key] = holder[key][0]
        case 3 if isinstance(holder, dict):
            holder[_name(random, key)] = holder.pop(key)
        case 4 if isinstance(holder, dict):
            holder[f"_{key}"] = odd(random)
        case 5 if isinstance(holder, list):
            holder.extend([holder[key]] * random.choice((1, 3, 200)))
        case _:
            holder[key] = odd(random)


def _name(random: Random, key: str) -> str:
    return random.choice((key + "x", key.upper(), "", "resourceType", "id", "_", "value", key[:-1]))


def as_json(random: Random, value: Any) -> bytes:
    """The JSON of it, sometimes with a key twice or a byte amiss."""
    text = json.dumps(value, ensure_ascii=random.random() < 0.5)
    for number in NUMBERS:
        text = text.replace(f'"{BARE}{number}"', number)
    if random.random() < 0.03:
        text = text.replace("{", '{"id":"a","id":"b",', 1)
    return _damaged(random, text.encode("utf-8", "surrogatepass"))


def as_xml(random: Random, resource: Any) -> bytes:
    """The XML of a resource that has one, with something cut, doubled or put in."""
    text = from_json(loads(json.dumps(resource)))
    for _ in range(random.choice((0, 1, 1, 2))):
        text = _xml_changed(random, text)
    return _damaged(random, text)


INSERTS = (
    *(b"<!DOCTYPE x [<!ENTITY y 'z'>]>", b"&y;", b"&#0;", b"&#xD800;", b"<!-- c -->", b"<?x y?>"),
    *(b"<![CDATA[x]]>", b"text", b'<extension url="urn:x"><valueString value="y"/></extension>'),
    *(b'<x xmlns="urn:other"/>', b"<nothing/>", b'<id value="b"/>', b"<contained></contained>"),
    *(b"<text><status value='generated'/></text>", b"<a>" * 400, b"</Patient>", b"\x00", b"\xff"),
    *(b"<extension url='u'>" * 80 + b"</extension>" * 80, b'<id value=""/>', b"<id/>"),
)


def _xml_changed(random: Random, text: bytes) -> bytes:
    tags = [n for n, byte in enumerate(text) if byte == ord("<")] or [0]
    at, to = random.choice(tags), random.choice(tags)
    match random.randrange(5):
        case 0:
            return text[:at] + text[max(at, to) :]
        case 1:
            return text[:at] + text[min(at, to) : at] + text[at:]
        case 2:
            value = json.dumps(random.choice(TEXTS))[1:-1].encode()
            head, _, tail = text.partition(b'value="')
            return head + b'value="' + value + b'"' + tail.partition(b'"')[2]
        case _:
            return text[:at] + random.choice(INSERTS) + text[at:]


def _damaged(random: Random, text: bytes) -> bytes:
    if random.random() > 0.06 or not text:
        return text
    at = random.randrange(len(text))
    match random.randrange(4):
        case 0:
            return text[:at]
        case 1:
            return text[:at] + bytes([random.randrange(256)]) + text[at + 1 :]
        case 2:
            return text.decode("utf-8", "replace").encode(random.choice(("utf-16", "utf-32")))
        case _:
            return b"\xef\xbb\xbf" + text
