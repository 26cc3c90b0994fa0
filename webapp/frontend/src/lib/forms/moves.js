// Moving the selected component among its neighbours, and taking it away, by button and key.

export function moves(root, editor) {
  const button = (name) => root.querySelector(`[data-do=${name}]`);
  const grey = () => {
    button("earlier").disabled = !target(editor, -1);
    button("later").disabled = !target(editor, 1);
  };
  const move = (step) => {
    const to = target(editor, step);
    if (!to) return;
    const { field, parent, index, place, own, row } = to;
    editor.get("modeling").moveFormField(field, parent, parent, index, place, own, row);
  };
  root.addEventListener("click", ({ target: pressed }) => {
    const what = pressed.closest?.("[data-do]")?.dataset.do;
    if (what === "earlier") move(-1);
    if (what === "later") move(1);
  });
  root.querySelector("[data-part=canvas]").addEventListener("keydown", (event) => {
    if (!event.target.matches(".fjs-element")) return; // keys of the panel's own fields are theirs
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.altKey && step) move(step);
    else if (event.key === "Delete") remove(editor);
    else return;
    event.preventDefault();
  });
  editor.on("selection.changed", grey);
  editor.on("changed", grey);
  grey();
}

function remove(editor) {
  const field = editor.get("selection").get();
  if (!field || field.type === "default") return;
  const parent = editor.get("formFieldRegistry").get(field._parent);
  const index = parent.components.findIndex((each) => each.id === field.id);
  editor.get("modeling").removeFormField(field, parent, index);
}

// Where one step would lead: past the neighbour in its own row, or past the whole row above or below.
function target(editor, step) {
  const field = editor.get("selection").get();
  if (!field || field.type === "default") return null;
  const registry = editor.get("formFieldRegistry");
  const parent = registry.get(field._parent);
  const siblings = parent?.components ?? [];
  const index = siblings.findIndex((each) => each.id === field.id);
  const near = siblings[index + step];
  if (index < 0 || !near) return null;
  const rowOf = (each) => editor.get("formLayouter").getRowForField(each);
  const [own, other] = [rowOf(field), rowOf(near)];
  if (own && own.id === other?.id) {
    return { field, parent, index, place: step < 0 ? index - 1 : index + 2, own, row: own };
  }
  let edge = index + step;
  while (siblings[edge + step] && rowOf(siblings[edge + step])?.id === other?.id) edge += step;
  const alone = own?.components.length === 1;
  return { field, parent, index, place: step < 0 ? edge : edge + 1, own, row: alone ? own : undefined };
}
