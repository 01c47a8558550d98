"""Asks ``@medplum/core`` whether resources satisfy R4 and the profiles that they declare."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ehr_project.pytest_parts import node
from fhir.codec import dumps
from fhir.tests.us_core.package import ARCHIVE, files

VALIDATOR = Path(__file__).resolve().parent / "fhir_server" / "validate.mjs"


def told(resources: Iterable[dict[str, Any]], folder: Path) -> list[tuple[str, Any]]:
    """Type and complaint of each resource with which something is wrong.

    Args:
        resources: As they go out.
        folder: An empty one, for the profiles of US Core 6.1.0.
    """
    assert ARCHIVE.is_file()
    sent = list(resources)
    for name, definition in files().items():
        if name.startswith("StructureDefinition-"):
            (folder / name).write_bytes(dumps(definition))
    done = subprocess.run(
        [node(), str(VALIDATOR), str(folder)],
        input=b"\n".join(map(dumps, sent)) + b"\n",
        cwd=VALIDATOR.parent,
        capture_output=True,
        timeout=1200,
        check=True,
    )
    judged = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(judged) == len(sent)
    return [
        (each["resourceType"], wrong) for each, wrong in zip(sent, judged, strict=True) if wrong
    ]
