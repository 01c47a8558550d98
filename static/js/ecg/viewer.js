/** The ECG viewer: one recording on paper, paged, zoomed, and growing while it is recorded. */

import { ScaleMenu, calibrated } from "./calibration.js";
import { Calipers, caliperWords } from "./calipers.js";
import { Captions } from "./captions.js";
import { StateFeed } from "./feed.js";
import { Findings, nextEpisode } from "./findings.js";
import { clampStart, followStart, layout, momentAt, pageHeightPx, pageMs, zoomStep, zoomedStart } from "./geometry.js";
import { listen } from "./gestures.js";
import { arrange, choices, fitting } from "./leads.js";
import { PageLoader } from "./loader.js";
import { Overview } from "./overview.js";
import { Picture } from "./picture.js";
import * as draw from "./paper.js";
import { episodeText, wholeText } from "./strips.js";
import { momentOfClock, offsetMinutes } from "./words.js";

const HEIGHT_SHARE = 0.62;
const CHORD_MS = 1500;
const SAMPLES_PER_PX = 2;
const EPISODE_LEAD_MS = 3000;
const LETTERS = { n: "next", p: "previous", c: "calipers" };

export class Viewer {
  #root;
  #canvas;
  #colour = null;
  #rowSeconds = null;
  #follow = false;
  #shownFreshness = null;
  #frame = null;
  #episode = null;
  #chordUntil = 0;
  #readKey = null;

  paper = null;
  startMs = 0;

