// A link to something folded unfolds it: also when the page is opened at it.

export function unfoldWhatIsMeant(root) {
  const open = () => {
    const id = decodeURIComponent(window.location.hash.slice(1));
    const target = id && root.getElementById(id);
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.querySelector("summary")?.focus({ preventScroll: true });
    }
  };
  window.addEventListener("hashchange", open);
  root.addEventListener("click", (event) => {
    // The same address a second time changes no hash.
    if (event.target.closest?.("a[data-yf-unfold]")) setTimeout(open);
  });
  open();
}
