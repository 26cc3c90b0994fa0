"""The verdict on answers: what may be kept, and every problem with the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.clock import aware
from engine.errors import AnswersInvalid, Problem
from engine.forms import limits, state
from engine.forms.checks import Checker, PeopleCheck
from engine.forms.messages import answer_problem, form_problem
from engine.forms.schema import INPUTS, Component, Kind
from engine.forms.state import FormState, Node
from engine.forms.values import Bad, FileRef, typed

if TYPE_CHECKING:
    from engine.forms.form import Form


@dataclass(frozen=True, kw_only=True)
class Validated:
    """Answers that were looked at.

    ``values`` holds every visible field, typed, None where empty; it may be kept only when
    ``problems`` is empty.
    """

    values: dict[str, Any]
    problems: tuple[Problem, ...]
    state: FormState

    @property
    def ok(self) -> bool:
        """Whether the values may be kept."""
        return not self.problems

    def accepted(self) -> dict[str, Any]:
        """The values, or AnswersInvalid with every problem."""
        if self.problems:
            raise AnswersInvalid(self.problems)
        return self.values


def validate(
    form: Form,
    answers: object,
    context: Mapping[str, object],
    *,
    now: datetime,
    people: PeopleCheck | None,
    files: Mapping[str, FileRef] | None,
    texts: Mapping[str, str] | None,
) -> Validated:
    """See :meth:`engine.forms.Form.validate`."""
    aware(now)
    refused = oversize(answers)
    if refused is not None:
        # Nothing of it is looked at further: refusing must cost nothing.
        blank = state.evaluate(form, {}, context, now, {})
        return Validated(values={}, problems=(refused,), state=blank)
    found = state.evaluate(form, answers, context, now, files or {})
    checker = Checker(now, people, texts or {})
    problems = [*_failures(found, texts), *_problems(found.nodes, checker)]
    return Validated(values=found.values, problems=tuple(problems), state=found)


def oversize(answers: object) -> Problem | None:
    """What makes the answers too large to look at, found without looking further than needed."""
    if not isinstance(answers, Mapping):
        return answer_problem("answers.type", "")
    count = text = 0
    stack: list[tuple[object, int]] = [(answers, 1)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, (str, bytes)):
            text += len(value)
            if text > limits.ANSWER_TEXT:
                return answer_problem("answers.long", "", limit=limits.ANSWER_TEXT)
        elif isinstance(value, (Mapping, list, tuple)):
            count += len(value)
            if count > limits.ANSWER_NODES:
                return answer_problem("answers.many", "", limit=limits.ANSWER_NODES)
            if depth > limits.ANSWER_DEPTH:
                return answer_problem("answers.deep", "")
            below = value.values() if isinstance(value, Mapping) else value
            stack.extend((each, depth + 1) for each in below)
    return None


def _failures(found: FormState, texts: Mapping[str, str] | None) -> Iterator[Problem]:
    if not found.stable:
        yield answer_problem("answers.unstable", "")
    for path, failure in found.failures.items():
        node = found.find(path)
        label = node.label if node else path
        zh = answer_problem("formula", path, label=label, reason=failure.zh)
        en = answer_problem("formula", path, texts=texts, label=label, reason=failure.en)
        yield Problem(code=zh.code, zh=zh.zh, en=en.en, where=path, data={"label": label})


def _problems(nodes: Sequence[Node], checker: Checker) -> Iterator[Problem]:
    for node in nodes:
        yield from checker.problems(node)
        yield from _problems(node.children, checker)
        short = sum(not row.blank for row in node.rows) < (node.limits.min_items or 0)
        for row in node.rows:
            # A blank row is none, unless a row is missing: then its empty fields are what to fill.
            if not row.blank or short:
                yield from _problems(row.nodes, checker)


def default_faults(components: Sequence[Component]) -> Iterator[Problem]:
    """Default values that are no values of their field."""
    for top in components:
        for each in top.walk():
            if each.kind in INPUTS and each.default is not None:
                default = each.default
                if each.kind is Kind.DATETIME and isinstance(default, str):
                    default = default.strip()
                fixed = each.options.fixed or None
                result = typed(each, default, options=fixed)
                if isinstance(result, Bad):
                    yield form_problem(
                        "default.bad", each.path or each.at, reason=str(default)[:80]
                    )
