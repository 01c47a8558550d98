"""The demo clinic as it stands on one Sunday, and again in summer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo.clinic import WEARER_ID, bundles

Resource = dict[str, Any]
ZONE = ZoneInfo("Europe/Stockholm")
NOW = datetime.fromisoformat("2026-11-22T10:30:00+01:00")


@pytest.fixture(scope="session")
def clinic() -> list[Resource]:
    return list(bundles(NOW, ZONE))


@pytest.fixture(scope="session")
def resources(clinic) -> list[Resource]:
    return [entry["resource"] for bundle in clinic for entry in bundle["entry"]]


@pytest.fixture(scope="session")
def charts(clinic) -> dict[str, list[Resource]]:
    """Everything about each person, by family and first given name."""
    return dict(_named(bundle) for bundle in clinic[1:])


@pytest.fixture(scope="session")
def rosa(clinic) -> list[Resource]:
    """The chart of the wearer."""
    return next(
        [entry["resource"] for entry in bundle["entry"]]
        for bundle in clinic
        if bundle["entry"][0]["resource"]["id"] == WEARER_ID
    )


def _named(bundle: Resource) -> tuple[str, list[Resource]]:
    told = [entry["resource"] for entry in bundle["entry"]]
    name = told[0]["name"][0]
    return f"{name['family']}, {name['given'][0]}", told


def strings(value: Any) -> Iterator[str]:
    """Every text inside ``value``, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def references(value: Any) -> Iterator[str]:
    """Every literal reference inside ``value``."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def of_type(told: list[Resource], kind: str) -> list[Resource]:
    return [resource for resource in told if resource["resourceType"] == kind]
