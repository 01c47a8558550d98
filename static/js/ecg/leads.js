/** Which lead stands where on the paper: one lead in rows, several under each other, 3×4, 6×2. */

export const STANDARD = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];
const BY_CAPITALS = new Map(STANDARD.map((name) => [name.toUpperCase(), name]));
const PREFIX = /^(MDC_ECG_LEAD_|LEAD[ _-]*|ECG[ _-]*|EKG[ _-]*)/;
const RHYTHM = "II";
const FEWEST_OF_TWELVE = 8; // I, II and V1 to V6 are recorded by every 12-lead device.
const MOST_TOGETHER = 16;
const SHORTEST_GRID_S = 5;
const LONGEST_GRID_S = 20;

/**
 * One place of a lead on the paper.
 * @typedef {{channel: ?number, name: string, lane: number, from: number, to: number}} Cell
 *   channel null: not recorded; from, to: share of the row, 0 to 1
 * @typedef {{id: string, lanes: number, systems: ?number, cells: Cell[], marks: number}} Arrangement
 *   lanes: rows that show the same time; systems null: as many of them as the page takes;
 *   marks: the lane above which beats are marked
 */

/** @type {Arrangement} */
export const ONE = {
  id: "one",
  lanes: 1,
  systems: null,
  cells: [{ channel: 0, name: "", lane: 0, from: 0, to: 1 }],
  marks: 0,
};

/** The standard name of a lead as it was recorded; another name stays as it is. */
export function leadName(recorded) {
  const bare = recorded.trim().toUpperCase().replace(PREFIX, "");
  return BY_CAPITALS.get(bare) ?? recorded.trim();
}

/**
 * What can be chosen for these leads, the first one as the page opens.
 * @param {string[]} recorded names as recorded, one per channel
 */
export function choices(recorded) {
  if (recorded.length < 2) return ["one"];
  const names = recorded.map(leadName);
  const standard = STANDARD.filter((name) => names.includes(name)).length;
  if (standard >= FEWEST_OF_TWELVE) return ["3x4", "6x2", "all", "one"];
  return recorded.length <= 3 ? ["all", "one"] : ["one", "all"];
}

/**
 * @param {string} id one of `choices`
 * @param {string[]} recorded names as recorded
 * @param {number} channel the one lead that is chosen
 * @returns {Arrangement}
 */
export function arrange(id, recorded, channel) {
  const names = recorded.map(leadName);
  if (id === "3x4") return grid(id, names, 3, [...STANDARD], true);
  if (id === "6x2") return grid(id, names, 6, [...STANDARD], false);
  if (id === "all") return under(names);
  return { ...ONE, cells: [{ ...ONE.cells[0], channel, name: names[channel] ?? "" }] };
}

/** Standard leads first and in their order, then the others as recorded. */
function under(names) {
  const rank = (name) => (STANDARD.indexOf(name) + STANDARD.length + 1) % (STANDARD.length + 1);
  const order = names.map((name, channel) => ({ name, channel }));
  order.sort((a, b) => rank(a.name) - rank(b.name) || a.channel - b.channel);
  const cells = order.slice(0, MOST_TOGETHER).map((each, lane) => ({ ...each, lane, from: 0, to: 1 }));
  return { id: "all", lanes: cells.length, systems: null, cells, marks: 0 };
}

/** Columns of so many lanes, filled downwards, and the rhythm strip below them. */
function grid(id, names, lanes, order, rhythm) {
  const columns = order.length / lanes;
  const found = (name) => (names.includes(name) ? names.indexOf(name) : null);
  const cells = order.map((name, i) => {
    const column = Math.floor(i / lanes);
    return { channel: found(name), name, lane: i % lanes, from: column / columns, to: (column + 1) / columns };
  });
  if (rhythm) cells.push({ channel: found(RHYTHM), name: RHYTHM, lane: lanes, from: 0, to: 1 });
  return { id, lanes: rhythm ? lanes + 1 : lanes, systems: 1, cells, marks: rhythm ? lanes : 0 };
}

/** A grid whose columns would be too short, or far longer than paper, gives way to rows. */
export function fitting(arrangement, recorded, rowSeconds) {
  if (arrangement.systems === null) return arrangement;
  const fits = rowSeconds >= SHORTEST_GRID_S && rowSeconds <= LONGEST_GRID_S;
  return fits ? arrangement : under(recorded.map(leadName));
}

/** The spans of time that have to be loaded, with the channels of each. */
export function spans(arrangement, startMs, pageMs) {
  const byTime = new Map();
  for (const { channel, from, to } of arrangement.cells) {
    if (channel === null) continue;
    const whole = arrangement.systems === null;
    const [a, b] = whole ? [0, 1] : [from, to];
    const key = `${a} ${b}`;
    const span = byTime.get(key) ?? { key, fromMs: startMs + a * pageMs, toMs: startMs + b * pageMs, channels: [] };
    if (!span.channels.includes(channel)) span.channels.push(channel);
    byTime.set(key, span);
  }
  return [...byTime.values()];
}
