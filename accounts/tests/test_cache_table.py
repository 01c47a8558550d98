"""The cache that all processes share: limits hold over all of them, and end when they should."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import CacheEntry


@pytest.fixture
def later(monkeypatch):
    def go_on(seconds):
        then = timezone.now() + timedelta(seconds=seconds)
        monkeypatch.setattr(timezone, "now", lambda: then)

    return go_on


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["y", 7, None, [1.5, "é"], {"a": True}])
def test_gives_back_what_was_set(value):
    cache.set("k", value)
    assert cache.get("k", "absent") == value


@pytest.mark.django_db
def test_what_was_never_set_is_the_default():
    assert cache.get("k", "absent") == "absent"


@pytest.mark.django_db
def test_forgets_in_time(later):
    cache.set("k", 1, 60)
    later(61)
    assert cache.get("k") is None


@pytest.mark.django_db
def test_adds_once():
    assert [cache.add("k", 1, 60), cache.add("k", 2, 60)] == [True, False]


@pytest.mark.django_db
def test_adds_again_when_the_first_expired(later):
    cache.add("k", 1, 60)
    later(61)
    assert cache.add("k", 2, 600)


@pytest.mark.django_db
def test_counting_does_not_prolong(later):
    cache.add("k", 0, 60)
    cache.incr("k")
    later(61)
    with pytest.raises(ValueError, match="not found"):
        cache.incr("k")


@pytest.mark.django_db
def test_deletes():
    cache.set("k", 1)
    assert [cache.delete("k"), cache.delete("k"), cache.get("k")] == [True, False, None]


@pytest.mark.django_db
def test_touching_prolongs(later):
    cache.set("k", 1, 60)
    cache.touch("k", 600)
    later(61)
    assert cache.get("k") == 1


@pytest.mark.django_db
def test_only_what_expired_is_swept(later):
    cache.set("old", 1, 60)
    cache.set("new", 1, 600)
    cache.set("always", 1, None)
    later(61)
    cache.sweep()
    assert CacheEntry.objects.count() == 2


@pytest.mark.django_db
def test_what_is_no_json_is_refused():
    with pytest.raises(TypeError):
        cache.set("k", object())


def count_once(_):
    try:
        return cache.incr("k")
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_processes_never_count_the_same_number():
    cache.add("k", 0, 60)
    with ThreadPoolExecutor(8) as many:
        counted = sorted(many.map(count_once, range(40)))
    assert counted == list(range(1, 41))


@pytest.mark.django_db
def test_costs_no_write_ahead():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'ehr_cache'")
        assert cursor.fetchone() == ("u",)
