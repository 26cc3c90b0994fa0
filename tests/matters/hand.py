"""A hand that fills a form of the office's pages as a person does, one field after the other.

It knows a field by its HTML name and does to it what a person would: types, picks, ticks, chooses a
file, presses “增加一项” until there are enough rows, waits for the form that comes back when a field
changed on which others hang (without JavaScript: presses “更新表单”), and goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from engine.clock import CHINA
from webapp.forms.naming import id_of, name_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIELDS = "#form-fields"

_DESCRIBE = """([name, id]) => {
  const form = document.getElementById("task-form");
  const own = document.getElementById(id);
  if (own && own.matches("fieldset.yf-list")) {
    const row = new RegExp("^" + name + "-\\\\d+-_row$");
    const rows = [...form.elements].filter((one) => row.test(one.name)).length;
    return {kind: "list", rows, add: !!form.querySelector(`button[name=_add][value="${name}"]`)};
  }
  if (own && own.matches("dl")) return {kind: "fixed"};
  const found = [...form.elements].filter((one) => one.name === name);
  if (!found.length) return {kind: "none"};
  const first = found[0];
  const asks = found.some((one) => one.dataset.yfTrigger);
  const type = first.tagName === "INPUT" ? first.type : first.tagName.toLowerCase();
  const boxed = type === "radio" || type === "checkbox";
  const picked = boxed ? found.filter((one) => one.checked).map((one) => one.value)
    : type === "select" ? [...first.selectedOptions].map((one) => one.value) : [first.value];
  const kept = [...form.elements].filter((one) => one.name === name + "-_keep").length;
  return {kind: type, asks, picked, kept, id: first.id, many: !!first.multiple,
    values: boxed ? found.map((one) => one.value) : []};
}"""

_TYPED = """() => {
  const found = {};
  for (const one of document.getElementById("task-form").elements) {
    if (!one.name || one.name.startsWith("_") || one.name.endsWith("-_keep")) continue;
    if (["hidden", "file", "submit", "button"].includes(one.type)) continue;
    const boxed = one.type === "radio" || one.type === "checkbox";
    if (boxed && !one.checked) continue;
    const values = one.selectedOptions ? [...one.selectedOptions].map((each) => each.value) : [one.value];
    found[one.name] = [...(found[one.name] ?? []), ...values].filter((value) => value !== "").sort();
  }
  return Object.fromEntries(Object.entries(found).filter(([, values]) => values.length));
}"""


class FieldMissing(AssertionError):
    """The form does not ask for what is to be answered."""


class Hand:
    """Fills the form of the page that is open; ``scripted`` says whether the page runs scripts."""

    def __init__(self, page: Page, desk: Path, *, scripted: bool) -> None:
        self.page = page
        self.desk = desk
        self.scripted = scripted
        self.given: set[tuple[str, ...]] = set()
        """Files given so far: page, field, name, content."""

    def fill(self, answers: Mapping[str, Any]) -> None:
        """Answer everything. Raises FieldMissing when the form never asks for some of it."""
        left = dict(_flat(answers, ""))
        while left:
            before = dict(left)
            stale = self._fill_what_is_there(left)
            if stale and not self.scripted:
                self._press('button[name="_refresh"]')
            if left == before:
                break
        unasked = {path: value for path, value in left.items() if not _nothing(value)}
        if unasked:
            raise FieldMissing(f"the form does not ask for {unasked}; it asks for {self.typed()}")

    def typed(self) -> dict[str, list[str]]:
        """What stands in the form, by name; files apart."""
        found: dict[str, list[str]] = self.page.evaluate(_TYPED)
        return found

    def _fill_what_is_there(self, left: dict[str, Any]) -> bool:
        """One way down the form, taking off ``left`` what was filled; True when it may be stale."""
        stale = False
        for path in list(left):
            shape = self._describe(path)
            if shape["kind"] == "none":
                continue
            value = left.pop(path)
            if shape["kind"] == "list":
                self._rows(path, shape, len(value))
                for index, row in enumerate(value):
                    left.update(_flat(row, f"{path}[{index}]."))
            elif shape["kind"] != "fixed":
                stale |= self._answer(path, shape, value) and shape["asks"]
        return stale

    def _describe(self, path: str) -> dict[str, Any]:
        shape: dict[str, Any] = self.page.evaluate(_DESCRIBE, [name_of(path), id_of(path)])
        return shape

    # --- rows -------------------------------------------------------------------------------------

    def _rows(self, path: str, shape: Mapping[str, Any], wanted: int) -> None:
        name = name_of(path)
        for number in range(shape["rows"], wanted, -1):
            self._press(f'button[name="_remove"][value="{name}-{number - 1}"]')
        for _ in range(shape["rows"], wanted):
            self._press(f'button[name="_add"][value="{name}"]')
        rows = self._describe(path)["rows"]
        assert rows == wanted, f"“{path}” has {rows} rows where {wanted} are wanted"

    def _press(self, selector: str) -> None:
        """Press a button that shows the form again, and wait until it is there."""
        self._mark()
        self.page.locator(f"{FIELDS} {selector}").click()
        self._fresh()

    def _mark(self) -> None:
        self.page.evaluate(f"document.querySelector('{FIELDS}').dataset.was = 'here'")

    def _fresh(self) -> None:
        self.page.locator(f"{FIELDS}:not([data-was])").wait_for()
        self.page.wait_for_load_state()

    # --- fields -----------------------------------------------------------------------------------

    def _answer(self, path: str, shape: Mapping[str, Any], value: Any) -> bool:
        """Fill one field; False when it said so already."""
        if shape["kind"] == "file":
            self._choose(shape, value)
            return False
        wanted = [_written(shape["kind"], one) for one in _many(value)]
        if shape["kind"] == "checkbox" and not isinstance(value, list):
            wanted = ["true"] if value else []
        if sorted(wanted or [""]) == sorted(shape["picked"] or [""]):
            return False
        waits = self.scripted and shape["asks"]
        if waits and shape["kind"] == "checkbox" and len(shape["values"]) > 1:
            self._tick(path, shape, wanted, one_by_one=True)
            return True
        if waits:
            self._mark()
        self._put(path, shape, wanted)
        if waits:
            self._fresh()
        return True

    def _put(self, path: str, shape: Mapping[str, Any], wanted: Sequence[str]) -> None:
        field = self.page.locator(f'[id="{shape["id"]}"]')
        match shape["kind"]:
            case "radio" | "checkbox":
                self._tick(path, shape, wanted)
            case "select":
                field.select_option(value=list(wanted))
            case _:
                field.fill(wanted[0] if wanted else "")
                if shape["asks"]:
                    field.blur()

    def _tick(
        self,
        path: str,
        shape: Mapping[str, Any],
        wanted: Sequence[str],
        *,
        one_by_one: bool = False,
    ) -> None:
        unknown = set(wanted) - set(shape["values"])
        assert not unknown, f"“{path}” offers {shape['values']}, not {sorted(unknown)}"
        for value in shape["values"]:
            if (value in wanted) == (value in shape["picked"]):
                continue
            if shape["kind"] == "radio" and value not in wanted:
                continue
            box = self.page.locator(f'{FIELDS} [name="{name_of(path)}"][value="{value}"]')
            if one_by_one:
                self._mark()
            box.set_checked(value in wanted)
            if one_by_one:
                self._fresh()

    def _choose(self, shape: Mapping[str, Any], value: Any) -> None:
        """Take files from the desk; those that the page says it keeps need not be chosen again."""
        place = (self.page.url.partition("#")[0], shape["id"])
        chosen = [(*place, str(one["file"]), str(one["text"])) for one in _many(value)]
        if shape["kept"] and set(chosen) <= self.given:
            return
        if chosen:
            paths = [self._laid_out(name, text) for *_, name, text in chosen]
            self.page.locator(f'[id="{shape["id"]}"]').set_input_files(paths)
            # People see a file arrive before they press anything that moves when it has.
            expect(self.page.locator(f"{FIELDS} [data-yf-sending] progress")).to_have_count(0)
            self.given |= set(chosen)

    def _laid_out(self, name: str, text: str) -> Path:
        folder = self.desk / str(len(self.given)) / hashlib.sha256(text.encode()).hexdigest()[:8]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return path


_FILE = {"file", "text"}


def _flat(answers: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Answers by path; rows stay together, their fields follow when the rows are there."""
    for key, value in answers.items():
        if isinstance(value, Mapping) and set(value) not in (_FILE, {"person"}):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _many(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None or value == "" else [value]


def _nothing(value: Any) -> bool:
    return value in (None, "", [], False)


def _written(kind: str, value: Any) -> str:
    """A value as it is typed or picked: moments in China's time, truth as the form's token."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "datetime-local":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
