"""What every test shares: the database, used with the application's rights."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker
from pytest_django.django_compat import is_django_unittest

from ehr_project.pytest_database import application_role

pytest_plugins = ["tests.cast", "tests.fhir_server.fixture", "tests.house"]


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
