"""Tables of numbers (CSV) by a described layout, every digit kept. Plain numpy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Context, Decimal, DecimalException
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitals.files.found import BoolArray, Channel, FileContent
from vitals.files.layout import LEFT_OUT, MOST_COLUMNS, TIME, Layout
from vitals.files.refusals import Unreadable, gettext_noop, not_a_number

if TYPE_CHECKING:
    from vitals.files.bundle import Bundle

LONGEST_LINE = 64 * 2**10
MOST_ROWS = 20_000_000
SEPARATORS = (";", "\t", ",")
EMPTY = ("", "nan", "null", "na", "-")
REMARKS = ("#", "%")
NUMBER = re.compile(r"\"?\s*(?:[-+]?[.,]?\d|nan\b|null\b|na\b|[;\t,])", re.IGNORECASE)
LARGEST = 2**62
MOST_DIGITS = 18
EVEN = 0.25  # of a sample: how far a time may lie from its place
EXACT = Context(prec=40)


def is_table(head: bytes) -> bool:
    """Whether a file begins like text."""
    return bool(head) and not any(sign < 9 for sign in head) and b"<" not in head[:4]


def read(bundle: Bundle, name: str, layout: Layout) -> FileContent:
    """The columns of a table.

    Raises:
        Unreadable: a row has other columns, a value is no number, or the rate is not said.
    """
    table = Table(name, layout)
    with bundle.path(name).open("rb") as file:
        for number, line in enumerate(_lines(name, file), 1):
            table.take(number, line)
    columns = table.finished()
    rate, places = _rate(name, layout, columns)
    unit = layout.unit or "uV"
    channels = [
        column.channel(name, unit, rate, places, layout)
        for column in columns
        if column.name not in (LEFT_OUT, TIME)
    ]
    return FileContent(
        format="csv", file=name, channels=tuple(channels), start_field=gettext_noop("start")
    )


def _lines(name: str, file: object) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE):  # type: ignore[attr-defined]
        if len(line) == LONGEST_LINE:
            raise _row(name, 0, gettext_noop("it is longer than a row of numbers"))
        yield line.decode("utf-8-sig", "replace").strip()


@dataclass
class Column:
    """Numbers of one column as integers times a power of ten, which shrinks as digits come."""

    name: str
    step: Decimal | None
    numbers: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    digits: int = 0  # behind the point

    def take(self, text: str) -> bool:
        """Keep one number; False: it is none."""
        if text.lower() in EMPTY:
            self.gaps.append(len(self.numbers))
            self.numbers.append(0)
            return True
        try:
            value = Decimal(text)
            if self.step is not None:
                value = (value / self.step).to_integral_value()
            exponent = value.as_tuple().exponent
            if not isinstance(exponent, int) or value.adjusted() > MOST_DIGITS:
                return False
            if -exponent > self.digits:
                self._finer(-exponent)
            whole = int(value.scaleb(self.digits, EXACT))
        except DecimalException:
            return False
        self.numbers.append(whole)
        return abs(whole) < LARGEST

    def _finer(self, digits: int) -> None:
        if digits > 40:
            raise DecimalException
        factor = 10 ** (digits - self.digits)
        self.numbers = [number * factor for number in self.numbers]
        self.digits = digits

    def values(self) -> NDArray[np.float64]:
        return np.array(self.numbers, np.float64) / 10.0**self.digits

    def missing(self) -> BoolArray | None:
        if not self.gaps:
            return None
        mask = np.zeros(len(self.numbers), bool)
        mask[self.gaps] = True
        return mask

    def channel(
        self, file: str, unit: str, rate: float, places: NDArray[np.int64] | None, layout: Layout
    ) -> Channel:
        """The column as a signal, with the largest step that divides all its numbers."""
        if any(abs(number) >= LARGEST for number in self.numbers):
            raise Unreadable(
                "amplitude-range", file, gettext_noop("column %(label)s"),
                gettext_noop("its numbers have more digits than a recorder measures"),
                gettext_noop("State the step of the recorder; numbers are rounded to it."),
                label=self.name,
            )  # fmt: skip
        whole, missing = np.array(self.numbers, np.int64), self.missing()
        common = int(np.gcd.reduce(whole)) or 1
        scale = Fraction(common, 10**self.digits) * Fraction(self.step or 1)
        whole //= common
        if places is not None:
            whole, missing = _placed(whole, missing, places)
        return Channel(
            file, self.name, unit, rate, whole, scale, missing=missing, band_hz=layout.band_hz
        )


class Table:
    """Rows as they come: remarks, names, then numbers of always as many columns."""

    def __init__(self, file: str, layout: Layout) -> None:
        self.file, self.layout = file, layout
        self.names: list[str] = list(layout.columns)
        self.heading = ""
        self.columns: list[Column] = []
        self.separator = ""
        self.comma = False

    def take(self, number: int, line: str) -> None:
        """Read one line."""
        if not line or line.startswith(REMARKS):
            return
        if not self.columns and not NUMBER.match(line):
            self.heading = line
            return
        cells = self._cells(line)
        if not self.columns:
            self._begin(number, cells)
        if len(cells) != len(self.columns) or number > MOST_ROWS:
            said = gettext_noop("it has %(found)s columns and the others have %(count)s")
            raise _row(self.file, number, said, found=len(cells), count=len(self.columns))
        for column, cell in zip(self.columns, cells, strict=True):
            if not column.take(cell) and column.name != LEFT_OUT:
                said = gettext_noop("“%(text)s” in column %(label)s is not a number")
                raise _row(self.file, number, said, text=cell[:40], label=column.name)

    def finished(self) -> list[Column]:
        """All columns, once the file has ended."""
        if not self.columns:
            raise Unreadable(
                "empty", self.file, gettext_noop("rows"), gettext_noop("there are no numbers"),
                gettext_noop("Choose the file that holds the signal."),
            )  # fmt: skip
        return self.columns

    def _begin(self, number: int, cells: list[str]) -> None:
        names = self.names or self._headed(len(cells))
        if len(names) != len(cells) or len(cells) > MOST_COLUMNS:
            said = gettext_noop("it has %(found)s columns and %(count)s are named")
            raise _row(self.file, number, said, found=len(cells), count=len(names))
        named = [name.strip().strip('"') or "ECG" for name in names]
        seconds = [TIME if re.fullmatch(r"t|time|seconds", n, re.IGNORECASE) else n for n in named]
        step = Decimal(self.layout.step) if self.layout.step else None
        self.columns = [Column(name, None if name == TIME else step) for name in seconds]

    def _headed(self, count: int) -> list[str]:
        """Names in the line above the numbers; one column may have a name of several words."""
        if count == 1:
            return [self.heading]
        return self._cells(self.heading) if self.heading else []

    def _cells(self, line: str) -> list[str]:
        if not self.separator:
            self.separator = next((each for each in SEPARATORS if each in line), " ")
            # "1,5;2,5": the comma is the point
            self.comma = self.separator in ";\t" and "," in line and "." not in line
        elif self.separator in ";\t" and "," in line and "." not in line:
            self.comma = True
        parts = line.split() if self.separator == " " else line.split(self.separator)
        cells = [part.strip().strip('"') for part in parts]
        return [cell.replace(",", ".") for cell in cells] if self.comma else cells


def _rate(
    name: str, layout: Layout, columns: list[Column]
) -> tuple[float, NDArray[np.int64] | None]:
    """The sampling rate, and where each row belongs if there is a time column."""
    clock = next((column for column in columns if column.name == TIME), None)
    said = layout.sampling_rate_hz
    if clock is None:
        if said is None:
            raise Unreadable(
                "sampling-rate", name, gettext_noop("sampling rate"),
                gettext_noop("a table does not say it"),
                gettext_noop("State the sampling rate, or name the column of seconds “time”."),
            )  # fmt: skip
        return said, None
    seconds = clock.values()
    if clock.gaps or len(seconds) < 2 or (np.diff(seconds) <= 0).any():
        raise not_a_number(name, gettext_noop("time column"), "")
    rate = said or round(float(1 / np.median(np.diff(seconds))), 6)
    places = (seconds - seconds[0]) * rate
    whole = np.rint(places).astype(np.int64)
    uneven = np.abs(places - whole).max() > EVEN or (np.diff(whole) <= 0).any()
    if uneven or whole[-1] > MOST_ROWS:
        raise Unreadable(
            "time", name, gettext_noop("time column"),
            gettext_noop("the rows are not %(rate)s to a second"),
            gettext_noop("State the true sampling rate, or export evenly spaced rows."),
            rate=f"{rate:g}",
        )  # fmt: skip
    return rate, whole


def _placed(
    whole: NDArray[np.int64], missing: BoolArray | None, places: NDArray[np.int64]
) -> tuple[NDArray[np.int64], BoolArray | None]:
    """Rows at their times; what lies between was not measured."""
    if len(places) == places[-1] + 1:
        return whole, missing
    out, gaps = np.zeros(places[-1] + 1, np.int64), np.ones(places[-1] + 1, bool)
    out[places] = whole
    gaps[places] = False if missing is None else missing
    return out, gaps


def _row(file: str, number: int, what: str, **given: object) -> Unreadable:
    return Unreadable(
        "row", file, gettext_noop("line %(number)s"), what,
        gettext_noop("Correct the line, or describe the columns."), number=number, **given,
    )  # fmt: skip
