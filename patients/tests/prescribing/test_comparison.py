"""The whole answer: nothing unknown is passed over, and no answer reassures."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from patients.prescribing.comparison import OVERRIDE_REASONS, Severity
from patients.prescribing.formulary import rows
from patients.tests.prescribing.patients_of_paper import (
    compared,
    grown_up,
    proposed,
    rule_ids,
)

ROOT = Path(__file__).resolve().parents[3]


def test_the_summary_counts_rules_and_recognised_drugs():
    patient = grown_up("warfarin", "Frobnicol", "lisinopril")
    summary = compared(proposed("paracetamol", "1 g", frequency="every-6-h"), patient).summary
    assert re.match(r"Compared with 15 \+ \d+ rules; 3 of 4 drugs recognised; ", summary)
    assert "not checked: renal function, liver function" in summary


def test_an_empty_comparison_still_says_what_was_not_checked():
    found = compared(proposed("paracetamol", "500 mg", frequency="every-6-h"), grown_up())
    assert found.findings == ()
    assert "renal function" in found.not_checked
    assert found.summary.endswith("medicines stopped recently or not listed.")


def test_a_medicine_that_is_not_recognised_is_said():
    found = compared(proposed("Frobnicol 5 mg"), grown_up())
    assert found.unrecognised == ("Frobnicol 5 mg",)
    assert "medicine-not-recognised" in rule_ids(found.inline)


def test_a_part_that_is_not_recognised_is_said():
    found = compared(proposed("amoxicillin / foobarin"), grown_up())
    (finding,) = [each for each in found.inline if each.rule_id == "medicine-not-recognised"]
    assert "foobarin" in finding.text


def test_a_current_medicine_that_is_not_recognised_is_said_by_name():
    found = compared(proposed("warfarin"), grown_up("Frobnicol", "aspirin"))
    (finding,) = [each for each in found.inline if each.rule_id == "current-not-recognised"]
    assert (finding.title, finding.about) == (
        "Not compared with: Frobnicol",
        ("MedicationRequest/0",),
    )


def test_findings_stand_in_order_of_harm():
    patient = grown_up("ibuprofen", "Frobnicol", "warfarin")
    found = compared(proposed("naproxen", "250 mg", frequency="twice-daily"), patient).inline
    order = [Severity.SERIOUS, Severity.UNKNOWN, Severity.CAUTION]
    assert [order.index(each.severity) for each in found] == sorted(
        order.index(each.severity) for each in found
    )


def test_only_contraindications_interrupt():
    found = compared(proposed("warfarin"), grown_up("ibuprofen", "capecitabine"))
    assert {each.severity for each in found.interrupting} == {Severity.CONTRAINDICATED}
    assert Severity.CONTRAINDICATED not in {each.severity for each in found.inline}


@pytest.mark.parametrize(
    ("what", "current"),
    [("ibuprofen", "Advil"), ("Tylenol", "paracetamol-codeine"), ("Lasix", "furosemide")],
)
def test_the_same_ingredient_twice_stands_beside(what, current):
    assert "duplicate-ingredient" in rule_ids(compared(proposed(what), grown_up(current)).inline)


@pytest.mark.parametrize(
    ("what", "current", "kind"),
    [
        ("ibuprofen", "naproxen", "nsaid"),
        ("lisinopril", "ramipril", "ace-inhibitor"),
        ("atorvastatin", "simvastatin", "statin"),
        ("diazepam", "lorazepam", "benzodiazepine"),
    ],
)
def test_two_of_one_class_stand_beside(what, current, kind):
    assert f"duplicate-class-{kind}" in rule_ids(compared(proposed(what), grown_up(current)).inline)


@pytest.mark.parametrize(
    ("what", "current"),
    [("aspirin", "clopidogrel"), ("prednisone", "hydrocortisone 1% cream"), ("folic acid", "iron")],
)
def test_what_belongs_together_is_no_duplicate(what, current):
    found = compared(proposed(what), grown_up(current)).findings
    assert not {rule for rule in rule_ids(found) if rule.startswith("duplicate")}


REASSURING = re.compile(
    r"\b(safe|no interactions?|no problems?|ok|okay|fine|harmless)\b|✓|✔", re.IGNORECASE
)


@pytest.mark.parametrize("name", ["interactions.csv", "teratogens.csv", "children.csv"])
def test_no_rule_reassures(name):
    said = [" ".join((row.get("text", ""), row.get("advice", ""))) for row in rows(name)]
    assert [text for text in said if REASSURING.search(text)] == []


def test_an_empty_answer_does_not_reassure():
    found = compared(proposed("paracetamol", "500 mg", frequency="every-6-h"), grown_up())
    assert not REASSURING.search(found.summary)


def test_markup_stays_text():
    found = compared(proposed("<script>warfarin</script>"), grown_up("ibuprofen <b>"))
    assert any("<script>warfarin</script>" in each.text for each in found.findings)


def test_every_reason_has_a_code_and_words():
    assert "other" in OVERRIDE_REASONS
    assert all(re.fullmatch(r"[a-z-]+", code) and words for code, words in OVERRIDE_REASONS.items())


def test_the_checks_need_no_django():
    program = "import sys, patients.prescribing.checks; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
