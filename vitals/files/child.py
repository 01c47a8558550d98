"""The process that opens files of strangers: no database, no secrets, little memory, little time.

``python -m vitals.files.child IN OUT ORDER``: reads the files in IN, writes OUT/result.json and the
samples of each recording as OUT/0.i16, OUT/1.i16 … (little-endian, shape (n, channels)).
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY = 3 * 2**30  # bytes of address space
CPU_S = 90
LARGEST_OUTPUT = 2**29
MOST_OPEN = 64
RESULT = "result.json"


def limit() -> None:
    """Take the limits upon oneself before anything of the files is read."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, LARGEST_OUTPUT),
        (resource.RLIMIT_NOFILE, MOST_OPEN),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        kept = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (kept, kept))


def read(files: Path, out: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Read the files and write their samples; what is said about them."""
    from vitals.files.bundle import Bundle
    from vitals.files.layout import Layout
    from vitals.files.reading import content_of
    from vitals.files.refusals import Unreadable
    from vitals.files.sorting import recordings_of

    scratch = out / "unpacked"
    scratch.mkdir()
    try:
        layout = Layout.from_json(order["layout"])
        content = content_of(Bundle(files, tuple(order["names"])), scratch, layout)
        recordings, notes = recordings_of(content, layout)
    except Unreadable as no:
        return {"refused": no.to_json()}
    for number, each in enumerate(recordings):
        each.steps.astype("<i2", copy=False).tofile(out / f"{number}.i16")
    return {
        "format": content.format,
        "file": content.file,
        "start": content.start,
        "start_field": content.start_field,
        "identity": vars(content.identity),
        "device": content.device,
        "study": content.study,
        "notes": [note.to_json() for note in notes],
        "recordings": [
            {name: value for name, value in vars(each).items() if name != "steps"}
            | {"n_samples": len(each.steps)}
            for each in recordings
        ],
    }


def main() -> None:
    limit()
    files, out, order = sys.argv[1:]
    result = read(Path(files), Path(out), json.loads(order))
    (Path(out) / RESULT).write_text(json.dumps(result))


if __name__ == "__main__":
    main()
