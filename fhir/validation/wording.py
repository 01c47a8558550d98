"""A breach of the JSON schema in words: the element, what stands there, what may."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from fhir.definitions import json_schema
from fhir.validation.issue import Finding, Node, Rank

# The schema's form of a text refuses no-break spaces; FHIR itself refuses control characters.
TEXT = r"^[ \r\n\t\S]+$"
NO_CONTROLS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]+$"

LONGEST_VALUE_SHOWN = 60
MOST_OPTIONS = 12
MISSING = "{} is required and missing."
UNKNOWN = "{} is not an element of FHIR R4; leave it out, or say it in an extension."

FORMS = {
    "date": "a date: YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "a date, or a time with seconds and zone such as 2024-02-29T10:00:00+01:00",
    "instant": "a time with seconds and zone such as 2024-02-29T10:00:00+01:00",
    "time": "a time of day: hh:mm:ss",
    "code": "a code: no blanks at its ends, and single ones within",
    "id": "1 to 64 letters, digits, hyphens or dots",
    "oid": "an OID such as urn:oid:1.2.3",
    "uuid": "a UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "uri": "a URI, which has no blanks",
    "string": "a text with something in it and without control characters",
}


def findings(resource: Node, error: Any) -> Iterator[Finding]:
    """What is to be said of one error of the schema."""
    path = tuple(error.instance_path)
    kind = error.kind
    if hasattr(kind, "unexpected"):
        for name in kind.unexpected:
            yield Finding(Rank.SHAPE, resource, (*path, name), UNKNOWN)
    elif hasattr(kind, "property"):
        yield Finding(Rank.SHAPE, resource, (*path, kind.property), MISSING, "required")
    else:
        text = f"{{}}: {shown(error.instance)} is not {_wanted(error)}."
        code = "code-invalid" if hasattr(kind, "options") else ""
        yield Finding(Rank.SHAPE, resource, path, text, code)


def _wanted(error: Any) -> str:
    """What may stand where the error is."""
    kind = error.kind
    if hasattr(kind, "options"):
        return f"permitted; use {_listed(kind.options)}"
    if hasattr(kind, "types"):
        return f"of the JSON type {next(iter(kind.types))}"
    if hasattr(kind, "pattern"):
        return _forms().get(kind.pattern, "of the form that FHIR asks for")
    return f"what FHIR asks for: {shortened(error.message)}"


@cache
def _forms() -> dict[str, str]:
    definitions = json_schema()["definitions"]
    words = {definitions[type_]["pattern"]: words for type_, words in FORMS.items()}
    base64 = definitions["Extension"]["properties"]["valueBase64Binary"]["pattern"]
    return words | {NO_CONTROLS: FORMS["string"], base64: "base64"}


def _listed(options: list[Any]) -> str:
    options = [option for option in options if option is not None]
    more = f" or {len(options) - MOST_OPTIONS} more" if len(options) > MOST_OPTIONS else ""
    return ", ".join(str(option) for option in options[:MOST_OPTIONS]) + more


def shown(value: Any) -> str:
    """A value as it stands in the JSON, shortened."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    if not isinstance(value, str):
        return {None: "null", True: "true", False: "false"}.get(value, str(value))
    more = "…" if len(value) > LONGEST_VALUE_SHOWN else ""
    text = json.dumps(value[:LONGEST_VALUE_SHOWN] + more, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def shortened(message: str) -> str:
    """A message without a resource's whole content in it."""
    return message if len(message) <= 200 else f"{message[:LONGEST_VALUE_SHOWN]} … {message[-100:]}"
