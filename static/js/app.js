/** What every page gets: theme, keys, menus, counting times, fragments, live readings. */

import { startAgo } from "./ago.js";
import { startIdle } from "./idle.js";
import { startKeys } from "./keys.js";
import { startLiveReadings } from "./live.js";
import { startMoments } from "./moment.js";
import { startPickers } from "./picker.js";
import { startSwaps } from "./swaps.js";

const THEME_KEY = "chartwave-theme";

function darkNow() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function toggleTheme() {
  const theme = darkNow() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // A browser that keeps nothing still shows the choice until the next page.
  }
  document.dispatchEvent(new CustomEvent("chartwave:theme"));
}

function startTheme() {
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.hidden = false;
    button.addEventListener("click", toggleTheme);
  }
}


function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu === except) continue;
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held && except === null) menu.querySelector("summary").focus();
  }
}

function startMenus() {
  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details.menu");
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== inside) menu.open = false;
    }
  });
}

function focusError(root) {
  root.querySelector("[data-focus]:not([data-sample] *)")?.focus();
}

function markCurrentPage() {
  for (const link of document.querySelectorAll(".top-nav a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
  }
}

/** A table wider than the screen can be scrolled with the keyboard too. */
function letKeysScroll(root) {
  for (const box of root.querySelectorAll(".scroll")) {
    if (box.scrollWidth <= box.clientWidth) continue;
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", box.querySelector("caption")?.textContent.trim() ?? "Table");
  }
}

startTheme();
startMenus();
startAgo();
startLiveReadings(document);
markCurrentPage();
focusError(document);
letKeysScroll(document);
startPickers(document);
startMoments(document);
startKeys(() => closeMenus(null));
startIdle();
startSwaps(() => {
  focusError(document);
  letKeysScroll(document);
  startPickers(document);
  startMoments(document);
});
