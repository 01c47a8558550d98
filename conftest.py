"""What every test shares: the database, used with the application's rights."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from pytest_django import DjangoDbBlocker
from pytest_django.django_compat import is_django_unittest
from time_machine import travel

from ehr_project.pytest_database import OURS, application_role
from ehr_project.pytest_parts import in_ci

pytest_plugins = ["tests.cast", "tests.fhir_server.fixture"]

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not in_ci():  # there Hypothesis does so by itself, and draws the same examples each time
    settings.load_profile("house")


def no_constants() -> Constants:
    """Else it mixes in those of all modules that other tests happened to load before."""
    return Constants()


providers._get_local_constants = no_constants


@pytest.fixture(scope="session", autouse=True)
def cost_of_a_password() -> Iterator[dict[str, int]]:
    """What the house spends on hashing one; tests, of which many do, nearly nothing."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    least = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
    usual = {name: getattr(Argon2PasswordHasher, name) for name in least}
    for name, cost in least.items():
        setattr(Argon2PasswordHasher, name, cost)
    yield usual
    for name, cost in usual.items():
        setattr(Argon2PasswordHasher, name, cost)


@pytest.fixture(scope="session", autouse=True)
def cache_not_swept() -> Iterator[None]:
    """One write in a hundred sweeps the cache: one more statement for tests that count them."""
    from accounts import cache_table

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache_table, "SWEPT_EACH", 2**64)
        yield


@pytest.fixture
def midday() -> Iterator[None]:
    """Yesterday about noon, and it goes on: no day, hour or round ends within the test."""
    noon = timezone.now().replace(hour=12, minute=34, second=0) - timedelta(days=1)
    with travel(noon):
        yield


@pytest.fixture
def held_clock() -> Iterator[None]:
    """The clock stands: no second ends within the test."""
    with travel(timezone.now(), tick=False):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Where the database is ours, the tests' own begins with the tables that are there."""
    from django.db import connection

    if OURS in os.environ:
        connection.settings_dict["TEST"]["TEMPLATE"] = connection.settings_dict["NAME"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, made by its owner; from here on each test acts as the application."""
    from ehr_project.pytest_flush import take_over

    with django_db_blocker.unblock():
        take_over()
    application_role.listen()


@pytest.fixture
def _django_db_helper(request: pytest.FixtureRequest, _django_db_helper: None) -> Iterator[None]:
    if is_django_unittest(request):  # it opens the database by itself
        yield
        return
    with application_role.taken():
        yield
