"""The whole house in one command: database, web pages, worker and the demo's wearable.

``bin/run`` calls it. It stops everything it started when it stops, and brings back what dies.
"""

import argparse
import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from environ import Env

from ehr_project.children import Child, Errand, end_all
from ehr_project.database import Cluster, DatabaseTrouble, Urls
from ehr_project.database.cluster import leash
from ehr_project.database.folder import private_text
from ehr_project.database.logs import last_lines, open_log
from ehr_project.database.roles import APP_ROLE

ROOT = Path(__file__).resolve().parent.parent
FIRST_PORT = 8000
PORTS_TRIED = 50
READY_S = 120.0
TURN_S = 0.3
WEB_THREADS = 8
OF_WEB = {"CHARTWAVE_DB_POOL": str(WEB_THREADS), "CHARTWAVE_STATEMENT_SECONDS": "30"}
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGN_INS = "demo-sign-ins.txt"
# The pattern of the address (ehr_project/access_log.py); who it was stands in the audit trail.
ACCESS_LINE = '%(t)s %(m)s "%(U)s" %(s)s %(B)s %(M)sms'


class HouseTrouble(Exception):
    """The house cannot run; the message says why and what to do."""


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for."""

    data: Path
    port: int | None
    demo: bool


def main(arguments: Sequence[str] | None = None) -> int:
    wishes = understand(arguments)
    for each in ENDINGS:
        if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN:  # nohup stays
            signal.signal(each, leave)
    try:
        return House(wishes).run()
    except (HouseTrouble, DatabaseTrouble) as trouble:
        say(f"Chartwave did not start. {trouble}")
        return 1


def understand(arguments: Sequence[str] | None) -> Wishes:
    parser = argparse.ArgumentParser(prog="bin/run", description="Start Chartwave on this machine.")
    parser.add_argument("--port", type=port_number, help=f"web port (else from {FIRST_PORT} up)")
    parser.add_argument("--no-demo", action="store_true", help="start without the invented clinic")
    parser.add_argument("--data", type=Path, default=ROOT / "var", help="folder of the data")
    given = parser.parse_args(arguments)
    called_from = Path(os.environ.get("CHARTWAVE_CALLED_FROM", "."))
    return Wishes((called_from / given.data).absolute(), given.port, demo=not given.no_demo)


def port_number(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no port: give a number from 1 to 65535")


def leave(_signal: int, _frame: FrameType | None) -> None:
    """Unwind from wherever we are; a second Ctrl-C does not cut the stopping short."""
    for each in ENDINGS:
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(0)


def say(line: str) -> None:
    # A closed terminal must not stop the stopping.
    with contextlib.suppress(OSError):
        print(line, flush=True)  # noqa: T201


class House:
    """Everything that runs, in the order it starts."""

    def __init__(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.data = wishes.data
        self.cluster = Cluster(self.data, say=say)
        self.children: list[Child] = []
        self.own_database = False
        self._next_database_start = 0.0

    def run(self) -> int:
        try:
            port = free_port(self.wishes.port)
            urls = self.database()
            self.prepare(urls)
            self.open_doors(urls, port)
            self.welcome(port)
            self.load_codes(urls)
            while True:
                self.look_after()
                time.sleep(TURN_S)
        finally:
            self.stop()

    def database(self) -> Urls:
        """The database named by DATABASE_URL, else our own."""
        if named := os.environ.get("DATABASE_URL"):
            say("Using the database that DATABASE_URL names")
            return Urls(owner_url=os.environ.get("DATABASE_OWNER_URL", named), app_url=named)
        say("Starting the database")
        self.own_database = True
        return self.cluster.start()

    def prepare(self, urls: Urls) -> None:
        """Migrate as the owner, after a backup; load the demo clinic once, as the application."""
        say("Preparing the tables")
        self.manage(self.as_owner(urls), "upgrade")
        loaded = self.data / "database" / "demo-loaded"
        if self.wishes.demo and not loaded.exists():
            say("Loading the demo clinic")
            self.manage(self.environment(urls), "load_demo", show=True)
            loaded.write_text("Remove the whole data folder to load the demo clinic anew.\n")

    def manage(self, environment: dict[str, str], *words: str, show: bool = False) -> None:
        """Run one management command to its end; it dies with us."""
        log = self.data / "logs" / "set-up.log"
        with open_log(log) as file:
            done = subprocess.run(
                [*leash(signal.SIGTERM), sys.executable, "manage.py", *words],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=None if show else file,
                stderr=file,
                process_group=0,
                check=False,
            )
        if done.returncode:
            last = "\n".join(last_lines(log, 12))
            raise HouseTrouble(f"manage.py {words[0]} failed; the end of {log}:\n{last}")

    def environment(self, urls: Urls) -> dict[str, str]:
        """What every process of ours is told; nothing else of the caller's database."""
        given_role = os.environ.get("DATABASE_APP_ROLE", APP_ROLE)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "DATABASE_", "GUNICORN_"))
        }
        return kept | {
            "DATABASE_URL": urls.app_url,
            "DATABASE_APP_ROLE": APP_ROLE if self.own_database else given_role,
            "DJANGO_SETTINGS_MODULE": "ehr_project.settings",
            "CHARTWAVE_DATA": str(self.data),
            "CHARTWAVE_DEMO": "1" if self.wishes.demo else "0",
            "SECRET_KEY": secret_key(self.data / "secret-key"),
            "SECRET_KEY_FALLBACKS": older_keys(self.data / "secret-key.old"),
            "PYTHONUNBUFFERED": "1",
        }

    def as_owner(self, urls: Urls) -> dict[str, str]:
        """For what makes tables; it ends soon."""
        owner = {"DATABASE_URL": urls.owner_url, "DATABASE_OWNER_URL": urls.owner_url}
        return self.environment(urls) | owner

    def open_doors(self, urls: Urls, port: int) -> None:
        say("Starting the web pages and the worker")
        environment = self.environment(urls) | {"PORT": str(port)}
        programs = {
            "web": web_command(port),
            "worker": [sys.executable, "manage.py", "worker"],
        }
        # What it sends over plain http is refused where TLS is spoken.
        if self.wishes.demo and not behind_tls():
            programs["wearable"] = [sys.executable, "manage.py", "demo_wearable"]
        for name, command in programs.items():
            own = environment | (OF_WEB if name == "web" else {})
            log = self.data / "logs" / f"{name}.log"
            self.children.append(Child(name, command, own, ROOT, log))
        for child in self.children:
            child.start()
        self.wait_until_ready(port)

    def load_codes(self, urls: Urls) -> None:
        """The long tables of codes, after the doors are open: until then the common ones do."""
        command = [sys.executable, "manage.py", "load_terminology"]
        log = self.data / "logs" / "codes.log"
        codes = Errand("codes", command, self.as_owner(urls), ROOT, log)
        self.children.append(codes)
        codes.start()

    def wait_until_ready(self, port: int) -> None:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if answers(port):
                return
            self.look_after()
            time.sleep(TURN_S)
        log = self.data / "logs" / "web.log"
        last = "\n".join(last_lines(log, 12))
        raise HouseTrouble(f"The web pages do not answer; the end of {log}:\n{last}")

    def welcome(self, port: int) -> None:
        plain, proxied = f"http://localhost:{port}", f"behind the TLS proxy, for 127.0.0.1:{port}"
        say(f"\nChartwave is ready: {proxied if behind_tls() else plain}\n")
        sign_ins = self.data / SIGN_INS
        if self.wishes.demo:
            say(
                sign_ins.read_text()
                if sign_ins.exists()
                else f"The sign-ins were kept in {sign_ins}, which is gone."
            )
        else:
            say("Who signs in first is made by a command: docs/administration.md.")
        say("Ctrl-C stops everything.")

    def look_after(self) -> None:
        """Bring back what died: the database first, the others need it."""
        if self.own_database and self.cluster.postmaster_pid is None:
            self.restart_database()
        for child in self.children:
            child.revive(say)

    def restart_database(self) -> None:
        if time.monotonic() < self._next_database_start:
            return
        say("The database ended; starting it again")
        self._next_database_start = time.monotonic() + 5
        try:
            self.cluster.start()
        except DatabaseTrouble as trouble:
            say(str(trouble))

    def stop(self) -> None:
        for each in ENDINGS:
            signal.signal(each, signal.SIG_IGN)
        if self.cluster.postmaster_pid or self.children:
            say("\nStopping")
        end_all(self.children)
        self.cluster.stop()


