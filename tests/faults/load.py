"""Patches at work on a stage while something goes wrong there, with a witness between the two."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.faults import checker, stored
from tests.faults.checker import Verdict
from tests.faults.patches import PAUSE_S, Patch, Steady
from tests.faults.relay import Answer, Relay
from tests.faults.set_up import make
from tests.faults.stage import Stage
from tests.faults.witness import Witness

PATCHES = 3
CRASHES = 4
WORK_WITHIN_S = 600.0
SEED = 20_260_601
APART = 1000  # between the seeds of two patches: each stretch of a tape takes the next


class Load:
    """Inside ``with`` some patches send without a pause; each chunk until it is taken.

    Args:
        stage: Where.
        folder: Of the truth log.
        patches: How many.
        spoilt_by: What stands between the witness and the house, if anything.
    """

    def __init__(
        self,
        stage: Stage,
        folder: Path,
        *,
        patches: int = PATCHES,
        spoilt_by: type[Relay] | None = None,
    ) -> None:
        self.stage, self.folder, self.patches = stage, folder, patches
        self.spoiler = spoilt_by(stage.base_url) if spoilt_by else None
        upstream = self.spoiler.base_url if self.spoiler else stage.base_url
        self.witness = Witness(upstream, folder / f"truth-{random.randrange(10**9)}.jsonl")

    def __enter__(self) -> "Load":
        (person,) = make(self.stage, ("wearer", {"given": "Steady", "devices": self.patches}))
        self.devices = person["devices"]
        if self.spoiler:
            self.spoiler.__enter__()
        self.witness.__enter__()
        self.senders = [
            Steady(Patch(device, self.witness.base_url), SEED + number * APART)
            for number, device in enumerate(self.devices)
        ]
        for sender in self.senders:
            sender.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
        self.witness.__exit__(kind, error, trace)
        if self.spoiler:
            self.spoiler.__exit__(kind, error, trace)

    def end(self) -> None:
        """Let each patch finish the chunk in its hands."""
        for sender in self.senders:
            sender.last.set()
        for sender in self.senders:
            sender.join()
            sender.patch.close()

    def wait_for_more(self, promises: int) -> None:
        """Until the house has answered for so many more chunks."""
        wanted = self.witness.promises + promises
        came = self.witness.wait_for(wanted, WORK_WITHIN_S)
        log = (self.stage.data / "web.log").read_text(errors="replace")[-3000:]
        assert came, f"no work gets done; {self.refused()[-3:]}\n{log}"

    def wait_for_refusals(self, count: int) -> None:
        """Until so many more chunks were not taken."""
        wanted = len(self.refused()) + count
        deadline = time.monotonic() + WORK_WITHIN_S
        while len(self.refused()) < wanted:
            assert time.monotonic() < deadline, "everything was taken"
            time.sleep(PAUSE_S)

    def refused(self) -> list[Answer]:
        """Every answer so far that did not take a chunk, sender by sender."""
        return [answer for sender in self.senders for answer in list(sender.seen)]

    def promised(self) -> Verdict:
        """Whether what was promised up to now is there now."""
        promises = self.witness.chunks_so_far()  # first: patches go on
        with self.stage.connect() as connection:
            found = stored.of_devices(connection, [device["id"] for device in self.devices])
        return checker.chunks_here(promises, found)

    def loses(self, crash: Callable[[], None], work: int) -> bool:
        """Whether one of a few crashes, each after some work, takes away what was promised.

        Just before one of them everything may have come to the disk.
        """
        for _ in range(CRASHES):
            self.wait_for_more(work)
            crash()
            if self.promised().lost:
                self._give_up()
                return True
        return False

    def _give_up(self) -> None:
        """With what was promised the recordings may be gone: nothing more would be taken."""
        for sender in self.senders:
            sender.patch.ask.over = True

    def verdict(self) -> Verdict:
        """After the end: every promise, every sample, and nothing besides."""
        late = [sender.trouble for sender in self.senders if sender.trouble]
        assert not late, late
        played = [sender.played for sender in self.senders]
        with self.stage.connect() as connection:
            found = stored.of_devices(connection, [device["id"] for device in self.devices])
        verdict = checker.chunks_here(self.witness.chunks, found)
        verdict += checker.recordings_here(played, found)
        for one in played:
            verdict += checker.tape_here(one, found)
        return verdict
