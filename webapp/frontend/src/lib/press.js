// A press belongs to the button on which it began. What arrives between pressing and letting go (what
// comes next, a form fetched anew) may move the button from under the pointer; browsers then count no
// click at all, and people believe a form sent that is not. Who draws the pointer away takes it back.

const AWAY = 8; // pixels

export function holdPresses(root) {
  let pressed = null;

  root.addEventListener("pointerdown", (event) => {
    const button = event.target.closest?.("button[type=submit]");
    if (!button || event.button) return;
    button.setPointerCapture(event.pointerId);
    pressed = { button, x: event.clientX, y: event.clientY };
  });
  root.addEventListener("pointermove", (event) => {
    if (!pressed?.button.hasPointerCapture(event.pointerId)) return;
    const away = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y);
    if (away > AWAY) pressed.button.releasePointerCapture(event.pointerId);
  });
}
