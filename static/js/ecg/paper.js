/** Draws ECG paper and what is on it: grid, calibration pulse, clocks, trace, gaps. */

import { MISSING, PULSE_MS, PULSE_MV, gaps, pageHeightPx, tracks, xOn, yOf } from "./geometry.js";
import { clockAt } from "./words.js";

const FINE_FROM_PX = 2.6;
const MOST_PIXEL_RATIO = 2;
const TRACE_PX = 1.25;
const DENSE_PX = 0.4;
const WIDEST_COLUMN_PX = 2.5;

/** Colours of the page as it looks now (light or dark). */
export function colours(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--paper-${name}`).trim();
  return Object.fromEntries(
    ["ground", "fine", "bold", "ink", "words", "gap", "window", "mark"].map((name) => [name, read(name)]),
  );
}

/** Calls back when the page turns light or dark, by choice, by the system or for the printer. */
export function whenColoursChange(callback) {
  document.addEventListener("chartwave:theme", callback);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", callback);
  }
}

/** Pixels of the screen in one of the page, as far as the eye tells them apart on a trace. */
export function pixelRatio() {
  return Math.min(MOST_PIXEL_RATIO, window.devicePixelRatio || 1);
}

/** Sizes a canvas for the screen's pixels and gives its context in CSS pixels. */
export function sharpContext(canvas, widthPx, heightPx) {
  const ratio = pixelRatio();
  const [width, height] = [Math.round(widthPx * ratio), Math.round(heightPx * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Everything but the trace. */
export function drawPaper(context, paper, { widthPx, colour }) {
  const heightPx = pageHeightPx(paper);
  context.fillStyle = colour.ground;
  context.fillRect(0, 0, widthPx, heightPx);
  if (paper.paper) drawGrid(context, paper, widthPx, heightPx, colour);
  else drawTicks(context, paper, heightPx, colour);
}

function drawGrid(context, paper, widthPx, heightPx, colour) {
  const mm = paper.pxPerMm;
  if (mm >= FINE_FROM_PX) drawLines(context, mm, widthPx, heightPx, colour.fine);
  drawLines(context, mm * 5, widthPx, heightPx, colour.bold);
}

/** Filled, not stroked: a path of hundreds of lines takes the browser longer than all else here. */
function drawLines(context, step, widthPx, heightPx, fill) {
  context.fillStyle = fill;
  for (let i = 0; i * step <= widthPx + 0.5; i += 1) context.fillRect(Math.round(i * step), 0, 1, heightPx);
  for (let i = 0; i * step <= heightPx + 0.5; i += 1) context.fillRect(0, Math.round(i * step), widthPx, 1);
}

function drawTicks(context, paper, heightPx, colour) {
  const parts = paper.rowSeconds % 60 === 0 && paper.rowSeconds <= 600 ? paper.rowSeconds / 10 : 10;
  const count = Math.min(parts, 60);
  context.beginPath();
  for (let i = 0; i <= count; i += 1) {
    const x = Math.round(paper.leftPx + (i / count) * paper.rowSeconds * paper.pxPerSecond) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, heightPx);
  }
  context.strokeStyle = colour.fine;
  context.stroke();
}

/** The 1 mV, 200 ms step before each row: it proves the gain and the speed. */
export function drawPulses(context, paper, colour) {
  if (!paper.paper) return;
  const width = (PULSE_MS / 1000) * paper.pxPerSecond;
  const left = paper.leftPx - 2.5 * paper.pxPerMm - width;
  context.beginPath();
  for (let row = 0; row < paper.rows; row += 1) {
    const [low, high] = [yOf(0, row, paper), yOf(PULSE_MV, row, paper)];
    context.moveTo(left - 2 * paper.pxPerMm, low);
    context.lineTo(left, low);
    context.lineTo(left, high);
    context.lineTo(left + width, high);
    context.lineTo(left + width, low);
    context.lineTo(left + width + 2 * paper.pxPerMm, low);
  }
  context.strokeStyle = colour.ink;
  context.lineWidth = 1.2;
  context.stroke();
}

/** The clock at the start of each time shown, on a patch of ground so that the grid does not cross it. */
export function drawClocks(context, paper, { startMs, startedMs, zoneMinutes, colour, font }) {
  context.font = font;
  context.textBaseline = "top";
  for (let system = 0; system < paper.systems; system += 1) {
    const text = clockAt(startedMs + startMs + system * paper.rowSeconds * 1000, zoneMinutes);
    const row = system * paper.arrangement.lanes;
    const y = paper.topPx + row * paper.rowPx + (paper.paper ? 3 : paper.rowPx * 0.35);
    context.fillStyle = colour.ground;
    context.fillRect(2, y - 2, context.measureText(text).width + 6, 17);
    context.fillStyle = colour.words;
    context.fillText(text, 5, y);
  }
}

/** The name of each lead where it begins; a lead that was not recorded says so. */
export function drawNames(context, paper, found, colour) {
  context.font = "700 13px system-ui, sans-serif";
  context.textBaseline = "top";
  context.textAlign = "left";
  for (const { name, channel, row, leftPx } of found) {
    if (!name) continue;
    const text = channel === null ? `${name}: not recorded` : name;
    const [x, y] = [leftPx + 3, paper.topPx + row * paper.rowPx + (paper.paper ? 0.16 * paper.rowPx : 2)];
    context.fillStyle = colour.ground;
    context.fillRect(x - 2, y - 2, context.measureText(text).width + 5, 17);
    context.fillStyle = colour.ink;
    context.fillText(text, x, y);
  }
}

/** Short uprights where one lead ends and the next one begins. */
export function drawSeams(context, paper, found, colour) {
  context.beginPath();
  for (const { row, leftPx } of found) {
    if (leftPx <= paper.leftPx + 1) continue;
    const middle = paper.topPx + (row + paper.baseline) * paper.rowPx;
    context.moveTo(leftPx, middle - 0.16 * paper.rowPx);
    context.lineTo(leftPx, middle + 0.16 * paper.rowPx);
  }
  context.strokeStyle = colour.ink;
  context.lineWidth = 1.5;
  context.stroke();
}

/**
 * The trace of one track.
 * @param {import("./feed.js").Block} block
 */
export function drawTrack(context, paper, track, block, { millivoltPerStep, offsetMv, colour }) {
  const seen = {
    first: Math.max(0, Math.floor((track.fromMs - block.startMs) / block.bucketMs)),
    last: Math.min(block.lows.length, Math.ceil((track.toMs - block.startMs) / block.bucketMs) + 1),
  };
  if (seen.last <= seen.first) return;
  const pen = trackPen(paper, track, block, millivoltPerStep, offsetMv);
  context.save();
  context.beginPath();
  context.rect(track.leftPx, 0, track.widthPx, pageHeightPx(paper));
  context.clip();
  drawGaps(context, paper, block, seen, pen, colour);
  drawRow(context, block, seen, pen, colour);
  context.restore();
}

function trackPen(paper, track, block, millivoltPerStep, offsetMv) {
  const pxPerBucket = (block.bucketMs / 1000) * paper.pxPerSecond;
  const firstX = xOn(track, block.startMs, paper);
  return {
    row: track.row,
    x: (bucket) => firstX + bucket * pxPerBucket,
    y: (step) => yOf(step * millivoltPerStep - offsetMv, track.row, paper),
  };
}

/** A line from sample to sample; columns where samples lie too close to be told apart. */
function drawRow(context, block, seen, pen, colour) {
  const pxPerBucket = pen.x(1) - pen.x(0);
  const dense = pxPerBucket < DENSE_PX || (block.perBucket > 1 && pxPerBucket < WIDEST_COLUMN_PX);
  if (dense) fillColumns(context, block, seen, pen, colour);
  else strokeRow(context, block, seen, pen, colour);
}

/** One column for each pixel, from the lowest to the highest, joined to the one before. */
function fillColumns(context, block, { first, last }, pen, colour) {
  const ratio = pixelRatio();
  const together = Math.max(1, Math.round(1 / ((pen.x(1) - pen.x(0)) * ratio)));
  const edge = (bucket) => Math.round(pen.x(bucket) * ratio) / ratio;
  context.fillStyle = colour.ink;
  let before = null;
  for (let i = first - (first % together); i < last; i += together) {
    const [low, high] = extremes(block, Math.max(first, i), Math.min(last, i + together));
    if (low === MISSING) {
      before = null;
      continue;
    }
    const [top, bottom] = [pen.y(high), pen.y(low)];
    const from = before ? Math.min(top, before.bottom) : top;
    const to = before ? Math.max(bottom, before.top) : bottom;
    const left = edge(i);
    context.fillRect(left, from - TRACE_PX / 2, Math.max(1 / ratio, edge(i + together) - left), to - from + TRACE_PX);
    before = { top, bottom };
  }
}

function strokeRow(context, block, { first, last }, pen, colour) {
  context.beginPath();
  let drawing = false;
  for (let i = first; i < last; i += 1) {
    const [low, high] = [block.lows[i], block.highs[i]];
    if (low === MISSING) {
      drawing = false;
      continue;
    }
    const x = pen.x(i);
    if (drawing) context.lineTo(x, pen.y(high));
    else context.moveTo(x, pen.y(high));
    if (low !== high) context.lineTo(x, pen.y(low));
    drawing = true;
  }
  context.strokeStyle = colour.ink;
  context.lineWidth = TRACE_PX;
  context.lineJoin = "bevel";
  context.stroke();
}

/** Lowest and highest of some buckets; MISSING where none of them has a sample. */
function extremes({ lows, highs }, from, to) {
  let [low, high] = [lows[from], highs[from]];
  for (let i = from + 1; i < to; i += 1) {
    if (lows[i] === MISSING) continue;
    if (low === MISSING || lows[i] < low) low = lows[i];
    if (highs[i] > high) high = highs[i];
  }
  return [low, high];
}

function drawGaps(context, paper, block, { first, last }, pen, colour) {
  for (const [a, b] of gaps(block.lows.subarray(first, last))) {
    const x = pen.x(first + a);
    const width = Math.max(1, pen.x(first + b) - x);
    const top = paper.topPx + pen.row * paper.rowPx;
    hatch(context, x, top, width, paper.rowPx, colour.gap);
    if (width > 60) label(context, "no data", x + width / 2, top + paper.rowPx / 2, colour);
  }
}

/** Slanted lines over a rectangle: a sign that does not need colour. */
export function hatch(context, x, y, width, height, stroke, step = 9) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  for (let d = Math.floor((x - height) / step) * step; d < x + width; d += step) {
    context.moveTo(d, y + height);
    context.lineTo(d + height, y);
  }
  context.strokeStyle = stroke;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}

function label(context, text, x, y, colour) {
  context.save();
  context.font = "600 12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 12;
  context.fillStyle = colour.ground;
  context.fillRect(x - width / 2, y - 10, width, 20);
  context.fillStyle = colour.words;
  context.fillText(text, x, y);
  context.restore();
}

/** Greys what is no longer fresh, with a pattern. */
export function drawStale(context, widthPx, heightPx, colour) {
  context.save();
  context.globalAlpha = 0.55;
  context.fillStyle = colour.ground;
  context.fillRect(0, 0, widthPx, heightPx);
  context.restore();
  hatch(context, 0, 0, widthPx, heightPx, colour.gap, 22);
}

/** Where the newest sample ends: a dashed upright, so that blank paper is not read as a flat line. */
export function drawEnd(context, paper, { startMs, endMs, colour }) {
  context.save();
  context.setLineDash([4, 4]);
  context.beginPath();
  for (const track of tracks(paper, startMs)) {
    if (endMs < track.fromMs || endMs >= track.toMs) continue;
    const x = xOn(track, endMs, paper);
    context.moveTo(x, paper.topPx + track.row * paper.rowPx + 3);
    context.lineTo(x, paper.topPx + (track.row + 1) * paper.rowPx - 3);
  }
  context.strokeStyle = colour.words;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}
