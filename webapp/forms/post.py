"""From what a browser sends to nested answers for one form.

The form leads: for each of its fields the value is looked up, and what belongs to no field is
never seen. Texts become values of the field's kind where that is plain; where it is not, the text
stays for the form to refuse and for the page to show again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import AnswersInvalid, Problem
from engine.forms import Component, FileRef, Form, FormState, Kind, Subtype
from engine.forms.limits import ANSWER_NODES, FILES, ROWS_EVER
from engine.forms.messages import answer_problem
from engine.forms.places import dig, put
from engine.forms.prefill import first_value
from engine.forms.reading import decimal
from engine.forms.schema import INPUTS, MANY
from webapp.forms.naming import KEEP, SHOWN

_DEEPEST = 40


@dataclass(frozen=True, kw_only=True)
class Action:
    """What was pressed: send it, show it again, add a row to a list, take a row away."""

    kind: Literal["submit", "refresh", "add", "remove"] = "submit"
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Post:
    """One filled-in page.

    ``answers`` are nested as the engine wants them, with rows already added or removed.
    ``uploads`` are new files by the path of their field; store them, then call
    :meth:`with_uploads`. ``rendered`` are the paths of fields that the person had before them.
    """

    answers: dict[str, Any]
    action: Action
    uploads: Mapping[str, tuple[FileStorage, ...]] = field(default_factory=dict)
    rendered: frozenset[str] = frozenset()

    def with_uploads(self, form: Form, stored: Mapping[str, Sequence[FileRef]]) -> dict[str, Any]:
        """The answers with stored files in their places: one replaces, several are added."""
        for path, refs in stored.items():
            component = form.find(re.sub(r"\[\d+\]", "[]", path))
            if component is None or not refs:
                continue
            steps = _concrete(path)
            holder, last = _holder(self.answers, steps[:-1]), steps[-1]
            if holder is None or not isinstance(last, str):
                continue
            if component.multiple:
                kept = holder.get(last)
                holder[last] = [*(kept if isinstance(kept, list) else []), *refs]
            else:
                holder[last] = refs[-1]
        return self.answers

    def unseen(self, state: FormState) -> tuple[Problem, ...]:
        """Fields that the answers made visible but that the person has not seen yet.

        Without JavaScript a condition takes effect only on the server. A default of a field that
        nobody saw must not count as an answer, so the page is shown once more.
        """
        return tuple(
            answer_problem("unseen", node.path, label=node.label)
            for node in state.walk()
            if node.kind in INPUTS
            and node.path not in self.rendered
            and not (node.readonly or node.disabled)
        )


def read(
    form: Form,
    values: MultiDict[str, str],
    files: MultiDict[str, FileStorage] | None = None,
    *,
    known: Mapping[str, FileRef] | None = None,
) -> Post:
    """The answers in a posted page; ``known`` holds the files that may be kept, by id.

    Raises AnswersInvalid when there are more values than any form has.
    """
    if len(values) > ANSWER_NODES:
        raise AnswersInvalid([answer_problem("answers.many", "", limit=ANSWER_NODES)])
    action = _action(values)
    tree = _tree(values.lists())
    uploads = _tree((files or MultiDict()).lists())
    if action.kind == "remove":
        _prune(tree, action.name)
        _prune(uploads, action.name)
    reader = _Reader(known or {})
    answers = reader.level(form.components, tree, uploads, "")
    if action.kind == "add":
        _add(form.components, answers, tuple(action.name.split("-")))
    return Post(
        answers=answers,
        action=action,
        uploads=reader.uploads,
        rendered=frozenset(reader.rendered),
    )


def _action(values: MultiDict[str, str]) -> Action:
    if "_add" in values:
        return Action(kind="add", name=values["_add"])
    if "_remove" in values:
        return Action(kind="remove", name=values["_remove"])
    return Action(kind="refresh") if "_refresh" in values else Action()


@dataclass
class _Branch:
    """Values by the steps of their names."""

    values: list[Any] = field(default_factory=list)
    below: dict[str, _Branch] = field(default_factory=dict)

    def at(self, steps: Iterable[str]) -> _Branch | None:
        branch: _Branch | None = self
        for step in steps:
            branch = branch.below.get(step) if branch else None
        return branch

    def has(self, step: str) -> bool:
        return step in self.below

    @property
    def first(self) -> Any:
        return self.values[0] if self.values else None


_NOTHING = _Branch()


def _tree(lists: Iterable[tuple[str, list[Any]]]) -> _Branch:
    root = _Branch()
    for name, values in lists:
        steps = name.split("-", _DEEPEST)
        if len(steps) > _DEEPEST or len(name) > 1_000:
            continue
        branch = root
        for step in steps:
            branch = branch.below.setdefault(step, _Branch())
        branch.values.extend(values)
    return root


def _prune(tree: _Branch, name: str) -> None:
    *above, last = name.split("-")
    branch = tree.at(above)
    if branch is not None and last.isdigit():
        branch.below.pop(last, None)


class _Reader:
    """Reads one tree of values by the form's components."""

    def __init__(self, known: Mapping[str, FileRef]) -> None:
        self.known = known
        self.rendered: set[str] = set()
        self.uploads: dict[str, tuple[FileStorage, ...]] = {}

    def level(
        self, components: Sequence[Component], tree: _Branch, files: _Branch, prefix: str
    ) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        self._fill(components, tree, files, prefix, answers, ())
        return answers

    def _fill(
        self,
        components: Sequence[Component],
        tree: _Branch,
        files: _Branch,
        prefix: str,
        answers: dict[str, Any],
        above: tuple[str, ...],
    ) -> None:
        for each in components:
            steps = above + each.steps
            path = ".".join(filter(None, (prefix, *steps)))
            if each.kind is Kind.GROUP:
                self._fill(each.components, tree, files, prefix, answers, steps)
            elif each.kind is Kind.DYNAMICLIST:
                rows = self._rows(each, tree.at(steps), files.at(steps) or _NOTHING, path)
                put(answers, steps, rows)
            elif each.kind in INPUTS:
                uploads = files.at(steps) or _NOTHING
                put(answers, steps, self._input(each, tree.at(steps), uploads, path))

    def _rows(
        self, each: Component, branch: _Branch | None, files: _Branch, path: str
    ) -> list[dict[str, Any]]:
        if branch is None or not branch.has(SHOWN):
            blank = _Reader({})
            return [
                blank.level(each.components, _NOTHING, _NOTHING, path)
                for _ in range(each.repetitions)
            ]
        self.rendered.add(path)
        numbers = sorted(
            {int(step) for step in branch.below if _NUMBER.fullmatch(step)}
            | {int(step) for step in files.below if _NUMBER.fullmatch(step)}
        )
        return [
            self.level(
                each.components,
                branch.below.get(str(number), _NOTHING),
                files.below.get(str(number), _NOTHING),
                f"{path}[{index}]",
            )
            # One more than allowed, so that the form says so instead of dropping rows in silence.
            for index, number in enumerate(numbers[: ROWS_EVER + 1])
        ]

    def _input(self, each: Component, branch: _Branch | None, files: _Branch, path: str) -> object:
        if branch is None and not files.values:
            return first_value(each)
        branch = branch or _NOTHING
        self.rendered.add(path)
        if each.kind is Kind.FILEPICKER:
            return self._files(each, branch, files, path)
        if each.kind in MANY:
            return [value for value in branch.values if value != ""]
        if each.kind is Kind.CHECKBOX:
            return bool(branch.values)
        return _typed(each, branch.first)

    def _files(self, each: Component, branch: _Branch, files: _Branch, path: str) -> object:
        sent = tuple(one for one in files.values if one.filename)
        if sent:
            # One more than allowed, so that the form says so; the rest is never stored.
            self.uploads[path] = sent[: FILES + 1]
        marked = branch.below.get(KEEP, _NOTHING).values
        kept = [dict(self.known.get(mark) or {"id": mark}) for mark in marked[:ROWS_EVER] if mark]
        if each.multiple:
            return kept
        return kept[-1] if kept else None


