/** What buttons, keys, choices, gestures and rows of tables do to the viewer. */

import { ScaleMenu } from "./calibration.js";
import { caliperWords } from "./calipers.js";
import { momentAt, pageMs } from "./geometry.js";
import { listen } from "./gestures.js";
import { choices } from "./leads.js";
import { momentOfClock } from "./words.js";

const CHORD_MS = 1500;
const LETTERS = { n: "next", p: "previous", c: "calipers" };
const SECONDS = { ArrowLeft: -1, ArrowRight: 1 };
const KEYS = {
  Home: "start",
  End: "end",
  PageUp: "back",
  PageDown: "forward",
  "+": "zoom-in",
  "-": "zoom-out",
  "−": "zoom-out",
};

export class Controls {
  #root;
  #viewer;
  #canvas;
  #chordUntil = 0;

  /** @param {import("./viewer.js").Viewer} viewer what is moved */
  constructor(root, viewer) {
    this.#root = root;
    this.#viewer = viewer;
    this.#canvas = root.querySelector("[data-paper-canvas]");
    this.scale = new ScaleMenu(root, () => viewer.rescale());
  }

  /** Shows the tools, which do nothing without this script, and hears them. */
  start() {
    const root = this.#root;
    this.#offerArrangements();
    for (const name of ["tools", "strip-words"]) root.querySelector(`[data-${name}]`).hidden = false;
    root.addEventListener("click", (event) => this.#onClick(event));
    document.addEventListener("click", (event) => this.#onShow(event));
    document.addEventListener("keydown", (event) => this.#onLetter(event), { capture: true });
    for (const name of ["speed", "gain", "channel", "arrangement"]) {
      root.querySelector(`[data-${name}]`)?.addEventListener("change", () => this.#viewer.relayout());
    }
    root.querySelector("[data-go-to]").addEventListener("submit", (event) => this.#goToClock(event));
    this.#listenOnPaper();
  }

  #listenOnPaper() {
    const viewer = this.#viewer;
    const { calipers } = viewer;
    listen(this.#canvas, {
      pan: (px) => viewer.pan(px),
      zoom: (steps, x, y) => viewer.zoom(steps, momentAt(x, y, viewer.startMs, viewer.paper)),
      key: (name, shift) => this.#key(name, shift),
      press: (x, y) => this.#measure(() => calipers.press(x, y, viewer.startMs, viewer.paper)),
      drag: (x, y) => this.#measure(() => calipers.drag(x, y, viewer.startMs, viewer.paper)),
      release: () => this.#measure(() => calipers.release()),
    });
  }

  #offerArrangements() {
    const select = this.#root.querySelector("[data-arrangement]");
    if (!select) return;
    const offered = choices(this.#viewer.recorded);
    for (const option of [...select.options]) if (!offered.includes(option.value)) option.remove();
    select.value = offered[0];
  }

  #act(name) {
    const viewer = this.#viewer;
    const page = pageMs(viewer.paper);
    const middle = viewer.startMs + page / 2;
    const acts = {
      start: () => viewer.goTo(0),
      end: () => viewer.goToEnd(),
      back: () => viewer.goTo(viewer.startMs - page),
      forward: () => viewer.goTo(viewer.startMs + page),
      follow: () => viewer.follow(!viewer.following),
      "zoom-in": () => viewer.zoom(1, middle),
      "zoom-out": () => viewer.zoom(-1, middle),
      next: () => viewer.walk.go(1),
      previous: () => viewer.walk.go(-1),
      calipers: () => this.#toggleCalipers(),
      calibrate: () => this.scale.use(),
      uncalibrate: () => this.scale.forget(),
    };
    acts[name]?.();
  }

  #onClick(event) {
    const button = event.target.closest("[data-do]");
    if (button) this.#act(button.dataset.do);
  }

  #key(key, shift) {
    const viewer = this.#viewer;
    if (viewer.calipers.key(key, shift)) this.#showCalipers();
    else if (key in KEYS) this.#act(KEYS[key]);
    else if (key in SECONDS) viewer.goTo(viewer.startMs + SECONDS[key] * 1000);
    else return false;
    return true;
  }

  /** n, p and c hold on the whole page, before the keys of the house; "g n" stays theirs. */
  #onLetter(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
    const chord = performance.now() < this.#chordUntil;
    this.#chordUntil = event.key === "g" ? performance.now() + CHORD_MS : 0;
    if (chord || !(event.key in LETTERS)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#act(LETTERS[event.key]);
  }

  /** A row of the tables below: the trace shows its moment and comes into view. */
  #onShow(event) {
    const link = event.target.closest("a[data-show-ms]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#viewer.showMoment(Number(link.dataset.showMs));
    this.#root.scrollIntoView({ block: "start" });
    this.#canvas.focus({ preventScroll: true });
  }

  #goToClock(event) {
    event.preventDefault();
    const { startedMs, zoneMinutes, startMs, lengthMs } = this.#viewer;
    const text = new FormData(event.target).get("clock");
    const ms = momentOfClock(text, startedMs, zoneMinutes, startMs, lengthMs);
    if (ms !== null) this.#viewer.goTo(ms);
  }

  #toggleCalipers() {
    const { calipers, startMs, paper } = this.#viewer;
    calipers.toggle(startMs, paper);
    if (calipers.on) this.#canvas.focus({ preventScroll: true });
    this.#showCalipers();
  }

  /** Whether the calipers took what the pointer did. */
  #measure(act) {
    const taken = act();
    if (this.#viewer.calipers.on) this.#showCalipers();
    return taken;
  }

  #showCalipers() {
    const { on, reading } = this.#viewer.calipers;
    this.#root.querySelector("[data-do=calipers]").setAttribute("aria-pressed", String(on));
    this.#canvas.classList.toggle("measuring", on);
    const line = this.#root.querySelector("[data-caliper-words]");
    line.hidden = !reading;
    line.textContent = reading ? caliperWords(reading) : "";
    this.#viewer.renderSoon();
  }
}
