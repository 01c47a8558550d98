/** Two legs on a strip: the interval and the amplitude between them, by pointer and by keys. */

import { trackAt, millivoltAt, tracks, xOn, yOf } from "./geometry.js";

const GRAB_PX = 10;
const START_SHARE = [0.35, 0.65];
const SHORTEST_RATE_MS = 150; // 400 beats per minute: shorter is no interval between beats.
const MILLIVOLT_STEP = 0.01;
const FAST = 10;
const TIME_KEYS = { ArrowLeft: -1, ArrowRight: 1 };
const VOLT_KEYS = { ArrowDown: -1, ArrowUp: 1 };

/** @typedef {{ms: number, mv: number}} Leg */

export class Calipers {
  #stepMs;
  #legs = null;
  #active = 1;
  #lane = 0;
  #name = "";
  #dragging = false;

  on = false;
  marching = false;

  /** @param {number} stepMs one sample */
  constructor(stepMs) {
    this.#stepMs = stepMs;
  }

  /** On with both legs on the strip under the middle of the page, or off. */
  toggle(startMs, paper) {
    this.on = !this.on;
    if (this.on && !this.#shown(startMs, paper)) this.#place(startMs, paper);
  }

  #place(startMs, paper) {
    const track = tracks(paper, startMs)[0];
    const at = (share) => track.fromMs + share * Math.min(track.toMs - track.fromMs, 4000);
    this.#take(track);
    this.#legs = START_SHARE.map((share, i) => ({ ms: at(share), mv: i }));
    this.#active = 1;
  }

