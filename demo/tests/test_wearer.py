"""Rosa's patch replays a rhythm that nobody has named, so her chart names none."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest

from demo.clinic import DEVICE, WEARER_ID
from demo.tests.conftest import of_type, strings


@pytest.mark.parametrize("word", [r"\bAF\b", "fibrillation", "fibrillat", "sinus", "normal"])
def test_no_word_of_her_chart_names_a_rhythm(rosa, word):
    said = [text for text in everything_said(rosa) if re.search(word, text, re.IGNORECASE)]
    assert said == []


def test_her_problems_are_palpitations_and_ventricular_ectopy(rosa):
    problems = {problem["code"]["text"] for problem in of_type(rosa, "Condition")}
    assert {"Palpitations", "Frequent ventricular ectopy"} <= problems


def test_she_is_at_home_with_an_open_visit(rosa):
    assert "HH" in {
        visit["class"]["code"]
        for visit in of_type(rosa, "Encounter")
        if visit["status"] == "in-progress"
    }


def test_the_id_of_the_wearer_is_the_first_persons_id(clinic):
    assert clinic[1]["entry"][0]["resource"]["id"] == WEARER_ID


def test_the_patch_says_that_it_is_simulated():
    assert "Simulated" in DEVICE.model


def everything_said(chart):
    """Every text, and what is written inside the notes."""
    yield from strings(chart)
    for document in of_type(chart, "DocumentReference"):
        for content in document["content"]:
            yield b64decode(content["attachment"]["data"]).decode()