def behind_tls() -> bool:
    """Whether a proxy with the certificate stands in front, as the settings read it."""
    return bool(Env().bool("CHARTWAVE_TLS", default=False))


def web_command(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "ehr_project.wsgi"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", str(WEB_THREADS)),
        *(word for address in loopback(port) for word in ("--bind", address)),
        *("--graceful-timeout", "5", "--no-control-socket"),
        *("--access-logfile", "-", "--access-logformat", ACCESS_LINE),
        *("--logger-class", "ehr_project.access_log.AccessLog"),
    ]


def loopback(port: int) -> list[str]:
    """Both loopback addresses, where there are two: browsers try either for localhost."""
    return [f"127.0.0.1:{port}", *([f"[::1]:{port}"] if can_bind("::1", 0) else [])]


def can_bind(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return True
    return False


def is_free(port: int) -> bool:
    hosts = ["127.0.0.1", *(["::1"] if can_bind("::1", 0) else [])]
    return all(can_bind(host, port) for host in hosts)


def free_port(asked: int | None) -> int:
    """The port asked for, or the first free one."""
    if asked is not None:
        if is_free(asked):
            return asked
        raise HouseTrouble(
            f"Port {asked} is taken or not allowed: choose another with --port, or leave it out."
        )
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if is_free(port):
            return port
    raise HouseTrouble(f"No port is free from {FIRST_PORT} to {port}: name one with --port.")


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def secret_key(file: Path) -> str:
    """Made once per data folder; sessions outlive a restart."""
    if not file.exists():
        private_text(file, secrets.token_urlsafe(64))
    return file.read_text()


def older_keys(file: Path) -> str:
    """Keys of before, one a line there; as the environment takes them."""
    return ",".join(file.read_text().split()) if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
