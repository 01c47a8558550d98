/** What the computer found: beats around the page, and episodes, quality and rate of the whole. */

export const LONGEST_MARKED_MS = 1_000_000; // What the beats address answers, with room to spare.
const MARGIN_PAGES = 0.5;
const AHEAD_MS = 120_000; // Beats are few bytes: those of the next minutes are asked for beforehand.
const WHOLE_EVERY_MS = 60_000;
const NOTHING = { beats: [], rejected: [], read_to: 0 };

/**
 * @typedef {{kind: string, name: string, start_ms: number, end_ms: number, words: string}} Episode
 * @typedef {{length_ms: number, rate_by_minute: {step_ms: number, values: ?number[]},
 *   quality: {step_ms: number, grades: string}, episodes: Episode[], episodes_left_out: number,
 *   events: number[], motion: ?{start_ms: number, step_ms: number, values: number[]},
 *   read_at: ?string}} Whole
 */

export class Findings {
  #beatsUrl;
  #wholeUrl;
  #rateHz;
  #changed;
  #here = null;
  #coming = null;
  #wholeAt = -Infinity;
  #page = null;

  pending = 0;
  found = NOTHING;
  /** @type {?Whole} */
  whole = null;

  /** @param {() => void} changed called when there is something new to draw */
  constructor(beatsUrl, wholeUrl, rateHz, changed) {
    this.#beatsUrl = beatsUrl;
    this.#wholeUrl = wholeUrl;
    this.#rateHz = rateHz;
    this.#changed = changed;
  }

  /** The beats of the page and a margin; none where a page is too long to mark them. */
  async load(shown) {
    this.#page = shown;
    const { startMs, pageMs } = shown;
    if (pageMs > LONGEST_MARKED_MS / 2) {
      this.#here = null;
      this.found = NOTHING;
      return;
    }
    const page = { from: startMs, to: startMs + pageMs };
    if (holds(this.#here, page)) return;
    if (!holds(this.#coming, page)) this.#ask(page, MARGIN_PAGES * pageMs);
    this.pending += 1;
    const came = await this.#coming.answer;
    this.pending -= 1;
    if (came) this.#changed();
  }

  /** Asks for beats on both sides of the page where few are left there; nobody waits for them. */
  ahead({ startMs, pageMs }) {
    const margin = Math.min(AHEAD_MS, (LONGEST_MARKED_MS - pageMs) / 2);
    const page = { from: startMs, to: startMs + pageMs };
    if (margin < pageMs || this.#coming || !holds(this.#here, page)) return;
    const needed = { from: Math.max(0, page.from - pageMs), to: page.to + pageMs };
    if (!holds(this.#here, needed)) this.#ask(page, margin);
  }

  #ask(page, marginMs) {
    this.#coming?.running.abort();
    const coming = { from: Math.max(0, page.from - marginMs), to: page.to + marginMs, running: new AbortController() };
    this.#coming = coming;
    coming.answer = this.#arrive(coming);
  }

  /** Whether there is something new to draw, or nothing more to wait for. */
  async #arrive(coming) {
    const query = new URLSearchParams({ first: this.#sample(coming.from), end: this.#sample(coming.to) + 1 });
    const found = await this.#json(`${this.#beatsUrl}?${query}`, coming.running.signal);
    if (this.#coming !== coming) return false;
    this.#coming = null;
    this.#here = found ? coming : null;
    if (found) this.found = found;
    return true;
  }

  /** The whole recording; again when a newer reading is told of. */
  async loadWhole(growing) {
    if (performance.now() - this.#wholeAt < (growing ? WHOLE_EVERY_MS : Infinity)) return;
    this.#wholeAt = performance.now();
    this.pending += 1;
    const whole = await this.#json(this.#wholeUrl);
    this.pending -= 1;
    if (!whole) {
      this.#wholeAt = -Infinity;
      return;
    }
    const newer = this.whole && whole.read_at !== this.whole.read_at;
    this.whole = whole;
    if (newer) this.#forgetBeats();
    if (newer && this.#page) this.load(this.#page);
    this.#changed();
  }

  /** A reading has ended or begun: what is here may be older. */
  forget() {
    this.#wholeAt = -Infinity;
    this.#forgetBeats();
  }

  #forgetBeats() {
    this.#here = null;
    this.#coming?.running.abort();
    this.#coming = null;
  }

  #sample(ms) {
    return Math.floor((ms / 1000) * this.#rateHz);
  }

  async #json(url, signal) {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // Not reached: nothing is marked, and the words say so.
    }
  }

  /** Beats between two moments. */
  beatsIn(fromMs, toMs) {
    const [first, end] = [(fromMs / 1000) * this.#rateHz, (toMs / 1000) * this.#rateHz];
    return this.found.beats.filter(([sample]) => sample >= first && sample < end);
  }

  /** Milliseconds of a span in which the signal allowed no claim. */
  rejectedMs(fromMs, toMs) {
    const ms = (sample) => (sample / this.#rateHz) * 1000;
    const parts = this.found.rejected.map(([a, b]) => Math.min(ms(b), toMs) - Math.max(ms(a), fromMs));
    return parts.reduce((sum, part) => sum + Math.max(0, part), 0);
  }

  /** Whether the pieces that were read reach to this moment. */
  reads(ms) {
    return (this.found.read_to / this.#rateHz) * 1000 >= ms;
  }

  /** Episodes that touch a span. */
  episodesIn(fromMs, toMs) {
    return (this.whole?.episodes ?? []).filter((each) => each.start_ms < toMs && each.end_ms >= fromMs);
  }

  /** Letters of the grades of a span, one for each step. */
  gradesIn(fromMs, toMs) {
    const quality = this.whole?.quality;
    if (!quality?.grades) return "";
    return quality.grades.slice(Math.floor(fromMs / quality.step_ms), Math.ceil(toMs / quality.step_ms));
  }
}

const holds = (span, { from, to }) => Boolean(span) && span.from <= from && span.to >= to;

/**
 * The episode to show next.
 * @param {Episode[]} episodes in order of time
 * @param {?number} shown index of the one that was jumped to last, null after any other move
 * @param {number} startMs where the page begins
 * @param {1|-1} direction
 * @returns {number} its index, −1 when there is none
 */
export function nextEpisode(episodes, shown, startMs, direction) {
  if (shown !== null) return shown + direction < episodes.length ? shown + direction : -1;
  if (direction > 0) return episodes.findIndex((each) => each.start_ms > startMs);
  return episodes.findLastIndex((each) => each.start_ms < startMs);
}
