"""How long the summary of a chart takes, in a small house, in a big one, and for a very full chart.

Run: ``python benchmarks/chart.py [--quick] [--json]``.
"""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psycopg

from benchmarks.figures import Figure, Report, Table, main
from benchmarks.house import House, open_doors, scratch_house
from benchmarks.sessions import session_cookie

Owner: TypeAlias = psycopg.Connection[Any]

SMALL: Final = 10_000
FULL_CHART: Final = 131_000
RATIO, MOST_MS, FULL_MS, MOST_QUERIES = 1.3, 150.0, 300.0, 12
LABS = ("2823-3", "2951-2", "2160-0", "718-7", "6690-2", "777-3", "1988-5", "1742-6", "1920-8")
VITALS = (("8867-4", "/min"), ("9279-1", "/min"), ("59408-5", "%"), ("8310-5", "Cel"))
HEADER: Final = ("chart", "observations", "n", "median ms", "p95 ms", "CPU ms", "kB", "queries")
PROTOCOL: Final = (
    "The summary page over HTTP from the same machine with a signed-in session: permission, audit",
    "and all, one request after the other after a warm-up. The same chart (some 190 records) in a",
    "house with few observations and in one with many; then a chart of very many records. Rows of",
    "other patients are copies of it, without keys for FHIR search. Beside them, as the limit, the",
    "page 'My account', which shows nothing clinical: what Django, session and audit cost alone.",
    "Queries: statements but transaction control, counted in process.",
)


@dataclass(frozen=True)
class Views:
    """What the views of one page took."""

    name: str
    observations: int
    ms: np.ndarray
    cpu_ms: float
    size: int
    queries: int | None

    @property
    def p95(self) -> float:
        return float(np.percentile(self.ms, 95))


def measure(quick: bool) -> Report:  # noqa: FBT001 - the shape that every benchmark has
    """The summary at two sizes of the house, and of a full chart."""
    big, full, each = (100_000, 10_000, 25) if quick else (10_000_000, FULL_CHART, 200)
    with scratch_house() as house, psycopg.connect(house.owner_url, autocommit=True) as owner:
        cast = people()
        fill(owner, cast, SMALL)
        with open_doors(house) as address:
            reader = Reader(house, address, session_cookie(cast.user))
            small = reader.views("small house", f"/patients/{cast.patient.pk}/", each)
            account = reader.views("My account", "/account/", each)
        fill(owner, cast, big)
        thicken(owner, cast, full)
        with open_doors(house) as address:
            reader = Reader(house, address, session_cookie(cast.user))
            large = reader.views("big house", f"/patients/{cast.patient.pk}/", each)
            thick = reader.views("full chart", f"/patients/{cast.full.pk}/", each)
        return report([small, large, thick, account], full)


def report(found: list[Views], full: int) -> Report:
    """The table and the figures."""
    small, large, thick, _ = found
    rows = [
        (
            views.name,
            f"{views.observations:,}",
            str(len(views.ms)),
            f"{np.median(views.ms):.1f}",
            f"{views.p95:.1f}",
            f"{views.cpu_ms:.1f}",
            f"{views.size / 1000:.0f}",
            str(views.queries or "–"),
        )
        for views in found
    ]
    ratio = float(np.percentile(large.ms, 95) / np.percentile(small.ms, 95))
    queries = max(views.queries or 0 for views in found)
    return Report(
        PROTOCOL,
        (Table("Summary of a chart", HEADER, rows),),
        (
            Figure("p95, big house", large.p95, "ms", f"<= {MOST_MS:g}", large.p95 <= MOST_MS),
            Figure("big : small, p95", ratio, "", f"<= {RATIO}", ratio <= RATIO),
            Figure("queries", queries, "", f"<= {MOST_QUERIES}", queries <= MOST_QUERIES),
            Figure(
                f"p95, chart of {full:,}", thick.p95, "ms", f"<= {FULL_MS:g}", thick.p95 <= FULL_MS
            ),
        ),
    )


@dataclass(frozen=True)
class Cast:
    """Who is in the house."""

    patient: Any
    full: Any
    ward: Any
    user: Any


