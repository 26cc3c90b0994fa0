"""Earlier answers for reading: on the pages of later steps, in print, in dossiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.clock import CHINA
from engine.forms import limits
from engine.forms.checks import moment_of
from engine.forms.components import as_option
from engine.forms.expressions import Formula, FormulaFailed, Scope, Template
from engine.forms.places import dig, rows_of
from engine.forms.schema import ANSWERED, Component, Kind, Option, Options, Subtype
from engine.forms.values import FileRef

if TYPE_CHECKING:
    from engine.forms.form import Form
    from engine.forms.state import Node

_YES = {"zh": "是", "en": "Yes"}
_NO = {"zh": "否", "en": "No"}
_BETWEEN = {"zh": "、", "en": ", "}


@dataclass(frozen=True, kw_only=True)
class ShownTable:
    """A repeating group as a table: column labels, and the text of every cell."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One earlier answer: ``text`` ("" when nothing was answered), or a table, or files.

    A group has ``children`` instead; the rows of a repeating group that holds files or lists of
    its own are children too, one for each row. ``confidential`` says that only some may read it:
    who shows it must ask.
    """

    label: str
    path: str
    kind: Kind
    text: str = ""
    table: ShownTable | None = None
    files: tuple[FileRef, ...] = ()
    children: tuple[Shown, ...] = ()
    confidential: bool = False
    summary: bool = False


def present(
    form: Form,
    values: Mapping[str, object],
    context: Mapping[str, object],
    now: datetime,
    lang: str,
    name_of: Callable[[str], str],
) -> tuple[Shown, ...]:
    """See :meth:`engine.forms.Form.present`."""
    presenter = _Presenter(form.english, now, "en" if lang == "en" else "zh", name_of)
    return presenter.level(form.components, values, {**context, **values}, "", False)


def show(form: Form, component: Component, value: object, lang: str) -> str:
    """See :meth:`engine.forms.Form.show`."""
    written = replace(component, options=replace(component.options, key=(), formula=None))
    moment = datetime.fromtimestamp(0, CHINA)  # no formula is computed, so no time is told
    fixed = replace(written, prefix=_still(component.prefix), suffix=_still(component.suffix))
    return _Presenter(form.english, moment, "en" if lang == "en" else "zh", str).value(
        fixed, value, {}
    )


def node_text(
    node: Node,
    *,
    lang: str = "zh",
    name_of: Callable[[str], str] = str,
    texts: Mapping[str, str] | None = None,
) -> str:
    """What a field of a form's state says, as text: for fields that may only be read."""
    fixed = replace(
        node.component,
        options=Options(fixed=node.options),
        prefix=Template(""),
        suffix=Template(""),
    )
    told = _Presenter(texts or {}, datetime.fromtimestamp(0, CHINA), lang, name_of)
    return told.value(fixed, node.value, {})


def _still(template: Template) -> Template:
    return template if template.fixed else Template("")


