// Lists by keyboard: j and k walk the rows, Enter opens (it is a link), / goes to the search.

export function walkRows(root) {
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/") {
      const search = root.querySelector("#f-text") ?? root.querySelector("#top-search");
      if (!search) return;
      event.preventDefault();
      search.focus();
    } else if (event.key === "j" || event.key === "k") {
      step(root, event.key === "j" ? 1 : -1);
    }
  });
}

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

function step(root, by) {
  const rows = [...root.querySelectorAll(".yf-row-title")];
  if (!rows.length) return;
  const at = rows.indexOf(root.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}
