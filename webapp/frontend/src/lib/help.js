// F1, or the link in the head of the page, opens the help for where one stands in a dialog: the page
// under it stays as it is. Without this the link leads to the same text as a page.

export function helpWhereOneStands(root) {
  const link = root.querySelector("a[data-yf-help]");
  const dialog = root.getElementById("yf-help");
  if (!link || !dialog) return;
  const open = (event) => {
    event.preventDefault();
    if (dialog.open) return;
    show(link.href, dialog).catch(() => {
      window.location.assign(link.href);
    });
  };
  link.addEventListener("click", (event) => {
    // With a key held one means another tab or window.
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) open(event);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "F1") open(event);
  });
  dialog.querySelector("[data-yf-close]").addEventListener("click", () => dialog.close());
}

async function show(address, dialog) {
  const place = dialog.querySelector("[data-yf-help-text]");
  if (!place.childElementCount) {
    const response = await fetch(address, { credentials: "same-origin" });
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const text = page.getElementById("help-text");
    if (!text) throw new Error(`${address}: no text`);
    dialog.querySelector("h2").textContent = text.dataset.title;
    for (const heading of text.querySelectorAll("h2")) {
      const lower = document.createElement("h3");
      lower.append(...heading.childNodes);
      heading.replaceWith(lower);
    }
    place.append(...text.childNodes);
  }
  dialog.showModal();
}
