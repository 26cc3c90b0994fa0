"""What is wrong with a model beyond its spelling: references, circles, shapes, overlapping rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from engine.dmn import model
from engine.dmn.compiled import CompiledModel
from engine.dmn.gaps import Gap, gaps, shown, unanswered
from engine.dmn.graph import Located
from engine.dmn.names import expressions
from engine.dmn.needs import known_names, required_by
from engine.dmn.overlap import overlaps
from engine.dmn.problems import Problems
from engine.dmn.texts import Use


def check(compiled: CompiledModel, problems: Problems) -> None:
    """Note everything wrong with a compiled model that its parts alone do not show."""
    _references(compiled, problems)
    _circles(compiled.model, problems)
    for node in compiled.model.nodes.values():
        for expression in expressions(node):
            _shape(expression, node, problems)
            if isinstance(expression, model.DecisionTable):
                _table(expression, node, problems)
    _unknown_names(compiled, problems)


# --------------------------------------------------------------------------- the graph

_Kinds: TypeAlias = tuple[type, ...]


def _wanted(node: model.Node) -> Iterator[tuple[model.Reference, _Kinds]]:
    match node:
        case model.Decision():
            for reference in node.information:
                yield reference, (model.Decision, model.InputData)
            for reference in node.knowledge:
                yield reference, (model.KnowledgeModel, model.DecisionService)
        case model.KnowledgeModel():
            for reference in node.knowledge:
                yield reference, (model.KnowledgeModel, model.DecisionService)
        case model.DecisionService():
            for reference in (*node.outputs, *node.encapsulated, *node.input_decisions):
                yield reference, (model.Decision,)
            for reference in node.input_data:
                yield reference, (model.InputData,)
        case _:
            return


def _references(compiled: CompiledModel, problems: Problems) -> None:
    for node in compiled.model.nodes.values():
        for reference, kinds in _wanted(node):
            nodes = compiled.model.nodes
            if reference.namespace:
                linked = compiled.imports.get(reference.namespace)
                if linked is None and _declared(compiled.model, reference.namespace):
                    continue  # the import itself is already complained of
                nodes = linked[1].model.nodes if linked is not None else {}
            target = nodes.get(reference.id)
            if target is None or not isinstance(target, kinds):
                problems.error(
                    "dmn-dangling-reference",
                    f"“{node.name}”依赖的元素“{reference.id}”不存在或类型不对。请重新连线。",
                    f"“{node.name}” requires “{reference.id}”, which does not exist or is of "
                    "another kind. Draw the connection again.",
                    where=node.id,
                    line=reference.line,
                )
        if isinstance(node, model.DecisionService) and not node.outputs:
            problems.error(
                "dmn-service-output",
                f"决策服务“{node.name}”没有输出决策。请把至少一个决策放进输出区。",
                f"The decision service “{node.name}” has no output decision. Give it one.",
                where=node.id,
                line=node.line,
            )


def _declared(source: model.Model, namespace: str) -> bool:
    return any(each.namespace == namespace for each in source.imports)


def _circles(source: model.Model, problems: Problems) -> None:
    """Decisions that require each other have no value; found by peeling off those that do not."""
    needs = {
        node.id: {
            reference.id
            for reference in node.information
            if not reference.namespace
            and isinstance(source.nodes.get(reference.id), model.Decision)
        }
        for node in source.nodes.values()
        if isinstance(node, model.Decision)
    }
    needed_by: dict[str, list[str]] = {}
    for ident, wanted in needs.items():
        for each in wanted:
            needed_by.setdefault(each, []).append(ident)
    free = [ident for ident, wanted in needs.items() if not wanted]
    while free:
        ident = free.pop()
        del needs[ident]
        for dependent in needed_by.get(ident, ()):
            needs[dependent].discard(ident)
            if not needs[dependent]:
                free.append(dependent)
    circle = _walk_circle(needs)
    if circle:
        names = " → ".join(source.nodes[ident].name for ident in circle)
        problems.error(
            "dmn-circular-requirement",
            f"决策互相依赖，无法求值：{names}。请去掉其中一条依赖。",
            f"Decisions require each other and have no value: {names}. Remove one requirement.",
            where=circle[0],
            line=source.nodes[circle[0]].line,
        )


def _walk_circle(needs: dict[str, set[str]]) -> list[str]:
    """One circle among nodes each of which requires another of them."""
    if not needs:
        return []
    path = [next(iter(needs))]
    seen = set(path)
    while True:
        following = min(needs[path[-1]])
        if following in seen:
            return [*path[path.index(following) :], following]
        path.append(following)
        seen.add(following)


# --------------------------------------------------------------------------- shapes


def _shape(expression: model.Expression, node: model.Node, problems: Problems) -> None:
    where = expression.id or node.id

    def missing(zh: str, en: str) -> None:
        problems.error(
            "dmn-incomplete", f"{zh}请补上。", f"{en} Add it.", where=where, line=expression.line
        )

    for present, zh, en in _parts(expression):
        if not present:
            missing(f"“{node.name}”中的{zh}", f"In “{node.name}”, {en}")
    match expression:
        case model.Context():
            named = [entry.variable.name for entry in expression.entries if entry.variable]
            _repeated(named, where, expression.line, problems)
            results = [entry for entry in expression.entries if entry.variable is None]
            if len(results) > 1 or (results and expression.entries[-1] is not results[0]):
                problems.error(
                    "dmn-context-result",
                    f"“{node.name}”的上下文只能有一个无名结果，且须在最后。请调整。",
                    f"The context in “{node.name}” may have one unnamed result, at its end.",
                    where=where,
                    line=expression.line,
                )
        case model.Relation():
            _repeated([each.name for each in expression.columns], where, expression.line, problems)
        case model.FunctionDefinition():
            _repeated(
                [each.name for each in expression.parameters], where, expression.line, problems
            )
            if expression.kind != "FEEL":
                problems.warning(
                    "dmn-external",
                    f"函数用 {expression.kind} 编写，不会执行，结果总是空值。请改用 FEEL。",
                    f"The function is written in {expression.kind}, never runs and yields null. "
                    "Write it in FEEL.",
                    where=where,
                    line=expression.line,
                )
        case _:
            pass


def _parts(expression: model.Expression) -> Iterator[tuple[object, str, str]]:
    match expression:
        case model.Invocation():
            yield expression.function, "调用没有写明函数。", "an invocation names no function."
        case model.Conditional():
            yield expression.condition, "条件表达式缺少条件。", "a conditional has no condition."
            yield expression.then, "条件表达式缺少“则”。", "a conditional has no then."
            yield expression.otherwise, "条件表达式缺少“否则”。", "a conditional has no else."
        case model.Filter():
            yield expression.collection, "筛选缺少列表。", "a filter has no list."
            yield expression.match, "筛选缺少条件。", "a filter has no condition."
        case model.Iteration():
            yield expression.collection, "遍历缺少列表。", "an iteration has no list."
            yield expression.body, "遍历缺少主体。", "an iteration has no body."
        case _:
            return


def _repeated(names: list[str], where: str, line: int | None, problems: Problems) -> None:
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.error(
            "dmn-repeated-name",
            f"名称“{name}”在同一处用了两次。请改名。",
            f"The name “{name}” is used twice in one place. Rename one.",
            where=where,
            line=line,
        )


# --------------------------------------------------------------------------- tables


def _table(table: model.DecisionTable, node: model.Node, problems: Problems) -> None:
    where = table.id or node.id
    if len(table.outputs) > 1:
        _repeated([each.name for each in table.outputs], where, table.line, problems)
        if not all(each.name for each in table.outputs):
            problems.error(
                "dmn-output-name",
                "决策表有多列输出时每列都要有名称。请为每列输出命名。",
                "With several outputs each column needs a name. Name every output.",
                where=where,
                line=table.line,
            )
        if table.aggregation in ("SUM", "MIN", "MAX"):
            problems.warning(
                "dmn-aggregation",
                "决策表有多列输出时汇总按列进行，规范未作规定。建议拆成几张表。",
                "With several outputs each column is aggregated on its own, which the "
                "specification does not define. Better use several tables.",
                where=where,
                line=table.line,
            )
    if table.aggregation and table.hit_policy != "COLLECT":
        problems.warning(
            "dmn-aggregation",
            "只有 COLLECT 策略才能汇总，已忽略汇总方式。请改命中策略或去掉汇总。",
            "Only COLLECT aggregates; the aggregation is ignored. Change the policy or remove it.",
            where=where,
            line=table.line,
        )
    if not table.rules:
        problems.warning(
            "dmn-no-rules",
            "决策表没有规则。请至少加一条规则。",
            "The decision table has no rules. Add at least one.",
            where=where,
            line=table.line,
        )
    if table.hit_policy == "UNIQUE":
        _overlaps(table, where, problems)
    for gap in () if problems.errors else gaps(table):
        zh, en = _told(table, gap)
        problems.warning(
            "dmn-gap",
            f"{zh}时没有规则命中，结果为空值。请加一条规则，或为输出写上默认值。",
            f"When {en}, no rule holds and the result is null. "
            "Add a rule, or a default for the output.",
            where=where,
            line=table.line,
        )
    for index in () if problems.errors else unanswered(table):
        column = table.inputs[index]
        name = column.label or column.expression.text
        problems.warning(
            "dmn-gap-null",
            f"“{name}”没有答复时没有规则命中，结果为空值。表单可以不填的，请加一条规则（如 null 或 -）。",
            f"While “{name}” is not answered, no rule holds and the result is null. Where a form may "
            "leave it open, add a rule (such as null or -).",
            where=column.id or where,
            line=table.line,
        )


def _overlaps(table: model.DecisionTable, where: str, problems: Problems) -> None:
    for first, second in overlaps(table):
        rule = table.rules[second - 1]
        problems.warning(
            "dmn-overlap",
            f"第 {first} 条与第 {second} 条规则可能同时命中，而命中策略为唯一。"
            "请收窄条件，或改用其他命中策略。",
            f"Rules {first} and {second} may hold together, in a unique table. "
            "Narrow a condition, or choose another hit policy.",
            where=rule.id or where,
            line=rule.line or table.line,
        )


def _told(table: model.DecisionTable, gap: Gap) -> tuple[str, str]:
    """A gap in Chinese and English."""
    if not gap:
        return "任何输入", "anything is given"
    zh, en = [], []
    for index, value in gap:
        column = table.inputs[index]
        name = column.label or column.expression.text
        chinese, english = shown(value)
        zh.append(f"“{name}”为{chinese}")
        en.append(f"“{name}” is {english}")
    return "、".join(zh), " and ".join(en)


# --------------------------------------------------------------------------- names


def _unknown_names(compiled: CompiledModel, problems: Problems) -> None:
    """Names in cells that nothing gives a meaning to: mostly texts that lack their quotes.

    A table drawn without input data may use any variable in its columns' expressions, so those
    are taken as known; where the model declares its inputs, nothing is.
    """
    declares = any(isinstance(node, model.InputData) for node in compiled.model.nodes.values())
    by_owner: dict[str, list[Use]] = {}
    for use in compiled.uses:
        by_owner.setdefault(use.owner, []).append(use)
    for owner, uses in by_owner.items():
        located = Located((), compiled, compiled.nodes[owner])
        known = set(known_names(located.node.node, required_by(located)))
        if not declares:
            known.update(*(use.expression.names for use in uses if use.role in ("input", "logic")))
        for use in uses:
            for name in sorted(use.expression.names - known):
                problems.warning(
                    "dmn-unknown-name",
                    f"“{name}”既不是输入，也不是依赖的决策或函数，取值总为空。"
                    f'若是文字，请加英文引号写成 "{name}"；若是变量，请声明为输入。',
                    f"“{name}” is no input, required decision or function, and always null. "
                    f'If it is text, write "{name}"; if a variable, declare it as an input.',
                    where=use.where,
                    line=use.line,
                )
