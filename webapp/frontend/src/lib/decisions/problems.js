// What the server finds wrong, in a list that leads to the cell.

export class Problems {
  constructor({ list, summary, marks, translate, holds, lead }) {
    Object.assign(this, { list, summary, marks, translate, holds, lead });
  }

  show(problems) {
    this.marks.problems(problems);
    this.list.replaceChildren(...problems.map((each) => this._row(each)));
    const t = this.translate;
    const errors = problems.filter((each) => each.severity === "error").length;
    const warnings = problems.length - errors;
    this.summary.dataset.state = errors ? "error" : warnings ? "warning" : "good";
    this.summary.textContent = problems.length
      ? t("{errors} errors, {warnings} warnings", { errors, warnings })
      : t("No problem found");
  }

  failed(text) {
    this.summary.textContent = text;
    this.summary.dataset.state = "error";
  }

  _row(problem) {
    const t = this.translate;
    const row = document.createElement("li");
    row.className = `yf-m-problem yf-m-problem-${problem.severity}`;
    const level = document.createElement("span");
    level.className = "yf-m-level";
    level.textContent = problem.severity === "error" ? t("Error") : t("Warning");
    const here = problem.where && this.holds(problem.where);
    const text = document.createElement(here ? "button" : "span");
    text.className = "yf-m-text";
    text.textContent = problem.text;
    if (here) {
      text.type = "button";
      text.addEventListener("click", () => this.lead(problem.where));
    }
    row.append(level, text);
    if (!here && problem.file) {
      const file = document.createElement("code");
      file.textContent = problem.file;
      row.append(file);
    }
    return row;
  }
}
