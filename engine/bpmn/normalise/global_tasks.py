"""A call of a global task is that task (BPMN 2.0.2, 10.3.6): drawn where it is called.

Who does the task, its form, its script and all else come from the global task; what the call
activity says itself wins, as the specification lets it override the performers.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from engine.bpmn import dialect, names
from engine.bpmn.normalise.build import Copier
from engine.errors import Problem

TASKS: Final = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
_OWN: Final = frozenset({"id", "name", "calledElement"})
_HOLDER: Final = names.bpmn("extensionElements")


def draw_global_tasks(root: names.Node) -> list[Problem]:
    """Turn each call of a global task into the task."""
    called = {
        child.get("id"): child for child in root if names.kind(child) in TASKS and child.get("id")
    }
    if not called:
        return []
    copier = Copier()
    for call in list(root.iter(names.bpmn("callActivity"))):
        wanted = dialect.value(call, "calledElement", "processId") or call.get("calledElement")
        task = called.get(names.local_name(wanted))
        if task is not None:
            _draw(call, task, copier)
    return []


def _draw(call: names.Node, task: names.Node, copier: Copier) -> None:
    call.tag = names.bpmn(TASKS[names.kind(task)])
    call.set("calledElement", task.get("id", ""))
    if not (call.get("name") or "").strip():
        call.set("name", task.get("name", ""))
    for attribute, value in task.attrib.items():
        if attribute not in _OWN and attribute not in call.attrib:
            call.set(attribute, value)
    _extend(call, task, copier)
    there = {child.tag for child in call}
    for child in task:
        if child.tag != _HOLDER and child.tag not in there:
            call.append(copier.copy(child))


def _extend(call: names.Node, task: names.Node, copier: Copier) -> None:
    for each in list(dialect.extensions(call, "calledElement")):
        around = each.getparent()
        if around is not None:
            around.remove(each)
    given = task.find(_HOLDER)
    if given is None:
        return
    holder = call.find(_HOLDER)
    if holder is None:
        holder = etree.Element(_HOLDER)
        call.insert(0, holder)
    there = {child.tag for child in holder}
    for child in given:
        if child.tag not in there:
            holder.append(copier.copy(child))
