/** What happens around a fragment that htmx fetched: words for everybody, focus, refusals. */

const WHOLE_PAGE = /<html[\s>]/i;
const UNREACHED = "The server could not be reached. Reload the page and look before you do it again.";

function iconOf(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  const sprite = document.querySelector("use[href*='icons']")?.getAttribute("href").split("#")[0];
  use.setAttribute("href", `${sprite}#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** One message in the place of messages; a newer one replaces it. */
function tell(words) {
  const notice = document.createElement("div");
  notice.className = "notice notice-danger";
  notice.setAttribute("role", "alert");
  const line = document.createElement("div");
  line.textContent = words;
  notice.append(iconOf("circle-alert"), line);
  document.getElementById("messages").replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
}

/** A whole page instead of a fragment: a refusal is told, a sign-in page means signing in again. */
function onWholePage(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  if (page.querySelector("input[type=password]")) {
    location.reload();
    return;
  }
  const parts = [page.querySelector("main h1"), page.querySelector("main .notice")];
  const words = parts.filter(Boolean).map((part) => part.textContent.trim().replace(/\s+/g, " "));
  tell(words.join(": ") || "The server answered with something else than expected. Reload the page.");
}

function onBeforeSwap(event) {
  const text = event.detail.ctx.text ?? "";
  if (!WHOLE_PAGE.test(text.slice(0, 2000))) return;
  event.preventDefault();
  onWholePage(text);
}

/** The result of a search in a sentence, rather than the whole table read aloud. */
function saySearch() {
  const line = document.getElementById("search-words");
  const said = document.querySelector("#search-results :is(caption, .notice, .failed)");
  if (line) line.textContent = said?.textContent.trim().replace(/\s+/g, " ") ?? "";
}

/** Focus that went with a replaced button goes to the heading of what came instead. */
function keepFocus(target) {
  if (document.activeElement !== document.body && document.activeElement !== null) return;
  const heading = target?.querySelector?.("h2");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** @param {() => void} prepare run over the page after each swap */
export function startSwaps(prepare) {
  document.addEventListener("htmx:before:swap", onBeforeSwap);
  document.addEventListener("htmx:error", () => tell(UNREACHED));
  document.addEventListener("htmx:after:swap", (event) => {
    prepare();
    saySearch();
    keepFocus(event.detail.ctx.target);
  });
}
