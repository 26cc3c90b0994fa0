// How much of the model is seen: the whole at first, as long as its text can still be read; else
// the part where the case stands. Buttons for who does not drag.

const READABLE = 0.55; // smallest zoom at which 12 px text can be read

export function showWhole(viewer, container, important) {
  const canvas = viewer.get("canvas");
  let touched = false;

  // A figure that is not laid out (yet, or any more) has no size to fit into.
  const seen = () => container.clientWidth > 0 && container.clientHeight > 0;

  function fit() {
    canvas.zoom("fit-viewport", "auto");
    const zoom = canvas.zoom();
    if (zoom > 1) canvas.zoom(1, "auto");
  }

  function open() {
    fit();
    if (canvas.zoom() >= READABLE) return;
    const registry = viewer.get("elementRegistry");
    const first = important.find((id) => registry.get(id)) ?? startEvent(registry);
    if (!first) return;
    canvas.zoom(READABLE);
    canvas.scrollToElement(first, { left: 60, right: container.clientWidth / 2 });
  }

  function step(factor) {
    touched = true;
    canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * factor)), "auto");
  }

  if (seen()) open();
  container.addEventListener("pointerdown", () => (touched = true));
  new ResizeObserver(() => {
    if (!seen()) return;
    canvas.resized();
    if (!touched) open();
  }).observe(container);

  return {
    zoomIn: () => step(1.25),
    zoomOut: () => step(0.8),
    fit: () => {
      touched = true;
      fit();
    },
  };
}

function startEvent(registry) {
  return registry.filter((element) => element.type === "bpmn:StartEvent")[0]?.id;
}

export function addTools(figure, view) {
  const tools = document.createElement("div");
  tools.className = "yf-diagram-tools";
  tools.append(
    button("+", figure.dataset.textZoomIn, view.zoomIn),
    button("−", figure.dataset.textZoomOut, view.zoomOut),
    button("⤢", figure.dataset.textFit, view.fit),
  );
  figure.prepend(tools);
}

function button(sign, name, act) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = sign;
  node.title = name ?? "";
  node.setAttribute("aria-label", name ?? sign);
  node.addEventListener("click", act);
  return node;
}
