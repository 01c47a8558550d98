"""What the checker says about invented stories, each with one thing wrong."""

import numpy as np
import pytest

from tests.faults import checker, remote
from tests.faults.checker import Expected, Part, Played
from tests.faults.stored import Block, Receipt, Stored
from tests.faults.witness import ChunkPromise, ReadingPromise

TAPE = np.arange(40, dtype=np.int16)
PLAYED = Played("patch", TAPE, [Part("rec", 0)])
PROMISES = [ChunkPromise("rec", seq, 10 * seq, f"hash {seq}") for seq in range(4)]
WEIGHT = {
    "resourceType": "Observation",
    "status": "final",
    "valueQuantity": {"value": 70.1, "code": "kg"},
}


def block(seq, tape=TAPE, charted=True):
    return Block(10 * seq, tape[10 * seq : 10 * seq + 10].reshape(-1, 1), charted)


def kept(*seqs, **more):
    receipts = [Receipt(seq, f"hash {seq}", 10 * seq, 10) for seq in seqs]
    return {"rec": Stored("rec", "patch", receipts, [block(seq, **more) for seq in seqs])}


def test_a_whole_recording_is_clean():
    assert checker.chunks_here(PROMISES, kept(0, 1, 2, 3)).clean
    assert checker.tape_here(PLAYED, kept(0, 1, 2, 3)).clean


def test_a_chunk_without_receipt_is_lost():
    assert checker.chunks_here(PROMISES, kept(0, 1, 3)).lost == ["chunk 2 of rec"]


def test_a_lost_recording_loses_its_chunks():
    assert len(checker.chunks_here(PROMISES, {}).lost) == 4


def test_a_receipt_without_samples_is_lost():
    stored = kept(0, 1, 2, 3)
    del stored["rec"].blocks[2]
    assert checker.chunks_here(PROMISES, stored).lost == ["samples of chunk 2 of rec"]


def test_two_receipts_for_one_number_are_doubled():
    assert checker.chunks_here(PROMISES, kept(0, 1, 1, 2, 3)).doubled


def test_a_receipt_of_other_bytes_is_changed():
    stored = kept(0, 1, 2, 3)
    stored["rec"].receipts[1] = Receipt(1, "other", 10, 10)
    assert checker.chunks_here(PROMISES, stored).changed == ["the receipt of chunk 1 of rec"]


def test_a_hole_in_the_tape_is_lost():
    assert checker.tape_here(PLAYED, kept(0, 1, 3)).lost == [
        "10 samples lost of the tape of patch, first at 20"
    ]


def test_samples_stored_in_two_recordings_are_doubled():
    again = Played("patch", TAPE, [Part("rec", 0), Part("next", 20)])
    stored = kept(0, 1, 2) | {"next": Stored("next", "patch", [], [block(0), block(1)])}
    assert checker.tape_here(again, stored).doubled


def test_one_other_sample_is_changed():
    other = TAPE.copy()
    other[17] += 1
    assert checker.tape_here(PLAYED, kept(0, 1, 2, 3, tape=other)).changed == [
        "1 samples changed of the tape of patch, first at 17"
    ]


def test_samples_outside_the_chart_are_reported():
    assert checker.tape_here(PLAYED, kept(0, 1, 2, 3, charted=False)).changed


def test_a_recording_that_no_device_knows_is_doubled():
    stored = kept(0) | {"stray": Stored("stray", "patch")}
    assert checker.recordings_here([PLAYED], stored).doubled


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("a", "70.1")], (0, 0, 0)),
        ([], (1, 0, 0)),
        ([("a", "70.1"), ("b", "70.1")], (0, 1, 0)),
        ([("a", "70.2")], (0, 0, 1)),
    ],
)
def test_a_reading_is_there_once(rows, found):
    verdict = checker.readings_here([ReadingPromise("a", "c", "70.1")], rows)
    assert (len(verdict.lost), len(verdict.doubled), len(verdict.changed)) == found


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        ([WEIGHT], (0, 0, 0)),
        ([], (1, 0, 0)),
        ([WEIGHT, WEIGHT | {"id": "other"}], (0, 1, 0)),
        ([WEIGHT | {"status": "preliminary"}], (0, 0, 1)),
        ([WEIGHT, WEIGHT | {"valueQuantity": {"value": 71, "code": "kg"}}], (0, 1, 0)),
    ],
)
def test_a_resource_is_at_the_other_system_once(standing, found):
    expected = [remote.expected_reading("70.100")]
    verdict = checker.there(expected, map(remote.read, standing))
    assert (len(verdict.lost), len(verdict.doubled), len(verdict.changed)) == found


def test_a_piece_with_another_sample_is_changed():
    (expected,) = remote.expected_pieces(PLAYED)
    other = Expected(expected.key, (expected.content[0] + " 7", *expected.content[1:]))
    (found,) = checker.there([expected], [other]).changed
    assert found.startswith("piece rec/0: ")
