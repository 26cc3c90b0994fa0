// The panel's groups for what our renderer knows beyond form-js: guidance, use, people, rules. What
// our renderer has no use for is taken out of the others, so that nobody sets it in vain.

import { Group } from "@bpmn-io/form-js-editor";
import { inPageLanguage as t } from "../modeler/language.js";
import { textsOf } from "./english.js";
import { Formula, Hint, Line, Lines, Roles, TextOrFormula, Tick } from "./entries.jsx";

const INPUTS = ["textfield", "textarea", "number", "datetime", "checkbox", "radio", "select", "checklist", "taglist", "filepicker"];
const CONTAINERS = ["group", "dynamiclist"];
const PICKS = ["textfield", "select", "taglist"];
const COUNTED = ["dynamiclist", "checklist", "taglist", "filepicker"];
const OURS = [
  "picker", "role", "unit", "help", "requiredWhen", "validWhen", "validMessage", "minItems", "maxItems",
  "minDate", "maxDate", "confidential", "accept", "maxSize", "summary", "label", "opinion",
];
const IDLE = [
  "versionTag", "date-label", "time-label", "use24h", "serialize-to-string", "verticalAlignment", "disableCollapse",
  "nonCollapsedItems", "pagination", "rowCount", "maxHeight", "patternErrorMessage", "accept", "alt",
];

export default class FormGroups {
  constructor(propertiesPanel, formFieldRegistry, office) {
    this._fields = formFieldRegistry;
    this._office = office;
    propertiesPanel.registerProvider(this, 500); // after form-js's own
  }

  getGroups(field, editField) {
    return (groups) => {
      if (!field) return groups;
      const kept = groups.map((group) => this._kept(group, field)).filter(Boolean);
      if (field.type === "default") {
        return [{ id: "yf-hint", component: Hint }, ...kept.filter((group) => group.id !== "general")];
      }
      const place = kept.findIndex((group) => group.id === "general") + 1;
      kept.splice(place, 0, ...this._own(field, editField).filter((group) => group.entries.length));
      if (["datetime", "expression"].includes(field.type)) {
        kept[0] = { ...kept[0], entries: [this._label(field, editField), ...kept[0].entries] };
      }
      if (field.type === "filepicker") {
        kept[0] = { ...kept[0], entries: [...kept[0].entries, this._accept(field, editField)] };
      }
      return kept;
    };
  }

  _kept(group, field) {
    if (group.id === "securityAttributes") return null;
    if (group.id === "custom-values") return this._others(group, field);
    if (!group.entries) return this._isPicker(field) && /values|ptions/.test(group.id) ? null : group;
    if (this._isPicker(field) && group.entries.some((each) => /values|ptions/i.test(each.id))) return null;
    const idle = (id) => IDLE.includes(id) || /-computeOn$/.test(id) || (id === "id" && field.type === "default");
    const entries = group.entries.filter((each) => !idle(each.id));
    return entries.length ? { ...group, entries, shouldOpen: group.id === "general" } : null;
  }

  // Properties with a place of their own are not shown twice.
  _others(group, field) {
    const names = Object.keys(field.properties ?? {});
    const items = group.items.filter((_, index) => !OURS.includes(names[index]));
    return { ...group, items, tooltip: undefined };
  }

  _isPicker(field) {
    return field.properties?.picker === "people";
  }

