/** The trace in words: clocks, spans, what is shown, how fresh it is. No page, no drawing. */

import { agoWords } from "../ago.js";
import { MISSING, gaps } from "./geometry.js";

export const GONE_S = 60;
const DAY_MS = 86_400_000;
const GRACE_S = 2;
const COUNTED_S = 600;
const DEFAULT_CHUNK_S = 10;

/**
 * Minutes east of Greenwich.
 * @param {string} text "+0100" or "+01:00"
 */
export function offsetMinutes(text) {
  const found = /^([+-])(\d\d):?(\d\d)$/.exec(text ?? "");
  if (!found) return 0;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return found[1] === "-" ? -minutes : minutes;
}

/** "+01:00" for 60. */
export function offsetText(minutes) {
  const size = Math.abs(minutes);
  const pad = (n) => String(n).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** "HH:MM:SS" in the facility's zone, whatever the browser's is. */
export function clockAt(epochMs, zoneMinutes) {
  return new Date(epochMs + zoneMinutes * 60_000).toISOString().slice(11, 19);
}

/**
 * Milliseconds from the first sample to a clock of the facility that somebody typed: of the days
 * that the recording has, the one nearest to what is shown.
 * @returns {?number} null where the text is no clock
 */
export function momentOfClock(text, startedMs, zoneMinutes, shownMs, lengthMs) {
  const found = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim());
  if (!found) return null;
  const wanted = (Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3] ?? 0)) * 1000;
  const first = (((wanted - ((startedMs + zoneMinutes * 60_000) % DAY_MS)) % DAY_MS) + DAY_MS) % DAY_MS;
  const days = Math.max(0, Math.floor((lengthMs - first) / DAY_MS));
  const day = Math.min(days, Math.max(0, Math.round((shownMs - first) / DAY_MS)));
  return first + day * DAY_MS;
}

/** "30 s", "2 min 5 s", "1 h 3 min". */
export function spanText(seconds) {
  const whole = Math.round(seconds);
  if (seconds < 10 && seconds % 1 !== 0) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  const [big, small, bigUnit, smallUnit] =
    whole < 3600
      ? [Math.floor(whole / 60), whole % 60, "min", "s"]
      : [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), "h", "min"];
  return small ? `${big} ${bigUnit} ${small} ${smallUnit}` : `${big} ${bigUnit}`;
}

/**
 * How far a running recording can be trusted.
 * @param {?number} ageS seconds since its last sample, by the server's clock
 * @param {number} chunkS seconds that one upload holds
 * @returns {"closed"|"fresh"|"stale"|"gone"} stale: two uploads are missing; gone: 60 s without
 */
export function freshness(ageS, chunkS, closed) {
  if (closed) return "closed";
  if (ageS === null || ageS > GONE_S) return "gone";
  return ageS > 2 * (chunkS || DEFAULT_CHUNK_S) + GRACE_S ? "stale" : "fresh";
}

/** "last sample 10:23:45, 3 s ago". */
export function freshText(lastEpochMs, ageS, zoneMinutes) {
  if (lastEpochMs === null) return "no sample yet";
  const age = Math.max(0, ageS);
  const words = age < COUNTED_S ? `${Math.floor(age)} s ago` : agoWords(age);
  return `last sample ${clockAt(lastEpochMs, zoneMinutes)}, ${words}`;
}

/** What stands under the paper. */
export function paperText({ speed, gain, filter, paper, shifts = [], leaves, zoneMinutes }) {
  const scale = paper.paper
    ? `${speed} mm/s, ${gain} mm/mV`
    : `${spanText(paper.rowSeconds)} in a row, without ECG paper`;
  const words = [scale, `filter: ${filter}`];
  for (const [name, offsetMv] of shifts) {
    words.push(`${name ? `${name} ` : ""}shifted by ${(-offsetMv).toFixed(1).replace("-", "−")} mV`);
  }
  if (leaves) words.push("part of the trace leaves the paper: lower the gain");
  words.push(paper.toScale ? "to scale on this screen" : "not to scale");
  words.push(`times ${offsetText(zoneMinutes)}`);
  return words.join(" · ");
}

/**
 * The strip for those who cannot see it.
 * @param {{lows: Int16Array, highs: Int16Array, bucketMs: number}} seen
 */
export function stripText({ from, to, span, length, lead, seen, strips = [], millivoltPerStep, fresh }) {
  const words = [`Shown: ${from} to ${to}, ${span} of ${length}`];
  if (lead) words.push(`lead ${lead}`);
  const holes = gaps(seen.lows);
  const lost = holes.reduce((sum, [a, b]) => sum + (b - a) * seen.bucketMs, 0) / 1000;
  words.push(holes.length ? `${holes.length} gap${holes.length > 1 ? "s" : ""}, ${spanText(lost)} without data` : "no gap");
  const size = peakToPeak(seen) * millivoltPerStep;
  if (size > 0) words.push(`lowest to highest ${size.toFixed(1)} mV`);
  const each = strips.length ? ` ${strips.join(" ")}` : "";
  return `${words.join("; ")}.${each} ${fresh}. The rate and the rhythm stand under Computer reading.`;
}

function peakToPeak({ lows, highs }) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < lows.length; i += 1) {
    if (lows[i] === MISSING) continue;
    low = Math.min(low, lows[i]);
    high = Math.max(high, highs[i]);
  }
  return high > low ? high - low : 0;
}

/** The computed numbers as they are printed; a missing one is a dash, never a zero. */
export function readingTexts(analysis) {
  const dash = "–";
  if (!analysis || analysis.not_analysable) {
    return { rate: dash, regular: dash, pauses: dash, share: dash, quality: dash };
  }
  const known = (value) => value !== null && value !== undefined;
  const longest = analysis.longest_pause_s ? `, longest ${analysis.longest_pause_s} s` : "";
  return {
    rate: known(analysis.rate_low) ? `${analysis.rate_low}–${analysis.rate_high}` : dash,
    regular: known(analysis.regular) ? (analysis.regular ? "regular" : "irregular") : dash,
    pauses: known(analysis.pauses) ? `${analysis.pauses}${longest}` : dash,
    share: known(analysis.share_analysable) ? `${Math.floor(analysis.share_analysable * 100)} %` : dash,
    quality: analysis.quality ?? dash,
  };
}
