/** What was found, drawn on the paper: letters of beats, episodes, unread parts, button presses. */

import { xOn } from "./geometry.js";
import { hatch } from "./paper.js";

const LETTER_PX = 12;
const BEAT_FONT = "600 11px system-ui, sans-serif";
const WORD_FONT = "600 11px system-ui, sans-serif";
const PLAIN = "N";

/**
 * Everything that was found on the tracks of one lane, so that no beat is marked twice.
 * @param {import("./findings.js").Findings} findings
 */
export function drawMarks(context, paper, tracks, { findings, rateHz, colour }) {
  for (const track of tracks) {
    const top = paper.topPx + track.row * paper.rowPx;
    const strip = { track, top, bottom: top + paper.rowPx, x: (ms) => xOn(track, ms, paper) };
    context.save();
    context.beginPath();
    context.rect(track.leftPx, 0, track.widthPx, strip.bottom + 2);
    context.clip();
    drawUnread(context, strip, findings, rateHz, colour);
    drawEpisodes(context, strip, findings, colour);
    drawPresses(context, strip, findings, colour);
    if (paper.paper) drawBeats(context, strip, findings, rateHz, colour);
    context.restore();
  }
}

/** A letter above each beat; where they would touch, only those that are not plain. */
function drawBeats(context, { track, top, x }, findings, rateHz, colour) {
  const beats = findings.beatsIn(track.fromMs, track.toMs);
  const places = beats.map(([sample]) => x((sample / rateHz) * 1000));
  const closest = Math.min(...places.slice(1).map((at, i) => at - places[i]));
  context.font = BEAT_FONT;
  context.textAlign = "center";
  context.textBaseline = "top";
  beats.forEach(([, letter], i) => {
    if (letter === null || (letter === PLAIN && closest < LETTER_PX)) tick(context, places[i], top, colour.words);
    else drawLetter(context, letter, places[i], top, letter === PLAIN ? colour.words : colour.mark, colour.ground);
  });
}

function drawLetter(context, letter, x, top, fill, ground) {
  context.globalAlpha = 0.75; // A tall beat behind its letter stays to be seen.
  context.fillStyle = ground;
  context.fillRect(x - 6, top + 1, 12, 12);
  context.globalAlpha = 1;
  context.fillStyle = fill;
  context.fillText(letter, x, top + 2);
  if (letter === PLAIN) return;
  context.fillRect(x - 5, top + 14, 10, 2); // Beside its colour a sign.
}

function tick(context, x, top, stroke) {
  context.strokeStyle = stroke;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, top + 4);
  context.lineTo(x, top + 9);
  context.stroke();
}

function drawUnread(context, { bottom, x }, findings, rateHz, colour) {
  for (const [first, end] of findings.found.rejected) {
    const [left, right] = [x((first / rateHz) * 1000), x((end / rateHz) * 1000)];
    hatch(context, left, bottom - 9, right - left, 7, colour.gap, 4);
    if (right - left > 90) words(context, "not read", (left + right) / 2, bottom - 6, colour, "center");
  }
}

function drawEpisodes(context, { track, bottom, x }, findings, colour) {
  for (const { name, start_ms: from, end_ms: to } of findings.episodesIn(track.fromMs, track.toMs)) {
    const [left, right] = [x(Math.max(from, track.fromMs)), Math.max(x(Math.min(to, track.toMs)), x(from) + 4)];
    context.fillStyle = colour.mark;
    context.fillRect(left, bottom - 4, right - left, 3);
    if (from >= track.fromMs) context.fillRect(left, bottom - 12, 2, 10);
    if (to <= track.toMs) context.fillRect(right - 2, bottom - 12, 2, 10);
    words(context, name, Math.max(left, track.leftPx) + 4, bottom - 12, colour, "left", colour.mark);
  }
}

function drawPresses(context, { track, top, bottom, x }, findings, colour) {
  for (const ms of findings.whole?.events ?? []) {
    if (ms < track.fromMs || ms >= track.toMs) continue;
    context.save();
    context.setLineDash([2, 3]);
    context.strokeStyle = colour.window;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x(ms), top + 14);
    context.lineTo(x(ms), bottom - 14);
    context.stroke();
    context.restore();
    words(context, "patient's button", x(ms) + 4, bottom - 24, colour, "left", colour.window);
  }
}

/** Words on a patch of ground, so that neither grid nor trace crosses them. */
function words(context, text, x, y, colour, align, fill = colour.words) {
  context.font = WORD_FONT;
  context.textAlign = align;
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 6;
  context.fillStyle = colour.ground;
  context.fillRect(align === "center" ? x - width / 2 : x - 2, y - 7, width, 13);
  context.fillStyle = fill;
  context.fillText(text, align === "center" ? x : x + 1, y);
}
