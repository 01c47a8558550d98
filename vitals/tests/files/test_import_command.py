"""``manage.py import_recording``: what an operator types, and what it answers."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from vitals.models import Recording
from vitals.tests.files import made


@pytest.fixture
def run(rosa, tmp_path):
    """Import files into Rosa's chart."""

    def call(files, *words, number="100-1"):
        paths = []
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
            paths.append(str(tmp_path / name))
        out = StringIO()
        call_command("import_recording", *paths, "--patient", number, *words, stdout=out)
        return out.getvalue()

    return call


def test_a_file_comes_into_the_chart(run, rosa):
    assert "ecg" in run({"a.edf": made.edf()})
    assert Recording.objects.of(rosa).exists()


def test_a_second_run_changes_nothing(run, rosa):
    run({"a.edf": made.edf()})
    assert "in the chart already" in run({"a.edf": made.edf()})
    assert Recording.objects.of(rosa).count() == 1


def test_what_was_left_out_is_said(run):
    assert "EEG Fp1" in run({"a.edf": made.edf(("ECG II", "EEG Fp1"))})


def test_another_identity_needs_the_code_that_it_prints(run, rosa):
    files = {"a.edf": made.edf(patient=made.lindqvist(name="Olsen_Ida"))}
    with pytest.raises(CommandError) as no:
        run(files)
    assert "Olsen Ida / LINDQVIST, Rosa" in str(no.value)
    run(files, "--confirm", re.search(r"--confirm (\w+)", str(no.value))[1])
    assert Recording.objects.of(rosa).exists()


def test_layout_and_start_come_from_the_command(run, rosa):
    layout = json.dumps({"sampling_rate_hz": 500, "unit": "mV"})
    run({"a.csv": made.table()}, "--layout", layout, "--start", "2025-03-01T10:00:00+01:00")
    assert Recording.objects.of(rosa).get().started_at.isoformat() == "2025-03-01T09:00:00+00:00"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--layout", "["], "JSON"),
        (["--layout", '{"colour": 1}'], "colour"),
        (["--start", "yesterday"], "2026-03-01"),
    ],
)
def test_words_that_cannot_be_read_are_refused(run, words, said):
    with pytest.raises(CommandError, match=said):
        run({"a.edf": made.edf()}, *words)


def test_an_unknown_number_is_refused(run):
    with pytest.raises(CommandError, match="No patient has the number 4711"):
        run({"a.edf": made.edf()}, number="4711")


def test_a_file_that_is_not_there_is_named(run, rosa, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_recording", str(tmp_path / "no.edf"), "--patient", "100-1")
