/** Keeps "12 s ago" true while a page stays open. */

const SIZES = [
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

/** Rewrites every `time[data-ago]` twice a minute. */
export function startAgo() {
  setInterval(refresh, 30_000);
}
