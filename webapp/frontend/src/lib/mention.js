// In a remark, “@” offers the people of the case; choosing one writes the name and ticks the box.
// Without this one writes the name, or ticks the box.

const MOST = 8;

export function offerPeople(root) {
  for (const form of root.querySelectorAll("form[data-yf-mention]")) {
    const field = form.querySelector("textarea");
    const people = [...form.querySelectorAll("li[data-name]")].map((row) => ({
      name: row.querySelector("label").textContent,
      search: row.dataset.name.toLowerCase(),
      box: row.querySelector("input"),
    }));
    if (field && people.length) offer(field, people);
  }
}

function offer(field, people) {
  const list = document.createElement("ul");
  list.className = "yf-offer";
  list.id = `${field.id}-offer`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0]?.textContent ?? "@");
  list.hidden = true;
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let found = [];
  let at = 0;

  const close = () => {
    list.hidden = true;
    found = [];
    field.removeAttribute("aria-activedescendant");
  };
  const show = () => {
    list.replaceChildren(
      ...found.map((person, index) => {
        const row = document.createElement("li");
        row.id = `${list.id}-${index}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", String(index === at));
        row.textContent = person.name;
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault(); // the focus stays where one writes
          choose(person);
        });
        return row;
      }),
    );
    list.hidden = false;
    field.setAttribute("aria-activedescendant", `${list.id}-${at}`);
  };
  const choose = (person) => {
    const end = field.selectionStart;
    const start = field.value.lastIndexOf("@", end - 1);
    field.setRangeText(`@${person.name} `, start, end, "end");
    person.box.checked = true;
    close();
  };

  field.addEventListener("input", () => {
    const before = field.value.slice(0, field.selectionStart);
    const typed = /@([^\s@]{0,20})$/.exec(before);
    if (!typed) return close();
    found = people.filter((one) => one.search.includes(typed[1].toLowerCase())).slice(0, MOST);
    at = 0;
    return found.length ? show() : close();
  });
  field.addEventListener("keydown", (event) => {
    if (!found.length) return;
    const act = {
      ArrowDown: () => (at = (at + 1) % found.length),
      ArrowUp: () => (at = (at + found.length - 1) % found.length),
      Enter: () => choose(found[at]),
      Tab: () => choose(found[at]),
      Escape: close,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
    if (found.length) show();
  });
  field.addEventListener("blur", close);
}
