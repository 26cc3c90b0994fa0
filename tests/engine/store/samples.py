"""Rows to test with."""

from __future__ import annotations

from typing import Any

from engine.model import rows

T = "default"


def case(case_id: str, **given: Any) -> rows.Instance:
    """A running case."""
    values: dict[str, Any] = {
        "tenant": T,
        "id": case_id,
        "root_id": case_id,
        "deployment_id": "d",
        "process_key": "p",
        "process_id": "P",
        "started_by": "starter",
        "started_at": 1,
        "title": f"事项 {case_id}",
    }
    return rows.Instance(**{**values, **given})


def task(task_id: str, case_id: str, **given: Any) -> rows.Task:
    """An open task of a case."""
    values: dict[str, Any] = {
        "tenant": T,
        "id": task_id,
        "instance_id": case_id,
        "root_id": case_id,
        "key": f"k-{task_id}",
        "element_id": "E",
        "name": "审核",
        "process_key": "p",
        "deployment_id": "d",
        "opened_at": 1,
        "sort_at": 1,
        "assignee": "someone",
    }
    return rows.Task(**{**values, **given})


def job(job_id: str, **given: Any) -> rows.Job:
    """A job that is due at 1."""
    return rows.Job(**{"tenant": T, "id": job_id, "kind": "timer", "due_at": 1, **given})
