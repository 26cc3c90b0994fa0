"""Decisions of a process as an administrator edits them: which there are, and cases tried on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine import bpmn, catalog, dmn, feel
from engine import queries as q
from engine.dmn import model
from engine.dmn.parse import parse
from engine.dmn.problems import Problems
from engine.errors import BudgetExceeded, Invalid, ModelRejected, NotFound, YifaError
from engine.handlers.house import House
from engine.reading.common import Desk, desk
from engine.reading.modeling import files_of

MOST_TRIED = 200
"""Cases that are tried at once."""
_BUDGET = feel.Budget(steps=200_000, size=20_000, seconds=1.0)


def process_decisions(house: House, query: q.ProcessDecisions) -> tuple[q.DecisionFileLine, ...]:
    """The decisions of a state of a process, by file."""
    with desk(house, query) as at:
        at.require_admin()
        files = files_of(at, query.process_key, query.state)[1]
        say, asked = _sayer(at, files), _asked(files)
        paths = sorted(path for path in files if path.endswith(".dmn"))
        return tuple(_file(files, path, asked, say) for path in paths)


_Say: TypeAlias = Callable[[str], str]
"""A text of a package in the viewer's language, where the package has it."""


def _sayer(at: Desk, files: Mapping[str, bytes]) -> _Say:
    if at.lang == "zh":
        return str
    texts = catalog.english(files.get(catalog.ENGLISH, b""))
    return lambda text: texts.get(text, text)


def _asked(files: Mapping[str, bytes]) -> dict[str, list[tuple[str, str]]]:
    """The steps that ask a decision, by its id; none where the drawing cannot be read."""
    path = next((path for path in files if path.endswith(".bpmn")), "")
    try:
        elements = bpmn.load(files[path], name=path).elements if path else {}
    except ModelRejected:
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    for element in elements.values():
        if element.called_decision:
            found.setdefault(element.called_decision, []).append(
                (element.id, element.name or element.id)
            )
    return found


_Asked: TypeAlias = Mapping[str, list[tuple[str, str]]]


def _file(files: Mapping[str, bytes], path: str, asked: _Asked, say: _Say) -> q.DecisionFileLine:
    problems = catalog.decision_problems(files, path)
    errors = sum(each.severity == "error" for each in problems)
    try:
        name, lines = _lines(files, path, asked, say)
    except ModelRejected:
        name, lines = path, ()
    return q.DecisionFileLine(
        path=path,
        name=name or path,
        decisions=lines,
        errors=errors,
        warnings=len(problems) - errors,
        cases=_number_of_cases(files, path),
    )


def _number_of_cases(files: Mapping[str, bytes], path: str) -> int:
    try:
        return len(cases_of(files, path))
    except Invalid:
        return 0


def cases_of(files: Mapping[str, bytes], path: str) -> tuple[catalog.DecisionCase, ...]:
    """The cases kept beside a file of decisions. Raises Invalid."""
    kept = catalog.cases_path(path)
    return catalog.read_cases(files[kept], kept) if kept in files else ()


def _lines(
    files: Mapping[str, bytes], path: str, asked: _Asked, say: _Say
) -> tuple[str, tuple[q.DecisionLine, ...]]:
    drawn = parse(files[path], Problems())
    try:
        whole: dmn.Decisions | None = catalog.load_decisions(files, path)
    except ModelRejected:  # begun, and not whole yet
        whole = None
    return say(drawn.name), tuple(
        q.DecisionLine(
            id=node.id,
            name=say(node.name),
            question=say(node.question),
            hit_policy=_policy(table) if table is not None else "",
            rules=len(table.rules) if table is not None else 0,
            inputs=tuple(say(each.label) for each in whole.questions(node.id)) if whole else (),
            used_by=tuple((step, say(name)) for step, name in asked.get(node.id, ())),
        )
        for node, table in _tables(drawn)
    )


def _tables(
    drawn: model.Model,
) -> Iterator[tuple[model.Decision, model.DecisionTable | None]]:
    """The decisions of a file, and the table of each whose logic is one."""
    for node in drawn.nodes.values():
        if isinstance(node, model.Decision):
            logic = node.expression
            yield node, logic if isinstance(logic, model.DecisionTable) else None


def _policy(table: model.DecisionTable) -> str:
    return f"{table.hit_policy} {table.aggregation}".strip()


# ---------------------------------------------------------------------- trying


def try_decisions(house: House, query: q.TryDecisions) -> q.Tried:
    """What cases give on a file as it is drawn; nothing is written."""
    with desk(house, query) as at:
        at.require_admin()
        if query.path not in query.files:
            raise NotFound(what={"zh": "决策文件", "en": "file of decisions"})
        try:
            decisions = catalog.load_decisions(query.files, query.path)
            drawn = _drawn(query.files[query.path])
        except ModelRejected as exc:
            return q.Tried(questions={}, cases=(), unreadable=exc.problems[0].text(at.lang))
        say = _sayer(at, query.files)
        trial = _Trial(at, decisions, drawn, say)
        return q.Tried(
            questions={
                info.id: _questions(decisions, info.id, say) for info in decisions.decisions
            },
            cases=tuple(trial.of(case) for case in query.cases[:MOST_TRIED]),
        )