def people() -> Cast:
    """A doctor and two patients; the first has the chart that all others copy."""
    from django.utils import timezone

    from accounts.models import Membership, Organization, User
    from accounts.roles import Role
    from fhir import changes
    from fhir.principal import SYSTEM
    from patients.models import Encounter, Patient

    start = timezone.now() - timedelta(hours=1)
    ward = changes.create(Organization(name="Benchmark"), by=SYSTEM)
    patients = [
        changes.create(Patient(names=[{"family": name, "given": ["Kim"]}]), by=SYSTEM)
        for name in ("Lind", "Berg")
    ]
    for patient in patients:
        visit = Encounter(
            patient=patient, organization=ward, status="in-progress", class_code="AMB", start=start
        )
        changes.create(visit, by=SYSTEM)
    write_chart(patients[0])
    doctor = User.objects.create(username="doctor", full_name="Dr Benchmark")
    Membership.objects.create(user=doctor, facility=ward, role=Role.DOCTOR, start=start)
    return Cast(patients[0], patients[1], ward, doctor)


def write_chart(patient: Any) -> None:
    """Everything that the summary shows, and what it has to leave out."""
    from fhir import changes
    from fhir.principal import SYSTEM

    for rows in chart_rows(patient):
        changes.bulk_create(rows, by=SYSTEM)


def chart_rows(patient: Any) -> Iterator[list[Any]]:
    """Rows of each table, table by table."""
    from django.utils import timezone

    from patients import models

    now = timezone.now()
    days = [now - timedelta(days=30 * n) for n in range(10)]
    yield [
        models.Condition(
            patient=patient,
            code_text=f"Problem {n}",
            clinical_status="active" if n < 8 else "resolved",
            categories=["problem-list-item"],
            onset_start=now,
            onset_end=now,
        )
        for n in range(14)
    ]
    yield [models.AllergyIntolerance(patient=patient, code_text=f"Substance {n}") for n in range(2)]
    yield [
        models.MedicationRequest(
            patient=patient,
            status="active" if n < 8 else "stopped",
            intent="order",
            medication_text=f"Medicine {n}",
            authored_at=days[n % 10],
            dosages=[{"text": "5 mg by mouth once a day"}],
        )
        for n in range(16)
    ]
    yield [
        models.Procedure(
            patient=patient, status="completed", code_text="Appendectomy", performed_start=day
        )
        for day in days[:4]
    ]
    yield [
        models.Task(patient=patient, status="requested", intent="order", description=f"Call {n}")
        for n in range(4)
    ]
    yield [
        observation(patient, code, "laboratory", day, Decimal(n) + Decimal("0.5"), "mmol/L")
        for n, code in enumerate(LABS)
        for day in days
    ]
    yield [
        observation(patient, code, "vital-signs", day, Decimal(60 + n), unit)
        for n, (code, unit) in enumerate(VITALS)
        for day in days
    ]


def observation(patient: Any, code: str, category: str, at: Any, value: Decimal, unit: str) -> Any:
    from patients.models import Observation

    return Observation(
        patient=patient,
        status="final",
        categories=[category],
        code_system="http://loinc.org",
        code_code=code,
        code_text=code,
        effective_start=at,
        effective_end=at,
        value=value,
        value_unit=unit,
        value_ucum=unit,
    )


