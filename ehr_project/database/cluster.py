"""One PostgreSQL server on one data folder: start, watch, stop."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from ehr_project.database.binaries import (
    ENVIRONMENT,
    OLDEST_MAJOR,
    Account,
    Binaries,
    DatabaseTrouble,
    choose,
    run_as,
    server_account,
)
from ehr_project.database.folder import Folder, Lock, private_text
from ehr_project.database.logs import last_lines, open_log
from ehr_project.database.processes import end, processes_in
from ehr_project.database.roles import (
    APP_ROLE,
    DATABASE,
    OWNER_ROLE,
    SUPERUSER,
    Passwords,
    prepare,
    url,
)

SOCKET_LIMIT = 107  # bytes in sockaddr_un.sun_path
NOTE = "running.json"
SOCKET_FILE = ".s.PGSQL.5432"
RECOVERY_S = 900.0  # replaying the log after a crash takes as long as it takes
ALWAYS = {
    "listen_addresses": "",
    "port": "5432",  # only the name of the socket
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and their errors carry patients' data: the log keeps the server's own events.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "max_connections": "120",
}
WITHOUT_FSYNC = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # While autovacuum writes statistics, readers of the history wait for it: a test acts and looks.
    "autovacuum_analyze_threshold": "2147483647",
}


@dataclass(frozen=True)
class Urls:
    """Where the database answers: for its owner (migrations) and for the application."""

    owner_url: str
    app_url: str


class Cluster:
    """The PostgreSQL of one data folder.

    Start it from the main thread: Linux ends the server together with the thread that began it.
    """

    def __init__(
        self,
        data: Path,
        *,
        scratch: bool = False,
        fsync: bool = True,
        least_major: int = OLDEST_MAJOR,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.data = data.absolute()
        self.scratch = scratch
        self.fsync = fsync
        self.least_major = least_major
        self._say = say
        self._account: Account | None = None
        self._folder: Folder | None = None
        self._lock: Lock | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: Path | None = None
        self._passwords: Passwords | None = None

    def start(self) -> Urls:
        """Bring the database up; on a live one nothing changes, a killed one comes back.

        Raises:
            AlreadyRunning: another house holds this data folder.
            DatabaseTrouble: it cannot run; the message says what to do.
        """
        if self.postmaster_pid is not None:
            return self.urls
        if self._lock is not None:  # killed: the same addresses serve again
            self._bring_up()
            return self.urls
        self._account = server_account()
        lock = Lock(self.data / "database")
        lock.take()
        self._lock = lock
        try:
            self._bring_up()
        except BaseException:  # Ctrl-C too: no server and no lock stays behind; it goes on up
            self.stop()
            raise
        return self.urls

    @property
    def urls(self) -> Urls:
        socket, passwords = self._started()
        return Urls(
            owner_url=url(OWNER_ROLE, passwords.owner, socket, DATABASE),
            app_url=url(APP_ROLE, passwords.app, socket, DATABASE),
        )

    @property
    def postmaster_pid(self) -> int | None:
        """The server's process id while it lives."""
        alive = self._process is not None and self._process.poll() is None
        return self._process.pid if alive and self._process else None

    def processes(self) -> list[int]:
        """Every live process of this cluster, the postmaster among them."""
        return processes_in(self._folder.cluster) if self._folder else []

    def answers(self, timeout: int = 3) -> bool:
        """Whether a real connection gets an answer; a process id alone proves nothing."""
        try:
            self._ask(timeout)
        except psycopg.Error:
            return False
        return True

    def stop(self) -> None:
        """Stop the server within a minute whatever state it is in, and let the folder go."""
        if self._process is not None:
            end(self._process, (signal.SIGINT, 30), (signal.SIGQUIT, 10), (signal.SIGKILL, 10))
            self._process = None
        if self._socket is not None:
            shutil.rmtree(self._socket, ignore_errors=True)
            self._socket = None
        if self._lock is not None:
            self._note.unlink(missing_ok=True)
            self._lock.leave()
            self._lock = None

    def _bring_up(self) -> None:
        folder = self._folder = self._folder or Folder.of(self.data, self._account, self._say)
        self._passwords = folder.passwords()
        folder.end_leftovers()
        self._choose_socket(folder.home)
        binaries = choose(self._account, major=folder.major(), least=self.least_major)
        if folder.major() is None:
            self._create(folder, binaries)
        self._launch(folder, binaries)
        self._wait(folder)
        with psycopg.connect(self._superuser_url(), autocommit=True) as connection:
            prepare(connection, self._passwords, scratch=self.scratch)

    def _choose_socket(self, home: Path) -> None:
        """A short private folder for the socket: the same one for as long as we live."""
        if self._socket is None:
            if self._note.exists():  # the last launcher was killed
                shutil.rmtree(json.loads(self._note.read_text())["socket"], ignore_errors=True)
            self._socket = _socket_folder([home] if self.scratch else [])
            private_text(self._note, json.dumps({"socket": str(self._socket), **asdict(self.urls)}))
        self._socket.mkdir(mode=0o700, exist_ok=True)  # a cleaner of /tmp may have come by
        if self._account:
            os.chown(self._socket, self._account.uid, self._account.gid)

    @property
    def _log(self) -> Path:
        return self.data / "logs" / "postgresql.log"

    @property
    def _note(self) -> Path:
        return self.data / "database" / NOTE

    def _create(self, folder: Folder, binaries: Binaries) -> None:
        """Run initdb beside the final place, so a first start cut short leaves no half."""
        self._say(f"Creating the database (PostgreSQL {binaries.major})")
        socket, passwords = self._started()
        draft = folder.empty_draft()
        secret = private_text(socket / "superuser", passwords.superuser, self._account)
        try:
            for locale in ("C.UTF-8", "C"):  # not every system has C.UTF-8
                done = run_as(self._account, self._initdb(binaries, draft, secret, locale))
                if done.returncode == 0:
                    break
            else:
                raise DatabaseTrouble(f"initdb failed: {done.stderr.strip()}")
        finally:
            secret.unlink()
        folder.keep_draft(binaries.major)

    def _initdb(self, binaries: Binaries, draft: Path, secret: Path, locale: str) -> list[str]:
        command = [
            binaries.program("initdb"),
            *("-D", str(draft), "-U", SUPERUSER, f"--pwfile={secret}"),
            *("-A", "scram-sha-256", "-k", "-E", "UTF8", f"--locale={locale}"),
        ]
        return [*command, "--no-sync"] if self.scratch else command

    def _launch(self, folder: Folder, binaries: Binaries) -> None:
        socket, _ = self._started()
        for name in (SOCKET_FILE, f"{SOCKET_FILE}.lock"):  # of a killed server
            (socket / name).unlink(missing_ok=True)
        settings = ALWAYS | {"unix_socket_directories": str(socket)}
        settings |= {} if self.fsync else WITHOUT_FSYNC
        account = f"{self._account.uid}:{self._account.gid}" if self._account else "-"
        with open_log(self._log) as log:
            self._process = subprocess.Popen(
                [
                    *leash(signal.SIGINT, account),
                    *(binaries.program("postgres"), "-D", str(folder.cluster)),
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self, folder: Folder) -> None:
        deadline = time.monotonic() + RECOVERY_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                self._ask(3)
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        last = "\n".join(last_lines(self._log, 8))
        raise DatabaseTrouble(f"PostgreSQL did not start on {folder.cluster}. It said:\n{last}")

    def _ask(self, timeout: int) -> None:
        with psycopg.connect(self._superuser_url(), connect_timeout=timeout) as connection:
            connection.execute("SELECT 1")

    def _superuser_url(self) -> str:
        socket, passwords = self._started()
        return url(SUPERUSER, passwords.superuser, socket, "postgres")

    def _started(self) -> tuple[Path, Passwords]:
        if self._socket is None or self._passwords is None:
            raise DatabaseTrouble("The database is not started.")
        return self._socket, self._passwords


def leash(death_signal: signal.Signals, account: str = "-") -> list[str]:
    """The words before a program that is to die with this process."""
    script = str(Path(__file__).with_name("leash.py"))
    return [
        *(sys.executable, "-I", "-S", script),
        *(str(os.getpid()), str(int(death_signal)), account),
    ]


def running_urls(data: Path) -> Urls | None:
    """The addresses of a database that another process runs on ``data``, if it answers."""
    note = data / "database" / NOTE
    if not note.exists():
        return None
    noted = json.loads(note.read_text())
    found = Urls(owner_url=noted["owner_url"], app_url=noted["app_url"])
    try:
        psycopg.connect(found.app_url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return None
    return found


def _socket_folder(preferred: Sequence[Path]) -> Path:
    """A private folder whose path is short enough for a socket's name."""
    usual = ("/tmp", "/var/tmp", tempfile.gettempdir())  # noqa: S108
    for parent in (*preferred, *map(Path, usual)):
        if os.access(parent, os.W_OK | os.X_OK):
            folder = Path(tempfile.mkdtemp(prefix="chartwave-", dir=parent))
            if len(os.fsencode(folder / SOCKET_FILE)) <= SOCKET_LIMIT:
                return folder
            folder.rmdir()
    raise DatabaseTrouble(
        "No folder for temporary files can be written: set TMPDIR to a short one."
    )
