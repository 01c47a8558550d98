"""The two other systems of these tests, and the small cast whose records go there."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Organization, Practitioner, User
from accounts.principals import principal_of
from accounts.roles import Role
from fhir import changes
from fhir.principal import SYSTEM, Principal
from patients.models import Observation, Patient
from tests.fhir_server.fixture import Remote, fhir_server
from tests.stand_in.server import StandIn
from vitals.models import Device, SyncPending, SyncTarget
from vitals.sync import loop
from vitals.sync.acts import Choice, choose, confirm, disclosure
from vitals.sync.addresses import DEMO
from vitals.sync.client import Pace, SyncServer, connect
from vitals.sync.ranks import USUAL
from vitals.sync.secrets import Credentials

__all__ = ["fhir_server"]

PATIENCE_S = 30.0  # for answers that do come, on any machine
BOTH = ["stand-in", pytest.param("node", marks=pytest.mark.needs("node"))]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    """How long each pause was that the client would have made."""
    return []


@pytest.fixture
def pace(pauses: list[float]) -> Pace:
    return Pace(sleep=pauses.append)


@pytest.fixture
def door(stand_in: StandIn, pace: Pace) -> SyncServer:
    """Our client, connected to the stand-in."""
    return connect(stand_in.base_url, Credentials(), DEMO, pace=pace, read_timeout_s=PATIENCE_S)


@pytest.fixture(params=BOTH)
def remote(request: pytest.FixtureRequest) -> Remote:
    """Another system, looked at from outside: first ours, then the one that nobody here wrote."""
    if request.param == "node":
        found: Remote = request.getfixturevalue("fhir_server")
        return found
    stand_in: StandIn = request.getfixturevalue("stand_in")
    return Remote(stand_in.base_url)


@pytest.fixture
def either(remote: Remote, pace: Pace) -> SyncServer:
    """Our client, connected to the stand-in and then to the real server."""
    return connect(remote.base_url, Credentials(), DEMO, pace=pace, read_timeout_s=PATIENCE_S)


@pytest.fixture
def worker_in_demo(monkeypatch: pytest.MonkeyPatch, pace: Pace, settings: Any) -> None:
    """The worker in demo mode, without real pauses."""
    settings.DEMO = True
    monkeypatch.setattr(loop, "connect", partial(connect, pace=pace, read_timeout_s=PATIENCE_S))


@pytest.fixture
def north(transactional_db: None) -> Organization:
    return changes.create(Organization(name="North"), by=SYSTEM)


@pytest.fixture
def ada(north: Organization) -> Principal:
    """The administrator of North."""
    user = User.objects.create(username="ada", full_name="Ada Admin")
    Membership.objects.create(user=user, facility=north, role=Role.ADMINISTRATOR)
    return principal_of(user)


@pytest.fixture
def dr_lind(north: Organization) -> Practitioner:
    names = [{"family": "Lind", "given": ["Eva"]}]
    return changes.create(Practitioner(names=names, display="Eva Lind"), by=SYSTEM)


def patient_at(facility: Organization, family: str, **more: Any) -> Patient:
    names = [{"use": "official", "family": family, "given": ["A"]}]
    return changes.create(
        Patient(names=names, managing_organization=facility, gender="female", **more), by=SYSTEM
    )


@pytest.fixture
def rosa(north: Organization) -> Patient:
    return patient_at(north, "Berg")


@pytest.fixture
def cuff(north: Organization) -> Device:
    return changes.create(
        Device(serial="CUFF-1", facility=north, registered=True, manufacturer="Acme"), by=SYSTEM
    )


@pytest.fixture
def reading(rosa: Patient, cuff: Device, dr_lind: Practitioner) -> Callable[..., Observation]:
    """Makes a heart rate of Rosa that the cuff measured."""

    def make(value: str = "72", *, status: str = "final", origin: str = "", **more: Any) -> Any:
        found = Observation(
            patient=more.pop("patient", rosa),
            status=status,
            code_system="http://loinc.org",
            code_code="8867-4",
            code_text="Heart rate",
            effective_start=timezone.now(),
            value=Decimal(value),
            value_unit="/min",
            value_ucum="/min",
            device=cuff.reference,
            performers=[{"reference": dr_lind.reference, "display": "Eva Lind"}],
            **more,
        )
        return changes.create(found, by=SYSTEM, origin=origin)

    return make


@pytest.fixture
def make_target(
    ada: Principal, north: Organization, worker_in_demo: None
) -> Callable[..., SyncTarget]:
    """Makes a confirmed target that receives what North's patients have."""

    def make(base_url: str, *, types: tuple[str, ...] = USUAL, **more: Any) -> SyncTarget:
        flags = {name: more.pop(name) for name in list(more) if name.startswith("include_")}
        target = SyncTarget.objects.create(name="Other house", base_url=base_url, **more)
        cohort = SyncTarget.Cohort.FACILITY
        choose(by=ada, target=target, choice=Choice(cohort, types, facility=north, **flags))
        confirm(by=ada, target=target, read=disclosure(target))
        return target

    return make


def later() -> int:
    """Some time later, when every pause is over, the worker comes by again."""
    now = timezone.now()
    SyncTarget.objects.update(next_try_at=now)
    SyncPending.objects.filter(state="pending").update(next_try_at=now)
    return loop.run_once()
