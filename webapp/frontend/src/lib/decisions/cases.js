// Cases beside the table: typed in, tried on the server with what is drawn, and told in words.

import { choice, control } from "./control.js";
import { result } from "./result.js";

let numbers = 0;

export class Cases {
  constructor({ root, data, translate, onChange, onShow }) {
    Object.assign(this, { root, data, translate, onChange, onShow });
    this.cases = (data.cases ?? []).map((each) => ({ ...each, key: (numbers += 1) }));
    this.changed = false;
    this.questions = {};
    this.results = [];
    this.decision = data.decision;
    this.chosen = this.cases[0]?.key ?? 0;
    this.part = (name) => root.querySelector(`[data-case=${name}]`);
    this.part("add").addEventListener("click", () => this.add());
    this.part("decision").addEventListener("change", ({ target }) => this.ask(target.value));
  }

  // As the server takes them.
  typed() {
    return this.cases.map(({ title, decision, expect, inputs }) => ({ title, decision, expect, inputs }));
  }

  // Shows the cases of a decision.
  ask(decision) {
    if (!decision || decision === this.decision) return;
    this.decision = decision;
    this.chosen = this._mine()[0]?.key ?? 0;
    this._draw();
  }

  show({ questions, cases, unreadable }) {
    const asked = JSON.stringify(questions) !== JSON.stringify(this.questions);
    this.questions = questions;
    this.results = new Map(this.cases.map((each, index) => [each.key, cases[index]]));
    this.unreadable = unreadable;
    if (!questions[this.decision]) this.decision = Object.keys(questions)[0] ?? "";
    if (!this._mine().some((each) => each.key === this.chosen)) this.chosen = this._mine()[0]?.key ?? 0;
    if (asked) this._draw();
    else this._tell();
  }

  failed(text) {
    this.part("summary").textContent = text;
  }

  add(like) {
    const t = this.translate;
    const fresh = {
      key: (numbers += 1),
      title: t("Case {n}", { n: this._mine().length + 1 }),
      decision: this.decision,
      expect: "",
      inputs: like ? structuredCopy(like.inputs) : {},
    };
    this.cases.push(fresh);
    this.chosen = fresh.key;
    this._edited();
    this._draw();
    this.part("form").querySelector("input")?.focus();
  }

  remove(gone) {
    this.cases = this.cases.filter((each) => each !== gone);
    this.chosen = this._mine()[0]?.key ?? 0;
    this._edited();
    this._draw();
    (this.part("list").querySelector("button") ?? this.part("add")).focus();
  }

  _mine() {
    return this.cases.filter((each) => each.decision === this.decision);
  }

  _current() {
    return this._mine().find((each) => each.key === this.chosen);
  }

  _edited() {
    this.changed = true;
    this.onChange();
  }

  // --- drawing -------------------------------------------------------------------------------------

  _draw() {
    const ids = Object.keys(this.questions);
    const select = this.part("decision");
    select.replaceChildren(...ids.map((id) => choice(id, this.data.names?.[id] || id)));
    select.value = this.decision;
    select.closest("[data-case=decisions]").hidden = ids.length < 2;
    this._drawForm();
    this._tell();
  }

  _drawForm() {
    const current = this._current();
    const form = this.part("form");
    form.replaceChildren();
    if (!current) return;
    const t = this.translate;
    const questions = this.questions[this.decision] ?? [];
    const asked = new Set(questions.map((each) => each.name));
    const gone = Object.keys(current.inputs).filter((name) => !asked.has(name));
    form.append(
      this._field(t("Name of the case"), "string", current.title, [], (text) => {
        current.title = text;
      }),
      ...questions.map((each) => this._input(current, each)),
      ...gone.map((name) => this._input(current, { name, label: t("{name} (not asked for)", { name }), kind: current.inputs[name].kind, choices: [] })),
      this._expected(current),
      this._buttons(current),
    );
  }

  _input(current, { name, label, kind, choices, closed }) {
    const field = this._field(label, kind, current.inputs[name]?.text ?? "", choices, (text) => {
      if (text) current.inputs[name] = { kind, text };
      else delete current.inputs[name];
    }, closed, name);
    field.dataset.input = name;
    return field;
  }

