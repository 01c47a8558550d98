"""One interaction that is asked for, over HTTP or as an entry of a Bundle, and its answer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.http import http_date, parse_http_date_safe

from fhir.errors import BadParameter, PreconditionFailed
from fhir.mapping import Resource
from fhir.negotiation import Preference
from fhir.principal import Principal

Pairs = list[tuple[str, str]]

ETAG = re.compile(r'(?:W/)?"([^"]*)"')
VERSION = re.compile(r"[1-9]\d{0,17}")
# How the answer looks, not what it holds.
LOOKS = {"_format", "_pretty"}
NO_WISH = Preference()
# Nobody that is known: sees nothing, may do nothing.
STRANGER = Principal("user", "stranger", "Nobody")


def _nothing() -> Any:
    return None


@dataclass(frozen=True)
class Ask:
    """What somebody asks for.

    Attributes:
        by: Who.
        base: Address of this server, without a slash at its end.
        method: HTTP method.
        pairs: The query, without what only says how the answer looks.
        headers: Header values by lower-case name.
        prefer: What the Prefer header asks for.
        body: Gives the resource (or patch) that was sent, when it is needed.
        content_type: Of the body.
        form: Gives the pairs of a posted search.
        raw: Gives the body as it came.
        accept: The Accept header.
    """

    by: Principal
    base: str
    method: str
    pairs: Pairs = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    prefer: Preference = NO_WISH
    body: Callable[[], Any] = _nothing
    content_type: str = ""
    form: Callable[[], Pairs] = list
    raw: Callable[[], bytes] = bytes

    def header(self, name: str) -> str:
        """A header, '' where it is missing."""
        return self.headers.get(name, "")

    def of(self, **changed: Any) -> "Ask":
        """The same with something changed."""
        return replace(self, **changed)


@dataclass(frozen=True)
class Answer:
    """What comes of it.

    Attributes:
        status: HTTP status.
        resource: The body; None for none.
        etag: Version of the resource it is about.
        modified: When that version was made.
        location: Address of that version.
        headers: Other headers.
        content: Bytes instead of a resource, with their own Content-Type in ``headers``.
    """

    status: int = 200
    resource: Resource | None = None
    etag: str = ""
    modified: datetime | None = None
    location: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None

    def http_headers(self) -> dict[str, str]:
        """All headers that the answer carries over HTTP."""
        found = dict(self.headers)
        if self.etag:
            found["ETag"] = self.etag
        if self.modified:
            found["Last-Modified"] = http_date(self.modified.timestamp())
        if self.location:
            found["Location"] = self.location
        return found


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'W/"{version}"'


def versions(header: str, name: str = "If-Match") -> list[int] | None:
    """The versions that an If-Match or If-None-Match header names; None for ``*``.

    An ETag that is not of this server names no version at all: it matches nothing.

    Raises:
        BadParameter: not an ETag.
    """
    text = header.strip()
    if text == "*":
        return None
    tags = ETAG.findall(text)
    if not tags and VERSION.fullmatch(text):
        tags = [text]  # HAPI and others forget the quotes
    if not tags:
        raise BadParameter(
            f'{name}: {header[:40]} is not an ETag such as W/"3".', expression=name, code="bad-etag"
        )
    return [int(tag) for tag in tags if VERSION.fullmatch(tag)]


def expected_version(ask: Ask, newest: int | None) -> int | None:
    """The version that If-Match lets be changed; None where any may be.

    Args:
        ask: What is asked.
        newest: Version that stands now; None where nothing does.

    Raises:
        PreconditionFailed: If-Match names another version, or there is none.
    """
    header = ask.header("if-match")
    if not header:
        return None
    named = versions(header)
    if newest is None or (named is not None and newest not in named):
        raise PreconditionFailed
    return newest


def unchanged(ask: Ask, version: int, modified: datetime) -> bool:
    """Whether the asker has this version already (If-None-Match, If-Modified-Since)."""
    if header := ask.header("if-none-match"):
        known = versions(header, "If-None-Match")
        return known is None or version in known
    since = parse_http_date_safe(ask.header("if-modified-since"))
    return since is not None and int(modified.timestamp()) <= since
