"""Confidential fields, and the files that carry them: who may read what of a case."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import Problem
from engine.forms import Form, Validated
from engine.forms.checks import PeopleCheck
from engine.forms.values import FileRef
from engine.model.people import Viewer
from engine.model.rows import File, Instance

if TYPE_CHECKING:
    from engine.catalog import Package
    from engine.handlers.case import Case

_FIELD = re.compile(r"[^.\[]*")


def field_of(path: str) -> str:
    """The field an answer's path begins with: ``interviews[0].record`` lies in ``interviews``."""
    match = _FIELD.match(path)
    return match[0] if match else ""


def sealed(packages: Iterable[Package], roles: Iterable[str]) -> frozenset[str]:
    """Fields that nobody with just these roles may read, over all packages of a case."""
    held = tuple(roles)
    return frozenset().union(*(package.confidential_fields(held) for package in packages))


def may_read(file: File, viewer: Viewer, secret: Collection[str], hidden: Collection[str]) -> bool:
    """Whether a viewer may read a file of a case they may see.

    ``secret`` are all confidential fields of the case, ``hidden`` those closed to this viewer.
    """
    if viewer.system or file.uploaded_by == viewer.user_id:
        return True
    field = field_of(file.field)
    if field in secret:
        return field not in hidden
    return not (file.confidential and hidden)


def hidden_from_actor(case: Case) -> frozenset[str]:
    """Fields of a case that whoever acts may not read."""
    viewer = case.context.viewer
    return frozenset() if viewer.system else sealed(_packages(case), viewer.role_ids)


def readable(case: Case, files: Iterable[File]) -> list[File]:
    """Those of a case's files that whoever acts may read."""
    found = list(files)
    if not found or case.context.viewer.system:
        return found
    hidden, secret = hidden_from_actor(case), sealed(_packages(case), ())
    return [file for file in found if may_read(file, case.context.viewer, secret, hidden)]


def judged(
    case: Case,
    form: Form,
    answers: dict[str, object],
    scope: Mapping[str, object],
    *,
    people: PeopleCheck,
    files: Mapping[str, FileRef],
) -> Validated:
    """The form's verdict over all that the case knows, told in words that give nothing of it away.

    Labels, limits, choices and messages may be reckoned from fields that whoever answers may not
    read: what is said of a fault is what can be said without them.
    """
    now = case.context.now
    found = form.validate(answers, scope, now=now, people=people, files=files)
    if not found.problems:
        return found
    hidden = hidden_from_actor(case) & scope.keys()
    if not hidden:
        return found
    seen = form.validate(answers, veiled(scope, hidden), now=now, people=people, files=files)
    words = {(problem.code, problem.where): problem for problem in seen.problems}
    told = tuple(words.get((each.code, each.where), _unsaid(each)) for each in found.problems)
    return replace(found, problems=told)


def _unsaid(problem: Problem) -> Problem:
    return Problem(
        code=problem.code,
        where=problem.where,
        zh="这一项不符合要求，原因涉及您无权查看的内容。请核对后重填；仍不行请联系流程的上一环节。",
        en="This does not meet what is asked, for a reason you may not read. Check it and fill it in "
        "again; if that does not help, ask whoever handled the step before.",
    )


def veiled(values: Mapping[str, object], hidden: Collection[str]) -> dict[str, object]:
    """Values without those of hidden fields."""
    return {key: value for key, value in values.items() if key not in hidden}


def _packages(case: Case) -> list[Package]:
    rows = case.tx.columns(Instance, ("deployment_id",), root_id=case.root.id)
    house = case.context.house
    return [house.package(found) for found in {deployment_id for (deployment_id,) in rows}]
