"""What comes with the matches: records they refer to, and records that refer to them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from fhir.definitions import RESOURCE_TYPES
from fhir.mapping import Resource
from fhir.principal import Principal
from fhir.registry import mapping, render
from fhir.search.conditions import Among, Collected, foreign_key, rows
from fhir.search.criteria import Include
from fhir.search.keys import key
from fhir.search.official import official
from fhir.search.query import Query
from fhir.search.references import references_of

MOST = 1_000
ROUNDS = 4  # of :iterate


@dataclass
class Company:
    """Matches with all that was included for them.

    Attributes:
        by: Who asks.
        query: What was asked.
        rendered: Key of each record → the resource.
        included: What came along, in the order in which it was found.
        cut: Something more would have come along.
    """

    by: Principal
    query: Query
    rendered: dict[UUID, Resource] = field(default_factory=dict)
    included: list[Any] = field(default_factory=list)
    cut: bool = False

    def gather(self, matches: list[Any]) -> None:
        """Render the matches, and find what comes with them, round by round."""
        self._render(matches)
        fresh = self._round(matches, again=False)
        for _ in range(ROUNDS):
            if not fresh or not self._repeats:
                return
            fresh = self._round(fresh, again=True)
        self.cut = self.cut or bool(fresh)

    @property
    def _repeats(self) -> bool:
        return any(one.again for one in (*self.query.includes, *self.query.revincludes))

    def _round(self, records: list[Any], *, again: bool) -> list[Any]:
        fresh = self._forward(records, again=again)
        for one in self.query.revincludes:
            if one.again or not again:
                fresh += self._backward(one, records)
        return fresh

    def _forward(self, records: list[Any], *, again: bool) -> list[Any]:
        wanted: dict[str, set[str]] = defaultdict(set)
        for one in self.query.includes:
            if one.again or not again:
                for type_, fhir_id in self._followed(one, records):
                    wanted[type_].add(fhir_id)
        fresh: list[Any] = []
        for type_, ids in sorted(wanted.items()):
            found = rows(self.by, type_, "r").filter(fhir_id__in=sorted(ids))
            fresh += self._taken(found.exclude(pk__in=self._here(type_)))
        return fresh

    def _followed(self, one: Include, records: list[Any]) -> Iterable[tuple[str, str]]:
        for record in records:
            if record.resource_type != one.source:
                continue
            for name in _parameters(one):
                targets = official(one.source)[name].targets
                for reference in references_of(self.rendered[record.pk], name, self.query.base):
                    type_, fhir_id = _local(reference, self.query.base)
                    if type_ and one.target in ("", type_) and type_ in targets:
                        yield type_, fhir_id

    def _backward(self, one: Include, records: list[Any]) -> list[Any]:
        targets = official(one.source)[one.parameter].targets
        by_type: dict[str, list[Any]] = defaultdict(list)
        for record in records:
            type_ = record.resource_type
            if one.target in ("", type_) and type_ in targets:
                by_type[type_].append(record)
        either = Q(pk__in=[])
        for type_, some in by_type.items():
            either |= _referring(one, type_, some)
        if not by_type:
            return []
        return self._taken(
            rows(self.by, one.source, "r").filter(either).exclude(pk__in=self._here(one.source))
        )

    def _here(self, type_: str) -> list[UUID]:
        return [pk for pk, each in self.rendered.items() if each["resourceType"] == type_]

    def _taken(self, found: Any) -> list[Any]:
        room = MOST - len(self.included)
        fresh = list(found[: room + 1])
        if len(fresh) > room:
            self.cut = True
            fresh = fresh[:room]
        self._render(fresh)
        self.included += fresh
        return fresh

    def _render(self, records: list[Any]) -> None:
        self.rendered.update({record.pk: render(record) for record in records})


def _parameters(one: Include) -> list[str]:
    if one.parameter != "*":
        return [one.parameter]
    return [name for name, each in official(one.source).items() if each.type == "reference"]


def _local(reference: str, base: str) -> tuple[str, str]:
    """Type and id of a reference to this server; empty for any other."""
    text = reference.removeprefix(f"{base}/") if base else reference
    type_, _, rest = text.partition("/")
    return (type_, rest.partition("/")[0]) if type_ in RESOURCE_TYPES and rest else ("", "")


def _referring(one: Include, type_: str, records: list[Any]) -> Q:
    """Rows of ``one.source`` whose parameter names one of ``records``, all of ``type_``."""
    column = foreign_key(one.source, one.parameter, type_)
    if column:
        return Q(**{f"{column}__in": [record.pk for record in records]})
    names = official(one.source)[one.parameter].kept_as
    tokens = [key(one.source, name, record.reference) for name in names for record in records]
    own = mapping(one.source).model.objects.filter(search_tokens__overlap=sorted(tokens))
    return Q(Among(F("pk"), Collected(own.values("pk"))))
