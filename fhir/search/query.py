"""A whole search as it was asked: criteria, order, what to include, and how much to tell."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from fhir.definitions import RESOURCE_TYPES, elements
from fhir.errors import BadParameter, UnknownParameter
from fhir.search.criteria import Criterion, Include, SortKey
from fhir.search.keys import key
from fhir.search.questions import (
    Asker,
    columns_of,
    is_written_here,
    known,
    reference,
    updated_at,
)
from fhir.search.reading import parts, refuse, shown

Pairs: TypeAlias = Iterable[tuple[str, str]]
Total: TypeAlias = Literal["none", "accurate", "estimate"]
Summary: TypeAlias = Literal["true", "text", "data", "count", "false"]

PAGE, LARGEST_PAGE = 50, 500
MOST_PARAMETERS = 100
MOST_VALUES = 1_000
LONGEST_VALUE = 2_000
LONGEST_NAME = 300
MOST_INCLUDES = 30
MOST_ORDERS = 5
# Names that the door answers, not the engine.
OF_THE_DOOR = frozenset({"_format", "_pretty"})
ONCE = frozenset({"_sort", "_count", "_elements", "_summary", "_total", "_cursor"})
INCLUDES = ("_include", "_revinclude")


@dataclass(frozen=True)
class Query:
    """A search that can be carried out.

    Attributes:
        type: FHIR resource type of the matches.
        pairs: What was asked and understood, for the ``self`` link.
        criteria: All of them must hold.
        sort: Orders, the first one first; the newest records first if there are none.
        includes: References to follow from matches.
        revincludes: References to matches to follow backwards.
        count: Matches of a page; 0 for the total alone.
        elements: Elements to keep; all if empty.
        summary: Which part of each resource to give.
        total: Whether to count all matches.
        cursor: Where the page before this one ended, as it was given out.
        ignored: Parameters that were not understood, in lenient handling.
        base: Address of this server's API.
    """

    type: str
    pairs: tuple[tuple[str, str], ...] = ()
    criteria: tuple[Criterion, ...] = ()
    sort: tuple[SortKey, ...] = ()
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    count: int = PAGE
    elements: frozenset[str] = frozenset()
    summary: Summary = "false"
    total: Total = "none"
    cursor: str = ""
    ignored: tuple[str, ...] = ()
    base: str = ""

    @property
    def counts_only(self) -> bool:
        """Whether the total is all that is wanted."""
        return self.count == 0 or self.summary == "count"


@dataclass
class _Draft:
    """A query while its pairs are read."""

    type: str
    asker: Asker
    criteria: list[Criterion] = field(default_factory=list)
    control: dict[str, str] = field(default_factory=dict)
    includes: list[Include] = field(default_factory=list)
    revincludes: list[Include] = field(default_factory=list)

    def take(self, name: str, value: str) -> None:
        """Read one pair."""
        head, _, modifier = name.partition(":")
        if name in OF_THE_DOOR:
            return
        if name in ONCE:
            if self.control.setdefault(name, value) != value:
                refuse(name, value, "it is given twice with different values.")
        elif head in INCLUDES:
            self._take_include(head, modifier, value)
        else:
            self.criteria.append(self.asker.criterion(self.type, name, value))

    def _take_include(self, head: str, modifier: str, value: str) -> None:
        if modifier not in ("", "iterate"):
            raise UnknownParameter(
                f'"{head}:{shown(modifier)}": the only modifier is :iterate.', expression=head
            )
        again = modifier == "iterate"
        if head == "_include":
            self.includes.append(_include(self.type, value, again=again))
        else:
            self.revincludes.append(_revinclude(self.type, value, again=again))


def parse(type_: str, pairs: Pairs, *, lenient: bool = False, base: str = "") -> Query:
    """The search for ``type_`` that ``pairs`` ask for.

    Args:
        type_: FHIR resource type.
        pairs: Names and values of the request, repeated names meaning "and".
        lenient: Leave out parameters that are not known, instead of refusing.
        base: Address of this server's API; references that start with it are ours.

    Raises:
        UnknownParameter: a name or modifier that is not in the official table.
        BadParameter: a value that cannot be read, or too much of anything.
    """
    draft = _Draft(type_, Asker(base))
    kept, ignored = [], []
    for name, value in _bounded(pairs):
        try:
            draft.take(name, value)
        except UnknownParameter:
            if not lenient:
                raise
            ignored.append(shown(name))
        else:
            kept.append((name, value))
    control: dict[str, Any] = {
        name.removeprefix("_"): READERS[name](type_, value) for name, value in draft.control.items()
    }
    return Query(
        type=type_,
        pairs=tuple(pair for pair in kept if pair[0] != "_cursor"),
        criteria=tuple(draft.criteria),
        includes=tuple(draft.includes),
        revincludes=tuple(draft.revincludes),
        ignored=tuple(ignored),
        base=base,
        **control,
    )


def _bounded(pairs: Pairs) -> list[tuple[str, str]]:
    """``pairs``, unless there is too much of anything or text that no database keeps."""
    found = list(pairs)
    if len(found) > MOST_PARAMETERS:
        raise BadParameter(
            f"{len(found)} parameters; a search takes {MOST_PARAMETERS}. Ask in several searches."
        )
    for name, value in found:
        _sendable(name, value)
    values = sum(value.count(",") + 1 for _, value in found)
    if values > MOST_VALUES:
        raise BadParameter(f"{values} values; a search takes {MOST_VALUES}. Ask in several.")
    includes = sum(name.partition(":")[0] in INCLUDES for name, _ in found)
    if includes > MOST_INCLUDES:
        raise BadParameter(f"{includes} includes; a search takes {MOST_INCLUDES}.")
    return found


def _sendable(name: str, value: str) -> None:
    if len(name) > LONGEST_NAME:
        raise BadParameter(
            f'"{shown(name)}": the name has {len(name)} letters.', expression=shown(name)
        )
    for text in (name, value):
        if "\x00" in text or (not text.isascii() and _broken(text)):
            raise BadParameter(
                f'"{shown(name)}": it holds a NUL or half a character, which is no text.',
                expression=shown(name),
            )
    if max(map(len, value.split(","))) > LONGEST_VALUE:
        refuse(shown(name), value, f"a value has at most {LONGEST_VALUE:,} letters.")


def _broken(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _sort(type_: str, value: str) -> tuple[SortKey, ...]:
    wanted = parts(value, ",")
    if len(wanted) > MOST_ORDERS:
        refuse("_sort", value, f"at most {MOST_ORDERS} orders.")
    return tuple(_order(type_, one) for one in wanted)


def _order(type_: str, text: str) -> SortKey:
    name, descending = text.removeprefix("-"), text.startswith("-")
    if name == "_lastUpdated":
        return SortKey(name, column=updated_at(type_), descending=descending)
    if name == "_id":
        own = "id" if is_written_here(type_) else "fhir_id"
        return SortKey(name, column=own, descending=descending)
    parameter = known(type_, name)
    if parameter.type == "date" and (column := columns_of(type_, name)):
        return SortKey(name, column=column.start, descending=descending)
    values = SORTED.get(parameter.type)
    if values is None or is_written_here(type_):
        refuse(
            "_sort", text, f"a {parameter.type} has no order here; sort by date, text or number."
        )
    keys = tuple(key(type_, one) for one in parameter.kept_as)
    return SortKey(name, keys=keys, values=values, descending=descending)


SORTED: Mapping[str, Literal["date", "string", "number"]] = {
    "date": "date",
    "string": "string",
    "number": "number",
    "quantity": "number",
}


def _include(type_: str, value: str, *, again: bool) -> Include:
    if value == "*":
        return Include(type_, "*", again=again)
    source, name, target = _three(type_, "_include", value)
    if name == "*":
        return Include(source, "*", again=again)
    if source != type_ and not again:
        refuse("_include", value, f"the matches are {type_}; for what was included: :iterate.")
    _require_target(source, name, target, "_include", value)
    return Include(source, name, target, again)


def _revinclude(type_: str, value: str, *, again: bool) -> Include:
    source, name, target = _three(type_, "_revinclude", value)
    _require_target(source, name, target or ("" if again else type_), "_revinclude", value)
    return Include(source, name, target, again)


def _three(type_: str, where: str, value: str) -> tuple[str, str, str]:
    pieces = value.split(":")
    if len(pieces) not in (2, 3) or not all(pieces):
        refuse(
            where, value, f"write Type:parameter or Type:parameter:Target, e.g. {type_}:subject."
        )
    source, name, target = (*pieces, "")[:3]
    if source not in RESOURCE_TYPES or (target and target not in RESOURCE_TYPES):
        refuse(where, value, "it names a type that FHIR R4 has not.")
    return source, name, target


def _require_target(source: str, name: str, target: str, where: str, value: str) -> None:
    parameter = reference(source, name)
    if target and target not in parameter.targets:
        refuse(where, value, f"{source}.{name} never refers to {target}.")


def _count(_: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal()):
        refuse("_count", value, f"write a whole number from 0 to {LARGEST_PAGE}.")
    return min(int(value[:9]), LARGEST_PAGE)


def _elements(type_: str, value: str) -> frozenset[str]:
    names = {part.strip().removeprefix(f"{type_}.") for part in value.split(",")}
    there = {name for element in elements(type_) for name in (element.name, *element.names)}
    strange = sorted(names - there)
    if strange:
        refuse("_elements", strange[0], f"{type_} has no such element at its top.")
    return frozenset(names)


def _one_of(name: str, choices: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(_: str, value: str) -> str:
        if value not in choices:
            refuse(name, value, f"write one of {', '.join(choices)}.")
        return value

    return read


READERS: Mapping[str, Callable[[str, str], object]] = {
    "_sort": _sort,
    "_count": _count,
    "_elements": _elements,
    "_summary": _one_of("_summary", get_args(Summary)),
    "_total": _one_of("_total", get_args(Total)),
    "_cursor": lambda _, value: value,
}
