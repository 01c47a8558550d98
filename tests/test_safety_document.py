"""The document of hazards names its proof: every test in it exists, every hazard has one."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
DOCUMENT = (HOUSE / "docs" / "clinical-safety.md").read_text()
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
PROOFS = sorted(set(TEST.findall(DOCUMENT)))
HEADINGS = ("Hazard", "---")
ROWS = [
    row
    for row in DOCUMENT.splitlines()
    if row.startswith("|") and not row.strip("| ").startswith(HEADINGS)
]
SEVERITIES = {"catastrophic", "major", "considerable"}


def cells(row):
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize(("path", "name"), PROOFS, ids=[name for _, name in PROOFS])
def test_every_named_test_exists(path, name):
    assert f"def {name}(" in (HOUSE / path).read_text()


@pytest.mark.parametrize("row", ROWS, ids=[cells(row)[0] for row in ROWS])
def test_every_hazard_has_severity_cause_control_and_proof(row):
    _, severity, cause, control, proof = cells(row)
    assert severity in SEVERITIES
    assert cause
    assert control
    assert TEST.search(proof)


@pytest.mark.parametrize(
    "hazard",
    [
        "Wrong patient",
        "Wrong unit",
        "Hidden allergy",
        "Free-text allergy",
        "False reassurance by checks",
        "Stale data",
        "Unreviewed computer readings",
        "Lost note",
        "Children",
        "Pregnancy",
        "Paced rhythm",
        "Time zones and DST",
        "Error not recalled",
        "Demo mixed with real",
        "Formulary content wrong",
        "Overlooked critical result",
    ],
)
def test_no_known_hazard_is_left_out(hazard):
    assert any(cells(row)[0].startswith(hazard) for row in ROWS)


def test_what_is_open_is_said():
    assert "The formulary is not reviewed" in DOCUMENT
