"""The versions of resources: who may see which, their content, and pages of them as Bundles."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from fhir.errors import BadParameter, NotAllowed, UnknownParameter
from fhir.mapping import Resource
from fhir.models import Change
from fhir.models.change import Op
from fhir.ports import port
from fhir.principal import Principal
from fhir.registry import mapping
from fhir.times import moment_range

Pairs = list[tuple[str, str]]
Changes = QuerySet[Change]

PAGE, LARGEST_PAGE = 50, 500
SALT = "fhir-history"
METHODS = {Op.CREATE: ("POST", "201"), Op.UPDATE: ("PUT", "200"), Op.DELETE: ("DELETE", "204")}


def changes_of(by: Principal, type_: str, fhir_id: str) -> Changes:
    """The versions of one resource that the principal may see, newest first."""
    return _seen(Change.objects.of(type_, fhir_id), by, type_)


def changes_of_type(by: Principal, type_: str) -> Changes:
    """The changes of a type that the principal may see, newest first."""
    return _seen(Change.objects.filter(type=type_).order_by("-seq"), by, type_)


def changes_of_all(by: Principal) -> Changes:
    """Every change, newest first.

    Raises:
        NotAllowed: for whoever does not see the records of every facility.
    """
    if not by.sees_everything:
        raise NotAllowed("The history of all types is for clients of every facility.")
    return Change.objects.order_by("-seq")


def _seen(rows: Changes, by: Principal, type_: str) -> Changes:
    """Versions that may be seen by themselves, and the newest of what stands and may be seen.

    A record may have moved from one chart to another, and a deleted one has no row left to ask:
    each version is therefore judged by the patient whom it was about. One that does not say whom
    (an implant, a Bundle, a letter about two) may have told of anybody.
    """
    if by.sees_everything:
        return rows
    visible = port("visible")
    standing = mapping(type_).model.objects.filter(pk=OuterRef("record_id"))
    alone = Q(Exists(visible(Change.objects.filter(pk=OuterRef("pk")), by)))
    newest = ~Q(Exists(_later()))
    return rows.filter(
        (Q(Exists(visible(standing, by))) & (alone | newest)) | (~Q(Exists(standing)) & alone)
    )


def _later() -> Changes:
    return Change.objects.filter(
        type=OuterRef("type"), fhir_id=OuterRef("fhir_id"), version__gt=OuterRef("version")
    )


def content(changes: list[Change]) -> dict[int, Resource]:
    """What each change made of its resource, by ``seq``; deletions are left out.

    The newest version is the record as it stands; an older one is what the next change replaced.
    """
    made = [change for change in changes if change.op != Op.DELETE]
    # Records first: one that is replaced meanwhile is found in the later change.
    standing = _standing(made)
    replaced = dict(
        Change.objects.filter(seq__in=[change.seq for change in made])
        .annotate(
            content=Subquery(
                Change.objects.filter(
                    type=OuterRef("type"),
                    fhir_id=OuterRef("fhir_id"),
                    version=OuterRef("version") + 1,
                ).values("before")[:1]
            )
        )
        .values_list("seq", "content")
    )
    found = {c.seq: standing.get((c.type, c.fhir_id, c.version)) or replaced[c.seq] for c in made}
    return {seq: resource for seq, resource in found.items() if resource}


def _standing(changes: list[Change]) -> dict[tuple[str, str, int], Resource]:
    ids: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        ids[change.type].add(change.fhir_id)
    return {
        (type_, record.fhir_id, record.version): mapping(type_).render(record)
        for type_, wanted in ids.items()
        for record in mapping(type_).queryset().filter(fhir_id__in=wanted)
    }


@dataclass(frozen=True)
class Wish:
    """What a history request asks for.

    Attributes:
        count: Entries on a page.
        since: Only changes from this moment on.
        before: Only changes older than this ``seq``: the pages before held the others.
        pairs: The query itself, without its cursor.
        seal: What the cursor is bound to.
    """

    count: int
    since: datetime | None
    before: int | None
    pairs: Pairs
    seal: str


@dataclass(frozen=True)
class Page:
    """Changes of a page, what they made, and the cursor of the next page (empty at the end)."""

    changes: list[Change]
    content: dict[int, Resource]
    next_cursor: str


def wish(pairs: Pairs, where: str, by: Principal) -> Wish:
    """Read ``_count``, ``_since`` and ``_cursor``.

    Raises:
        UnknownParameter: another name.
        BadParameter: a value that cannot be read, or a cursor of another question.
    """
    asked = dict(pairs)
    for name in asked.keys() - {"_count", "_since", "_cursor"}:
        raise UnknownParameter(
            f'"{name[:60]}" is not a parameter of _history here. Known: _count, _since.',
            expression=name[:60],
        )
    rest = [pair for pair in pairs if pair[0] != "_cursor"]
    seal = "|".join((by.label, where, asked.get("_since", "")))
    cursor = asked.get("_cursor", "")
    return Wish(
        count_of(asked.get("_count", "")),
        moment_of("_since", asked["_since"]) if "_since" in asked else None,
        opened(cursor, seal) if cursor else None,
        rest,
        seal,
    )


def count_of(text: str) -> int:
    """Entries of a page: as asked, never more than 500.

    Raises:
        BadParameter: not a whole number from 1.
    """
    if not text:
        return PAGE
    if not (text.isascii() and text.isdecimal()) or int(text[:9]) < 1:
        raise BadParameter(
            f"_count={text[:20]}: write a whole number from 1 to {LARGEST_PAGE}.",
            expression="_count",
        )
    return min(int(text[:9]), LARGEST_PAGE)


def moment_of(name: str, text: str) -> datetime:
    """The first moment of an instant or date.

    Raises:
        BadParameter: it is neither.
    """
    low, _ = moment_range(text)
    if low is None:
        example = "2026-01-31T08:00:00Z"
        raise BadParameter(
            f"{name}={text[:40]}: not an instant such as {example}.", expression=name
        )
    return low


def sealed(value: Any, seal: str) -> str:
    """A cursor that nobody else can use for another question."""
    return signing.dumps([value, seal], salt=SALT)


def opened(cursor: str, seal: str) -> Any:
    """What a cursor holds.

    Raises:
        BadParameter: it was not given out by this server, or for another question or asker.
    """
    try:
        value, bound_to = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        bound_to = None
        value = None
    if bound_to != seal:
        raise BadParameter(
            "_cursor was not given out by this server for this; ask again.", expression="_cursor"
        )
    return value


def page(rows: Changes, asked: Wish) -> Page:
    """One page of changes with their content."""
    if asked.since is not None:
        rows = rows.filter(at__gte=asked.since)
    if asked.before is not None:
        rows = rows.filter(seq__lt=asked.before)
    found = list(rows.defer("before").order_by(F("seq").desc())[: asked.count + 1])
    shown = found[: asked.count]
    cursor = sealed(shown[-1].seq, asked.seal) if len(found) > asked.count else ""
    return Page(shown, content(shown), cursor)


def bundle(found: Page, base: str, where: str, asked: Wish) -> Resource:
    """A page as a Bundle of type history."""
    address = f"{base}/{where}/_history" if where else f"{base}/_history"
    links = [{"relation": "self", "url": url(address, asked.pairs)}]
    if found.next_cursor:
        following = [*asked.pairs, ("_cursor", found.next_cursor)]
        links.append({"relation": "next", "url": url(address, following)})
    entries = [_entry(change, found.content.get(change.seq), base) for change in found.changes]
    body: Resource = {"resourceType": "Bundle", "type": "history", "link": links}
    return body | ({"entry": entries} if entries else {})


def url(address: str, pairs: Pairs) -> str:
    """An address with its query."""
    return f"{address}?{urlencode(pairs)}" if pairs else address


def _entry(change: Change, resource: Resource | None, base: str) -> Resource:
    method, status = METHODS[Op(change.op)]
    place = f"{change.type}/{change.fhir_id}"
    entry: Resource = {"fullUrl": f"{base}/{place}"}
    if resource is not None:
        entry["resource"] = resource
    entry["request"] = {"method": method, "url": change.type if method == "POST" else place}
    entry["response"] = {
        "status": status,
        "etag": f'W/"{change.version}"',
        "lastModified": instant(change.at),
    }
    return entry


def instant(moment: datetime) -> str:
    """A FHIR instant in UTC, as ``meta.lastUpdated`` spells it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
