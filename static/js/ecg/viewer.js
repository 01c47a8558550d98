/** The ECG viewer: one recording on paper, paged, zoomed, and growing while it is recorded. */

import { calibrated } from "./calibration.js";
import { Calipers } from "./calipers.js";
import { Captions } from "./captions.js";
import { Controls } from "./controls.js";
import { stateFeed } from "./feed.js";
import { Findings } from "./findings.js";
import { clampStart, followStart, layout, pageHeightPx, pageMs, zoomStep, zoomedStart } from "./geometry.js";
import { Growth } from "./growth.js";
import { arrange, fitting } from "./leads.js";
import { PageLoader } from "./loader.js";
import { Overview } from "./overview.js";
import { Picture } from "./picture.js";
import * as draw from "./paper.js";
import { wholeText } from "./strips.js";
import { EPISODE_LEAD_MS, EpisodeWalk } from "./walk.js";
import { offsetMinutes } from "./words.js";

const HEIGHT_SHARE = 0.62;
const SAMPLES_PER_PX = 2;
const FAR_PAGES = 3; // After a move so far the next one is likely to go anywhere.
const SETTLED_MS = 150;

export class Viewer {
  #root;
  #canvas;
  #colour = null;
  #rowSeconds = null;
  #follow = false;
  #shownFreshness = null;
  #frame = null;
  #far = false;
  #ahead = null;

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
    this.loader = new PageLoader(told.viewport, this.rateHz, () => this.renderSoon());
    this.findings = new Findings(told.beats, told.whole, this.rateHz, () => this.#onFindings());
    this.calipers = new Calipers(1000 / this.rateHz);
    this.picture = new Picture(this);
    this.captions = new Captions(root, this);
    this.walk = new EpisodeWalk(this.#find("episode-words"), this);
    this.controls = new Controls(root, this);
    this.growth = new Growth(this);
    this.state = stateFeed(told.state);
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

  get following() {
    return this.#follow;
  }

  get speed() {
    return Number(this.#find("speed").value);
  }

  get gain() {
    return Number(this.#find("gain").value);
  }

  start() {
    this.controls.start();
    new ResizeObserver(() => this.relayout()).observe(this.#find("paper"));
    window.addEventListener("resize", () => this.relayout());
    draw.whenColoursChange(() => this.relayout());
    document.addEventListener("chartwave:moment", (event) => this.goTo(event.detail - this.startedMs));
    this.relayout();
    this.#open();
    this.#startRest();
  }

  /** The page is drawn before the rest is asked for: together they would come later, each of them. */
  async #startRest() {
    await this.#load();
    this.state.hear((state) => this.growth.hear(state));
    this.state.start();
    this.findings.loadWhole(false);
    setInterval(() => this.#showFreshness(), 1000);
  }

  #open() {
    const asked = this.#root.dataset.startMs;
    if (asked !== undefined) this.goTo(Number(asked));
    else if (this.closed) this.goTo(0);
    else this.follow(true);
  }

  // --- moving ---------------------------------------------------------------------------

  goTo(ms) {
    this.walk.leave();
    this.follow(false);
    this.#moveTo(ms);
  }

  /** To the last sample; a recording that grows is followed. */
  goToEnd() {
    if (this.closed) this.goTo(this.lengthMs);
    else this.follow(true);
  }

  /** A moment that is worth a look, on paper. */
  showMoment(ms) {
    if (!this.paper.paper) this.#rowSeconds = null;
    this.#layout();
    this.goTo(ms - EPISODE_LEAD_MS);
  }

  #moveTo(ms) {
    const before = this.startMs;
    this.startMs = clampStart(ms, this.lengthMs, this.paper);
    this.#far = Math.abs(this.startMs - before) > FAR_PAGES * pageMs(this.paper);
    this.#tellPosition();
    this.#load();
    this.renderSoon();
    this.captions.speakSoon(this.#follow);
  }

  pan(px) {
    this.goTo(this.startMs + (px / this.paper.pxPerSecond) * 1000);
  }

  zoom(steps, anchorMs) {
    const before = this.paper;
    const next = zoomStep(before.rowSeconds, steps);
    this.#rowSeconds = next === before.natural ? null : next;
    this.#layout();
    if (this.#follow) this.#moveTo(followStart(this.lengthMs, this.paper));
    else this.#moveTo(zoomedStart(this.startMs, anchorMs, before, this.paper));
  }

  follow(on) {
    this.#follow = on && !this.closed;
    const button = this.#root.querySelector("[data-do=follow]");
    button.setAttribute("aria-pressed", String(this.#follow));
    button.disabled = this.closed;
    if (this.#follow) this.#moveTo(followStart(this.lengthMs, this.paper));
  }

  #onFindings() {
    this.#find("overview-words").textContent = wholeText(this.findings.whole);
    this.renderSoon();
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
    const choice = this.#find("channel")?.closest(".tool-choice");
    if (choice) choice.hidden = this.chosen !== "one";
  }

  get widthPx() {
    return Math.max(240, this.#find("paper").clientWidth);
  }

  rescale() {
    this.#rowSeconds = null;
    this.relayout();
  }

  relayout() {
    this.#colour = draw.colours(this.#root);
    this.#layout();
    this.startMs = this.#follow
      ? followStart(this.lengthMs, this.paper)
      : clampStart(this.startMs, this.lengthMs, this.paper);
    this.controls.scale.draw();
    this.#tellPosition();
    this.#load();
    this.renderSoon();
  }

  /** What the page shows, for those who load it. */
  get shown() {
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
    const pixels = (ms / 1000) * this.paper.pxPerSecond * draw.pixelRatio();
    const every = Math.ceil(((ms / 1000) * this.rateHz) / 2) + 1;
    return Math.min(every, Math.ceil(this.paper.paper ? SAMPLES_PER_PX * pixels : pixels / 2));
  }

  async #load() {
    const first = this.paper.arrangement.cells.find((cell) => cell.channel !== null);
    await Promise.all([this.loader.load(this.shown), this.findings.load(this.shown)]);
    this.loader.loadOutline(this.lengthMs, first?.channel ?? 0, this.overview.widthPx / 2);
  }

  /** Once for each frame, however often something changed. */
  renderSoon() {
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
    clearTimeout(this.#ahead);
    if (whole) this.#ahead = setTimeout(() => this.#loadAhead(), this.#far ? SETTLED_MS : 0);
  }

  #loadAhead() {
    this.loader.ahead(this.shown);
    if (this.closed) this.findings.ahead(this.shown); // What grows is read later: nothing stands there yet.
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
    this.renderSoon();
  }

  /** There are more samples than before. */
  grow() {
    if (this.#follow) {
      this.#moveTo(followStart(this.lengthMs, this.paper));
      return;
    }
    this.#tellPosition();
    this.#load();
    this.renderSoon();
  }
}

for (const root of document.querySelectorAll("[data-ecg-viewer]")) new Viewer(root).start();
