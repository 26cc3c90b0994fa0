"""The rows the house is kept in: one mutable dataclass a table, plain values, no behaviour.

Moments are epoch milliseconds (``…_at``); JSON columns hold plain JSON values. Every row bears the
``tenant`` of its township. Handlers change a row's attributes and tell the transaction which ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Row:
    """What all rows have."""

    tenant: str


# --- people -------------------------------------------------------------------------------------


@dataclass(kw_only=True, slots=True)
class Unit(Row):
    """A department or village; ``parent_id`` makes the tree."""

    id: str
    name: str
    name_en: str = ""
    parent_id: str | None = None
    kind: str = "office"
    position: int = 0
    closed_at: int | None = None


@dataclass(kw_only=True, slots=True)
class User(Row):
    """Someone who can sign in. ``id`` is the sign-in name."""

    id: str
    name: str
    name_en: str = ""
    unit_id: str | None = None
    password_hash: str = ""
    must_change_password: bool = False
    active: bool = True
    is_admin: bool = False
    failures: int = 0
    locked_until: int | None = None
    lang: str = "zh"
    created_at: int = 0
    version: int = 0


@dataclass(kw_only=True, slots=True)
class Membership(Row):
    """Someone holds a role in a unit from a day to a day (ISO dates, inclusive, None: open)."""

    id: str
    user_id: str
    role: str
    unit_id: str | None = None
    from_date: str | None = None
    to_date: str | None = None


@dataclass(kw_only=True, slots=True)
class LoginSession(Row):
    """A signed-in browser. ``id`` is the SHA-256 of the cookie's secret."""

    id: str
    user_id: str
    created_at: int
    seen_at: int
    expires_at: int
    agent: str = ""


# --- definitions --------------------------------------------------------------------------------


@dataclass(kw_only=True, slots=True)
class Blob(Row):
    """Content by its hash: files of deployments."""

    sha256: str
    content: bytes


@dataclass(kw_only=True, slots=True)
class Deployment(Row):
    """One version of a process package; ``files`` maps path to sha256, all pinned."""

    id: str
    process_key: str
    version: int
    sha256: str
    title: str
    files: Json
    deployed_at: int
    deployed_by: str
    active: bool = True
    note: str = ""


# --- cases --------------------------------------------------------------------------------------


@dataclass(kw_only=True, slots=True)
class Instance(Row):
    """A process instance. The root of a call tree is the case; ``root_id`` equals ``id`` there.

    ``version`` rises with every command on the case and is kept on the root. ``audit_seq`` and
    ``audit_head`` are the end of the case's evidence chain (root only). ``due_at`` and ``warn_at``
    are the case's most urgent running clock; ``clock_paused`` tells that only paused ones are left.
    ``people`` and ``excluded`` (root only) repeat the participant and exclusion rows, and ``clocks``
    counts the clocks not yet stopped, so that a step need not ask for them. ``steps`` (root only)
    maps an element id to ``{"n": times opened, "by": [users who completed it]}`` for separation of
    duties and returns; ``standing`` maps each open task's id to its stage.
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
    late: bool = False
    returns: int = 0
    audit_seq: int = 0
    audit_head: str = ""
    people: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    clocks: int = 0
    steps: Json = field(default_factory=dict)
    standing: Json = field(default_factory=dict)
    request_id: str | None = None


@dataclass(kw_only=True, slots=True)
class Task(Row):
    """A user task. What lists show of its case is copied here, so that a page is one query.

    ``state``: ``open``, ``completed`` or ``cancelled``. ``sort_at`` orders an inbox: the due
    moment, or the far future where there is none. ``round`` counts the stays at this element in
    this case from 1; ``sent_back`` holds who returned it and why.
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


@dataclass(kw_only=True, slots=True)
class Clock(Row):
    """A statutory clock of a case: one rule of the catalogue, running while an element is active.

    ``state``: ``running``, ``paused``, ``met``, ``missed`` (met late) or ``void`` (its element was
    cancelled). ``moves`` holds its pauses, extensions and restarts, ``rule`` the catalogue's entry
    as pinned by the deployment.
    """

    id: str
    instance_id: str
    root_id: str
    task_id: str | None = None
    key: str
    element_id: str
    rule_id: str
    rule: Json
    state: str = "running"
    started_at: int
    anchor_at: int
    earliest_at: int | None = None
    warn_at: int | None = None
    due_at: int | None = None
    rolled_at: int | None = None
    moves: Json = field(default_factory=dict)
    provisional: bool = False
    stopped_at: int | None = None
    warned_at: int | None = None
    breached_at: int | None = None
    late_reason: str = ""