  constructor(root) {
    this.#root = root;
    const told = root.dataset;
    this.rateHz = Number(told.rateHz);
    this.millivoltPerStep = Number(told.microvoltPerStep) / 1000;
    this.startedMs = Date.parse(told.started);
    this.zoneMinutes = offsetMinutes(told.zoneOffset);
    this.samples = Number(told.samples);
    this.recorded = told.channels.split("|");
    this.closed = "closed" in told;
    this.loader = new PageLoader(told.viewport, this.rateHz, () => this.#renderSoon());
    this.findings = new Findings(told.beats, told.whole, this.rateHz, () => this.#onFindings());
    this.calipers = new Calipers(1000 / this.rateHz);
    this.picture = new Picture(this);
    this.captions = new Captions(root, this);
    this.scale = new ScaleMenu(root, () => this.#rescale());
    this.state = new StateFeed(told.state, (state) => this.#onState(state));
    this.#canvas = this.#find("paper-canvas");
    this.overview = new Overview(this.#find("overview-canvas"), (ms) => this.goTo(ms));
  }

  #find(name) {
    return this.#root.querySelector(`[data-${name}]`);
  }

  get lengthMs() {
    return (this.samples / this.rateHz) * 1000;
  }

  get channel() {
    return Number(this.#find("channel")?.value ?? 0);
  }

  get chosen() {
    return this.#find("arrangement")?.value ?? "one";
  }

  get speed() {
    return Number(this.#find("speed").value);
  }

  get gain() {
    return Number(this.#find("gain").value);
  }

  start() {
    this.#offerArrangements();
    this.#find("tools").hidden = false;
    this.#find("strip-words").hidden = false;
    this.#root.addEventListener("click", (event) => this.#onClick(event));
    document.addEventListener("click", (event) => this.#onShow(event));
    document.addEventListener("keydown", (event) => this.#onLetter(event), { capture: true });
    for (const name of ["speed", "gain", "channel", "arrangement"]) {
      this.#find(name)?.addEventListener("change", () => this.#relayout());
    }
    this.#find("go-to").addEventListener("submit", (event) => this.#goToClock(event));
    listen(this.#canvas, {
      pan: (px) => this.#pan(px),
      zoom: (steps, x, y) => this.#zoom(steps, momentAt(x, y, this.startMs, this.paper)),
      key: (name, shift) => this.#key(name, shift),
      press: (x, y) => this.#withCalipers(() => this.calipers.press(x, y, this.startMs, this.paper)),
      drag: (x, y) => this.#withCalipers(() => this.calipers.drag(x, y, this.startMs, this.paper)),
      release: () => this.#withCalipers(() => this.calipers.release()),
    });
    new ResizeObserver(() => this.#relayout()).observe(this.#find("paper"));
    window.addEventListener("resize", () => this.#relayout());
    draw.whenColoursChange(() => this.#relayout());
    document.addEventListener("chartwave:moment", (event) => this.goTo(event.detail - this.startedMs));
    this.#relayout();
    this.#open();
    this.state.start();
    this.findings.loadWhole(false);
    setInterval(() => this.#showFreshness(), 1000);
  }

  #offerArrangements() {
    const select = this.#find("arrangement");
    if (!select) return;
    const offered = choices(this.recorded);
    for (const option of [...select.options]) if (!offered.includes(option.value)) option.remove();
    select.value = offered[0];
  }

  #open() {
    const asked = this.#root.dataset.startMs;
    if (asked !== undefined) this.goTo(Number(asked));
    else if (this.closed) this.goTo(0);
    else this.#setFollow(true);
  }

  // --- moving ---------------------------------------------------------------------------

  goTo(ms) {
    this.#episode = null;
    this.#setFollow(false);
    this.#moveTo(ms);
  }

  #moveTo(ms) {
    this.startMs = clampStart(ms, this.lengthMs, this.paper);
    this.#tellPosition();
    this.#load();
    this.#renderSoon();
    this.captions.speakSoon(this.#follow);
  }

  #pan(px) {
    this.goTo(this.startMs + (px / this.paper.pxPerSecond) * 1000);
  }

  #zoom(steps, anchorMs) {
    const before = this.paper;
    const next = zoomStep(before.rowSeconds, steps);
    this.#rowSeconds = next === before.natural ? null : next;
    this.#layout();
    if (this.#follow) this.#moveTo(followStart(this.lengthMs, this.paper));
    else this.#moveTo(zoomedStart(this.startMs, anchorMs, before, this.paper));
  }

  #setFollow(on) {
    this.#follow = on && !this.closed;
    const button = this.#root.querySelector("[data-do=follow]");
    button.setAttribute("aria-pressed", String(this.#follow));
    button.disabled = this.closed;
    if (this.#follow) this.#moveTo(followStart(this.lengthMs, this.paper));
  }

  #act(name) {
    const page = pageMs(this.paper);
    const middle = this.startMs + page / 2;
    const acts = {
      start: () => this.goTo(0),
      end: () => (this.closed ? this.goTo(this.lengthMs) : this.#setFollow(true)),
      back: () => this.goTo(this.startMs - page),
      forward: () => this.goTo(this.startMs + page),
      follow: () => this.#setFollow(!this.#follow),
      "zoom-in": () => this.#zoom(1, middle),
      "zoom-out": () => this.#zoom(-1, middle),
      next: () => this.#jump(1),
      previous: () => this.#jump(-1),
      calipers: () => this.#toggleCalipers(),
      calibrate: () => this.scale.use(),
      uncalibrate: () => this.scale.forget(),
    };
    acts[name]?.();
  }

  #key(key, shift) {
    if (this.calipers.key(key, shift)) return (this.#showCalipers(), true);
    const names = { Home: "start", End: "end", PageUp: "back", PageDown: "forward", "+": "zoom-in", "-": "zoom-out", "−": "zoom-out" };
    const seconds = { ArrowLeft: -1, ArrowRight: 1 };
    if (key in names) this.#act(names[key]);
    else if (key in seconds) this.goTo(this.startMs + seconds[key] * 1000);
    else return false;
    return true;
  }

  #onClick(event) {
    const button = event.target.closest("[data-do]");
    if (button) this.#act(button.dataset.do);
  }

  /** A row of the tables below: the trace shows its moment and comes into view. */
  #onShow(event) {
    const link = event.target.closest("a[data-show-ms]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#showMoment(Number(link.dataset.showMs));
    this.#root.scrollIntoView({ block: "start" });
    this.#canvas.focus({ preventScroll: true });
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

  #goToClock(event) {
    event.preventDefault();
    const text = new FormData(event.target).get("clock");
    const ms = momentOfClock(text, this.startedMs, this.zoneMinutes, this.startMs, this.lengthMs);
    if (ms !== null) this.goTo(ms);
  }

  // --- episodes and calipers ------------------------------------------------------------

  #jump(direction) {
    const episodes = this.findings.whole?.episodes ?? [];
    const next = nextEpisode(episodes, this.#episode, this.startMs + EPISODE_LEAD_MS, direction);
    const line = this.#find("episode-words");
    if (next < 0) {
      line.textContent = episodes.length ? `No ${direction > 0 ? "later" : "earlier"} episode` : "No episode listed";
      return;
    }
    this.#showMoment(episodes[next].start_ms);
    this.#episode = next;
    line.textContent = episodeText(episodes[next], next, episodes.length, this.captions.clock(episodes[next].start_ms));
  }

  #showMoment(ms) {
    if (!this.paper.paper) this.#rowSeconds = null;
    this.#layout();
    this.goTo(ms - EPISODE_LEAD_MS);
  }

  #toggleCalipers() {
    this.calipers.toggle(this.startMs, this.paper);
    if (this.calipers.on) this.#canvas.focus({ preventScroll: true });
    this.#showCalipers();
  }

  #withCalipers(act) {
    const taken = act();
    if (this.calipers.on) this.#showCalipers();
    return taken;
  }

  #showCalipers() {
    const { on, reading } = this.calipers;
    this.#root.querySelector("[data-do=calipers]").setAttribute("aria-pressed", String(on));
    this.#canvas.classList.toggle("measuring", on);
    const line = this.#find("caliper-words");
    line.hidden = !reading;
    line.textContent = reading ? caliperWords(reading) : "";
    this.#renderSoon();
  }

  #onFindings() {
    this.#find("overview-words").textContent = wholeText(this.findings.whole);
    this.#renderSoon();
    this.captions.speakSoon(this.#follow);
  }

  // --- laying out, loading, drawing -----------------------------------------------------

  #layout() {
    const arranged = arrange(this.chosen, this.recorded, this.channel);
    const page = {
      widthPx: this.widthPx,
      heightPx: Math.max(260, window.innerHeight * HEIGHT_SHARE),
      rowSeconds: this.#rowSeconds,
      speedMmPerS: this.speed,
      gainMmPerMv: this.gain,
      calibratedPxPerMm: calibrated(),
    };
    const first = layout({ ...page, arrangement: arranged });
    this.paper = layout({ ...page, arrangement: fitting(arranged, this.recorded, first.rowSeconds) });
    const one = this.chosen === "one";
    const choice = this.#find("channel")?.closest(".tool-choice");
    if (choice) choice.hidden = !one;
  }

  get widthPx() {
    return Math.max(240, this.#find("paper").clientWidth);
  }

  #rescale() {
    this.#rowSeconds = null;
    this.#relayout();
  }

  #relayout() {
    this.#colour = draw.colours(this.#root);
    this.#layout();
    this.startMs = this.#follow
      ? followStart(this.lengthMs, this.paper)
      : clampStart(this.startMs, this.lengthMs, this.paper);
    this.scale.draw();
    this.#tellPosition();
    this.#load();
    this.#renderSoon();
  }

  /** What the page shows, for those who load it. */
  get #shown() {
    return {
      startMs: this.startMs,
      pageMs: pageMs(this.paper),
      lengthMs: this.lengthMs,
      wanted: (ms) => this.#bucketsFor(ms),
      arrangement: this.paper.arrangement,
    };
  }

  /** Every sample as far as a screen shows them (an answer holds up to two for each bucket). */
  #bucketsFor(ms) {
    const pixels = (ms / 1000) * this.paper.pxPerSecond * (window.devicePixelRatio || 1);
    const every = Math.ceil(((ms / 1000) * this.rateHz) / 2) + 1;
    return Math.min(every, Math.ceil(this.paper.paper ? SAMPLES_PER_PX * pixels : pixels / 2));
  }

  #load() {
    const first = this.paper.arrangement.cells.find((cell) => cell.channel !== null);
    this.loader.load(this.#shown);
    this.loader.loadOutline(this.lengthMs, first?.channel ?? 0, this.overview.widthPx / 2);
    this.findings.load(this.#shown);
  }

  /** Once for each frame, however often something changed. */
  #renderSoon() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#render();
    });
  }

