"""The house of the matrix, made once for all of its tests."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from ehr_project.pytest_database import application_role
from tests.access.rounds import Round, house


@pytest.fixture(scope="package")
def matrix(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Round]:
    """The house, with the application's rights in the database."""
    with django_db_blocker.unblock(), application_role.taken(), house() as found:
        yield found