def fill(owner: Owner, cast: Cast, observations: int) -> None:
    """Copies of the chart for other patients, until there are so many observations."""
    from patients.models import Observation, Patient

    here = Observation.objects.count()
    own = Observation.objects.filter(patient=cast.patient).count()
    others = max(0, (observations - here) // own)
    copies = f"generate_series(1, {others}) AS n"
    names = "('other-' || gen_random_uuid())"
    owner.execute(
        f"CREATE TEMP TABLE others AS SELECT gen_random_uuid() AS id, {names} AS name FROM {copies}"
    )
    insert(owner, Patient, cast.patient, {"id": "others.id", "fhir_id": "others.name"}, key="id")
    for model in charted():
        insert(owner, model, cast.patient, {"patient_id": "others.id"})
    owner.execute("DROP TABLE others")
    owner.execute("VACUUM ANALYZE")


def thicken(owner: Owner, cast: Cast, records: int) -> None:
    """A chart of so many records for the second patient: the same tests, for decades."""
    from patients.models import Observation

    own = Observation.objects.filter(patient=cast.patient).count()
    times = records // own
    owner.execute(f"CREATE TEMP TABLE others AS SELECT n FROM generate_series(1, {times}) AS n")
    taken = "effective_start - others.n * interval '7 hours'"
    values = {"patient_id": f"'{cast.full.pk}'", "effective_start": taken, "effective_end": taken}
    insert(owner, Observation, cast.patient, values)
    owner.execute("DROP TABLE others")
    for model in charted():
        if model is not Observation:
            owner.execute("CREATE TEMP TABLE others AS SELECT 1 AS n")
            insert(owner, model, cast.patient, {"patient_id": f"'{cast.full.pk}'"})
            owner.execute("DROP TABLE others")
    owner.execute(
        "INSERT INTO fhir_change (type, fhir_id, record_id, patient_id, version, op, at, "
        "principal, origin) SELECT 'Observation', fhir_id, id, patient_id, 1, 'create', "
        f"now() - interval '1 day', 'system:import', '' FROM patients_observation "
        f"WHERE patient_id = '{cast.full.pk}'"
    )
    owner.execute("VACUUM ANALYZE")


def charted() -> list[Any]:
    from patients import models

    return [
        models.Condition,
        models.AllergyIntolerance,
        models.MedicationRequest,
        models.Procedure,
        models.Task,
        models.Encounter,
        models.Observation,
    ]


def insert(
    owner: Owner, model: Any, source: Any, values: dict[str, str], key: str = "patient_id"
) -> None:
    """Copy the rows of ``source`` once for each row of the table ``others``."""
    given = {"id": "gen_random_uuid()", "fhir_id": "gen_random_uuid()::text"}
    given |= {"search_tokens": "'{}'"} | values
    columns = [field.column for field in model._meta.concrete_fields]
    named = ", ".join(f'"{column}"' for column in columns)
    taken = ", ".join(given.get(column, f't."{column}"') for column in columns)
    table = model._meta.db_table
    owner.execute(
        f"INSERT INTO {table} ({named}) SELECT {taken} FROM {table} t CROSS JOIN others "
        f"WHERE t.{key} = '{source.pk}'"
    )


@dataclass(frozen=True)
class Reader:
    """A doctor at a browser."""

    house: House
    address: str
    cookie: str

    def views(self, name: str, path: str, n: int) -> Views:
        """Open the page ``n`` times after a warm-up."""
        from patients.models import Observation

        door = http.client.HTTPConnection(self.address, timeout=60)
        for _ in range(10):
            size = self._view(door, path)
        took, cpu_s = [], self.house.cpu_s()
        for _ in range(n):
            began = time.perf_counter()
            self._view(door, path)
            took.append(1000 * (time.perf_counter() - began))
        cpu_ms = 1000 * (self.house.cpu_s() - cpu_s) / n
        with counted() as statements:
            in_process(path, self.cookie)
        return Views(
            name, Observation.objects.count(), np.array(took), cpu_ms, size, len(statements)
        )

    def _view(self, door: http.client.HTTPConnection, path: str) -> int:
        door.request("GET", path, headers={"Host": "localhost", "Cookie": self.cookie})
        answer = door.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK or b"could not load" in body:
            raise SystemExit(f"{path} was answered with {answer.status}.")
        return len(body)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile, without transaction control."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    statements: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield statements
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET LOCAL")
    statements += [q["sql"] for q in captured if not q["sql"].startswith(control)]


def in_process(path: str, cookie: str) -> None:
    from django.test import Client

    name, _, value = cookie.partition("=")
    client = Client(SERVER_NAME="localhost")
    client.cookies[name] = value
    client.get(path)


if __name__ == "__main__":
    raise SystemExit(main(measure))
