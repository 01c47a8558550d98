"""How fast a day of ECG opens and moves in a browser, and how much it weighs.

Run: ``python benchmarks/web.py [--quick] [--json]``; it needs Chromium and playwright.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.figures import Figure, Report, Table, main
from benchmarks.house import open_doors, scratch_house
from benchmarks.viewport import CHANNELS, RATE_HZ, long_recording

SCREEN: Final = {"width": 1366, "height": 768}
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
FIRST_PAINT_MS: Final = 1000.0
MOVE_MS: Final = 100.0
VIEW_BYTES: Final = 100_000
PAGE_BYTES: Final = 300_000
BEAT_SAMPLES: Final = 208  # as long_recording draws them
PIECE_S: Final = 300
PROTOCOL: Final = (
    "A recording of 3 leads at 250 Hz with a reading of all its beats, opened by Chromium from",
    "the web server as the house runs it, on the same machine. Each opening in a browser without",
    "cache; milliseconds since the navigation began. A move is a key, a drag, a press on the",
    "overview or a choice, from its event until the frame after samples and beats of the new page",
    "are drawn, one after the other. Bytes are those on the wire.",
)

# Kept by the page: when it was first drawn as a whole, and how to wait for the next time.
WATCH: Final = """
window.watched = {first: null, paint: null};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.watched.paint = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
const shown = (then) => requestAnimationFrame(() => setTimeout(() => then(performance.now())));
window.watched.ready = new Promise((ready) => {
  document.addEventListener("chartwave:drawn", ({detail}) => {
    if (detail.whole) shown((at) => ready(window.watched.first ??= at));
  });
});
window.moved = (act) => new Promise((resolve) => {
  const began = performance.now();
  const done = ({detail}) => {
    if (!detail.whole) return;
    document.removeEventListener("chartwave:drawn", done);
    shown((at) => resolve(at - began));
  };
  document.addEventListener("chartwave:drawn", done);
  act();
});
window.key = (name) => document.querySelector("[data-paper-canvas]")
  .dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true, cancelable: true}));
window.pointer = (canvas, type, x, y) => canvas.dispatchEvent(
  new PointerEvent(type, {clientX: x, clientY: y, pointerId: 1, bubbles: true, isPrimary: true}));
