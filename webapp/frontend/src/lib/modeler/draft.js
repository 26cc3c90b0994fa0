// The draft on the server: saved while one draws, and never over what somebody else saved.

import { Refused, send } from "./server.js";

const QUIET = 3_000; // milliseconds without a change before it is saved
const LONGEST = 20_000; // … and how long it may go unsaved while one draws on
const BEAT = 20_000; // how often the page says that it is open

export class Draft {
  constructor({ data, read, as = "xml", also = () => ({}), tell, translate, onBeside, onEditors, onKept }) {
    Object.assign(this, { data, read, as, also, tell, translate, onBeside, onEditors, onKept });
    this.id = data.draft?.id ?? "";
    this.version = data.draft?.version ?? 0;
    this.seen = data.seen; // how the file stood when it was opened or kept last
    this.dirty = false;
    this._saving = null;
    this._since = 0;
    this._timer = 0;
  }

  changed() {
    if (!this.dirty) this._since = Date.now();
    this.dirty = true;
    this.tell(this.translate("Not saved yet"), "waiting");
    clearTimeout(this._timer);
    const left = Math.max(0, LONGEST - (Date.now() - this._since));
    this._timer = setTimeout(() => this.save(), Math.min(QUIET, left));
  }

  // Saves, after a save under way, what is drawn now. Gives whether all is kept.
  async save() {
    clearTimeout(this._timer);
    while (this._saving) await this._saving;
    if (!this.dirty) return true;
    this._saving = this._save();
    const kept = await this._saving;
    this._saving = null;
    return kept;
  }

  // Saves as `save` does, and begins a draft where there is none yet.
  async begin() {
    if (!this.id) this.dirty = true;
    return this.save();
  }

  async _save() {
    this.dirty = false;
    try {
      const answer = await send(this.data.urls.save, {
        [this.as]: await this.read(),
        ...this.also(),
        base: this.data.base,
        draft: this.id,
        version: this.version,
        seen: this.seen,
      });
      // Drafts that were there as the page opened are told there; another one is news.
      const news = answer.draft !== this.id && (this.id || !this.data.known.includes(answer.beside));
      const beside = news ? answer.beside : "";
      this.id = answer.draft;
      this.version = answer.version;
      this.seen = answer.seen;
      this.onKept?.(answer);
      const address = new URL(window.location.href);
      address.searchParams.set("draft", this.id);
      window.history.replaceState(null, "", address);
      if (!this.dirty) this.tell(this.translate("Draft saved {time}", { time: clock() }), "saved");
      if (beside) this.onBeside(beside, this.id);
      return true;
    } catch (error) {
      this.dirty = true;
      const why = error instanceof Refused ? error.message : this.translate("no connection");
      this.tell(this.translate("Not saved: {why}", { why }), "failed");
      this._timer = setTimeout(() => this.save(), LONGEST);
      return false;
    }
  }

  // Tells the others that the editor is open, and hears who they are.
  beat() {
    const say = (leaves, options) =>
      send(this.data.urls.seat, { leaves }, options)
        .then(({ editors }) => this.onEditors(editors ?? []))
        .catch(() => {}); // the next beat tries again
    say(false);
    setInterval(() => say(false), BEAT);
    window.addEventListener("pagehide", () => say(true, { keepalive: true }));
  }
}

function clock() {
  const now = new Date();
  return [now.getHours(), now.getMinutes()].map((part) => `${part}`.padStart(2, "0")).join(":");
}
