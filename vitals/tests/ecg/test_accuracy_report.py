"""The benchmark counts rightly, and says so when its data is not there."""

import json

import numpy as np
import pytest

from benchmarks import ecg_accuracy
from benchmarks.figures import Figure, Report, Table, main, mean_interval
from benchmarks.scoring import inside, outside, score
from vitals.ecg.arrays import Span


@pytest.mark.parametrize(
    ("annotated", "detected", "counts"),
    [
        ([], [], (0, 0, 0)),
        ([100], [], (0, 1, 0)),
        ([], [100], (0, 0, 1)),
        ([100, 200], [105, 195], (2, 0, 0)),
        ([100], [95, 105], (1, 0, 1)),
        ([100, 104], [102], (1, 1, 0)),
        ([100], [111], (0, 1, 1)),
    ],
)
def test_each_beat_is_paired_at_most_once(annotated, detected, counts):
    found = score(np.array(annotated, dtype=int), np.array(detected, dtype=int), 10)
    assert (found.hit, found.missed, found.false) == counts


def test_f1_weighs_missed_and_false_beats_alike():
    assert score(np.array([100, 200, 300, 400]), np.array([100, 200, 300, 999]), 10).f1 == 75


def test_what_lies_in_a_span_is_told_from_what_does_not():
    positions, spans = np.array([5, 10, 15, 20]), [Span(10, 20)]
    assert outside(positions, spans).tolist() == [5, 20]
    assert inside(positions, spans).tolist() == [10, 15]


def test_the_interval_of_equal_values_is_that_value():
    assert mean_interval([3.0, 3.0, 3.0]) == (3.0, 3.0)


@pytest.mark.parametrize(("ok", "status"), [(True, 0), (None, 0), (False, 1)])
def test_a_missed_gate_is_the_exit_status(ok, status):
    report = Report(["protocol"], figures=[Figure("x", 1.0, "ms", "<= 1", ok)])
    assert main(lambda quick: report, ["--json"]) == status


def test_json_prints_the_figures_and_nothing_else(capsys):
    figure = Figure("x", 1.23456, "ms", "<= 2", ok=True)
    main(lambda quick: Report(["protocol"], [Table("t", ["a"], [["1"]])], [figure]), ["--json"])
    expected = {"name": "x", "value": 1.2346, "unit": "ms", "budget": "<= 2", "ok": True}
    assert json.loads(capsys.readouterr().out) == {"figures": [expected]}


def test_a_table_lines_its_columns_up():
    table = Table("Caption", ["name", "n"], [["a", "1"], ["longer", "100"]])
    assert table.lines() == ["Caption", "name      n", "------  ---", "a         1", "longer  100"]


def test_without_the_records_nothing_is_claimed(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CHARTWAVE_SHARED_DATA", str(tmp_path))
    assert main(ecg_accuracy.measure, []) == 0
    assert "skipped: no ../shared/data" in capsys.readouterr().out
