// The decisions as dmn-js has them: what stands where, and notes it would not show.

// An element and everything inside it.
export function* within(element) {
  yield element;
  for (const { name, isReference } of element.$descriptor.properties) {
    if (isReference) continue;
    const value = element.get(name);
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each?.$descriptor) yield* within(each);
    }
  }
}

// The view that shows an element, by its id.
export function viewOf(modeler, id) {
  const views = modeler.getViews();
  const inside = views.find(
    ({ element, type }) => type !== "drd" && [...within(element)].some((each) => each.id === id),
  );
  if (inside) return inside;
  const drawn = views.find(({ type }) => type === "drd");
  return drawn && [...within(drawn.element)].some((each) => each.id === id) ? drawn : undefined;
}

// The table editor shows one note of a rule, its description. Annotations, which other tools write,
// become that note where a rule has none; with several columns each keeps its name.
export function showAnnotations(definitions) {
  for (const table of [...within(definitions)].filter((each) => each.$type === "dmn:DecisionTable")) {
    const columns = table.get("annotation") ?? [];
    for (const rule of table.get("rule") ?? []) {
      const entries = (rule.get("annotationEntry") ?? []).map((each) => each.get("text") ?? "");
      const named = entries
        .map((text, index) => [columns[index]?.get("name"), text])
        .filter(([, text]) => text);
      const note = named
        .map(([name, text]) => (columns.length > 1 && name ? `${name}：${text}` : text))
        .join("；");
      if (note && rule.get("description")) rule.set("description", `${note}；${rule.get("description")}`);
      else if (note) rule.set("description", note);
      delete rule.annotationEntry;
    }
    delete table.annotation;
  }
}