def _questions(decisions: dmn.Decisions, decision: str, say: _Say) -> tuple[q.InputQuestion, ...]:
    return tuple(
        q.InputQuestion(
            name=each.name,
            label=say(each.label),
            kind=each.kind,
            choices=each.choices,
            closed=each.closed,
        )
        for each in decisions.questions(decision)
    )


@dataclass(frozen=True)
class _Drawn:
    """A table as it is drawn, with the name of the decision it makes."""

    decision: str
    table: model.DecisionTable


def _drawn(content: bytes) -> dict[str, _Drawn]:
    """The tables of a file by what an evaluation calls them: their id, else their decision's."""
    found = {}
    for node in parse(content, Problems()).nodes.values():
        if not isinstance(node, model.Decision):
            continue
        for expression in model.walk(node.expression):
            if isinstance(expression, model.DecisionTable):
                found[expression.id or node.id] = _Drawn(node.name, expression)
    return found


class _Trial:
    """Cases tried on one file."""

    def __init__(
        self, at: Desk, decisions: dmn.Decisions, drawn: Mapping[str, _Drawn], say: _Say
    ) -> None:
        self.say = say
        self.at = at
        self.decisions = decisions
        self.drawn = drawn

    def of(self, asked: q.TryCase) -> q.TriedCase:
        """What one case gives."""
        case = catalog.typed_case(asked.title, asked.decision, asked.expect, asked.inputs)
        problems: list[tuple[str, str]] = []
        inputs = dict(self._inputs(case, problems))
        if problems:
            return q.TriedCase(value=None, agrees=None, problems=tuple(problems))
        try:
            outcome = self.decisions.evaluate(
                case.decision, inputs, now=self.at.now, budget=_BUDGET, explains=True
            )
        except (BudgetExceeded, NotFound) as exc:
            told = (("", exc.message(self.at.lang)),)
            return q.TriedCase(value=None, agrees=None, problems=told)
        agrees = self._agrees(case, outcome.feel, problems)
        return q.TriedCase(
            value=feel.format_literal(outcome.feel),
            agrees=agrees,
            tables=tuple(self._asked_tables(outcome.rules)),
            made=tuple(
                (each.id, self.say(each.name), feel.format_literal(each.value))
                for each in outcome.made
            ),
            problems=(*problems, *self._told(outcome.diagnostics, inputs)),
        )

    def _inputs(
        self, case: catalog.DecisionCase, problems: list[tuple[str, str]]
    ) -> Iterator[tuple[str, object]]:
        for name, value in case.inputs.items():
            try:
                yield name, catalog.plain_value(value)
            except YifaError as exc:
                problems.append((name, exc.message(self.at.lang)))

    def _agrees(
        self, case: catalog.DecisionCase, value: object, problems: list[tuple[str, str]]
    ) -> bool | None:
        if not case.expect:
            return None
        try:
            return catalog.as_expected(case, value)
        except YifaError as exc:
            problems.append(("expect", exc.message(self.at.lang)))
            return None

    def _told(
        self, diagnostics: Iterable[dmn.Diagnostic], inputs: Mapping[str, object]
    ) -> Iterator[tuple[str, str]]:
        """What became null and why, each once; an input left empty needs no word."""
        told = {
            (each.where, self.at.pick(each.zh, each.en)): None
            for each in diagnostics
            if each.code != "dmn-missing-input"
        }
        return iter(told)

    def _asked_tables(self, fired: Iterable[dmn.Fired]) -> Iterator[q.TriedTable]:
        for each in fired:
            drawn = self.drawn.get(each.table)
            if drawn is None:  # of an imported model, which is not what is drawn here
                continue
            table = drawn.table
            numbers = {rule.id: number for number, rule in enumerate(table.rules, 1)}
            yield q.TriedTable(
                decision=self.say(drawn.decision),
                table=each.table,
                hit_policy=_policy(table),
                columns=tuple(
                    q.TriedColumn(
                        id=column.id,
                        label=self.say(column.label) or column.expression.text,
                        value=feel.format_literal(value),
                    )
                    for column, value in zip(table.inputs, each.inputs, strict=False)
                ),
                rules=tuple(
                    (rule, numbers.get(rule, 0), self._note(table, numbers.get(rule, 0)))
                    for rule in each.rules
                ),
                cells=each.cells,
            )

    def _note(self, table: model.DecisionTable, number: int) -> str:
        """What a rule says of itself."""
        if not number:
            return ""
        rule = table.rules[number - 1]
        texts = (*rule.annotations, rule.description)
        return self.at.pick("；", "; ").join(self.say(text) for text in texts if text)