"""
SEEK: Final = """(share) => moved(() => {
  const canvas = document.querySelector("[data-overview-canvas]");
  canvas.setPointerCapture = () => {};
  const {left, top, width} = canvas.getBoundingClientRect();
  pointer(canvas, "pointerdown", left + share * width, top + 10);
})"""
DRAG: Final = """(px) => moved(() => {
  const canvas = document.querySelector("[data-paper-canvas]");
  canvas.setPointerCapture = () => {};
  const {left, top} = canvas.getBoundingClientRect();
  pointer(canvas, "pointerdown", left + 700, top + 100);
  pointer(canvas, "pointermove", left + 700 - px, top + 100);
  pointer(canvas, "pointerup", left + 700 - px, top + 100);
})"""
CHOOSE: Final = """(value) => moved(() => {
  const select = document.querySelector("[data-gain]");
  select.value = value;
  select.dispatchEvent(new Event("change", {bubbles: true}));
})"""
KEY: Final = "(name) => moved(() => key(name))"


@dataclass
class Weights:
    """Bytes on the wire: of all that a page asked for, and of each single answer by its address."""

    addresses: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[str, int]] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        """Count what this page receives."""
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", self._asked)
        wire.on("Network.loadingFinished", self._came)

    def _asked(self, told: dict[str, Any]) -> None:
        self.addresses[told["requestId"]] = told["request"]["url"]

    def _came(self, told: dict[str, Any]) -> None:
        address = self.addresses.get(told["requestId"], "")
        self.answers.append((address, int(told["encodedDataLength"])))

    @property
    def total(self) -> int:
        """Everything."""
        return sum(size for _, size in self.answers)

    @property
    def largest_view(self) -> int:
        """The largest answer of samples, beats or the whole at a glance."""
        parts = ("/viewport?", "/beats?", "/overview.json")
        return max(size for address, size in self.answers if any(part in address for part in parts))


@dataclass
class Found:
    """What was measured: milliseconds of openings and moves, and bytes."""

    paints: list[float] = field(default_factory=list)
    traces: list[float] = field(default_factory=list)
    moves: dict[str, list[float]] = field(default_factory=dict)
    page_bytes: list[int] = field(default_factory=list)
    largest_view: int = 0
    complaints: list[str] = field(default_factory=list)


def measure(quick: bool) -> Report:  # noqa: FBT001 - the shape that every benchmark has
    """Open a day, then pan, page, zoom and jump in it."""
    hours, openings, each = (2, 5, 12) if quick else (24, 20, 60)
    with scratch_house() as house:
        recording, cookie = long_recording(hours)
        n_episodes = _read(recording, hours)
        with open_doors(house) as address, _browser() as browser:
            found = Found()
            visit = Visit(browser, f"http://{address}", cookie, recording, found)
            visit.open_once()  # the server's first answer compiles its templates
            found.paints.clear(), found.traces.clear(), found.page_bytes.clear()
            for _ in range(openings):
                visit.open_once()
            visit.move(each)
    return _report(found, hours, n_episodes)


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    from ehr_project.pytest_parts import chromium

    program = chromium()
    if program is None:
        raise SystemExit("This benchmark needs Chromium (CHARTWAVE_CHROMIUM names another place).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """A doctor's browser on one recording."""

    browser: Any
    address: str
    cookie: str
    recording: str
    found: Found

    def open_once(self) -> None:
        """Open the page in a browser without cache; it is closed again."""
        page, weights = self._page()
        self.found.page_bytes.append(weights.total)
        self.found.traces.append(page.evaluate("watched.first"))
        self.found.paints.append(page.evaluate("watched.paint"))
        page.context.close()

    def move(self, each: int) -> None:
        """Every kind of move, so many times, in one page."""
        page, weights = self._page()
        dice = np.random.default_rng(5)
        page.evaluate(SEEK, 0.4)
        moves: dict[str, Any] = {
            "one second (arrow key)": lambda: page.evaluate(KEY, "ArrowRight"),
            "drag": lambda: page.evaluate(DRAG, int(dice.integers(40, 400))),
            "next page": lambda: page.evaluate(KEY, "PageDown"),
            "anywhere (overview)": lambda: page.evaluate(SEEK, float(dice.uniform(0.01, 0.99))),
            "zoom": lambda: page.evaluate(KEY, str(dice.choice(["+", "-", "-"]))),
            "gain": lambda: page.evaluate(CHOOSE, str(dice.choice(["5", "10", "20"]))),
        }
        for name, act in moves.items():
            self.found.moves[name] = [act() for _ in range(each)]
        self.found.largest_view = weights.largest_view
        page.context.close()

    def _page(self) -> tuple[Any, Weights]:
        context = self.browser.new_context(viewport=SCREEN)
        name, value = self.cookie.split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": self.address}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", self._note)
        weights = Weights()
        weights.watch(page)
        page.goto(f"{self.address}/recordings/{self.recording}/")
        page.evaluate("watched.ready")
        page.wait_for_timeout(300)
        return page, weights

    def _note(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self.found.complaints.append(said.text)


def _read(recording_id: str, hours: int) -> int:
    """A reading as the worker keeps it: beats of every piece, and episodes; how many of those."""
    from django.utils import timezone

    from vitals.models import Analysis, Recording

    recording = Recording.objects.get(pk=recording_id)
    recording.closed_at = timezone.now()
    recording.save()
    n, size = hours * 3600 * RATE_HZ, PIECE_S * RATE_HZ
    beats = np.arange(100, n, BEAT_SAMPLES)
    dice = np.random.default_rng(7)
    letters = np.where(dice.random(len(beats)) < 0.05, "V", "N")
    named = {"recording": recording, "algorithm_version": "benchmark", "final": True}
    pieces = []
    for start in range(0, n, size):
        own = (beats >= start) & (beats < start + size)
        kept = {
            "core": [start, start + size], "beats": np.diff(beats[own], prepend=0).tolist(),
            "classes": "".join(letters[own]), "rejected": [],
        }  # fmt: skip
        pieces.append(
            Analysis(
                algorithm="benchmark/piece",
                from_sample=start,
                to_sample=start + size,
                result=kept,
                **named,
            )
        )
    Analysis.objects.bulk_create(pieces)
    couplets = beats[dice.choice(len(beats) - 3, 20 * hours, replace=False)]
    Analysis.objects.create(
        algorithm="benchmark", from_sample=0, to_sample=n, result=_result(hours, couplets), **named
    )
    return len(couplets)


def _result(hours: int, couplets: np.ndarray) -> dict[str, Any]:
    episodes = [
        {"kind": "ventricular-couplet", "start_sample": int(at), "end_sample": int(at) + 400}
        for at in np.sort(couplets)
    ]
    hour = {"analysable_share": 1.0, "beats": 4326, "rate": {"low": 72, "mean": 72, "high": 72}}
    return {
        "rate_by_minute": [72.1] * (60 * hours),
        "quality": [{"grade": "good", "from_s": 0, "to_s": 3600 * hours}],
        "leads": [{"name": name, "analysable_share": 1.0} for name in CHANNELS],
        "episodes": episodes,
        "hourly": [{"hour": at, "from_s": 3600 * at, **hour} for at in range(hours)],
    }


def _report(found: Found, hours: int, n_episodes: int) -> Report:
    everything = np.concatenate(list(found.moves.values()))
    worst = max(float(np.percentile(ms, 95)) for ms in found.moves.values())
    paint, trace = (float(np.percentile(ms, 95)) for ms in (found.paints, found.traces))
    largest, weight = found.largest_view, max(found.page_bytes)
    rows = [_row("first paint", found.paints), _row("trace and beats drawn", found.traces)]
    moves = [_row(name, ms) for name, ms in found.moves.items()]
    header = ("", "n", "median ms", "p95 ms", "longest ms")
    return Report(
        PROTOCOL,
        (
            Table(f"Opening {hours} h, {n_episodes} episodes", header, rows),
            Table("Moving in it", header, [*moves, _row("all of them", everything)]),
        ),
        (
            Figure("first paint p95", paint, "ms", "<= 1000", paint <= FIRST_PAINT_MS),
            Figure("trace drawn p95", trace, "ms", "<= 1000", trace <= FIRST_PAINT_MS),
            Figure("pan and zoom p95", worst, "ms, worst kind", "<= 100", worst <= MOVE_MS),
            Figure("largest view", largest / 1000, "kB", "<= 100", largest <= VIEW_BYTES),
            Figure("page weight", weight / 1000, "kB", "<= 300", weight <= PAGE_BYTES),
            Figure(
                "complaints of the browser", len(found.complaints), "", "0", not found.complaints
            ),
        ),
    )


def _row(name: str, ms: Any) -> tuple[str, ...]:
    numbers = (np.median(ms), np.percentile(ms, 95), np.max(ms))
    return (name, str(len(ms)), *(f"{number:.0f}" for number in numbers))


if __name__ == "__main__":
    raise SystemExit(main(measure))
