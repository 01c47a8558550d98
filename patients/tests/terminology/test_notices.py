"""The words that licences ask for stand where they must."""

from pathlib import Path

from patients.terminology.tables import LOINC_NOTICE

ROOT = Path(__file__).resolve().parents[3]


def test_the_docs_carry_the_notice_of_loinc():
    docs = " ".join((ROOT / "docs" / "terminology.md").read_text().split())
    assert LOINC_NOTICE in docs
