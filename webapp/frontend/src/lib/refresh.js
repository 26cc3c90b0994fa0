// While a form is fetched anew (a field on which others hang was changed, a row was added), people go
// on typing. What they typed meanwhile is put back into the fresh form.

const FIELDS = "form-fields";

export function keepTyping(root) {
  let sent = new Map();
  let meanwhile = [];

  root.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target.id === FIELDS) sent = values(detail.target);
  });
  root.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== FIELDS) return;
    meanwhile = [...values(detail.target)].filter(([id, value]) => sent.get(id) !== value);
  });
  root.addEventListener("htmx:afterSwap", ({ detail }) => {
    for (const [id, value] of meanwhile) {
      const field = root.getElementById(id);
      if (!field) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = value;
      else field.value = value;
    }
    meanwhile = [];
    if (detail.requestConfig?.elt?.name === "_add") goTo(root, detail.requestConfig.elt);
  });
  root.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status !== 401) return;
    const form = detail.elt.closest("form");
    const status = form?.querySelector("[data-yf-saved]");
    if (status) status.textContent = form.dataset.textExpired ?? "";
  });
}

// The button that added a row names it as the place to go to; one types on in its first field.
function goTo(root, button) {
  const row = root.getElementById(button.getAttribute("formaction")?.split("#")[1]);
  (row?.querySelector("input:not([type=hidden]), select, textarea") ?? row)?.focus();
}

function values(part) {
  const found = new Map();
  for (const field of part.querySelectorAll("input[id], select[id], textarea[id]")) {
    if (field.type === "file") continue;
    const boxed = field.type === "checkbox" || field.type === "radio";
    found.set(field.id, boxed ? field.checked : field.value);
  }
  return found;
}
