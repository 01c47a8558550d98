"""The house of the matrix, made once for all of its tests, and the hour at which they ask."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from time_machine import travel

from ehr_project.pytest_database import application_role
from tests.access.rounds import Round, house


@pytest.fixture(scope="package")
def made_at_noon(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Round, timedelta]]:
    """The house, with the application's rights in the database, and how far noon was from now."""
    now = timezone.localtime()
    shift = now.replace(hour=12, minute=0, second=0) - now
    with django_db_blocker.unblock(), application_role.taken(), ExitStack() as stack:
        with travel(now + shift):
            found = stack.enter_context(house())
        yield found, shift


@pytest.fixture
def matrix(made_at_noon: tuple[Round, timedelta]) -> Iterator[Round]:
    """The house, in whose day there is always time for the appointments of today."""
    found, shift = made_at_noon
    with travel(timezone.now() + shift):
        yield found
