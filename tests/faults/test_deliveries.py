"""Chunks twice, late and shuffled, over several connections: the samples are the device's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.faults import checker, stored, tapes
from tests.faults.checker import Part, Played
from tests.faults.gateways import Dropping
from tests.faults.patches import TAKEN, Patch, let_in
from tests.faults.set_up import make
from tests.faults.stage import Stage
from tests.faults.witness import Witness

LANES = 3
RELAXED = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def deliveries(pick):
    """Lengths of the chunks, and for each lane which of them it brings, in which order."""
    lengths = pick(st.lists(st.integers(1, 400), min_size=1, max_size=12))
    numbers = list(range(len(lengths)))
    again = pick(st.lists(st.sampled_from(numbers), max_size=10))
    order = pick(st.permutations(numbers + again))
    lanes: list[list[int]] = [[] for _ in range(LANES)]
    for number in order:
        lanes[pick(st.integers(0, LANES - 1))].append(number)
    return lengths, lanes


@dataclass
class Post:
    """Brings the chunks of one device to a stage."""

    stage: Stage
    device: dict[str, str]
    tape: np.ndarray
    witness: Witness
    patches: list[Patch]

    def deliver(self, lengths, lanes):
        """Every chunk into a new recording, all lanes at once; what the checker finds."""
        recording = self.patches[0].opened()
        firsts = np.cumsum([0, *lengths]).tolist()

        def bring(lane):
            patch, numbers = lane
            for seq in numbers:
                chunk = (recording, seq, firsts[seq], self.tape[firsts[seq] : firsts[seq + 1]])
                assert let_in(partial(patch.put, *chunk)).status in TAKEN

        with ThreadPoolExecutor(LANES) as threads:
            list(threads.map(bring, zip(self.patches, lanes, strict=True)))
        return self._verdict(recording, firsts[-1])

    def _verdict(self, recording, end):
        promises = [one for one in self.witness.chunks_so_far() if one.recording == recording]
        with self.stage.connect() as connection:
            found = stored.of_devices(connection, [self.device["id"]])
        played = Played(self.device["id"], self.tape[:end], [Part(recording, 0)])
        return checker.chunks_here(promises, found) + checker.tape_here(played, found)


@contextmanager
def post(stage: Stage, folder: Path, upstream: str) -> Iterator[Post]:
    """Somebody who brings chunks through ``upstream``."""
    (person,) = make(stage, ("wearer", {"given": "Mailed"}))
    (device,) = person["devices"]
    tape = tapes.make(folder / "tape.npy", 1, seed=7)
    with Witness(upstream, folder / "truth.jsonl") as witness:
        patches = [Patch(device, witness.base_url) for _ in range(LANES)]
        yield Post(stage, device, tape, witness, patches)
        for patch in patches:
            patch.close()


def test_every_chunk_is_there_once_however_it_came(calm, tmp_path):
    with post(calm, tmp_path, calm.base_url) as honest:

        @RELAXED
        @given(delivery=deliveries())
        def brought(delivery):
            verdict = honest.deliver(*delivery)
            assert verdict.clean, verdict

        brought()


def test_it_finds_a_gateway_that_answers_for_what_it_drops(calm, tmp_path):
    with (
        Dropping(calm.base_url) as dropping,
        post(calm, tmp_path, dropping.base_url) as spoilt,
    ):

        @settings(RELAXED, phases=[Phase.generate])
        @given(delivery=deliveries())
        def brought(delivery):
            verdict = spoilt.deliver(*delivery)
            assert verdict.clean, verdict

        with pytest.raises(AssertionError, match="lost"):
            brought()
