"""What the tests of writing share: short ways to say what is wanted."""

from types import SimpleNamespace

import pytest

from fhir.models import Change
from fhir.principal import SYSTEM, Principal
from fhir.writing import Intent, write


def patient(key="rosa", **more):
    return {"resourceType": "Patient", "id": key, "name": [{"family": "Lindqvist"}]} | more


def condition(key="flu", subject="Patient/rosa", **more):
    return {
        "resourceType": "Condition",
        "id": key,
        "code": {"text": "Influenza"},
        "subject": {"reference": subject},
    } | more


def put(resource, **more):
    return Intent("update", resource["resourceType"], resource["id"], resource, **more)


def post(resource, full_url="", **more):
    return Intent("create", resource["resourceType"], "", resource, full_url=full_url, **more)


def delete(type_, key, **more):
    return Intent("delete", type_, key, **more)


def done(intents, by=SYSTEM, **more):
    """What came of each intent."""
    return [written.done for written in write(intents, by=by, **more)]


def versions(type_, key):
    """Version and op of each change, oldest first."""
    rows = Change.objects.of(type_, key).order_by("version")
    return list(rows.values_list("version", "op"))


@pytest.fixture
def limited(harbour):
    """A client that is registered for one facility."""
    return Principal(
        "client", "research", facilities={str(harbour.pk): frozenset()}, interactions={"*": "cruds"}
    )


@pytest.fixture
def nothing_written():
    """Whatever the test does must leave no row, no change and no note of success."""
    from accounts.models import AuditEvent
    from patients.models import Condition, Patient

    yield SimpleNamespace()
    counts = [model.objects.count() for model in (Patient, Condition, Change)]
    assert (*counts, AuditEvent.objects.filter(outcome="success").count()) == (0, 0, 0, 0)
