// What the server finds wrong, on the elements and in a list that leads to them.

export class Problems {
  constructor(modeler, { list, summary, translate }) {
    this._modeler = modeler;
    this._list = list;
    this._summary = summary;
    this._translate = translate;
    this._marked = [];
  }

  show(problems) {
    this._clear();
    const byElement = new Map();
    for (const each of problems) {
      if (!this._element(each.where)) continue;
      byElement.set(each.where, [...(byElement.get(each.where) ?? []), each]);
    }
    for (const [id, found] of byElement) this._mark(id, found);
    this._list.replaceChildren(...problems.map((each) => this._row(each)));
    this._summarise(problems);
  }

  failed(text) {
    this._summary.textContent = text;
    this._summary.dataset.state = "error";
  }

  _summarise(problems) {
    const t = this._translate;
    const errors = problems.filter((each) => each.severity === "error").length;
    const warnings = problems.length - errors;
    this._summary.dataset.state = errors ? "error" : warnings ? "warning" : "good";
    this._summary.textContent = problems.length
      ? t("{errors} errors, {warnings} warnings", { errors, warnings })
      : t("No problem found");
  }

  _element(id) {
    return id ? this._modeler.get("elementRegistry").get(id) : undefined;
  }

  _mark(id, found) {
    const worst = found.some((each) => each.severity === "error") ? "error" : "warning";
    const root = this._modeler.get("canvas").getRootElement();
    if (id === root.id) return;
    this._modeler.get("canvas").addMarker(id, `yf-m-${worst}`);
    const badge = document.createElement("span");
    badge.className = `yf-m-badge yf-m-badge-${worst}`;
    badge.textContent = worst === "error" ? "!" : "?";
    badge.title = found.map((each) => each.text).join("\n");
    badge.dataset.problemFor = id;
    const overlay = this._modeler
      .get("overlays")
      .add(id, "problem", { position: { top: -10, right: 10 }, html: badge });
    this._marked.push([id, `yf-m-${worst}`, overlay]);
  }

  _clear() {
    for (const [id, marker, overlay] of this._marked) {
      this._modeler.get("overlays").remove(overlay);
      if (this._element(id)) this._modeler.get("canvas").removeMarker(id, marker);
    }
    this._marked = [];
  }

  _row(problem) {
    const t = this._translate;
    const row = document.createElement("li");
    row.className = `yf-m-problem yf-m-problem-${problem.severity}`;
    const level = document.createElement("span");
    level.className = "yf-m-level";
    level.textContent = problem.severity === "error" ? t("Error") : t("Warning");
    const element = this._element(problem.where);
    const text = document.createElement(element ? "button" : "span");
    text.className = "yf-m-text";
    text.textContent = problem.text;
    if (element) {
      text.type = "button";
      text.addEventListener("click", () => this.select(problem.where));
    }
    row.append(level, text);
    if (!element && problem.file) {
      const file = document.createElement("code");
      file.textContent = problem.file;
      row.append(file);
    }
    return row;
  }

  select(id) {
    const element = this._element(id);
    if (!element) return;
    const canvas = this._modeler.get("canvas");
    canvas.setRootElement(canvas.findRoot(element) ?? canvas.getRootElement());
    if (element !== canvas.getRootElement()) canvas.scrollToElement(element, 120);
    this._modeler.get("selection").select(element);
  }
}
