/** The whole recording in lanes on one time axis: trace, rate, episodes, quality, motion, clock. */

import { MISSING, gaps } from "./geometry.js";
import { hatch } from "./paper.js";
import { clockAt } from "./words.js";

const FONT = "11px system-ui, sans-serif";
const TICK_STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880];
const TICK_PX = 64;
const RATE_ROOM = 10;
const HEIGHTS = { trace: 30, rate: 46, marks: 14, quality: 10, motion: 20, axis: 15 };
const ALWAYS = ["trace", "axis"];
const UNREAD = { n: 3, b: 3, s: 3, p: 6 }; // Step of the hatching: noise is denser than poor signal.
const LABELS = { rate: "rate", marks: "episodes", quality: "quality", motion: "motion" };

/**
 * The lanes that this recording has, with their heights from the top.
 *
 * @param {?import("./findings.js").Whole} whole
 * @param {string[]} expected the lanes that keep their place until `whole` is there
 */
export function laneLayout(whole, expected = []) {
  const has = whole ? lanesOf(whole) : expected;
  const lanes = {};
  let top = 0;
  for (const [name, height] of Object.entries(HEIGHTS)) {
    if (!ALWAYS.includes(name) && !has.includes(name)) continue;
    lanes[name] = { top, height };
    top += height;
  }
  return { lanes, heightPx: top };
}

function lanesOf({ rate_by_minute: rate, episodes, events, quality, motion }) {
  const has = {
    rate: rate.values.some((each) => each !== null),
    marks: episodes.length > 0 || events.length > 0,
    quality: quality.grades !== "",
    motion: motion !== null,
  };
  return Object.keys(has).filter((name) => has[name]);
}

/**
 * @param {{outline: ?import("./feed.js").Block, whole: ?import("./findings.js").Whole,
 *   lengthMs: number, widthPx: number, startedMs: number, zoneMinutes: number}} told
 */
export function drawLanes(context, { lanes }, told, colour) {
  const x = (ms) => (ms / told.lengthMs) * told.widthPx;
  const draw = { trace: drawOutline, rate: drawRate, marks: drawMarksLane, quality: drawQuality, motion: drawMotion, axis: drawAxis };
  for (const [name, lane] of Object.entries(lanes)) {
    if (!told.whole && !ALWAYS.includes(name)) continue;
    context.save();
    draw[name](context, lane, told, x, colour);
    context.restore();
  }
}

/** The names of the lanes, beside the mark of the page and whatever else stands in a lane. */
export function drawLabels(context, { lanes }, told, [left, size], colour) {
  if (told.widthPx <= 600 || !told.whole) return;
  context.font = FONT;
  context.textAlign = "left";
  context.textBaseline = "top";
  const x = (ms) => (ms / told.lengthMs) * told.widthPx;
  for (const [name, { top }] of Object.entries(lanes)) {
    if (!LABELS[name]) continue;
    const room = context.measureText(LABELS[name]).width + 5;
    const page = size < room ? [[left, left + size]] : [[left, left + 3], [left + size - 3, left + size]];
    const taken = name === "marks" ? [...page, ...marked(told.whole, x)] : page;
    const at = freePlace(taken, room, told.widthPx);
    context.fillStyle = colour.ground;
    context.globalAlpha = 0.8;
    context.fillRect(at, top + 1, room, 11);
    context.globalAlpha = 1;
    context.fillStyle = colour.words;
    context.fillText(LABELS[name], at + 2, top);
  }
}

function marked({ episodes, events }, x) {
  const spans = episodes.map(({ start_ms: from, end_ms: to }) => [x(from), Math.max(x(from) + 2, x(to))]);
  return [...spans, ...events.map((ms) => [x(ms) - 5, x(ms) + 5])];
}

/** Where from the left `room` pixels stand free of the spans that are taken; at the left if nowhere. */
export function freePlace(taken, room, widthPx) {
  let at = 1;
  for (const [from, to] of [...taken].sort(([a], [b]) => a - b)) {
    if (from < at + room && to > at) at = to + 2;
  }
  return at + room > widthPx ? 1 : at;
}

function drawOutline(context, { top, height }, { outline }, x, colour) {
  if (!outline) return;
  const { lows, highs, startMs, bucketMs } = outline;
  const [low, high] = range(lows, highs);
  const at = (i) => x(startMs + i * bucketMs);
  const y = (step) => top + 2 + ((high - step) / (high - low)) * (height - 4);
  for (const [a, b] of gaps(lows)) hatch(context, at(a), top, at(b) - at(a), height, colour.gap, 5);
  context.beginPath();
  for (let i = 0; i < lows.length; i += 1) {
    if (lows[i] === MISSING) continue;
    context.moveTo(at(i), y(lows[i]) + 0.5);
    context.lineTo(at(i), y(highs[i]) - 0.5);
  }
  context.strokeStyle = colour.words;
  context.lineWidth = Math.min(Math.max(1, at(1) - at(0)), 1.5);
  context.stroke();
}

/** Lowest and highest of what is there, never equal. */
function range(lows, highs) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < lows.length; i += 1) {
    if (lows[i] === MISSING) continue;
    low = Math.min(low, lows[i]);
    high = Math.max(high, highs[i]);
  }
  if (low === Infinity) return [-1, 1];
  return low === high ? [low - 1, high + 1] : [low, high];
}

