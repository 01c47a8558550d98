"""Thousands of requests that nobody should send: no answer is an error of ours."""

from datetime import timedelta

import pytest

from accounts.clients import registering, tokens
from accounts.clients.registering import Registration
from fhir.principal import SYSTEM
from fhir.tests.fuzz.judging import asking, fuzz

REQUESTS = 5_000
SEED = 4
# Compiled patterns, statements and definitions that are read once come to some 40 MB.
MOST_GROWTH_MB = 300


@pytest.fixture
def token(db, settings):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 0)
    scope = "system/*.cruds"
    client, _ = registering.register(
        by=SYSTEM, as_said=Registration("Fuzz", scope, all_facilities=True)
    )
    return tokens.issue(by=SYSTEM, client=client, scope=scope, life=timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_no_request_is_answered_with_an_error_of_ours(token):
    tally = fuzz(asking(token), seed=SEED, requests=REQUESTS)
    assert not tally.wrong, tally.story()
    assert sum(tally.statuses.values()) == REQUESTS
    assert tally.classes["2xx"] > REQUESTS // 5
    assert tally.classes["4xx"] > REQUESTS // 5
    assert tally.grown_mb < MOST_GROWTH_MB
