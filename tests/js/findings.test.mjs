/** What was found: episodes to jump to, strips in words, lanes, calipers. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Calipers, caliperText, caliperWords } from "../../static/js/ecg/calipers.js";
import { nextEpisode } from "../../static/js/ecg/findings.js";
import { layout, tracks, xOn, yOf } from "../../static/js/ecg/geometry.js";
import { freePlace, laneLayout, rateRange, runs, tickMinutes } from "../../static/js/ecg/lanes.js";
import { beatsText, episodeText, stripLine, wholeText } from "../../static/js/ecg/strips.js";
import { momentOfClock } from "../../static/js/ecg/words.js";

const EPISODES = [10_000, 20_000, 30_000].map((start_ms) => ({ start_ms }));
const STRIP = {
  from: "10:00:00", to: "10:00:10", leads: ["II"], rateHz: 100, read: true, rejectedMs: 0, grades: "g",
  beats: [[0, "N"], [100, "N"], [150, "V"], [300, "N"]], episodes: [], gapMs: 0,
};
const WHOLE = {
  rate_by_minute: { step_ms: 60_000, values: [60, null, 93.6] }, quality: { step_ms: 10_000, grades: "ggpn" },
  episodes: [{}], episodes_left_out: 0, events: [5], motion: null,
};
const PAPER = layout({ widthPx: 1300, heightPx: 500, rowSeconds: null, speedMmPerS: 25, gainMmPerMv: 10 });

test("the next episode begins after the page does, the previous one before", () => {
  assert.equal(nextEpisode(EPISODES, null, 15_000, 1), 1);
  assert.equal(nextEpisode(EPISODES, null, 15_000, -1), 0);
});

test("from an episode one goes to its neighbours, also when they begin together", () => {
  assert.equal(nextEpisode(EPISODES, 1, 0, 1), 2);
  assert.equal(nextEpisode(EPISODES, 1, 0, -1), 0);
});

test("beyond the last and the first there is none", () => {
  assert.equal(nextEpisode(EPISODES, 2, 0, 1), -1);
  assert.equal(nextEpisode(EPISODES, 0, 0, -1), -1);
  assert.equal(nextEpisode([], null, 0, 1), -1);
});

test("a strip in words says when, which lead, beats, rate, signal and episodes", () => {
  assert.equal(
    stripLine(STRIP),
    "10:00:00 to 10:00:10: lead II; 4 beats: 3 N, 1 ventricular; mean 60 per minute; signal good; no episode listed.",
  );
});

test("beats that were not classified are only counted", () => {
  assert.equal(beatsText([[1, null], [2, null]]), "2 beats");
});

test("no rate is said across time that could not be read", () => {
  assert.doesNotMatch(stripLine({ ...STRIP, rejectedMs: 2000 }), /per minute/);
  assert.match(stripLine({ ...STRIP, rejectedMs: 2000 }), /2 s could not be read/);
});

test("a strip that was not read is not one without beats", () => {
  assert.match(stripLine({ ...STRIP, beats: [], read: false }), /beats not read/);
  assert.match(stripLine({ ...STRIP, beats: [] }), /no beat claimed/);
});

test("no word that was not earned is said of a strip", () => {
  assert.doesNotMatch(stripLine(STRIP) + wholeText(WHOLE), /sinus|normal|healthy/i);
});

test("the whole in words has the range of the rate and the share that was read", () => {
  assert.match(wholeText(WHOLE), /60 to 94 per minute; signal readable in 75 %.*1 episodes?; patient's button pressed 1/);
  assert.equal(wholeText(null), "");
});

test("an episode is told with its number, time and details", () => {
  assert.equal(episodeText({ name: "pause", words: "2.4 s" }, 2, 12, "10:23:04"), "Episode 3 of 12: pause, 10:23:04, 2.4 s");
});

test("a recording that was not read has a trace and a clock only", () => {
  assert.deepEqual(Object.keys(laneLayout(null).lanes), ["trace", "axis"]);
  assert.deepEqual(laneLayout(null, ["rate", "marks", "quality"]), laneLayout(WHOLE, []));
  assert.deepEqual(Object.keys(laneLayout(WHOLE).lanes), ["trace", "rate", "marks", "quality", "axis"]);
});

test("the name of a lane stands where nothing else does", () => {
  assert.equal(freePlace([], 50, 1000), 1);
  assert.equal(freePlace([[0, 4]], 50, 1000), 6);
  assert.equal(freePlace([[90, 95], [0, 4], [40, 60]], 50, 1000), 97);
  assert.equal(freePlace([[60, 80]], 50, 1000), 1);
  assert.equal(freePlace([[0, 990]], 50, 1000), 1);
});

test("the rate's axis ends in tens and is never flat", () => {
  assert.deepEqual(rateRange([60, null, 60]), [50, 90]);
  assert.deepEqual(rateRange([2, 180]), [0, 190]);
});

test("runs hold each letter once", () => {
  assert.deepEqual(runs("ggnp"), [["g", 0, 2], ["n", 2, 3], ["p", 3, 4]]);
  assert.deepEqual(runs(""), []);
});

test("clocks of the axis do not touch", () => {
  assert.equal(tickMinutes(24 * 3_600_000, 1300), 120);
  assert.ok((tickMinutes(14 * 24 * 3_600_000, 330) * 60_000 * 330) / (14 * 24 * 3_600_000) >= 30);
});

test("calipers tell interval, rate and amplitude", () => {
  assert.equal(caliperText({ ms: 812.4, mv: -1.25 }), "812 ms, 74 /min · −1.25 mV");
  assert.equal(caliperText({ ms: 80, mv: 0 }), "80 ms · +0.00 mV");
});

test("a drag measures what lies between its ends", () => {
  const calipers = new Calipers(4);
  calipers.toggle(0, PAPER);
  const [track] = tracks(PAPER, 0);
  const at = (ms, mv) => [xOn(track, ms, PAPER), yOf(mv, 0, PAPER), 0, PAPER];
  assert.equal(calipers.press(...at(6000, 0)), true);
  calipers.drag(...at(6800, 1.5));
  calipers.release();
  assert.ok(Math.abs(calipers.reading.ms - 800) < 1e-6);
  assert.ok(Math.abs(calipers.reading.mv - 1.5) < 0.011);
});

test("keys move the leg by one sample, with Shift by ten, and take the other leg", () => {
  const calipers = new Calipers(4);
  calipers.toggle(0, PAPER);
  const before = calipers.reading.ms;
  calipers.key("ArrowRight", false);
  assert.ok(Math.abs(calipers.reading.ms - before - 4) < 1e-9);
  calipers.key(" ", false);
  calipers.key("ArrowRight", true);
  assert.ok(Math.abs(calipers.reading.ms - before + 36) < 1e-9);
  calipers.key("ArrowUp", true);
  assert.ok(Math.abs(calipers.reading.mv - 0.9) < 1e-9);
});

test("calipers that are put away take neither keys nor the pointer", () => {
  const calipers = new Calipers(4);
  assert.equal(calipers.key("ArrowRight", false), false);
  assert.equal(calipers.press(100, 100, 0, PAPER), false);
  calipers.toggle(0, PAPER);
  assert.equal(calipers.key("Escape", false), true);
  assert.equal(calipers.reading, null);
});

test("the calipers in words say which lead and which keys", () => {
  assert.match(caliperWords({ ms: 800, mv: 1, lead: "V5", active: 2 }), /800 ms, 75 \/min · \+1\.00 mV, lead V5.*Leg 2.*Space/);
});

test("a clock is the one of the day that is nearest to what is shown", () => {
  const started = Date.UTC(2026, 10, 19, 21, 0, 0);
  const day = 86_400_000;
  assert.equal(momentOfClock("22:30", started, 0, 0, 3 * day), 5_400_000);
  assert.equal(momentOfClock("22:30:00", started, 0, 2 * day, 3 * day), 2 * day + 5_400_000);
  assert.equal(momentOfClock("20:00", started, 60, 0, day), 79_200_000);
  assert.equal(momentOfClock("noon", started, 0, 0, day), null);
});
