"""Fifty write one record at the same moment: whose change is answered for, stands."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.faults import checker, stored
from tests.faults.patches import TOGETHER_WITHIN_S, Patch, let_in
from tests.faults.set_up import make
from tests.faults.witness import Witness
from tests.faults.writers import OnThePage, OverFhir, together, words_here

WRITERS = 50
CARELESS_WRITERS = 12
SAVED = {200, 302}
NEWER = {409, 412}


@pytest.fixture(scope="module")
def kinds(calm):
    """For each kind of writer, one more of it for a patient."""
    signed = make(calm, ("token", {}), ("session", {}))
    where = calm.base_url
    token, cookie = signed[0]["token"], signed[1]["cookie"]
    return {
        "FHIR with If-Match": lambda who: OverFhir(where, token, who["given"].lower()),
        "FHIR without": lambda who: OverFhir(where, token, who["given"].lower(), careful=False),
        "the page": lambda who: OnThePage(where, cookie, who["patient"]),
        "the page, in haste": lambda who: OnThePage(where, cookie, who["patient"], hasty=True),
    }


@pytest.fixture
def written(calm, kinds):
    """What so many writers of a kind were told, and the words that stand there in the end."""

    def write(kind, count):
        (person,) = make(calm, ("wearer", {"given": "Shared"}))
        writers = [kinds[kind](person) for _ in range(count)]
        try:
            told = together(writers, lambda number: f"w{number:02}")
            return told, writers[0].words()
        finally:
            for writer in writers:
                writer.ask.close()

    return write


def saved(told):
    return [word for word, status in told.items() if status in SAVED]


@pytest.mark.parametrize("kind", ["FHIR with If-Match", "the page"])
def test_of_fifty_one_is_saved_and_the_others_told(written, kind):
    told, standing = written(kind, WRITERS)
    statuses = Counter(told.values())
    assert sum(statuses[status] for status in SAVED) == 1, statuses
    assert sum(statuses[status] for status in NEWER) == WRITERS - 1, statuses
    verdict = words_here(saved(told), standing)
    assert verdict.clean, verdict


@pytest.mark.parametrize("kind", ["FHIR without", "the page, in haste"])
def test_it_finds_what_writers_lose_who_do_not_look(written, kind):
    told, standing = written(kind, CARELESS_WRITERS)
    assert words_here(saved(told), standing).lost


def test_of_fifty_chunks_with_one_number_one_is_stored(calm, tmp_path):
    (person,) = make(calm, ("wearer", {"given": "Crowded"}))
    (device,) = person["devices"]
    with Witness(calm.base_url, tmp_path / "truth.jsonl") as witness:
        patches = [Patch(device, witness.base_url) for _ in range(WRITERS)]
        recording = patches[0].opened()
        begun = threading.Barrier(WRITERS, timeout=TOGETHER_WITHIN_S)

        def put(number):
            begun.wait()
            samples = np.full(100, number, np.int16)
            return let_in(lambda: patches[number].put(recording, 0, 0, samples)).status

        with ThreadPoolExecutor(WRITERS) as threads:
            statuses = Counter(threads.map(put, range(WRITERS)))
        promises = witness.chunks_so_far()
        for patch in patches:
            patch.close()
    assert statuses == {201: 1, 409: WRITERS - 1}
    with calm.connect() as connection:
        found = stored.of_devices(connection, [device["id"]])
    assert checker.chunks_here(promises, found).clean
    assert len(promises) == 1
