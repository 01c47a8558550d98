/** Looks each few seconds whether this page may stay: still signed in, not locked, the same rights. */

const EACH_MS = 3000;
const PATIENT = location.pathname.match(/^\/patients\/([0-9a-f-]{36})\//)?.[1] ?? "";
let mark = null;

/** What stood here goes at once; the server decides what may stand here now. */
function leave() {
  document.body.replaceChildren();
  location.replace(location.pathname + location.search);
}

async function look(address, cover) {
  if (document.visibilityState === "hidden") return;
  const asked = performance.now();
  const answer = await fetch(`${address}?patient=${PATIENT}`, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (!answer) return; // Out of reach: what counts time on the page says so.
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) leave();
  if (!answer.ok) return;
  const { locked, rights } = await answer.json();
  if (locked) cover(asked);
  if (mark !== null && rights !== mark) leave();
  mark = rights;
}

/** @param {(asked: number) => void} cover hides the content of a page that was locked when it asked, on the clock of the page */
export function startHere(cover) {
  const address = document.getElementById("lock-now")?.dataset.here;
  if (!address) return;
  const now = () => look(address, cover);
  now();
  setInterval(now, EACH_MS);
  document.addEventListener("visibilitychange", now);
  addEventListener("pageshow", (event) => event.persisted && now());
}
