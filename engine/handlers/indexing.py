"""What can be searched of a case: titles, numbers, names, opinions, remarks and what forms say.

Kept in the transaction that says it, as a text that waits; the runner puts it into the index a
moment later, so that nobody waits for that while a step is completed. What is confidential of any
process of the case is in no index, for anybody: a search could otherwise tell by its hits what its
pages do not show.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.handlers import secrecy
from engine.model.grams import kept, pairs
from engine.model.rows import Instance, SearchText, SearchWaiting, Task, Unit

if TYPE_CHECKING:
    from engine.catalog import Package
    from engine.handlers.case import Case
    from engine.store import Store

MAX_TEXT = 4_000
"""Characters of one text that are kept for the search."""
BATCH = 100
"""Texts put into the index in one transaction."""


def started(case: Case, answers: Mapping[str, Any]) -> None:
    """A case began: its title, number, who began it, for which unit, and its start form."""
    root = case.root
    units = case.tx.columns(Unit, ("name",), id=root.unit_id) if root.unit_id else []
    _keep(case, "case", None, [_who(case), *(name for (name,) in units), *_said(case, answers)])


def done(case: Case, task: Task, answers: Mapping[str, Any]) -> None:
    """A step was done: its name, who did it, and what they said."""
    said = _said(case, answers, case.instance(task.instance_id))
    _keep(case, "task", task.id, [task.name, _who(case), task.late_reason, *said])


def remarked(case: Case, text: str) -> None:
    """Somebody said something on a case."""
    _keep(case, "remark", None, [_who(case), text])


def told(case: Case, name: str, instance: Instance, answers: Mapping[str, Any]) -> None:
    """A message came, recorded by a person."""
    _keep(case, "message", None, [name, _who(case), *_said(case, answers, instance)])


def _who(case: Case) -> str:
    return case.context.viewer.name


def _keep(case: Case, kind: str, task_id: str | None, parts: list[str]) -> None:
    root = case.root
    # Title and number stand on top of each text: words may be of both.
    lines = [" ".join(part.split()) for part in (root.title, root.case_no, *parts) if part]
    case.tx.insert(
        SearchWaiting(
            tenant=root.tenant,
            root_id=root.id,
            doc=case.context.now_ms << 20 | random.getrandbits(20),
            kind=kind,
            task_id=task_id,
            at=case.context.now_ms,
            text="\n".join(lines)[:MAX_TEXT],
        )
    )


def take_in(store: Store) -> int:
    """Put texts that wait into the index, in order; how many. 0 where none waits.

    Several may do so at once: a text that another put there stays as it is.
    """
    with store.read() as reader:
        waiting = reader.find(SearchWaiting, order="doc", limit=BATCH)
    if waiting:
        texts = [_indexed(one) for one in waiting]
        with store.write() as tx:
            tx.insert_missing(*texts)
            tx.delete(*waiting)
    return len(waiting)


def _indexed(waiting: SearchWaiting) -> SearchText:
    text = kept(waiting.text)
    return SearchText(
        tenant=waiting.tenant,
        root_id=waiting.root_id,
        doc=waiting.doc,
        kind=waiting.kind,
        task_id=waiting.task_id,
        at=waiting.at,
        text=text,
        grams=" ".join(pairs(text)),
    )


def _said(case: Case, answers: Mapping[str, Any], instance: Instance | None = None) -> list[str]:
    secret = secrecy.sealed(_packages(case, instance or case.root), ())
    return list(_strings({k: v for k, v in answers.items() if k not in secret}, secret))


def _strings(value: object, secret: Collection[str]) -> Iterator[str]:
    """What somebody wrote or chose: no files, no people's ids, no numbers without their words."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if "sha256" in value:
            yield str(value.get("name", ""))
            return
        for key, item in value.items():
            if key not in secret:
                yield from _strings(item, secret)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item, secret)


def _packages(case: Case, instance: Instance) -> list[Package]:
    """All packages of the case; asked of the database only where it may have several."""
    own = case.package(case.root)
    if instance is case.root and not own.definition.calls and len(case.instances) == 1:
        return [own]
    rows = case.tx.columns(Instance, ("deployment_id",), root_id=case.root.id)
    house = case.context.house
    return [own, *(house.package(found) for found in {deployment for (deployment,) in rows})]
