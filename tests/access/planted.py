"""Words that may stand in clinical tables and nowhere else, and finding them wherever they hide."""

import base64
import gzip
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from tests.house import House

# What is planted; each once, and like nothing else.
SECRETS = {
    "family": "Zyxquillmark",
    "given": "Vexolinda",
    "number": "QX7-4419-ZV",
    "phone": "0997755331144",
    "street": "Wyvernlane 4419",
    "search": "zyxquill",
    "problem": "Flurbitis quexa",
    "note": "vonzobeltext confided",
    "vital": "73.377",
    "file": "zobelfile-vexolinda",
    "file text": "jaxquorum inside",
    "password": "korvuq-drammel-42-plinth",
    "wrong password": "mispelt-korvuq-drammel",
    "reading": "61.917",
}
# What the house gives out itself; filled in as the day goes on.
GIVEN_OUT = ("device key", "client secret", "token", "session")
# Tables that are the record itself, or the trail that only the privacy officer reads.
CLINICAL = re.compile(
    r"fhir_(?!.*cache)|patients_|vitals_(?!uploadrefusal|sync)|accounts_auditevent$|accounts_audit"
)


def disguises(secret: str) -> Iterator[bytes]:
    """The ways in which a text may stand in a file: plain, quoted, encoded."""
    plain = secret.encode()
    yield plain
    yield plain.lower()
    yield plain.upper()
    yield quote(secret).encode()
    yield quote_plus(secret).encode()
    yield json.dumps(secret)[1:-1].encode()
    yield plain.hex().encode()
    yield secret.encode("utf-16-le")
    for shift in range(3):
        # The letters of base64 that depend on this text alone, wherever it begins.
        packed = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        yield packed[(0, 2, 3)[shift] : len(packed) - 1]


def found_in(data: bytes, secrets: dict[str, str]) -> set[str]:
    """The names of the secrets that stand in ``data``."""
    return {
        name
        for name, secret in secrets.items()
        if secret and any(each in data for each in disguises(secret))
    }


def files_under(folder: Path, without: Iterable[str] = ()) -> Iterator[Path]:
    """Every file below a folder, but for some of its folders."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(
            inside[: len(w.split("/"))] == tuple(w.split("/")) for w in without
        ):
            yield path


def in_files(folder: Path, secrets: dict[str, str], without: Iterable[str] = ()) -> set[str]:
    """``file: secret`` for all that is found below a folder."""
    told = set()
    for path in files_under(folder, without):
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data += gzip.decompress(data)
        told |= {f"{path.relative_to(folder)}: {name}" for name in found_in(data, secrets)}
    return told


def tables(connection: "psycopg.Connection[Any]") -> dict[str, bytes]:
    """Every row of every table, as text."""
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    ).fetchall()
    found = {}
    for (name,) in names:
        query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name))
        rows = connection.execute(query)
        found[name] = "\n".join(row[0] or "" for row in rows).encode()
    return found


def opened(data: bytes) -> bytes:
    """The same with what stands in it in hexadecimal, as PostgreSQL writes bytes, beside it."""
    packed = re.findall(rb"\\\\?x((?:[0-9a-f]{2}){8,})", data)
    return data + b"\n".join(bytes.fromhex(each.decode()) for each in packed)


def in_tables(house: "House", secrets: dict[str, str]) -> dict[str, set[str]]:
    """Table → secrets in it."""
    with psycopg.connect(house.urls.owner_url) as connection:
        found = {name: found_in(opened(data), secrets) for name, data in tables(connection).items()}
    return {name: told for name, told in found.items() if told}
