/** From episode to episode, and a sentence about the one that is shown. */

import { nextEpisode } from "./findings.js";
import { episodeText } from "./strips.js";

export const EPISODE_LEAD_MS = 3000;

export class EpisodeWalk {
  #line;
  #viewer;
  #shown = null;

  /** @param {HTMLElement} line where the episode is told */
  constructor(line, viewer) {
    this.#line = line;
    this.#viewer = viewer;
  }

  /** Another move: the next step counts from what the page shows then. */
  leave() {
    this.#shown = null;
  }

  /** @param {1|-1} direction to a later or an earlier episode */
  go(direction) {
    const viewer = this.#viewer;
    const episodes = viewer.findings.whole?.episodes ?? [];
    const next = nextEpisode(episodes, this.#shown, viewer.startMs + EPISODE_LEAD_MS, direction);
    if (next < 0) {
      this.#line.textContent = episodes.length ? `No ${direction > 0 ? "later" : "earlier"} episode` : "No episode listed";
      return;
    }
    const { start_ms: startMs } = episodes[next];
    viewer.showMoment(startMs);
    this.#shown = next;
    this.#line.textContent = episodeText(episodes[next], next, episodes.length, viewer.captions.clock(startMs));
  }
}
