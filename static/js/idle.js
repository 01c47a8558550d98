/** Tells the server that somebody is at the screen, and locks it when nobody was for too long. */

import { startHere } from "./here.js";

const TOLD_EACH_MS = 60_000;
let touched = Date.now();
let told = Date.now();
let opened = -Infinity;

function token() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

function post(address) {
  // It arrives even where the page is left at once: a window closed after the lock stays locked.
  const kept = { redirect: "manual", keepalive: true };
  return fetch(address, { method: "POST", headers: { "X-CSRFToken": token() }, ...kept });
}

/** Typing into a long form is being there, though nothing is sent. */
function onTouch(button) {
  touched = Date.now();
  if (touched - told < TOLD_EACH_MS) return;
  told = touched;
  post(button.dataset.awake).catch(() => {});
}

/** The content goes from the screen at once; what was being written waits in the page. */
function cover(button) {
  if (show()) post(button.form.action).catch(() => {});
}

/** Asks for the password. Returns whether it did not do so already. */
function show() {
  const dialog = document.getElementById("locked");
  if (!dialog || dialog.open) return false;
  dialog.showModal();
  return true;
}

async function reopen(dialog, form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  const wrong = dialog.querySelector("[data-wrong]");
  if (answer?.type === "opaqueredirect") {
    wrong.hidden = true;
    form.reset();
    touched = told = Date.now();
    opened = performance.now();
    dialog.close();
  } else {
    wrong.hidden = false;
    form.querySelector("input[type=password]").select();
  }
}

export function startIdle() {
  const button = document.getElementById("lock-now");
  const dialog = document.getElementById("locked");
  if (!button || !dialog) return;
  const limit = Number(button.dataset.idleMinutes) * 60_000;
  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
    document.addEventListener(kind, () => dialog.open || onTouch(button), { passive: true });
  }
  button.form.addEventListener("submit", (event) => {
    event.preventDefault();
    cover(button);
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  const form = dialog.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    reopen(dialog, form);
  });
  setInterval(() => Date.now() - touched > limit && cover(button), 5000);
  startHere((asked) => asked > opened && show()); // what was asked before the password counts no longer
}
