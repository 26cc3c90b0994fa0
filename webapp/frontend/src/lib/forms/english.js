// The English of the form's texts: what the server knows of it, and over that what is typed here.

const HAN = /[\u3400-\u9fff]/;

export class English {
  constructor(onChange) {
    this._known = new Map();
    this._typed = new Map();
    this._changed = onChange;
  }

  of(text) {
    return this._typed.get(text) ?? this._known.get(text) ?? "";
  }

  set(text, english) {
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
