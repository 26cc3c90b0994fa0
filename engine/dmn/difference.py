"""What changed between two files of decisions, rule by rule, for whoever deploys it.

Columns and rules are told apart by their ids; a rule that only moved is told as moved, for in a table
that takes the first rule that holds its place means something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from engine.dmn import model
from engine.dmn.parse import parse
from engine.dmn.problems import Problems
from engine.errors import ModelRejected

How: TypeAlias = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, kw_only=True)
class Detail:
    """What it was and what it is, by a name in Chinese and English."""

    zh: str
    en: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class DecisionChange:
    """A decision, column or rule that differs; ``zh`` and ``en`` name it."""

    element: str
    how: How
    zh: str
    en: str
    moved: bool = False
    details: tuple[Detail, ...] = ()


def difference(old: bytes, new: bytes) -> tuple[DecisionChange, ...]:
    """The changes, in the order of the new file; nothing where one of the two cannot be read."""
    try:
        before, after = (parse(each, Problems()) for each in (old, new))
    except ModelRejected:
        return ()
    return tuple(_nodes(before.nodes, after.nodes))


def _nodes(
    old: Mapping[str, model.Node], new: Mapping[str, model.Node]
) -> Iterator[DecisionChange]:
    for ident, node in new.items():
        before = old.get(ident)
        if before is None:
            yield DecisionChange(element=ident, how="added", zh=node.name, en=node.name)
        elif before != node:
            yield from _node(before, node)
    for ident, node in old.items():
        if ident not in new:
            yield DecisionChange(element=ident, how="removed", zh=node.name, en=node.name)


def _node(old: model.Node, new: model.Node) -> Iterator[DecisionChange]:
    details = [
        Detail(zh="名称", en="Name", before=old.name, after=new.name),
        Detail(
            zh="类型",
            en="Type",
            before=old.variable.type_ref,
            after=new.variable.type_ref,
        ),
    ]
    tables = []
    for node in (old, new):
        logic = node.expression if isinstance(node, model.Decision) else None
        tables.append(logic if isinstance(logic, model.DecisionTable) else None)
    before, after = tables
    if before is not None and after is not None:
        details.append(
            Detail(zh="命中策略", en="Hit policy", before=_policy(before), after=_policy(after))
        )
    else:
        details.append(Detail(zh="表达式", en="Expression", before=_logic(old), after=_logic(new)))
    if told := _differing(details):
        yield DecisionChange(element=new.id, how="changed", zh=new.name, en=new.name, details=told)
    if before is not None and after is not None:
        yield from _columns(new.name, before, after)
        yield from _rules(new.name, before, after)


def _policy(table: model.DecisionTable) -> str:
    return f"{table.hit_policy} {table.aggregation}".strip()


def _logic(node: model.Node) -> str:
    logic = node.expression if isinstance(node, model.Decision) else None
    return logic.text if isinstance(logic, model.LiteralExpression) else ""


def _differing(details: Sequence[Detail]) -> tuple[Detail, ...]:
    return tuple(each for each in details if each.before != each.after)


_Clause: TypeAlias = model.Input | model.Output


def _clauses(table: model.DecisionTable) -> dict[str, _Clause]:
    clauses: tuple[_Clause, ...] = (*table.inputs, *table.outputs)
    return {each.id or str(number): each for number, each in enumerate(clauses)}


def _columns(
    name: str, old: model.DecisionTable, new: model.DecisionTable
) -> Iterator[DecisionChange]:
    before, after = _clauses(old), _clauses(new)
    for ident in (*after, *(each for each in before if each not in after)):
        was, now = before.get(ident), after.get(ident)
        shown = now or was
        if shown is None:
            continue
        column = _title(shown)
        zh, en = f"{name}：{column} 列", f"{name}: column {column}"
        if was is None or now is None:
            yield DecisionChange(
                element=ident, how="added" if was is None else "removed", zh=zh, en=en
            )
            continue
        told = _differing(list(_clause_details(was, now)))
        if told:
            yield DecisionChange(element=ident, how="changed", zh=zh, en=en, details=told)


def _title(clause: _Clause) -> str:
    written = clause.expression.text if isinstance(clause, model.Input) else clause.name
    return clause.label or written


def _clause_details(old: _Clause, new: _Clause) -> Iterator[Detail]:
    yield Detail(zh="标题", en="Label", before=old.label, after=new.label)
    yield Detail(zh="类型", en="Type", before=old.type_ref, after=new.type_ref)
    yield Detail(zh="可选值", en="Values", before=_text(old.values), after=_text(new.values))
    if isinstance(old, model.Input) and isinstance(new, model.Input):
        yield Detail(
            zh="表达式", en="Expression", before=old.expression.text, after=new.expression.text
        )
    if isinstance(old, model.Output) and isinstance(new, model.Output):
        yield Detail(zh="名称", en="Name", before=old.name, after=new.name)
        yield Detail(zh="默认值", en="Default", before=_text(old.default), after=_text(new.default))


def _text(text: model.Text | None) -> str:
    return text.text if text is not None else ""


def _rules(
    name: str, old: model.DecisionTable, new: model.DecisionTable
) -> Iterator[DecisionChange]:
    before = {rule.id or str(number): (number, rule) for number, rule in enumerate(old.rules, 1)}
    after = {rule.id or str(number): (number, rule) for number, rule in enumerate(new.rules, 1)}
    stayed = _stayed(list(before), list(after))
    for ident in (*after, *(each for each in before if each not in after)):
        number, rule = after.get(ident) or before[ident]
        zh, en = f"{name}：第 {number} 条规则", f"{name}: rule {number}"
        if ident not in before or ident not in after:
            how: How = "removed" if ident in before else "added"
            told = _whole(new if how == "added" else old, rule, how)
            yield DecisionChange(element=ident, how=how, zh=zh, en=en, details=told)
            continue
        told = _differing(list(_cells(old, before[ident][1], new, rule)))
        moved = ident not in stayed
        if told or moved:
            yield DecisionChange(
                element=ident,
                how="changed" if told else "moved",
                zh=zh,
                en=en,
                moved=moved and bool(told),
                details=told,
            )


def _stayed(before: list[str], after: list[str]) -> set[str]:
    """Those that keep their order, as many as may be."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return {
        each
        for block in matcher.get_matching_blocks()
        for each in before[block.a : block.a + block.size]
    }


