// The editor of processes: bpmn-js with the panel, our property groups, the server's checks while
// one draws, and a draft that keeps itself on the server.
//
//   <div data-modeler data-editor='{"urls": {…}, "choices": {…}, "base": "…", "draft": {…}}'>

import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from "bpmn-js-properties-panel";
import BpmnModeler from "bpmn-js/lib/Modeler";
import ZeebeBehaviors from "camunda-bpmn-js-behaviors/lib/camunda-cloud";
import TokenSimulationModule from "bpmn-js-token-simulation";
import minimapModule from "diagram-js-minimap";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import "./modeler.css";
import { Draft } from "./lib/modeler/draft.js";
import OfficeGroups from "./lib/modeler/groups.js";
import { languageModule, translator, unknown } from "./lib/modeler/language.js";
import { Problems } from "./lib/modeler/problems.js";
import { model, send } from "./lib/modeler/server.js";
import { latest } from "./lib/modeler/waiting.js";
import { showBeside, showEditors, tell } from "./lib/modeler/telling.js";

const FONT =
  '"Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif';
const CHECK_AFTER = 800; // milliseconds without a change before the server is asked

async function mount(root) {
  const data = JSON.parse(root.dataset.editor);
  const t = translator(data.lang);
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const modeler = new BpmnModeler({
    container: part("canvas"),
    propertiesPanel: { parent: part("panel") },
    textRenderer: { defaultStyle: { fontFamily: FONT }, externalStyle: { fontFamily: FONT } },
    moddleExtensions: { zeebe },
    additionalModules: [
      languageModule(data.lang),
      { office: ["value", office(data)] },
      ZeebeBehaviors,
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      ZeebePropertiesProviderModule,
      { __init__: ["officeGroups"], officeGroups: ["type", OfficeGroups] },
      minimapModule,
      TokenSimulationModule,
    ],
  });
  const read = async () => (await modeler.saveXML({ format: true })).xml;
  const problems = new Problems(modeler, {
    list: part("problems"),
    summary: part("summary"),
    translate: t,
  });
  const draft = new Draft({
    data,
    read,
    translate: t,
    tell: (text, state) => tell(part("saved"), text, state),
    onBeside: (theirs, mine) => showBeside(part("beside"), data, theirs, mine),
    onEditors: (names) => showEditors(part("editors"), names, t),
  });

  try {
    await modeler.importXML(await model(data.urls.model));
  } catch (error) {
    root.dataset.mounted = "failed";
    part("failed").hidden = false;
    console.warn("modeler", error);
    return;
  }
  modeler.get("canvas").zoom("fit-viewport", "auto");
  if (modeler.get("canvas").zoom() < 0.5) showStart(modeler);

  const check = latest(async () => {
    try {
      const { problems: found } = await send(data.urls.check, { xml: await read(), base: data.base, draft: draft.id });
      return () => problems.show(found);
    } catch (error) {
      return () => problems.failed(t("Not checked: {why}", { why: error.message }));
    }
  }, CHECK_AFTER);
  modeler.on("commandStack.changed", () => {
    buttons(root, modeler);
    draft.changed();
    check.soon();
  });
  tools(root, modeler, draft, data);
  besides(root, draft);
  simulation(root, modeler);
  buttons(root, modeler);
  draft.beat();
  await check.now();
  window.addEventListener("beforeunload", (event) => {
    if (!draft.dirty) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers want
  });
  root.yfModeler = modeler;
  root.yfUnknown = unknown;
  root.dataset.mounted = "yes";
}

function office(data) {
  return {
    choices: data.choices,
    edit: (kind, id) => data.urls[kind].replace("ID", encodeURIComponent(id)),
  };
}

function showStart(modeler) {
  const canvas = modeler.get("canvas");
  const first = modeler.get("elementRegistry").filter((each) => each.type === "bpmn:StartEvent")[0];
  canvas.zoom(0.6);
  if (first) canvas.scrollToElement(first, { left: 120, top: 80, bottom: 80, right: 400 });
}

const ACTIONS = {
  undo: (modeler) => modeler.get("commandStack").undo(),
  redo: (modeler) => modeler.get("commandStack").redo(),
  fit: (modeler) => modeler.get("canvas").zoom("fit-viewport", "auto"),
  larger: (modeler) => modeler.get("zoomScroll").stepZoom(1),
  smaller: (modeler) => modeler.get("zoomScroll").stepZoom(-1),
  search: (modeler) => modeler.get("searchPad").toggle(),
  minimap: (modeler) => modeler.get("minimap").toggle(),
  simulate: (modeler) => modeler.get("toggleMode").toggleMode(),
};

// What is edited beside the drawing goes into the drawing's draft: one is made first.
function besides(root, draft) {
  root.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-beside]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!(await draft.begin())) return;
    const address = new URL(link.href);
    address.searchParams.set("draft", draft.id);
    window.open(address, "_blank");
  });
  for (const link of document.querySelectorAll("a[data-leads]")) {
    link.addEventListener("click", async (event) => {
      if (!draft.id && !draft.dirty) return;
      event.preventDefault();
      if (!(await draft.save())) return;
      const address = new URL(link.href);
      address.searchParams.set("draft", draft.id);
      window.location.assign(address);
    });
  }
}

function tools(root, modeler, draft, data) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-do]");
    if (!button) return;
    if (ACTIONS[button.dataset.do]) ACTIONS[button.dataset.do](modeler);
    if (button.dataset.do === "save") await draft.save();
    if (button.dataset.do === "panel") root.classList.toggle("yf-m-wide");
    // What leads away shows what is drawn now, so that is kept first.
    if (["difference", "deploy", "download"].includes(button.dataset.do)) {
      if (!(await draft.save())) return;
      const state = draft.id || data.base;
      window.location.assign(
        data.urls[button.dataset.do]
          .replace("OLD", data.base)
          .replace("NEW", state)
          .replace("&other=OTHER", ""),
      );
    }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      draft.save();
    }
  });
}

// While tokens are sent through it nothing is drawn, and the panel is away; what is undone ends it.
function simulation(root, modeler) {
  const button = root.querySelector("[data-do=simulate]");
  let active = false;
  modeler.on("tokenSimulation.toggleMode", (event) => {
    active = event.active;
    button.setAttribute("aria-pressed", `${active}`);
    root.classList.toggle("yf-m-simulating", active);
  });
  modeler.on("commandStack.changed", () => active && modeler.get("toggleMode").toggleMode(false));
}

function buttons(root, modeler) {
  const stack = modeler.get("commandStack");
  root.querySelector("[data-do=undo]").disabled = !stack.canUndo();
  root.querySelector("[data-do=redo]").disabled = !stack.canRedo();
}

for (const root of document.querySelectorAll("[data-modeler]")) mount(root);