  _expected(current) {
    const t = this.translate;
    const field = this._field(t("Expected result (FEEL, may be left empty)"), "", current.expect, [], (text) => {
      current.expect = text;
    });
    field.dataset.input = "expect";
    const take = document.createElement("button");
    take.type = "button";
    take.className = "btn btn-outline-primary btn-sm";
    take.textContent = t("Expect the present result");
    take.dataset.case = "take";
    take.addEventListener("click", () => {
      const value = this.results.get?.(current.key)?.value;
      if (value === null || value === undefined) return;
      current.expect = value;
      field.querySelector("input, textarea").value = value;
      this._edited();
    });
    field.append(take);
    return field;
  }

  _buttons(current) {
    const t = this.translate;
    const row = document.createElement("div");
    row.className = "yf-d-buttons";
    for (const [text, act] of [
      [t("Copy this case"), () => this.add(current)],
      [t("Remove this case"), () => this.remove(current)],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-primary btn-sm";
      button.textContent = text;
      button.addEventListener("click", act);
      row.append(button);
    }
    return row;
  }

  _field(label, kind, value, choices, set, closed = false, hint = "") {
    const changed = (text) => {
      set(text);
      this._edited();
      this._tellList();
    };
    return control({ label, kind, value, choices, closed, hint, changed, translate: this.translate });
  }

  // --- telling -------------------------------------------------------------------------------------

  _tell() {
    this._tellList();
    const current = this._current();
    const outcome = current && this.results.get?.(current.key);
    const t = this.translate;
    this.part("result").replaceChildren(
      ...(this.unreadable ? [told(this.unreadable)] : outcome ? result(outcome, this.data, this.questions[this.decision] ?? [], t) : []),
    );
    this.onShow(outcome?.tables ?? []);
  }

  _tellList() {
    const t = this.translate;
    const mine = this._mine();
    const list = this.part("list");
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...mine.map((each) => this._line(each)));
    if (focused) list.querySelector("[aria-current=true]")?.focus();
    const wrong = mine.filter((each) => this.results.get?.(each.key)?.agrees === false).length;
    const right = mine.filter((each) => this.results.get?.(each.key)?.agrees === true).length;
    const summary = this.part("summary");
    summary.dataset.state = wrong ? "error" : right ? "good" : "";
    summary.textContent = !mine.length
      ? t("No cases yet. Add one to see which rule fires.")
      : wrong
        ? t("{n} cases do not give what is expected", { n: wrong })
        : right
          ? t("{n} cases give what is expected", { n: right })
          : "";
  }

  _line(each) {
    const t = this.translate;
    const outcome = this.results.get?.(each.key);
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "yf-d-case";
    button.setAttribute("aria-current", each.key === this.chosen ? "true" : "false");
    const sign = document.createElement("span");
    const state = outcome?.agrees === true ? "good" : outcome?.agrees === false ? "error" : "";
    sign.className = "yf-d-sign";
    sign.dataset.state = state;
    sign.textContent = state === "good" ? "✓" : state === "error" ? "✗" : "·";
    sign.title = state === "good" ? t("As expected") : state === "error" ? t("Not as expected") : "";
    const title = document.createElement("span");
    title.className = "yf-d-title";
    title.textContent = each.title || t("(no name)");
    const value = document.createElement("span");
    value.className = "yf-d-value";
    value.textContent = outcome ? (outcome.value ?? t("not tried")) : "…";
    if (sign.title) sign.append(hidden(sign.title));
    button.append(sign, title, value);
    button.addEventListener("click", () => {
      this.chosen = each.key;
      this._drawForm();
      this._tell();
    });
    row.append(button);
    return row;
  }
}

function hidden(text) {
  const span = document.createElement("span");
  span.className = "visually-hidden";
  span.textContent = text;
  return span;
}

function told(text) {
  const line = document.createElement("p");
  line.className = "yf-d-wrong";
  line.textContent = text;
  return line;
}

function structuredCopy(value) {
  return JSON.parse(JSON.stringify(value));
}
