"""The one search of FHIR: over tables and stored resources alike, for whoever may see what."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from fhir.errors import BadParameter, NotAllowed
from fhir.mapping import Resource
from fhir.principal import Principal
from fhir.registry import mapping
from fhir.search.conditions import FEW, narrowed, rows
from fhir.search.criteria import AnyOf, Criterion
from fhir.search.includes import MOST, Company
from fhir.search.paging import after, gathered, nearest, opened, ordered, place_of, seal
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
    place = opened(query, by, within) if query.cursor else None
    found, few = _found(by, query, (*inside, *query.criteria))
    if query.counts_only:
        return Page(
            [], self_pairs=list(query.pairs), total=_counted(found, few), ignored=query.ignored
        )
    total = None if query.total == "none" else _counted(found, few)
    walked = few is None and not query.sort and bool(query.criteria)
    records = _page(found, query, place, walked=walked)
    more = len(records) > query.count
    records = records[: query.count]
    cursor = seal(place_of(records[-1], query.sort), query, by, within) if more else ""
    return _told(by, query, records, cursor, total)


def _found(
    by: Principal, query: Query, criteria: Sequence[Criterion]
) -> tuple[QuerySet[Any], int | None]:
    """The records that fulfil all criteria; and how many, where they are few.

    Few are looked up first, in no order. Asked for the first page in order, PostgreSQL would
    sometimes rather walk the whole table by its key, because it takes something rare for common.
    What chains and ``_has`` ask of others was looked up the same way.
    """
    own = [one for one in criteria if isinstance(one, AnyOf)]
    others = [one for one in criteria if not isinstance(one, AnyOf)]
    if own:
        some = narrowed(by, query.type, own).select_related(None).order_by()
        keys = list(some.values_list("pk", flat=True)[: FEW + 1])
        if len(keys) <= FEW:
            found = narrowed(by, query.type, others).filter(pk__in=keys)
            return found, None if others else len(keys)
    return narrowed(by, query.type, criteria), None


def _counted(found: QuerySet[Any], few: int | None) -> int:
    return found.order_by().count() if few is None else few


def _page(
    found: QuerySet[Any], query: Query, place: list[Any] | None, *, walked: bool
) -> list[Any]:
    """One record more than a page has. What rendering joins is joined to these few rows only."""
    some = ordered(found.select_related(None), query.sort)
    if place is not None:
        some = after(some, query.sort, place)
    everything = mapping(query.type).queryset()
    keys = _walked(some, everything, query, place) if walked else _first(some, query)
    return list(ordered(everything.filter(pk__in=keys), query.sort))


def _first(some: QuerySet[Any], query: Query) -> QuerySet[Any]:
    return some.values("pk")[: query.count + 1]


def _walked(
    some: QuerySet[Any], everything: QuerySet[Any], query: Query, place: list[Any] | None
) -> QuerySet[Any] | list[Any]:
    """Keys of a page of what is more than few: what is common stands among the nearest rows.

    What is not is gathered through its index and sorted. PostgreSQL would choose by how many
    there are, not knowing where they lie: those of one patient often lie together, far from the
    newest, and it would walk the whole table to come to them.
    """
    near = list(_first(nearest(some, everything, place), query).values_list("pk", flat=True))
    return near if len(near) > query.count else _first(gathered(some), query)


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
