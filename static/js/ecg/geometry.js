/**
 * ECG paper in numbers: millimetres, milliseconds and pixels. No drawing, no page.
 *
 * At 25 mm/s and 10 mm/mV one millimetre is 40 ms and 0.1 mV; each fifth line is bold
 * (AHA/ACC/HRS recommendations for the standardisation of the electrocardiogram, 2007).
 */

import { ONE } from "./leads.js";

export const SPEEDS_MM_PER_S = [25, 50];
export const GAINS_MM_PER_MV = [5, 10, 20];
export const PULSE_MV = 1;
export const PULSE_MS = 200;
export const CARD_MM = 85.6; // ISO/IEC 7810 ID-1
export const MISSING = -32768;
export const ROW_SECONDS = 10;
export const SMALLEST_PAPER_PX_PER_MM = 1.6;
export const READABLE_PX_PER_MM = 3;
export const ZOOMS_S = [1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600];

const ROW_CHOICES_S = [10, 8, 6, 5, 4, 3, 2, 1];
const OVERVIEW_PX_PER_MV = 18;
const OVERVIEW_ROW_PX = 46;
const HEADROOM_MM = 5;
const ENOUGH_FOR_A_MEDIAN = 2000;

/** Millimetres before the trace starts: room for the calibration pulse, a whole bold box. */
export function leadInMm(speedMmPerS) {
  return 5 + (PULSE_MS / 1000) * speedMmPerS;
}

/** Height of one row; room for 1.5 mV up and 1 mV down at 10 mm/mV. */
export function rowMm(gainMmPerMv) {
  return { 5: 20, 10: 25, 20: 45 }[gainMmPerMv] ?? 25;
}

/**
 * Seconds in a row when the reader has not zoomed: ten, fewer where a millimetre would get
 * too small to read, or what fits when the screen is calibrated.
 */
export function naturalRowSeconds(widthPx, speedMmPerS, calibratedPxPerMm = null) {
  if (calibratedPxPerMm !== null) {
    const seconds = (widthPx / calibratedPxPerMm - leadInMm(speedMmPerS)) / speedMmPerS;
    return Math.min(ROW_SECONDS, Math.max(1, Math.floor(seconds)));
  }
  const fits = (seconds) => pxPerMm(widthPx, seconds, speedMmPerS) >= READABLE_PX_PER_MM;
  return ROW_CHOICES_S.find(fits) ?? 1;
}

/** Pixels of one millimetre when `rowSeconds` fill the width. */
export function pxPerMm(widthPx, rowSeconds, speedMmPerS) {
  return widthPx / (leadInMm(speedMmPerS) + rowSeconds * speedMmPerS);
}

/**
 * How a page of rows lies on the canvas.
 * @param {{widthPx: number, heightPx: number, rowSeconds: ?number, speedMmPerS: number,
 *   gainMmPerMv: number, calibratedPxPerMm: ?number, rows: ?number,
 *   arrangement: ?import("./leads.js").Arrangement}} page
 *   rowSeconds null: not zoomed; rows null: as many as the height takes
 */
export function layout(page) {
  const { widthPx, heightPx, speedMmPerS, gainMmPerMv, calibratedPxPerMm = null } = page;
  const natural = naturalRowSeconds(widthPx, speedMmPerS, calibratedPxPerMm);
  const rowSeconds = page.rowSeconds ?? natural;
  const zoomed = page.rowSeconds !== null && page.rowSeconds !== undefined && rowSeconds !== natural;
  const toScale = calibratedPxPerMm !== null && !zoomed;
  const mm = toScale ? calibratedPxPerMm : pxPerMm(widthPx, rowSeconds, speedMmPerS);
  const paper = mm >= SMALLEST_PAPER_PX_PER_MM;
  const rowPx = paper ? rowMm(gainMmPerMv) * mm : OVERVIEW_ROW_PX;
  const topPx = paper ? HEADROOM_MM * mm : OVERVIEW_ROW_PX / 4;
  const leftPx = paper ? leadInMm(speedMmPerS) * mm : 56;
  const pxPerSecond = paper ? speedMmPerS * mm : (widthPx - leftPx) / rowSeconds;
  const arrangement = page.arrangement ?? ONE;
  const fits = Math.floor((heightPx - 2 * topPx) / (rowPx * arrangement.lanes));
  const systems = page.rows ?? arrangement.systems ?? Math.max(1, fits);
  return {
    arrangement,
    systems,
    rowSeconds,
    natural,
    paper,
    toScale,
    rowPx,
    topPx,
    leftPx,
    pxPerSecond,
    pxPerMm: mm,
    pxPerMv: paper ? gainMmPerMv * mm : (OVERVIEW_PX_PER_MV * gainMmPerMv) / 10,
    rows: systems * arrangement.lanes,
    baseline: 0.6,
  };
}

/** Height of the whole page: its rows and the headroom above and below them. */
export function pageHeightPx(paper) {
  return paper.rows * paper.rowPx + 2 * paper.topPx;
}

/** Milliseconds that a whole page shows. */
export function pageMs(paper) {
  return paper.systems * paper.rowSeconds * 1000;
}

/**
 * Every stretch of trace on the page: which channel, where, and of what time.
 * @returns {Array<{channel: ?number, name: string, row: number, lane: number, system: number,
 *   fromMs: number, toMs: number, leftPx: number, widthPx: number}>}
 */
