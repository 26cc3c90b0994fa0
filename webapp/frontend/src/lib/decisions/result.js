// What a case gave, in words: the value, the rules that fired, the values they looked at.

export function result(outcome, data, questions, t) {
  const parts = [];
  if (outcome.value !== null) {
    parts.push(line(t("Result"), outcome.value, outcome.agrees === false ? "error" : outcome.agrees ? "good" : ""));
    if (outcome.agrees === false) parts.push(note(t("Not as expected"), "error"));
  }
  for (const [where, text] of outcome.problems) parts.push(note(told(where, text, questions), "error"));
  for (const table of outcome.tables) parts.push(asked(table, data, t));
  const others = outcome.made.slice(0, -1);
  if (others.length) {
    parts.push(heading(t("Decisions it rests on")), pairs(others.map(([, name, value]) => [name, value])));
  }
  return parts;
}

function told(where, text, questions) {
  const question = questions.find((each) => each.name === where);
  return question ? `${question.label}: ${text}` : text;
}

function asked(table, data, t) {
  const box = document.createElement("section");
  box.className = "yf-d-table";
  const policy = data.policies[table.hit_policy] ?? table.hit_policy;
  box.append(heading(table.decision), line(t("Hit policy"), policy));
  const rules = table.rules.map(([, number, text]) => (text ? t("rule {n} ({note})", { n: number, note: text }) : t("rule {n}", { n: number })));
  box.append(
    rules.length
      ? line(t("Fired"), rules.join(t(", ")), "good")
      : note(t("No rule fired: the cells in red say why."), "error"),
  );
  if (table.columns.length) box.append(pairs(table.columns.map(({ label, value }) => [label, value])));
  return box;
}

function heading(text) {
  const made = document.createElement("h3");
  made.className = "yf-d-heading";
  made.textContent = text;
  return made;
}

function line(name, text, state = "") {
  const made = document.createElement("p");
  made.className = "yf-d-line";
  const label = document.createElement("span");
  label.textContent = name;
  const value = document.createElement("strong");
  value.textContent = text;
  value.dataset.state = state;
  made.append(label, " ", value);
  return made;
}

function note(text, state) {
  const made = document.createElement("p");
  made.className = "yf-d-wrong";
  made.dataset.state = state;
  made.textContent = text;
  return made;
}

function pairs(rows) {
  const made = document.createElement("dl");
  made.className = "yf-d-pairs";
  for (const [name, value] of rows) {
    const term = document.createElement("dt");
    term.textContent = name;
    const text = document.createElement("dd");
    text.textContent = value;
    made.append(term, text);
  }
  return made;
}
