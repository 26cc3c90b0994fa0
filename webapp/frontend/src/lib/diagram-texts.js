// A drawing in the page's language: its names and notes, exchanged before it is drawn. The file that
// people download stays as it was drawn. Labels beside what they name were given room for Chinese:
// they are widened, and grow away from what they name.

const LETTER = 6.6; // widths and heights of the label's font, in the drawing's units
const WIDE = 12;
const LINE = 14;
const ROOM = 100; // as wide as a label may become, unless a word is longer

export function translate(model, texts) {
  if (Object.keys(texts).length === 0) return model;
  const tree = new DOMParser().parseFromString(model, "application/xml");
  if (tree.querySelector("parsererror")) return model; // the viewer says what is wrong
  const named = new Map();
  for (const node of tree.getElementsByTagName("*")) {
    const name = node.getAttribute("name");
    if (has(texts, name)) {
      node.setAttribute("name", latin(texts[name]));
      if (node.id) named.set(node.id, texts[name]);
    }
    if (node.localName === "text" && has(texts, node.textContent.trim())) {
      node.textContent = texts[node.textContent.trim()];
    }
  }
  for (const label of tree.getElementsByTagNameNS("*", "BPMNLabel")) {
    const text = named.get(label.parentNode.getAttribute("bpmnElement"));
    if (text) makeRoom(label, text);
  }
  return new XMLSerializer().serializeToString(tree);
}

function makeRoom(label, text) {
  const bounds = child(label, "Bounds");
  if (!bounds) return;
  const box = numbers(bounds);
  const words = text.split(/\s+/).map(widthOf);
  const whole = words.reduce((sum, width) => sum + width + LETTER, -LETTER);
  const width = Math.ceil(Math.max(box.width, ...words, Math.min(whole, ROOM)) + 4);
  const height = LINE * lines(words, width);
  const side = sideOf(label.parentNode, box);
  const left = { right: 0, left: 1 }[side] ?? 0.5;
  const top = { above: 1, below: 0 }[side] ?? 0.5;
  bounds.setAttribute("x", Math.round(box.x + (box.width - width) * left));
  bounds.setAttribute("y", Math.round(box.y + (box.height - height) * top));
  bounds.setAttribute("width", width);
  bounds.setAttribute("height", height);
}

// On which side of what it names a label stands: that is where it may grow.
function sideOf(owner, box) {
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const own = child(owner, "Bounds");
  if (own) {
    const { x, y, width, height } = numbers(own);
    if (middle.x > x + width) return "right";
    if (middle.x < x) return "left";
    return middle.y < y + height / 2 ? "above" : "below";
  }
  const points = [...owner.children].filter((node) => node.localName === "waypoint").map(numbers);
  const [nearest] = points
    .slice(1)
    .map((to, at) => piece(points[at], to, middle))
    .sort((one, other) => one.distance - other.distance);
  return nearest?.side ?? "below";
}

// One piece of a line, as seen from a point.
function piece(from, to, { x, y }) {
  const near = (value, one, other) =>
    Math.min(Math.max(value, Math.min(one, other)), Math.max(one, other));
  const at = { x: near(x, from.x, to.x), y: near(y, from.y, to.y) };
  const upright = Math.abs(from.x - to.x) < Math.abs(from.y - to.y);
  return {
    distance: Math.hypot(x - at.x, y - at.y),
    side: upright ? (x < at.x ? "left" : "right") : y < at.y ? "above" : "below",
  };
}

function lines(words, width) {
  let count = 1;
  let filled = 0;
  for (const word of words) {
    if (filled && filled + LETTER + word > width) {
      count += 1;
      filled = word;
    } else {
      filled += (filled ? LETTER : 0) + word;
    }
  }
  return count;
}

// Fonts that have Chinese draw a curled apostrophe as wide as a character.
function latin(text) {
  return /[\u2e80-\uffef]/.test(text) ? text : text.replace(/’/g, "'");
}

function widthOf(word) {
  return [...word].reduce((sum, sign) => sum + (sign > "\u2e7f" ? WIDE : LETTER), 0);
}

function child(node, name) {
  return [...node.children].find((one) => one.localName === name);
}

function numbers(node) {
  const found = {};
  for (const name of ["x", "y", "width", "height"]) found[name] = Number(node.getAttribute(name) ?? 0);
  return found;
}

function has(texts, name) {
  return name !== null && Object.prototype.hasOwnProperty.call(texts, name);
}
