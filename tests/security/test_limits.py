"""How often anybody may ask, in all processes together; who is refused learns when to return."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts import limits
from accounts.models import AuditEvent
from fhir.errors import TooOften
from fhir.principal import Principal

ANNA = Principal("client", "anna")


@pytest.fixture(autouse=True)
def fresh():
    limits.shares.forget()


@pytest.fixture
def limited(settings):
    def at(**most):
        named = {name.replace("_", "-"): n for name, n in most.items()}
        settings.RATE_LIMITS = settings.RATE_LIMITS | named

    return at


def noted():
    """How often the audit trail tells of it."""
    details = AuditEvent.objects.values_list("detail", flat=True)
    return sum(detail.get("code") == "too-often" for detail in details)


def taken(limit, who, times):
    """How often it went well before the first refusal."""
    for done in range(times):
        if not limit.room(who):
            return done
    return times


def test_so_many_and_no_more(db, limited):
    limited(export=3)
    assert taken(limits.EXPORT, "rosa", 10) == 3


def test_everybody_has_a_count_of_their_own(db, limited):
    limited(export=3)
    assert taken(limits.EXPORT, "rosa", 10) == taken(limits.EXPORT, "otto", 10)


def test_nought_is_without_limit(db, limited):
    limited(export=0)
    assert taken(limits.EXPORT, "rosa", 100) == 100


def test_another_process_counts_on(db, limited):
    limited(device=100)
    taken(limits.DEVICE, "patch", 60)
    limits.shares.forget()  # what a process has taken for itself is gone with it
    assert taken(limits.DEVICE, "patch", 1000) == 0


def test_a_share_costs_one_look_at_the_table(db, django_assert_num_queries):
    limits.DEVICE.take("patch")
    with django_assert_num_queries(0):
        assert taken(limits.DEVICE, "patch", 49) == 49


def test_a_share_is_never_more_than_what_one_process_may_go_beyond(db, limited):
    limited(device=75)
    assert taken(limits.DEVICE, "patch", 1000) == 100


def test_the_count_ends_with_its_minute(db, limited, time_machine):
    limited(export=1)
    assert taken(limits.EXPORT, "rosa", 2) == 1
    time_machine.move_to(timezone.now() + timedelta(seconds=limits.WINDOW_S + 1))
    assert taken(limits.EXPORT, "rosa", 1) == 1


def test_no_key_holds_what_a_stranger_sent(db):
    limits.EXPORT.take("sentinel")
    assert not cache.get("limit:export:sentinel")


def test_a_refusal_says_when_to_return_and_is_noted_once(db, limited):
    limited(export=1)
    limits.EXPORT.take("rosa")
    told = []
    for _ in range(3):
        with pytest.raises(TooOften) as no:
            limits.EXPORT.take("rosa")
        told.append(not no.value.quiet)
        assert no.value.retry_after_s == 60
    assert told == [True, False, False]


def test_everything_of_a_patient_costs_more_than_a_search(db, limited):
    limited(fhir_search=40)
    assert spent("everything", 10) == 4


def spent(interaction, times):
    """How often it went well before the first refusal."""
    for done in range(times):
        try:
            limits.spend(ANNA, interaction)
        except TooOften:
            return done
    return times


def test_reads_over_fhir_count_too(db, limited):
    limited(fhir=1)
    assert spent("read", 1000) == 200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("what", "ever", False),
    ],
)
def test_neighbours_of_ipv6_are_one(one, other, same):
    assert (limits.neighbourhood(one) == limits.neighbourhood(other)) is same


def test_a_page_of_results_waits(client, dr_ames, limited):
    limited(search=2)
    client.force_login(dr_ames)
    asked = [client.post(reverse("patient-search"), {"query": "lind"}) for _ in range(4)]
    assert [answer.status_code for answer in asked] == [200, 200, 429, 429]
    assert asked[-1]["Retry-After"] == "60"
    assert b"Too many requests" in asked[-1].content
    assert noted() == 1


def test_looking_at_a_page_is_no_search(client, dr_ames, limited):
    limited(search=1)
    client.force_login(dr_ames)
    assert {client.get(reverse("terminology-find")).status_code for _ in range(4)} == {405}


def test_exports_and_prints_of_one_person_wait_together(client, dr_ames, rosa, limited):
    limited(export=1)
    client.force_login(dr_ames)
    asked = ["print-summary", "print-prescriptions"]
    answers = [client.get(reverse(name, args=[rosa.pk])).status_code for name in asked]
    assert answers == [200, 429]


def test_a_search_over_fhir_waits_with_an_outcome(client, dr_ames, rosa, limited):
    limited(fhir_search=20)
    client.force_login(dr_ames)
    answers = [client.get("/fhir/Patient") for _ in range(41)]
    assert (answers[0].status_code, answers[-1].status_code) == (200, 429)
    assert answers[-1].json()["issue"][0]["code"] == "throttled"
    assert answers[-1]["Retry-After"] == "60"
    assert noted() == 1


def test_each_entry_of_a_bundle_counts(client, dr_ames, rosa, limited):
    limited(fhir_search=20)
    client.force_login(dr_ames)
    entry = {"request": {"method": "GET", "url": "Patient"}}
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry] * 45}
    answer = client.post("/fhir", bundle, content_type="application/json")
    statuses = [each["response"]["status"][:3] for each in answer.json()["entry"]]
    assert (statuses[0], statuses[-1]) == ("200", "429")


def test_a_device_in_a_loop_waits(patch_and_key, limited):
    from vitals.tests.conftest import DeviceClient

    limited(device=50)
    loop = DeviceClient(patch_and_key[1])
    answers = [loop.post("/api/v1/status/", {}) for _ in range(101)]
    assert answers[0].status_code != 429
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (429, "too-often")
    assert answers[-1]["Retry-After"] == "60"


@pytest.mark.django_db
def test_a_count_that_ran_out_between_two_steps_keeps_what_others_counted_since(monkeypatch):
    add_to = cache.incr

    def run_out(key, share):
        monkeypatch.undo()
        cache.delete(key)
        cache.add(key, 0)
        add_to(key, 5)
        raise ValueError

    monkeypatch.setattr(cache, "incr", run_out)
    assert limits.counted("limit:somebody") == 6
