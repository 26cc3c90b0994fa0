// One labelled field, by the kind of its value.

let count = 0;

export function control({ label, kind, value, choices, closed, hint, changed, translate: t }) {
  const id = `yf-d-${(count += 1)}`;
  const box = document.createElement("div");
  box.className = "yf-d-field";
  const name = document.createElement("label");
  name.className = "form-label";
  name.htmlFor = id;
  name.textContent = label;
  if (hint && hint !== label) {
    const code = document.createElement("code");
    code.textContent = hint;
    name.append(" ", code);
  }
  box.append(name, ...field(id, kind, value, choices, closed, changed, t));
  return box;
}

function field(id, kind, value, choices, closed, changed, t) {
  if (kind === "boolean") {
    return [
      select(id, value, [["", t("(not answered)")], ["true", t("Yes")], ["false", t("No")]], changed),
    ];
  }
  if (kind === "string" && closed) {
    const listed = choices.map((each) => [each, each]);
    if (value && !choices.includes(value)) listed.push([value, t("{id} (not there)", { id: value })]);
    return [select(id, value, [["", t("(not answered)")], ...listed], changed)];
  }
  const input = document.createElement(kind ? "input" : "textarea");
  input.id = id;
  input.className = `form-control form-control-sm${kind ? "" : " font-monospace"}`;
  input.value = value;
  input.spellcheck = false;
  if (!kind) input.rows = 1;
  else if (kind === "number") input.inputMode = "decimal";
  else if (kind === "date") input.type = "date";
  input.placeholder = PLACEHOLDERS[kind] ?? "";
  input.addEventListener("input", () => changed(input.value));
  if (kind !== "string" || !choices?.length) return [input];
  const list = document.createElement("datalist");
  list.id = `${id}-choices`;
  list.append(...choices.map((each) => choice(each, each)));
  input.setAttribute("list", list.id);
  return [input, list];
}

const PLACEHOLDERS = { time: "09:30:00", dateTime: "2026-09-01T09:00:00+08:00", duration: "P5D", "": "" };

function select(id, value, options, changed) {
  const made = document.createElement("select");
  made.id = id;
  made.className = "form-select form-select-sm";
  made.append(...options.map(([each, text]) => choice(each, text)));
  made.value = value;
  made.addEventListener("change", () => changed(made.value));
  return made;
}

export function choice(value, text) {
  const option = document.createElement("option");
  option.value = value;
  option.textContent = text;
  return option;
}
