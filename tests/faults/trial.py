"""A whole trial: a house, devices, another system, kills, and the question what is there."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ehr_project.database.processes import until
from ehr_project.pytest_parts import node
from tests.faults import checker, remote, stored
from tests.faults.checker import Expected, Verdict
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
LOOPBACK_MAY_RECEIVE = {"CHARTWAVE_SYNC_NETWORKS": "127.0.0.0/8"}
SETTLED_WITHIN_S = 180.0
PLAYED_WITHIN_S = 180.0


@dataclass(frozen=True)
class Outcome:
    """What one round of kills left behind."""

    kills: list[Kill]
    here: Verdict
    there: Verdict
    repeated: int
    refused: list[str]


@dataclass
class Trial:
    """A house with another system that receives what the proving ground's patients have."""

    house: House
    remote: Remote
    witness: Witness
    doctor: Doctor
    target: str
    folder: Path
    expected: list[Expected] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    rounds: int = 0

    def round(self, seed: int, kills: int) -> Outcome:
        """Kill so many times while two wearables and a cuff send; then let all settle and look."""
        rng = random.Random(seed)
        self.rounds += 1
        wanted = {"given": f"Round{self.rounds}", "devices": WEARABLES + 1}
        (person,) = make(self.house, ("wearer", wanted))
        *patches, scale = person["devices"]
        ids = [one["id"] for one in person["devices"]]
        wearers = [
            Wearer(one, self.witness.base_url, self.folder / f"round-{self.rounds}", seed=seed + n)
            for n, one in enumerate(patches)
        ]
        cuff = Cuff(scale, self.witness.base_url, self.doctor, first=1000 * self.rounds)
        killer = Killer(self.house, rng, lambda: self.witness.promises, self.witness.wait_for)
        killer.victims["a wearable"] = lambda *_: rng.choice(wearers).pids
        for one in (*wearers, cuff):
            one.start()
        try:
            killer.run(kills)
            self._come_to_an_end(wearers, cuff)
        finally:
            cuff.last.set()
            for one in wearers:
                one.end()
        return self._looked_at(person, ids, wearers, cuff, killer.done)

    def _come_to_an_end(self, wearers: list[Wearer], cuff: Cuff) -> None:
        for one in (*wearers, cuff):
            one.last.set()
        for one in (*wearers, cuff):
            one.join(PLAYED_WITHIN_S)
            assert not one.is_alive(), f"{one.device['serial']} did not come to its end"

    def _looked_at(
        self, person: Any, ids: list[str], wearers: list[Wearer], cuff: Cuff, kills: list[Kill]
    ) -> Outcome:
        played = [one for wearer in wearers for one in wearer.played]
        self.house.wait_ready()
        self.settle(ids)
        with self.house.connect() as connection:
            found = stored.of_devices(connection, ids)
            summaries = connection.execute(SUMMARIES, [ids]).fetchall()
            readings = connection.execute(READINGS, [ids]).fetchall()
        mine = {part.recording for one in played for part in one.parts}
        promised = [one for one in self.witness.chunks if one.recording in mine]
        values = set(cuff.accepted)
        here = checker.chunks_here(promised, found) + checker.recordings_here(played, found)
        for one in played:
            here += checker.tape_here(one, found)
        here += checker.readings_here(
            [one for one in self.witness.readings if one.value in values], readings
        )
        self.expected += remote.expected_person(person)
        self.expected += [one for tape in played for one in remote.expected_pieces(tape)]
        self.expected += [remote.expected_reading(value) for value in cuff.accepted]
        self.expected += remote.expected_summaries(summaries)
        there = checker.there(self.expected, remote.standing(self.remote))
        refused = [words for wearer in wearers for words in wearer.refused]
        return Outcome(kills, here, there, len(remote.repeated(self.remote)), refused)

    def settle(self, ids: list[str]) -> bool:
        """Until the worker has read and sent all of it; whether it did in time."""
        return until(lambda: self._is_settled(ids), SETTLED_WITHIN_S)

    def _is_settled(self, ids: list[str]) -> bool:
        with self.house.connect() as connection:
            row = connection.execute(SETTLED, {"devices": ids, "target": self.target}).fetchone()
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
# All read: no job left. All sent: the Changes are read, nothing waits, every sample went.
SETTLED = """
WITH mine AS (SELECT id FROM vitals_recording WHERE device_id = ANY(%(devices)s::uuid[]))
SELECT
  NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
    AND args ->> 'recording_id' IN (SELECT id::text FROM mine)),
  NOT EXISTS (SELECT 1 FROM mine WHERE NOT EXISTS (
    SELECT 1 FROM vitals_analysis a WHERE a.recording_id = mine.id AND a.final)),
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
def trial(*, port: int | None = None) -> Iterator[Trial]:
    """Everything that a trial needs, ended and removed afterwards."""
    with ExitStack() as stack:
        system = stack.enter_context(another_system())
        house = stack.enter_context(
            running_house(demo=False, port=port, environment=LOOPBACK_MAY_RECEIVE)
        )
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        witness = Witness(house.base_url, folder / "truth.jsonl")
        stack.enter_context(witness)
        account, bystander, target = make(
            house,
            ("doctor", {}),
            ("wearer", {"given": "Bystander", "devices": 0}),
            ("target", {"url": system.base_url, "waveforms": True}),
        )
        begun = Trial(house, system, witness, Doctor(account, house.base_url), target["id"], folder)
        begun.expected += remote.expected_person(bystander)
        yield begun
