/** Heart rate or a laboratory test over time, drawn by plotly from a figure that the server built. */

import { offsetMinutes, offsetText } from "./ecg/words.js";

const CONFIG = { displaylogo: false, responsive: true, displayModeBar: false };
let library = null;

function loadPlotly(source) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("plotly could not be loaded"));
    document.head.append(script);
  });
  return library;
}

/** The page's colours over the server's figure, so that it fits light and dark. */
function themed(layout, element, zoneMinutes) {
  const style = getComputedStyle(element);
  const [ink, line] = ["--ink-soft", "--line"].map((name) => style.getPropertyValue(name).trim());
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, tickfont: { color: ink } };
  const { template, ...rest } = layout;
  return {
    margin: { l: 48, r: 12, t: 12, b: 48 },
    ...rest,
    height: 240,
    hovermode: "x",
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: style.fontFamily, size: 12, color: ink },
    xaxis: { ...rest.xaxis, ...axis, title: { text: `times ${offsetText(zoneMinutes)}` } },
    yaxis: { ...rest.yaxis, ...axis },
  };
}

function traces(data, element) {
  const accent = getComputedStyle(element).getPropertyValue("--accent").trim();
  return data.map((trace) => ({
    ...trace,
    line: { width: 1.5, ...trace.line, color: trace.line?.color ?? accent },
  }));
}

function say(element, words) {
  const line = document.createElement("p");
  line.className = "empty";
  line.textContent = words;
  element.replaceChildren(line);
}

async function figure(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (answer.status === 204) return null;
  if (!answer.ok) throw new Error(`answer ${answer.status}`);
  const found = await answer.json();
  return found.data?.length ? found : null;
}

async function draw(element) {
  const zone = offsetMinutes(element.dataset.zoneOffset);
  try {
    const found = await figure(element.dataset.trend);
    if (!found) {
      say(element, element.dataset.trendNone ?? "No rate yet: nothing analysable so far.");
      return;
    }
    const plotly = await loadPlotly(element.dataset.plotly);
    element.querySelector("[data-trend-words]")?.remove();
    await plotly.react(element, traces(found.data, element), themed(found.layout ?? {}, element, zone), CONFIG);
    jumpOnClick(element, zone);
  } catch {
    say(element, element.dataset.trendFailed ?? "Rate over time: could not load.");
  }
}

/** The figure's times are the facility's wall clock, because plotly drops offsets. */
function jumpOnClick(element, zoneMinutes) {
  if (element.dataset.jumps) return;
  element.dataset.jumps = "yes";
  element.on("plotly_click", ({ points }) => {
    const detail = Date.parse(`${points[0].x.replace(" ", "T")}Z`) - zoneMinutes * 60_000;
    if (Number.isFinite(detail)) document.dispatchEvent(new CustomEvent("chartwave:moment", { detail }));
  });
}

/** Draws each `[data-trend]` when it comes into view, and again each minute while it is live. */
export function startTrend(root) {
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      draw(target);
      document.addEventListener("chartwave:theme", () => draw(target));
      if (root.querySelector("[data-ecg-viewer]:not([data-closed])")) setInterval(() => draw(target), 60_000);
    }
  });
  for (const element of root.querySelectorAll("[data-trend]")) seen.observe(element);
}
