"""Resources to begin with: the least of every type, and the official examples where they are."""

import json
import tarfile
from functools import cache
from typing import Any

from fhir.definitions import RESOURCE_TYPES
from tests.fhir_samples import smallest
from tests.shared_data import DATA

EXAMPLES = DATA / "fhir" / "r4-examples.tar.gz"
LARGEST = 8_000


@cache
def corpus() -> tuple[dict[str, Any], ...]:
    """Resources of all types, small enough to be sent by the thousand."""
    least = [{"resourceType": type_} | smallest(type_) for type_ in sorted(RESOURCE_TYPES)]
    return (*least, *_examples())


@cache
def alike(type_: str) -> tuple[dict[str, Any], ...]:
    """Those of one type."""
    return tuple(each for each in corpus() if each["resourceType"] == type_)


def _examples() -> list[dict[str, Any]]:
    if not EXAMPLES.is_file():
        return []
    with tarfile.open(EXAMPLES) as archive:
        members = sorted(archive.getmembers(), key=lambda member: member.name)
        texts = [
            archive.extractfile(member).read()
            for member in members
            if member.name.endswith(".json") and member.size <= LARGEST
        ]
    return [json.loads(text) for text in texts]
