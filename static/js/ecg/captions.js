/** What stands in words around the paper: scale, freshness, and the strips for who cannot see them. */

import { pageMs } from "./geometry.js";
import { stripLine } from "./strips.js";
import { clockAt, freshText, freshness, paperText, spanText, stripText } from "./words.js";

const SPEAK_AFTER_MS = 800;

export class Captions {
  #root;
  #viewer;
  #timer = null;

  /** @param {import("./viewer.js").Viewer} viewer what is recorded, and what the page shows of it */
  constructor(root, viewer) {
    this.#root = root;
    this.#viewer = viewer;
  }

  /** Writes a text only where it is new, so that it is not read aloud again. */
  write(name, text) {
    const element = this.#root.querySelector(`[data-${name}]`);
    if (element && element.textContent !== text) element.textContent = text;
  }

  clock(ms) {
    return clockAt(this.#viewer.startedMs + ms, this.#viewer.zoneMinutes);
  }

  /** What is printed under the paper and on its tools. */
  print(shifts, leaves) {
    const { speed, gain, zoneMinutes, paper } = this.#viewer;
    const filter = this.#root.dataset.filter;
    this.write("paper-print", paperText({ speed, gain, filter, paper, shifts, leaves, zoneMinutes }));
    this.write("span", `${spanText(paper.rowSeconds)} a row`);
    this.write("calibrated", paper.toScale ? "To scale" : "Not to scale");
  }

  /** "10:23:45, 30 s shown" */
  position() {
    const { startMs, paper } = this.#viewer;
    return `${this.clock(startMs)}, ${spanText(pageMs(paper) / 1000)} shown`;
  }

  #age() {
    const { state } = this.#viewer;
    const last = state.state?.last_sample_time;
    return last ? (state.serverNow() - Date.parse(last)) / 1000 : null;
  }

  /** How far the end of the trace can be trusted. */
  freshness() {
    const { closed, state } = this.#viewer;
    if (closed) return "closed";
    const known = state.state;
    return known ? freshness(this.#age(), known.chunk_s, known.closed) : "fresh";
  }

  #freshText() {
    const last = this.#viewer.state.state?.last_sample_time;
    return freshText(last ? Date.parse(last) : null, this.#age() ?? 0, this.#viewer.zoneMinutes);
  }

  showStale(stale) {
    const { failed } = this.#viewer.loader;
    const note = this.#root.querySelector("[data-paper-stale]");
    note.hidden = !stale && !failed;
    if (!note.hidden) this.write("paper-stale-words", stale ? `No new data: ${this.#freshText()}` : failed);
  }

  /** Once the page stands still; a growing trace must not talk without end. */
  speakSoon(following) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#speak(following), SPEAK_AFTER_MS);
  }

  #speak(following) {
    const { picture, paper, startMs, lengthMs, closed, millivoltPerStep } = this.#viewer;
    const [first] = picture.seen(paper, startMs);
    if (!first) return;
    const strips = this.#writeStrips();
    if (following) return;
    const page = pageMs(paper);
    const text = stripText({
      from: this.clock(startMs),
      to: this.clock(Math.min(lengthMs, startMs + page)),
      span: spanText(Math.min(lengthMs, page) / 1000),
      length: spanText(lengthMs / 1000),
      lead: picture.names(paper).join(", "),
      seen: first,
      strips,
      millivoltPerStep,
      fresh: closed ? "The recording has ended" : this.#freshText(),
    });
    this.write("trace-words", text);
  }

  /** The list beside the picture, strip by strip. */
  #writeStrips() {
    const { picture, paper, startMs } = this.#viewer;
    const lines = picture.strips(paper, startMs).map((strip) =>
      stripLine({ ...strip, from: this.clock(strip.fromMs), to: this.clock(strip.toMs) }),
    );
    const items = lines.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    });
    this.#root.querySelector("[data-strips]").replaceChildren(...items);
    return lines;
  }
}
