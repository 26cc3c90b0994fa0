// A form saves itself as a draft while it is filled, and warns before what is typed would be lost.
//
//   <form data-yf-draft data-text-saved="…" data-text-failed="…" data-text-expired="…">
//     <span data-yf-saved role="status"></span>
//
// data-yf-unsaved says that the page came back from the server with typing it did not keep. Files are
// part of a draft once they have travelled (uploads.js).

const PAUSE = 3_000; // milliseconds without a keystroke
const EVERY = 30_000; // milliseconds, for who never pauses

export function saveDrafts(form) {
  const status = form.querySelector("[data-yf-saved]");
  let changed = "yfUnsaved" in form.dataset;
  let leaving = false;
  let saving = false;
  let stopped = false;
  let pause = 0;

  async function save(options = {}) {
    if (!changed || saving || leaving || stopped) return;
    saving = true;
    changed = false;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: typed(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        ...options,
      });
      if (response.status === 401) {
        failed("expired");
        stopped = true;
        return;
      }
      if (!response.ok) {
        failed("failed");
        stopped = response.status < 500; // what is refused now is refused again
        return;
      }
      const { draft } = await response.json();
      if (draft && form.elements.draft) form.elements.draft.value = draft;
      tell(`${form.dataset.textSaved} ${clock()}`);
    } catch {
      failed("failed"); // no network; the next round tries again
    } finally {
      saving = false;
    }
  }

  function failed(why) {
    changed = true;
    tell(form.dataset[why === "expired" ? "textExpired" : "textFailed"], true);
  }

  function tell(text, bad = false) {
    status.textContent = text;
    status.classList.toggle("yf-saved-failed", bad);
  }

  function touch() {
    changed = true;
    clearTimeout(pause);
    pause = setTimeout(save, PAUSE);
  }

  for (const type of ["input", "change", "yifa:uploaded"]) form.addEventListener(type, touch);
  form.addEventListener("submit", () => (leaving = true));
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (leaving || !(changed || hasFiles(form))) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers want
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save({ keepalive: true });
  });
  setInterval(save, EVERY);
}

// What is typed, as a draft: without chosen files.
export function typed(form) {
  const data = new FormData();
  for (const [name, value] of new FormData(form)) {
    if (!(value instanceof File)) data.append(name, value);
  }
  data.append("_draft", "1");
  return data;
}

function hasFiles(form) {
  return [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length > 0);
}

function clock() {
  const now = new Date();
  return `${now.getHours()}`.padStart(2, "0") + ":" + `${now.getMinutes()}`.padStart(2, "0");
}
