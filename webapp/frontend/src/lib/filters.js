// The address of a narrowed list is passed on to colleagues: what is not filled in stays out of it.

export function shortAddresses(root) {
  root.addEventListener("submit", ({ target }) => {
    if (!target.matches("form.yf-filters")) return;
    const empty = [...target.elements].filter((field) => field.name && field.value === "");
    for (const field of empty) field.disabled = true;
    setTimeout(() => {
      for (const field of empty) field.disabled = false; // coming back finds the form whole
    });
  });
}
