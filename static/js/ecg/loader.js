/** Keeps the samples around the page that is shown, and the outline of the whole recording. */

import { LARGEST_WIDTH, ViewportFeed, slice } from "./feed.js";
import { gaps } from "./geometry.js";

const MARGIN_PAGES = 0.2; // Loaded before and after the page, so that a small move needs no wait.
const OUTLINE_EVERY_MS = 10_000;
const GAPS_EVERY_MS = 10_000;
const RETRY_MS = 3000;

/** @typedef {{startMs: number, pageMs: number, lengthMs: number, channel: string}} Shown */

export class PageLoader {
  #rateHz;
  #page;
  #whole;
  #changed;
  #asked = null;
  #loadedAt = 0;
  #outlinedAt = -Infinity;
  #retry = null;

  block = null;
  outline = null;
  failed = "";

  /** @param {() => void} changed called when there is something new to draw */
  constructor(url, rateHz, changed) {
    this.#rateHz = rateHz;
    this.#page = new ViewportFeed(url, rateHz);
    this.#whole = new ViewportFeed(url, rateHz);
    this.#changed = changed;
  }

  /** What is here is of another channel, or of a recording that has grown. */
  forget({ outline = false } = {}) {
    this.#asked = null;
    if (outline) this.#outlinedAt = -Infinity;
  }

  /** The recording grew: what ended at its end is now too short. */
  grew(shown) {
    const wanted = shown.startMs + (1 + MARGIN_PAGES) * shown.pageMs;
    if (this.#asked && this.#asked.to < wanted) this.forget();
  }

  /** Chunks come late and out of order, so a gap on the page is asked for again. */
  lookForLateSamples(shown) {
    const seen = this.seen(shown);
    if (!seen || performance.now() - this.#loadedAt < GAPS_EVERY_MS || gaps(seen.lows).length === 0) return;
    this.forget();
    this.load(shown);
  }

  /** The buckets on the page, or null before anything came. */
  seen({ startMs, pageMs }) {
    return this.block ? slice(this.block, startMs, startMs + pageMs) : null;
  }

  /** Asks for the page and a margin, unless that is what was last asked for. */
  async load(shown) {
    clearTimeout(this.#retry);
    const { startMs, pageMs, lengthMs, channel } = shown;
    if (lengthMs <= 0 || this.#covers(shown)) return;
    const margin = MARGIN_PAGES * pageMs;
    const [from, to] = [Math.max(0, startMs - margin), Math.min(lengthMs, startMs + pageMs + margin)];
    this.#asked = { from, to, pageMs };
    try {
      const block = await this.#page.fetch(from, to, this.#width(from, to), channel);
      if (!block) return;
      this.block = block;
      this.failed = "";
      this.#loadedAt = performance.now();
    } catch (error) {
      this.forget();
      this.failed = `The trace could not be loaded. ${error.message}`;
      this.#retry = setTimeout(() => this.load(shown), RETRY_MS);
    }
    this.#changed();
  }

  /** Every sample where that is few enough to send, else a bucket for each pixel or so. */
  #width(from, to) {
    return Math.min(LARGEST_WIDTH, Math.ceil(((to - from) / 1000) * this.#rateHz) + 1);
  }

  #covers({ startMs, pageMs, lengthMs }) {
    const asked = this.#asked;
    if (!asked || asked.pageMs !== pageMs) return false;
    return asked.from <= startMs && asked.to >= Math.min(lengthMs, startMs + pageMs);
  }

  /** The whole recording, `widthPx` wide; a running one again every ten seconds. */
  async loadOutline({ lengthMs, channel }, widthPx) {
    if (lengthMs <= 0 || performance.now() - this.#outlinedAt < OUTLINE_EVERY_MS) return;
    this.#outlinedAt = performance.now();
    try {
      this.outline = (await this.#whole.fetch(0, lengthMs, widthPx, channel)) ?? this.outline;
      this.#changed();
    } catch {
      this.#outlinedAt = -Infinity; // The page says that the trace could not be loaded.
    }
  }
}