  #render() {
    const paper = this.paper;
    const heightPx = pageHeightPx(paper);
    this.#canvas.style.height = `${heightPx}px`;
    const context = draw.sharpContext(this.#canvas, this.widthPx, heightPx);
    const stale = ["stale", "gone"].includes(this.captions.freshness());
    const newestShown = this.startMs + pageMs(paper) >= this.lengthMs;
    const greyed = (stale && newestShown) || Boolean(this.loader.failed);
    const { shifts, leaves } = this.picture.draw(context, paper, this.startMs, this.#colour, greyed);
    this.captions.showStale(stale);
    this.captions.print(shifts, leaves);
    this.#overview();
    this.#tellDrawn();
  }

  /** For whoever waits until everything that the page shows is drawn. */
  #tellDrawn() {
    const whole = this.loader.pending === 0 && this.findings.pending === 0 && !this.loader.failed;
    const detail = { startMs: this.startMs, whole };
    this.#root.dispatchEvent(new CustomEvent("chartwave:drawn", { bubbles: true, detail }));
  }

  #overview() {
    const { startedMs, zoneMinutes } = this;
    this.overview.draw({ outline: this.loader.outline, whole: this.findings.whole, startedMs, zoneMinutes }, this.#colour);
  }

  /** Where the page lies, told at once; the picture follows with the next frame. */
  #tellPosition() {
    this.#find("overview").hidden = this.closed && this.lengthMs <= pageMs(this.paper);
    const view = { startMs: this.startMs, pageMs: pageMs(this.paper), lengthMs: Math.max(1, this.lengthMs) };
    this.overview.tell(view, this.captions.position());
  }

  #showFreshness() {
    const now = this.captions.freshness();
    if (now === this.#shownFreshness && now !== "stale" && now !== "gone") return;
    this.#shownFreshness = now;
    this.#renderSoon();
  }

  // --- growing --------------------------------------------------------------------------

  #onState(state) {
    if (!state) return;
    const grew = state.n_samples > this.samples;
    this.samples = Math.max(this.samples, state.n_samples);
    this.#setClock(state);
    if (state.closed && !this.closed) {
      this.closed = true;
      this.#setFollow(false);
    }
    this.#lookForFindings(state);
    if (!grew) {
      this.loader.lookForLateSamples(this.#shown);
      return;
    }
    this.loader.grew(this.#shown);
    if (this.#follow) this.#moveTo(followStart(this.lengthMs, this.paper));
    else {
      this.#tellPosition();
      this.#load();
      this.#renderSoon();
    }
  }

  /** What was read is asked for again when more of it was, and at the end of a reading. */
  #lookForFindings({ closed, analysis, progress }) {
    const key = `${analysis?.final} ${progress?.done}`;
    const ended = this.#readKey !== null && key !== this.#readKey && (analysis?.final || progress?.done === progress?.all);
    if (ended) this.findings.forget();
    this.#readKey = key;
    this.findings.loadWhole(!closed || analysis?.final === false);
    if (ended) this.findings.load(this.#shown);
  }

  /** Clocks of the paper follow the corrected time of the newest sample. */
  #setClock(state) {
    if (state.last_sample_time) this.startedMs = Date.parse(state.last_sample_time) - (state.n_samples / this.rateHz) * 1000;
  }
}

for (const root of document.querySelectorAll("[data-ecg-viewer]")) new Viewer(root).start();
