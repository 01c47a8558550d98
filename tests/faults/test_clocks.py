"""Clocks that are wrong: the device's, the server's, one that is set back in the middle."""

import time

import pytest

from tests.faults import checker, stored
from tests.faults.patches import Patch, Steady
from tests.faults.set_up import make
from tests.faults.witness import Witness

HOUR = 3600.0
DAY = 24 * HOUR
CHUNKS = 12
SHIFTED = "tests.faults.shifted"
OFFSETS = """
SELECT c.seq, c.clock_offset_ms FROM vitals_chunkreceipt c
JOIN vitals_recording r ON r.id = c.recording_id WHERE r.device_id = %s ORDER BY c.seq
"""
IN_ORDER = """
SELECT array_agg(c.seq ORDER BY c.arrived_at) FROM vitals_chunkreceipt c
JOIN vitals_recording r ON r.id = c.recording_id WHERE r.device_id = %s
"""


class Worn:
    """A device at work on a stage, with a clock that a test sets.

    Attributes:
        behind_s: By how much its clock is behind the true time.
    """

    def __init__(self, stage, folder):
        (person,) = make(stage, ("wearer", {"given": "Wrong"}))
        (self.device,) = person["devices"]
        self.stage, self.behind_s = stage, 0.0
        self.truth = folder / "truth.jsonl"

    def send(self, *behind_s, says_the_truth=True, between=lambda: None):
        """Some chunks with each of these clocks, one after the other; what is there then."""
        with Witness(self.stage.base_url, self.truth) as witness:
            patch = Patch(self.device, witness.base_url, clock=lambda: time.time() - self.behind_s)
            if not says_the_truth:
                patch.says = time.time
            steady = Steady(patch, seed=11)
            for turn, self.behind_s in enumerate(behind_s):
                if turn:
                    between()
                steady.send(CHUNKS)
            patch.close()
            return self._verdict(steady.played, witness.chunks_so_far())

    def _verdict(self, played, promises):
        with self.stage.connect() as connection:
            found = stored.of_devices(connection, [self.device["id"]])
        return checker.chunks_here(promises, found) + checker.tape_here(played, found)

    def asked(self, query):
        with self.stage.connect() as connection:
            return connection.execute(query, [self.device["id"]]).fetchall()


@pytest.mark.parametrize(
    "clocks",
    [(DAY,), (-3 * HOUR,), (0.0, HOUR), (0.0, -400 * DAY, 0.0)],
    ids=["a day behind", "hours ahead", "set back on the way", "a year ahead for a while"],
)
def test_a_device_with_a_wrong_clock_is_charted_where_it_was_worn(calm, tmp_path, clocks):
    worn = Worn(calm, tmp_path)
    verdict = worn.send(*clocks)
    assert verdict.clean, verdict
    offsets = [offset for _, offset in worn.asked(OFFSETS)]
    expected = [1000 * clock for clock in clocks for _ in range(CHUNKS)]
    assert offsets == pytest.approx(expected, abs=60_000)


def test_it_finds_a_device_that_lies_about_its_clock(calm, tmp_path):
    assert Worn(calm, tmp_path).send(3 * DAY, says_the_truth=False).changed


def test_a_server_whose_clock_was_wrong_and_is_set_right_loses_nothing(make_stage, tmp_path):
    stage = make_stage(doors=False)
    stage.open_doors(SHIFTED, SHIFT_S=str(DAY))
    worn = Worn(stage, tmp_path)

    def set_right():
        stage.close_doors()
        stage.open_doors()

    verdict = worn.send(0.0, 0.0, between=set_right)
    assert verdict.clean, verdict
    (order,) = worn.asked(IN_ORDER)[0]
    assert order != sorted(order), "its clock was never wrong"
