// Lists by keyboard: j and k walk the rows, Enter opens (it is a link), / goes to the search, u goes
// back to the list, ? tells all keys.

export function walkRows(root) {
  const dialog = root.getElementById("yf-keys");
  const opener = root.querySelector("[data-yf-keys]");
  if (dialog && opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
    dialog.querySelector("[data-yf-close]").addEventListener("click", () => dialog.close());
  }
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (dialog?.open) return;
    const act = {
      "/": () => search(root),
      j: () => step(root, 1),
      k: () => step(root, -1),
      u: () => back(root),
      "?": () => tell(dialog),
    }[event.key];
    if (act?.()) event.preventDefault();
  });
}

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

function search(root) {
  const field = root.querySelector("#f-text") ?? root.querySelector("#top-search");
  field?.focus();
  field?.select();
  return field !== null;
}

function back(root) {
  const link = root.querySelector("[data-yf-back]");
  link?.click();
  return link !== null;
}

function tell(dialog) {
  dialog?.showModal();
  return Boolean(dialog);
}

function step(root, by) {
  const rows = [...root.querySelectorAll(".yf-row-title")];
  if (!rows.length) return false;
  const at = rows.indexOf(root.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
  return true;
}
