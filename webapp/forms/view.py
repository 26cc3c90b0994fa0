"""A form's state as a page shows it: names, ids, what describes what, which choice is taken.

Everything a template would have to decide is decided here, so that the macros only write it down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.clock import CHINA
from engine.errors import Lang, Problem
from engine.forms import FileRef, FormState, Kind, Node, Subtype, node_text
from engine.forms.checks import bound, moment_of, readable
from engine.forms.schema import CHOICES, INPUTS, MANY
from engine.forms.values import Bad, token
from webapp.forms import markdown
from webapp.forms.layout import spans
from webapp.forms.models import (
    Anchor,
    FieldView,
    FormView,
    Line,
    OptionGroup,
    OptionView,
    PeopleList,
    RowView,
    walk,
)
from webapp.forms.naming import id_of, name_of

FEW = 30
"""Up to so many choices a list of choices is boxes to tick; above, a list to select from."""
SELECTABLE = 200
"""Up to so many people are a select; above, a text box with suggestions."""


def view(
    state: FormState,
    problems: Sequence[Problem] = (),
    *,
    lang: Lang = "zh",
    people: PeopleList | None = None,
    name_of_user: Callable[[str], str] = str,
    refresh_url: str = "",
    action_url: str = "",
) -> FormView:
    """The page's view of ``state``, with ``problems`` beside their fields and summed up on top.

    ``people`` lists who can be picked; ``name_of_user`` names users in read-only fields; with
    ``refresh_url``, fields on which conditions hang ask the server for a fresh form when changed
    (needs htmx; without it the page's refresh button does the same). With ``action_url``, where the
    form is sent, the buttons for rows come back to the row they are about.
    """
    builder = _Builder(state, problems, lang, people, name_of_user)
    lines = builder.lines(state.nodes)
    fields = list(walk(lines))
    return FormView(
        lines=lines,
        errors=builder.anchors(fields),
        has_files=any(one.macro == "files" for one in fields),
        has_triggers=any(one.trigger for one in fields),
        refresh_url=refresh_url,
        action_url=action_url,
    )


class _Builder:
    def __init__(
        self,
        state: FormState,
        problems: Sequence[Problem],
        lang: Lang,
        people: PeopleList | None,
        name_of_user: Callable[[str], str],
    ) -> None:
        self.triggers = state.form.triggers
        self.texts = state.form.english
        self.problems = problems
        self.lang: Lang = lang
        self.people = people
        self.name_of_user = name_of_user
        self.by_path: dict[str, list[str]] = {}
        for problem in problems:
            self.by_path.setdefault(problem.where, []).append(self._told(problem))

    def _told(self, problem: Problem) -> str:
        """A problem with the field called as it is on the page."""
        text = problem.text(self.lang)
        label = str(problem.data.get("label", ""))
        if label in self.texts:
            text = text.replace(f"“{label}”", f"“{self.texts[label]}”")
        return self.texts.get(text, text)  # a rule's own message is a text of the form

    def anchors(self, fields: Sequence[FieldView]) -> tuple[Anchor, ...]:
        ids = {one.node.path: one.id for one in fields if one.id}
        return tuple(
            Anchor(text=self._told(problem), id=ids.get(problem.where, ""))
            for problem in self.problems
        )

    def lines(self, nodes: Sequence[Node]) -> tuple[Line, ...]:
        """Fields that share a row of the layout, side by side."""
        lines: list[Line] = []
        run: list[Node] = []
        for node in nodes:
            if run and (not node.component.row or node.component.row != run[0].component.row):
                lines.append(self._line(run))
                run = []
            run.append(node)
        if run:
            lines.append(self._line(run))
        return tuple(line for line in lines if line.fields)

    def _line(self, nodes: Sequence[Node]) -> Line:
        shown = [node for node in nodes if node.kind is not Kind.EXPRESSION or _labelled(node)]
        widths = spans([node.component.columns for node in shown])
        return Line(
            fields=tuple(
                self._field(node, width) for node, width in zip(shown, widths, strict=True)
            )
        )

    def _field(self, node: Node, span: int | None) -> FieldView:
        errors = tuple(self.by_path.get(node.path, ())) if node.path else ()
        own_id = id_of(node.path) if node.path else ""
        describes = [
            f"{own_id}-_{part}"
            for part, given in (
                ("description", node.description),
                ("help", node.help),
                ("hint", _hint(node)),
                ("error", errors),
            )
            if given
        ]
        common: dict[str, Any] = {
            "node": node,
            "name": name_of(node.path),
            "id": own_id,
            "span": span,
            "required": node.limits.required or bool(node.limits.min_items),
            "errors": errors,
            "describes": " ".join(describes),
            "hint": _hint(node),
            "trigger": bool(node.path) and _schema_path(node.path) in self.triggers,
        }
        if node.kind in INPUTS and (node.readonly or node.disabled):
            own = self._fixed(node)
        else:
            own = _KINDS[node.kind](self, node)
        return FieldView(**{**common, **own})

    def _fixed(self, node: Node) -> dict[str, Any]:
        if node.kind is Kind.FILEPICKER:
            return {"macro": "fixed", "files": _refs(node.value)}
        text = node_text(node, lang=self.lang, name_of=self.name_of_user, texts=self.texts)
        return {"macro": "fixed", "value": text, "trigger": False}

    def _text(self, node: Node) -> dict[str, Any]:
        if node.component.picker is not None:
            return self._people(node)
        kinds = {"email": "email", "phone": "tel"}
        kind = kinds.get(node.component.rules.validation_type, "text")
        return {"macro": "text", "type": kind, "value": _typed_text(node)}

    def _area(self, node: Node) -> dict[str, Any]:
        text = _typed_text(node)
        lines = sum(1 + len(line) // 40 for line in text.split("\n"))
        return {"macro": "area", "value": text, "lines": min(max(4, lines + 1), 20)}

    def _number(self, node: Node) -> dict[str, Any]:
        whole = node.component.decimals == 0
        # A text box: number boxes lose what they cannot read, and change when scrolled over.
        return {
            "macro": "text",
            "inputmode": "numeric" if whole else "decimal",
            "value": _typed_text(node),
        }

    def _moment(self, node: Node) -> dict[str, Any]:
        subtype = node.component.subtype
        kinds = {Subtype.DATE: "date", Subtype.TIME: "time", Subtype.DATETIME: "datetime-local"}
        low, high = bound(node, end=False), bound(node, end=True)
        form = "%Y-%m-%d" if subtype is Subtype.DATE else "%Y-%m-%dT%H:%M"
        if subtype is Subtype.TIME:
            low = high = None
        return {
            "macro": "text",
            "type": kinds[subtype],
            "value": _local(node),
            "min": low.astimezone(CHINA).strftime(form) if low else "",
            "max": high.astimezone(CHINA).strftime(form) if high else "",
            "step": str(node.component.minutes * 60) if node.component.minutes else "",
        }

    def _box(self, node: Node) -> dict[str, Any]:
        return {"macro": "box", "value": "true" if node.value is True else ""}

    def _choices(self, node: Node) -> dict[str, Any]:
        if node.component.picker is not None:
            return self._people(node)
        taken = _taken(node)
        options = tuple(
            OptionView(
                value=token(option.value),
                label=option.label,
                id=id_of(node.path) + (f"-_{index}" if index else ""),
                chosen=token(option.value) in taken,
            )
            for index, option in enumerate(node.options)
        )
        many = node.kind in MANY
        boxes = node.kind is Kind.RADIO or (many and len(options) <= FEW)
        return {
            "macro": "choices" if boxes else "select",
            "type": "checkbox" if many else "radio",
            "multiple": many,
            "groups": (OptionGroup(label="", options=options),),
        }

    def _people(self, node: Node) -> dict[str, Any]:
        taken = _taken(node)
        found = self.people(",".join(node.roles), node.unit) if self.people else ()
        many = node.kind in MANY
        people = [
            (
                person.unit,
                OptionView(
                    value=person.id,
                    label=person.name,
                    id=id_of(node.path) + (f"-_{index}" if index else ""),
                    chosen=person.id in taken,
                ),
            )
            for index, person in enumerate(found)
        ]
        if len(people) > SELECTABLE:
            return self._suggested(node, people, taken, many)
        units = dict.fromkeys(unit for unit, _ in people)
        groups = tuple(
            OptionGroup(label=unit, options=tuple(o for u, o in people if u == unit))
            for unit in units
        )
        boxes = many and len(people) <= FEW
        return {
            "macro": "choices" if boxes else "select",
            "type": "checkbox",
            "multiple": many,
            "groups": groups,
        }

    def _suggested(
        self, node: Node, people: Sequence[tuple[str, OptionView]], taken: set[str], many: bool
    ) -> dict[str, Any]:
        suggestions = tuple(
            OptionView(
                value=option.value, label=f"{option.label} · {unit}" if unit else option.label
            )
            for unit, option in people
        )
        labels = {option.value: option.label for option in suggestions}
        return {
            "macro": "suggest",
            "multiple": many,
            "value": "" if many else next(iter(taken), ""),
            "suggestions": suggestions,
            "chosen": tuple(
                OptionView(
                    value=one, label=labels.get(one, one), id=f"{id_of(node.path)}-_chosen-{i}"
                )
                for i, one in enumerate(sorted(taken))
            ),
        }

    def _file(self, node: Node) -> dict[str, Any]:
        raw = node.raw if isinstance(node.bad, Bad) else node.value
        return {
            "macro": "files",
            "files": _refs(raw),
            "multiple": node.multiple,
            "accept": ",".join(node.component.accept),
        }

    def _computed(self, node: Node) -> dict[str, Any]:
        text = node_text(node, lang=self.lang, name_of=self.name_of_user, texts=self.texts)
        return {"macro": "fixed", "value": text, "trigger": False}

    def _group(self, node: Node) -> dict[str, Any]:
        return {
            "macro": "group",
            "children": self.lines(node.children),
            "trigger": False,
            "errors": (*self.by_path.get(node.path, ()),) if node.path else (),
        }

    def _list(self, node: Node) -> dict[str, Any]:
        most = node.limits.max_items
        return {
            "macro": "list",
            "rows": tuple(
                RowView(
                    number=index + 1,
                    name=f"{name_of(node.path)}-{index}",
                    id=f"{id_of(node.path)}-{index}",
                    lines=self.lines(row.nodes),
                )
                for index, row in enumerate(node.rows)
            ),
            "resizable": node.component.resizable and not (node.readonly or node.disabled),
            "full": most is not None and len(node.rows) >= most,
        }

    def _table(self, node: Node) -> dict[str, Any]:
        rows = node.table.rows
        return {
            "macro": "table",
            "table": tuple(tuple(_cell(cell, self.lang) for cell in row) for row in rows),
        }

    def _words(self, node: Node) -> dict[str, Any]:
        return {"macro": "words", "html": markdown.render(node.text)}

    def _separator(self, node: Node) -> dict[str, Any]:
        return {"macro": "separator"}

    def _spacer(self, node: Node) -> dict[str, Any]:
        return {"macro": "spacer"}


_KINDS: Mapping[Kind, Callable[[_Builder, Node], dict[str, Any]]] = {
    Kind.TEXTFIELD: _Builder._text,
    Kind.TEXTAREA: _Builder._area,
    Kind.NUMBER: _Builder._number,
    Kind.DATETIME: _Builder._moment,
    Kind.CHECKBOX: _Builder._box,
    Kind.FILEPICKER: _Builder._file,
    Kind.EXPRESSION: _Builder._computed,
    Kind.GROUP: _Builder._group,
    Kind.DYNAMICLIST: _Builder._list,
    Kind.TABLE: _Builder._table,
    Kind.TEXT: _Builder._words,
    Kind.SEPARATOR: _Builder._separator,
    Kind.SPACER: _Builder._spacer,
    **dict.fromkeys(CHOICES, _Builder._choices),
}


def _labelled(node: Node) -> bool:
    return bool(node.component.label.source)


def _schema_path(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)


def _hint(node: Node) -> str:
    """Limits of a file, for the line under it."""
    if node.kind is not Kind.FILEPICKER or node.readonly or node.disabled:
        return ""
    size = node.component.max_size
    parts = [" ".join(node.component.accept), f"≤ {readable(size)}" if size else ""]
    return " · ".join(part for part in parts if part)


def _typed_text(node: Node) -> str:
    """What stands in a text box: what was typed, even when it is no value."""
    value = node.raw if node.bad is not None else node.value
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:f}"
        case str() | int():
            return str(value)
    return ""


def _local(node: Node) -> str:
    text = _typed_text(node)
    if node.bad is not None or node.component.subtype is not Subtype.DATETIME:
        return text[:5] if node.component.subtype is Subtype.TIME else text
    moment = moment_of(text, end=False)
    return moment.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M") if moment else text


def _taken(node: Node) -> set[str]:
    """Tokens of the choices that are taken, also of those that are no longer among them."""
    value = node.raw if node.bad is not None else node.value
    many = value if isinstance(value, list) else [value]
    return {token(one) for one in many if isinstance(one, (str, int, Decimal)) and one != ""}


def _refs(value: object) -> tuple[FileRef, ...]:
    refs = value if isinstance(value, (list, tuple)) else [value]
    return tuple(ref for ref in refs if isinstance(ref, Mapping) and ref.get("id"))


def _cell(value: object, lang: Lang) -> str:
    match value:
        case None:
            return ""
        case bool():
            return {"zh": "是", "en": "Yes"}[lang] if value else {"zh": "否", "en": "No"}[lang]
        case Decimal():
            return f"{value:f}"
        case list():
            return "、".join(_cell(one, lang) for one in value)
    return str(value)
