/** Keeps the samples around the page that is shown, and the outline of the whole recording. */

import { LARGEST_WIDTH, ViewportFeed, slice } from "./feed.js";
import { gaps } from "./geometry.js";
import { spans } from "./leads.js";

const MOST_TIMES_LONGER = 40; // Of a far longer block most is not looked at again.
const MARGIN_PAGES = 0.25; // Loaded before and after the page, so that a small move needs no wait.
const OUTLINE_EVERY_MS = 10_000;
const GAPS_EVERY_MS = 10_000;
const RETRY_MS = 3000;
const NEVER = { at: -Infinity, channel: null, lengthMs: 0 };

/**
 * What the page shows; wanted: how many buckets are worth sending for so many milliseconds.
 * @typedef {{startMs: number, pageMs: number, lengthMs: number, wanted: (ms: number) => number,
 *   arrangement: import("./leads.js").Arrangement}} Shown
 */

/** One span of time of some channels, with a margin on both sides. */
class SpanLoader {
  #feed;
  #asked = null;

  blocks = new Map();

  constructor(url, rateHz) {
    this.#feed = new ViewportFeed(url, rateHz);
  }

  forget() {
    this.#asked = null;
  }

  /** Asks for the span, unless that is here or on its way; whether something new came. */
  async load({ fromMs, toMs, channels }, { lengthMs, wanted }) {
    const bucketMs = (toMs - fromMs) / wanted(toMs - fromMs);
    const ask = { channels: String(channels), from: fromMs, to: Math.min(toMs, lengthMs), bucketMs };
    if (this.#covers(ask)) return false;
    const margin = MARGIN_PAGES * (toMs - fromMs);
    const [from, to] = [Math.max(0, fromMs - margin), Math.min(lengthMs, toMs + margin)];
    if (to <= from) return false;
    this.#asked = { ...ask, from, to };
    const blocks = await this.#feed.fetchAll(from, to, Math.min(LARGEST_WIDTH, wanted(to - from)), channels);
    if (!blocks) return false;
    this.blocks = blocks;
    if (blocks.values().next().value.perBucket === 1) this.#asked.bucketMs = 0; // It cannot be finer.
    return true;
  }

  /** Here or asked for: this time, these channels, as fine as wanted and not far finer. */
  #covers({ channels, from, to, bucketMs }) {
    const asked = this.#asked;
    if (!asked || asked.channels !== channels || asked.from > from || asked.to < to) return false;
    return asked.bucketMs <= bucketMs && (to - from) * MOST_TIMES_LONGER >= asked.to - asked.from;
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
  #outlined = NEVER;
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

  /** What is here is of a recording that has changed. */
  forget() {
    for (const span of this.#spans.values()) span.forget();
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

  /** The whole recording, `widthPx` wide; a growing one again every ten seconds. */
  async loadOutline(lengthMs, channel, widthPx) {
    const same = channel === this.#outlined.channel && performance.now() - this.#outlined.at < OUTLINE_EVERY_MS;
    if (lengthMs <= 0 || same || (lengthMs === this.#outlined.lengthMs && channel === this.#outlined.channel)) return;
    this.#outlined = { at: performance.now(), channel, lengthMs };
    try {
      this.outline = (await this.#whole.fetch(0, lengthMs, widthPx, String(channel))) ?? this.outline;
      this.#changed();
    } catch {
      this.#outlined = NEVER; // The page says that the trace could not be loaded.
    }
  }
}
