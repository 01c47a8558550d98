/** The ECG viewer: one recording on paper, paged, zoomed, and growing while it is recorded. */

import { startTrend } from "../trend.js";
import { calibrate, calibrated, drawCard, forget } from "./calibration.js";
import { StateFeed, slice } from "./feed.js";
import { clampStart, displayOffsetMv, followStart, layout, leavesPage, momentAt, pageHeightPx, pageMs, zoomStep, zoomedStart } from "./geometry.js";
import { listen } from "./gestures.js";
import { PageLoader } from "./loader.js";
import { Overview } from "./overview.js";
import * as draw from "./paper.js";
import { clockAt, freshText, freshness, offsetMinutes, paperText, spanText, stripText } from "./words.js";

const SPEAK_AFTER_MS = 800;
const HEIGHT_SHARE = 0.62;

class Viewer {
  #root;
  #canvas;
  #paper = null;
  #colour = null;
  #startMs = 0;
  #rowSeconds = null;
  #follow = false;
  #speakTimer = null;
  #shownFreshness = null;

  constructor(root) {
    this.#root = root;
    const told = root.dataset;
    this.rateHz = Number(told.rateHz);
    this.millivoltPerStep = Number(told.microvoltPerStep) / 1000;
    this.startedMs = Date.parse(told.started);
    this.zoneMinutes = offsetMinutes(told.zoneOffset);
    this.samples = Number(told.samples);
    this.closed = "closed" in told;
    this.loader = new PageLoader(told.viewport, this.rateHz, () => this.#render());
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
    return this.#find("channel")?.value ?? "0";
  }

  get speed() {
    return Number(this.#find("speed").value);
  }

  get gain() {
    return Number(this.#find("gain").value);
  }

  start() {
    this.#find("tools").hidden = false;
    this.#root.addEventListener("click", (event) => this.#onClick(event));
    for (const name of ["speed", "gain", "channel"]) {
      this.#find(name)?.addEventListener("change", () => this.#relayout({ refetch: true }));
    }
    this.#find("go-to").addEventListener("submit", (event) => this.#goToClock(event));
    this.#find("card-width").addEventListener("input", () => this.#showCard());
    listen(this.#canvas, {
      pan: (px) => this.#pan(px),
      zoom: (steps, x, y) => this.#zoom(steps, momentAt(x, y, this.#startMs, this.#paper)),
      key: (name) => this.#key(name),
    });
    new ResizeObserver(() => this.#relayout({})).observe(this.#find("paper"));
    window.addEventListener("resize", () => this.#relayout({}));
    draw.whenColoursChange(() => this.#relayout({}));
    document.addEventListener("chartwave:moment", (event) => this.goTo(event.detail - this.startedMs));
    this.#relayout({});
    this.#open();
    this.state.start();
    setInterval(() => this.#showFreshness(), 1000);
  }

  #open() {
    const asked = this.#root.dataset.startMs;
    if (asked !== undefined) this.goTo(Number(asked));
    else if (this.closed) this.goTo(0);
    else this.#setFollow(true);
  }

  // --- moving ---------------------------------------------------------------------------

  goTo(ms) {
    this.#setFollow(false);
    this.#moveTo(ms);
  }

  #moveTo(ms) {
    this.#startMs = clampStart(ms, this.lengthMs, this.#paper);
    this.#render();
    this.#load();
    this.#speakSoon();
  }

  #pan(px) {
    this.goTo(this.#startMs + (px / this.#paper.pxPerSecond) * 1000);
  }

  #zoom(steps, anchorMs) {
    const before = this.#paper;
    const next = zoomStep(before.rowSeconds, steps);
    this.#rowSeconds = next === before.natural ? null : next;
    this.#layout();
    if (this.#follow) this.#moveTo(followStart(this.lengthMs, this.#paper));
    else this.#moveTo(zoomedStart(this.#startMs, anchorMs, before, this.#paper));
  }

  #setFollow(on) {
    this.#follow = on && !this.closed;
    const button = this.#root.querySelector("[data-do=follow]");
    button.setAttribute("aria-pressed", String(this.#follow));
    button.disabled = this.closed;
    if (this.#follow) this.#moveTo(followStart(this.lengthMs, this.#paper));
  }

  #act(name) {
    const page = pageMs(this.#paper);
    const middle = this.#startMs + page / 2;
    const acts = {
      start: () => this.goTo(0),
      end: () => (this.closed ? this.goTo(this.lengthMs) : this.#setFollow(true)),
      back: () => this.goTo(this.#startMs - page),
      forward: () => this.goTo(this.#startMs + page),
      follow: () => this.#setFollow(!this.#follow),
      "zoom-in": () => this.#zoom(1, middle),
      "zoom-out": () => this.#zoom(-1, middle),
      calibrate: () => this.#calibrate(),
      uncalibrate: () => this.#uncalibrate(),
    };
    acts[name]?.();
  }

  #key(key) {
    const names = { Home: "start", End: "end", PageUp: "back", PageDown: "forward", "+": "zoom-in", "-": "zoom-out", "−": "zoom-out" };
    const seconds = { ArrowLeft: -1, ArrowRight: 1 };
    if (key in names) this.#act(names[key]);
    else if (key in seconds) this.goTo(this.#startMs + seconds[key] * 1000);
    else return false;
    return true;
  }

  #onClick(event) {
    const button = event.target.closest("[data-do]");
    if (button) this.#act(button.dataset.do);
  }

  #goToClock(event) {
    event.preventDefault();
    const text = new FormData(event.target).get("clock");
    const found = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim());
    if (!found) return;
    const wanted = (Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3] ?? 0)) * 1000;
    const local = this.startedMs + this.zoneMinutes * 60_000;
    const dayMs = 86_400_000;
    this.goTo((((wanted - (local % dayMs)) % dayMs) + dayMs) % dayMs);
  }

  // --- calibration ----------------------------------------------------------------------

  #showCard() {
    const colour = getComputedStyle(this.#root).getPropertyValue("--accent");
    drawCard(this.#find("card-canvas"), Number(this.#find("card-width").value), colour);
  }

  #calibrate() {
    calibrate(Number(this.#find("card-width").value));
    this.#rowSeconds = null;
    this.#find("calibrate").open = false;
    this.#relayout({ refetch: true });
  }

  #uncalibrate() {
    forget();
    this.#find("calibrate").open = false;
    this.#relayout({ refetch: true });
  }

  // --- laying out, loading, drawing -----------------------------------------------------

  #layout() {
    this.#paper = layout({
      widthPx: Math.max(240, this.#find("paper").clientWidth),
      heightPx: Math.max(260, window.innerHeight * HEIGHT_SHARE),
      rowSeconds: this.#rowSeconds,
      speedMmPerS: this.speed,
      gainMmPerMv: this.gain,
      calibratedPxPerMm: calibrated(),
    });
  }

  #relayout({ refetch = false }) {
    this.#colour = draw.colours(this.#root);
    this.#layout();
    if (refetch) this.loader.forget({ outline: true });
    this.#startMs = this.#follow
      ? followStart(this.lengthMs, this.#paper)
      : clampStart(this.#startMs, this.lengthMs, this.#paper);
    this.#showCard();
    this.#render();
    this.#load();
  }

  /** What the page shows, for the loader. */
  get #shown() {
    return { startMs: this.#startMs, pageMs: pageMs(this.#paper), lengthMs: this.lengthMs, channel: this.channel };
  }

  #load() {
    this.loader.loadOutline(this.#shown, this.overview.widthPx);
    this.loader.load(this.#shown);
  }

  #render() {
    const paper = this.#paper;
    const widthPx = Math.max(240, this.#find("paper").clientWidth);
    const heightPx = pageHeightPx(paper);
    this.#canvas.style.height = `${heightPx}px`;
    const context = draw.sharpContext(this.#canvas, widthPx, heightPx);
    const seen = this.loader.seen(this.#shown);
    const offsetMv = seen ? displayOffsetMv(seen.lows, seen.highs, this.millivoltPerStep) : 0;
    this.#drawPage(context, widthPx, offsetMv);
    this.#print(offsetMv, this.#leavesPage(offsetMv));
    this.#overview();
  }

  #drawPage(context, widthPx, offsetMv) {
    const [paper, colour, startMs] = [this.#paper, this.#colour, this.#startMs];
    draw.drawPaper(context, paper, { widthPx, colour });
    draw.drawPulses(context, paper, colour);
    const { block, failed } = this.loader;
    if (block) {
      draw.drawTrace(context, paper, block, { startMs, millivoltPerStep: this.millivoltPerStep, offsetMv, colour });
    }
    draw.drawEnd(context, paper, { startMs, endMs: this.lengthMs, colour });
    draw.drawClocks(context, paper, {
      startMs,
      startedMs: this.startedMs,
      zoneMinutes: this.zoneMinutes,
      colour,
      font: "12px system-ui, sans-serif",
    });
    const stale = ["stale", "gone"].includes(this.#freshness());
    const newestShown = startMs + pageMs(paper) >= this.lengthMs;
    if ((stale && newestShown) || failed) draw.drawStale(context, widthPx, pageHeightPx(paper), colour);
    this.#showStale(stale);
  }

  #overview() {
    const page = pageMs(this.#paper);
    const text = `${this.#clock(this.#startMs)}, ${spanText(page / 1000)} shown`;
    const view = { startMs: this.#startMs, pageMs: page, lengthMs: Math.max(1, this.lengthMs) };
    this.overview.draw(this.loader.outline, view, this.#colour, text);
  }

  #leavesPage(offsetMv) {
    const { block } = this.loader;
    if (!block) return false;
    const rowMs = this.#paper.rowSeconds * 1000;
    const row = (index) => slice(block, this.#startMs + index * rowMs, this.#startMs + (index + 1) * rowMs);
    return leavesPage(row(0), row(this.#paper.rows - 1), this.millivoltPerStep, offsetMv, this.#paper);
  }

  // --- words ----------------------------------------------------------------------------

  #clock(ms) {
    return clockAt(this.startedMs + ms, this.zoneMinutes);
  }

  #print(offsetMv, leaves) {
    const { speed, gain, zoneMinutes } = this;
    const filter = this.#root.dataset.filter;
    this.#find("paper-print").textContent = paperText({ speed, gain, filter, paper: this.#paper, offsetMv, leaves, zoneMinutes });
    this.#find("span").textContent = `${spanText(this.#paper.rowSeconds)} a row`;
    this.#find("calibrated").textContent = this.#paper.toScale ? "To scale" : "Not to scale";
  }

  #age() {
    const last = this.state.state?.last_sample_time;
    return last ? (this.state.serverNow() - Date.parse(last)) / 1000 : null;
  }

  #freshness() {
    if (this.closed) return "closed";
    const state = this.state.state;
    return state ? freshness(this.#age(), state.chunk_s, state.closed) : "fresh";
  }

  #freshText() {
    const last = this.state.state?.last_sample_time;
    return freshText(last ? Date.parse(last) : null, this.#age() ?? 0, this.zoneMinutes);
  }

  #showStale(stale) {
    const note = this.#find("paper-stale");
    note.hidden = !stale && !this.loader.failed;
    const words = stale ? `No new data: ${this.#freshText()}` : this.loader.failed;
    const line = this.#find("paper-stale-words");
    if (!note.hidden && line.textContent !== words) line.textContent = words;
  }

  #showFreshness() {
    const now = this.#freshness();
    if (now === this.#shownFreshness && now !== "stale" && now !== "gone") return;
    this.#shownFreshness = now;
    this.#render();
  }

  #speakSoon() {
    clearTimeout(this.#speakTimer);
    if (this.#follow) return; // A growing trace must not talk without end.
    this.#speakTimer = setTimeout(() => this.#speak(), SPEAK_AFTER_MS);
  }

  #speak() {
    const seen = this.loader.seen(this.#shown);
    if (!seen) return;
    const page = pageMs(this.#paper);
    this.#find("trace-words").textContent = stripText({
      from: this.#clock(this.#startMs),
      to: this.#clock(Math.min(this.lengthMs, this.#startMs + page)),
      span: spanText(Math.min(this.lengthMs, page) / 1000),
      length: spanText(this.lengthMs / 1000),
      lead: this.#root.dataset.lead,
      seen,
      millivoltPerStep: this.millivoltPerStep,
      fresh: this.closed ? "The recording has ended" : this.#freshText(),
    });
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
    if (!grew) {
      this.loader.lookForLateSamples(this.#shown);
      return;
    }
    this.loader.grew(this.#shown);
    if (this.#follow) this.#moveTo(followStart(this.lengthMs, this.#paper));
    else {
      this.#render();
      this.#load();
    }
  }

  /** Clocks of the paper follow the corrected time of the newest sample. */
  #setClock(state) {
    if (state.last_sample_time) this.startedMs = Date.parse(state.last_sample_time) - (state.n_samples / this.rateHz) * 1000;
  }
}

for (const root of document.querySelectorAll("[data-ecg-viewer]")) new Viewer(root).start();
startTrend(document);
