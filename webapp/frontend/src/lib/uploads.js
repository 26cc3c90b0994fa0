// Chosen, dropped or pasted files travel at once, each with its progress, and are part of the draft
// from then on. What cannot travel stays chosen and goes with the form, as it does without script.
//
//   <div data-yf-drop data-text-…><input type="file" …><ul data-yf-sending></ul></div>

import { typed } from "./drafts.js";

export function sendFiles(form) {
  const queue = [];
  let busy = false;
  let waiting = null; // the button that was pressed while files were on their way

  let meanwhile = []; // what arrived while the form was being fetched anew

  const ours = ({ detail }) => form.contains(detail.target) && detail.target.id === "form-fields";
  document.addEventListener("htmx:beforeRequest", (event) => ours(event) && (meanwhile = []));
  document.addEventListener("htmx:afterSwap", () => {
    for (const { input, file } of meanwhile.splice(0)) {
      const zone = zoneOf(document.getElementById(input));
      if (zone && !zone.querySelector(`[value="${CSS.escape(file.id)}"]`)) keep(zone, file);
    }
  });

  // A form sent before its files have arrived would be stale by its own uploads.
  form.addEventListener(
    "submit",
    (event) => {
      if (!busy) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting = { button: event.submitter };
    },
    true,
  );

  form.addEventListener("change", (event) => {
    const { target } = event;
    if (target.type !== "file" || !zoneOf(target) || target.validationMessage) return;
    const files = [...target.files];
    if (files.length) take(zoneOf(target), files, true);
  });

  for (const type of ["dragenter", "dragover"]) {
    form.addEventListener(type, (event) => {
      const zone = zoneOf(event.target);
      if (!zone || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("yf-drop-over");
    });
  }
  form.addEventListener("dragleave", ({ target, relatedTarget }) => {
    const zone = zoneOf(target);
    if (zone && !zone.contains(relatedTarget)) zone.classList.remove("yf-drop-over");
  });
  form.addEventListener("drop", (event) => {
    const zone = zoneOf(event.target);
    if (!zone || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    zone.classList.remove("yf-drop-over");
    take(zone, [...event.dataTransfer.files]);
  });
  // A file that misses the field must not take the browser away from the page.
  for (const type of ["dragover", "drop"]) {
    window.addEventListener(type, (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
  }

  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])].filter((one) => one.type.startsWith("image/"));
    if (!files.length || event.clipboardData.types.includes("text/plain")) return;
    const zones = [zoneOf(event.target), ...form.querySelectorAll("[data-yf-drop]")].filter(Boolean);
    const zone = zones.find((one) => accepts(one.querySelector("input[type=file]"), named(files[0])));
    if (!zone || !(form.contains(event.target) || event.target === document.body)) return;
    event.preventDefault();
    take(zone, files.map(named));
    zone.scrollIntoView({ block: "nearest" });
  });

  function take(zone, files, chosen = false) {
    const input = zone.querySelector("input[type=file]");
    const wanted = input.multiple ? files : files.slice(0, 1);
    for (const file of wanted) queue.push({ input: input.id, file, line: line(zone, file.name), chosen });
    work();
  }

  async function work() {
    if (busy) return;
    busy = true;
    for (let one = queue.shift(); one; one = queue.shift()) await send(one);
    busy = false;
    if (!waiting) return;
    const { button } = waiting;
    waiting = null;
    form.requestSubmit(button);
  }

  function send(one) {
    const input = document.getElementById(one.input);
    const zone = input && zoneOf(input);
    if (!zone) return Promise.resolve();
    if (!accepts(input, one.file)) return fail(one, zone.dataset.textKind, true);
    const most = Number(document.documentElement.dataset.maxMb) * 1_048_576;
    if (most && one.file.size > most) return fail(one, document.documentElement.dataset.textLarge);
    return new Promise((done) => {
      const body = typed(form);
      body.append(input.name, one.file, one.file.name);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      const bar = one.line.querySelector("progress");
      request.upload.onprogress = ({ loaded, total }) => (bar.value = total ? loaded / total : 0);
      // Whatever becomes of one file, the next is sent, and the form is not held back for ever.
      request.onerror = () => fail(one, zone.dataset.textLost).finally(done);
      request.onload = () => arrived(one, request).finally(done);
      request.send(body);
    });
  }

  async function arrived(one, request) {
    const zone = zoneOf(document.getElementById(one.input));
    const told = request.status === 200 ? parsed(request.responseText) : null;
    if (!told?.files) {
      return fail(one, request.status === 401 ? zone?.dataset.textExpired : zone?.dataset.textLost);
    }
    if (told.draft && form.elements.draft) form.elements.draft.value = told.draft;
    // One's own upload is no change by somebody else.
    if (form.elements.version) {
      form.elements.version.value = Number(form.elements.version.value) + told.files.length;
    }
    if (!zone) return; // the form came back without this field
    if (told.refused.length || !told.files.length) return fail(one, told.refused.join(" "), true);
    for (const file of told.files) {
      keep(zone, file);
      meanwhile.push({ input: one.input, file });
    }
    one.line.remove();
    const input = document.getElementById(one.input);
    if (one.chosen && !queue.some((other) => other.input === one.input)) input.value = "";
    input.dispatchEvent(new CustomEvent("yifa:uploaded", { bubbles: true }));
  }

  async function fail(one, text, useless = false) {
    one.line.classList.add("yf-sending-bad");
    one.line.querySelector("progress").remove();
    one.line.append(` ${text ?? ""}`);
    const input = document.getElementById(one.input);
    if (useless && input) input.value = "";
    if (!useless && !one.chosen && input) lay(input, one.file);
  }
}

// A dropped file that did not travel is laid into the field, to go with the form.
function lay(input, file) {
  const kept = new DataTransfer();
  if (input.multiple) for (const one of input.files) kept.items.add(one);
  kept.items.add(file);
  input.files = kept.files;
}

function accepts(input, file) {
  const kinds = input.accept.toLowerCase().split(",").map((kind) => kind.trim());
  const name = file.name.toLowerCase();
  return kinds.some(
    (kind) =>
      kind === "" ||
      (kind.startsWith(".") ? name.endsWith(kind) : file.type.startsWith(kind.replace("*", ""))),
  );
}

function zoneOf(node) {
  return node?.closest?.("[data-yf-drop]") ?? null;
}

function line(zone, name) {
  const item = document.createElement("li");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  item.append(`${name} `, bar);
  zone.querySelector("[data-yf-sending]").append(item);
  return item;
}

// The same line the server draws for a file that is there already.
function keep(zone, file) {
  const input = zone.querySelector("input[type=file]");
  if (!input.multiple) for (const old of zone.querySelectorAll("[data-yf-kept]")) old.remove();
  const row = document.createElement("div");
  row.className = "form-check";
  row.dataset.yfKept = "";
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", className: "form-check-input", checked: true });
  Object.assign(box, { id: `${input.id}-_keep-${file.id}`, name: `${input.name}-_keep`, value: file.id });
  const label = document.createElement("label");
  label.className = "form-check-label";
  label.htmlFor = box.id;
  label.textContent = zone.dataset.textKept + file.name;
  row.append(box, label);
  input.before(row);
  input.removeAttribute("aria-required");
}

// A picture from the clipboard has no name of its own.
function named(file) {
  if (file.name && file.name !== "image.png") return file;
  const now = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  return new File([file], `${now}.${file.type.split("/")[1]}`, { type: file.type });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
