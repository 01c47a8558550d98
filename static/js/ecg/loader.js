/** Keeps the samples around the page that is shown, and the outline of the whole recording. */

import { LARGEST_WIDTH, MOST_PAIRS, ViewportFeed, slice } from "./feed.js";
import { gaps } from "./geometry.js";
import { spans } from "./leads.js";

const MOST_TIMES_LONGER = 40; // Of a far longer block most is not looked at again.
const MARGIN_PAGES = 0.25; // Loaded with the page; little, so that it comes soon.
const AHEAD_PAGES = 1.05; // Loaded on both sides while the page is read: the next page, the next zoom.
const THIN_PAGES = 0.5;
const KEPT_ANSWERS = 4;
const OUTLINE_EVERY_MS = 10_000;
const GAPS_EVERY_MS = 10_000;
const RETRY_MS = 3000;
const NEVER = { at: -Infinity, channel: null, lengthMs: 0 };

/**
 * What the page shows; wanted: how many buckets are worth sending for so many milliseconds.
 * @typedef {{startMs: number, pageMs: number, lengthMs: number, wanted: (ms: number) => number,
 *   arrangement: import("./leads.js").Arrangement}} Shown
 * What was asked for: channels, milliseconds, and how long a bucket may be.
 * @typedef {{channels: number[], from: number, to: number, bucketMs: number}} Ask
 */

/** Whether an answer holds this time and these channels, as fine as wanted and not far finer. */
export function covers(answer, { channels, from, to, bucketMs }) {
  if (!answer || String(answer.channels) !== String(channels) || answer.from > from || answer.to < to) return false;
  return answer.bucketMs <= bucketMs && (to - from) * MOST_TIMES_LONGER >= answer.to - answer.from;
}

/** How many pages fit on either side of a page into one answer. */
export function pagesAhead({ pageMs, wanted }, channels) {
  const most = Math.min(LARGEST_WIDTH, MOST_PAIRS / channels.length);
  return Math.min(AHEAD_PAGES, (most / wanted(pageMs) - 1) / 2);
}

/** One span of time of some channels, with a margin on both sides. */
class SpanLoader {
  #feed;
  #kept = []; // The one used last comes first.
  #coming = null;

  constructor(url, rateHz) {
    this.#feed = new ViewportFeed(url, rateHz);
  }

  /** The loaded blocks of a channel. */
  blocks(channel) {
    return this.#kept.map(({ blocks }) => blocks.get(channel)).filter(Boolean);
  }

  /** What is here stays on the page until it comes anew. */
  forget() {
    for (const each of this.#kept) each.ask = null;
    if (this.#coming) this.#coming.ask = null;
  }

  /** Asks for the span, unless that is here or on its way; whether something new came. */
  async load(span, shown) {
    const ask = askFor(span, shown);
    if (ask.to <= ask.from || this.#holds(ask)) return false;
    if (!covers(this.#coming?.ask, ask)) this.#fetch(ask, MARGIN_PAGES * (span.toMs - span.fromMs), shown);
    return this.#coming.answer;
  }

  /** Asks for more on both sides where little is left there; nobody waits for it. */
  async ahead(span, shown) {
    const pages = pagesAhead(shown, span.channels);
    const ask = askFor(span, shown);
    const thin = THIN_PAGES * shown.pageMs;
    const needed = { ...ask, from: Math.max(0, ask.from - thin), to: Math.min(shown.lengthMs, ask.to + thin) };
    if (pages < THIN_PAGES || this.#coming || this.#holds(needed)) return;
    this.#fetch(ask, pages * shown.pageMs, shown);
    await this.#coming.answer.catch(() => {}); // The page itself is here; the next move asks again.
  }

  #holds(ask) {
    const here = this.#kept.find((each) => covers(each.ask, ask));
    if (here) this.#kept = [here, ...this.#kept.filter((each) => each !== here)];
    return Boolean(here);
  }

  #fetch(ask, marginMs, { lengthMs, wanted }) {
    const [from, to] = [Math.max(0, ask.from - marginMs), Math.min(lengthMs, ask.to + marginMs)];
    const coming = { ask: { ...ask, from, to } };
    this.#coming = coming;
    coming.answer = this.#arrive(coming, Math.min(LARGEST_WIDTH, wanted(to - from)));
  }

  async #arrive(coming, width) {
    const { channels, from, to } = coming.ask;
    try {
      const blocks = await this.#feed.fetchAll(from, to, width, channels);
      if (!blocks) return false;
      const finest = blocks.values().next().value.perBucket === 1;
      if (coming.ask && finest) coming.ask.bucketMs = 0;
      this.#kept = [{ ask: coming.ask, blocks }, ...this.#kept].slice(0, KEPT_ANSWERS);
      return true;
    } finally {
      if (this.#coming === coming) this.#coming = null;
    }
  }
}

/** @returns {Ask} */
function askFor({ fromMs, toMs, channels }, { lengthMs, wanted }) {
  return { channels, from: fromMs, to: Math.min(toMs, lengthMs), bucketMs: (toMs - fromMs) / wanted(toMs - fromMs) };
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

  /** Chunks come late and out of order, so a gap on the page is asked for again. */
  lookForLateSamples(shown) {
    if (performance.now() - this.#loadedAt < GAPS_EVERY_MS || !this.#gapShown(shown)) return;
    this.forget();
    this.load(shown);
  }

  #gapShown({ startMs, pageMs, arrangement }) {
    const seen = arrangement.cells.map(({ channel }) => this.seen(channel, startMs, startMs + pageMs));
    return seen.some((part) => part && gaps(part.lows).length > 0);
  }

  /** The loaded block of a channel that covers most of a span; null before anything came. */
  block(channel, fromMs, toMs) {
    let [best, most] = [null, 0];
    for (const span of this.#spans.values()) {
      for (const block of span.blocks(channel)) {
        const end = block.startMs + block.lows.length * block.bucketMs;
        const covered = Math.min(end, toMs) - Math.max(block.startMs, fromMs);
        if (covered > most) [best, most] = [block, covered];
      }
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

  /** Asks for what the next move may show; the page stands and is read meanwhile. */
  ahead(shown) {
    if (shown.arrangement.systems !== null) return; // A grid takes a page in many answers.
    for (const span of spans(shown.arrangement, shown.startMs, shown.pageMs)) this.#spans.get(span.key)?.ahead(span, shown);
  }

  #keepOnly(wanted, arrangement) {
    if (this.#arrangement !== arrangement.id) this.#spans.clear();
    this.#arrangement = arrangement.id;
    for (const { key } of wanted) {
      if (!this.#spans.has(key)) this.#spans.set(key, new SpanLoader(this.#url, this.#rateHz));
    }
  }

  async #loadSpan(span, shown) {
    this.pending += 1;
    try {
      if (!(await this.#spans.get(span.key).load(span, shown))) return;
      this.failed = "";
      this.#loadedAt = performance.now();
    } catch (error) {
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
