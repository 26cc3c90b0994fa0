// A form's document as the editor takes it and gives it back: what nobody changed stays as it was.

export class FormDocument {
  constructor(text) {
    this._top = JSON.parse(text);
    this._end = text.endsWith("\n") ? "\n" : "";
    this._filled = new Map(); // by the editor's id: what it filled in where the document says otherwise
    this._orders = new Map(); // by the same: the names of a component's attributes as they stood
  }

  get schema() {
    return JSON.parse(JSON.stringify(this._top));
  }

  // Ids, empty choices and the like, which the editor gave to what had none, are its own affair.
  imported(saved) {
    const now = all(saved);
    all(this._top).forEach((was, index) => {
      const is = now[index];
      const names = Object.keys(is).filter((name) => name !== "components" && !same(is[name], was[name]));
      this._orders.set(is.id, Object.keys(was));
      this._filled.set(is.id, names.map((name) => ({ name, is: is[name], was: was[name] })));
    });
  }

  write(saved) {
    const top = { ...this._top };
    top.components = (saved.components ?? []).map((each) => this._component(each));
    return JSON.stringify(top, null, 2) + this._end;
  }

  _component(given) {
    const known = this._orders.get(given.id) ?? [];
    const names = [...known.filter((name) => name in given), ...Object.keys(given).filter((name) => !known.includes(name))];
    const made = {};
    for (const name of names) {
      const filled = this._filled.get(given.id)?.find((each) => each.name === name && same(each.is, given[name]));
      const value = filled ? filled.was : given[name];
      if (value !== undefined) made[name] = value;
    }
    if (given.components) made.components = given.components.map((each) => this._component(each));
    return made;
  }
}

function all(holder) {
  return (holder.components ?? []).flatMap((each) => [each, ...all(each)]);
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