@dataclass(frozen=True)
class _Presenter:
    texts: Mapping[str, str]
    now: datetime
    lang: str
    name_of: Callable[[str], str]

    def level(
        self,
        components: Sequence[Component],
        data: object,
        scope: Scope,
        prefix: str,
        confidential: bool,
    ) -> tuple[Shown, ...]:
        shown: list[Shown] = []
        for each in components:
            hushed = confidential or each.confidential
            path = ".".join(filter(None, (prefix, *each.steps)))
            if each.kind is Kind.GROUP:
                below = dig(data, each.steps)
                children = self.level(each.components, below, scope, path, hushed)
                if children:
                    shown += self._group(each, scope, children, hushed)
            elif each.kind in ANSWERED and _has(data, each.steps):
                one = self._one(each, dig(data, each.steps), scope, path)
                if one is not None:
                    shown.append(replace(one, confidential=one.confidential or hushed))
        return tuple(shown)

    def _group(
        self, each: Component, scope: Scope, children: tuple[Shown, ...], hushed: bool
    ) -> Sequence[Shown]:
        label = self._text(each.label, scope)
        if not label:
            return children
        return [Shown(label=label, path="", kind=each.kind, children=children, confidential=hushed)]

    def _one(self, each: Component, value: object, scope: Scope, path: str) -> Shown | None:
        label = self._text(each.label, scope)
        if each.kind is Kind.EXPRESSION and not label:
            return None
        shown = Shown(label=label or each.name, path=path, kind=each.kind, summary=each.summary)
        if each.kind is Kind.DYNAMICLIST:
            return self._list(each, shown, rows_of(value), scope)
        if each.kind is Kind.FILEPICKER:
            return replace(shown, files=_refs(value), text=_BETWEEN[self.lang].join(_names(value)))
        return replace(shown, text=self.value(each, value, scope))

    def _list(self, each: Component, shown: Shown, rows: list[object], scope: Scope) -> Shown:
        flat = _flat(each.components)
        if flat is None:
            children = []
            for index, row in enumerate(rows[: limits.ROWS_EVER]):
                inner = {**scope, **(row if isinstance(row, Mapping) else {}), "i": index + 1}
                below = self.level(
                    each.components, row, inner, f"{shown.path}[{index}]", each.confidential
                )
                children.append(
                    Shown(
                        label=f"{shown.label} {index + 1}",
                        path=f"{shown.path}[{index}]",
                        kind=Kind.GROUP,
                        children=below,
                        confidential=each.confidential,
                    )
                )
            return replace(shown, children=tuple(children))
        table = ShownTable(
            columns=tuple(self._text(c.label, scope) or c.name for _, c in flat),
            rows=tuple(
                tuple(self.value(c, dig(row, steps), scope) for steps, c in flat)
                for row in rows[: limits.ROWS_EVER]
            ),
        )
        # A table is shown whole or not at all; one confidential column makes it confidential.
        hushed = any(c.confidential for c in each.walk())
        return replace(shown, table=table, confidential=hushed)

    def value(self, each: Component, value: object, scope: Scope) -> str:
        """One answer as text, "" when there is none."""
        if value is None or value == []:
            return ""
        if each.picker is not None:
            people = value if isinstance(value, list) else [value]
            return _BETWEEN[self.lang].join(self.name_of(str(one)) for one in people)
        match each.kind:
            case Kind.TEXTFIELD | Kind.TEXTAREA if isinstance(value, str):
                return value  # a person's words, also where a translation is at hand
            case Kind.DATETIME:
                return self._moment(each, value)
            case Kind.RADIO | Kind.SELECT | Kind.CHECKLIST | Kind.TAGLIST:
                return self._choices(each, value, scope)
            case Kind.FILEPICKER:
                return _BETWEEN[self.lang].join(_names(value))
            case Kind.NUMBER:
                text = self._plain(value)
                before, behind = self._text(each.prefix, scope), self._text(each.suffix, scope)
                return f"{before}{text} {behind}".strip() if before or behind else text
        return self._plain(value)

    def _plain(self, value: object) -> str:
        match value:
            case None:
                return ""
            case bool():
                return (_YES if value else _NO)[self.lang]
            case Decimal():
                return f"{value:f}"
            case str():
                return self._said(value)
            case list() | tuple():
                return _BETWEEN[self.lang].join(self._plain(one) for one in value)
            case Mapping():
                return "；".join(f"{key}：{self._plain(one)}" for key, one in value.items())
        return str(value)

    def _moment(self, each: Component, value: object) -> str:
        text = str(value)
        if each.subtype is Subtype.TIME:
            return text[:5]
        moment = moment_of(text, end=False)
        if moment is None:
            return text
        local = moment.astimezone(CHINA)
        clock = f" {local:%H:%M}" if each.subtype is Subtype.DATETIME else ""
        if self.lang == "en":
            return f"{local.year:04}-{local.month:02}-{local.day:02}{clock}"
        return f"{local.year}年{local.month}月{local.day}日{clock}"

    def _choices(self, each: Component, value: object, scope: Scope) -> str:
        labels: dict[object, str] = {
            option.value: option.label for option in self._options(each, scope)
        }
        chosen = value if isinstance(value, list) else [value]
        return _BETWEEN[self.lang].join(
            self._plain(labels.get(one, one) if _hashable(one) else one) for one in chosen
        )

    def _options(self, each: Component, scope: Scope) -> Sequence[Option]:
        if each.options.fixed:
            return each.options.fixed
        found: object = dig(scope, each.options.key) if each.options.key else None
        if each.options.formula is not None:
            found = self._computed(each.options.formula, scope)
        options = (as_option(raw) for raw in rows_of(found)[: limits.FORM_OPTIONS])
        return [option for option in options if option is not None]

    def _computed(self, formula: Formula, scope: Scope) -> object:
        try:
            return formula.value(scope, self.now)
        except FormulaFailed:
            return None

    def _text(self, template: Template, scope: Scope) -> str:
        text = template.render(scope, self.now)
        return text if template.fixed else self._said(text)

    def _said(self, text: str) -> str:
        return self.texts.get(text, text)


def _has(data: object, steps: Sequence[str]) -> bool:
    above = dig(data, steps[:-1]) if steps else None
    return isinstance(above, Mapping) and steps[-1] in above


def _flat(
    components: Sequence[Component], above: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], Component]] | None:
    """The columns a list has as a table; None when it has too many, or lists or files in it."""
    columns: list[tuple[tuple[str, ...], Component]] = []
    for each in components:
        if each.kind is Kind.GROUP:
            inner = _flat(each.components, above + each.steps)
            if inner is None:
                return None
            columns += inner
        elif each.kind in (Kind.DYNAMICLIST, Kind.FILEPICKER):
            return None
        elif each.kind in ANSWERED and (each.kind is not Kind.EXPRESSION or each.label.source):
            columns.append((above + each.steps, each))
    return columns if len(columns) <= _WIDEST else None


_WIDEST = 7
"""Most columns that a sheet of A4 holds legibly."""


def _refs(value: object) -> tuple[FileRef, ...]:
    refs = [value] if isinstance(value, Mapping) else rows_of(value)
    return tuple(ref for ref in refs if isinstance(ref, Mapping))


def _names(value: object) -> list[str]:
    return [str(ref.get("name") or ref.get("id") or "") for ref in _refs(value)]


def _hashable(value: object) -> bool:
    return isinstance(value, (str, int, Decimal))
