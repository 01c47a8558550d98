"""Tables that a spreadsheet opens without harm."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.ecg.arrays import Span
from vitals.export.spreadsheet import line, rows


def table(body):
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=2))
def test_text_comes_back_but_for_the_sign_that_disarms_it(cells):
    (found,) = table(line(cells))
    plain = [
        cell[1:] if cell[:1] == "'" and given[:1] != "'" else cell
        for cell, given in zip(found, cells, strict=True)
    ]
    assert plain == cells


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"],
)
def test_no_text_is_a_formula(text):
    assert table(line([text, "x"]))[0][0] == "'" + text


def made(pieces, step=1.0, marks=None):
    return table(b"".join(rows(pieces, lambda n: n / 250, step, marks or {}, 2)))


def test_each_sample_is_a_line_with_number_time_and_values():
    block = np.array([[1, -2], [300, 4]], np.int16)
    assert made([(Span(250, 252), block)], step=0.5) == [
        ["250", "1.000000", "0.5", "-1", "", ""],
        ["251", "1.004000", "150", "2", "", ""],
    ]


def test_what_was_not_measured_is_an_empty_cell():
    block = np.array([[1, -32768]], np.int16)
    assert made([(Span(0, 1), block)])[0][2:4] == ["1", ""]


def test_marks_stand_beside_their_sample():
    block = np.zeros((3, 1), np.int16)
    found = made([(Span(7, 10), block)], marks={8: ("V", "=harmless"), 90: ("N", "")})
    assert [row[3:] for row in found] == [["", ""], ["V", "'=harmless"], ["", ""]]
