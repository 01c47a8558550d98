"""The whole matrix asked once, and which checks it would miss if they said the opposite.

Whom a check refuses, it lets in alike when it says the opposite and when it is gone: a check whose
loss would open something that is asked here is noticed when it is turned round.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from django.db import transaction

from tests.access.cells import Cell, answered, cells, complaints
from tests.access.conditions import watched
from tests.access.locks import GUARDED, Gate, Lock, gated
from tests.access.offers import Offer, about_first, amiss, closed, offers, ways
from tests.access.paths import path_of
from tests.access.routes import table
from tests.access.world import World, made

MOST_TRIED = 4
MOST_FAR = 24


@dataclass
class Round:
    """What came of asking.

    Attributes:
        world: The house.
        gate: Where every check passes through.
        problems: By address, what was not as the table says.
        shut: By check, some questions that are to be refused and came to it.
        open: By check, some that are to be answered and came to it.
        every: By check, every question that came to it.
        offered: Who is offered what by some page about the first patient: as ``ways`` has it.
    """

    world: World
    gate: Gate
    problems: dict[str, list[str]] = field(default_factory=dict)
    shut: defaultdict[Lock, list[Cell]] = field(default_factory=lambda: defaultdict(list))
    open: defaultdict[Lock, list[Cell]] = field(default_factory=lambda: defaultdict(list))
    every: defaultdict[Lock, dict[Cell, None]] = field(default_factory=lambda: defaultdict(dict))
    offered: set[tuple[str, str, str]] = field(default_factory=set)

    def of(self, address: str) -> list[str]:
        """What is wrong at an address; it is asked once."""
        if address not in self.problems:
            asked = dict.fromkeys(cells(address))
            found = [each for cell in asked for each in self._asked(cell)]
            self.problems[address] = found
        return self.problems[address]

    def whole(self) -> "Round":
        """Every address asked, in the order in which the tests ask one by one."""
        for address in sorted(table()):
            self.of(address)
        return self

    def _asked(self, cell: Cell) -> list[str]:
        self.gate.seen.clear()
        found, offered = self._answer(cell)
        self.offered |= {(cell.who, *each.way) for each in about_first(cell, offered)}
        for lock in self.gate.seen:
            self.every[lock][cell] = None
            known = (self.open if cell.is_open else self.shut)[lock]
            if len(known) < MOST_TRIED and cell.who not in [each.who for each in known[1:]]:
                known.append(cell)
        return found

    def _answer(self, cell: Cell) -> tuple[list[str], set[Offer]]:
        """What is wrong with an answer, and what it offers."""
        answer, sent = answered(self.world, cell)
        found = complaints(self.world, cell, answer, sent)
        if cell.method != "GET":
            return found, set()
        offered = offers(self.world, answer, path_of(self.world, cell))
        wrong = closed(cell, offered) + amiss(cell, offered)
        return found + [f"{cell}: {each}" for each in wrong], offered

    @property
    def asked(self) -> list[Lock]:
        """Every check that a question came to."""
        return sorted({*self.shut, *self.open}, key=str)

    @property
    def unasked(self) -> list[str]:
        """Checks that no question came to, and views behind ``@requires`` that none did."""
        reached = set(self.asked)
        views = self.gate.guarded - {lock.view for lock in reached}
        checks = {lock for lock in self.gate.locks if lock.inside != GUARDED} - reached
        return sorted({*views, *(lock.key for lock in checks)})

    def is_noticed(self, lock: Lock) -> bool:
        """Whether the matrix notices that a check says the opposite."""
        with self.gate.turning(lock):
            return any(self._answer(cell)[0] for cell in self._likely_first(lock))

    def _likely_first(self, lock: Lock) -> Iterable[Cell]:
        """The questions that came to a check: some of each kind and of each address, then all."""
        each: dict[tuple[str, str], Cell] = {}
        for cell in self.every[lock]:
            each.setdefault((cell.method, cell.address), cell)
        some = [*self.open[lock], *self.shut[lock], *_spread(each.values(), MOST_FAR)]
        return dict.fromkeys([*some, *self.every[lock]])

    def hidden(self) -> list[str]:
        """What somebody may do on a page, and no page offers."""
        hidden = [way for way in ways() if way not in self.offered]
        return [f"{who} may {method} {address}" for who, address, method in hidden]


def _spread(cells: Iterable[Cell], most: int) -> list[Cell]:
    """About so many of them, evenly."""
    known = list(cells)
    return known[:: max(1, len(known) // most)]


@contextmanager
def house() -> Iterator[Round]:
    """Two clinics, in one transaction that is taken back at the end; every check is watched."""
    with transaction.atomic():
        world = made()
        # Browsers of tests copy the context of each template that a page is made of.
        copying = patch("django.test.client.store_rendered_templates", new=lambda *_, **__: None)
        with gated() as gate, watched(gate), copying:
            yield Round(world, gate)
        transaction.set_rollback(True)
