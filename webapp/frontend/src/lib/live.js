// A list kept up to date while one looks at it: its tabs, counts and rows are asked for now and then
// (most answers are “not modified”), never while the page is hidden.
//
//   <div data-yf-live="ADDRESS" data-tag="FINGERPRINT" data-text-new="… {n} …" data-text-show="…">
//     <nav data-yf-tabs>…</nav> <p role="status" data-yf-news></p> <div data-yf-rows>…</div>
//   </div>
//
// Rows never move under somebody's hands: while the pointer or the focus is in them, the news wait
// behind a button.

const EVERY = 20_000; // milliseconds

export function keepLive(root) {
  const box = root.querySelector("[data-yf-live]");
  if (!box) return;
  const news = box.querySelector("[data-yf-news]");
  let tag = box.dataset.tag;
  let asking = false;
  let stopped = false;
  let waiting = null;

  async function look() {
    if (asking || stopped || root.visibilityState === "hidden") return;
    asking = true;
    try {
      const answer = await fetch(box.dataset.yfLive, {
        headers: { "If-None-Match": `"${tag}"` },
        credentials: "same-origin",
        cache: "no-store",
      });
      if (answer.status === 200 && !answer.redirected) {
        tag = answer.headers.get("X-Yifa-Tag") ?? tag;
        take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } else if (answer.status !== 304 && answer.status < 500) {
        stopped = true; // signed out, or no such list any more: the next click says so
      }
    } catch {
      // No network; the next round tries again.
    } finally {
      asking = false;
    }
  }

  function take(fresh) {
    const rows = fresh.querySelector("[data-yf-rows]");
    const tabs = fresh.querySelector("[data-yf-tabs]");
    if (!rows || !tabs) return;
    const now = box.querySelector("[data-yf-tabs]");
    if (!now.contains(root.activeElement)) now.replaceWith(root.adoptNode(tabs));
    showCount(root, rows.dataset);
    const before = ids(box.querySelector("[data-yf-rows]"));
    const added = [...ids(rows)].filter((id) => !before.has(id)).length;
    if (busy(box)) {
      waiting = rows;
      if (added) offer(added);
      return;
    }
    put(rows);
    news.textContent = added ? text("new", added) : "";
  }

  function put(rows) {
    const old = box.querySelector("[data-yf-rows]");
    const held = old.contains(root.activeElement) ? place(root.activeElement) : null;
    waiting = null;
    old.replaceWith(root.adoptNode(rows));
    if (held) box.querySelector(`[data-row="${CSS.escape(held)}"] .yf-row-title`)?.focus();
  }

  function offer(added) {
    const button = root.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-primary btn-sm";
    button.textContent = text("show", added);
    button.addEventListener("click", () => {
      if (waiting) put(waiting);
      news.textContent = "";
      box.querySelector(".yf-row-title")?.focus();
    });
    news.replaceChildren(button);
  }

  function text(name, n) {
    return box.dataset[name === "new" ? "textNew" : "textShow"].replace("{n}", n);
  }

  root.addEventListener("visibilitychange", look);
  box.addEventListener("pointerleave", () => {
    if (waiting && !busy(box)) put(waiting);
  });
  setInterval(look, EVERY);
  box.addEventListener("yf:look", look); // what tests use, instead of waiting
}

function busy(box) {
  const rows = box.querySelector("[data-yf-rows]");
  return rows.matches(":hover") || rows.contains(box.ownerDocument.activeElement);
}

function ids(rows) {
  return new Set([...rows.querySelectorAll("[data-row]")].map((row) => row.dataset.row));
}

function place(element) {
  return element.closest("[data-row]")?.dataset.row ?? null;
}

// The menu at the side shows the same number as the tab.
function showCount(root, { todo, late }) {
  const link = root.querySelector("[data-yf-todo]");
  if (!link) return;
  let badge = link.querySelector(".yf-count");
  if (todo === "0") {
    badge?.remove();
    return;
  }
  if (!badge) {
    badge = root.createElement("span");
    badge.className = "yf-count";
    link.append(badge);
  }
  badge.classList.toggle("yf-count-late", late !== "0");
  const hidden = badge.querySelector(".visually-hidden");
  badge.textContent = Number(todo) < 1000 ? todo : "999+";
  if (hidden) badge.append(hidden);
}
