"""No word of a patient and no secret stands in anything that the house writes beside the record."""

import base64
import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.access.day import spend
from tests.access.planted import CLINICAL, SECRETS, found_in, in_files, in_tables
from tests.house import running_house

# The database itself, which the tables speak for; and the keys of the house, which are secret.
NOT_WRITTEN = ("database",)
TYPED = ("password", "wrong password")


@dataclass
class Found:
    """What was searched, and what turned up.

    Attributes:
        files: ``file: secret`` in what web, worker, database and wearable wrote, and in what they
            left in the temporary folder.
        tables: Secrets by table.
        control: The same files once a planted word was written into one of them.
        secrets: All that was looked for.
    """

    files: set[str] = field(default_factory=set)
    tables: dict[str, set[str]] = field(default_factory=dict)
    control: set[str] = field(default_factory=set)
    secrets: dict[str, str] = field(default_factory=dict)
    logs: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """One day, then everything is searched."""
    folder = tmp_path_factory.mktemp("day")
    short = Path(tempfile.mkdtemp(prefix="day-", dir="/tmp"))
    short.chmod(0o1777)
    told = {"CHARTWAVE_SECOND_FACTOR": "0", "TMPDIR": str(short), "LOG_LEVEL": "DEBUG"}
    try:
        with running_house(demo=False, environment=told) as house:
            secrets = SECRETS | spend(house, folder)
            tables = in_tables(house, secrets)
            house.stop()
            here = _searched(house.data, short, folder, secrets)
            with (house.data / "logs" / "web.log").open("a") as log:
                log.write(json.dumps({"name": SECRETS["family"]}))
            control = in_files(house.data, secrets, NOT_WRITTEN)
            logs = {p.name: p.stat().st_size for p in (house.data / "logs").iterdir()}
    finally:
        shutil.rmtree(short)
    return Found(here, tables, control, secrets, logs)


def _searched(data, temporary, folder, secrets):
    # The wearable keeps its key and the signal that it plays itself.
    return (
        in_files(data, secrets, NOT_WRITTEN)
        | in_files(temporary, secrets)
        | in_files(folder, secrets, ("key", "spool", "signal.npy"))
    )


@pytest.mark.parametrize("name", sorted(set(SECRETS) - {*TYPED, "search", "file"}))
def test_what_was_planted_came_into_the_record(found, name):
    clinical = {
        each for table, told in found.tables.items() if CLINICAL.match(table) for each in told
    }
    assert name in clinical


def test_no_file_that_the_house_wrote_holds_a_planted_word(found):
    assert sorted(found.files) == []


def test_no_table_beside_the_record_holds_one(found):
    beside = {t: sorted(told) for t, told in found.tables.items() if not CLINICAL.match(t)}
    assert beside == {}


@pytest.mark.parametrize("name", [*TYPED, "device key", "client secret", "token", "session"])
def test_no_table_at_all_holds_a_password_a_key_or_a_token(found, name):
    assert [table for table, told in found.tables.items() if name in told] == []


@pytest.mark.parametrize("name", ["web", "worker", "postgresql"])
def test_there_was_something_to_search(found, name):
    assert found.logs[f"{name}.log"] > 0


def test_a_word_that_does_get_into_a_log_is_found(found):
    assert found.control == {"logs/web.log: family"} | found.files


NAME = "Zyxquillmark"
DISGUISED = {
    "plain": NAME.encode(),
    "lower case": NAME.lower().encode(),
    "base64": base64.b64encode(f"x{NAME}y".encode()),
    "utf-16": NAME.encode("utf-16-le"),
    "hexadecimal": NAME.encode().hex().encode(),
    "quoted": b"Wyvernlane%204419",
}


@pytest.mark.parametrize("written", DISGUISED.values(), ids=DISGUISED)
def test_words_are_found_in_disguise(written):
    assert found_in(b"before " + written + b" after", SECRETS)


def test_other_words_are_not():
    assert found_in(b"GET /patients/ 200", SECRETS) == set()
