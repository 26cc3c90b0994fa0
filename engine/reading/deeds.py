"""What was done to a case beside its steps, as sentences of its timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine import queries as q
from engine.catalog import Package
from engine.forms.house import TEXTS
from engine.model.rows import Deed, Task
from engine.reading.common import Desk

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "reassign": ("将“{step}”转办给{people}", "handed “{step}” on to {people}"),
    "delegate": ("将“{step}”委派给{people}办理", "had “{step}” done by {people}"),
    "give-back": (
        "办好受委派的“{step}”，交回{people}",
        "did “{step}” and gave it back to {people}",
    ),
    "recall": ("收回委派给{people}的“{step}”", "took “{step}” back from {people}"),
    "return": ("从“{step}”退回到“{to}”", "sent the matter back from “{step}” to “{to}”"),
    "withdraw": ("撤回“{step}”", "took “{step}” back"),
    "add-signer": (
        "就“{step}”加签，征求{people}的意见",
        "asked {people} for an opinion on “{step}”",
    ),
    "hand-over": (
        "提交“{step}”，等待{people}的加签意见",
        "handed “{step}” in; {people} are asked next",
    ),
    "opinion": ("对“{step}”提出意见：{stance}", "gave an opinion on “{step}”: {stance}"),
    "call-off": ("不再征求{people}对“{step}”的意见", "no longer asks {people} about “{step}”"),
    "cc": ("抄送{people}", "sent a copy to {people}"),
    "read": ("已阅", "has read it"),
    "urge": ("催办：{people}", "urged {people}"),
    "oversee": ("督办，期限{due}", "follows the case, to hear by {due}"),
    "report": ("反馈督办情况", "reported on how the case stands"),
    "escalate": ("督办期限已过，已提示{people}", "the day to hear has passed; {people} were told"),
    "lift": ("解除督办", "follows the case no longer"),
}


def step_name(at: Desk, package: Package, task: Task) -> str:
    """A task's name; of an opinion asked on a task, told as such."""
    name = package.text(task.name, at.lang)
    if task.signs_for is None:
        return name
    return at.pick(f"{name}（征求意见）", f"{name} (opinion)")


def group_name(at: Desk, value: str) -> str:
    """A candidate row's value as people read it."""
    kind, _, rest = value.partition(":")
    if kind == "u":
        return at.name(rest)
    role, _, unit = rest.partition("@")
    title = at.house.roles.title(role, at.lang)
    if not unit:
        return title
    return at.pick(f"{title}（{at.unit(unit)}）", f"{title} ({at.unit(unit)})")


def sentence(at: Desk, package: Package, deed: Deed, step: str) -> str:
    """What was done, in the viewer's language, without who did it and why."""
    zh, en = _SENTENCES.get(deed.kind, (deed.kind, deed.kind))
    stance = str(deed.data.get("stance", ""))
    return at.pick(zh, en).format(
        step=step,
        people=at.pick("、", ", ").join(group_name(at, value) for value in deed.people),
        to=package.text(str(deed.data.get("to_name", "")), at.lang),
        due=deed.data.get("due", ""),
        stance=at.pick(stance, TEXTS.get(stance, stance)),
    )


def lines(
    at: Desk, root_id: str, packages: Mapping[str, Package], tasks: Iterable[Task]
) -> list[q.EventLine]:
    """All deeds of a case as lines of its timeline; ``packages`` by instance, the root's by its id."""
    rows = at.reader.find(Deed, root_id=root_id, order="id")
    at.know_names(row.user_id for row in rows)
    at.know_names(v[2:] for row in rows for v in row.people if v.startswith("u:"))
    known = {task.id: task for task in tasks}
    found = []
    for row in rows:
        package = packages.get(row.instance_id or root_id, packages[root_id])
        task = known.get(row.task_id or "")
        step = package.text(task.name, at.lang) if task is not None else ""
        found.append(
            q.EventLine(
                element_id=row.element_id,
                instance_id=row.instance_id or root_id,
                name=sentence(at, package, row, step),
                kind="deed",
                entered_at=row.at,
                left_at=row.at,
                outcome=row.kind,
                who=at.name(row.user_id),
                task_id=row.task_id or "",
                note=row.text,
            )
        )
    return found
