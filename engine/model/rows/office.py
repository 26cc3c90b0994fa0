"""Rows about what people do to a case beside its steps: hand on, send back, ask, urge, watch."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.rows.base import Json, Row


@dataclass(kw_only=True, slots=True)
class Deed(Row):
    """Something done to a case that is no step of its model: history, never deleted.

    ``kind`` names the command (``reassign``, ``return``, ``urge``, …), ``people`` whom it concerns
    as in ``Candidate`` values, ``text`` the reason given, ``data`` what else the page tells.
    """

    id: str
    root_id: str
    instance_id: str | None = None
    task_id: str | None = None
    element_id: str = ""
    kind: str
    user_id: str
    at: int
    text: str = ""
    people: list[str] = field(default_factory=list)
    data: Json = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Oversight(Row):
    """A case that a supervisor follows (督办): what is asked, until when, and whether it was lifted.

    ``escalated_at``: when it was told upwards that the day had passed. At most one is open a case.
    """

    id: str
    root_id: str
    opened_by: str
    opened_at: int
    due_at: int
    demand: str
    closed_at: int | None = None
    closed_by: str | None = None
    escalated_at: int | None = None
