"""A house with very many observations, for the FHIR benchmark: copies, made in SQL."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import psycopg

from benchmarks.fhir_corpus import EACH, PEOPLE

Owner: TypeAlias = psycopg.Connection[Any]

# As the engine keeps what a record is found by.
KEY: Final = (
    "('x' || encode(substring(sha256(convert_to({}, 'UTF8')) for 8), 'hex'))::bit(64)::bigint"
)


def fill(owner: Owner, observations: int) -> None:
    """Copies of the known people and their readings, until there are about so many.

    Each copied person has a name and an id of their own, each reading points to its person: rows,
    tokens, names and dates are those that sending them would make.
    """
    (here,) = owner.execute("SELECT count(*) FROM patients_observation").fetchone() or (0,)
    times = max(0, (observations - here) // (PEOPLE * EACH))
    if times:
        owner.execute(
            "CREATE TEMP TABLE others AS"
            " SELECT id AS was, fhir_id AS name, gen_random_uuid() AS id,"
            " gen_random_uuid()::text AS fhir_id"
            f" FROM patients_patient, generate_series(1, {times}) WHERE fhir_id LIKE 'bench-%'"
        )
        _copy(owner, "patients_patient", "patients_patient.id = others.was", PATIENT)
        _copy(
            owner, "patients_observation", "patients_observation.patient_id = others.was", READING
        )
        owner.execute(
            "INSERT INTO fhir_stringvalue (record_id, key, text) SELECT others.id, key, text"
            " FROM fhir_stringvalue JOIN others ON record_id = others.was"
        )
        owner.execute("DROP TABLE others")
    owner.execute("VACUUM ANALYZE")


def _subject(fhir_id: str) -> str:
    return KEY.format(f"'Observation.subject=Patient/' || {fhir_id}")


PATIENT: Final = {"id": "others.id", "fhir_id": "others.fhir_id"}
READING: Final = {
    "id": "gen_random_uuid()",
    "fhir_id": "gen_random_uuid()::text",
    "patient_id": "others.id",
    "search_tokens": f"array_replace(search_tokens, {_subject('others.name')}, "
    f"{_subject('others.fhir_id')})",
}


def _copy(owner: Owner, table: str, where: str, changed: dict[str, str]) -> None:
    named = owner.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    )
    columns = [name for (name,) in named]
    values = [changed.get(name, f'{table}."{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    limit = " AND patients_observation.fhir_id LIKE 'bench-%'" if "observation" in table else ""
    owner.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}"
        f" FROM {table} JOIN others ON {where}{limit}"
    )
