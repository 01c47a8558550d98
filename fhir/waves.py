"""Files in parts of bounded size, what others point to before what points to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from fhir.definitions import RESOURCE_TYPES
from fhir.errors import Malformed
from fhir.files import LINES_AT_ONCE, Item, batches, is_ndjson, lines, parsed
from fhir.registry import mapping, native_types
from fhir.writing.saving import depth, targets

# The first that a line says of its type; resources within it come later as a rule, and if not,
# the line is only taken in at another turn.
TYPE = re.compile(rb'"resourceType"\s*:\s*"(\w{1,64})"')
LAST = 99


@dataclass(frozen=True)
class Part:
    """What goes into one transaction: a whole file, or lines of one with their numbers.

    ``trouble`` is why no more lines of the file can be read.
    """

    path: Path
    lines: tuple[tuple[int, bytes], ...] = ()
    trouble: Malformed | None = None

    def items(self) -> list[Item]:
        """Its entries.

        Raises:
            Malformed: it cannot be read.
        """
        if self.trouble is not None:
            raise self.trouble
        return parsed(self.lines) if self.lines else next(batches(self.path))


def waves(paths: list[Path]) -> Iterator[Iterator[Part]]:
    """Parts that may be taken in at the same time, wave after wave.

    Files of lines are read once for each wave, so that they may be of any size.
    """
    yield (Part(path) for path in paths if not is_ndjson(path))
    files = [path for path in paths if is_ndjson(path)]
    turns = _turns()
    for turn in sorted({*turns.values(), LAST}) if files else ():
        yield (part for path in files for part in _parts(path, turn, turns))


def _turns() -> dict[str, int]:
    """The types that foreign keys point to, and in which turn they come."""
    models = {kind: mapping(kind).model for kind in native_types()}
    pointed_to = {target for model in models.values() for target in targets(model)}
    return {kind: depth(model) for kind, model in models.items() if model in pointed_to}


def _parts(path: Path, turn: int, turns: dict[str, int]) -> Iterator[Part]:
    due = ((n, line) for n, line in lines(path) if turns.get(_type(line), LAST) == turn)
    try:
        while part := tuple(islice(due, LINES_AT_ONCE)):
            yield Part(path, part)
    except Malformed as trouble:
        if turn == LAST:  # said once
            yield Part(path, (), trouble)


def _type(line: bytes) -> str:
    match = TYPE.search(line)
    kind = match[1].decode() if match else ""
    return kind if kind in RESOURCE_TYPES else ""