  _own(field, editField) {
    const on = (...kinds) => kinds.flat().includes(field.type);
    const make = this._maker(field, editField);
    const names = this._names();
    return [
      group("yf-guidance", t("Guidance"), [
        on(INPUTS, CONTAINERS, "expression") && make("help", Lines, t("Guidance shown under the label")),
      ]),
      group("yf-english", t("English"), this._english(field)),
      group("yf-people", t("People"), [
        on(PICKS) && make("picker", Tick, t("Picks people"), {
          get: () => `${this._isPicker(field)}`,
          set: (value) => setProperty(field, editField, "picker", value ? "people" : ""),
        }),
        on(PICKS) && this._isPicker(field) && make("role", Roles, t("Role of who may be picked"), { roles: this._office.roles }),
        on(PICKS) && this._isPicker(field) && make("unit", Line, t("Unit of who may be picked (its id, or =FEEL)")),
      ]),
      group("yf-rules", t("Rules"), [
        on(INPUTS) && make("requiredWhen", Formula, t("Required while this is true (FEEL)"), { names }),
        on("datetime") && make("minDate", TextOrFormula, t("Earliest day or moment (FEEL or a date)"), { names }),
        on("datetime") && make("maxDate", TextOrFormula, t("Latest day or moment (FEEL or a date)"), { names }),
        on(COUNTED) && make("minItems", TextOrFormula, t("Fewest rows, choices or files"), { names }),
        on(COUNTED) && make("maxItems", TextOrFormula, t("Most rows, choices or files"), { names }),
        on("filepicker") && make("maxSize", Line, t("Largest size, such as 20MB")),
        on(INPUTS, CONTAINERS) && make("validWhen", Formula, on(CONTAINERS) ? t("Must hold for the whole group (FEEL)") : t("Must be true once it is filled in (FEEL)"), { names }),
        on(INPUTS, CONTAINERS) && make("validMessage", Lines, t("What to say, and to do, when it is not")),
      ]),
      group("yf-use", t("How the field is used"), [
        on(INPUTS, CONTAINERS, "expression") && make("confidential", Tick, t("Confidential: readers without the right see a note instead.")),
        on(INPUTS, "expression") && make("summary", Tick, t("One of the fields by which cases are told apart (three at most)")),
        on("textarea", "textfield") && make("opinion", Tick, t("The opinion of this step, shown in the timeline")),
      ]),
    ];
  }

  // Each Chinese text of the component with its English, which the package keeps beside the form.
  _english(field) {
    const { english } = this._office;
    return textsOf(field).map((text, index) => ({
      id: `yf-english-${index}`,
      component: text.length > 30 || text.includes("\n") ? Lines : Line,
      field,
      label: text.length > 60 ? `${text.slice(0, 60)}…` : text,
      get: () => english.of(text),
      set: (value) => english.set(text, value),
      isEdited: () => Boolean(english.of(text)),
    }));
  }

  _maker(field, editField) {
    return (name, component, label, more = {}) => ({
      id: `yf-${name}`,
      component,
      field,
      label,
      get: () => field.properties?.[name],
      set: (value) => setProperty(field, editField, name, value),
      isEdited: () => Boolean(field.properties?.[name]),
      ...more,
    });
  }

  // form-js names a date and a computed value elsewhere than our renderer does.
  _label(field, editField) {
    return {
      id: "yf-label",
      component: Line,
      field,
      label: field.type === "expression" ? t("Label of the result") : t("Field label"),
      get: () => field.label ?? field.properties?.label ?? field.dateLabel,
      set: (value) =>
        editField(field, { label: value, ...(field.type === "datetime" ? { dateLabel: value } : {}) }),
      isEdited: () => Boolean(field.label),
    };
  }

  _accept(field, editField) {
    return {
      id: "yf-accept",
      component: Line,
      field,
      label: t("Supported file formats"),
      description: t("Endings or media types, separated by commas: .docx,.pdf"),
      get: () => field.accept || field.properties?.accept,
      set: (value) =>
        editField(field, { accept: value, ...("accept" in (field.properties ?? {}) ? { properties: { ...field.properties, accept: value } } : {}) }),
      isEdited: () => Boolean(field.accept),
    };
  }

  // What formulas may name: the form's fields. The office's functions are in the editor's own list.
  _names() {
    const keys = this._fields.getAll().map((each) => each.key ?? each.path).filter(Boolean);
    return [...new Set(keys)].map((name) => ({ name }));
  }
}

FormGroups.$inject = ["propertiesPanel", "formFieldRegistry", "office"];

function group(id, label, entries) {
  return { id, label, component: Group, entries: entries.filter(Boolean) };
}

// Properties are texts; an empty one is taken away.
function setProperty(field, editField, name, value) {
  const properties = { ...field.properties };
  if (value === "" || value === undefined) delete properties[name];
  else properties[name] = value;
  editField(field, "properties", Object.keys(properties).length ? properties : undefined);
}
