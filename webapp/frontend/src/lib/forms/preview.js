// The form as a clerk would have it, drawn by the server into a frame that runs no script; what is
// filled in there is sent to the server again, which keeps nothing.

const AFTER = 500; // milliseconds without a change before it is drawn anew

export class Preview {
  constructor({ root, url, lang, given, headers }) {
    Object.assign(this, { root, url, lang, given, headers });
    this._frame = this._part("frame");
    this._asked = 0;
    this._timer = 0;
    root.addEventListener("click", (event) => this._pressed(event.target));
    this._part("data").addEventListener("input", () => this.soon("new"));
  }

  soon(mode = "fill") {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.show(mode), AFTER);
  }

  // `mode`: "new" as it opens, "fill" with what is filled in, "send" as if it were submitted.
  async show(mode, pressed) {
    clearTimeout(this._timer);
    const mine = ++this._asked;
    const form = this._frame.contentDocument?.querySelector("form");
    const body = form && mode !== "new" ? new FormData(form) : new FormData();
    namedOnly(body);
    if (pressed?.name) body.append(pressed.name, pressed.value);
    const given = { ...this.given(), lang: this.lang, data: this._part("data").value, mode: form || mode === "new" ? mode : "new" };
    for (const [name, value] of Object.entries(given)) body.append(`_${name}`, value);
    try {
      const response = await fetch(this.url, { method: "POST", credentials: "same-origin", headers: this.headers, body });
      const answer = await response.json();
      if (mine !== this._asked) return;
      if (!response.ok) return this._tell([answer.text, ...(answer.problems ?? []).map((each) => each.text)].join(" "));
      this._tell(answer.text ?? "");
      if (answer.html) await this._draw(answer.html, mode);
    } catch (error) {
      if (mine === this._asked) this._tell(`${error.message}`);
    }
  }

  async _draw(html, mode) {
    const shown = this._frame.contentDocument;
    if (!shown?.querySelector("main")) {
      await new Promise((done) => {
        this._frame.addEventListener("load", done, { once: true });
        this._frame.srcdoc = html;
      });
      return this._listen();
    }
    const fresh = new DOMParser().parseFromString(html, "text/html");
    // A frame without scripts may not take the focus by itself.
    const first = fresh.querySelector("[autofocus]");
    first?.removeAttribute("autofocus");
    const focused = first && mode === "send" ? first.id : shown.activeElement?.id;
    const top = shown.documentElement.scrollTop;
    shown.documentElement.lang = fresh.documentElement.lang;
    shown.querySelector("main").replaceWith(shown.importNode(fresh.querySelector("main"), true));
    if (focused) shown.getElementById(focused)?.focus({ preventScroll: true });
    shown.documentElement.scrollTop = mode === "send" ? 0 : top;
  }

  _listen() {
    const shown = this._frame.contentDocument;
    shown.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = event.submitter;
      this.show(button?.name ? "fill" : "send", button);
    });
    shown.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      if (!link) return;
      event.preventDefault(); // nothing leads out of a preview
      const href = link.getAttribute("href");
      if (href.startsWith("#")) shown.getElementById(href.slice(1))?.focus();
    });
    shown.addEventListener("change", (event) => {
      if (event.target.closest?.("[data-yf-trigger]")) this.show("fill");
    });
  }

  _pressed(target) {
    const button = target.closest?.("button");
    if (!button) return;
    if (button.dataset.lang) {
      this.lang = button.dataset.lang;
      this._press("lang", button);
      this.show("fill");
    }
    if (button.dataset.width) {
      this._press("width", button);
      this._part("width").dataset.width = button.dataset.width;
    }
    if (button.dataset.do === "again") this.show("new");
  }

  _press(kind, button) {
    for (const each of this.root.querySelectorAll(`[data-${kind}]`)) {
      if (each.tagName === "BUTTON") each.setAttribute("aria-pressed", `${each === button}`);
    }
  }

  _tell(text) {
    const place = this._part("told");
    place.textContent = text;
    place.hidden = !text;
  }

  _part(name) {
    return this.root.querySelector(`[data-part=${name}]`);
  }
}

// Of files the server is told what they are called and how large they are; the files stay here.
function namedOnly(body) {
  for (const [name, value] of [...body.entries()]) {
    if (!(value instanceof File)) continue;
    body.delete(name);
    if (!value.name) continue;
    const { name: called, size, type } = value;
    body.append(`${name}-_keep`, JSON.stringify({ name: called, size, type }));
  }
}
