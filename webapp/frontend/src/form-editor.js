// The editor of forms: form-js with our groups of properties, the server's checks while one shapes
// a form, our renderer's picture of it beside, and a draft that keeps itself on the server.
//
//   <div data-form-editor data-editor='{"urls": {…}, "schema": "…", "base": "…", "draft": {…}}'>

import { FormEditor } from "@bpmn-io/form-js-editor";
import "./form-editor.css";
import { COMMAND, English, EnglishCanvas, Translate, inEnglish } from "./lib/forms/english.js";
import FormGroups from "./lib/forms/groups.js";
import { moves } from "./lib/forms/moves.js";
import { Preview } from "./lib/forms/preview.js";
import { FormProblems } from "./lib/forms/problems.js";
import { FormDocument } from "./lib/forms/schema.js";
import { Draft } from "./lib/modeler/draft.js";
import { translator, unknown } from "./lib/modeler/language.js";
import { send, token } from "./lib/modeler/server.js";
import { latest } from "./lib/modeler/waiting.js";
import { showBeside, showEditors, tell } from "./lib/modeler/telling.js";

const SETTLES = 350; // milliseconds the panel takes to hand over what is being typed
const CHECK_AFTER = 800; // milliseconds without a change before the server is asked

async function mount(root) {
  const data = JSON.parse(root.dataset.editor);
  const t = translator(data.lang);
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const english = new English(
    () => editor._setState({}), // which has the canvas and the panel drawn anew
    (command, context) => editor.get("commandStack").execute(command, context),
  );
  const canvas = data.lang === "en" ? [{ __init__: ["englishCanvas"], englishCanvas: ["type", EnglishCanvas] }] : [];
  const editor = new FormEditor({
    container: part("canvas"),
    additionalModules: [
      { office: ["value", { roles: data.roles, english }] },
      { __init__: ["formGroups"], formGroups: ["type", FormGroups] },
      ...canvas,
    ],
  });
  editor.get("commandStack").registerHandler(COMMAND, Translate);
  let opened;
  try {
    opened = await open(editor, data.schema);
  } catch (error) {
    root.dataset.mounted = "failed";
    part("failed").hidden = false;
    console.warn("form", error);
    return;
  }
  const read = () => opened.write(editor.saveSchema());
  const problems = new FormProblems(editor, data.path, {
    list: part("problems"),
    summary: part("summary"),
    canvas: part("canvas"),
    translate: t,
  });
  const draft = new Draft({
    data,
    read,
    as: "text",
    also: () => ({ english: english.changes() }),
    translate: t,
    tell: (text, state) => tell(part("saved"), text, state),
    onBeside: (theirs, mine) => showBeside(part("beside"), data, theirs, mine),
    onEditors: (names) => showEditors(part("editors"), names, t),
  });
  const given = () => ({ text: read(), english: english.changes(), base: data.base, draft: draft.id });
  const preview = new Preview({
    root: part("preview"),
    url: data.urls.preview,
    lang: data.lang,
    given,
    headers: { Accept: "application/json", "X-CSRF-Token": token() },
  });
  const check = latest(async () => {
    try {
      const { problems: found, english: known } = await send(data.urls.check, given());
      return () => {
        problems.show(found);
        english.learn(known);
      };
    } catch (error) {
      return () => problems.failed(t("Not checked: {why}", { why: error.message }));
    }
  }, CHECK_AFTER);

  let before = read() + english.changes();
  editor.on("changed", () => {
    buttons(root, editor);
    // The editor says so before it has drawn itself anew, and also where nothing of the form did.
    requestAnimationFrame(() => problems.again());
    const now = read() + english.changes();
    if (now === before) return;
    before = now;
    draft.changed();
    check.soon();
    preview.soon();
  });
  for (const event of ["selection.changed", "commandStack.changed"]) {
    editor.on(event, () => {
      buttons(root, editor);
    });
  }
  tools(root, editor, draft, data);
  moves(root, editor);
  named(part("canvas"), editor, data.lang === "en" ? english : null);
  buttons(root, editor);
  draft.beat();
  await Promise.all([check.now(), preview.show("new")]);
  window.addEventListener("beforeunload", (event) => {
    if (!draft.dirty) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers want
  });
  root.yfEditor = editor;
  root.yfRead = read;
  root.yfOpen = async (text) => {
    opened = await open(editor, text);
  };
  root.yfUnknown = unknown;
  root.dataset.mounted = "yes";
}

async function open(editor, text) {
  const document = new FormDocument(text);
  await editor.importSchema(document.schema);
  document.imported(editor.saveSchema());
  return document;
}

// Each component says to a screen reader what it is: its kind and its label.
function named(canvas, editor, english) {
  const say = () => {
    for (const place of canvas.querySelectorAll(".fjs-element[data-id]:not([data-field-type=default])")) {
      const own = editor.get("formFieldRegistry").get(place.dataset.id);
      if (!own) continue;
      const field = english ? inEnglish(own, english) : own;
      const { name, label } = editor.get("formFields").get(field.type)?.config ?? {};
      place.setAttribute("role", "group");
      place.setAttribute("aria-label", [name ?? label, field.label ?? field.dateLabel ?? field.key].filter(Boolean).join(" "));
    }
  };
  say();
  editor.on("changed", () => {
    requestAnimationFrame(say); // what a listener gives back keeps the event from the others
  });
}

async function keep(draft) {
  await new Promise((done) => setTimeout(done, SETTLES));
  return draft.save();
}

const LEADS = ["difference", "deploy"];

function tools(root, editor, draft, data) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-do]");
    if (!button) return;
    const what = button.dataset.do;
    if (what === "undo" || what === "redo") editor.get("commandStack")[what]();
    if (what === "save") await keep(draft);
    if (what === "preview") {
      const hidden = root.classList.toggle("yf-f-alone");
      button.setAttribute("aria-pressed", `${!hidden}`);
    }
    // What leads away shows the form as it is now, so that is kept first.
    if (LEADS.includes(what) && (await keep(draft))) lead(data.urls[what], draft, data);
  });
  for (const link of document.querySelectorAll("[data-leads]")) {
    link.addEventListener("click", async (event) => {
      if (!draft.id && !draft.dirty) return;
      event.preventDefault();
      if (await keep(draft)) lead(data.urls[link.dataset.leads], draft, data);
    });
  }
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      keep(draft);
    }
  });
}

function lead(address, draft, data) {
  const state = draft.id || data.base;
  window.location.assign(
    address.replace("OLD", data.base).replace("NEW", state).replace("&other=OTHER", ""),
  );
}

function buttons(root, editor) {
  const stack = editor.get("commandStack");
  root.querySelector("[data-do=undo]").disabled = !stack.canUndo();
  root.querySelector("[data-do=redo]").disabled = !stack.canRedo();
}

for (const root of document.querySelectorAll("[data-form-editor]")) mount(root);
