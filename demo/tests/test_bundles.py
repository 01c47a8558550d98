"""The bundles are FHIR R4, complete, and the same on the whole day."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest

from demo.clinic import bundles
from demo.tests.conftest import NOW, ZONE, of_type, references, strings

SCHEMA = Path(__file__).parents[2] / "fhir" / "definitions" / "schema.json.gz"
PLANNED = ("Appointment", "Goal")
PLANNED_ELEMENTS = ("valueDateTime", "boundsPeriod", "dueDate", "restriction")


@pytest.fixture(scope="module")
def official() -> Any:
    with gzip.open(SCHEMA) as packed:
        return jsonschema_rs.validator_for(json.load(packed))


def test_every_bundle_is_valid_fhir_r4(clinic, official):
    wrong = [
        f"{'/'.join(map(str, error.instance_path))}: {error.message}"
        for bundle in clinic
        for error in official.iter_errors(plain(bundle))
    ]
    assert wrong == []


def test_every_resource_is_valid_fhir_r4_on_its_own(resources, official):
    wrong = [resource["id"] for resource in resources if not official.is_valid(plain(resource))]
    assert wrong == []


def test_no_element_is_empty(resources):
    assert [resource["id"] for resource in resources if has_empty(resource)] == []


def test_every_id_is_used_once(resources):
    identities = [(resource["resourceType"], resource["id"]) for resource in resources]
    assert len(set(identities)) == len(identities)


def test_every_entry_is_put_under_its_own_id(clinic):
    for bundle in clinic:
        for entry in bundle["entry"]:
            kind, identity = entry["resource"]["resourceType"], entry["resource"]["id"]
            assert entry["fullUrl"] == f"urn:uuid:{identity}"
            assert entry["request"] == {"method": "PUT", "url": f"{kind}/{identity}"}


def test_every_reference_resolves_in_its_own_bundle_or_the_first(clinic):
    staff = known(clinic[0])
    for bundle in clinic:
        here = staff | known(bundle)
        dangling = [target for target in references(bundle) if target not in here]
        assert dangling == []


def test_every_resource_of_a_person_says_whose_it_is(clinic):
    for bundle in clinic[1:]:
        whose = f"Patient/{bundle['entry'][0]['resource']['id']}"
        for entry in bundle["entry"][1:]:
            assert whose in references(entry["resource"])


def test_every_resource_is_marked_as_invented(resources):
    assert {resource["meta"]["tag"][0]["code"] for resource in resources} == {"HTEST"}


def test_a_second_load_before_the_next_round_changes_nothing(clinic):
    evening = NOW + timedelta(hours=13)
    assert list(bundles(evening, ZONE)) == clinic


def test_the_next_day_keeps_every_id(clinic):
    tomorrow = list(bundles(NOW + timedelta(days=1), ZONE))
    assert [known(bundle) for bundle in tomorrow] == [known(bundle) for bundle in clinic]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
@pytest.mark.parametrize("moment", ["2026-03-29T01:30+00:00", "2028-02-29T23:50+00:00"])
def test_the_clinic_can_be_told_anywhere_and_at_any_time(zone, moment):
    told = list(bundles(datetime.fromisoformat(moment), ZoneInfo(zone)))
    assert len(told) == 27


@pytest.mark.parametrize("clock", ["05:59", "06:00", "10:30", "23:59"])
def test_nothing_lies_in_the_future_but_what_is_planned(clock):
    now = datetime.combine(NOW.date(), datetime.strptime(clock, "%H:%M").time(), ZONE)  # noqa: DTZ007
    for bundle in bundles(now, ZONE):
        for entry in bundle["entry"]:
            late = [text for text in charted(entry["resource"]) if is_after(text, now)]
            assert late == []


def test_numbers_are_decimals_or_whole(resources):
    assert not [resource["id"] for resource in resources if has_float(resource)]


def test_people_have_unique_record_numbers(resources):
    numbers = [
        (identifier["system"], identifier["value"])
        for patient in of_type(resources, "Patient")
        for identifier in patient["identifier"]
    ]
    assert len(set(numbers)) == len(numbers)


def test_prose_is_never_cut_from_its_language(resources):
    assert not [text for text in strings(resources) if "\ufffd" in text]


def plain(value: Any) -> Any:
    """The JSON as a server reads it."""
    return json.loads(json.dumps(value, default=float))


def known(bundle: dict[str, Any]) -> set[str]:
    told = [entry["resource"] for entry in bundle["entry"]]
    return {f"{resource['resourceType']}/{resource['id']}" for resource in told}


def charted(resource: Any) -> list[str]:
    """Every text of ``resource`` that does not tell of something planned."""
    if isinstance(resource, dict):
        if resource.get("resourceType") in PLANNED or resource.get("status") == "booked":
            return []
        inner = [value for key, value in resource.items() if key not in PLANNED_ELEMENTS]
        return [text for value in inner for text in charted(value)]
    if isinstance(resource, list):
        return [text for value in resource for text in charted(value)]
    return [resource] if isinstance(resource, str) else []


def is_after(text: str, now: datetime) -> bool:
    if not text[:4].isdigit() or len(text) < 10 or text[4:5] != "-":
        return False
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment > now if moment.tzinfo else moment.date() > now.date()


def has_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return not value or any(has_empty(inner) for inner in value.values())
    if isinstance(value, list):
        return not value or any(has_empty(inner) for inner in value)
    return value is None or value == ""


def has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(has_float(inner) for inner in value.values())
    if isinstance(value, list):
        return any(has_float(inner) for inner in value)
    return isinstance(value, float) and not isinstance(value, Decimal)
