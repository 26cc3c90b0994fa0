// Marks of a case on its model: a class that colours the element and a badge that says the same
// without colour. Drawing again replaces what was drawn before.

const SIGNS = {
  ...{ active: "●", overdue: "!", waiting: "…", done: "✓" },
  ...{ "heat-1": "", "heat-2": "", "heat-3": "", "heat-4": "" }, // how many, or how long: badges say it
  ...{ added: "+", removed: "−", changed: "≠", moved: "↔" }, // between two drawings
};
const STATES = Object.keys(SIGNS);
const OVERLAY = "yf-mark";

export function drawMarks(viewer, marks) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const registry = viewer.get("elementRegistry");

  overlays.remove({ type: OVERLAY });
  registry.forEach((element) => {
    for (const state of STATES) canvas.removeMarker(element, `yf-${state}`);
  });
  for (const [id, mark] of Object.entries(marks)) {
    const element = registry.get(id);
    if (!element || !STATES.includes(mark.state)) continue; // an element this version no longer draws
    canvas.addMarker(element, `yf-${mark.state}`);
    if (element.waypoints) continue;
    overlays.add(element, OVERLAY, {
      position: { top: -13, right: 16 },
      html: badge(id, mark),
    });
  }
}

function badge(id, mark) {
  const node = document.createElement(mark.href ? "a" : "span");
  if (mark.href) node.setAttribute("href", mark.href);
  node.className = `yf-badge yf-badge-${mark.state}`;
  node.dataset.badgeFor = id;
  node.textContent = mark.label ?? SIGNS[mark.state] + (mark.count > 1 ? ` ${mark.count}` : "");
  if (mark.text) {
    node.title = mark.text;
    if (mark.href) node.setAttribute("aria-label", mark.text);
  }
  return node;
}
