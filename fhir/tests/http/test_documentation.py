"""docs/fhir.md, the CapabilityStatement and the tables of the server tell the same."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from fhir import history
from fhir.capability import codes, statement
from fhir.definitions import RESOURCE_TYPES
from fhir.patching import MOST_OPERATIONS
from fhir.search import query
from fhir.search.official import official
from fhir.search.questions import is_written_here, searchable
from fhir.urls import TABLE
from fhir.views import bodies, operations

PAGE = (Path(settings.BASE_DIR) / "docs" / "fhir.md").read_text()
REQUEST = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) ?([^`]*)`")
NAMES = {"type": "Type", "fhirid": "id", "int": "version"}


def rows(heading):
    """The rows of the first table under a heading, as lists of cells."""
    part = PAGE.partition(f"## {heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in table[2:]]


def test_the_page_names_every_interaction_and_no_other():
    named = {row[0].strip("` ") for row in rows("Interactions")}
    assert named == codes() | {"transaction"}


def test_the_page_names_every_address():
    told = {
        (method, path.removesuffix("?…"))
        for row in rows("Interactions")
        for method, path in REQUEST.findall(row[1])
    }
    done = {
        (method, re.sub(r"<(\w+):\w+>", lambda m: NAMES[m[1]], address))
        for address, acts in TABLE.items()
        for method in acts
    }
    in_words = {("POST", "Patient/id/$everything")}
    assert told == done - in_words


def test_the_page_counts_the_types():
    assert f"all {len(RESOURCE_TYPES)} resource types" in PAGE


@pytest.mark.parametrize(
    "limit",
    [
        f"{settings.FHIR_LARGEST_BODY // 2**20} MB",
        f"| {settings.FHIR_MOST_ENTRIES:,} |",
        f"{bodies.MOST_PARTS_OF_ONE:,}; a Bundle {bodies.MOST_PARTS_OF_BUNDLE:,}",
        f"{bodies.LONGEST_QUERY // 1024} kB, {query.MOST_PARAMETERS} parameters, "
        f"{query.MOST_VALUES:,} values, {query.MOST_INCLUDES} includes",
        f"| {query.PAGE}, at most {query.LARGEST_PAGE} |",
        f"| {history.PAGE}, at most {history.LARGEST_PAGE} |",
        f"| {MOST_OPERATIONS:,} |",
        f"| {settings.TOKEN_MINUTES} minutes |",
        f"CHARTWAVE_FHIR_REFERENCES={settings.FHIR_REFERENCES}",
    ],
)
def test_the_page_tells_the_limits(limit):
    assert limit in PAGE


def test_the_page_tells_the_parameters_of_everything():
    told = next(row[1] for row in rows("Interactions") if row[0] == "`everything`")
    assert told
    line = next(line for line in PAGE.splitlines() if line.startswith("| `$everything` |"))
    assert set(re.findall(r"`(_\w+)`", line)) == {*operations.EVERYTHING} - {"_cursor"}


def test_the_statement_names_just_the_parameters_that_can_be_searched():
    rest = statement("http://x/fhir")["rest"][0]["resource"]
    told = {row["type"]: [each["name"] for each in row["searchParam"]] for row in rest}
    assert told == {type_: searchable(type_) for type_ in RESOURCE_TYPES}
    assert all(
        each["type"] == official(row["type"])[each["name"]].type
        for row in rest
        for each in row["searchParam"]
    )


def test_the_page_names_the_parameters_of_every_search():
    part = PAGE.partition("| Parameters of every search |")[2].partition("Pages follow")[0]
    table, _, refused = part.partition("answer 400")[0].rpartition("\n\n")
    shared = [type_ for type_ in RESOURCE_TYPES if not is_written_here(type_)]
    of_all = set.intersection(*(set(searchable(type_)) for type_ in shared))
    told = set(re.findall(r"`(_\w+)`", table))
    assert of_all | query.ONCE - {"_cursor"} | {*query.INCLUDES, "_has"} == told
    assert not set(re.findall(r"`(_\w+)`", refused)) & of_all


def test_the_page_names_the_parameters_of_what_is_written_here():
    (line,) = re.findall(r"- `AuditEvent` is written.*?\)", PAGE, re.DOTALL)
    told = set(re.findall(r"`([a-z_A-Z]+)`", line)) - {"AuditEvent"}
    assert told == set(searchable("AuditEvent"))
