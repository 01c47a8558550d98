"""Two senders with one key, each with samples of its own: one is believed, the other kept aside."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.faults import checker, stored, tapes
from tests.faults.gateways import Gullible
from tests.faults.patches import CHUNK_SAMPLES, TAKEN, TOGETHER_WITHIN_S, Patch, let_in
from tests.faults.set_up import make
from tests.faults.witness import Witness

CLONES = 2
CHUNKS = 30
CONFLICTS = """
SELECT c.seq, encode(c.sha256, 'hex') FROM vitals_chunkconflict c
JOIN vitals_recording r ON r.id = c.recording_id WHERE r.device_id = %s
"""


class Twins:
    """What two senders that hold one key and one recording were answered, chunk by chunk."""

    def __init__(self, stage, folder, upstream):
        (person,) = make(stage, ("wearer", {"given": "Twin"}))
        (self.device,) = person["devices"]
        self.folder, self.began = folder, time.time()
        with Witness(upstream, folder / "truth.jsonl") as witness:
            began = threading.Barrier(CLONES, timeout=TOGETHER_WITHIN_S)
            with ThreadPoolExecutor(CLONES) as threads:
                sends = [
                    threads.submit(self._send, witness.base_url, n, began) for n in range(CLONES)
                ]
            self.answers = [send.result() for send in sends]
            self.promises = witness.chunks_so_far()
        with stage.connect() as connection:
            self.stored = stored.of_devices(connection, [self.device["id"]])
            self.aside = connection.execute(CONFLICTS, [self.device["id"]]).fetchall()

    def _send(self, server, number, began):
        patch = Patch(self.device, server)
        tape = tapes.make(self.folder / f"{number}.npy", 1, seed=number)
        recording = patch.opened("the one recording", self.began)
        answers = []
        for seq in range(CHUNKS):
            began.wait()
            first = seq * CHUNK_SAMPLES
            chunk = (recording, seq, first, tape[first : first + CHUNK_SAMPLES])
            answers.append(let_in(partial(patch.put, *chunk)))
        patch.close()
        return answers


@pytest.fixture(scope="module")
def twins(calm, tmp_path_factory):
    return Twins(calm, tmp_path_factory.mktemp("twins"), calm.base_url)


def test_both_write_into_one_recording(twins):
    assert len(twins.stored) == 1


def test_of_each_number_one_is_taken_and_the_other_refused_in_words(twins):
    for one, other in zip(*twins.answers, strict=True):
        refused = one if one.status not in TAKEN else other
        assert sorted({one.status, other.status}) == [201, 409]
        assert json.loads(refused.body)["code"] == "chunk-conflict"


def test_what_was_taken_is_there_and_nothing_of_the_other_in_it(twins):
    assert checker.chunks_here(twins.promises, twins.stored).clean
    assert len(twins.promises) == CHUNKS


def test_what_was_refused_is_kept_aside(twins):
    taken = {promise.sha256 for promise in twins.promises}
    assert sorted(seq for seq, _ in twins.aside) == list(range(CHUNKS))
    assert not taken & {digest for _, digest in twins.aside}


def test_it_finds_a_gateway_that_tells_both_they_were_taken(calm, tmp_path):
    with Gullible(calm.base_url) as gullible:
        twins = Twins(calm, tmp_path, gullible.base_url)
    assert len(checker.chunks_here(twins.promises, twins.stored).changed) == CHUNKS