def _by_column(table: model.DecisionTable, rule: model.Rule) -> dict[str, tuple[str, str]]:
    """The cells of a rule by their column's id: the column's title, and what the cell says."""
    cells = (*rule.tests, *rule.outputs)
    return {
        ident: (_title(clause), "" if cell.text == "-" else cell.text)
        for (ident, clause), cell in zip(_clauses(table).items(), cells, strict=False)
    }


def _note(rule: model.Rule) -> str:
    return "；".join(text for text in (*rule.annotations, rule.description) if text)


def _cells(
    old: model.DecisionTable, was: model.Rule, new: model.DecisionTable, now: model.Rule
) -> Iterator[Detail]:
    before, after = _by_column(old, was), _by_column(new, now)
    for ident in dict.fromkeys((*after, *before)):
        title = (after.get(ident) or before[ident])[0]
        yield Detail(
            zh=title,
            en=title,
            before=before.get(ident, ("", ""))[1],
            after=after.get(ident, ("", ""))[1],
        )
    yield Detail(zh="说明", en="Annotation", before=_note(was), after=_note(now))


def _whole(table: model.DecisionTable, rule: model.Rule, how: How) -> tuple[Detail, ...]:
    """Every cell of a rule that came or went."""
    return tuple(
        Detail(
            zh=title,
            en=title,
            before=text if how == "removed" else "",
            after=text if how == "added" else "",
        )
        for title, text in _by_column(table, rule).values()
        if text
    )
