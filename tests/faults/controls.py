"""Trials that must fail: a checker that found nothing here would prove nothing elsewhere."""

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager

from ehr_project.database.processes import until
from tests.faults import checker, remote, stored, tapes
from tests.faults.checker import Played, Verdict
from tests.faults.devices import Cuff, Wearer
from tests.faults.gateways import Doubling, Swallowing
from tests.faults.kills import Killer
from tests.faults.patches import Forgetful
from tests.faults.set_up import make
from tests.faults.trial import Trial
from tests.faults.witness import Witness
from tests.fhir_server.fixture import Remote
from tests.house import House
from tests.stand_in.server import StandIn

MOST_KILLS = 12  # PostgreSQL writes whole pages soon: often one kill loses nothing
FAST = 600.0
SENT_WITHIN_S = 600.0


def loss_here(trial: Trial, seed: int) -> Verdict:
    """PostgreSQL may answer before a commit is on disk, and all of it is killed under load."""
    (person,) = make(trial.house, ("wearer", {"given": f"Careless{seed}"}))
    folder = trial.folder / f"careless-{seed}"
    wearer = Wearer(
        person["devices"][0], trial.witness.base_url, folder, seed=seed, minutes=60, speed=FAST
    )
    killer = Killer(
        trial.house, random.Random(seed), lambda: trial.witness.promises, trial.witness.wait_for
    )
    before = trial.witness.chunks_so_far()
    verdict = Verdict()
    with careless_commits(trial.house):
        wearer.start()
        try:
            while verdict.clean and len(killer.done) < MOST_KILLS:
                killer.kill("all of PostgreSQL")
                trial.house.wait_ready()
                promised = trial.witness.chunks_so_far() - before  # first: devices go on
                with trial.house.connect() as connection:
                    found = stored.of_devices(connection, [person["devices"][0]["id"]])
                verdict = checker.chunks_here(promised, found)
        finally:
            wearer.end()
    return verdict


@contextmanager
def careless_commits(house: House) -> Iterator[None]:
    """Inside, a commit is answered for before it is on disk, and stays away from there for long."""
    house.set(wal_writer_delay="'10s'")
    _commits(house, "SET synchronous_commit = off")
    try:
        yield
    finally:
        house.wait_ready()
        house.set(wal_writer_delay="DEFAULT")
        _commits(house, "RESET synchronous_commit")


def _commits(house: House, how: str) -> None:
    """A role's setting counts from its next connections on: all of now end."""
    with house.connect() as connection:
        connection.execute(f'ALTER ROLE "{connection.info.user}" {how}')
        connection.commit()
        connection.execute(END_OTHERS)


END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = current_user AND pid <> pg_backend_pid()
"""


def doubling_here(trial: Trial, seed: int) -> Verdict:
    """Answers get lost, and the device begins anew each time instead of asking again."""
    (person,) = make(trial.house, ("wearer", {"given": f"Forgetful{seed}"}))
    (device,) = person["devices"]
    tape = tapes.make(trial.folder / f"forgetful-{seed}.npy", 2, seed)
    with (
        Witness(trial.house.base_url, trial.folder / "lost.jsonl", lose_every=5) as witness,
        closing(Forgetful(device, witness.base_url)) as forgetful,
    ):
        played = forgetful.play(tape, 24)
    return _tape(trial.house, played)


def lost_answers_here(trial: Trial, seed: int) -> Verdict:
    """The same lost answers, and the simulated wearable: nothing may be doubled."""
    (person,) = make(trial.house, ("wearer", {"given": f"Careful{seed}"}))
    (device,) = person["devices"]
    folder = trial.folder / f"careful-{seed}"
    with Witness(trial.house.base_url, trial.folder / "kept.jsonl", lose_every=5) as witness:
        wearer = Wearer(device, witness.base_url, folder, seed=seed, minutes=2)
        wearer.play_once()
        assert witness.answers_lost, "no answer was lost"
    return _tape(trial.house, wearer.played[0])


def _tape(house: House, played: Played) -> Verdict:
    with house.connect() as connection:
        return checker.tape_here(played, stored.of_devices(connection, [played.device]))


def doubling_there(trial: Trial, seed: int) -> Verdict:
    """A gateway before the other system sends each Observation once more."""
    return _there(trial, f"Doubled{seed}", Doubling)


def loss_there(trial: Trial, seed: int) -> Verdict:
    """A gateway before the other system answers for what it throws away."""
    return _there(trial, f"Swallowed{seed}", Swallowing)


def _there(trial: Trial, given: str, gateway: type[Doubling | Swallowing]) -> Verdict:
    with StandIn() as system, gateway(system.base_url) as before_it:
        (person,) = make(trial.house, ("wearer", {"given": given}))
        wishes = {"url": before_it.base_url, "patients": [person["patient"]], "entry_limit": 1}
        (target,) = make(trial.house, ("target", wishes))
        cuff = Cuff(person["devices"][0], trial.witness.base_url, trial.doctor, first=0)
        with closing(cuff):
            cuff.measure()
        assert until(lambda: _was_sent(trial.house, target["id"]), SENT_WITHIN_S)
        expected = remote.expected_person(person)
        expected += [remote.expected_reading(value) for value in cuff.accepted]
        return checker.there(expected, remote.standing(Remote(system.base_url)))


def _was_sent(house: House, target: str) -> bool:
    """The house holds a receipt for an Observation."""
    with house.connect() as connection:
        found = connection.execute(SENT, [target]).fetchone()
    return bool(found and found[0])


SENT = """
SELECT count(*) FROM vitals_syncreceipt WHERE target_id = %s AND type = 'Observation'
"""
