// Rows of the page and elements of the diagram belong together: pointing at one, or the focus in it,
// marks the other. A badge on the diagram is how the keyboard reaches an element.

const ROW_MARK = "yf-row-marked";
const LINGERS_MS = 250;

export function tieToPage(viewer, figure) {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const known = (id) => id && registry.get(id);

  const rowOf = (event) => event.target.closest?.("[data-diagram-element]")?.dataset.diagramElement;
  const toggle = (method) => (event) => {
    const id = rowOf(event);
    if (known(id)) canvas[method](id, "yf-highlight");
  };
  let waiting;
  const show = (event) => {
    toggle("addMarker")(event);
    clearTimeout(waiting);
    const id = rowOf(event);
    // Not at once: the pointer may only be on its way over the rows.
    if (known(id) && !figure.contains(event.target)) {
      waiting = setTimeout(() => bringIntoView(canvas, registry.get(id)), LINGERS_MS);
    }
  };
  for (const type of ["mouseover", "focusin"]) document.addEventListener(type, show);
  for (const type of ["mouseout", "focusout"]) {
    document.addEventListener(type, toggle("removeMarker"));
  }

  viewer.on("element.hover", ({ element }) => mark(element.id, true));
  viewer.on("element.out", ({ element }) => mark(element.id, false));
  viewer.on("element.click", ({ element }) => {
    figure.dispatchEvent(
      new CustomEvent("yifa:element", { bubbles: true, detail: { id: element.id } }),
    );
    goTo(element.id);
  });

  const badgeOf = (event) => event.target.closest?.("[data-badge-for]")?.dataset.badgeFor;
  for (const [type, on] of [
    ["mouseover", true],
    ["focusin", true],
    ["mouseout", false],
    ["focusout", false],
  ]) {
    figure.addEventListener(type, (event) => {
      const id = badgeOf(event);
      if (!id) return;
      mark(id, on);
      canvas[on ? "addMarker" : "removeMarker"](id, "yf-highlight");
    });
  }
  figure.addEventListener("click", (event) => {
    const badge = event.target.closest?.("button[data-badge-for]");
    if (badge) goTo(badge.dataset.badgeFor);
  });
}

// A badge that leads nowhere yet leads to the row of its element.
export function reachByKey(viewer, figure) {
  const registry = viewer.get("elementRegistry");
  for (const badge of figure.querySelectorAll("span[data-badge-for]")) {
    const id = badge.dataset.badgeFor;
    if (!rowsOf(id).length) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = badge.className;
    button.dataset.badgeFor = id;
    button.textContent = badge.textContent;
    const name = registry.get(id)?.businessObject?.name ?? id;
    const told = [name, badge.title, figure.dataset.textRow].filter(Boolean).join(" · ");
    button.title = badge.title || told;
    button.setAttribute("aria-label", `${badge.textContent} ${told}`); // what is seen is also heard
    badge.replaceWith(button);
  }
}

function bringIntoView(canvas, element) {
  const box = canvas.viewbox();
  const at = element.waypoints?.[0] ?? element;
  const inside =
    at.x > box.x &&
    at.y > box.y &&
    at.x + (element.width ?? 0) < box.x + box.width &&
    at.y + (element.height ?? 0) < box.y + box.height;
  if (!inside) canvas.scrollToElement(element, 60);
}

function rowsOf(id) {
  return [
    ...document.querySelectorAll(`[data-diagram-element="${CSS.escape(id.replace(/_label$/, ""))}"]`),
  ];
}

function mark(id, on) {
  for (const row of rowsOf(id)) row.classList.toggle(ROW_MARK, on);
}

function goTo(id) {
  const rows = rowsOf(id);
  const target = rows.find((row) => row.offsetParent !== null) ?? rows[0];
  target?.scrollIntoView({ block: "nearest" });
  target?.focus({ preventScroll: true });
}
