// The English of the form's texts: what the server knows of it, and over that what is typed here.

const HAN = /[\u3400-\u9fff]/;
export const COMMAND = "yf.english";

export class English {
  // `onChange` when a text has another English; `run` has what is typed done, so that it can be undone.
  constructor(onChange, run) {
    this._known = new Map();
    this._typed = new Map();
    this._changed = onChange;
    this._run = run;
  }

  of(text) {
    return this._typed.get(text) ?? this._known.get(text) ?? "";
  }

  set(text, english) {
    if (english !== this.of(text)) this._run(COMMAND, { text, english });
  }

  // Puts it in without a step that could be undone: what was there before stands in its place again.
  put(text, english) {
    this._typed.set(text, english);
    this._changed();
  }

  learn(known) {
    const news = Object.entries(known ?? {}).filter(([text, english]) => this._known.get(text) !== english);
    for (const [text, english] of news) this._known.set(text, english);
    if (news.length) this._changed();
  }

  // As the server takes it: a JSON text, the same for the same changes.
  changes() {
    return JSON.stringify(Object.fromEntries(this._typed));
  }
}

// A step of the editor's own stack.
export class Translate {
  constructor(office) {
    this._english = office.english;
  }

  execute(context) {
    context.before = this._english.of(context.text);
    this._english.put(context.text, context.english);
    return [];
  }

  revert({ text, before }) {
    this._english.put(text, before);
    return [];
  }
}
Translate.$inject = ["office"];

// A component as somebody who reads English sees it: a copy, so that the form stays as it is.
export function inEnglish(field, english) {
  const say = (text) => (typeof text === "string" && english.of(text)) || text;
  const labelled = (list) =>
    Array.isArray(list) ? list.map((each) => (each?.label ? { ...each, label: say(each.label) } : each)) : list;
  const shown = { ...field };
  for (const name of ["label", "description", "text", "dateLabel", "timeLabel"]) {
    if (shown[name]) shown[name] = say(shown[name]);
  }
  for (const name of ["values", "columns"]) if (shown[name]) shown[name] = labelled(shown[name]);
  if (shown.appearance) {
    const { prefixAdorner, suffixAdorner } = shown.appearance;
    shown.appearance = { ...shown.appearance, prefixAdorner: say(prefixAdorner), suffixAdorner: say(suffixAdorner) };
  }
  return shown;
}

// Has the canvas draw components in English.
export class EnglishCanvas {
  constructor(formFields, office) {
    const get = formFields.get.bind(formFields);
    const drawn = new Map();
    formFields.get = (type) => {
      const component = get(type);
      if (typeof component !== "function") return component;
      if (!drawn.has(component)) {
        const shown = (props) => component({ ...props, field: inEnglish(props.field, office.english) });
        drawn.set(component, Object.assign(shown, component));
      }
      return drawn.get(component);
    };
  }
}
EnglishCanvas.$inject = ["formFields", "office"];

// The Chinese texts of a component that people read, its own only: as `engine.forms` finds them.
export function textsOf(field) {
  const { properties = {}, appearance = {}, values = [], columns = [] } = field;
  const texts = [
    field.label, field.description, field.text, field.dateLabel, field.timeLabel,
    properties.label, properties.help, properties.validMessage,
    appearance.prefixAdorner, appearance.suffixAdorner,
    ...[...values, ...columns].map((each) => each?.label),
  ].flatMap((text) => (`${text ?? ""}`.trim().startsWith("=") ? literals(text) : [text]));
  texts.push(...literals(field.valuesExpression), ...literals(field.expression));
  return [...new Set(texts.filter((text) => typeof text === "string" && HAN.test(text)))];
}

// The texts written into a formula.
function literals(formula) {
  if (typeof formula !== "string") return [];
  return [...formula.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text);
}
