/** The whole recording as one strip, with the page that is shown marked in it. */

import { MISSING, gaps } from "./geometry.js";
import { hatch, sharpContext } from "./paper.js";

const KEY_STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 };

export class Overview {
  #canvas;
  #onSeek;
  #view = { startMs: 0, pageMs: 1, lengthMs: 1 };

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(startMs: number) => void} onSeek
   */
  constructor(canvas, onSeek) {
    this.#canvas = canvas;
    this.#onSeek = onSeek;
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.#seek(event);
    });
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  get widthPx() {
    return Math.max(1, this.#canvas.clientWidth);
  }

  #press(event) {
    this.#canvas.setPointerCapture(event.pointerId);
    this.#seek(event);
  }

  #seek(event) {
    const { lengthMs, pageMs } = this.#view;
    this.#onSeek((event.offsetX / this.widthPx) * lengthMs - pageMs / 2);
  }

  #key(event) {
    const { startMs, pageMs, lengthMs } = this.#view;
    const ends = { Home: 0, End: lengthMs };
    const step = KEY_STEPS[event.key];
    if (step === undefined && !(event.key in ends)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#onSeek(step === undefined ? ends[event.key] : startMs + step * pageMs);
  }

  /** @param {?import("./feed.js").Block} outline the whole recording, null before it came */
  draw(outline, view, colour, valueText) {
    this.#view = view;
    const [width, height] = [this.widthPx, this.#canvas.clientHeight];
    const context = sharpContext(this.#canvas, width, height);
    context.fillStyle = colour.ground;
    context.fillRect(0, 0, width, height);
    if (outline) this.#trace(context, outline, width, height, colour);
    this.#window(context, width, height, colour);
    this.#say(valueText);
  }

  #trace(context, { lows, highs, startMs, bucketMs }, width, height, colour) {
    const [low, high] = range(lows, highs);
    const x = (i) => ((startMs + i * bucketMs) / this.#view.lengthMs) * width;
    const y = (step) => 3 + ((high - step) / (high - low)) * (height - 6);
    const bucketPx = Math.max(1, x(1) - x(0));
    for (const [a, b] of gaps(lows)) hatch(context, x(a), 0, x(b) - x(a), height, colour.gap, 5);
    context.beginPath();
    for (let i = 0; i < lows.length; i += 1) {
      if (lows[i] === MISSING) continue;
      context.moveTo(x(i), y(lows[i]) + 0.5);
      context.lineTo(x(i), y(highs[i]) - 0.5);
    }
    context.strokeStyle = colour.words;
    context.lineWidth = Math.min(bucketPx, 1.5);
    context.stroke();
  }

  #window(context, width, height, colour) {
    const { startMs, pageMs, lengthMs } = this.#view;
    const left = (startMs / lengthMs) * width;
    const size = Math.max(4, (Math.min(pageMs, lengthMs) / lengthMs) * width);
    context.save();
    context.globalAlpha = 0.16;
    context.fillStyle = colour.window;
    context.fillRect(left, 0, size, height);
    context.restore();
    context.strokeStyle = colour.window;
    context.lineWidth = 2;
    context.strokeRect(left + 1, 1, size - 2, height - 2);
  }

  #say(valueText) {
    const { startMs, lengthMs } = this.#view;
    const values = { valuemax: Math.round(lengthMs / 1000), valuenow: Math.round(startMs / 1000), valuetext: valueText };
    for (const [name, value] of Object.entries(values)) this.#canvas.setAttribute(`aria-${name}`, value);
  }
}

/** Lowest and highest of what is there, never equal. */
function range(lows, highs) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < lows.length; i += 1) {
    if (lows[i] === MISSING) continue;
    low = Math.min(low, lows[i]);
    high = Math.max(high, highs[i]);
  }
  if (low === Infinity) return [-1, 1];
  return low === high ? [low - 1, high + 1] : [low, high];
}
