// An open menu closes by Escape and by a click beside it, as people expect.

export function closeMenus(root) {
  const open = () => root.querySelectorAll("details.yf-me[open], details.yf-menu[open]");
  root.addEventListener("click", ({ target }) => {
    for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  });
  root.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
