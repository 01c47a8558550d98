"""Who talks to the house while it is killed: wearables, a cuff, and the doctor who accepts."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from clients.wearable import rfc3339
from ehr_project.database.cluster import leash
from tests.faults import tapes
from tests.faults.checker import Part, Played
from tests.house import ROOT, outside

CHUNK_S = 5
PAUSE_S = 0.2
GIVE_UP_S = 1800.0


class Wearer(threading.Thread):
    """Plays tape after tape through the simulated wearable, until told that it was the last.

    A wearable that is killed is started again with the same spool, as after a power cut.
    """

    def __init__(
        self,
        device: dict[str, str],
        server: str,
        folder: Path,
        *,
        seed: int,
        minutes: float = 10.0,
        speed: float = 60.0,
    ) -> None:
        super().__init__(daemon=True)
        self.device, self.server, self.folder, self.seed = device, server, folder, seed
        self.minutes, self.speed = minutes, speed
        self.last = threading.Event()
        self.ended = False
        self.played: list[Played] = []
        self.refused: list[str] = []
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pids(self) -> list[int]:
        """The wearable's process while it lives."""
        process = self.process
        return [process.pid] if process and process.poll() is None else []

    def run(self) -> None:
        while not self.last.is_set():
            self.play_once()

    def play_once(self) -> None:
        """One tape from its beginning to its end."""
        number = len(self.played) + 1
        self._play(self.folder / f"{self.device['serial']}-{number}", self.seed + number)

    def _play(self, folder: Path, seed: int) -> None:
        folder.mkdir(parents=True)
        tape = tapes.make(folder / "tape.npy", self.minutes, seed)
        status = -9
        while status < 0 and not self.ended:  # killed, and not by us
            status = self._run(folder)
        if self.ended:
            return
        known = json.loads((folder / "spool" / "state.json").read_text())
        parts = [Part(one["id"], one["from_sample"]) for one in known["recordings"] if one["id"]]
        self.played.append(Played(self.device["id"], tape, parts))
        if status:
            said = (folder / "said.txt").read_text()[-2000:]
            self.refused.append(f"the wearable of {folder.name} ended with {status}: {said}")

    def _run(self, folder: Path) -> int:
        with (folder / "said.txt").open("ab") as said:
            self.process = subprocess.Popen(
                [
                    *leash(signal.SIGTERM),
                    *(sys.executable, "-m", "clients.wearable", str(folder / "tape.npy")),
                    *("--server", self.server, "--spool", str(folder / "spool")),
                    *(
                        "--speed",
                        str(self.speed),
                        "--chunk-seconds",
                        str(CHUNK_S),
                        "--channels",
                        "I",
                    ),
                    *("--sampling-rate-hz", str(tapes.RATE_HZ)),
                    *("--scale", str(tapes.MICROVOLT_PER_STEP)),
                ],
                cwd=ROOT,
                env=outside() | {"CHARTWAVE_DEVICE_KEY": self.device["key"]},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
            return self.process.wait()

    def end(self) -> None:
        """End it now, whatever it is doing."""
        self.ended = True
        self.last.set()
        while self.is_alive():
            if self.process and self.pids:
                self.process.kill()
            self.join(0.1)


class Cuff(threading.Thread):
    """Sends a weight about every second, each another one; the doctor accepts each."""

    def __init__(self, device: dict[str, str], server: str, doctor: "Doctor", first: int) -> None:
        super().__init__(daemon=True)
        self.device, self.server, self.doctor = device, server, doctor
        self.number = first
        self.http = httpx.Client(base_url=server, trust_env=False, timeout=20)
        self.last = threading.Event()
        self.accepted: list[str] = []

    def run(self) -> None:
        while not self.last.wait(1.0):
            self.measure()

    def measure(self) -> None:
        """One weight, sent and accepted."""
        self.number += 1
        value = f"{40 + self.number / 1000:.3f}"
        self.doctor.accept(self._sent(value))
        self.accepted.append(value)

    def close(self) -> None:
        """Measure no more and hang up."""
        self.last.set()
        if self.is_alive():
            self.join()
        self.http.close()

    def _sent(self, value: str) -> str:
        """Id of the Observation, once the house has answered for it."""
        at = rfc3339(time.time())
        body = (
            f'{{"client_id": "weight-{value}", "kind": "weight", "unit": "kg", '
            f'"device_time": "{at}", "values": {{"value": {value}}}}}'
        )
        headers = {
            "Authorization": f"Bearer {self.device['key']}",
            "Content-Type": "application/json",
        }

        def once() -> str | None:
            answer = self.http.post("/api/v1/readings/", content=body, headers=headers)
            return str(answer.json()["id"]) if answer.status_code in {200, 201} else None

        return until_answered(once)


class Doctor:
    """Signs in through the page and accepts readings through the page."""

    def __init__(self, account: dict[str, str], server: str) -> None:
        self.account = account
        self.http = httpx.Client(base_url=server, trust_env=False, timeout=20)

    def close(self) -> None:
        self.http.close()

    def accept(self, observation: str) -> None:
        """Until the house has said that it is accepted."""
        until_answered(lambda: self._accepted(observation))

    def _accepted(self, observation: str) -> bool | None:
        token = self.http.cookies.get("chartwave-csrf")
        if not token:
            self._sign_in()
            return None
        form = {"version": "1", "csrfmiddlewaretoken": token}
        answer = self.http.post(f"/observations/{observation}/accept/", data=form)
        if "/sign-in/" in answer.headers.get("Location", ""):
            self._sign_in()
            return None
        # 409: it was accepted before, and that answer was lost.
        return True if answer.status_code in {302, 409} else None

    def _sign_in(self) -> None:
        page = self.http.get("/sign-in/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if token:
            self.http.post("/sign-in/", data=self.account | {"csrfmiddlewaretoken": token[1]})


def until_answered(ask: Any) -> Any:
    """Ask again and again until there is an answer: nothing else can be waited for."""
    deadline = time.monotonic() + GIVE_UP_S
    while time.monotonic() < deadline:
        try:
            if (found := ask()) is not None:
                return found
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(PAUSE_S)
    raise TimeoutError(f"The house gave no answer for {GIVE_UP_S:.0f} s")
