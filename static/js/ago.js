/** Keeps "12 s ago" true while a page stays open. */

const SIZES = [
  [365 * 86400, "y"],
  [86400, "d"],
  [3600, "h"],
  [60, "min"],
];

/**
 * The largest whole unit of a span.
 * @param {number} seconds not negative
 * @returns {string} such as "3 min"
 */
export function largestUnit(seconds) {
  for (const [size, unit] of SIZES) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.floor(seconds)} s`;
}

/**
 * How long ago in words; a time that is still to come says so.
 * @param {number} seconds now minus then
 */
export function agoWords(seconds) {
  return seconds < 0 ? `${largestUnit(-seconds)} ahead` : `${largestUnit(seconds)} ago`;
}

function refresh() {
  for (const element of document.querySelectorAll("[data-ago]")) {
    const words = agoWords((Date.now() - Date.parse(element.dateTime)) / 1000);
    if (element.textContent !== words) element.textContent = words;
  }
}

/**
 * The clock of the facility: never the browser's zone.
 * @param {number} now milliseconds since 1970
 * @param {string} offset of the facility's zone, such as "+01:00"
 */
export function clockWords(now, offset) {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(offset);
  const shift = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return `${new Date(now + shift).toISOString().slice(11, 16)} ${offset}`;
}

function tick() {
  for (const element of document.querySelectorAll("[data-clock]")) {
    element.textContent = clockWords(Date.now(), element.dataset.clock);
  }
}

/** Rewrites every `time[data-ago]` twice a minute, and the clock with it. */
export function startAgo() {
  setInterval(() => {
    refresh();
    tick();
  }, 15_000);
}
