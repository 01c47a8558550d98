"""The page that imports a recording, with script and without, and the file as it was."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent
from vitals.files.bundle import LARGEST
from vitals.models import FileImport, Recording
from vitals.tests.files import made

FIELDS = {"start": "", "pacemaker": "no", "columns": "", "sampling_rate_hz": "", "unit": ""}


@pytest.fixture
def page(client, nurse, rosa):
    """Post files to Rosa's page."""
    client.force_login(nurse)

    def post(files, *, script=False, **said):
        uploads = [SimpleUploadedFile(name, data) for name, data in files.items()]
        headers = {"Accept": "application/json"} if script else {}
        body = FIELDS | {"patient": str(rosa.id), "upload": uploads} | said
        return client.post(reverse("recording-import", args=[rosa.id]), body, headers=headers)

    return post


def test_the_form_names_the_patient(client, nurse, rosa):
    client.force_login(nurse)
    shown = client.get(reverse("recording-import", args=[rosa.id])).content.decode()
    assert "LINDQVIST" in shown
    assert 'enctype="multipart/form-data"' in shown


def test_the_chart_leads_to_it_from_where_the_devices_are(client, nurse, rosa):
    client.force_login(nurse)
    chart = client.get(reverse("patient-chart", args=[rosa.id])).content.decode()
    assert reverse("recording-import", args=[rosa.id]) in chart


def test_a_file_leads_to_its_recording(page, rosa):
    answer = page({"a.edf": made.edf()})
    recording = Recording.objects.of(rosa).get()
    assert answer.url == reverse("recording", args=[recording.pk])
    assert recording.pairing.pacemaker == "no"


def test_the_script_is_told_where_to_go(page, rosa):
    answer = page({"a.edf": made.edf()}, script=True)
    assert answer.json() == {"location": f"/recordings/{Recording.objects.of(rosa).get().pk}/"}


def test_several_files_of_one_record_come_together(page, rosa):
    page(made.wfdb(), start="2025-03-01T10:00")
    assert Recording.objects.of(rosa).get().channels == ["II", "V5"]


def test_what_is_wrong_stands_at_its_field(page):
    answer = page(made.wfdb())
    assert answer.status_code == 422
    assert answer.context["form"].errors["start"]


def test_a_refusal_names_file_field_and_remedy(page):
    shown = page({"a.edf": made.edf()[:-10]}).content.decode()
    assert "a.edf, length: the header promises" in shown
    assert "Copy or export the file again" in shown


def test_the_script_gets_only_what_is_wrong(page):
    answer = page({"a.edf": made.edf()[:-10]}, script=True)
    assert answer.status_code == 422
    assert "a.edf, length" in answer.json()["html"]
    assert "<form" not in answer.json()["html"]


def test_another_identity_is_shown_side_by_side_and_nothing_kept(page):
    shown = page({"a.edf": made.edf(patient=made.lindqvist(name="Olsen_Ida"))}).content.decode()
    assert "Olsen Ida" in shown
    assert "LINDQVIST, Rosa" in shown
    assert not FileImport.objects.exists()


def test_a_confirmed_identity_comes_in(page, rosa):
    files = {"a.edf": made.edf(patient=made.lindqvist(name="Olsen_Ida"))}
    code = page(files).context["confirm"]
    assert page(files, confirm=code).status_code == 422, "nobody ticked the box"
    assert page(files, confirm=code, same_person="on").status_code == 302
    assert Recording.objects.of(rosa).exists()


def test_a_form_of_another_patient_is_refused(page, otto):
    assert page({"a.edf": made.edf()}, patient=str(otto.id)).status_code == 409


def test_an_upload_that_says_it_is_too_large_is_not_read(client, nurse, rosa):
    client.force_login(nurse)
    answer = client.post(
        reverse("recording-import", args=[rosa.id]), {}, CONTENT_LENGTH=str(LARGEST + 2**20)
    )
    assert answer.status_code == 413


def test_without_a_file_the_form_comes_back(page):
    assert page({}).context["form"].errors["upload"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"sampling_rate_hz": "1e9"}, "sampling_rate_hz"),
        ({"sampling_rate_hz": "soon"}, "sampling_rate_hz"),
        ({"step": "-1"}, "step"),
        ({"pacemaker": ""}, "pacemaker"),
    ],
)
def test_a_description_that_cannot_be_stands_at_its_field(page, said, field):
    assert page({"a.csv": made.table()}, **said).context["form"].errors[field]


def test_a_table_comes_in_by_its_description(page, rosa):
    page(
        {"a.csv": made.table()}, start="2025-03-01T10:00", sampling_rate_hz="249.7", unit="mV",
        columns="II, -",
    )  # fmt: skip
    recording = Recording.objects.of(rosa).get()
    assert (recording.channels, recording.sampling_rate_hz) == (["II"], 249.7)


def test_a_stranger_finds_no_such_page(client, dr_baum, rosa):
    client.force_login(dr_baum)
    assert client.get(reverse("recording-import", args=[rosa.id])).status_code == 404


def test_a_registrar_may_not_import(client, registrar, rosa):
    client.force_login(registrar)
    assert client.get(reverse("recording-import", args=[rosa.id])).status_code == 403


def test_the_original_comes_back_byte_for_byte_and_is_audited(page, client, rosa):
    data = made.edf()
    page({"Lindqvist.edf": data})
    recording = Recording.objects.of(rosa).get()
    answer = client.get(reverse("recording-original", args=[recording.pk, 1]))
    assert (
        hashlib.sha256(b"".join(answer.streaming_content)).digest() == hashlib.sha256(data).digest()
    )
    assert "Lindqvist" not in answer["Content-Disposition"]
    assert AuditEvent.objects.get(action="export").patient_id == rosa.pk


def test_a_stranger_does_not_get_the_original(page, client, rosa, dr_baum):
    page({"a.edf": made.edf()})
    address = reverse("recording-original", args=[Recording.objects.of(rosa).get().pk, 1])
    client.force_login(dr_baum)
    assert client.get(address).status_code == 404


def test_there_is_no_second_original(page, client, rosa):
    page({"a.edf": made.edf()})
    recording = Recording.objects.of(rosa).get()
    assert client.get(reverse("recording-original", args=[recording.pk, 2])).status_code == 404


def test_the_page_of_the_recording_says_where_it_came_from(page, client, rosa):
    files = {"a.edf": made.edf(("ECG II", "EEG Fp1"), patient=made.lindqvist(name="Olsen_Ida"))}
    code = page(files).context["confirm"]
    shown = client.get(page(files, confirm=code, same_person="on").url).content.decode()
    assert "Original file 1 .edf" in shown
    assert "EEG Fp1" in shown
    assert "The file says another name; a person confirmed" in shown


def test_the_time_of_a_file_is_called_unverified(page, client, rosa):
    shown = client.get(page({"a.edf": made.edf()}).url).content.decode()
    assert "device time unverified" in shown


def test_the_declared_filters_stand_on_the_trace(page, client, rosa):
    address = page({"a.edf": made.edf(filters="HP:0.05Hz LP:150Hz")}).url
    assert "as recorded, 0.05–150 Hz" in client.get(address).content.decode()


def test_the_recorder_of_a_file_is_not_among_the_worn_devices(page, client, rosa):
    page({"a.edf": made.edf()})
    chart = client.get(reverse("patient-chart", args=[rosa.id]))
    assert chart.context["pairings"] == []
