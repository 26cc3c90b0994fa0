// Where menus and tabs are wider than a phone, the one a person is at is in sight.
export function showWhereOneIs(root) {
  for (const strip of root.querySelectorAll(".yf-side, .yf-tabs ul")) {
    const here = strip.querySelector("[aria-current]");
    if (!here || strip.scrollWidth <= strip.clientWidth) continue;
    const [edge, room] = [strip.getBoundingClientRect(), here.getBoundingClientRect()];
    strip.scrollLeft += room.left - edge.left - (edge.width - room.width) / 2;
  }
}