  #take(track) {
    this.#lane = track.lane;
    this.#name = track.name;
  }

  #shown(startMs, paper) {
    return Boolean(this.#legs) && this.#own(startMs, paper).some((track) => this.#legs.some(within(track)));
  }

  #own(startMs, paper) {
    return tracks(paper, startMs).filter((track) => track.lane === this.#lane && track.name === this.#name);
  }

  /** A pointer went down: it takes the nearest leg, or begins anew. Whether calipers are on. */
  press(x, y, startMs, paper) {
    if (!this.on) return false;
    const near = this.#legNear(x, y, startMs, paper);
    if (near < 0) {
      const track = trackAt(x, y, startMs, paper);
      this.#take(track);
      const leg = pointOn(track, x, y, paper);
      this.#legs = [leg, { ...leg }];
    }
    this.#active = near < 0 ? 1 : near;
    this.#dragging = true;
    return true;
  }

  #legNear(x, y, startMs, paper) {
    const away = (leg) => {
      const track = this.#own(startMs, paper).find((each) => within(each)(leg));
      if (!track || trackAt(x, y, startMs, paper).row !== track.row) return Infinity;
      return Math.abs(xOn(track, leg.ms, paper) - x);
    };
    const found = (this.#legs ?? []).map(away);
    const nearest = found[1] <= found[0] ? 1 : 0;
    return found[nearest] <= GRAB_PX ? nearest : -1;
  }

  /** The pointer moved with a leg. */
  drag(x, y, startMs, paper) {
    if (!this.#dragging) return;
    const own = this.#own(startMs, paper);
    const under = trackAt(x, y, startMs, paper);
    const track = own.find((each) => each.row === under.row) ?? own[0] ?? under;
    this.#legs[this.#active] = pointOn(track, x, y, paper);
  }

  release() {
    this.#dragging = false;
  }

  /** Arrows move a leg, Shift moves it fast, Space takes the other one, m repeats the interval. */
  key(key, fast) {
    if (!this.on || !this.#legs) return false;
    const leg = this.#legs[this.#active];
    const times = fast ? FAST : 1;
    if (key in TIME_KEYS) leg.ms = Math.max(0, leg.ms + TIME_KEYS[key] * times * this.#stepMs);
    else if (key in VOLT_KEYS) leg.mv += VOLT_KEYS[key] * times * MILLIVOLT_STEP;
    else if (key === " ") this.#active = 1 - this.#active;
    else if (key === "m") this.marching = !this.marching;
    else if (key === "Escape") this.on = false;
    else return false;
    return true;
  }

  /** What lies between the legs; null while they are off. */
  get reading() {
    if (!this.on || !this.#legs) return null;
    const [a, b] = this.#legs;
    return { ms: Math.abs(b.ms - a.ms), mv: b.mv - a.mv, lead: this.#name, active: this.#active + 1 };
  }

  draw(context, paper, { startMs, colour }) {
    if (!this.on || !this.#legs) return;
    context.save();
    context.strokeStyle = colour.window;
    context.fillStyle = colour.window;
    const own = this.#own(startMs, paper);
    if (this.marching) this.#drawMarch(context, paper, own);
    this.#legs.forEach((leg, i) => {
      const track = own.find((each) => within(each)(leg));
      if (track) drawLeg(context, paper, track, leg, i === this.#active);
    });
    this.#drawSpan(context, paper, own, colour);
    context.restore();
  }

  #drawSpan(context, paper, own, colour) {
    const [a, b] = [...this.#legs].sort((one, other) => one.ms - other.ms);
    const track = own.find((each) => within(each)(a));
    if (!track) return;
    const y = paper.topPx + (track.row + 0.86) * paper.rowPx;
    const [left, right] = [xOn(track, a.ms, paper), Math.min(xOn(track, b.ms, paper), track.leftPx + track.widthPx)];
    line(context, left, y, right, y, 1.5);
    label(context, caliperText(this.reading), left, right, y, colour);
  }

  /** The same interval again to both sides, to see whether what follows keeps it. */
  #drawMarch(context, paper, own) {
    const [a, b] = this.#legs;
    const step = Math.abs(b.ms - a.ms);
    if (step < SHORTEST_RATE_MS) return;
    context.save();
    context.setLineDash([3, 4]);
    for (const track of own) {
      const first = Math.ceil((track.fromMs - a.ms) / step);
      for (let ms = a.ms + first * step; ms < track.toMs; ms += step) {
        const x = xOn(track, ms, paper);
        line(context, x, paper.topPx + (track.row + 0.1) * paper.rowPx, x, paper.topPx + (track.row + 0.95) * paper.rowPx, 1);
      }
    }
    context.restore();
  }
}

/** "812 ms, 74 /min · +1.25 mV". */
export function caliperText({ ms, mv }) {
  const rate = ms >= SHORTEST_RATE_MS ? `, ${Math.round(60_000 / ms)} /min` : "";
  const sign = mv < 0 ? "−" : "+";
  return `${Math.round(ms)} ms${rate} · ${sign}${Math.abs(mv).toFixed(2)} mV`;
}

/** The calipers for those who cannot see them. */
export function caliperWords(reading) {
  const lead = reading.lead ? `, lead ${reading.lead}` : "";
  return `Calipers: ${caliperText(reading)}${lead}. Leg ${reading.active} moves with the arrow keys (Shift: ten steps), Space takes the other leg, m repeats the interval, c or Escape puts them away.`;
}

const within = (track) => (leg) => leg.ms >= track.fromMs && leg.ms <= track.toMs;

function pointOn(track, x, y, paper) {
  const ms = track.fromMs + ((x - track.leftPx) / paper.pxPerSecond) * 1000;
  const mv = millivoltAt(y, track.row, paper);
  return { ms: Math.min(track.toMs, Math.max(track.fromMs, ms)), mv: Math.round(mv * 100) / 100 };
}

function drawLeg(context, paper, track, leg, active) {
  const x = xOn(track, leg.ms, paper);
  const [top, bottom] = [0.08, 0.95].map((share) => paper.topPx + (track.row + share) * paper.rowPx);
  const y = yOf(leg.mv, track.row, paper);
  line(context, x, top, x, bottom, active ? 2.5 : 1.25);
  line(context, x - 9, y, x + 9, y, active ? 2.5 : 1.25);
  if (!active) return;
  context.beginPath();
  context.moveTo(x - 6, top);
  context.lineTo(x + 6, top);
  context.lineTo(x, top + 8);
  context.fill();
}

function line(context, fromX, fromY, toX, toY, width) {
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

function label(context, text, left, right, y, colour) {
  context.font = "700 13px system-ui, sans-serif";
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 10;
  const x = right - left > width + 8 ? (left + right - width) / 2 : right + 6;
  const on = Math.max(2, Math.min(x, context.canvas.clientWidth - width - 4));
  context.fillStyle = colour.ground;
  context.fillRect(on, y - 10, width, 20);
  context.fillStyle = colour.window;
  context.fillText(text, on + 5, y);
}
