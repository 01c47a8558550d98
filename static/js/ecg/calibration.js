/** How many pixels a millimetre has on this screen, measured with a bank card by the reader. */

import { CARD_MM } from "./geometry.js";

const KEY = "chartwave-px-per-mm";

/** The measured value, or null; browser zoom changes it, so another pixel ratio forgets it. */
export function calibrated() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return kept && kept.ratio === window.devicePixelRatio ? kept.pxPerMm : null;
  } catch {
    return null;
  }
}

/** Keeps the width that the reader gave the bar; false where the browser keeps nothing. */
export function calibrate(cardPx) {
  const kept = { pxPerMm: cardPx / CARD_MM, ratio: window.devicePixelRatio };
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** Back to "not to scale". */
export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

/** The card-wide bar beside the slider. */
export function drawCard(canvas, widthPx, colour) {
  canvas.width = widthPx;
  canvas.height = 40;
  canvas.style.maxWidth = "none";
  const context = canvas.getContext("2d");
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(0, 0, widthPx, 40, 6);
  context.fill();
}

/** The menu in which the reader makes a bar as wide as a bank card. */
export class ScaleMenu {
  #root;
  #changed;

  /** @param {() => void} changed called when the scale is another one */
  constructor(root, changed) {
    this.#root = root;
    this.#changed = changed;
    this.#slider.addEventListener("input", () => this.draw());
  }

  get #slider() {
    return this.#root.querySelector("[data-card-width]");
  }

  draw() {
    const colour = getComputedStyle(this.#root).getPropertyValue("--accent");
    drawCard(this.#root.querySelector("[data-card-canvas]"), Number(this.#slider.value), colour);
  }

  use() {
    calibrate(Number(this.#slider.value));
    this.#close();
  }

  forget() {
    forget();
    this.#close();
  }

  #close() {
    this.#root.querySelector("[data-calibrate]").open = false;
    this.#changed();
  }
}
