"""The one search of FHIR: over tables and stored resources alike, for whoever may see what."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from fhir.errors import BadParameter, NotAllowed
from fhir.mapping import Resource
from fhir.principal import Principal
from fhir.search.conditions import narrowed, rows
from fhir.search.includes import MOST, Company
from fhir.search.paging import after, opened, ordered, place_of, seal
from fhir.search.query import Pairs, Query, parse
from fhir.search.questions import compartment
from fhir.search.subsetting import subset

__all__ = ["Page", "find", "matching", "rows"]


@dataclass(frozen=True)
class Page:
    """One page of an answer.

    Attributes:
        matches: Records that the question asks for, in order.
        included: Records that come with them.
        resources: All of them as JSON, matches first, in the parts that were asked for.
        next_pairs: Query string of the page after this one; None at the end.
        self_pairs: Query string as it was understood.
        total: How many match in all, if that was asked.
        ignored: Parameters that were not understood (lenient handling).
        warnings: What the asker must know about the page, such as includes that were cut.
    """

    matches: list[Any]
    included: list[Any] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    next_pairs: list[tuple[str, str]] | None = None
    self_pairs: list[tuple[str, str]] = field(default_factory=list)
    total: int | None = None
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def find(by: Principal, query: Query, *, base: str = "", within: str = "") -> Page:
    """The page of records that ``query`` asks for, among those that ``by`` may see.

    Args:
        by: Who asks.
        query: What ``parse`` made of the request.
        base: Address of this server's API.
        within: Id of a patient, to search that patient's compartment only.

    Raises:
        NotAllowed: this type may not be searched, whether or not there are any.
        BadParameter: the cursor was not given out for this search.
    """
    if not by.may_interact("s", query.type):
        raise NotAllowed(f"Searching {query.type} is not among what you were given access to.")
    query = replace(query, base=query.base or base)
    inside = (compartment(query.type, within),) if within else ()
    found = narrowed(by, query.type, (*inside, *query.criteria))
    place = opened(query, by, within) if query.cursor else None
    total = found.order_by().count() if query.counts_only or query.total != "none" else None
    if query.counts_only:
        return Page([], self_pairs=list(query.pairs), total=total, ignored=query.ignored)
    records = _page(found, query, place)
    more = len(records) > query.count
    records = records[: query.count]
    cursor = seal(place_of(records[-1], query.sort), query, by, within) if more else ""
    return _told(by, query, records, cursor, total)


def _page(found: QuerySet[Any], query: Query, place: list[Any] | None) -> list[Any]:
    found = ordered(found, query.sort)
    if place is not None:
        found = after(found, query.sort, place)
    return list(found[: query.count + 1])


def _told(by: Principal, query: Query, records: list[Any], cursor: str, total: int | None) -> Page:
    company = Company(by, query)
    company.gather(records)
    matched = [subset(company.rendered[record.pk], query) for record in records]
    others = [
        subset(company.rendered[record.pk], query, matched=False) for record in company.included
    ]
    pairs = list(query.pairs)
    return Page(
        records,
        company.included,
        [*matched, *others],
        [*pairs, ("_cursor", cursor)] if cursor else None,
        pairs,
        total,
        query.ignored,
        (f"Not all was included: a page takes {MOST:,} more.",) if company.cut else (),
    )


def matching(
    by: Principal, type_: str, pairs: Pairs, limit: int = 2, *, base: str = ""
) -> list[Any]:
    """The first records that a conditional interaction means; more than one is its own refusal.

    Raises:
        BadParameter: nothing is asked, or how to answer it: that is no condition.
    """
    query = parse(type_, pairs, base=base)
    if not query.criteria or len(query.criteria) != len(query.pairs):
        raise BadParameter(
            "A condition needs search parameters, and nothing like _sort or _include beside them."
        )
    if not by.may_interact("s", type_):
        raise NotAllowed(f"Searching {type_} is not among what you were given access to.")
    return list(narrowed(by, type_, query.criteria).order_by("-pk")[:limit])
