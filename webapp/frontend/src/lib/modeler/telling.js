// What every editor tells beside what is drawn: how it is kept, who else is at it, whose draft stands beside.

export function tell(place, text, state) {
  place.textContent = text;
  place.dataset.state = state;
}

export function showEditors(place, names, t) {
  place.hidden = names.length === 0;
  place.textContent = t("Also open at: {names}", { names: names.join(t(", ")) });
}

export function showBeside(place, data, theirs, mine) {
  place.hidden = false;
  place.querySelector("a").href = data.urls.difference
    .replace("OLD", data.base)
    .replace("NEW", mine)
    .replace("OTHER", theirs);
}
