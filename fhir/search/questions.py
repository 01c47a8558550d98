"""One criterion of a search: a parameter of the official table, a chain, or ``_has``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from fhir.definitions import RESOURCE_TYPES, patient_paths
from fhir.errors import UnknownParameter, UnknownType
from fhir.registry import mapping
from fhir.search import asked
from fhir.search.columns import Parameter
from fhir.search.criteria import (
    AnyOf,
    Chain,
    ColumnMoments,
    Criterion,
    Empty,
    Has,
    Held,
    Ids,
    Test,
    Tokens,
)
from fhir.search.keys import key
from fhir.search.official import Official, official
from fhir.search.reading import (
    date_span,
    parts,
    plain,
    refuse,
    shown,
    truth,
)
from fhir.written_here import WrittenHere

DEEPEST = 4  # links of a chain, _has among them
WIDEST = 8  # types that an untyped chain may lead to
MODIFIERS: Mapping[str, tuple[str, ...]] = {
    "token": ("missing", "not", "text", "of-type"),
    "string": ("missing", "exact", "contains"),
    "reference": ("missing", "identifier"),
    "uri": ("missing", "below", "above"),
    "date": ("missing",),
    "number": ("missing",),
    "quantity": ("missing",),
    "composite": (),
    "special": (),
}
NO_TERMINOLOGY = ("in", "not-in", "above", "below")
# Control parameters of FHIR that are none of the official table.
NOT_HERE = {
    "_filter": "Filter expressions are not understood; use parameters of their own.",
    "_list": "Lists are not followed; search the references of the List instead.",
    "_contained": "Contained resources are found with the resource that holds them only.",
    "_containedType": "Contained resources are found with the resource that holds them only.",
    "_has": "Write _has:Type:reference:parameter, such as _has:Observation:patient:code.",
}


@dataclass(frozen=True)
class Asker:
    """What all criteria of one question share.

    Attributes:
        base: Address of this server's API; references that start with it are ours.
    """

    base: str = ""

    def criterion(self, type_: str, name: str, value: str, depth: int = 0) -> Criterion:
        """What ``name=value`` asks of a record of ``type_``.

        Raises:
            UnknownParameter: there is no such parameter or modifier.
            BadParameter: the value cannot be read.
        """
        if name.startswith("_has:"):
            return self._has(type_, name, value, depth)
        head, dot, rest = name.partition(".")
        head, colon, modifier = head.partition(":")
        if colon and not modifier:
            raise UnknownParameter(
                f'"{shown(name)}": a modifier follows the colon.', expression=shown(name)
            )
        if dot:
            return self._chain(type_, head, modifier, rest, value, depth)
        parameter = known(type_, head)
        require_modifier(type_, parameter, modifier)
        if modifier == "missing":
            return _missing(type_, parameter, truth(name, value))
        read = partial(self._tests, type_, parameter, modifier)
        tests = [test for one in parts(value, ",") for test in read(_filled(name, one))]
        return AnyOf(tuple(tests), negated=modifier == "not")

    def _has(self, type_: str, name: str, value: str, depth: int) -> Has:
        pieces = name.split(":", 3)
        if len(pieces) != len(("_has", "source", "parameter", "rest")) or not pieces[3]:
            raise UnknownParameter(
                f'"{shown(name)}": write _has:Type:reference:parameter, '
                "such as _has:Observation:patient:code.",
                expression="_has",
            )
        _deep_enough(name, depth)
        _, source, referring, rest = pieces
        parameter = reference(source, referring)
        if type_ not in parameter.targets or is_written_here(type_):
            raise UnknownParameter(
                f'"{shown(name)}": {source}.{referring} never refers to {type_}.',
                expression="_has",
            )
        wanted = self.criterion(source, rest, value, depth + 1)
        return Has(type_, source, referring, parameter.kept_as, wanted, self.base)

    def _chain(
        self, type_: str, head: str, modifier: str, rest: str, value: str, depth: int
    ) -> Chain:
        parameter = reference(type_, head)
        name = f"{head}.{rest}"
        _deep_enough(name, depth)
        if modifier:
            require_modifier(type_, parameter, modifier)
        ends = _targets(parameter, modifier, name)
        found: list[tuple[str, Criterion]] = []
        refused: UnknownParameter | None = None
        for end in ends:
            if is_written_here(end):
                refused = UnknownParameter(f"{end} is searched by itself here.", expression=head)
                continue
            try:
                found.append((end, self.criterion(end, rest, value, depth + 1)))
            except UnknownParameter as refusal:
                refused = refusal
            if len(found) > WIDEST:
                raise UnknownParameter(
                    f'"{shown(name)}" can lead to many types; name one: {head}:{end}.',
                    expression=head,
                )
        if not found:
            raise refused or UnknownParameter(f'"{shown(name)}" leads nowhere.', expression=head)
        return Chain(type_, head, parameter.kept_as, tuple(found))

    def _tests(self, type_: str, parameter: Official, modifier: str, value: str) -> list[Test]:
        if own := compared_with(type_, parameter.name):
            return [self.held(own, value)]
        if parameter.name == "_id":
            return [Ids((plain(value),))]
        if parameter.name == "_lastUpdated":
            at, span = updated_at(type_), date_span("_lastUpdated", value)
            return [ColumnMoments(at, at, days=False, span=span)]
        if parameter.type == "date" and (column := columns_of(type_, parameter.name)):
            span = date_span(parameter.name, value)
            return [ColumnMoments(column.start, column.end, days=column.days, span=span)]
        readers: Mapping[str, Callable[[], Iterable[Test]]] = {
            "token": lambda: asked.token(type_, parameter, modifier, value),
            "reference": lambda: self._reference(type_, parameter, modifier, value),
            "uri": lambda: asked.uri(type_, parameter, modifier, value),
            "string": lambda: asked.string(type_, parameter, modifier, value),
            "date": lambda: asked.date(type_, parameter, value),
            "number": lambda: asked.number(type_, parameter, value),
            "quantity": lambda: asked.quantity(type_, parameter, value),
            "composite": lambda: asked.composite(type_, parameter, value),
        }
        return list(readers[parameter.type]())

    def held(self, own: Parameter, value: str) -> Held:
        """What a column is to be compared with."""
        text = plain(value)
        if self.base and own.type == "reference":
            text = text.removeprefix(f"{self.base}/")
        return Held(own.column, own.how, tuple(own.values(text) if own.values else ()))

    def _reference(
        self, type_: str, parameter: Official, modifier: str, value: str
    ) -> Iterable[Test]:
        if modifier == "identifier":
            return asked.token(type_, parameter, "identifier", value)
        return [
            Tokens(asked.keys(type_, parameter, "", self._literals(parameter, modifier, value)))
        ]

    def _literals(self, parameter: Official, modifier: str, value: str) -> list[str]:
        """The spellings of a reference under which it can be kept; none if it cannot be."""
        text = plain(value)
        if self.base and text.startswith(f"{self.base}/"):
            text = text[len(self.base) + 1 :]
        text = text.partition("/_history/")[0]
        allowed = parameter.targets
        kind, slash, _ = text.rpartition("/")
        if ":" in text or "|" in text:
            return [text]
        if not slash:
            return [f"{kind}/{text}" for kind in ([modifier] if modifier else allowed)]
        return [text] if kind in ([modifier] if modifier else allowed) else []


def known(type_: str, name: str) -> Official:
    """The parameter ``name`` of ``type_``.

    Raises:
        UnknownParameter: R4 has none, or it is not answered here.
    """
    table = official(type_)
    why = table[name].unsupported if name in table else NOT_HERE.get(name, "")
    if why:
        raise UnknownParameter(f'"{name}" is not supported here. {why}', expression=name)
    if name not in table or name not in searchable(type_):
        raise UnknownParameter(
            f'"{shown(name)}" is not a search parameter of {type_} here. '
            f"Known: {', '.join(searchable(type_))}.",
            expression=shown(name),
        )
    return table[name]


def searchable(type_: str) -> list[str]:
    """Names of the parameters of ``type_`` that can be asked."""
    every = [name for name, each in official(type_).items() if not each.unsupported]
    if not is_written_here(type_):
        return every
    answered = {"_lastUpdated", *(each.name for each in mapping(type_).search)}
    return [name for name in every if name in answered]


def is_written_here(type_: str) -> bool:
    """Whether only columns answer what is asked of ``type_``."""
    return isinstance(mapping(type_), WrittenHere)


def compared_with(type_: str, name: str) -> Parameter | None:
    """The column that alone answers this parameter, where one does."""
    return next((each for each in mapping(type_).search if each.name == name and each.values), None)


def updated_at(type_: str) -> str:
    """The column that says when a record was written last."""
    return "at" if is_written_here(type_) else "updated_at"


def reference(type_: str, name: str) -> Official:
    """The reference parameter ``name`` of ``type_``, for chains and includes."""
    if type_ not in RESOURCE_TYPES:
        raise UnknownParameter(
            f'"{shown(type_)}" is not a FHIR R4 resource type.', expression=shown(name)
        )
    parameter = known(type_, name)
    if is_written_here(type_):
        raise UnknownParameter(
            f"{type_} is searched by itself here: nothing is followed from it or to it.",
            expression=shown(name),
        )
    if parameter.type != "reference":
        raise UnknownParameter(
            f"{type_}.{name} is a {parameter.type}, not a reference: nothing can be followed.",
            expression=name,
        )
    return parameter


def require_modifier(type_: str, parameter: Official, modifier: str) -> None:
    """Refuse a modifier that this parameter does not take."""
    allowed = () if is_written_here(type_) else MODIFIERS[parameter.type]
    if not modifier or modifier in allowed:
        return
    followed = parameter.type == "reference" and not is_written_here(type_)
    if followed and modifier in parameter.targets:
        return
    why = (
        "needs a terminology server, which this is not"
        if parameter.type == "token" and modifier in NO_TERMINOLOGY
        else "is not a modifier of it here"
    )
    can = ", ".join(f":{name}" for name in allowed) or "none"
    raise UnknownParameter(
        f'{type_}.{parameter.name} is a {parameter.type}: ":{shown(modifier)}" {why}. '
        f"Known: {can}.",
        expression=parameter.name,
    )


def compartment(type_: str, patient_id: str) -> Criterion:
    """What holds of the records of ``type_`` in the compartment of a patient.

    Raises:
        UnknownType: records of ``type_`` belong to no patient's compartment.
    """
    if own := compared_with(type_, "patient"):
        return AnyOf((Asker().held(own, f"Patient/{patient_id}"),))
    paths = set(patient_paths(type_))
    keys = [
        key(type_, name, f"Patient/{patient_id}")
        for name, parameter in official(type_).items()
        if parameter.type == "reference" and not parameter.alias_of
        if paths & {tuple(step.name for step in place.steps) for place in parameter.places}
    ]
    if not keys:
        raise UnknownType(f"{type_} is not in the compartment of patients (FHIR R4).")
    return AnyOf((Tokens(tuple(keys)),))


def columns_of(type_: str, name: str) -> Parameter | None:
    """The columns that hold this date, where the table of ``type_`` has some."""
    declared = (p for p in mapping(type_).search if p.name == name and p.start)
    return next(declared, None)


def _filled(name: str, value: str) -> str:
    return value or refuse(name, value, "the value is empty; leave the parameter out.")


def _deep_enough(name: str, depth: int) -> None:
    if depth >= DEEPEST:
        refuse(shown(name), "", f"a chain has at most {DEEPEST} links.")


def _targets(parameter: Official, modifier: str, name: str) -> tuple[str, ...]:
    if modifier:
        if modifier not in RESOURCE_TYPES:
            raise UnknownParameter(
                f'"{shown(name)}": a chain takes a type, not :{modifier}.', expression=shown(name)
            )
        return (modifier,)
    return parameter.targets


def _missing(type_: str, parameter: Official, missing: bool) -> Criterion:  # noqa: FBT001
    if parameter.name in ("_id", "_lastUpdated"):
        return AnyOf((), negated=not missing)
    if parameter.type == "date" and (column := columns_of(type_, parameter.name)):
        return AnyOf((Empty(column.start, column.end),), negated=not missing)
    keys = tuple(key(type_, name) for name in parameter.present_as)
    return AnyOf((Tokens(keys),), negated=missing)
