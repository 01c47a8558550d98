"""The shelf of resources, filled once for each file of tests."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from fhir.tests.search.shelf import put
from fhir.tests.search.stock import EVERYTHING


@pytest.fixture(scope="module")
def shelf(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Everything in ``stock``, gone after the last test of the file."""
    with django_db_blocker.unblock(), transaction.atomic():
        for resource in EVERYTHING:
            put(resource)
        yield
        transaction.set_rollback(True)
