// A button that prints the page; it is shown where there is script to answer it.
export function printOnDemand(root) {
  for (const button of root.querySelectorAll("[data-yf-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

// On paper everything is unfolded: what was decided belongs to the document, and is folded again after.

export function unfoldForPrint(root) {
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...root.querySelectorAll("details.yf-step:not([open])")];
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
    folded = [];
  });
}
