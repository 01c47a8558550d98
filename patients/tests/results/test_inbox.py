"""Every result finds its owner, is seen, acted on and closed; a correction brings it back."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.principals import principal_of
from accounts.roles import Role
from fhir import changes
from fhir.errors import Invalid, NotAllowed, NotFound, VersionConflict
from fhir.principal import SYSTEM
from patients.acts import inbox
from patients.acts.covers import go_away
from patients.chart.inbox import box, critical_unacknowledged, inbox_counts
from patients.models import Encounter, InboxEvent, InboxItem
from patients.tests.results.conftest import item_of
from tests.cast import staff

CRITICAL = {"interpretations": [{"coding": [{"code": "HH"}]}]}


def attend(patient, username):
    visit = Encounter.objects.get(patient=patient)
    visit.participants = [
        {
            "type": [{"coding": [{"code": "ATND"}]}],
            "individual": {"reference": f"Practitioner/{username}"},
        }
    ]
    changes.update(visit, by=SYSTEM)


@pytest.fixture
def dr_cole(harbour):
    """Works at the Harbour too."""
    return staff("cole", Role.DOCTOR, harbour, full_name="Dr Cy Cole")


@pytest.fixture
def as_cole(dr_cole):
    return principal_of(dr_cole)


def in_box(by, name):
    return [line.item.record_id for line in box(by, name)[0]]


def test_a_result_goes_to_who_ordered_it(lab, ordered, rosa, dr_ames, dr_cole):
    attend(rosa, "cole")
    row = lab(rosa, based_on=ordered.reference)
    assert item_of(row).owner == dr_ames


def test_without_an_order_it_goes_to_who_attends(lab, rosa, dr_ames, dr_cole):
    attend(rosa, "cole")
    assert item_of(lab(rosa)).owner == dr_cole


def test_without_either_it_waits_in_the_queue_of_the_facility(lab, rosa, harbour, as_ames):
    row = lab(rosa)
    assert item_of(row).facility == harbour
    assert in_box(as_ames, "unowned") == [row.pk]


def test_a_requester_who_left_owns_nothing(lab, ordered, rosa, dr_ames):
    dr_ames.is_active = False
    dr_ames.save()
    assert item_of(lab(rosa, based_on=ordered.reference)).owner is None


def test_the_queue_of_another_facility_is_not_shown(lab, rosa, dr_baum):
    lab(rosa)
    assert in_box(principal_of(dr_baum), "unowned") == []


@pytest.mark.parametrize("days_ago", [7.5, 30, 4000])
def test_what_is_older_than_seven_days_never_enters(lab, report, rosa, days_ago):
    report(rosa, lab(rosa, days_ago=days_ago), days_ago=days_ago)
    assert not InboxItem.objects.exists()


def test_a_late_result_of_an_old_specimen_enters(lab, rosa):
    late = lab(rosa, days_ago=20, issued_at=timezone.now())
    assert InboxItem.objects.filter(record_id=late.pk).exists()


@pytest.mark.parametrize(
    "columns",
    [
        {"categories": ["vital-signs"]},
        {"status": "registered"},
        {"status": "entered-in-error"},
        {"status": "preliminary", "device": "Device/x"},
    ],
)
def test_what_is_no_result_of_a_laboratory_does_not_enter(lab, rosa, columns):
    lab(rosa, **columns)
    assert not InboxItem.objects.exists()


def test_an_imaging_report_enters(report, rosa):
    picture = report(rosa, section="RAD", conclusion="No fracture")
    assert InboxItem.objects.filter(record_id=picture.pk).exists()


def test_a_report_takes_its_results_along(lab, report, rosa, as_ames):
    first, second = lab(rosa), lab(rosa, "141", code_code="2951-2")
    whole = report(rosa, first, second)
    assert in_box(as_ames, "unowned") == [whole.pk]


def test_results_that_come_after_their_report_join_it(lab, report, rosa, as_ames):
    whole = report(rosa)
    whole.results = [{"reference": "Observation/late"}]
    changes.update(whole, by=SYSTEM)
    lab(rosa, fhir_id="late")
    assert in_box(as_ames, "unowned") == [whole.pk]


def test_a_report_with_a_critical_result_is_critical(lab, report, rosa):
    assert item_of(report(rosa, lab(rosa, **CRITICAL))).critical


def test_a_value_beyond_a_critical_limit_is_critical(lab, rosa):
    assert item_of(lab(rosa, "6.9")).critical


def test_seen_acted_closed(lab, ordered, rosa, as_ames):
    item = item_of(lab(rosa, based_on=ordered.reference))
    inbox.see(by=as_ames, item=item, expected=1)
    inbox.act(by=as_ames, item=item, reference=ordered.reference, expected=2)
    inbox.close(by=as_ames, item=item, expected=3)
    events = InboxEvent.objects.filter(item=item).order_by("at", "pk")
    assert [event.reason for event in events] == ["arrived", "seen", "acted", "closed"]
    assert item.acted_reference == ordered.reference


def test_a_closed_one_waits_no_more(lab, ordered, rosa, as_ames):
    item = item_of(lab(rosa, based_on=ordered.reference))
    inbox.see(by=as_ames, item=item, expected=1)
    inbox.close(by=as_ames, item=item, expected=2)
    assert in_box(as_ames, "mine") == []


def test_an_unowned_one_belongs_to_who_saw_it(lab, rosa, as_ames, dr_ames):
    item = item_of(lab(rosa))
    assert inbox.see(by=as_ames, item=item, expected=1).owner == dr_ames


def test_what_nobody_saw_is_not_closed(lab, rosa, as_ames):
    with pytest.raises(inbox.NotSeen):
        inbox.close(by=as_ames, item=item_of(lab(rosa)), expected=1)


def test_a_critical_one_is_not_closed_before_something_was_done(lab, rosa, as_ames):
    item = item_of(lab(rosa, **CRITICAL))
    inbox.see(by=as_ames, item=item, expected=1)
    with pytest.raises(inbox.ActFirst):
        inbox.close(by=as_ames, item=item, expected=2)


@pytest.mark.parametrize("reference", ["", "Task/none", "Patient/rosa", "<b>Task/1</b>", "Task"])
def test_what_was_done_must_be_a_record_of_this_patient(lab, rosa, as_ames, reference):
    item = item_of(lab(rosa))
    inbox.see(by=as_ames, item=item, expected=1)
    with pytest.raises(Invalid):
        inbox.act(by=as_ames, item=item, reference=reference, expected=2)


def test_two_at_once_do_not_both_act(lab, rosa, as_ames):
    item = item_of(lab(rosa))
    inbox.see(by=as_ames, item=item, expected=1)
    with pytest.raises(VersionConflict):
        inbox.see(by=as_ames, item=item, expected=1)


def test_a_nurse_does_not_acknowledge(lab, rosa, as_nurse):
    with pytest.raises(NotAllowed):
        inbox.see(by=as_nurse, item=item_of(lab(rosa)), expected=1)


def test_a_doctor_elsewhere_finds_nothing(lab, rosa, dr_baum):
    with pytest.raises(NotFound):
        inbox.see(by=principal_of(dr_baum), item=item_of(lab(rosa)), expected=1)


def test_a_colleague_takes_it_over_first(lab, ordered, rosa, as_cole, dr_cole):
    item = item_of(lab(rosa, based_on=ordered.reference))
    with pytest.raises(inbox.NotYours):
        inbox.see(by=as_cole, item=item, expected=1)
    inbox.take(by=as_cole, item=item, expected=1)
    assert inbox.see(by=as_cole, item=item, expected=2).owner == dr_cole


@pytest.mark.parametrize("status", ["corrected", "amended", "entered-in-error"])
def test_a_corrected_one_comes_back(lab, ordered, rosa, as_ames, status):
    row = lab(rosa, based_on=ordered.reference)
    item = item_of(row)
    inbox.see(by=as_ames, item=item, expected=1)
    inbox.close(by=as_ames, item=item, expected=2)
    row.status = status
    changes.update(row, by=SYSTEM)
    again = item_of(row)
    assert (again.state, again.reopened_at is not None) == ("new", True)


def test_a_final_result_after_a_preliminary_one_comes_back(lab, ordered, rosa, as_ames):
    row = lab(rosa, status="preliminary", based_on=ordered.reference)
    inbox.see(by=as_ames, item=item_of(row), expected=1)
    row.status = "final"
    changes.update(row, by=SYSTEM)
    assert item_of(row).state == "new"


def test_a_corrected_result_brings_its_report_back(lab, report, rosa, as_ames):
    row = lab(rosa)
    whole = report(rosa, row)
    inbox.see(by=as_ames, item=item_of(whole), expected=1)
    row.status = "corrected"
    changes.update(row, by=SYSTEM)
    assert item_of(whole).state == "new"


def test_a_correction_that_is_critical_makes_it_critical(lab, rosa):
    row = lab(rosa)
    row.status, row.interpretations = "corrected", CRITICAL["interpretations"]
    changes.update(row, by=SYSTEM)
    assert item_of(row).critical


def test_an_old_correction_of_something_known_comes_back(lab, rosa, as_ames):
    row = lab(rosa, days_ago=3)
    inbox.see(by=as_ames, item=item_of(row), expected=1)
    row.status = "corrected"
    with time_machine.travel(timezone.now() + timedelta(days=9), tick=False):
        changes.update(row, by=SYSTEM)
    assert item_of(row).state == "new"


def test_a_critical_one_goes_to_everybody_after_half_an_hour(lab, ordered, rosa, as_cole):
    row = lab(rosa, based_on=ordered.reference, **CRITICAL)
    with time_machine.travel(timezone.now() + timedelta(minutes=29), tick=False):
        before = in_box(as_cole, "team")
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        after = in_box(as_cole, "team")
    assert (before, after) == ([], [row.pk])


def test_the_delay_is_a_setting(lab, ordered, rosa, as_cole, settings):
    settings.CHARTWAVE_CRITICAL_MINUTES = 5
    row = lab(rosa, based_on=ordered.reference, **CRITICAL)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert in_box(as_cole, "team") == [row.pk]


def test_an_acknowledged_critical_one_goes_to_nobody_else(lab, ordered, rosa, as_ames, as_cole):
    row = lab(rosa, based_on=ordered.reference, **CRITICAL)
    inbox.see(by=as_ames, item=item_of(row), expected=1)
    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        assert in_box(as_cole, "team") == []


def test_an_overdue_critical_one_is_on_the_nurses_worklist(lab, ordered, rosa, as_nurse):
    row = lab(rosa, based_on=ordered.reference, **CRITICAL)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert [line.item.record_id for line in critical_unacknowledged(as_nurse)] == [row.pk]


def test_an_overdue_one_stays_first(lab, ordered, rosa, as_ames):
    lab(rosa, based_on=ordered.reference)
    row = lab(rosa, based_on=ordered.reference, **CRITICAL)
    assert in_box(as_ames, "mine")[0] == row.pk


def test_whoever_covers_reads_along(lab, ordered, rosa, as_ames, as_cole, dr_cole):
    row = lab(rosa, based_on=ordered.reference)
    now = timezone.now()
    go_away(by=as_ames, start=now, end=now + timedelta(days=3), covered_by_id=dr_cole.pk)
    assert in_box(as_cole, "covered") == [row.pk]
    assert inbox.see(by=as_cole, item=item_of(row), expected=1).state == "seen"


def test_a_team_covers_too(lab, ordered, rosa, as_ames, as_cole, harbour):
    row = lab(rosa, based_on=ordered.reference)
    now = timezone.now()
    go_away(by=as_ames, start=now, end=now + timedelta(days=3), team_id=harbour.pk)
    assert in_box(as_cole, "covered") == [row.pk]


def test_a_cover_that_is_over_reads_no_more(lab, ordered, rosa, as_ames, as_cole, dr_cole):
    now = timezone.now()
    go_away(by=as_ames, start=now, end=now + timedelta(days=3), covered_by_id=dr_cole.pk)
    lab(rosa, based_on=ordered.reference)
    with time_machine.travel(now + timedelta(days=4), tick=False):
        assert in_box(as_cole, "covered") == []


@pytest.mark.parametrize("hours", [-1, 0])
def test_an_absence_ends_after_it_starts(as_ames, harbour, hours):
    now = timezone.now()
    with pytest.raises(Invalid):
        go_away(by=as_ames, start=now, end=now + timedelta(hours=hours), team_id=harbour.pk)


def test_nobody_covers_for_oneself(as_ames, dr_ames):
    now = timezone.now()
    with pytest.raises(Invalid):
        go_away(by=as_ames, start=now, end=now + timedelta(hours=1), covered_by_id=dr_ames.pk)


def test_the_counters_count(lab, ordered, rosa, as_ames):
    lab(rosa, based_on=ordered.reference, **CRITICAL)
    lab(rosa)
    counts = inbox_counts(as_ames)
    assert (counts["mine"], counts["unowned"], counts["critical"]) == (1, 1, 1)


def test_an_administrator_counts_nothing(lab, rosa, as_administrator):
    lab(rosa, **CRITICAL)
    assert set(inbox_counts(as_administrator).values()) == {0}


def test_a_box_asks_as_often_for_many_as_for_one(lab, rosa, as_ames, django_assert_max_num_queries):
    for _ in range(25):
        lab(rosa)
    with django_assert_max_num_queries(8):
        box(as_ames, "unowned")


def test_the_steps_of_an_item_are_written_once(lab, rosa):
    from django.db import ProgrammingError, transaction

    lab(rosa)
    with pytest.raises(ProgrammingError), transaction.atomic():
        InboxEvent.objects.update(name="Nobody")


def test_what_was_taken_back_is_news_but_not_critical(lab, rosa):
    row = lab(rosa, **CRITICAL)
    row.status = "entered-in-error"
    changes.update(row, by=SYSTEM)
    again = item_of(row)
    assert (again.critical, again.reopened_at is not None) == (False, True)
