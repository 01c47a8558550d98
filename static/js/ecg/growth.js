/** What the viewer learns of a recording that grows, ends, or is read while it is open. */

export class Growth {
  #viewer;
  #readKey = null;

  constructor(viewer) {
    this.#viewer = viewer;
  }

  /** @param {?object} state the answer of the state address; null before the first one */
  hear(state) {
    const viewer = this.#viewer;
    if (!state) return;
    const grew = state.n_samples > viewer.samples;
    viewer.samples = Math.max(viewer.samples, state.n_samples);
    this.#setClock(state);
    if (state.closed && !viewer.closed) {
      viewer.closed = true;
      viewer.follow(false);
    }
    this.#lookForFindings(state);
    if (grew) viewer.grow();
    else viewer.loader.lookForLateSamples(viewer.shown);
  }

  /** What was read is asked for again when more of it was, and at the end of a reading. */
  #lookForFindings({ closed, analysis, progress }) {
    const { findings, shown } = this.#viewer;
    const key = `${analysis?.final} ${progress?.done}`;
    const ended = this.#readKey !== null && key !== this.#readKey && (analysis?.final || progress?.done === progress?.all);
    if (ended) findings.forget();
    this.#readKey = key;
    findings.loadWhole(!closed || analysis?.final === false);
    if (ended) findings.load(shown);
  }

  /** Clocks of the paper follow the corrected time of the newest sample. */
  #setClock({ last_sample_time: last, n_samples: samples }) {
    if (last) this.#viewer.startedMs = Date.parse(last) - (samples / this.#viewer.rateHz) * 1000;
  }
}