/** The ends of the rate's axis, in tens and at least 40 apart. */
export function rateRange(values) {
  const known = values.filter((rate) => rate !== null);
  const low = Math.floor((Math.min(...known) - RATE_ROOM / 2) / 10) * 10;
  const high = Math.ceil((Math.max(...known) + RATE_ROOM / 2) / 10) * 10;
  return [Math.max(0, low), Math.max(high, Math.max(0, low) + 40)];
}

function drawRate(context, { top, height }, { whole, widthPx }, x, colour) {
  const { values, step_ms: stepMs } = whole.rate_by_minute;
  const [low, high] = rateRange(values);
  const y = (rate) => top + 3 + ((high - rate) / (high - low)) * (height - 6);
  line(context, 0, top + 0.5, widthPx, top + 0.5, colour.fine);
  context.beginPath();
  values.forEach((rate, i) => {
    if (rate === null) return;
    context.moveTo(x(i * stepMs), y(rate));
    context.lineTo(x((i + 1) * stepMs), y(rate));
    if (values[i + 1] !== undefined && values[i + 1] !== null) context.lineTo(x((i + 1) * stepMs), y(values[i + 1]));
  });
  context.strokeStyle = colour.ink;
  context.lineWidth = 1.4;
  context.stroke();
  context.font = FONT;
  context.textAlign = "right";
  context.fillStyle = colour.words;
  context.textBaseline = "top";
  context.fillText(`${high} /min`, widthPx - 3, top + 2);
  context.textBaseline = "bottom";
  context.fillText(`${low}`, widthPx - 3, top + height - 1);
}

function drawMarksLane(context, { top, height }, { whole, widthPx }, x, colour) {
  line(context, 0, top + 0.5, widthPx, top + 0.5, colour.fine);
  context.fillStyle = colour.mark;
  for (const { start_ms: from, end_ms: to } of whole.episodes) {
    context.fillRect(x(from), top + 3, Math.max(2, x(to) - x(from)), height - 5);
  }
  context.fillStyle = colour.window;
  for (const ms of whole.events) {
    context.beginPath();
    context.moveTo(x(ms) - 5, top + 1);
    context.lineTo(x(ms) + 5, top + 1);
    context.lineTo(x(ms), top + height - 2);
    context.fill();
  }
}

function drawQuality(context, { top, height }, { whole }, x, colour) {
  const { grades, step_ms: stepMs } = whole.quality;
  for (const [letter, a, b] of runs(grades)) {
    const [left, width] = [x(a * stepMs), Math.max(1, x((b - a) * stepMs))];
    if (letter === "g") {
      context.fillStyle = colour.fine;
      context.fillRect(left, top + height / 2 - 1, width, 2);
    } else if (UNREAD[letter]) hatch(context, left, top + 1, width, height - 2, colour.words, UNREAD[letter]);
  }
}

/** Runs of one letter: the letter, its first place and the place after its last. */
export function runs(letters) {
  const found = [];
  for (let at = 0; at < letters.length; ) {
    let end = at + 1;
    while (letters[end] === letters[at]) end += 1;
    found.push([letters[at], at, end]);
    at = end;
  }
  return found;
}

function drawMotion(context, { top, height }, { whole }, x, colour) {
  const { values, step_ms: stepMs, start_ms: startMs } = whole.motion;
  const most = Math.max(...values.map((value) => value ?? 0)) || 1;
  context.fillStyle = colour.gap;
  values.forEach((value, i) => {
    if (!value) return;
    const size = (value / most) * (height - 3);
    context.fillRect(x(startMs + i * stepMs), top + height - size, Math.max(1, x(stepMs) - 0.2), size);
  });
  context.fillStyle = colour.mark;
  for (const ms of whole.motion.falls ?? []) {
    context.beginPath();
    context.moveTo(x(ms), top + height - 1);
    context.lineTo(x(ms) - 5, top + height - 9);
    context.lineTo(x(ms), top + 2);
    context.lineTo(x(ms) + 5, top + height - 9);
    context.fill();
  }
}

/** Minutes between two clocks of the axis, so that they do not touch. */
export function tickMinutes(lengthMs, widthPx) {
  const wanted = (lengthMs / 60_000 / widthPx) * TICK_PX;
  return TICK_STEPS_MIN.find((step) => step >= wanted) ?? TICK_STEPS_MIN.at(-1);
}

function drawAxis(context, { top, height }, { lengthMs, widthPx, startedMs, zoneMinutes }, x, colour) {
  const stepMs = tickMinutes(lengthMs, widthPx) * 60_000;
  const local = startedMs + zoneMinutes * 60_000;
  line(context, 0, top + 0.5, widthPx, top + 0.5, colour.gap);
  context.font = FONT;
  context.textBaseline = "bottom";
  context.fillStyle = colour.words;
  for (let ms = Math.ceil(local / stepMs) * stepMs - local; ms < lengthMs; ms += stepMs) {
    line(context, x(ms), top, x(ms), top + height, colour.gap);
    const text = clockAt(startedMs + ms, zoneMinutes).slice(0, 5);
    if (x(ms) + 36 < widthPx) context.fillText(text, x(ms) + 3, top + height);
  }
}

function line(context, fromX, fromY, toX, toY, stroke) {
  context.strokeStyle = stroke;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}
