"""Walking through the list: each line answered, all of it kept or nothing; and by whom."""

import pytest

from accounts.models import AuditEvent
from fhir import changes
from fhir.errors import Invalid, NotAllowed, NotFound, VersionConflict
from fhir.models import Change
from fhir.principal import SYSTEM
from fhir.registry import render
from fhir.together import load
from patients.acts.medication_reviews import (
    Reviewed,
    Told,
    end_elsewhere,
    reconcile,
    record_elsewhere,
)
from patients.acts.medications import PatientDied
from patients.chart.medicines import current_medications, last_reconciliation
from patients.forms.fields import PartialDateField
from patients.models import MedicationReview
from patients.prescribing.sig import Sig
from patients.terminology.coded import Coded
from patients.tests.medicines.conftest import order


def walked(as_ames, rosa, *lines, source="the patient"):
    return reconcile(by=as_ames, patient=rosa, lines=lines, source=source)


def said(row, outcome="confirmed", reason="", version=1):
    return Reviewed(row.reference, version, outcome, reason)


def herb(as_ames, rosa, **more):
    told = {"medicine": Coded(text="St John's wort"), "sig": Sig("St John's wort")} | more
    return record_elsewhere(by=as_ames, patient=rosa, told=Told(**told))


def test_the_last_walk_says_when_and_by_whom(as_ames, rosa):
    walked(as_ames, rosa, said(order(rosa)))
    last = last_reconciliation(rosa)
    assert (last.by, last.source, last.lines) == ("Dr Ada Ames", "the patient", 1)


def test_nobody_ever_walked_is_none(rosa):
    assert last_reconciliation(rosa) is None


def test_a_confirmed_line_is_not_a_new_version(as_ames, rosa):
    row = order(rosa)
    walked(as_ames, rosa, said(row))
    row.refresh_from_db()
    assert row.version == 1


def test_a_stopped_line_stops_the_prescription_with_its_reason(as_ames, rosa):
    row = order(rosa)
    walked(as_ames, rosa, said(row, "stopped", "Finished last month"))
    row.refresh_from_db()
    assert (row.status, row.status_reason_text) == ("stopped", "Finished last month")


def test_a_line_taken_otherwise_is_noted_on_it(as_ames, rosa):
    row = order(rosa)
    walked(as_ames, rosa, said(row, "changed", "takes half"))
    row.refresh_from_db()
    assert row.notes[-1]["text"] == "Taken otherwise: takes half"


def test_every_answer_is_kept_with_its_reason(as_ames, rosa):
    row = order(rosa)
    review = walked(as_ames, rosa, said(row, "unclear", "confused today"))
    assert review.lines == [
        {
            "reference": row.reference,
            "text": "Bisoprolol",
            "outcome": "unclear",
            "reason": "confused today",
        }
    ]


@pytest.mark.parametrize("outcome", ["changed", "stopped", "unclear"])
def test_all_but_a_confirmation_need_a_reason(as_ames, rosa, outcome):
    with pytest.raises(Invalid, match="reason"):
        walked(as_ames, rosa, said(order(rosa), outcome))


def test_a_line_without_an_answer_is_refused(as_ames, rosa):
    with pytest.raises(Invalid, match="say what became of it"):
        walked(as_ames, rosa, said(order(rosa), ""))


def test_one_stale_line_keeps_nothing(as_ames, rosa):
    fresh, stale = order(rosa), order(rosa, "Warfarin")
    with pytest.raises(VersionConflict):
        walked(as_ames, rosa, said(fresh, "stopped", "x"), said(stale, version=4))
    fresh.refresh_from_db()
    assert (fresh.status, MedicationReview.objects.count()) == ("active", 0)


def test_a_nurse_confirms(as_nurse, rosa):
    assert walked(as_nurse, rosa, said(order(rosa))).by_name == "Nora Nurse"


def test_a_nurse_stops_no_prescription(as_nurse, rosa):
    with pytest.raises(NotAllowed):
        walked(as_nurse, rosa, said(order(rosa), "stopped", "x"))


def test_a_line_of_another_patient_is_not_there(as_ames, rosa, otto):
    with pytest.raises(NotFound):
        walked(as_ames, rosa, said(order(otto)))


def test_a_doctor_of_another_house_finds_no_patient(as_baum, rosa):
    with pytest.raises(NotFound):
        walked(as_baum, rosa)


def test_the_list_of_the_dead_is_not_walked(as_ames, rosa):
    rosa.deceased = True
    changes.update(rosa, by=SYSTEM)
    with pytest.raises(PatientDied):
        walked(as_ames, rosa)


def test_a_walk_is_on_record(as_ames, rosa):
    walked(as_ames, rosa, said(order(rosa)))
    assert AuditEvent.objects.get(action="reconcile-medicines").patient_id == rosa.id


def test_a_review_cannot_be_altered(as_ames, rosa):
    from django.db import ProgrammingError

    review = walked(as_ames, rosa)
    with pytest.raises(ProgrammingError, match="permission denied"):
        MedicationReview.objects.filter(pk=review.pk).update(by_name="Somebody else")


def test_a_medicine_from_elsewhere_is_a_statement(as_ames, rosa):
    herb(as_ames, rosa)
    (line,) = load(current_medications(rosa)).confirmed
    assert (line.text, line.elsewhere, line.uncoded) == ("St John's wort", True, True)


def test_who_said_so_is_kept(as_ames, rosa):
    assert herb(as_ames, rosa, source="her sister").notes[0]["text"] == "Said by: her sister"


def test_since_a_year_stays_a_year(as_ames, rosa):
    row = herb(as_ames, rosa, since=PartialDateField().clean("2019"))
    assert render(row)["effectivePeriod"] == {"start": "2019"}


def test_a_medicine_needs_a_name(as_ames, rosa):
    with pytest.raises(Invalid, match="Medicine"):
        herb(as_ames, rosa, medicine=Coded())


def test_what_is_not_taken_any_more_keeps_the_reason(as_ames, rosa):
    row = herb(as_ames, rosa)
    end_elsewhere(by=as_ames, told=row, reason="Rash", expected=1)
    assert render(row)["statusReason"] == [{"text": "Rash"}]


def test_an_end_without_a_reason_is_refused(as_ames, rosa):
    with pytest.raises(Invalid, match="Reason"):
        end_elsewhere(by=as_ames, told=herb(as_ames, rosa), reason=" ", expected=1)


def test_every_version_has_its_change(as_ames, rosa):
    row = herb(as_ames, rosa)
    end_elsewhere(by=as_ames, told=row, reason="Rash", expected=1)
    assert Change.objects.of("MedicationStatement", row.fhir_id).count() == 2
