"""Rows about cases: instances, their tasks, drafts and history."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.rows.base import Json, Row


@dataclass(kw_only=True, slots=True)
class Instance(Row):
    """A process instance. The root of a call tree is the case; ``root_id`` equals ``id`` there.

    ``version`` rises with every command on the case and is kept on the root. ``audit_seq`` and
    ``audit_head`` are the end of the case's evidence chain (root only). ``due_at`` and ``warn_at``
    are the case's most urgent running clock, ``rule_id`` the rule of the catalogue it goes by;
    ``clock_paused`` tells that only paused ones are left.
    ``people`` and ``excluded`` (root only) repeat the participant and exclusion rows, and ``clocks``
    counts the clocks not yet stopped, so that a step need not ask for them. ``steps`` (root only)
    maps an element id to ``{"n": times opened, "by": [users who completed it]}`` for separation of
    duties and returns; ``standing`` maps each open task's id to its stage. ``oversight_due_at`` is
    the day by which a supervisor who follows the case wants to hear, and None where none does.
    ``idle_since`` is when its tokens last moved while somebody has a task, and None while nobody
    has; ``limited`` tells that a statutory limit of it was met or missed (``late``: one was overrun).
    """

    id: str
    root_id: str
    parent_id: str | None = None
    parent_key: str | None = None
    deployment_id: str
    process_key: str
    process_id: str
    case_no: str = ""
    title: str = ""
    summary: Json = field(default_factory=dict)
    state: str = "active"
    urgency: str = "normal"
    started_by: str
    unit_id: str | None = None
    started_at: int
    ended_at: int | None = None
    version: int = 1
    variables: Json = field(default_factory=dict)
    tokens: bytes = b""
    stage: str = ""
    stage_since: int | None = None
    track: str = ""
    incidents: int = 0
    due_at: int | None = None
    warn_at: int | None = None
    clock_paused: bool = False
    rule_id: str | None = None
    late: bool = False
    returns: int = 0
    audit_seq: int = 0
    audit_head: str = ""
    people: Json = field(default_factory=dict)
    excluded: list[str] = field(default_factory=list)
    clocks: int = 0
    steps: Json = field(default_factory=dict)
    standing: Json = field(default_factory=dict)
    request_id: str | None = None
    oversight_due_at: int | None = None
    idle_since: int | None = None
    limited: bool | None = None


@dataclass(kw_only=True, slots=True)
class Task(Row):
    """A user task. What lists show of its case is copied here, so that a page is one query.

    ``state``: ``open``, ``completed`` or ``cancelled``. ``sort_at`` orders an inbox: the due
    moment, or the far future where there is none. ``round`` counts the stays at this element in
    this case from 1; ``sent_back`` holds who returned it and why. ``owner`` is who had the task
    done by somebody else and will complete it. ``signs_for`` is the task on which an opinion is
    asked: such a task holds no token.
    """

    id: str
    instance_id: str
    root_id: str
    key: str
    element_id: str
    name: str
    stage: str = ""
    form_id: str | None = None
    assignee: str | None = None
    state: str = "open"
    suspended: bool = False
    priority: int = 50
    urgency: str = "normal"
    process_key: str
    deployment_id: str
    case_no: str = ""
    title: str = ""
    summary: Json = field(default_factory=dict)
    track: str = ""
    opened_at: int
    closed_at: int | None = None
    closed_by: str | None = None
    from_user: str | None = None
    sent_back: Json | None = None
    round: int = 1
    loop: int | None = None
    sort_at: int
    due_at: int | None = None
    warn_at: int | None = None
    clock_paused: bool = False
    rule_id: str = ""
    late_reason: str = ""
    answers: Json | None = None
    local: Json = field(default_factory=dict)
    drafted: bool = False
    version: int = 1
    owner: str | None = None
    signs_for: str | None = None


@dataclass(kw_only=True, slots=True)
class Candidate(Row):
    """Who may claim an open task: ``value`` is ``u:<user>``, ``g:<role>`` or ``g:<role>@<unit>``.

    Rows exist only while the task is open and unassigned or claimed from a group; ``sort_at`` is
    copied for the index of the inbox; ``claimed`` hides the task from others' lists.
    """

    task_id: str
    value: str
    sort_at: int
    claimed: bool = False


@dataclass(kw_only=True, slots=True)
class Draft(Row):
    """Answers somebody has not handed in yet."""

    task_id: str
    user_id: str
    answers: Json
    saved_at: int


@dataclass(kw_only=True, slots=True)
class StartDraft(Row):
    """A start form somebody has not handed in yet."""

    id: str
    process_key: str
    user_id: str
    answers: Json
    saved_at: int


@dataclass(kw_only=True, slots=True)
class Activity(Row):
    """A token's stay at an element: history, never deleted."""

    id: str
    instance_id: str
    root_id: str
    key: str
    element_id: str
    kind: str
    name: str
    scope: str = ""
    loop: int | None = None
    entered_at: int
    left_at: int | None = None
    outcome: str = ""
