"""The line on every page: not for real patients until a backup was verified."""

import pytest
from django.utils import timezone

from ehr_project.backups import standing
from ehr_project.models import Backup

LINE = "Not for real patients until a backup has been verified"


@pytest.fixture(autouse=True)
def asked_anew():
    standing.forget()
    yield
    standing.forget()


def noted(outcome):
    at = timezone.now()
    verified_at = at if outcome == "verified" else None
    Backup.objects.create(made_at=at, kind="nightly", outcome=outcome, verified_at=verified_at)


@pytest.mark.parametrize(
    ("outcomes", "stands"),
    [([], True), (["made"], True), (["failed"], True), (["verified"], False)],
)
def test_it_stands_until_one_was_restored_and_compared(client, dr_ames, outcomes, stands):
    for outcome in outcomes:
        noted(outcome)
    client.force_login(dr_ames)
    assert (LINE in client.get("/").content.decode()) is stands


def test_it_stands_at_the_door_as_well(client, db):
    assert LINE in client.get("/sign-in/").content.decode()


def test_the_demo_has_a_ribbon_of_its_own(client, dr_ames, settings):
    settings.DEMO = True
    client.force_login(dr_ames)
    assert LINE not in client.get("/").content.decode()


def test_a_page_asks_only_now_and_then(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [standing.verified_once() for _ in range(5)] == [False] * 5


def test_once_verified_nobody_is_asked_again(db, django_assert_num_queries):
    noted("verified")
    assert standing.verified_once()
    with django_assert_num_queries(0):
        assert standing.verified_once()
