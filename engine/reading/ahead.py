"""What may still come in a case, along its model from where its tokens stand; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine import queries as q
from engine.errors import YifaError
from engine.handlers import opening
from engine.model import facts as f
from engine.model.rows import Activity, Instance
from engine.reading import foresight
from engine.reading.common import Desk, desk
from engine.reading.deeds import group_name
from engine.reading.dossier import Dossier

if TYPE_CHECKING:
    from engine.bpmn import Branch, Element
    from engine.catalog import Package
    from engine.handlers.case import Case
    from engine.handlers.house import House

_HOLDERS = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})
"""What only holds other elements: no place where a token waits."""


def steps_ahead(house: House, query: q.StepsAhead) -> tuple[q.StepAhead, ...]:
    """The steps that may still come, the nearest first. Raises NotFound."""
    with desk(house, query) as at:
        root = at.root(query.case_id)
        if root.ended_at is not None:
            return ()
        dossier = Dossier(at, root)
        case = dossier.work()
        found: list[q.StepAhead] = []
        # What was called comes before what called it goes on.
        for instance in reversed(list(dossier.instances().values())):
            if instance.state in ("active", "suspended"):
                found += _of_instance(dossier, case, instance)
        return tuple(sorted(found, key=lambda line: not line.next))


def _of_instance(dossier: Dossier, case: Case, instance: Instance) -> Iterable[q.StepAhead]:
    package = dossier.package(instance.id)
    rows = dossier.at.reader.columns(
        Activity, ("element_id", "kind"), instance_id=instance.id, left_at=None
    )
    standing = sorted({element for element, kind in rows if kind not in _HOLDERS})
    texts = package.definition.texts()
    for ahead in package.definition.ways.ahead(standing, case.root.steps):
        element = package.definition.elements[ahead.element_id]
        yield q.StepAhead(
            step=package.text(element.name or element.id, dossier.at.lang),
            element_id=element.id,
            instance_id=instance.id,
            next=ahead.after == 0,
            branches=tuple(_branch(dossier.at, package, texts, each) for each in ahead.branches),
            certain=ahead.certain,
            again=ahead.element_id in case.root.steps,
            who=_who(dossier, case, instance, element),
        )


def _branch(at: Desk, package: Package, texts: dict[str, str], branch: Branch) -> q.BranchName:
    return q.BranchName(
        question=package.text(texts.get(branch.element_id, ""), at.lang),
        answer=package.text(texts.get(branch.flow_id, ""), at.lang),
        event=not branch.flow_id,
        otherwise=branch.default,
    )


def _who(dossier: Dossier, case: Case, instance: Instance, element: Element) -> tuple[str, ...]:
    """Who would get a step, as far as that can be told now and to this viewer."""
    at = dossier.at
    users = _named(dossier, case, instance, element.candidate_users)
    groups = _named(dossier, case, instance, element.candidate_groups)
    assignee = _named(dossier, case, instance, element.assignee)
    if users is None or groups is None or (element.assignee and not assignee and not groups):
        return ()
    fact = f.TaskOpened(
        key="",
        element_id=element.id,
        name=element.name,
        assignee=assignee[0] if assignee else None,
        candidate_users=tuple(users),
        candidate_groups=tuple(groups),
        form_id=element.form_id,
    )
    before = case.root.steps.get(element.id, {"by": []})["by"]
    person = None if element.multi_instance else opening.assignee_of(case, fact, element, before)
    if person:
        return (at.name(person),)
    return tuple(_group(at, case.root, value) for value in opening.offered(fact, element))


def _group(at: Desk, root: Instance, value: str) -> str:
    """A group as people read it; of a matter behind a wall nobody is named by their post."""
    return group_name(at, value) if root.track or root.excluded else foresight.group(at, value)


def _named(
    dossier: Dossier, case: Case, instance: Instance, text: str | None
) -> Sequence[str] | None:
    """The values an assignment gives now; None where they are still to come, or not for the viewer."""
    if not text:
        return ()
    if not text.startswith("="):
        return [part.strip() for part in text.split(",") if part.strip()]
    if any(re.search(rf"\b{re.escape(name)}\b", text) for name in dossier.hidden()):
        return None
    try:
        value = case.run(instance).evaluate(text)
    except YifaError:
        return None
    if not value:
        return None
    names = value if isinstance(value, list) else str(value).split(",")
    return [str(name).strip() for name in names if str(name).strip()]
