// What handing a form in would lead to, told beside the button while one fills it.
//
//   <p data-yf-ahead="address" aria-live="polite">…</p>   inside the form

import { typed } from "./drafts.js";

const AFTER = 500; // milliseconds without a change

export function lookAhead(form) {
  const place = form.querySelector("[data-yf-ahead]");
  if (!place) return;
  let timer = 0;
  let asked = 0;

  async function ask() {
    const turn = ++asked;
    try {
      const response = await fetch(place.dataset.yfAhead, {
        method: "POST",
        body: typed(form),
        credentials: "same-origin",
      });
      if (!response.ok || turn !== asked) return;
      const text = (await response.text()).trim();
      if (turn === asked && text !== place.innerHTML.trim()) place.innerHTML = text;
    } catch {
      // no network: what stands there stays, and the server has the last word anyway
    }
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, AFTER);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("yifa:uploaded", soon);
}