_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


def _typed(each: Component, text: object) -> object:
    if not isinstance(text, str) or text == "":
        return None
    match each.kind:
        case Kind.NUMBER:
            return number(text)
        case Kind.DATETIME:
            return moment(each, text)
    return text


_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


def number(text: str) -> object:
    """The number a person typed (full-width digits and 1,234 too), or the text when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    found = decimal(plain)
    return text if found is None else found


_WRITTEN = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*日?", re.ASCII)
_LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(\.\d+)?)?", re.ASCII)


def moment(each: Component, text: str) -> str:
    """A date or moment as the engine wants it: what a page's clock says is China's time."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if each.subtype is Subtype.DATE:
        match = _WRITTEN.fullmatch(plain)
        return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else plain
    if each.subtype is Subtype.DATETIME:
        match = _LOCAL.fullmatch(plain)
        if match:
            zone = "" if each.zone == "no_timezone" else "+08:00"
            return f"{match[1]}T{match[2]}{match[3] or ':00'}{zone}"
    return plain


def _add(components: Sequence[Component], answers: object, steps: tuple[str, ...]) -> None:
    """Append a blank row to the list whose HTML name has these steps."""
    for each in components:
        if each.kind is Kind.GROUP and steps[: len(each.steps)] == each.steps:
            below = dig(answers, each.steps)
            _add(each.components, below if each.steps else answers, steps[len(each.steps) :])
        if each.kind is not Kind.DYNAMICLIST or steps[: len(each.steps)] != each.steps:
            continue
        rows, rest = dig(answers, each.steps), steps[len(each.steps) :]
        if not isinstance(rows, list):
            continue
        if not rest and len(rows) < ROWS_EVER:
            blank = _Reader({})
            rows.append(blank.level(each.components, _NOTHING, _NOTHING, ""))
        elif rest and _NUMBER.fullmatch(rest[0]) and int(rest[0]) < len(rows):
            _add(each.components, rows[int(rest[0])], rest[1:])


def _concrete(path: str) -> list[str | int]:
    return [
        int(step[1:-1]) if step.startswith("[") else step
        for step in re.findall(r"\[\d+\]|[^.\[\]]+", path)
    ]


def _holder(answers: Any, steps: Sequence[str | int]) -> dict[str, Any] | None:
    for step in steps:
        if isinstance(step, int):
            answers = answers[step] if isinstance(answers, list) and step < len(answers) else None
        else:
            answers = answers.get(step) if isinstance(answers, dict) else None
    return answers if isinstance(answers, dict) else None
