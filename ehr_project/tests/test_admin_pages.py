"""The set-up checklist and the health page: each value is counted, none is good by default."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts import audit
from accounts.models import Location
from accounts.roles import Role
from ehr_project.admin_pages.checklist import checklist
from ehr_project.admin_pages.health import health
from ehr_project.admin_pages.line import State
from ehr_project.models import Backup
from fhir import changes
from fhir.principal import SYSTEM
from patients.models import FormularyItem, TerminologyLoad
from tests.cast import staff
from vitals.acts.registering import register_device
from vitals.models import ChunkReceipt, DeviceKey, Recording, SyncTarget

HEALTH = "/admin/health/"


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def patch(as_administrator, harbour):
    return register_device(by=as_administrator, serial="P-1", facility=harbour)[0]


def line(lines, what):
    return next(each for each in lines if what in str(each.what))


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def job(status, *, minutes=0):
    run(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at) "
        "VALUES ('signals', 'x', %s::procrastinate_job_status, now() - %s)",
        status,
        timedelta(minutes=minutes),
    )


def place(name, facility, ward=None):
    where = Location(name=name, organization=facility, part_of=ward, status="active")
    return changes.create(where, by=SYSTEM)


def test_the_checklist_stands_on_the_index_of_the_admin(office):
    assert "Set-up checklist" in office.get("/admin/").content.decode()


def test_each_line_has_a_word_beside_its_sign(office):
    page = office.get("/admin/").content.decode()
    assert page.count("</svg>in order") + page.count("</svg>not ") + page.count("</svg>look") == 9


def test_a_doctor_sees_neither_page(client, dr_ames):
    client.force_login(dr_ames)
    assert client.get("/admin/").status_code == 302
    assert client.get(HEALTH).status_code == 302


def test_who_is_no_administrator_is_told_so_and_not_sent_round_in_circles(client, dr_ames):
    client.force_login(dr_ames)
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 200
    assert "The administration is for administrators" in answer.content.decode()


def test_a_privacy_officer_of_the_house_does_not_see_the_health_page(client, harbour):
    client.force_login(staff("pia", Role.PRIVACY_OFFICER, harbour, is_staff=True))
    assert client.get(HEALTH).status_code == 403
    assert "Set-up checklist" not in client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_an_empty_house_has_nothing_in_order_but_the_demo_data():
    good = [str(each.what) for each in checklist() if each.state is State.GOOD]
    assert set(good) <= {"Demo data", "Codes loaded", "Formulary reviewed"}


def test_a_facility_with_users_counts(administrator):
    assert line(checklist(), "Facility").state is State.GOOD


def test_a_ward_without_beds_is_not_enough(harbour):
    place("Ward 3", harbour)
    found = line(checklist(), "Wards")
    assert (found.state, found.value) == (State.BAD, "1 wards, 0 beds")


def test_wards_and_beds_are_counted(harbour):
    place("Bed 1", harbour, place("Ward 3", harbour))
    assert line(checklist(), "Wards").value == "1 wards, 1 beds"


def test_users_are_counted_by_role(dr_ames, nurse):
    value = line(checklist(), "Users").value
    assert "Doctor: 1" in value
    assert "Registrar: 0" in value


@pytest.mark.parametrize("missing", [r for r in Role if r != Role.ADMINISTRATOR])
def test_a_role_that_nobody_holds_asks_for_a_look(harbour, missing):
    for role in Role:
        if role != missing:
            staff(f"one-{role}", role, harbour)
    assert line(checklist(), "Users").state == State.LOOK


def test_one_administrator_is_not_enough(administrator):
    assert line(checklist(), "second").state is State.BAD


def test_a_second_administrator_is_enough(administrator, harbour):
    staff("ruth", Role.ADMINISTRATOR, harbour, is_staff=True)
    assert line(checklist(), "second").state is State.GOOD


def test_an_administrator_who_cannot_open_the_page_does_not_count(administrator, harbour):
    staff("ruth", Role.ADMINISTRATOR, harbour)
    assert line(checklist(), "second").state is State.BAD


def test_a_registered_device_counts(patch):
    assert line(checklist(), "Devices").value == "1 in use"


@pytest.mark.django_db
def test_loaded_codes_are_counted():
    TerminologyLoad.objects.create(
        source="loinc-test", digest="x", rows=77, loaded_at=timezone.now()
    )
    assert "loinc-test: 77" in line(checklist(), "Codes").value


@pytest.mark.django_db
def test_a_formulary_that_nobody_touched_asks_for_a_look():
    FormularyItem.objects.update(local=False)
    assert line(checklist(), "Formulary").state in {State.LOOK, State.BAD}


@pytest.mark.django_db
def backed_up(days, outcome="verified"):
    at = timezone.now() - timedelta(days=days)
    verified_at = at if outcome == "verified" else None
    Backup.objects.create(made_at=at, kind="nightly", outcome=outcome, verified_at=verified_at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("notes", "state"),
    [
        ([], State.BAD),
        ([(0, "made")], State.BAD),  # one that nobody tried is none
        ([(0, "verified")], State.GOOD),
        ([(1.9, "verified")], State.GOOD),
        ([(2.1, "verified")], State.BAD),
        ([(1, "verified"), (0, "failed")], State.BAD),
    ],
)
@pytest.mark.parametrize("lines", [checklist, health])
def test_a_backup_is_in_order_only_where_one_was_verified_lately(settings, notes, state, lines):
    settings.BACKUPS_DIR = "/dev/backups"  # not on the disk of the data
    for days, outcome in notes:
        backed_up(days, outcome)
    assert line(lines(), "backup").state is state


@pytest.mark.django_db
def test_a_backup_on_the_disk_of_the_data_is_to_be_looked_at(settings, tmp_path):
    settings.DATA_DIR, settings.BACKUPS_DIR = tmp_path, tmp_path / "backups"
    backed_up(0)
    assert line(health(), "backup").state is State.LOOK


@pytest.mark.django_db
def test_the_demo_says_that_it_makes_no_backups(settings):
    settings.DEMO = True
    found = line(health(), "backup")
    assert (found.state, found.value.partition(";")[0]) == (State.UNKNOWN, "never")


@pytest.mark.django_db
@pytest.mark.parametrize(("demo", "state"), [(True, State.LOOK), (False, State.BAD)])
def test_demo_data_is_seen(monkeypatch, demo, state):
    monkeypatch.setattr(settings, "DEMO", demo)
    audit.record_access(by=SYSTEM, action="import", entities=[], detail={"origin": "demo"})
    assert line(checklist(), "Demo").state is state


def test_the_health_page_shows_to_administrators(office):
    page = office.get(HEALTH)
    assert "no-store" in page["Cache-Control"]
    assert "Longest running transaction" in page.content.decode()


def test_waiting_and_failed_jobs_are_counted(administrator):
    for status in ("todo", "todo", "doing", "failed"):
        job(status)
    assert line(health(), "Jobs").value.startswith("2 waiting, 1 running")
    assert line(health(), "Failed jobs").value == "1"


def test_a_job_that_waits_long_is_bad_and_its_age_is_said(administrator):
    job("todo", minutes=9)
    found = line(health(), "Jobs")
    assert found.state is State.BAD
    assert "9 min ago" in found.value


def test_no_worker_is_bad(administrator):
    found = line(health(), "Worker")
    assert (found.state, found.value) == (State.BAD, "never")


def test_a_worker_that_beats_is_good(administrator):
    run("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert line(health(), "Worker").state is State.GOOD


def test_a_worker_that_fell_silent_is_bad(administrator):
    run("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 min')")
    assert line(health(), "Worker").state is State.BAD


def test_the_disk_and_the_database_are_measured(administrator):
    assert "free of" in line(health(), "Disk").value
    assert "B" in line(health(), "Database").value


def test_a_device_that_never_sent_is_to_be_looked_at(patch):
    found = line(health(), "P-1")
    assert (found.state, found.value) == (State.LOOK, "never; last contact: never")


def test_the_last_sample_of_a_device_is_said_with_its_age(patch):
    moment = timezone.now() - timedelta(minutes=7)
    recording = Recording.objects.create(
        device=patch, client_id="r", kind="ecg", sampling_rate_hz=250, channels=["I"],
        unit="uV", units_per_step=1, started_at=moment,
    )  # fmt: skip
    ChunkReceipt.objects.create(
        recording=recording, seq=0, sha256=b"x" * 32, first_sample=0, n_samples=1,
        device_time=moment, device_clock=moment, arrived_at=moment, clock_offset_ms=0,
    )  # fmt: skip
    found = line(health(), "P-1")
    assert found.state is State.GOOD
    assert "7 min ago" in found.value


def test_a_device_that_only_reports_readings_is_heard_by_its_key(patch):
    DeviceKey.objects.filter(device=patch).update(last_used_at=timezone.now())
    assert line(health(), "P-1").state is State.GOOD


def test_a_sync_target_that_fails_is_bad(administrator):
    SyncTarget.objects.create(name="Region", base_url="https://fhir.example.org")
    found = line(health(), "Region")
    assert found.state is State.BAD
    assert "last success: never" in found.value


def test_the_last_import_is_said_by_origin(administrator):
    audit.record_access(by=SYSTEM, action="import", entities=[], detail={"origin": "lab-7"})
    assert "lab-7: " in line(health(), "Last import").value


def test_what_to_do_stands_beside_what_is_bad(office):
    assert "Start it: manage.py worker" in office.get(HEALTH).content.decode()


def test_no_patient_stands_on_the_health_page(office, rosa, patch):
    assert "Lindqvist" not in office.get(HEALTH).content.decode()


def test_the_health_page_asks_the_database_the_same_for_many_devices(
    as_administrator, harbour, django_assert_max_num_queries
):
    for number in range(20):
        register_device(by=as_administrator, serial=f"D-{number}", facility=harbour)
    with django_assert_max_num_queries(10):
        health()
