/** Where samples and the state of a recording come from, and what time it is at the server. */

const PAIR_BYTES = 4;
export const LARGEST_WIDTH = 8192; // What the viewport address answers at most.
export const MOST_PAIRS = 100_000 / PAIR_BYTES; // Of all channels of one answer together.

/**
 * Lowest and highest sample of each bucket in a span of the recording.
 * @typedef {{firstSample: number, perBucket: number, lows: Int16Array, highs: Int16Array,
 *   startMs: number, bucketMs: number, fromMs: number, toMs: number}} Block
 */

/**
 * Splits the answer of the viewport address.
 * @param {ArrayBuffer} bytes little-endian int16 pairs (lowest, highest)
 */
export function splitPairs(bytes) {
  const view = new DataView(bytes);
  const count = Math.floor(bytes.byteLength / PAIR_BYTES);
  const lows = new Int16Array(count);
  const highs = new Int16Array(count);
  for (let i = 0; i < count; i += 1) {
    lows[i] = view.getInt16(i * PAIR_BYTES, true);
    highs[i] = view.getInt16(i * PAIR_BYTES + 2, true);
  }
  return { lows, highs };
}

/** The buckets of a block that lie between two moments. */
export function slice(block, fromMs, toMs) {
  const first = Math.max(0, Math.floor((fromMs - block.startMs) / block.bucketMs));
  const last = Math.max(first, Math.ceil((toMs - block.startMs) / block.bucketMs));
  return {
    lows: block.lows.subarray(first, last),
    highs: block.highs.subarray(first, last),
    startMs: block.startMs + first * block.bucketMs,
    bucketMs: block.bucketMs,
  };
}

/**
 * Splits the answer for several channels: all of the first channel, then all of the second.
 * @param {ArrayBuffer} bytes little-endian int16: one value for a bucket, or (lowest, highest)
 */
export function splitChannels(bytes, channels, valuesPerBucket) {
  const size = Math.floor(bytes.byteLength / channels.length);
  const parts = channels.map((channel, i) => {
    const part = bytes.slice(i * size, (i + 1) * size);
    return [channel, valuesPerBucket === 2 ? splitPairs(part) : single(part)];
  });
  return new Map(parts);
}

function single(bytes) {
  const view = new DataView(bytes);
  const lows = Int16Array.from({ length: Math.floor(bytes.byteLength / 2) }, (_, i) => view.getInt16(2 * i, true));
  return { lows, highs: lows };
}

export class ViewportFeed {
  #url;
  #rateHz;
  #running = null;

  constructor(url, rateHz) {
    this.#url = url;
    this.#rateHz = rateHz;
  }

  /** Fetches a span; a newer call ends an older one, which then gives null. */
  async fetch(fromMs, toMs, width, channel) {
    const found = await this.#ask(fromMs, toMs, width, { channel });
    return found && { ...splitPairs(found.bytes), ...found.place };
  }

  /** Several channels of a span, as blocks by channel; null when a newer call ended this one. */
  async fetchAll(fromMs, toMs, width, channels) {
    const found = await this.#ask(fromMs, toMs, width, { channels: channels.join(",") });
    if (!found) return null;
    const parts = splitChannels(found.bytes, channels, found.valuesPerBucket);
    return new Map([...parts].map(([channel, part]) => [channel, { ...part, ...found.place }]));
  }

  async #ask(fromMs, toMs, width, wanted) {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const query = new URLSearchParams({
      start_ms: Math.max(0, Math.floor(fromMs)),
      end_ms: Math.max(Math.ceil(toMs), Math.floor(fromMs) + 1),
      width: Math.min(LARGEST_WIDTH, Math.max(1, Math.round(width))),
      ...wanted,
    });
    try {
      const answer = await fetch(`${this.#url}?${query}`, { signal: running.signal });
      if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
      const bytes = await answer.arrayBuffer();
      const valuesPerBucket = Number(answer.headers.get("X-Values-Per-Bucket") ?? 2);
      return { bytes, valuesPerBucket, place: this.#place(answer.headers, fromMs, toMs) };
    } catch (error) {
      if (error.name === "AbortError") return null;
      throw error;
    }
  }

  #place(headers, fromMs, toMs) {
    const firstSample = Number(headers.get("X-First-Sample") ?? 0);
    const perBucket = Math.max(1, Number(headers.get("X-Samples-Per-Bucket") ?? 1));
    return {
      firstSample,
      perBucket,
      startMs: (firstSample / this.#rateHz) * 1000,
      bucketMs: (perBucket / this.#rateHz) * 1000,
      fromMs,
      toMs,
    };
  }
}

const STATE_EVERY_MS = 2000;
const states = new Map();

/** The state of a recording, asked for once for all who hear of it on a page. */
export function stateFeed(url) {
  if (!states.has(url)) states.set(url, new StateFeed(url));
  return states.get(url);
}

/** Polls a recording's state; between polls and during an outage its clock runs on. */
class StateFeed {
  #url;
  #listeners = [];
  #started = false;
  #state = null;
  #gotAt = 0;

  constructor(url) {
    this.#url = url;
  }

  /** @param {(state: ?object) => void} listener called after each poll, reached or not */
  hear(listener) {
    this.#listeners.push(listener);
    if (this.#state) listener(this.#state);
  }

  get state() {
    return this.#state;
  }

  /** Milliseconds since 1970 by the server's clock; this browser's until it has answered. */
  serverNow() {
    if (!this.#state) return Date.now();
    return Date.parse(this.#state.now) + (performance.now() - this.#gotAt);
  }

  start() {
    if (!this.#started) this.#tick();
    this.#started = true;
  }

  async #tick() {
    if (!document.hidden) await this.#ask();
    for (const listener of this.#listeners) listener(this.#state);
    const ended = this.#state?.closed && this.#state.analysis?.final !== false;
    if (!ended) setTimeout(() => this.#tick(), STATE_EVERY_MS);
  }

  async #ask() {
    try {
      const answer = await fetch(this.#url, {
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(8000),
      });
      if (!answer.ok) return;
      this.#state = await answer.json();
      this.#gotAt = performance.now();
    } catch {
      // Not reached: the reader sees the age grow and the trace turn grey.
    }
  }
}
