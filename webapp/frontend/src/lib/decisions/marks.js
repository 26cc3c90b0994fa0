// What is told of cells, by a style sheet of its own: the table draws itself anew as it likes.

export class Marks {
  constructor() {
    this._sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this._sheet];
    this._problems = "";
    this._fired = "";
  }

  problems(found) {
    const worst = new Map();
    for (const each of found) {
      if (each.where && worst.get(each.where) !== "error") worst.set(each.where, each.severity);
    }
    this._problems = [...worst]
      .map(([id, severity]) => {
        const colour = severity === "error" ? "var(--yf-red)" : "var(--yf-lamp-yellow)";
        const places = [`td[data-element-id=${quoted(id)}]`, `th[data-col-id=${quoted(id)}]`];
        return `${places.map((each) => `.yf-decisions ${each}`).join()}{box-shadow:inset 0 0 0 2px ${colour} !important}`;
      })
      .join("\n");
    this._draw();
  }

  // The rules that held, and in every other rule the cells for which it did not.
  fired(tables) {
    const rules = [];
    for (const table of tables) {
      const held = new Set(table.rules.map(([id]) => id));
      for (const id of held) rules.push(row(id, "", "var(--yf-lamp-green-pale)"));
      for (const [id, cells] of Object.entries(table.cells)) {
        if (held.has(id)) continue;
        cells.forEach((holds, index) => {
          const column = table.columns[index]?.id;
          if (!holds && column) rules.push(row(id, `[data-col-id=${quoted(column)}]`, "var(--yf-lamp-red-pale)"));
        });
      }
    }
    this._fired = rules.join("\n");
    this._draw();
  }

  _draw() {
    this._sheet.replaceSync(`${this._fired}\n${this._problems}`);
  }
}

function row(id, cell, colour) {
  return `.yf-decisions td[data-row-id=${quoted(id)}]${cell}{background:${colour} !important}`;
}

function quoted(text) {
  return `"${text.replace(/["\\\n]/g, (sign) => `\\${sign.charCodeAt(0).toString(16)} `)}"`;
}
