/** Mouse, wheel, touch and keys on the paper, told as pan, zoom and jump. */

const LINE_PX = 40;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{pan: (px: number) => void, zoom: (steps: number, x: number, y: number) => void,
 *   key: (name: string, shift: boolean) => boolean, press: (x: number, y: number) => boolean,
 *   drag: (x: number, y: number) => void, release: () => void}} told
 *   press: whether the pointer takes something on the paper instead of the paper
 */
export function listen(canvas, told) {
  const fingers = new Map();
  let pinch = 0;
  let taken = false;

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
    pinch = spread(fingers);
    taken = fingers.size === 1 && told.press(event.offsetX, event.offsetY);
    canvas.classList.toggle("dragging", !taken);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    fingers.set(event.pointerId, event);
    if (fingers.size === 1 && taken) told.drag(event.offsetX, event.offsetY);
    else if (fingers.size === 1) told.pan(before.clientX - event.clientX);
    else pinch = pinched(fingers, pinch, event, told);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      pinch = spread(fingers);
      if (taken) told.release();
      taken = false;
      canvas.classList.toggle("dragging", fingers.size > 0);
    });
  }
  canvas.addEventListener("wheel", (event) => onWheel(event, canvas, told), { passive: false });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (told.key(event.key, event.shiftKey)) event.preventDefault();
  });
}

/** Distance of the first two fingers; 0 with fewer. */
function spread(fingers) {
  const [a, b] = fingers.values();
  return b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
}

function pinched(fingers, before, event, told) {
  const now = spread(fingers);
  if (before === 0) return now;
  if (now / before > 1.35) told.zoom(1, event.offsetX, event.offsetY);
  else if (before / now > 1.35) told.zoom(-1, event.offsetX, event.offsetY);
  else return before;
  return now;
}

/** The plain wheel scrolls the page unless the paper has the focus. */
function onWheel(event, canvas, told) {
  const size = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
  if (event.ctrlKey) {
    event.preventDefault();
    told.zoom(event.deltaY < 0 ? 1 : -1, event.offsetX, event.offsetY);
    return;
  }
  const sideways = event.deltaX || (event.shiftKey ? event.deltaY : 0);
  const move = sideways || (document.activeElement === canvas ? event.deltaY : 0);
  if (!move) return;
  event.preventDefault();
  told.pan(move * size);
}
