"""What a FHIRPath expression consists of."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """``'text'``, ``12``, ``1.50`` or ``true``; numbers without a point are ``int``."""

    value: str | int | Decimal | bool


@dataclass(frozen=True, slots=True)
class Moment:
    """``@2024``, ``@2024-02-29T10:00`` or ``@T10:00``, without the ``@``."""

    text: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """``4 'mg'`` or ``2 weeks``."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Empty:
    """``{}``, the collection of nothing."""


@dataclass(frozen=True, slots=True)
class Constant:
    """``%resource`` and its like, without the ``%``."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable:
    """``$this``, ``$index`` or ``$total``, without the ``$``."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """``of.name``; without ``of`` it is looked for in what the expression stands on."""

    of: "Node | None"
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """``of.name(arguments)``; type tests are ``Typed`` instead."""

    of: "Node | None"
    name: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Indexed:
    """``of[index]``."""

    of: "Node"
    index: "Node"


@dataclass(frozen=True, slots=True)
class Typed:
    """``of is type``, ``of as type``, ``of.ofType(type)`` and the function forms of the first two.

    Attributes:
        of: None for what the expression stands on.
        operator: ``is``, ``as`` or ``ofType``.
        type: As it was written, such as ``Quantity`` or ``System.Boolean``.
    """

    of: "Node | None"
    operator: str
    type: str


@dataclass(frozen=True, slots=True)
class Signed:
    """``-of`` or ``+of``."""

    operator: str
    of: "Node"


@dataclass(frozen=True, slots=True)
class Operation:
    """``left operator right``, such as ``=``, ``and``, ``|`` or ``&``."""

    operator: str
    left: "Node"
    right: "Node"


Node: TypeAlias = (
    Literal
    | Moment
    | Quantity
    | Empty
    | Constant
    | Variable
    | Member
    | Call
    | Indexed
    | Typed
    | Signed
    | Operation
)
