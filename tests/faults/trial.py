"""A whole trial: a house, devices, another system, kills, and the question what is there."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ehr_project.database.processes import until
from ehr_project.pytest_parts import node
from tests.faults import checker, remote, stored
from tests.faults.checker import Expected, Played, Verdict
from tests.faults.devices import Cuff, Doctor, Wearer
from tests.faults.kills import Kill, Killer
from tests.faults.set_up import make
from tests.faults.witness import Witness
from tests.fhir_server import fixture
from tests.fhir_server.fixture import Remote
from tests.house import House, running_house
from tests.stand_in.server import StandIn

WEARABLES = 2
# Outside demo mode the operator names the networks that may receive records.
# Its doctor signs in by password alone: the second factor is tried elsewhere.
TOLD = {"CHARTWAVE_SYNC_NETWORKS": "127.0.0.0/8", "CHARTWAVE_SECOND_FACTOR": "0"}
SETTLED_WITHIN_S = 1800.0
PLAYED_WITHIN_S = 1800.0


@dataclass(frozen=True)
class Outcome:
    """What one round of kills left behind.

    Attributes:
        kills: What was killed when.
        acknowledged: How many chunks and readings the house answered for.
        settled: Whether the worker read and sent all of it in time.
        here: What the house holds.
        there: What the other system holds.
        repeated: Resources that were sent again though nothing in them had changed.
        refused: What the wearables were refused.
    """

    kills: list[Kill]
    acknowledged: int
    settled: bool
    here: Verdict
    there: Verdict
    repeated: int
    refused: list[str]


@dataclass
class Trial:
    """A house, and another system that receives what its patients have."""

    house: House
    remote: Remote
    witness: Witness
    doctor: Doctor
    folder: Path
    expected: list[Expected] = field(default_factory=list)
    rounds: int = 0

    def round(self, seed: int, kills: int) -> Outcome:
        """Kill so many times while two wearables and a cuff send; then let all settle and look."""
        rng = random.Random(seed)
        before = self.witness.promises
        self.rounds += 1
        wanted = {
            "given": f"Round{self.rounds}",
            "devices": WEARABLES + 1,
            "send_to": self.remote.base_url,
        }
        (person,) = make(self.house, ("wearer", wanted))
        *patches, scale = person["devices"]
        wearers = [
            Wearer(one, self.witness.base_url, self.folder / f"round-{self.rounds}", seed=seed + n)
            for n, one in enumerate(patches)
        ]
        cuff = Cuff(scale, self.witness.base_url, self.doctor, first=1000 * self.rounds)
        killer = Killer(
            self.house,
            rng,
            lambda: self.witness.promises - before,
            lambda promises, seconds: self.witness.wait_for(before + promises, seconds),
        )
        killer.victims["a wearable"] = lambda *_: rng.choice(wearers).pids
        for one in (*wearers, cuff):
            one.start()
        try:
            killer.run(kills)
            at_the_last = killer.done[-1].promises
            assert killer.wait_for(at_the_last + 1, PLAYED_WITHIN_S), "no work after the last kill"
            self._come_to_an_end(wearers, cuff)
        finally:
            for one in wearers:
                one.end()
            cuff.close()
        return self._looked_at(person, wearers, cuff, killer.done, before)

    def _come_to_an_end(self, wearers: list[Wearer], cuff: Cuff) -> None:
        for one in (*wearers, cuff):
            one.last.set()
        for one in (*wearers, cuff):
            one.join(PLAYED_WITHIN_S)
            assert not one.is_alive(), f"{one.device['serial']} did not come to its end"

    def _looked_at(
        self, person: Any, wearers: list[Wearer], cuff: Cuff, kills: list[Kill], before: int
    ) -> Outcome:
        ids = [one["id"] for one in person["devices"]]
        played = [one for wearer in wearers for one in wearer.played]
        self.house.wait_ready()
        settled = until(lambda: self._is_settled(ids, person["target"]), SETTLED_WITHIN_S)
        with self.house.connect() as connection:
            found = stored.of_devices(connection, ids)
            summaries = connection.execute(SUMMARIES, [ids]).fetchall()
            readings = connection.execute(READINGS, [ids]).fetchall()
        here = self._here(played, found, cuff, readings)
        self.expected += remote.expected_person(person)
        self.expected += [one for tape in played for one in remote.expected_pieces(tape)]
        self.expected += [remote.expected_reading(value) for value in cuff.accepted]
        self.expected += remote.expected_summaries(summaries)
        there = checker.there(self.expected, remote.standing(self.remote))
        return Outcome(
            kills,
            self.witness.promises - before,
            settled,
            here,
            there,
            len(remote.repeated(self.remote)),
            [words for wearer in wearers for words in wearer.refused],
        )

    def _here(
        self,
        played: list[Played],
        found: dict[str, stored.Stored],
        cuff: Cuff,
        readings: list[tuple[str, str]],
    ) -> Verdict:
        mine = {part.recording for one in played for part in one.parts}
        chunks = [one for one in self.witness.chunks if one.recording in mine]
        weights = [one for one in self.witness.readings if one.value in set(cuff.accepted)]
        verdict = checker.chunks_here(chunks, found) + checker.recordings_here(played, found)
        for one in played:
            verdict += checker.tape_here(one, found)
        return verdict + checker.readings_here(weights, readings)

    def _is_settled(self, ids: list[str], target: str) -> bool:
        """The worker has read and sent all of it."""
        with self.house.connect() as connection:
            row = connection.execute(SETTLED, {"devices": ids, "target": target}).fetchone()
        return bool(row and all(row))


READINGS = """
SELECT id::text, value::text FROM patients_observation
WHERE device = ANY(SELECT 'Device/' || fhir_id FROM vitals_device WHERE id = ANY(%s::uuid[]))
  AND value IS NOT NULL