export function tracks(paper, startMs) {
  const rowMs = paper.rowSeconds * 1000;
  const rowWidth = paper.rowSeconds * paper.pxPerSecond;
  const found = [];
  for (let system = 0; system < paper.systems; system += 1) {
    for (const { channel, name, lane, from, to } of paper.arrangement.cells) {
      found.push({
        channel,
        name,
        lane,
        system,
        row: system * paper.arrangement.lanes + lane,
        fromMs: startMs + (system + from) * rowMs,
        toMs: startMs + (system + to) * rowMs,
        leftPx: paper.leftPx + from * rowWidth,
        widthPx: (to - from) * rowWidth,
      });
    }
  }
  return found;
}

/** Where a moment lies on a track. */
export function xOn(track, ms, paper) {
  return track.leftPx + ((ms - track.fromMs) / 1000) * paper.pxPerSecond;
}

/** The track under a point of the page, or the nearest one of its row. */
export function trackAt(x, y, startMs, paper) {
  const row = Math.min(paper.rows - 1, Math.max(0, Math.floor((y - paper.topPx) / paper.rowPx)));
  const inRow = tracks(paper, startMs).filter((track) => track.row === row);
  const away = (track) => Math.max(track.leftPx - x, x - track.leftPx - track.widthPx, 0);
  return inRow.reduce((best, track) => (away(track) < away(best) ? track : best));
}

/** Where a moment of the page lies, on the first track that shows it. */
export function place(ms, startMs, paper) {
  const found = tracks(paper, startMs).find((track) => ms >= track.fromMs && ms < track.toMs);
  return found ? { row: found.row, x: xOn(found, ms, paper) } : { row: -1, x: 0 };
}

/** The moment under a point of the page; points left of the trace count as its start. */
export function momentAt(x, y, startMs, paper) {
  const track = trackAt(x, y, startMs, paper);
  const ms = track.fromMs + ((x - track.leftPx) / paper.pxPerSecond) * 1000;
  return Math.min(track.toMs, Math.max(track.fromMs, ms));
}

/** The voltage at a height of a row. */
export function millivoltAt(y, row, paper) {
  return (paper.topPx + (row + paper.baseline) * paper.rowPx - y) / paper.pxPerMv;
}

/** Height of a voltage in its row, seen from the top of the page. */
export function yOf(millivolt, row, paper) {
  return paper.topPx + (row + paper.baseline) * paper.rowPx - millivolt * paper.pxPerMv;
}

/** A start that keeps the page inside the recording. */
export function clampStart(startMs, lengthMs, paper) {
  const last = Math.max(0, lengthMs - pageMs(paper));
  return Math.min(Math.max(0, startMs), Math.max(last, followStart(lengthMs, paper)));
}

/** The start that shows the newest sample; rows stand still and the last one fills. */
export function followStart(lengthMs, paper) {
  const rowMs = paper.rowSeconds * 1000;
  return Math.max(0, Math.ceil(lengthMs / rowMs) * rowMs - pageMs(paper));
}

/** The next zoom step: shorter rows for +1, longer ones for −1; the end of the list stays. */
export function zoomStep(rowSeconds, direction) {
  if (direction > 0) return ZOOMS_S.filter((s) => s < rowSeconds).at(-1) ?? ZOOMS_S[0];
  return ZOOMS_S.find((s) => s > rowSeconds) ?? ZOOMS_S.at(-1);
}

/** The start after a zoom, so that `anchorMs` stays at the same share of the page. */
export function zoomedStart(startMs, anchorMs, before, after) {
  const share = (anchorMs - startMs) / pageMs(before);
  return anchorMs - share * pageMs(after);
}

/**
 * Runs of missing buckets.
 * @param {Int16Array} lows the minima; MISSING marks a bucket without a sample
 * @returns {Array<[number, number]>} first bucket and the bucket after the last
 */
export function gaps(lows) {
  const runs = [];
  let first = -1;
  for (let i = 0; i <= lows.length; i += 1) {
    const missing = i < lows.length && lows[i] === MISSING;
    if (missing && first < 0) first = i;
    if (!missing && first >= 0) {
      runs.push([first, i]);
      first = -1;
    }
  }
  return runs;
}

/**
 * Whether part of the trace lies above the first row or below the last and so cannot be seen.
 * @param {{lows: Int16Array, highs: Int16Array}} first buckets of the first row
 * @param {{lows: Int16Array, highs: Int16Array}} last buckets of the last row
 */
export function leavesPage(first, last, millivoltPerStep, offsetMv, paper) {
  const roomUp = (paper.topPx + paper.baseline * paper.rowPx) / paper.pxPerMv;
  const roomDown = (paper.topPx + (1 - paper.baseline) * paper.rowPx) / paper.pxPerMv;
  const above = first.highs.some((step) => step * millivoltPerStep - offsetMv > roomUp);
  const below = (step) => step !== MISSING && offsetMv - step * millivoltPerStep > roomDown;
  return above || last.lows.some(below);
}

/**
 * A whole offset in half millivolts that brings a drifting baseline back on the paper; 0 when
 * the trace stays within half a millivolt of it. It is printed beside the trace.
 */
export function displayOffsetMv(lows, highs, millivoltPerStep) {
  const middles = [];
  const step = Math.ceil(lows.length / ENOUGH_FOR_A_MEDIAN);
  for (let i = 0; i < lows.length; i += step) {
    if (lows[i] !== MISSING) middles.push((lows[i] + highs[i]) / 2);
  }
  if (middles.length === 0) return 0;
  middles.sort((a, b) => a - b);
  const median = middles[middles.length >> 1] * millivoltPerStep;
  return Math.abs(median) <= 0.5 ? 0 : Math.round(median * 2) / 2;
}
