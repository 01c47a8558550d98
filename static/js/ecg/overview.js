/** The whole recording on one time axis, with the page that is shown marked in it. */

import { drawLabels, drawLanes, laneLayout } from "./lanes.js";
import { sharpContext } from "./paper.js";

const KEY_STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 };

export class Overview {
  #canvas;
  #onSeek;
  #view = { startMs: 0, pageMs: 1, lengthMs: 1 };
  #below = document.createElement("canvas");
  #drawn = [];

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

  /** Where the page lies in the recording. */
  tell(view, valueText) {
    this.#view = view;
    const values = { valuemax: Math.round(view.lengthMs / 1000), valuenow: Math.round(view.startMs / 1000), valuetext: valueText };
    for (const [name, value] of Object.entries(values)) this.#canvas.setAttribute(`aria-${name}`, value);
  }

  /**
   * @param {{outline: ?import("./feed.js").Block, whole: ?import("./findings.js").Whole,
   *   startedMs: number, zoneMinutes: number}} told
   */
  draw(told, colour) {
    const layout = laneLayout(told.whole, this.#canvas.dataset.lanes.split("|"));
    this.#canvas.style.height = `${layout.heightPx}px`;
    const [width, height] = [this.widthPx, layout.heightPx];
    const context = sharpContext(this.#canvas, width, height);
    this.#drawBelow(layout, told, width, height, colour);
    context.drawImage(this.#below, 0, 0, width, height);
    const { startMs, pageMs, lengthMs } = this.#view;
    const left = (startMs / lengthMs) * width;
    const size = Math.max(4, (Math.min(pageMs, lengthMs) / lengthMs) * width);
    this.#window(context, [left, size], height, colour);
    drawLabels(context, layout, { ...told, lengthMs, widthPx: width }, [left, size], colour);
  }

  /** The lanes change seldom, the mark of the page with every move: they are drawn apart. */
  #drawBelow(layout, told, width, height, colour) {
    const { lengthMs } = this.#view;
    const drawn = [told.outline, told.whole, told.startedMs, lengthMs, width, colour, window.devicePixelRatio];
    if (drawn.every((value, i) => value === this.#drawn[i])) return;
    this.#drawn = drawn;
    const context = sharpContext(this.#below, width, height);
    context.fillStyle = colour.ground;
    context.fillRect(0, 0, width, height);
    drawLanes(context, layout, { ...told, lengthMs, widthPx: width }, colour);
  }

  #window(context, [left, size], height, colour) {
    context.save();
    context.globalAlpha = 0.16;
    context.fillStyle = colour.window;
    context.fillRect(left, 0, size, height);
    context.restore();
    context.strokeStyle = colour.window;
    context.lineWidth = 2;
    context.strokeRect(left + 1, 1, size - 2, height - 2);
  }
}
