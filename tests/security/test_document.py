"""docs/security.md names its proof: every test in it exists, and no requirement is left out."""

import re
from pathlib import Path

import pytest
from django.conf import settings

HOUSE = Path(__file__).resolve().parents[2]
DOCUMENT = (HOUSE / "docs" / "security.md").read_text()
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
PROOFS = sorted(set(TEST.findall(DOCUMENT)))
NUMBER = re.compile(r"\d+\.\d+\.\d+")
# The numbers of OWASP ASVS 5.0.0, as chapter.section: how many of each level, in their order.
LEVEL_1 = """
1.2.1-5 1.3.1-2 1.5.1 2.1.1 2.2.1-2 2.3.1 3.2.1-2 3.3.1 3.4.1-2 3.5.1-3 4.1.1 4.4.1 5.2.1-2 5.3.1-2
6.1.1 6.2.1-8 6.3.1-2 6.4.1-2 7.2.1-4 7.4.1-2 8.1.1 8.2.1-2 8.3.1 9.1.1-3 9.2.1 10.4.1-5 11.3.1-2
11.4.1 12.1.1 12.2.1-2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
"""
LEVEL_2 = """
1.1.1-2 1.2.6-9 1.3.3-11 1.4.1-3 1.5.2 2.1.2-3 2.2.3 2.3.2-4 2.4.1 3.3.2-4 3.4.3-6 3.5.4-5 3.7.1-2
4.1.2-3 4.2.1 4.3.1-2 4.4.2-4 5.1.1 5.2.3 5.4.1-3 6.1.2-3 6.2.9-12 6.3.3-4 6.4.3-4 6.5.1-5 6.6.1-3
6.8.1-4 7.1.1-3 7.3.1-2 7.4.3-5 7.5.1-2 7.6.1-2 8.1.2 8.2.3 8.4.1 9.2.2-4 10.1.1-2 10.2.1-2 10.3.1-4
10.4.6-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.3 11.4.2-4 11.5.1 11.6.1 12.1.2-3
12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.2-5 14.1.1-2 14.2.2-4 14.3.2-3 15.1.2-3 15.2.2-3 15.3.2-7
16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2
"""
HIPAA = ["(a)(1)", *(f"(a)(2)({n})" for n in ("i", "ii", "iii", "iv"))]
HIPAA += ["(b)", "(c)(1)", "(c)(2)", "(d)", "(e)(1)", "(e)(2)(i)", "(e)(2)(ii)"]


def numbers(ranges):
    """1.2.1-3 as 1.2.1, 1.2.2 and 1.2.3."""
    for each in ranges.split():
        section, _, ends = each.rpartition(".")
        first, _, last = ends.partition("-")
        yield from (f"{section}.{n}" for n in range(int(first), int(last or first) + 1))


def section(title):
    return DOCUMENT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title):
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def has_proof(cell):
    return bool(TEST.search(cell)) or "**open**" in cell


def is_there(path, name):
    file = HOUSE / path
    text = file.read_text() if file.is_file() else ""
    return bool(re.search(rf"^ *def {name}\(", text, re.MULTILINE))


def test_every_named_test_exists():
    assert [f"{path}::{name}" for path, name in PROOFS if not is_there(path, name)] == []


@pytest.mark.parametrize("level", [1, 2])
def test_every_requirement_of_asvs_is_answered(level):
    text = section("OWASP ASVS 5.0")
    asked = set(numbers(LEVEL_1 if level == 1 else LEVEL_2))
    assert asked - set(NUMBER.findall(text)) == set()


def test_each_requirement_of_asvs_stands_at_its_level():
    level = dict.fromkeys(numbers(LEVEL_1), "1") | dict.fromkeys(numbers(LEVEL_2), "2")
    said = {row[0]: row[1] for row in rows("OWASP ASVS 5.0")}
    assert {number: level.get(number) for number in said} == said


def test_what_is_not_here_is_not_claimed_besides():
    table = {row[0] for row in rows("OWASP ASVS 5.0")}
    left_out = section("OWASP ASVS 5.0").partition("**Not here**")[2]
    assert table & set(NUMBER.findall(left_out)) == set()


def test_every_control_of_hipaa_is_answered():
    assert [row[0] for row in rows("HIPAA, 45 CFR 164.312")] == HIPAA


def test_every_risk_of_the_api_top_ten_is_answered():
    found = [row[0] for row in rows("OWASP API Security Top 10")]
    assert found == [f"API{n}" for n in range(1, 11)]


# Answered by a page, a file of settings, or somebody outside the house.
SAID = re.compile(r"this page|docs/|accounts/|Caddy|ruff")


def test_every_row_has_a_proof_or_says_that_it_is_open():
    titles = ("HIPAA, 45 CFR 164.312", "OWASP API Security Top 10", "OWASP ASVS 5.0")
    bare = [
        row[0]
        for title in titles
        for row in rows(title)
        if not has_proof(row[-1]) and not (row[0][0].isdigit() and SAID.search(row[-1]))
    ]
    assert bare == []


def test_every_limit_stands_on_the_page():
    usual = re.findall(r"\| `CHARTWAVE_LIMIT_(\w+)` \| ([\d,]+) \|", section("Limits"))
    said = {name.lower().replace("_", "-"): int(n.replace(",", "")) for name, n in usual}
    assert said == settings.RATE_LIMITS


@pytest.mark.parametrize(
    "title",
    [
        *("What is protected", "Ways in", "Limits", "Files", "Who talks to whom", "Keys"),
        *("What is written down where", "Libraries"),
    ],
)
def test_what_the_tables_lean_on_is_there(title):
    assert len(section(title)) > 300