@dataclass(kw_only=True, slots=True)
class Job(Row):
    """Something to do at a time: the only truth about timers and work outside a command.

    ``kind``: ``timer``, ``service``, ``clock`` (warning, breach, escalation), ``document``,
    ``mail``, … ``payload`` says the rest. ``lane`` keeps kinds from delaying each other. A ``held``
    job is looked at by nobody until it is released: that is how a suspended case waits.
    """

    id: str
    kind: str
    lane: str = "default"
    due_at: int
    instance_id: str | None = None
    root_id: str | None = None
    key: str = ""
    payload: Json = field(default_factory=dict)
    attempts: int = 0
    max_attempts: int = 5
    lease: str | None = None
    lease_until: int | None = None
    error: str = ""
    held: bool = False
    """A job of a suspended case: nobody claims it until the case goes on."""
    created_at: int = 0


@dataclass(kw_only=True, slots=True)
class Subscription(Row):
    """A token waits for a message or signal."""

    id: str
    instance_id: str
    root_id: str
    key: str
    element_id: str
    kind: str
    name: str
    correlation: str | None = None
    opened_at: int


@dataclass(kw_only=True, slots=True)
class Incident(Row):
    """Something that needs an administrator; ``resolved_at`` is set when it was dealt with."""

    id: str
    instance_id: str | None
    root_id: str | None
    key: str = ""
    element_id: str = ""
    job: Json | None = None
    code: str
    zh: str
    en: str
    opened_at: int
    resolved_at: int | None = None
    resolved_by: str | None = None


@dataclass(kw_only=True, slots=True)
class File(Row):
    """An uploaded or made file; the content lies under its hash outside the database.

    ``root_id`` is None while it belongs to a draft of a case not yet started. ``confidential``
    files are shown only as the package's ``confidential`` table allows. ``replaces`` names the
    file this one is a new version of.
    """

    id: str
    root_id: str | None
    instance_id: str | None = None
    task_id: str | None = None
    field: str = ""
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: str
    uploaded_at: int
    confidential: bool = False
    replaces: str | None = None
    removed_at: int | None = None


@dataclass(kw_only=True, slots=True)
class Document(Row):
    """A document a step left: ``template`` names it in the package; files once they are made."""

    id: str
    instance_id: str
    root_id: str
    task_id: str | None
    template: str
    title: str
    number: str = ""
    revision: int = 1
    state: str = "pending"
    data: Json = field(default_factory=dict)
    docx_sha256: str = ""
    pdf_sha256: str = ""
    made_at: int | None = None
    made_by: str = ""
    confidential: bool = False


@dataclass(kw_only=True, slots=True)
class Comment(Row):
    """A remark on a case; ``kind``: ``remark``, ``opinion``, ``urge``, …"""

    id: str
    instance_id: str
    root_id: str
    task_id: str | None = None
    user_id: str
    at: int
    kind: str = "remark"
    text: str


@dataclass(kw_only=True, slots=True)
class Notice(Row):
    """Something to read: ``value`` says for whom, as in ``Candidate``."""

    id: str
    root_id: str
    task_id: str | None = None
    value: str
    kind: str
    zh: str
    en: str
    at: int
    track: str = ""


@dataclass(kw_only=True, slots=True)
class NoticeRead(Row):
    """Somebody has read a notice."""

    notice_id: str
    user_id: str
    at: int


@dataclass(kw_only=True, slots=True)
class Participant(Row):
    """Someone had a hand in a case: may see it, and finds it under what they did."""

    root_id: str
    user_id: str
    how: str
    at: int


@dataclass(kw_only=True, slots=True)
class Exclusion(Row):
    """Someone may never see nor handle this case (who is reported never sees who reported)."""

    root_id: str
    user_id: str


@dataclass(kw_only=True, slots=True)
class AuditEntry(Row):
    """One link of an evidence chain. ``chain`` is a case's root id, or ``office`` for the rest."""

    chain: str
    seq: int
    at: int
    actor: str
    action: str
    object_id: str
    data: Json
    prev: str
    hash: str


@dataclass(kw_only=True, slots=True)
class Chain(Row):
    """Head of a chain that belongs to no case."""

    id: str
    seq: int = 0
    head: str = ""


@dataclass(kw_only=True, slots=True)
class Seal(Row):
    """The heads of all chains at the end of a day, under one Merkle root."""

    day: str
    at: int
    root: str
    prev: str
    heads: Json
    hash: str


@dataclass(kw_only=True, slots=True)
class Sequence(Row):
    """The last number given out under a name in a year."""

    name: str
    year: int
    value: int = 0


@dataclass(kw_only=True, slots=True)
class CalendarYear(Row):
    """An official notice for a year, or local closures: ``kind`` is ``official`` or ``local``."""

    year: int
    kind: str
    data: Json
    source: str
    imported_by: str
    imported_at: int


@dataclass(kw_only=True, slots=True)
class Outbox(Row):
    """Something that has to leave the system after the commit (mail, web hook)."""

    id: str
    kind: str
    payload: Json
    created_at: int
    sent_at: int | None = None
