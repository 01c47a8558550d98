"""The other system misbehaves in every way of the stand-in, one by one: all arrives once."""

import json
import random

import pytest

from tests.faults import checker, remote
from tests.faults.gateways import Doubling, Swallowing
from tests.fhir_server.fixture import Remote
from tests.stand_in import faults
from tests.stand_in.server import Asked, StandIn

SEED = 20_260_602
WORST_DAY = (
    *faults.BAD_DAY,
    lambda: faults.silent(2.0),
    lambda: faults.silent(2.0, takes=True),
    lambda: faults.failing(401),  # both stop it until an administrator has it tried again
    lambda: faults.redirect("http://127.0.0.1:9/fhir"),
)


@pytest.fixture(scope="module")
def unopened(make_stage):
    """A stage without web pages: only what the worker does counts here."""
    return make_stage(doors=False)


def is_write(asked: Asked) -> bool:
    return asked.method in {"PUT", "POST"}


def arrived(stage, given, system, url, **wishes):
    """Everything of a new patient sent through ``url``; what the checker finds at ``system``."""
    values = [f"{70 + number / 10:.1f}" for number in range(len(WORST_DAY))]
    asked = {"given": given, "values": values, "url": url, "entry_limit": 1} | wishes
    said = stage.ask("tests.faults.sending", json.dumps(asked))
    assert said["waiting"] == []
    expected = remote.expected_person(said["person"])[:1]  # nothing was measured by the device
    expected += [remote.expected_reading(value) for value in values]
    return checker.there(expected, remote.standing(Remote(system.base_url)))


@pytest.mark.parametrize("id_style", ["put", "conditional"])
def test_everything_arrives_once(unopened, id_style):
    days = [make_fault() for make_fault in WORST_DAY]
    random.Random(SEED).shuffle(days)
    with StandIn(script_for=is_write) as system:
        system.then(*days)
        verdict = arrived(unopened, f"Bad{id_style}", system, system.base_url, id_style=id_style)
        assert not system.script, "not every fault was met"
    assert verdict.promised > len(WORST_DAY)
    assert verdict.clean, verdict


@pytest.mark.parametrize(
    ("gateway", "found"), [(Doubling, "doubled"), (Swallowing, "lost")], ids=["doubled", "lost"]
)
def test_it_finds_what_a_gateway_spoils(unopened, gateway, found):
    with StandIn() as system, gateway(system.base_url) as before_it:
        verdict = arrived(unopened, f"Spoilt{found}", system, before_it.base_url)
    assert getattr(verdict, found)
