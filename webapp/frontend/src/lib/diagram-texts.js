// A drawing in the page's language: its names and notes, exchanged before it is drawn. The file that
// people download stays as it was drawn.

export function translate(model, texts) {
  if (Object.keys(texts).length === 0) return model;
  const tree = new DOMParser().parseFromString(model, "application/xml");
  if (tree.querySelector("parsererror")) return model; // the viewer says what is wrong
  for (const node of tree.getElementsByTagName("*")) {
    const name = node.getAttribute("name");
    if (has(texts, name)) node.setAttribute("name", texts[name]);
    if (node.localName === "text" && has(texts, node.textContent.trim())) {
      node.textContent = texts[node.textContent.trim()];
    }
  }
  return new XMLSerializer().serializeToString(tree);
}

function has(texts, name) {
  return name !== null && Object.prototype.hasOwnProperty.call(texts, name);
}
