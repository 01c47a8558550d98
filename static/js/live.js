/** Keeps a computer reading fresh: polls, counts its age, greys it, takes its numbers away. */

import { ViewportFeed, stateFeed } from "./ecg/feed.js";
import { displayOffsetMv, layout, leavesPage, tracks } from "./ecg/geometry.js";
import * as draw from "./ecg/paper.js";
import { freshText, freshness, offsetMinutes, readingTexts } from "./ecg/words.js";

const USUAL_GAIN = 10;
const STRIP_ROW_MM = 35; // a row of 25 mm and the headroom
const WORDS = { fresh: "recording", stale: "no new data", gone: "connection lost", closed: "recording ended" };

class LiveReading {
  #root;
  #zone;
  #state = null;
  #strip = null;
  #drawnSamples = -1;
  #drawn = null;
  #shown = null;
  #tall = false;

  constructor(root) {
    this.#root = root;
    this.#zone = offsetMinutes(root.dataset.zoneOffset);
    this.feed = stateFeed(root.dataset.live);
    this.feed.hear((state) => this.#onState(state));
    if (root.dataset.liveStrip) this.#strip = root.querySelector("[data-live-canvas]");
  }

  start() {
    this.feed.start();
    setInterval(() => this.#show(), 1000);
    draw.whenColoursChange(() => this.#paint());
  }

  #onState(state) {
    if (!state) return;
    this.#state = state;
    this.#show();
    if (this.#strip && state.n_samples !== this.#drawnSamples) this.#drawStrip();
  }

  #age() {
    const last = this.#state.last_sample_time;
    return last ? (this.feed.serverNow() - Date.parse(last)) / 1000 : null;
  }

  #show() {
    if (!this.#state) return;
    const { closed, chunk_s: chunkS, last_sample_time: last, analysis } = this.#state;
    const age = this.#age();
    const fresh = freshness(age, chunkS, closed);
    this.#write("[data-live-fresh]", freshText(last ? Date.parse(last) : null, age ?? 0, this.#zone));
    this.#write("[data-live-word]", WORDS[fresh]);
    this.#root.classList.toggle("reading-stale", fresh === "stale" || fresh === "gone");
    this.#showNumbers(fresh === "gone" ? null : analysis);
    this.#showProgress(this.#state.progress);
    if (fresh !== this.#shown) this.#paint();
    this.#shown = fresh;
  }

  #showNumbers(analysis) {
    for (const [name, text] of Object.entries(readingTexts(analysis))) {
      this.#write(`[data-live-value="${name}"]`, text);
    }
    const reason = analysis?.not_analysable ?? "";
    this.#write('[data-live-value="reason"]', reason);
    this.#root.querySelector("[data-live-refused]").hidden = !reason;
  }

  /** How far an analysis under way has come; nothing once all is read. */
  #showProgress(progress) {
    const line = this.#root.querySelector("[data-live-progress]");
    if (!line) return;
    line.hidden = !(progress?.all > 0 && progress.done < progress.all);
    if (line.hidden) return;
    const bar = line.querySelector("progress");
    [bar.max, bar.value] = [progress.all, progress.done];
    this.#write("[data-live-progress-words]", `${progress.done} of ${progress.all} parts read`);
  }

  #write(selector, text) {
    const element = this.#root.querySelector(selector);
    if (element && element.textContent !== text) element.textContent = text;
  }

  async #drawStrip() {
    const state = this.#state;
    if (!this.#strip || !state?.n_samples) return;
    this.#drawnSamples = state.n_samples;
    const paper = this.#stripLayout(USUAL_GAIN);
    const endMs = (state.n_samples / state.sampling_rate_hz) * 1000;
    const startMs = Math.max(0, endMs - paper.rowSeconds * 1000);
    const feed = new ViewportFeed(this.#root.dataset.liveStrip, state.sampling_rate_hz);
    try {
      const block = await feed.fetch(startMs, endMs, this.#strip.clientWidth * 2, "0");
      if (!block) return;
      this.#drawn = { block, startMs, endMs };
      this.#paint();
    } catch {
      this.#drawnSamples = -1; // Asked again at the next poll; the age on the card goes on growing.
    }
  }

  #stripLayout(gainMmPerMv) {
    const heightPx = this.#strip.clientHeight;
    const paper = layout({
      widthPx: this.#strip.clientWidth,
      heightPx,
      rowSeconds: null,
      speedMmPerS: 25,
      gainMmPerMv,
      calibratedPxPerMm: heightPx / STRIP_ROW_MM,
      rows: 1,
    });
    return { ...paper, rowPx: heightPx - 2 * paper.topPx };
  }

  #paint() {
    if (!this.#drawn) return;
    const { block, startMs, endMs } = this.#drawn;
    const canvas = this.#strip.querySelector("canvas") ?? this.#strip.appendChild(document.createElement("canvas"));
    const [widthPx, heightPx] = [this.#strip.clientWidth, this.#strip.clientHeight];
    const context = draw.sharpContext(canvas, widthPx, heightPx);
    const colour = draw.colours(this.#strip);
    const millivoltPerStep = Number(this.#root.dataset.microvoltPerStep) / 1000;
    const offsetMv = displayOffsetMv(block.lows, block.highs, millivoltPerStep);
    const usual = this.#stripLayout(USUAL_GAIN);
    // Once halved the gain stays, so that beats seen one after the other are of one size.
    this.#tall ||= leavesPage(block, block, millivoltPerStep, offsetMv, usual);
    const paper = this.#tall ? this.#stripLayout(USUAL_GAIN / 2) : usual;
    this.#write("[data-live-gain]", String(this.#tall ? USUAL_GAIN / 2 : USUAL_GAIN));
    draw.drawPaper(context, paper, { widthPx, colour });
    draw.drawPulses(context, paper, colour);
    for (const track of tracks(paper, startMs)) {
      draw.drawTrack(context, paper, track, block, { millivoltPerStep, offsetMv, colour });
    }
    draw.drawEnd(context, paper, { startMs, endMs, colour });
    const fresh = freshness(this.#age(), this.#state.chunk_s, this.#state.closed);
    if (fresh === "stale" || fresh === "gone") draw.drawStale(context, widthPx, heightPx, colour);
  }
}

/** Starts every `[data-live]` under `root`. */
export function startLiveReadings(root) {
  for (const element of root.querySelectorAll("[data-live]")) new LiveReading(element).start();
}
