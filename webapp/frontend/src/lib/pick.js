// A list of people is narrowed while one types a name. Without this it is a list to scroll.

export function narrowPeople(root) {
  for (const picker of root.querySelectorAll("[data-yf-pick]")) {
    const filter = picker.querySelector("[data-yf-pick-filter]");
    const people = [...picker.querySelectorAll("li[data-name]")];
    if (!filter || people.length < 12) continue;
    filter.hidden = false;
    filter.addEventListener("input", () => {
      const wanted = filter.value.trim().toLowerCase();
      for (const person of people) {
        const chosen = person.querySelector("input").checked;
        person.hidden = !chosen && !person.dataset.name.toLowerCase().includes(wanted);
      }
      for (const unit of picker.querySelectorAll(".yf-pick-unit")) {
        unit.hidden = unit.querySelector("li:not([hidden])") === null;
      }
    });
    filter.addEventListener("keydown", (event) => {
      // Enter in the filter is no answer to the form.
      if (event.key === "Enter") event.preventDefault();
    });
  }
}
