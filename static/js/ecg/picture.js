/** One page of the recording: what is drawn on it, and the same in words. */

import { slice } from "./feed.js";
import { displayOffsetMv, leavesPage, pageHeightPx, pageMs, tracks } from "./geometry.js";
import { drawMarks } from "./marks.js";
import * as draw from "./paper.js";
import { gapMs } from "./strips.js";

const CLOCK_FONT = "12px system-ui, sans-serif";

export class Picture {
  #viewer;

  /** @param {import("./viewer.js").Viewer} viewer what is recorded, and what was loaded of it */
  constructor(viewer) {
    this.#viewer = viewer;
  }

  /**
   * Draws the page.
   * @returns {{shifts: Array<[string, number]>, leaves: boolean}} leads whose baseline was brought
   *   back, in millivolt, and whether a trace leaves the paper
   */
  draw(context, paper, startMs, colour, greyed) {
    const { widthPx, lengthMs, startedMs, zoneMinutes, calipers } = this.#viewer;
    const found = tracks(paper, startMs);
    draw.drawPaper(context, paper, { widthPx, colour });
    draw.drawPulses(context, paper, colour);
    const shifts = this.#shifts(paper, startMs);
    for (const track of found) this.#drawTrack(context, paper, track, shifts, colour);
    draw.drawSeams(context, paper, found, colour);
    draw.drawEnd(context, paper, { startMs, endMs: lengthMs, colour });
    draw.drawClocks(context, paper, { startMs, startedMs, zoneMinutes, colour, font: CLOCK_FONT });
    draw.drawNames(context, paper, this.#named(found), colour);
    this.#drawMarks(context, paper, found, colour);
    if (greyed) draw.drawStale(context, widthPx, pageHeightPx(paper), colour);
    calipers.draw(context, paper, { startMs, colour });
    const moved = [...shifts].filter(([, offset]) => offset).map(([channel, offset]) => [this.#nameOf(paper, channel), offset]);
    return { shifts: moved, leaves: this.#leaves(paper, found, shifts) };
  }

  #drawTrack(context, paper, track, shifts, colour) {
    const { loader, millivoltPerStep } = this.#viewer;
    const block = track.channel === null ? null : loader.block(track.channel, track.fromMs, track.toMs);
    if (!block) return;
    draw.drawTrack(context, paper, track, block, { millivoltPerStep, offsetMv: shifts.get(track.channel) ?? 0, colour });
  }

  #drawMarks(context, paper, found, colour) {
    const { findings, rateHz } = this.#viewer;
    const marked = found.filter((track) => track.lane === paper.arrangement.marks);
    drawMarks(context, paper, marked, { findings, rateHz, colour });
  }

  /** A single lead stands in the title; several are named on the paper, once for each time shown. */
  #named(found) {
    return this.#viewer.recorded.length > 1 ? found : [];
  }

  /** By channel, what brings a drifted baseline back on the paper. */
  #shifts(paper, startMs) {
    const { loader, millivoltPerStep } = this.#viewer;
    const toMs = startMs + pageMs(paper);
    const offsets = new Map();
    for (const { channel } of paper.arrangement.cells) {
      if (channel === null || offsets.has(channel)) continue;
      const seen = loader.seen(channel, startMs, toMs);
      offsets.set(channel, seen ? displayOffsetMv(seen.lows, seen.highs, millivoltPerStep) : 0);
    }
    return offsets;
  }

  #nameOf(paper, channel) {
    if (this.#viewer.recorded.length < 2) return "";
    return paper.arrangement.cells.find((cell) => cell.channel === channel)?.name ?? "";
  }

  #leaves(paper, found, shifts) {
    const { loader, millivoltPerStep } = this.#viewer;
    const empty = { lows: new Int16Array(0), highs: new Int16Array(0) };
    return found.some((track) => {
      const ends = track.row === 0 || track.row === paper.rows - 1;
      const block = ends && track.channel !== null && loader.block(track.channel, track.fromMs, track.toMs);
      if (!block) return false;
      const seen = slice(block, track.fromMs, track.toMs);
      const [first, last] = [track.row === 0 ? seen : empty, track.row === paper.rows - 1 ? seen : empty];
      return leavesPage(first, last, millivoltPerStep, shifts.get(track.channel) ?? 0, paper);
    });
  }

  /** The names of the leads on the page. */
  names(paper) {
    return [...new Set(paper.arrangement.cells.filter((cell) => cell.channel !== null).map((cell) => cell.name))].filter(Boolean);
  }

  /** Samples of each lead on the page, as far as they are here. */
  seen(paper, startMs) {
    const toMs = startMs + pageMs(paper);
    const channels = [...new Set(paper.arrangement.cells.map((cell) => cell.channel))];
    return channels.filter((channel) => channel !== null).map((channel) => this.#viewer.loader.seen(channel, startMs, toMs)).filter(Boolean);
  }

  /** What stands on each strip: the facts that `stripLine` puts into words. */
  strips(paper, startMs) {
    const { findings, loader, rateHz, lengthMs } = this.#viewer;
    const rowMs = paper.rowSeconds * 1000;
    const leads = this.names(paper);
    const channel = paper.arrangement.cells.find((cell) => cell.channel !== null)?.channel ?? 0;
    const found = [];
    for (let fromMs = startMs; fromMs < Math.min(lengthMs, startMs + pageMs(paper)); fromMs += rowMs) {
      const toMs = Math.min(lengthMs, fromMs + rowMs);
      found.push({
        fromMs,
        toMs,
        leads,
        rateHz,
        beats: findings.beatsIn(fromMs, toMs),
        read: findings.reads(toMs),
        rejectedMs: findings.rejectedMs(fromMs, toMs),
        grades: findings.gradesIn(fromMs, toMs),
        episodes: findings.episodesIn(fromMs, toMs).map((each) => each.name + (each.words ? ` (${each.words})` : "")),
        gapMs: gapMs(loader.seen(channel, fromMs, toMs)),
      });
    }
    return found;
  }
}
