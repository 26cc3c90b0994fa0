/** @jsxRuntime automatic @jsxImportSource preact */
// Entries of the form editor's panel, each reading and writing by `get` and `set`.

import { CheckboxEntry, FeelEntry, TextAreaEntry, TextfieldEntry, useService } from "@bpmn-io/form-js-editor";
import { inPageLanguage as t } from "../modeler/language.js";

// What to do where nothing is selected.
export function Hint() {
  return <p class="yf-f-hint">{t("Select a form field to edit its properties.")}</p>;
}

export function Line(props) {
  return TextfieldEntry(common(props, useService("debounce")));
}

export function Lines(props) {
  return TextAreaEntry(common(props, useService("debounce")));
}

export function Formula(props) {
  return FeelEntry({ ...common(props, useService("debounce")), feel: "required", variables: props.names });
}

// A text, or a formula where it begins with “=”.
export function TextOrFormula(props) {
  return FeelEntry({ ...common(props, useService("debounce")), feel: "optional", variables: props.names });
}

export function Tick(props) {
  return CheckboxEntry({
    ...common(props),
    getValue: () => props.get() === "true",
    setValue: (on) => props.set(on ? "true" : ""),
  });
}

function common({ field, id, label, description, get, set }, debounce) {
  return {
    debounce,
    description,
    element: field,
    id,
    label,
    getValue: () => get() ?? "",
    setValue: (value, error) => error || set(value ?? ""),
  };
}

// Ids of roles, with commas between; a formula stays a formula.
export function Roles({ id, label, roles, get, set }) {
  const value = `${get() ?? ""}`;
  const chosen = value.split(",").map((each) => each.trim()).filter(Boolean);
  if (value.trim().startsWith("=")) {
    return Line({ id, label, get, set, field: {}, description: t("A formula (FEEL) beginning with “=”. Empty it to choose from the list.") });
  }
  const rest = roles.filter((role) => !chosen.includes(role.id));
  const name = (role) => roles.find((each) => each.id === role)?.title ?? t("{id} (not there)", { id: role });
  return (
    <div class="bio-properties-panel-entry" data-entry-id={id}>
      <label class="bio-properties-panel-label" for={`bio-properties-panel-${id}`}>{label}</label>
      <ul class="yf-f-chosen">
        {chosen.map((role) => (
          <li key={role}>
            {name(role)}
            <button type="button" class="yf-m-remove" aria-label={t("Remove {label}", { label: name(role) })}
              onClick={() => set(chosen.filter((each) => each !== role).join(", "))}>×</button>
          </li>
        ))}
      </ul>
      <select id={`bio-properties-panel-${id}`} class="bio-properties-panel-input" value=""
        onChange={({ target }) => target.value && set([...chosen, target.value].join(", "))}>
        <option value="">{t("Add a role…")}</option>
        {rest.map((role) => <option key={role.id} value={role.id}>{role.title}</option>)}
      </select>
    </div>
  );
}
