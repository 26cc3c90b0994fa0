// The editor of decisions: dmn-js, the server's checks while one edits, cases tried on our engine, and
// the draft of the process, which keeps itself on the server.
//
//   <div data-decisions data-editor='{"urls": {…}, "cases": […], "base": "…", "draft": {…}}'>

import DmnModeler from "dmn-js/lib/Modeler";
import "./decisions.css";
import { Cases } from "./lib/decisions/cases.js";
import { languageModule, translator, unknown } from "./lib/decisions/language.js";
import { Marks } from "./lib/decisions/marks.js";
import { showAnnotations, viewOf } from "./lib/decisions/model.js";
import { Problems } from "./lib/decisions/problems.js";
import { versioned } from "./lib/decisions/versions.js";
import { Draft } from "./lib/modeler/draft.js";
import { model, send } from "./lib/modeler/server.js";
import { latest } from "./lib/modeler/waiting.js";
import { showBeside, showEditors, tell } from "./lib/modeler/telling.js";

const FONT =
  '"Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif';
const CHECK_AFTER = 600; // milliseconds without a change before the server is asked
const TYPES = [
  "string", "boolean", "number", "date", "time", "dateTime", "dayTimeDuration", "yearMonthDuration", "Any",
];

async function mount(root) {
  const data = JSON.parse(root.dataset.editor);
  const t = translator(data.lang);
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const language = { additionalModules: [languageModule(data.lang)] };
  const modeler = new DmnModeler({
    container: part("canvas"),
    common: { dataTypes: TYPES },
    drd: { ...language, textRenderer: { defaultStyle: { fontFamily: FONT } } },
    decisionTable: language,
    literalExpression: language,
    boxedExpression: language,
  });
  let own = versioned("");
  const read = async () => own.back((await modeler.saveXML({ format: true })).xml);
  const marks = new Marks();
  const problems = new Problems({
    list: part("problems"),
    summary: part("summary"),
    marks,
    translate: t,
    holds: (id) => Boolean(viewOf(modeler, id)),
    lead: (id) => lead(modeler, part("canvas"), id),
  });
  const draft = new Draft({
    data,
    read,
    also: () => (cases.changed ? { cases: cases.typed(), seenCases: data.seenCases } : {}),
    onKept: ({ kept }) => {
      data.seenCases = Object.entries(kept).find(([path]) => path !== data.file)?.[1] ?? data.seenCases;
    },
    translate: t,
    tell: (text, state) => tell(part("saved"), text, state),
    onBeside: (theirs, mine) => showBeside(part("beside"), data, theirs, mine),
    onEditors: (names) => showEditors(part("editors"), names, t),
  });
  const cases = new Cases({
    root: part("cases"),
    data,
    translate: t,
    onChange: () => {
      draft.changed();
      tried.soon();
    },
    onShow: (tables) => marks.fired(tables),
  });
  const drawn = async () => ({ xml: await read(), base: data.base, draft: draft.id });
  const check = latest(async () => {
    try {
      const { problems: found } = await send(data.urls.check, await drawn());
      return () => problems.show(found);
    } catch (error) {
      return () => problems.failed(t("Not checked: {why}", { why: error.message }));
    }
  }, CHECK_AFTER);
  const tried = latest(async () => {
    const typed = cases.typed();
    try {
      const found = await send(data.urls.try, { ...(await drawn()), cases: typed });
      return () => cases.show(found);
    } catch (error) {
      return () => cases.failed(t("Not tried: {why}", { why: error.message }));
    }
  }, CHECK_AFTER);

  modeler.on("import.parse.complete", ({ error, definitions }) => {
    if (!error) showAnnotations(definitions);
  });
  modeler.on("viewer.created", ({ viewer }) => {
    viewer.on("commandStack.changed", ({ trigger }) => {
      buttons(root, modeler);
      if (trigger === "clear") return;
      draft.changed();
      check.soon();
      tried.soon();
    });
  });
  modeler.on("views.changed", () => {
    data.names = names(modeler);
    showViews(part("views"), modeler, t);
    buttons(root, modeler);
    const active = modeler.getActiveView();
    if (active && active.type !== "drd") cases.ask(active.element.id);
  });
  try {
    own = versioned(await model(data.urls.model));
    const { warnings } = await modeler.importXML(own.xml);
    // What a later version has and the editor does not would be lost as the file is written.
    if (own.other && warnings.length) throw new Error(warnings.map(String).join("\n"));
    const wanted = modeler.getViews().find(({ element }) => element.id === data.decision);
    const first = wanted ?? modeler.getViews().find(({ type }) => type !== "drd");
    if (first) await modeler.open(first);
  } catch (error) {
    root.dataset.mounted = "failed";
    part("failed").hidden = false;
    console.warn("decisions", error);
    return;
  }
  tools(root, modeler, draft, data);
  draft.beat();
  await Promise.all([check.now(), tried.now()]);
  window.addEventListener("beforeunload", (event) => {
    if (!draft.dirty) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers want
  });
  root.yfModeler = modeler;
  root.yfUnknown = unknown;
  root.dataset.mounted = "yes";
}