"""
SUMMARIES = """
SELECT o.source, o.components FROM patients_observation o
JOIN vitals_recording r ON o.source = 'urn:uuid:' || r.id
WHERE r.device_id = ANY(%s::uuid[])
"""
# All read: no job left but packing, which waits until samples have settled, and the chart says what
# the last reading does. All sent: the Changes are read, nothing waits, every sample went.
SETTLED = """
WITH mine AS (SELECT id FROM vitals_recording WHERE device_id = ANY(%(devices)s::uuid[]))
SELECT
  NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
    AND coalesce(scheduled_at, now()) < now() + interval '1 minute'
    AND args ->> 'recording_id' IN (SELECT id::text FROM mine)),
  NOT EXISTS (SELECT 1 FROM mine WHERE NOT EXISTS (
    SELECT 1 FROM vitals_analysis a WHERE a.recording_id = mine.id AND a.charted)),
  (SELECT seq FROM vitals_synccursor WHERE target_id = %(target)s)
    >= (SELECT max(seq) FROM fhir_change),
  NOT EXISTS (SELECT 1 FROM vitals_syncpending WHERE target_id = %(target)s),
  (SELECT coalesce(sum(sent_version), 0) FROM vitals_syncreceipt
     WHERE target_id = %(target)s AND recording_id IN (SELECT id FROM mine))
    >= (SELECT coalesce(sum(n_samples), 0) FROM vitals_waveformchunk
     WHERE recording_id IN (SELECT id FROM mine))
"""


@contextmanager
def another_system() -> Iterator[Remote]:
    """The FHIR server that nobody here wrote; without Node our stand-in."""
    with ExitStack() as stack:
        if node():
            yield stack.enter_context(fixture.running())
        else:
            yield Remote(stack.enter_context(StandIn()).base_url)


@contextmanager
def trial() -> Iterator[Trial]:
    """Everything that a trial needs, ended and removed afterwards."""
    with ExitStack() as stack:
        system = stack.enter_context(another_system())
        house = stack.enter_context(running_house(demo=False, environment=TOLD))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        witness = Witness(house.base_url, folder / "truth.jsonl")
        stack.enter_context(witness)
        (account,) = make(house, ("doctor", {}))
        doctor = stack.enter_context(closing(Doctor(account, house.base_url)))
        yield Trial(house, system, witness, doctor, folder)
