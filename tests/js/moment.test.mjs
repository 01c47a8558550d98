/** Day and time as the house writes them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { momentWords } from "../../static/js/moment.js";

test("a moment is written day, month in letters, year, and a 24 hour clock", () => {
  assert.equal(momentWords("2026-11-02T17:05"), "02-Nov-2026 17:05");
  assert.equal(momentWords("2026-01-31T00:00:59"), "31-Jan-2026 00:00");
});

test("what is not whole yet says nothing", () => {
  for (const value of ["", "2026", "2026-11-02", "nonsense"]) assert.equal(momentWords(value), "");
});
