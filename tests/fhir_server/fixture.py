"""Starts and stops the Node FHIR server; usable as a pytest plugin or by hand."""

import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.stand_in.ports import free_port

HERE = Path(__file__).resolve().parent
READY_WITHIN_S = 600.0
ANSWER_WITHIN_S = 200


@dataclass(frozen=True)
class Remote:
    """A running FHIR server, looked at from outside, as any other system would."""

    base_url: str

    def get(self, path: str) -> dict[str, Any]:
        """The JSON at ``path``; urllib raises HTTPError for 4xx and 5xx."""
        with urllib.request.urlopen(f"{self.base_url}/{path}", timeout=ANSWER_WITHIN_S) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def put(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Write a resource as somebody else at that hospital would."""
        url = f"{self.base_url}/{resource['resourceType']}/{resource['id']}"
        request = urllib.request.Request(
            url,
            data=json.dumps(resource).encode(),
            method="PUT",
            headers={"Content-Type": "application/fhir+json"},
        )
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_S) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def all(self, type_: str) -> list[dict[str, Any]]:
        """Every resource of a type, across pages."""
        found: list[dict[str, Any]] = []
        path = type_
        while path:
            page = self.get(path)
            found += [entry["resource"] for entry in page.get("entry") or ()]
            links = [link["url"] for link in page.get("link", ()) if link["relation"] == "next"]
            path = links[0].removeprefix(f"{self.base_url}/") if links else ""
        return found

    def history(self, type_: str, id_: str) -> list[dict[str, Any]]:
        """Every version of a resource, newest first."""
        entries = self.get(f"{type_}/{id_}/_history").get("entry") or ()
        return [entry["resource"] for entry in entries]


@contextmanager
def running(*, validate: bool = True, port: int = 0) -> Iterator[Remote]:
    """Run the server on a free loopback port until the block ends.

    Args:
        validate: Answer 400 for what breaks a StructureDefinition.
        port: Use this port, e.g. the same one after a stop.
    """
    port = port or free_port()
    command = ["node", str(HERE / "server.mjs"), "--leash", "--port", str(port)]
    # Its standard input closes when this process dies, and then it stops by itself.
    process = subprocess.Popen(
        command + ["--validate"] * validate,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=HERE,
    )
    try:
        _wait(process)
        yield Remote(f"http://127.0.0.1:{port}/fhir")
    finally:
        process.kill()  # all that it has is in its memory
        process.communicate()


def _wait(process: "subprocess.Popen[str]") -> None:
    output = process.stdout
    assert output is not None
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.append(output.readline()), daemon=True)
    reader.start()
    deadline = time.monotonic() + READY_WITHIN_S
    while not lines and time.monotonic() < deadline:
        reader.join(0.05)
    if not lines or not lines[0].startswith("listening on"):
        process.kill()
        raise RuntimeError(f"The FHIR server did not start: {lines} {output.read()[:2000]}")


@pytest.fixture(scope="session")
def fhir_server() -> Iterator[Remote]:
    """The Node FHIR server, one for the whole test run."""
    with running() as remote:
        yield remote
