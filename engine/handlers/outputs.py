"""What a step leaves: bounded answers, files it names, documents to be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.definition import Element
from engine.errors import AnswersInvalid, Problem
from engine.model.rows import Document, File, Job, Task

if TYPE_CHECKING:
    from engine.catalog import Package
    from engine.handlers.case import Case
    from engine.handlers.house import Context

MAX_ITEMS = 20_000
MAX_DEPTH = 12
MAX_TEXT = 200_000
MAX_ALL_TEXT = 2_000_000
HOUSE_NAMES = frozenset({"case", "task"})
"""Variables the house itself gives every process: nobody's answers replace them."""


def bounded(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers that no form checks, within limits on number, depth and length. Raises AnswersInvalid."""
    budget = [MAX_ITEMS, MAX_ALL_TEXT]
    return {
        str(key): _bounded(value, MAX_DEPTH, budget)
        for key, value in answers.items()
        if key not in HOUSE_NAMES
    }


def _bounded(value: Any, depth: int, budget: list[int]) -> Any:
    budget[0] -= 1
    if isinstance(value, str):
        budget[1] -= len(value)
    if min(budget) < 0 or depth < 0 or (isinstance(value, str) and len(value) > MAX_TEXT):
        raise AnswersInvalid(
            [
                Problem(
                    code="size",
                    zh="提交的内容过多或过深。请删减后重试。",
                    en="There is too much in this, or it is nested too deeply. Shorten it.",
                )
            ]
        )
    if isinstance(value, Mapping):
        return {str(key): _bounded(item, depth - 1, budget) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_bounded(item, depth - 1, budget) for item in value]
    return value


def file_ids(value: Any) -> Iterator[str]:
    """Ids of all files that answers refer to."""
    if isinstance(value, Mapping):
        if "sha256" in value and isinstance(value.get("id"), str):
            yield value["id"]
        for item in value.values():
            yield from file_ids(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from file_ids(item)


def seal_files(
    context: Context, package: Package, files: Iterable[File], answers: Mapping[str, Any]
) -> None:
    """Tie files that confidential fields name to those fields, whatever the upload said of them."""
    secret = {name for entry in package.manifest.confidential for name in entry.fields}
    named = {found: name for name in secret for found in file_ids(answers.get(name))}
    for file in files:
        name = named.get(file.id)
        if name is not None and (not file.confidential or file.field.split("[")[0] != name):
            file.field, file.confidential = name, True
            context.tx.update(file, "field", "confidential")


def leave_documents(case: Case, task: Task, element: Element) -> None:
    """Note the documents a completed step must leave; jobs make their files after the commit."""
    if not element.documents:
        return
    context, instance = case.context, case.instance(task.instance_id)
    package = case.package(instance)
    for name in element.documents:
        template = package.documents[name]
        revision = 1 + len(
            context.tx.columns(Document, ("id",), root_id=case.root.id, template=name)
        )
        row = Document(
            tenant=context.tenant,
            id=context.new_id(),
            instance_id=instance.id,
            root_id=case.root.id,
            task_id=task.id,
            template=name,
            title=template.title,
            revision=revision,
            data=snapshot(case, task),
            made_by=context.actor,
            confidential=template.confidential,
        )
        context.tx.insert(row)
        context.tx.insert(
            Job(
                tenant=context.tenant,
                id=context.new_id(),
                kind="document",
                lane="document",
                due_at=context.now_ms,
                instance_id=instance.id,
                root_id=case.root.id,
                payload={"document": row.id},
                created_at=context.now_ms,
            )
        )
        context.record("document", row.id, {"template": name, "revision": revision}, case.root)


def snapshot(case: Case, task: Task) -> dict[str, Any]:
    """The variables a document is made from, as they stand when its step is completed."""
    instance = case.instance(task.instance_id)
    return {
        **case.root.variables,
        **instance.variables,
        **(task.answers or {}),
        "task": {
            "name": task.name,
            "handler": task.closed_by,
            "at": case.context.now_ms,
        },
    }
