/** The trace in words, and when it stops being fresh. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { agoWords } from "../../static/js/ago.js";
import { slice, splitPairs } from "../../static/js/ecg/feed.js";
import { MISSING, layout } from "../../static/js/ecg/geometry.js";
import * as words from "../../static/js/ecg/words.js";

const PAPER = layout({ widthPx: 1300, heightPx: 500, rowSeconds: null, speedMmPerS: 25, gainMmPerMv: 10 });

test("a recording is stale after two missed chunks and gone after a minute", () => {
  assert.equal(words.freshness(9, 10, false), "fresh");
  assert.equal(words.freshness(21, 10, false), "fresh");
  assert.equal(words.freshness(23, 10, false), "stale");
  assert.equal(words.freshness(61, 10, false), "gone");
});

test("a recording without a sample is gone, not fresh", () => {
  assert.equal(words.freshness(null, 10, false), "gone");
});

test("an ended recording is neither fresh nor stale", () => {
  assert.equal(words.freshness(10_000, 10, true), "closed");
});

test("clocks are those of the facility's zone", () => {
  const noon = Date.UTC(2026, 10, 22, 12, 0, 5);
  assert.equal(words.clockAt(noon, words.offsetMinutes("+0100")), "13:00:05");
  assert.equal(words.clockAt(noon, words.offsetMinutes("-03:30")), "08:30:05");
});

test("offsets are printed with their sign", () => {
  assert.equal(words.offsetText(60), "+01:00");
  assert.equal(words.offsetText(-210), "-03:30");
  assert.equal(words.offsetText(words.offsetMinutes("nonsense")), "+00:00");
});

test("the freshness is said with clock and age", () => {
  assert.equal(words.freshText(Date.UTC(2026, 10, 22, 9, 23, 45), 3.2, 60), "last sample 10:23:45, 3 s ago");
  assert.equal(words.freshText(null, 0, 60), "no sample yet");
});

test("ages use their largest whole unit and tell a clock that is ahead", () => {
  assert.equal(agoWords(59), "59 s ago");
  assert.equal(agoWords(3599), "59 min ago");
  assert.equal(agoWords(90_000), "1 d ago");
  assert.equal(agoWords(2679 * 86_400), "7 y ago");
  assert.equal(agoWords(-5), "5 s ahead");
});

test("a reading that is missing is a dash, never a zero", () => {
  for (const nothing of [null, undefined, { not_analysable: "flat" }]) {
    assert.deepEqual(new Set(Object.values(words.readingTexts(nothing))), new Set(["–"]));
  }
});

test("zero pauses is a finding, no pause count is a dash", () => {
  assert.equal(words.readingTexts({ pauses: 0 }).pauses, "0");
  assert.equal(words.readingTexts({ pauses: null }).pauses, "–");
});

test("a share just below one is not rounded up to all", () => {
  assert.equal(words.readingTexts({ share_analysable: 0.9996 }).share, "99 %");
});

test("what stands under the paper names speed, gain, filter and scale", () => {
  const text = words.paperText({ speed: 25, gain: 10, filter: "as recorded", paper: PAPER, zoneMinutes: 60 });
  assert.equal(text, "25 mm/s, 10 mm/mV · filter: as recorded · not to scale · times +01:00");
});

test("a shifted trace says by how much", () => {
  const text = words.paperText({ speed: 25, gain: 10, filter: "as recorded", paper: PAPER, shifts: [["V2", 1.5]], zoneMinutes: 0 });
  assert.match(text, /V2 shifted by −1\.5 mV/);
});

test("the strip in words counts its gaps and never names a rhythm", () => {
  const seen = { lows: Int16Array.of(0, MISSING, MISSING, 10), highs: Int16Array.of(5, MISSING, MISSING, 210), bucketMs: 500 };
  const text = words.stripText({ from: "10:00:00", to: "10:00:30", span: "30 s", length: "5 min", lead: "I", seen, millivoltPerStep: 0.005, fresh: "The recording has ended" });
  assert.match(text, /1 gap, 1 s without data/);
  assert.match(text, /lowest to highest 1\.1 mV/);
  assert.doesNotMatch(text, /sinus|normal|fibrillation/i);
});

test("the viewport's bytes are little-endian pairs of lowest and highest", () => {
  const bytes = Uint8Array.of(0xff, 0xff, 0x02, 0x00, 0x00, 0x80, 0x00, 0x80).buffer;
  assert.deepEqual(splitPairs(bytes), { lows: Int16Array.of(-1, MISSING), highs: Int16Array.of(2, MISSING) });
});

test("a slice holds the buckets of its span only", () => {
  const block = { lows: Int16Array.of(0, 1, 2, 3, 4), highs: Int16Array.of(0, 1, 2, 3, 4), startMs: 1000, bucketMs: 100 };
  const seen = slice(block, 1100, 1300);
  assert.deepEqual([...seen.lows], [1, 2]);
  assert.equal(seen.startMs, 1100);
});
