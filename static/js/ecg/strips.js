/** Each strip of the page in words, and the whole recording in a sentence. No page, no drawing. */

import { gaps } from "./geometry.js";
import { spanText } from "./words.js";

const FEWEST_BEATS = 4;
const CLASSES = { N: "N", V: "ventricular", P: "paced", Q: "not classified" };
const GRADES = { g: "good", p: "poor", n: "noise", b: "no beats found", s: "no signal" };

/**
 * One strip: when, which leads, rate, beats, quality, episodes, gaps.
 * @param {{from: string, to: string, leads: string[], beats: Array<[number, ?string]>,
 *   rateHz: number, read: boolean, rejectedMs: number, grades: string, episodes: string[],
 *   gapMs: number}} strip
 */
export function stripLine({ from, to, leads, beats, rateHz, read, rejectedMs, grades, episodes, gapMs }) {
  const parts = [leads.length === 1 ? `lead ${leads[0]}` : leads.length ? `leads ${leads.join(", ")}` : "one lead"];
  if (beats.length) parts.push(beatsText(beats), rateText(beats, rateHz, rejectedMs));
  else parts.push(read ? "no beat claimed" : "beats not read");
  if (rejectedMs > 0) parts.push(`${spanText(rejectedMs / 1000)} could not be read`);
  if (grades) parts.push(`signal ${gradesText(grades)}`);
  if (gapMs > 0) parts.push(`${spanText(gapMs / 1000)} without data`);
  parts.push(episodes.length ? episodes.join(", ") : "no episode listed");
  return `${from} to ${to}: ${parts.filter(Boolean).join("; ")}.`;
}

/** "12 beats: 10 N, 2 ventricular"; a class is named only where beats were classified. */
export function beatsText(beats) {
  const counts = new Map();
  for (const [, letter] of beats) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const count = `${beats.length} beat${beats.length > 1 ? "s" : ""}`;
  if (counts.has(null)) return count;
  return `${count}: ${[...counts].map(([letter, n]) => `${n} ${CLASSES[letter] ?? letter}`).join(", ")}`;
}

/** The mean rate, where nothing unread lies between the beats. */
function rateText(beats, rateHz, rejectedMs) {
  if (beats.length < FEWEST_BEATS || rejectedMs > 0) return "";
  const seconds = (beats.at(-1)[0] - beats[0][0]) / rateHz;
  return `mean ${Math.round((60 * (beats.length - 1)) / seconds)} per minute`;
}

function gradesText(grades) {
  return [...new Set(grades)].map((letter) => GRADES[letter] ?? "not graded").join(" and ");
}

/** Milliseconds without samples. */
export function gapMs(seen) {
  return seen ? gaps(seen.lows).reduce((sum, [a, b]) => sum + (b - a) * seen.bucketMs, 0) : 0;
}

/** "Episode 3 of 12: pause, 10:23:04, 2.4 s". */
export function episodeText(episode, index, count, clock) {
  const detail = episode.words ? `, ${episode.words}` : "";
  return `Episode ${index + 1} of ${count}: ${episode.name}, ${clock}${detail}`;
}

/**
 * The lanes above the paper in a sentence.
 * @param {?import("./findings.js").Whole} whole
 */
export function wholeText(whole) {
  if (!whole) return "";
  const rates = whole.rate_by_minute.values.filter((rate) => rate !== null);
  const words = [];
  if (rates.length) words.push(`rate of the minutes ${Math.round(Math.min(...rates))} to ${Math.round(Math.max(...rates))} per minute`);
  const { grades } = whole.quality;
  if (grades) {
    const read = [...grades].filter((letter) => letter === "g" || letter === "p").length;
    words.push(`signal readable in ${Math.floor((100 * read) / grades.length)} % of the time`);
  }
  const episodes = whole.episodes.length + whole.episodes_left_out;
  words.push(episodes ? `${episodes} episode${episodes > 1 ? "s" : ""}` : "no episode listed");
  if (whole.events.length) words.push(`patient's button pressed ${whole.events.length} times`);
  const falls = whole.motion?.falls?.length ?? 0;
  if (falls) words.push(`${falls} possible fall${falls > 1 ? "s" : ""}`);
  words.push(whole.motion ? "motion recorded" : "no motion recorded");
  return `Whole recording: ${words.join("; ")}. The tables below hold the numbers.`;
}
