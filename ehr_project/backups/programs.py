"""PostgreSQL's own programs that write and read a dump, run without showing a password."""

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ehr_project.backups.errors import BackupTrouble
from ehr_project.database.binaries import (
    ENVIRONMENT,
    SYSTEM_FOLDERS,
    Binaries,
    candidates,
    run_as,
)

PIECE = 2**20


@dataclass(frozen=True)
class Programs:
    """``pg_dump`` and ``pg_restore`` of one version."""

    folder: Path
    major: int

    def dump(self, url: str, *, snapshot: str, leave_out: tuple[str, ...]) -> Iterator[bytes]:
        """The whole database at ``snapshot``, in pieces, without data of ``leave_out``."""
        command = [
            str(self.folder / "pg_dump"),
            *("--format=custom", "--compress=0", f"--snapshot={snapshot}", "--no-password"),
            *("--no-owner", "--no-privileges", "--encoding=UTF8"),
            *(f"--exclude-table-data={table}" for table in leave_out),
            f"--dbname={_without_password(url)}",
        ]
        with _running(command, url, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None  # noqa: S101 -- PIPE was asked for
            while piece := process.stdout.read(PIECE):
                yield piece

    @contextlib.contextmanager
    def loading(self, url: str) -> Iterator[IO[bytes]]:
        """Takes a dump and loads it, all of it or nothing."""
        command = [
            str(self.folder / "pg_restore"),
            *("--single-transaction", "--exit-on-error", "--no-password"),
            *("--no-owner", "--no-privileges", f"--dbname={_without_password(url)}"),
        ]
        with _running(command, url, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None  # noqa: S101 -- PIPE was asked for
            yield process.stdin
            # A broken pipe here is told by its own words, not by ours.
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()


def programs_for(server_major: int, *, with_tls: bool = False) -> Programs:
    """The programs that understand a server of this version: the same, else the next newer ones.

    Raises:
        BackupTrouble: there are none on this machine.
    """
    fitting = [
        Programs(folder, major)
        for folder, in_wheel in _folders()
        if not (with_tls and in_wheel)  # those in the wheel speak no TLS
        and (major := _major(folder)) is not None
        and major >= server_major
    ]
    if fitting:
        return min(fitting, key=lambda each: each.major)
    over = " that speak TLS" if with_tls else ""
    raise BackupTrouble(
        f"No pg_dump and pg_restore of version {server_major} or newer{over} are here: install "
        f"postgresql-client-{server_major}, or set EHR_PG_BIN to the folder that holds them."
    )


def _folders() -> Iterator[tuple[Path, bool]]:
    offered: list[Binaries] = list(candidates(None))
    yield from ((each.folder, each.inside_wheel) for each in offered)
    for pattern in SYSTEM_FOLDERS:  # where only the clients are installed
        yield from ((folder, False) for folder in Path("/").glob(pattern[1:]))


def _major(folder: Path) -> int | None:
    """The version of both programs, when both are there and run."""
    try:
        said = [
            run_as(None, [str(folder / name), "--version"]) for name in ("pg_dump", "pg_restore")
        ]
    except OSError:
        return None
    found = [re.search(r"\(PostgreSQL\) (\d+)", each.stdout) for each in said]
    majors = {int(each[1]) for each in found if each}
    return majors.pop() if len(majors) == 1 and all(found) else None


def _without_password(url: str) -> str:
    """What may stand in the list of processes."""
    given = conninfo_to_dict(url)
    return make_conninfo(**{k: str(v) for k, v in given.items() if k != "password" and v})


@contextlib.contextmanager
def _running(
    command: list[str], url: str, *, stdin: int = subprocess.DEVNULL, stdout: int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """One program, ended when we leave; its failure is ours."""
    password = conninfo_to_dict(url).get("password")
    secret = {"PGPASSWORD": str(password)} if password else {}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=ENVIRONMENT | secret, cwd="/", stdin=stdin, stdout=stdout, stderr=said
        )
        try:
            with contextlib.suppress(BrokenPipeError):  # it gave up, and says why
                yield process
            status = process.wait()
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
        if status:
            said.seek(0)
            raise BackupTrouble(f"{Path(command[0]).name} failed: {_complaint(said.read())}")


def _complaint(said: bytes) -> str:
    """Its first error, without what it quotes: that may be a patient's.

    >>> _complaint(b"pg_restore: error: COPY failed: ERROR:  duplicate key" + bytes([10]) + b"more")
    'pg_restore: error: COPY failed: ERROR:  duplicate key'
    >>> _complaint(b"")
    'it said nothing'
    """
    lines = said.decode(errors="replace").splitlines()
    errors = [line for line in lines if "error:" in line] or lines
    return errors[0][:300] if errors else "it said nothing"
