// A file that is too large is told before it travels; the server refuses it in any case.

export function checkFiles(form) {
  const root = document.documentElement;
  const most = Number(root.dataset.maxMb) * 1_048_576;
  form.addEventListener("change", ({ target }) => {
    if (target.type !== "file" || !most) return;
    const large = [...target.files].find((file) => file.size > most);
    target.setCustomValidity(large ? root.dataset.textLarge : "");
    if (large) target.reportValidity();
  });
  form.addEventListener("submit", (event) => {
    const wrong = [...form.querySelectorAll("input[type=file]")].find((one) => one.validationMessage);
    if (!wrong) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wrong.reportValidity();
  });
}
