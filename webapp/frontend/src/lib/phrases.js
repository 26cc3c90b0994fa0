// Common phrases are put into the opinion where the cursor stands.
//
//   <textarea data-yf-opinion>   <button type="button" data-yf-phrase>Agreed.</button>

export function insertPhrases(root) {
  let last = null;
  root.addEventListener("focusin", ({ target }) => {
    if (target.matches?.("textarea[data-yf-opinion]")) last = target.id;
  });
  root.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-yf-phrase]");
    if (!button) return;
    const field = root.getElementById(last) ?? root.querySelector("textarea[data-yf-opinion]");
    if (!field) return;
    const text = button.textContent.trim();
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    field.scrollIntoView({ block: "nearest" });
  });
}
