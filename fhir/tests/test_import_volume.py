"""Files of any size: in slices, with bounded memory, by several processes."""

import tracemalloc
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from fhir.codec import dumps
from fhir.models import Change
from fhir.waves import waves
from patients.models import Condition, Patient

LINES = 50_000
LONG = "x" * 800


def patient(number):
    return {"resourceType": "Patient", "id": f"p{number}", "name": [{"family": f"N{number}"}]}


def condition(number):
    subject = {"reference": f"Patient/p{number % 20}"}
    return {"resourceType": "Condition", "id": f"c{number}", "subject": subject}


@pytest.fixture
def long_file(tmp_path) -> Path:
    """50,000 lines: some people, and much that no type of R4 is."""
    path = tmp_path / "many.ndjson"
    with path.open("wb") as file:
        for number in range(LINES):
            odd = {"resourceType": "Potient", "id": f"x{number}", "text": LONG}
            file.write(dumps(odd if number % 100 else patient(number)) + b"\n")
    return path


@pytest.mark.django_db
def test_memory_stays_flat_over_a_long_file(long_file):
    class Counted(StringIO):
        lines = 0

        def write(self, text):
            self.lines += 1
            return len(text)

    out = Counted()
    tracemalloc.start()
    try:
        with pytest.raises(CommandError, match="49500 entries"):
            call_command("import_fhir", long_file, stdout=out, stderr=StringIO())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert long_file.stat().st_size > 40_000_000
    assert most < 20_000_000
    assert (Patient.objects.count(), out.lines) == (500, LINES - 500 + 1)


def test_what_others_point_to_comes_first(tmp_path):
    path = tmp_path / "mixed.ndjson"
    encounter = {"resourceType": "Encounter", "id": "e"}
    path.write_bytes(b"\n".join(map(dumps, [condition(1), encounter, patient(1)])))
    order = [item[1]["resourceType"] for wave in waves([path]) for p in wave for item in p.items()]
    assert order == ["Patient", "Encounter", "Condition"]


# The tests' own process has a thread of their runner; Python 3.12 warns of a fork beside it.
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.django_db(transaction=True)
def test_two_processes_do_what_one_does(tmp_path):
    hospital = {"resourceType": "Organization", "id": "h", "name": "Harbour"}
    for name in "abcd":
        entries = [hospital, *(patient(n) for n in range(20)), *(condition(n) for n in range(20))]
        bundle = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": each} for each in entries],
        }
        (tmp_path / f"{name}.json").write_bytes(dumps(bundle))
    lines = b"\n".join(dumps(condition(n)) for n in range(1500))
    (tmp_path / "more.ndjson").write_bytes(lines)
    out = StringIO()
    call_command("import_fhir", tmp_path, processes=2, stdout=out, stderr=StringIO())
    assert "1521 created" in out.getvalue()
    assert ", 0 refused" in out.getvalue()
    assert Condition.objects.filter(patient__isnull=False).count() == 1500
    assert Change.objects.count() == 1521
