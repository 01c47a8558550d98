"""What the FHIR benchmark sends: bundles, single resources, questions."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.fhir_load import Ask

PEOPLE: Final = 20
EACH: Final = 25  # observations of each person
READS_FOR: Final = 4  # so many times as many reads: they are compared with very little work
LOINC: Final = "http://loinc.org"
CODES: Final = ("8302-2", "29463-7", "8867-4", "8310-5", "2339-0")
FAMILIES: Final = ("Abel", "Berg", "Cole", "Dahl", "Eng", "Falk", "Gray", "Holm", "Ives", "Juhl")


def bundles() -> list[dict[str, Any]]:
    """The synthetic patients beside the checkout as transactions, else such ones of our own."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("CHARTWAVE_SHARED_DATA", beside)) / "synthea"
    files = sorted(folder.glob("*.json.gz"))
    if files:
        return [json.loads(gzip.decompress(path.read_bytes())) for path in files]
    return [_invented(number) for number in range(20)]


def _invented(number: int) -> dict[str, Any]:
    subject = f"urn:uuid:00000000-0000-4000-8000-{number:012}"
    resources = [patient(number), *(observation(n, subject, n) for n in range(300))]
    entries: list[dict[str, Any]] = [
        {"resource": each, "request": {"method": "POST", "url": each["resourceType"]}}
        for each in resources
    ]
    entries[0]["fullUrl"] = subject
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def patient(number: int) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": f"bench-{number}",
        "identifier": [{"system": "urn:bench:mrn", "value": f"M{number}"}],
        "name": [{"family": f"{FAMILIES[number % 10]}son", "given": [f"Kim{number}"]}],
        "gender": ("female", "male")[number % 2],
        "birthDate": f"{1930 + number % 80}-03-12",
    }


def observation(number: int, subject: str, value: int) -> dict[str, Any]:
    code = CODES[number % len(CODES)]
    return {
        "resourceType": "Observation",
        "id": f"bench-o{number}",
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "vital-signs",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": LOINC, "code": code, "display": f"Reading {code}"}]},
        "subject": {"reference": subject},
        "effectiveDateTime": f"20{10 + number % 14}-0{1 + number % 9}-12T08:30:00+02:00",
        "valueQuantity": {
            "value": 60 + value % 90,
            "unit": "/min",
            "system": "http://unitsofmeasure.org",
            "code": "/min",
        },
    }


def known() -> dict[str, Any]:
    """The people and readings that the questions are about, under ids of our own."""
    people = [patient(number) for number in range(PEOPLE)]
    readings = [observation(n, f"Patient/bench-{n % PEOPLE}", n) for n in range(PEOPLE * EACH)]
    entries = [
        {
            "resource": each,
            "request": {"method": "PUT", "url": f"{each['resourceType']}/{each['id']}"},
        }
        for each in (*people, *readings)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def interactions(n: int) -> Iterator[tuple[str, list[Ask]]]:
    """Kind of request → requests, none twice the same."""
    body = {k: v for k, v in observation(1, "Patient/bench-1", 0).items() if k != "id"}
    yield "create", [Ask("POST", "/fhir/Observation", packed(body | valued(i))) for i in range(n)]
    yield (
        "read",
        [Ask("GET", f"/fhir/Patient/bench-{i % PEOPLE}") for i in range(READS_FOR * n)],
    )
    yield "update", [_update(i) for i in range(n)]
    for what, question in questions().items():
        yield what, [Ask("GET", f"/fhir/{question(i)}") for i in range(n)]


def _update(number: int) -> Ask:
    which = number % (PEOPLE * EACH)
    reading = observation(which, f"Patient/bench-{which % PEOPLE}", 7 + number // 3 + number)
    return Ask("PUT", f"/fhir/Observation/bench-o{which}", packed(reading))


def valued(number: int) -> dict[str, Any]:
    """A value that no other has."""
    return {"valueQuantity": {"value": 60 + number, "unit": "/min"}}


def questions() -> dict[str, Any]:
    """Kind of search → from a number to a question; a page of twenty each."""
    code = f"{LOINC}%7C"
    return {
        "search: token": lambda i: f"Observation?code={code}{CODES[i % 5]}&_count=20",
        "search: reference": lambda i: f"Observation?subject=Patient/bench-{i % PEOPLE}&_count=20",
        "search: date": lambda i: f"Observation?date=ge20{10 + i % 14}-02&_count=20",
        "search: string": lambda i: f"Patient?name={FAMILIES[i % 10].lower()}&_count=20",
        "search: _include": lambda i: (
            f"Observation?code={code}{CODES[i % 5]}&_include=Observation:subject&_count=20"
        ),
        "search: _has": lambda i: (
            f"Patient?_has:Observation:subject:code={code}{CODES[i % 5]}&_count=20"
        ),
    }


def packed(resource: dict[str, Any]) -> bytes:
    return json.dumps(resource).encode()
