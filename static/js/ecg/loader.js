/** Keeps the samples around the page that is shown, and the outline of the whole recording. */

import { LARGEST_WIDTH, ViewportFeed, slice } from "./feed.js";
import { gaps } from "./geometry.js";
import { spans } from "./leads.js";

const MARGIN_PAGES = 0.25; // Loaded before and after the page, so that a small move needs no wait.
const FINE_PER_PX = 2;
const OUTLINE_EVERY_MS = 10_000;
const GAPS_EVERY_MS = 10_000;
const RETRY_MS = 3000;

/**
 * What the page shows.
 * @typedef {{startMs: number, pageMs: number, lengthMs: number, widthPx: number,
 *   arrangement: import("./leads.js").Arrangement}} Shown
 */

/** One span of time of some channels, with a margin on both sides. */
class SpanLoader {
  #feed;
  #rateHz;
  #asked = null;

  blocks = new Map();

  constructor(url, rateHz) {
    this.#feed = new ViewportFeed(url, rateHz);
    this.#rateHz = rateHz;
  }

  forget() {
    this.#asked = null;
  }

  /** Asks for the span, unless that is what was last asked for; whether something new came. */
  async load({ fromMs, toMs, channels }, { lengthMs, widthPx }) {
    const long = toMs - fromMs;
    const key = `${channels} ${long}`;
    if (this.#covers(key, fromMs, Math.min(toMs, lengthMs))) return false;
    const margin = MARGIN_PAGES * long;
    const [from, to] = [Math.max(0, fromMs - margin), Math.min(lengthMs, toMs + margin)];
    if (to <= from) return false;
    this.#asked = { key, from, to };
    const blocks = await this.#feed.fetchAll(from, to, this.#width(from, to, long, widthPx), channels);
    if (!blocks) return false;
    this.blocks = blocks;
    return true;
  }

  /** Enough to send every sample of a page of paper, else a bucket for each pixel or so. */
  #width(from, to, long, widthPx) {
    const every = Math.ceil(((to - from) / 1000) * this.#rateHz) + 1;
    const enough = ((to - from) / long) * widthPx * FINE_PER_PX * (window.devicePixelRatio || 1);
    return Math.min(LARGEST_WIDTH, every, Math.ceil(Math.max(enough, 2000)));
  }

  #covers(key, fromMs, toMs) {
    const asked = this.#asked;
    return Boolean(asked) && asked.key === key && asked.from <= fromMs && asked.to >= toMs;
  }

  get end() {
    return this.#asked?.to ?? Infinity;
  }
}

export class PageLoader {
  #url;
  #rateHz;
  #spans = new Map();
  #arrangement = null;
  #whole;
  #changed;
  #outlinedAt = -Infinity;
  #loadedAt = 0;
  #retry = null;

  outline = null;
  failed = "";
  pending = 0;

  /** @param {() => void} changed called when there is something new to draw */
  constructor(url, rateHz, changed) {
    this.#url = url;
    this.#rateHz = rateHz;
    this.#whole = new ViewportFeed(url, rateHz);
    this.#changed = changed;
  }

  /** What is here is of other channels, or of a recording that has grown. */
  forget({ outline = false } = {}) {
    for (const span of this.#spans.values()) span.forget();
    if (outline) this.#outlinedAt = -Infinity;
  }

  /** The recording grew: what ended at its end is now too short. */
  grew(shown) {
    const wanted = shown.startMs + (1 + MARGIN_PAGES) * shown.pageMs;
    for (const span of this.#spans.values()) if (span.end < wanted) span.forget();
  }

  /** Chunks come late and out of order, so a gap on the page is asked for again. */
  lookForLateSamples(shown) {
    if (performance.now() - this.#loadedAt < GAPS_EVERY_MS || !this.#gapShown(shown)) return;
    this.forget();
    this.load(shown);
  }

  #gapShown({ startMs, pageMs }) {
    const blocks = [...this.#spans.values()].flatMap((span) => [...span.blocks.values()]);
    return blocks.some((block) => gaps(slice(block, startMs, startMs + pageMs).lows).length > 0);
  }

  /** The loaded block of a channel that covers most of a span; null before anything came. */
  block(channel, fromMs, toMs) {
    let [best, most] = [null, 0];
    for (const { blocks } of this.#spans.values()) {
      const block = blocks.get(channel);
      if (!block) continue;
      const end = block.startMs + block.lows.length * block.bucketMs;
      const covered = Math.min(end, toMs) - Math.max(block.startMs, fromMs);
      if (covered > most) [best, most] = [block, covered];
    }
    return best;
  }

  /** The buckets of a channel in a span, or null before anything came. */
  seen(channel, fromMs, toMs) {
    const block = this.block(channel, fromMs, toMs);
    return block ? slice(block, fromMs, toMs) : null;
  }

  /** Asks for the page and a margin, as far as it is not here. */
  async load(shown) {
    clearTimeout(this.#retry);
    if (shown.lengthMs <= 0) return;
    const wanted = spans(shown.arrangement, shown.startMs, shown.pageMs);
    this.#keepOnly(wanted, shown.arrangement);
    await Promise.all(wanted.map((span) => this.#loadSpan(span, shown)));
  }

  #keepOnly(wanted, arrangement) {
    if (this.#arrangement !== arrangement.id) this.#spans.clear();
    this.#arrangement = arrangement.id;
    for (const { key } of wanted) {
      if (!this.#spans.has(key)) this.#spans.set(key, new SpanLoader(this.#url, this.#rateHz));
    }
  }

  async #loadSpan(span, shown) {
    const loader = this.#spans.get(span.key);
    this.pending += 1;
    try {
      if (!(await loader.load(span, shown))) return;
      this.failed = "";
      this.#loadedAt = performance.now();
    } catch (error) {
      loader.forget();
      this.failed = `The trace could not be loaded. ${error.message}`;
      this.#retry = setTimeout(() => this.load(shown), RETRY_MS);
    } finally {
      this.pending -= 1;
    }
    this.#changed();
  }

  /** The whole recording, `widthPx` wide; a running one again every ten seconds. */
  async loadOutline(lengthMs, channel, widthPx) {
    if (lengthMs <= 0 || performance.now() - this.#outlinedAt < OUTLINE_EVERY_MS) return;
    this.#outlinedAt = performance.now();
    try {
      this.outline = (await this.#whole.fetch(0, lengthMs, widthPx, String(channel))) ?? this.outline;
      this.#changed();
    } catch {
      this.#outlinedAt = -Infinity; // The page says that the trace could not be loaded.
    }
  }
}
