/** ECG paper in numbers. */

import assert from "node:assert/strict";
import { test } from "node:test";

import * as geometry from "../../static/js/ecg/geometry.js";

const WIDE = { widthPx: 1300, heightPx: 500, rowSeconds: null, speedMmPerS: 25, gainMmPerMv: 10, calibratedPxPerMm: null };

test("one millimetre is 40 ms and 0.1 mV at 25 mm/s and 10 mm/mV", () => {
  const paper = geometry.layout(WIDE);
  assert.ok(Math.abs(paper.pxPerMm - paper.pxPerSecond * 0.04) < 1e-9);
  assert.ok(Math.abs(paper.pxPerMm - paper.pxPerMv * 0.1) < 1e-9);
});

test("a wide screen shows rows of ten seconds that fill its width", () => {
  const paper = geometry.layout(WIDE);
  assert.equal(paper.rowSeconds, 10);
  assert.ok(Math.abs(paper.leftPx + 10 * paper.pxPerSecond - 1300) < 1e-6);
});

test("a phone shows fewer seconds rather than smaller millimetres", () => {
  const paper = geometry.layout({ ...WIDE, widthPx: 338 });
  assert.ok(paper.rowSeconds < 10);
  assert.ok(paper.pxPerMm >= geometry.READABLE_PX_PER_MM);
});

test("the trace starts on a bold line", () => {
  for (const speed of geometry.SPEEDS_MM_PER_S) assert.equal(geometry.leadInMm(speed) % 5, 0);
});

test("a calibrated screen shows true millimetres and says so", () => {
  const paper = geometry.layout({ ...WIDE, calibratedPxPerMm: 3.78 });
  assert.equal(paper.pxPerMm, 3.78);
  assert.equal(paper.toScale, true);
});

test("a zoomed page is never to scale", () => {
  assert.equal(geometry.layout({ ...WIDE, calibratedPxPerMm: 3.78, rowSeconds: 3 }).toScale, false);
});

test("a page without calibration is not to scale", () => {
  assert.equal(geometry.layout(WIDE).toScale, false);
});

test("paper gives way to an overview when millimetres get too small", () => {
  assert.equal(geometry.layout({ ...WIDE, rowSeconds: 60 }).paper, false);
});

test("a moment is found again under its place", () => {
  const paper = geometry.layout(WIDE);
  for (const ms of [5000, 5001, 14_999, 15_000, 31_234]) {
    const { row, x } = geometry.place(ms, 5000, paper);
    const y = paper.topPx + (row + 0.5) * paper.rowPx;
    assert.ok(Math.abs(geometry.momentAt(x, y, 5000, paper) - ms) < 1e-6);
  }
});

test("one millivolt up is ten millimetres up", () => {
  const paper = geometry.layout(WIDE);
  const up = geometry.yOf(0, 1, paper) - geometry.yOf(1, 1, paper);
  assert.ok(Math.abs(up - 10 * paper.pxPerMm) < 1e-9);
});

test("the newest sample is on the page that follows", () => {
  const paper = geometry.layout(WIDE);
  for (const length of [1, 9_999, 10_000, 61_000, 3_600_001]) {
    const start = geometry.followStart(length, paper);
    const { row } = geometry.place(length - 1, start, paper);
    assert.ok(row >= 0 && row < paper.rows);
  }
});

test("rows stand still while the last one fills", () => {
  const paper = geometry.layout(WIDE);
  assert.equal(geometry.followStart(61_000, paper), geometry.followStart(69_000, paper));
});

test("a page never starts before the recording nor leaves it", () => {
  const paper = geometry.layout(WIDE);
  assert.equal(geometry.clampStart(-5, 100_000, paper), 0);
  assert.ok(geometry.clampStart(10 ** 9, 100_000, paper) < 100_000);
});

test("a recording shorter than a page starts at its start", () => {
  assert.equal(geometry.clampStart(7000, 2000, geometry.layout(WIDE)), 0);
});

test("zooming keeps the moment under the pointer where it is", () => {
  const before = geometry.layout(WIDE);
  const after = geometry.layout({ ...WIDE, rowSeconds: 5 });
  const start = geometry.zoomedStart(20_000, 35_000, before, after);
  const share = (ms, from, paper) => (ms - from) / geometry.pageMs(paper);
  assert.ok(Math.abs(share(35_000, start, after) - share(35_000, 20_000, before)) < 1e-9);
});

test("zoom steps end at the shortest and the longest row", () => {
  assert.equal(geometry.zoomStep(1, 1), 1);
  assert.equal(geometry.zoomStep(3600, -1), 3600);
  assert.equal(geometry.zoomStep(10, 1), 5);
  assert.equal(geometry.zoomStep(8, -1), 10);
});

test("gaps are runs of missing buckets, at both ends too", () => {
  const m = geometry.MISSING;
  assert.deepEqual(geometry.gaps(Int16Array.of(m, 1, 2, m, m, 3, m)), [[0, 1], [3, 5], [6, 7]]);
  assert.deepEqual(geometry.gaps(Int16Array.of()), []);
});

test("a baseline within half a millivolt is left where it is", () => {
  const steps = Int16Array.of(90, 100, 95);
  assert.equal(geometry.displayOffsetMv(steps, steps, 0.005), 0);
});

test("a drifted baseline comes back in half millivolts; missing samples do not count", () => {
  const steps = Int16Array.of(400, geometry.MISSING, 410);
  assert.equal(geometry.displayOffsetMv(steps, steps, 0.005), 2);
});

test("a recording of nothing has no offset", () => {
  const steps = Int16Array.of(geometry.MISSING);
  assert.equal(geometry.displayOffsetMv(steps, steps, 0.005), 0);
});

test("a peak above the first row is told, a missing sample is not a trough", () => {
  const paper = geometry.layout(WIDE);
  const row = (step) => ({ lows: Int16Array.of(step), highs: Int16Array.of(step) });
  assert.equal(geometry.leavesPage(row(30_000), row(0), 0.005, 0, paper), true);
  assert.equal(geometry.leavesPage(row(0), row(geometry.MISSING), 0.005, 0, paper), false);
});
