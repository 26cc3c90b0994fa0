// What the server finds wrong with a form, on its components and in a list that leads to them.

import { Problems } from "../modeler/problems.js";
import { placed } from "./places.js";

export class FormProblems extends Problems {
  constructor(editor, path, parts) {
    super(editor, parts);
    this._path = path;
    this._canvas = parts.canvas;
    this._found = new Map();
  }

  show(problems) {
    const schema = this._modeler.getSchema();
    super.show(
      problems.map((each) => {
        const field = each.file === this._path ? placed(schema, each.where) : null;
        return { ...each, where: field?.id ?? "", file: each.file === this._path ? "" : each.file };
      }),
    );
  }

  // The editor draws its components anew after every change.
  again() {
    for (const [id, found] of this._found) this._paint(id, found);
  }

  select(id) {
    const field = this._element(id);
    if (field) this._modeler.get("selection").set(field);
  }

  _element(id) {
    return id ? this._modeler.get("formFieldRegistry").get(id) : undefined;
  }

  _mark(id, found) {
    this._found.set(id, found);
    this._paint(id, found);
  }

  _paint(id, found) {
    const place = this._canvas.querySelector(`.fjs-element[data-id="${CSS.escape(id)}"]`);
    if (!place || place.querySelector(":scope > [data-problem-for]")) return;
    const worst = found.some((each) => each.severity === "error") ? "error" : "warning";
    const badge = document.createElement("span");
    badge.className = `yf-m-badge yf-f-badge yf-m-badge-${worst}`;
    badge.textContent = worst === "error" ? "!" : "?";
    badge.title = found.map((each) => each.text).join("\n");
    badge.dataset.problemFor = id;
    place.append(badge);
  }

  _clear() {
    this._found?.clear();
    for (const each of this._canvas.querySelectorAll("[data-problem-for]")) each.remove();
  }
}
