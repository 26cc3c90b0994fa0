// Shows a BPMN model, read-only, with marks for where a case stands.
//
//   <figure class="yf-diagram" data-diagram
//     data-model-url="…"            the BPMN file, same origin
//     data-marks='{"A4_review": {"state": "overdue", "count": 1, "text": "…", "href": "#step-4"}}'
//     data-texts='{"合法性审核": "Legality review"}'   what is drawn, in the page's language
//     data-label="…"                what the picture shows, for who cannot see it
//     data-text-zoom-in="…" data-text-zoom-out="…" data-text-fit="…" data-text-error="…">
//     <a href="…">the model as a file, or whatever stands here without JavaScript</a>
//   </figure>
//
// state: active (a token waits there), overdue (it does, past its time), waiting (for a message or
// a timer), done. Sequence flows may be marked too. When data-marks changes, the marks follow.
// Elsewhere in the page, data-diagram-element="A4_review" ties a row to an element: pointing at one
// marks the other, and so does the focus; clicking the element, or Enter on its badge, goes to the row
// (data-text-row names that).

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "./diagram.css";
import { drawMarks } from "./lib/diagram-marks.js";
import { translate } from "./lib/diagram-texts.js";
import { reachByKey, tieToPage } from "./lib/diagram-rows.js";
import { addTools, showWhole } from "./lib/diagram-tools.js";

const FONT =
  '"Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif';

export async function mount(figure) {
  if (figure.dataset.mounted) return;
  figure.dataset.mounted = "loading";
  const container = document.createElement("div");
  container.className = "yf-diagram-canvas";
  figure.prepend(container);

  const viewer = new NavigatedViewer({
    container,
    textRenderer: { defaultStyle: { fontFamily: FONT }, externalStyle: { fontFamily: FONT } },
    zoomScroll: { enabled: false }, // the wheel belongs to the page
    overlays: { defaults: { show: { minZoom: 0.05 }, scale: { min: 0.6, max: 1.2 } } },
  });
  try {
    const model = await fetchModel(figure.dataset.modelUrl);
    await viewer.importXML(translate(model, JSON.parse(figure.dataset.texts || "{}")));
  } catch (error) {
    viewer.destroy();
    container.remove();
    reportFailure(figure, error);
    return;
  }
  describe(container, figure.dataset.label ?? "");
  showMarks(viewer, figure);
  const view = showWhole(viewer, container, marked(figure));
  addTools(figure, view);
  tieToPage(viewer, figure);
  new MutationObserver(() => showMarks(viewer, figure)).observe(figure, {
    attributeFilter: ["data-marks"],
  });
  figure.dataset.mounted = "yes";
}

async function fetchModel(url) {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

function marksOf(figure) {
  return JSON.parse(figure.dataset.marks || "{}");
}

function marked(figure) {
  return Object.entries(marksOf(figure))
    .filter(([, mark]) => mark.state === "overdue" || mark.state === "active")
    .map(([id]) => id);
}

function showMarks(viewer, figure) {
  drawMarks(viewer, marksOf(figure));
  reachByKey(viewer, figure);
}

function describe(container, label) {
  const picture = container.querySelector("svg");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
}

function reportFailure(figure, error) {
  const note = document.createElement("p");
  note.className = "yf-diagram-error";
  note.setAttribute("role", "alert");
  note.textContent = figure.dataset.textError ?? "";
  figure.prepend(note);
  figure.dataset.mounted = "failed";
  console.warn("diagram", error);
}

// Drawing costs more than all else on a page, and who goes from task to task never scrolls down to
// it: a diagram is drawn when it comes near the window, else once the page has been read for a
// while, so that paper has it too.
const NEAR = "300px";
const READ_FOR = 3000;

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) draw(target);
  },
  { rootMargin: NEAR },
);

function draw(figure) {
  near.unobserve(figure);
  mount(figure);
}

function drawAll(root) {
  const figures = root.querySelectorAll("[data-diagram]");
  if (!figures.length) return;
  for (const figure of figures) near.observe(figure);
  setTimeout(() => figures.forEach(draw), READ_FOR);
}

drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.detail.elt));