function names(modeler) {
  return Object.fromEntries(
    (modeler.getDefinitions()?.get("drgElement") ?? []).map((each) => [each.id, each.name]),
  );
}

// One button for each view: the graph, and each decision.
function showViews(place, modeler, t) {
  const active = modeler.getActiveView();
  const focused = place.contains(document.activeElement);
  place.replaceChildren(
    ...modeler.getViews().map((view) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-primary btn-sm";
      button.textContent = view.type === "drd" ? t("Requirements graph") : view.name || view.id;
      button.setAttribute("aria-pressed", String(view.element === active?.element));
      button.addEventListener("click", () => modeler.open(view));
      return button;
    }),
  );
  if (focused) place.querySelector("[aria-pressed=true]")?.focus();
}

// Opens the view that holds an element, and goes to it.
async function lead(modeler, canvas, id) {
  const view = viewOf(modeler, id);
  if (!view) return;
  if (view.element !== modeler.getActiveView()?.element) await modeler.open(view);
  const name = CSS.escape(id);
  const cell = canvas.querySelector(`td[data-element-id="${name}"], th[data-col-id="${name}"]`);
  if (!cell) return;
  cell.scrollIntoView({ block: "center", inline: "center" });
  (cell.querySelector("[contenteditable], button") ?? cell).focus?.();
}

function stack(modeler) {
  return modeler.getActiveViewer()?.get("commandStack", false);
}

function buttons(root, modeler) {
  const undoable = stack(modeler);
  root.querySelector("[data-do=undo]").disabled = !undoable?.canUndo();
  root.querySelector("[data-do=redo]").disabled = !undoable?.canRedo();
}

const LEADS = ["difference", "deploy", "download", "drawing", "decisions"];

function tools(root, modeler, draft, data) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-do]");
    const act = button?.dataset.do;
    if (!act) return;
    if (act === "undo") stack(modeler)?.undo();
    if (act === "redo") stack(modeler)?.redo();
    if (act === "save") await draft.save();
    if (act === "panel") button.setAttribute("aria-pressed", String(!root.classList.toggle("yf-d-wide")));
    if (!LEADS.includes(act)) return;
    // What leads away shows what is edited now, so that is kept first.
    event.preventDefault();
    if (!(await draft.save())) return;
    const leaves = data.urls[act]
      .replace("OLD", data.base)
      .replace("&other=OTHER", "")
      .replace(/draft=NEW$/, draft.id ? `draft=${draft.id}` : "")
      .replace("NEW", draft.id || data.base);
    window.location.assign(leaves);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      draft.save();
    }
  });
}

for (const root of document.querySelectorAll("[data-decisions]")) mount(root);
