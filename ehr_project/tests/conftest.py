"""A data folder for a database, and what is asked of it."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ehr_project.database import scratch_folder


@pytest.fixture
def data() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.execute(statement)
