"""Downloads: who may, what is on record, and that every form holds the same samples."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import edfio
import numpy as np
import pytest
import wfdb
from django.utils import timezone

from accounts.models import AuditEvent
from fhir.validation import validate
from vitals.ecg.arrays import Span
from vitals.ecg.findings import Findings
from vitals.ecg.version import ALGORITHM, ALGORITHM_VERSION
from vitals.models import Analysis, Recording
from vitals.models.analysis import PIECE
from vitals.tests.conftest import RATE, rfc3339, wave

FORMS = ["edf", "wfdb", "csv", "fhir"]
SIZE = 10 * RATE


@pytest.fixture
def seen(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def recorded(device, worn):
    """A minute of two leads in chunks of 10 s; the third never came, and lead II was off once."""
    start = timezone.now() - timedelta(minutes=30)
    key = device.open(
        channels=["I", "II"], unit="mV", scale=0.0025, started_at=rfc3339(start)
    ).json()["id"]
    for seq in (0, 1, 3, 4, 5):
        values = np.frombuffer(wave(SIZE, seq, 2), "<i2").reshape(-1, 2).copy()
        if seq == 4:
            values[100:300, 1] = -32768
        when = rfc3339(start + timedelta(seconds=10 * seq))
        answer = device.put(key, seq, values.tobytes(), seq * SIZE, Chunk_Device_Time=when)
        assert answer.status_code == 201
    return key


@pytest.fixture
def read(recorded):
    """What a worker has found in it."""
    recording = Recording.objects.get(pk=recorded)
    named = {
        "recording": recording,
        "algorithm_version": ALGORITHM_VERSION,
        "from_sample": 0,
        "to_sample": 15000,
    }
    piece = Findings(
        index=0, core=Span(0, 15000), beats=np.array([200, 450, 700]),
        classes=np.array([0, 1, 3], np.uint8), rejected=(), pauses_after=np.zeros(0, np.int64),
        segments=(),
    )  # fmt: skip
    Analysis.objects.create(algorithm=ALGORITHM + PIECE, result=piece.to_json(), **named)
    reading = {
        "grades": [
            {"grade": "good", "from_s": 0, "to_s": 20},
            {"grade": "noise", "from_s": 30, "to_s": 60},
        ],
        "episodes": [{"kind": "possible-af", "start_sample": 8000, "end_sample": 9000}],
    }
    Analysis.objects.create(algorithm=ALGORITHM, result=reading, **named)
    return recording


def whole():
    """The minute as it should come back."""
    values = np.full((6 * SIZE, 2), -32768, np.int16)
    for seq in (0, 1, 3, 4, 5):
        values[seq * SIZE : (seq + 1) * SIZE] = np.frombuffer(wave(SIZE, seq, 2), "<i2").reshape(
            -1, 2
        )
    values[4 * SIZE + 100 : 4 * SIZE + 300, 1] = -32768
    return values


def get(client, key, form, **query):
    return client.get(f"/recordings/{key}/export/{form}", query)


def body(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def unpacked(answer, folder):
    name = answer["Content-Disposition"].split('"')[1].removesuffix(".zip")
    with zipfile.ZipFile(io.BytesIO(body(answer))) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return str(folder / name)


def table(answer):
    return list(csv.reader(io.StringIO(body(answer).decode(), newline="")))


def exports():
    return AuditEvent.objects.filter(action="export")


@pytest.mark.parametrize("form", FORMS)
def test_a_doctor_who_treats_the_patient_may_take_it_and_it_is_on_record(
    seen, recorded, form, rosa
):
    assert body(get(seen, recorded, form))
    event = exports().get()
    assert event.patient_id == rosa.pk
    assert event.entities == [f"Recording/{recorded}"]
    assert event.detail == {"form": form, "identity": False, "samples": [0, 15000]}


@pytest.mark.parametrize("who", ["dr_baum", "registrar", "administrator"])
def test_whoever_may_not_read_the_chart_finds_nothing(client, request, recorded, who):
    client.force_login(request.getfixturevalue(who))
    assert [get(client, recorded, form).status_code for form in FORMS] == [404] * 4
    assert not exports().exists()


def test_without_sign_in_nothing_leaves(client, recorded):
    assert get(client, recorded, "edf").status_code == 302


def test_it_is_on_record_before_the_first_byte_leaves(seen, recorded):
    get(seen, recorded, "csv")
    assert exports().count() == 1


@pytest.mark.parametrize("form", FORMS)
def test_no_file_name_tells_who(seen, recorded, rosa, form):
    answer = get(seen, recorded, form, identity="yes")
    name = answer["Content-Disposition"].lower()
    assert Recording.objects.get(pk=recorded).pk.hex in name
    assert rosa.name.family.lower() not in name
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("form", FORMS)
def test_without_asking_no_file_tells_who(seen, recorded, rosa, form):
    content = body(get(seen, recorded, form))
    for word in (rosa.name.family, rosa.name.given, str(rosa.pk), rosa.identifiers[0]["value"]):
        assert word.encode() not in content


def test_edf_names_the_patient_when_asked(seen, recorded, rosa):
    edf = edfio.read_edf(io.BytesIO(body(get(seen, recorded, "edf", identity="yes"))))
    assert rosa.name.family in edf.patient.name
    assert edf.patient.code == rosa.identifiers[0]["value"]
    assert exports().get().detail["identity"] is True


def test_fhir_names_the_patient_when_asked(seen, recorded, rosa):
    bundle = json.loads(body(get(seen, recorded, "fhir", identity="yes")))
    subject = bundle["entry"][0]["resource"]["subject"]
    assert subject["reference"] == rosa.reference
    assert subject["identifier"]["value"] == rosa.identifiers[0]["value"]


@pytest.mark.parametrize("form", ["wfdb", "csv"])
def test_formats_without_a_place_for_a_name_have_none(seen, recorded, rosa, form):
    content = body(get(seen, recorded, form, identity="yes"))
    assert rosa.name.family.encode() not in content


def test_edf_holds_the_samples_and_says_what_is_missing(seen, recorded):
    answer = get(seen, recorded, "edf")
    content = body(answer)
    edf = edfio.read_edf(io.BytesIO(content))
    received = np.delete(whole(), slice(2 * SIZE, 3 * SIZE), axis=0)
    assert int(answer["Content-Length"]) == len(content)
    assert [signal.label for signal in edf.signals] == ["ECG I", "ECG II"]
    for channel, signal in enumerate(edf.signals):
        assert np.array_equal(signal.digital, received[:, channel])
        assert np.allclose(signal.data, received[:, channel] * 2.5, atol=0.01)
    assert [(a.onset, a.duration, a.text) for a in edf.annotations] == [
        (20.0, 10.0, "Not measured"),
        (40.4, 0.8, "Not measured@@ECG II"),
    ]


def test_wfdb_holds_the_samples_with_gaps_as_no_numbers(seen, recorded, tmp_path):
    record = wfdb.rdrecord(unpacked(get(seen, recorded, "wfdb"), tmp_path))
    expected = np.where(whole() == -32768, np.nan, whole() * 0.0025)
    assert np.allclose(record.p_signal, expected, equal_nan=True)
    assert (record.sig_name, record.units, record.fs) == (["I", "II"], ["mV", "mV"], RATE)


def test_wfdb_carries_beats_quality_and_episodes(seen, read, tmp_path):
    name = unpacked(get(seen, read.pk, "wfdb"), tmp_path)
    found = wfdb.rdann(name, "atr")
    beats = [(at, sign) for at, sign in zip(found.sample, found.symbol, strict=True)
             if sign in "NV/Q"]  # fmt: skip
    assert beats == [(200, "N"), (450, "V"), (700, "Q")]
    notes = [(at, note) for at, note in zip(found.sample, found.aux_note, strict=True) if note]
    assert notes[0] == (0, "signal quality: good")
    assert notes[1][1].startswith("Beats, quality and episodes: preliminary, unreviewed")
    assert (7500, "signal quality: noise") in notes
    assert [note for note in notes if "possible af" in note[1]] == [
        (8000, "possible af: begins"),
        (8999, "possible af: ends"),
    ]


def test_wfdb_says_when_nobody_has_read_it(seen, recorded, tmp_path):
    name = unpacked(get(seen, recorded, "wfdb"), tmp_path)
    assert "Nobody has read this recording: there are no beats." in wfdb.rdheader(name).comments


def test_edf_carries_the_reading_marked_as_such(seen, read):
    edf = edfio.read_edf(io.BytesIO(body(get(seen, read.pk, "edf"))))
    texts = [(a.onset, a.text) for a in edf.annotations]
    assert (30.0, "Computer reading: signal quality: noise") in texts
    assert (32.0, "Computer reading: possible af") in texts
    assert any("preliminary, unreviewed" in text for _, text in texts)


def test_csv_holds_every_sample_that_was_received(seen, read):
    header, *lines = table(get(seen, read.pk, "csv"))
    values = whole()
    assert header[0] == "sample"
    assert header[2:4] == ["I (mV)", "II (mV)"]
    assert len(lines) == 5 * SIZE
    for cells in lines[::97]:
        expected = ["" if v == -32768 else f"{v * 0.0025:.10g}" for v in values[int(cells[0])]]
        assert cells[2:4] == expected
        assert float(cells[1]) == int(cells[0]) / RATE


def test_csv_marks_beats_and_says_where_lines_are_missing(seen, read):
    lines = {int(cells[0]): cells for cells in table(get(seen, read.pk, "csv"))[1:]}
    assert [lines[at][4] for at in (200, 450, 700)] == ["N", "V", "Q"]
    assert lines[7500][5] == "2500 samples before were not received; signal quality: noise"


def test_fhir_holds_the_samples_and_is_valid(seen, recorded):
    bundle = json.loads(body(get(seen, recorded, "fhir")), parse_float=Decimal)
    validate(bundle)
    found = []
    for entry in bundle["entry"]:
        parts = [part["valueSampledData"] for part in entry["resource"]["component"]]
        assert {(part["period"], part["factor"]) for part in parts} == {(4, Decimal("2.5"))}
        columns = [part["data"].split(" ") for part in parts]
        found += [
            [-32768 if step == "E" else int(step) for step in row]
            for row in zip(*columns, strict=True)
        ]
    assert np.array_equal(found, np.delete(whole(), slice(2 * SIZE, 3 * SIZE), axis=0))


@pytest.mark.parametrize(
    ("query", "samples"),
    [
        ({"from": "0:00:05", "to": "0:00:15"}, [1250, 3750]),
        ({"start_ms": "5000", "end_ms": "15000"}, [1250, 3750]),
        ({"from": "0:00:50"}, [12500, 15000]),
        ({"to": "0:01"}, [0, 15000]),
        ({"from": "0:00:25", "to": "0:00:31.5"}, [7500, 7875]),
        ({"from": "", "to": ""}, [0, 15000]),
    ],
)
def test_a_part_can_be_taken(seen, recorded, query, samples):
    body(get(seen, recorded, "edf", **query))
    assert exports().get().detail["samples"] == samples


@pytest.mark.parametrize(
    "query",
    [
        {"from": "x"}, {"from": "0:00:10", "to": "0:00:05"}, {"to": "-1:00"}, {"start_ms": "1e9"},
        {"from": "0:00:21", "to": "0:00:29"}, {"from": "9:00:00"}, {"from": "0:75"},
        {"end_ms": "٣"}, {"to": "0:00:00"},
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_or_holds_nothing_is_refused(seen, recorded, query):
    assert get(seen, recorded, "edf", **query).status_code == 400
    assert not exports().exists()


def test_an_unknown_form_is_not_found(seen, recorded):
    assert get(seen, recorded, "xls").status_code == 404


def test_more_than_a_month_is_refused(seen, device, recorded):
    far = 32 * 24 * 3600 * RATE
    device.put(recorded, 9, wave(SIZE, 9, 2), far)
    assert get(seen, recorded, "csv").status_code == 400
    assert get(seen, recorded, "csv", to="1:00:00").status_code == 200


def test_a_strays_samples_do_not_leave_with_the_recording(seen, recorded, device):
    from vitals.models import WaveformChunk

    WaveformChunk.objects.filter(recording=recorded, first_sample=5 * SIZE).update(pairing=None)
    body(get(seen, recorded, "edf"))
    assert exports().get().detail["samples"] == [0, 12500]


def test_movement_leaves_too_but_not_as_an_ecg(seen, device, worn):
    key = device.open(
        client_id="m", kind="imu", unit="mixed", channels=["ax", "gx"], sampling_rate_hz=100,
        scale=0.5,
    ).json()["id"]  # fmt: skip
    device.put(key, 0, wave(500, 1, 2))
    edf = edfio.read_edf(io.BytesIO(body(get(seen, key, "edf"))))
    assert [signal.label for signal in edf.signals] == ["ax", "gx"]
    assert body(get(seen, key, "csv"))
    assert get(seen, key, "fhir").status_code == 400
