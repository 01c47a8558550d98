/** Keys of the house: "/" finds a patient, "g" and a letter goes somewhere, "?" lists them. */

const CHORD_MS = 1500;
let chordUntil = 0;

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function searchField() {
  return document.getElementById("query");
}

function focusSearch() {
  const field = searchField();
  field?.focus();
  field?.select();
  return Boolean(field);
}

/** A link marked `data-go` with the letter; a link of the chart wins over one of the top bar. */
function destination(letter) {
  const links = document.querySelectorAll(`[data-go="${CSS.escape(letter)}"]`);
  return links[links.length - 1];
}

function go(letter) {
  const link = destination(letter);
  link?.click();
  return Boolean(link);
}

function keyRow(keys, words) {
  const row = document.createElement("div");
  const name = document.createElement("dt");
  for (const key of keys) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    name.append(cap, " ");
  }
  const meaning = document.createElement("dd");
  meaning.textContent = words;
  row.append(name, meaning);
  return row;
}

/** The dialog that lists every key of this page. */
function showKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog || dialog.open) return;
  const list = dialog.querySelector("dl");
  const seen = new Map([...document.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link.textContent.trim()]));
  list.replaceChildren(...dialog.fixedRows.map((row) => row.cloneNode(true)));
  for (const [letter, words] of seen) list.append(keyRow(["g", letter], words));
  for (const act of document.querySelectorAll("[data-key]")) list.append(keyRow([act.dataset.key], act.textContent.trim()));
  dialog.showModal();
}

function act(letter) {
  const target = document.querySelector(`[data-key="${CSS.escape(letter)}"]`);
  target?.click();
  return Boolean(target);
}

function onPlainKey(event) {
  const chord = performance.now() < chordUntil;
  chordUntil = 0;
  if (chord) return go(event.key);
  if (event.key === "/") return focusSearch();
  if (event.key === "?") return (showKeys(), true);
  if (event.key === "g") chordUntil = performance.now() + CHORD_MS;
  return event.key !== "g" && act(event.key);
}

/** Arrow keys walk through the found patients; Escape closes the list. */
function onSearchKey(event) {
  const box = document.getElementById("search-results");
  if (!box || !box.firstElementChild) return;
  const links = [...box.querySelectorAll("tbody a")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const inside = event.target === searchField() || box.contains(event.target);
  if (event.key === "Escape" && inside) {
    box.replaceChildren();
    searchField()?.focus();
  } else if (step && inside && links.length) {
    event.preventDefault();
    const at = links.indexOf(document.activeElement) + step;
    (links[at] ?? searchField()).focus();
  }
}

/** @param {() => void} close called on Escape */
export function startKeys(close) {
  const dialog = document.getElementById("keys");
  if (dialog) dialog.fixedRows = [...dialog.querySelectorAll("dl > div")];
  for (const button of document.querySelectorAll("[data-show-keys]")) {
    button.hidden = false;
    button.addEventListener("click", showKeys);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    onSearchKey(event);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && typing(event.target)) return;
    if (onPlainKey(event)) event.preventDefault();
  });
}
