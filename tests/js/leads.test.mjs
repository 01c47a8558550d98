/** Which lead stands where on the paper. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { fetchable } from "./samples.mjs";
import { splitChannels } from "../../static/js/ecg/feed.js";
import { MISSING, layout, millivoltAt, momentAt, pageMs, trackAt, tracks, xOn, yOf } from "../../static/js/ecg/geometry.js";
import { STANDARD, arrange, choices, fitting, leadName, spans } from "../../static/js/ecg/leads.js";

const WIDE = { widthPx: 1300, heightPx: 500, rowSeconds: null, speedMmPerS: 25, gainMmPerMv: 10 };
const page = (arrangement) => layout({ ...WIDE, arrangement });

test("a lead is known however a device spells it", () => {
  for (const [recorded, name] of [["ii", "II"], ["AVR", "aVR"], ["MDC_ECG_LEAD_V1", "V1"], ["ECG I", "I"], ["Lead aVF", "aVF"], ["MLII", "MLII"]]) {
    assert.equal(leadName(recorded), name);
  }
});

test("what opens first is what such a recording is read in", () => {
  assert.deepEqual(choices(["II"]), ["one"]);
  assert.equal(choices(["I", "II", "V5"])[0], "all");
  assert.equal(choices(STANDARD)[0], "3x4");
  assert.equal(choices(["a", "b", "c", "d"])[0], "one");
});

test("three by four reads downwards: I, II, III, then aVR", () => {
  const found = tracks(page(arrange("3x4", STANDARD, 0)), 0);
  assert.deepEqual(found.filter((track) => track.leftPx < 100 && track.lane < 3).map((track) => track.name), ["I", "II", "III"]);
  assert.deepEqual(found.filter((track) => track.lane === 0).map((track) => track.name), ["I", "aVR", "V1", "V4"]);
});

test("each column of three by four shows its own two and a half seconds, the rhythm strip all ten", () => {
  const found = tracks(page(arrange("3x4", STANDARD, 0)), 5000);
  const of = (name, lane) => found.find((track) => track.name === name && track.lane === lane);
  assert.deepEqual([of("V1", 0).fromMs, of("V1", 0).toMs], [10_000, 12_500]);
  assert.deepEqual([of("II", 3).fromMs, of("II", 3).toMs], [5000, 15_000]);
});

test("six by two has no lead twice", () => {
  const names = arrange("6x2", STANDARD, 0).cells.map((cell) => cell.name);
  assert.deepEqual(names, STANDARD);
});

test("a lead that was not recorded keeps its place and has no channel", () => {
  const eight = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"];
  const cells = arrange("3x4", eight, 0).cells;
  assert.equal(cells.find((cell) => cell.name === "aVR").channel, null);
  assert.equal(cells.find((cell) => cell.name === "V1").channel, 2);
});

test("leads under each other stand in their usual order, others after them", () => {
  assert.deepEqual(arrange("all", ["resp", "V5", "II", "I"], 0).cells.map((cell) => cell.channel), [3, 2, 1, 0]);
});

test("a page of several leads is as long as one row, and repeats downwards", () => {
  const paper = layout({ ...WIDE, heightPx: 900, arrangement: arrange("all", ["I", "II"], 0) });
  assert.equal(pageMs(paper), paper.systems * 10_000);
  assert.equal(paper.rows, paper.systems * 2);
});

test("on a narrow screen a grid gives way to rows that can be read", () => {
  const grid = arrange("3x4", STANDARD, 0);
  assert.equal(fitting(grid, STANDARD, 4).id, "all");
  assert.equal(fitting(grid, STANDARD, 10).id, "3x4");
  assert.equal(fitting(grid, STANDARD, 600).id, "all");
});

test("only what is shown of a lead is asked for", () => {
  const wanted = spans(arrange("3x4", STANDARD, 0), 0, 10_000);
  assert.equal(wanted.length, 5);
  assert.deepEqual(wanted[1], { key: "0.25 0.5", fromMs: 2500, toMs: 5000, channels: [3, 4, 5] });
  assert.equal(fetchable(wanted, 500) < 100_000, true);
});

test("the point under a moment leads back to it, in every column", () => {
  const paper = page(arrange("3x4", STANDARD, 0));
  for (const track of tracks(paper, 7000)) {
    const ms = track.fromMs + 1234;
    const [x, y] = [xOn(track, ms, paper), yOf(0.3, track.row, paper)];
    assert.equal(trackAt(x, y, 7000, paper).name, track.name);
    assert.ok(Math.abs(momentAt(x, y, 7000, paper) - ms) < 1e-6);
    assert.ok(Math.abs(millivoltAt(y, track.row, paper) - 0.3) < 1e-9);
  }
});

test("the answer for several channels is split in the order asked", () => {
  const bytes = Int16Array.of(1, 2, MISSING, 30, 40, 50).buffer;
  const found = splitChannels(bytes, [2, 0], 1);
  assert.deepEqual([...found.get(2).lows], [1, 2, MISSING]);
  assert.deepEqual([...found.get(0).highs], [30, 40, 50]);
});

test("pairs of several channels stay pairs", () => {
  const found = splitChannels(Int16Array.of(-1, 1, -2, 2).buffer, [0, 1], 2);
  assert.deepEqual([...found.get(1).lows, ...found.get(1).highs], [-2, 2]);
});
