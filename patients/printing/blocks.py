"""What a printed document is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Block:
    """One piece of a document; ``kind`` names its drawing in ``templates/print``."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class Heading(Block):
    kind = "heading"
    text: str


@dataclass(frozen=True)
class Text(Block):
    """Paragraphs as written; line ends are kept."""

    kind = "text"
    text: str


@dataclass(frozen=True)
class Large(Block):
    """The one thing that must not be misread, such as a dose."""

    kind = "large"
    text: str


@dataclass(frozen=True)
class Struck(Block):
    """What should never have been written: legible, and struck through."""

    kind = "struck"
    text: str


@dataclass(frozen=True)
class Rule(Block):
    """A line between two things of one document."""

    kind = "rule"


@dataclass(frozen=True)
class Notice(Block):
    """A warning in a frame."""

    kind = "notice"
    text: str


@dataclass(frozen=True)
class Fields(Block):
    """Pairs of a name and a value; ``whole``: no page ends between them."""

    kind = "fields"
    rows: Sequence[tuple[str, str]]
    whole: bool = False


@dataclass(frozen=True)
class Rows(Block):
    """A list; each line is a main text and a smaller one below it."""

    kind = "rows"
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table(Block):
    """Columns with a head that repeats on each page."""

    kind = "table"
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    # How wide each column is beside the others; empty: all alike.
    widths: Sequence[float] = ()


@dataclass(frozen=True)
class Signature(Block):
    """Two lines to sign on."""

    kind = "signature"
    left: str
    right: str
