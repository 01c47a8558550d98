"""Importing: what is in the chart afterwards, and what keeps a file out of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent
from fhir.errors import NotAllowed, NotFound
from patients.models import ImagingStudy
from tests.cast import person, visit
from vitals.errors import FileElsewhere, FileRefused, IdentityDiffers, StartImpossible, StartUnknown
from vitals.files.layout import Layout
from vitals.models import FileImport, OriginalFile, Recording
from vitals.storage.reading import samples
from vitals.tests.files import made

BEGAN = datetime(2025, 3, 1, 10, 0, tzinfo=UTC)


def test_an_edf_becomes_a_recording_of_the_patient(into, rosa):
    done = into({"a.edf": made.edf(patient=made.lindqvist(), filters="HP:0.05Hz LP:150Hz")})
    (recording,) = done.recordings
    assert Recording.objects.of(rosa).get() == recording
    assert (recording.kind, recording.channels, recording.unit) == ("ecg", ["II"], "uV")
    assert (recording.sampling_rate_hz, recording.started_at) == (250, BEGAN)
    assert recording.bandwidth_hz == (0.05, 150)


def test_every_sample_is_exact(into):
    (recording,) = into({"a.edf": made.edf()}).recordings
    kept = samples(recording, 0, 2500)[:, 0] * recording.units_per_step
    assert np.allclose(kept, made.wave() * 0.1, rtol=0, atol=1e-9)


def test_the_file_is_kept_byte_for_byte(into):
    data = made.edf()
    done = into({"a.edf": data})
    (file,) = OriginalFile.objects.filter(imported=done.imported)
    assert b"".join(file.stream()) == data
    assert bytes(file.sha256) == hashlib.sha256(data).digest()


def test_no_name_of_a_file_is_kept(into):
    done = into({"Lindqvist Rosa.edf": made.edf()})
    assert "Lindqvist" not in str(OriginalFile.objects.values())
    assert "Lindqvist" not in str(done.imported.said)


def test_the_same_upload_again_changes_nothing(into):
    first, again = into({"a.edf": made.edf()}), into({"a.edf": made.edf()})
    assert not again.new
    assert [each.pk for each in again.recordings] == [each.pk for each in first.recordings]
    assert FileImport.objects.count() == 1


def test_a_file_of_another_chart_is_not_taken_twice(into, harbour):
    into({"a.edf": made.edf()})
    other = person("Ida", "Olsen", "100-9", harbour)
    visit(other, harbour)
    with pytest.raises(FileElsewhere):
        into({"a.edf": made.edf()}, patient=other)


def test_two_patients_may_have_been_recorded_in_the_same_hour(into, harbour):
    into({"a.edf": made.edf()})
    other = person("Ida", "Olsen", "100-9", harbour)
    visit(other, harbour)
    done = into({"b.edf": made.edf(("ECG I",))}, patient=other)
    assert Recording.objects.of(other).get() == done.recordings[0]


def test_several_rates_become_several_recordings_of_one_session(into):
    header = b"rec 2 100 1000\nslow.dat 16 200 16 0 0 0 0 II\nfast.dat 16x2 200 16 0 0 0 0 V5"
    slow, fast = made.wave(1000).tobytes(), made.wave(2000, 1).tobytes()
    done = into({"rec.hea": header, "slow.dat": slow, "fast.dat": fast}, start=BEGAN)
    assert [(each.sampling_rate_hz, each.channels) for each in done.recordings] == [
        (200, ["V5"]),
        (100, ["II"]),
    ]
    assert len({each.session_id for each in done.recordings}) == 1


def test_the_worker_is_told(into):
    from procrastinate.contrib.django.models import ProcrastinateJob

    (recording,) = into({"a.edf": made.edf()}).recordings
    assert ProcrastinateJob.objects.filter(args={"recording_id": str(recording.pk)}).exists()


def test_it_is_audited_with_the_patient(into, rosa):
    done = into({"a.edf": made.edf()})
    event = AuditEvent.objects.get(action="import-recording")
    assert event.patient_id == rosa.pk
    assert event.detail["recordings"] == [str(each.pk) for each in done.recordings]


def test_a_twelve_lead_dicom_is_a_study_in_the_chart(into, rosa):
    done = into({"a.dcm": made.dicom()})
    study = ImagingStudy.objects.of(rosa).get()
    assert study.modalities[0]["code"] == "ECG"
    assert study.started_at == done.recordings[0].started_at
    assert study.series[0]["instance"][0]["sopClass"]["code"].endswith("9.1.1")


def test_one_lead_is_no_study(into, rosa):
    into({"a.edf": made.edf()})
    assert not ImagingStudy.objects.of(rosa).exists()


def test_twelve_leads_of_any_format_are_a_study(into, rosa):
    into({"a.edf": made.edf([f"ECG {lead}" for lead in made.TWELVE])})
    assert ImagingStudy.objects.of(rosa).get().series[0]["uid"].startswith("2.25.")


def test_who_may_not_attach_devices_may_not_import(into, registrar):
    from accounts.principals import principal_of

    with pytest.raises(NotAllowed):
        into({"a.edf": made.edf()}, by=principal_of(registrar))


def test_a_stranger_does_not_find_the_patient(into, dr_baum):
    from accounts.principals import principal_of

    with pytest.raises(NotFound):
        into({"a.edf": made.edf()}, by=principal_of(dr_baum))


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"name": "Somebody_Else"}, ["name"]),
        ({"code": "77-1"}, ["number"]),
        ({"birthdate": date(1961, 3, 12)}, ["birth-date"]),
        ({"name": "Else_Somebody", "code": "77-1"}, ["name", "number"]),
    ],
)
def test_another_identity_in_the_file_keeps_it_out(into, changed, what):
    with pytest.raises(IdentityDiffers) as no:
        into({"a.edf": made.edf(patient=made.lindqvist(**changed))})
    assert no.value.more["differences"] == what
    assert not FileImport.objects.exists()


def test_another_identity_can_be_confirmed_for_this_file_only(into):
    file, other = (made.edf(labels, patient=made.lindqvist(code="77-1"))
                   for labels in (("ECG I",), ("ECG II",)))  # fmt: skip
    with pytest.raises(IdentityDiffers) as no:
        into({"a.edf": file})
    assert into({"a.edf": file}, confirmed=no.value.confirm).new
    with pytest.raises(IdentityDiffers):
        into({"a.edf": other}, confirmed=no.value.confirm)


def test_a_confirmed_identity_is_on_record(into):
    file = made.edf(patient=made.lindqvist(code="77-1"))
    with pytest.raises(IdentityDiffers) as no:
        into({"a.edf": file})
    done = into({"a.edf": file}, confirmed=no.value.confirm)
    assert done.imported.said["identity_differs"] == ["number"]
    assert AuditEvent.objects.get(action="import-recording").detail["identity_confirmed"] == [
        "number"
    ]


def test_a_file_without_a_start_needs_one(into):
    with pytest.raises(StartUnknown, match=r"rec\.hea.*State the start"):
        into(made.wfdb())
    assert into(made.wfdb(), start=BEGAN).recordings[0].started_at == BEGAN


@pytest.mark.parametrize(
    ("began", "why"),
    [
        ("10:00:00 01/01/2084", "future"),
        ("10:00:00 01/01/1900", "not set"),
    ],
)
def test_a_start_that_cannot_be_is_refused(into, began, why):
    files = made.wfdb(more=f" {began}")
    with pytest.raises(StartImpossible, match=why):
        into(files)


def test_nobody_was_recorded_before_being_born(into, harbour):
    born = date(2025, 6, 1)
    child = person("Ida", "Olsen", "100-9", harbour, birth_date_low=born, birth_date_high=born)
    visit(child, harbour)
    with pytest.raises(StartImpossible, match="born"):
        into({"a.edf": made.edf()}, patient=child)


def test_a_recording_that_would_end_in_the_future_is_refused(into):
    soon = timezone.now() - timedelta(seconds=1)
    with pytest.raises(StartImpossible, match="future"):
        into({"a.edf": made.edf(rate=1, n=200)}, start=soon, layout=Layout())


def test_what_was_not_measured_stays_missing(into):
    values = made.wave(2500)
    values[100:200] = -32768
    files = made.wfdb(("II",), gains=("200",)) | {"rec.dat": values.tobytes()}
    (recording,) = into(files, start=BEGAN).recordings
    assert (samples(recording, 0, 2500)[100:200] == -32768).all()


def test_nothing_is_kept_of_a_file_that_is_refused(into):
    with pytest.raises(FileRefused, match="cut off"), transaction.atomic():
        into({"a.edf": made.edf()[:-100]})
    assert not FileImport.objects.exists()
