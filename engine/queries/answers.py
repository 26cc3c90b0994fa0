"""The values that answer questions. Moments are epoch milliseconds; texts are in the asked language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from engine.model.people import Viewer
from engine.queries.beside import AwaitedLine, OversightLine, TaskName

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Lamp:
    """A clock as people see it. ``colour``: green, yellow, red, paused, done_on_time, done_late, none.

    ``text`` is like “剩 2 个工作日”, ``basis`` like “《…》第26条”; ``provisional`` tells that the
    calendar behind it is, ``unverified`` that the number in law has not been checked.
    """

    colour: str
    text: str
    basis: str = ""
    due_at: int | None = None
    provisional: bool = False
    unverified: bool = False


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody, for showing and picking."""

    id: str
    name: str
    unit: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TaskLine:
    """A task as a row of a list."""

    id: str
    case_id: str
    title: str
    case_no: str
    step: str
    process: str
    process_key: str
    summary: tuple[tuple[str, str], ...]
    lamp: Lamp
    urgency: str
    opened_at: int
    closed_at: int | None
    from_name: str
    here: int = 0
    """Working days since it came, or that it took."""
    returned_by: str = ""
    returned_from: str = ""
    returned_why: str = ""
    assignee: str = ""
    suspended: bool = False
    round: int = 1
    instance_id: str = ""
    element_id: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case as a row of a list."""

    id: str
    title: str
    case_no: str
    process: str
    process_key: str
    state: str
    stage: str
    stage_since: int | None
    lamp: Lamp
    urgency: str
    started_at: int
    ended_at: int | None
    starter: str
    unit: str
    returns: int
    incidents: int
    walled: bool
    summary: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """Answers not handed in: of a task, or of a case not yet started."""

    title: str
    process: str
    process_key: str
    saved_at: int
    task_id: str = ""
    draft_id: str = ""
    step: str = ""


@dataclass(frozen=True, kw_only=True)
class NoticeLine:
    """Something to read."""

    id: str
    case_id: str
    title: str
    text: str
    kind: str
    at: int
    read: bool = False


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """A page of rows; ``next`` and ``prev`` are the cursors of the pages beside it, '' at an end."""

    rows: tuple[T, ...]
    next: str = ""
    prev: str = ""


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something the viewer could do: ``reason`` says why not, where ``enabled`` is false.

    ``effect`` is a sentence of what it will cause and who comes next.
    """

    name: str
    enabled: bool
    reason: str = ""
    effect: str = ""


@dataclass(frozen=True, kw_only=True)
class FileLine:
    """A file of a case."""

    id: str
    name: str
    size: int
    sha256: str
    media_type: str
    uploaded_by: str
    uploaded_at: int
    field: str = ""
    step: str = ""
    removable: bool = False
    confidential: bool = False


@dataclass(frozen=True, kw_only=True)
class DocumentLine:
    """A document a step left. ``state``: ``pending`` until its files are made, then ``ready``."""

    id: str
    title: str
    number: str
    revision: int
    state: str
    made_at: int | None
    step: str


@dataclass(frozen=True, kw_only=True)
class ClockLine:
    """A statutory clock of a case. ``pause_reasons``: lawful grounds by code."""

    id: str
    title: str
    lamp: Lamp
    state: str
    started_at: int
    due_at: int | None
    rolled_at: int | None
    earliest_at: int | None
    stopped_at: int | None
    basis: str
    status: str
    status_text: str
    step: str
    paused_why: str = ""
    late_reason: str = ""
    pause_reasons: tuple[tuple[str, str], ...] = ()
    extension_left: int = 0
    unit: str = ""
    may_move: bool = False
    may_extend: bool = False


@dataclass(frozen=True, kw_only=True)
class LawText:
    """An article shown to who does a step."""

    title: str
    article: str
    text: str
    status: str
    status_text: str


@dataclass(frozen=True, kw_only=True)
class StepDone:
    """What was decided before: one completed task with its answers as far as they may be read."""

    task_id: str
    element_id: str
    step: str
    who: str
    at: int
    opened_at: int
    late_reason: str
    round: int
    shown: tuple[Any, ...]
    """``engine.forms`` values of ``Form.present``."""


@dataclass(frozen=True, kw_only=True)
class CommentLine:
    """A remark."""

    who: str
    at: int
    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """A line of the timeline."""

    element_id: str
    instance_id: str
    name: str
    kind: str
    entered_at: int
    left_at: int | None
    outcome: str
    who: str = ""
    task_id: str = ""
    late: bool = False
    note: str = ""
    """Of what was done beside the steps (``kind`` ``deed``): the reason given."""


@dataclass(frozen=True, kw_only=True)
class MessageLine:
    """A message the case waits for and the viewer may record."""

    key: str
    name: str
    title: str
    instance_id: str
    form: Any = None
    context: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DiagramLine:
    """One instance's diagram: ids of elements by how they stand."""

    instance_id: str
    title: str
    active: tuple[str, ...]
    done: tuple[str, ...]
    overdue: tuple[str, ...]
    trouble: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    """The drawing's texts in the viewer's language, by what is drawn; empty where it is Chinese."""


@dataclass(frozen=True, kw_only=True)
class CaseHead:
    """What every page of a case shows on top."""

    id: str
    title: str
    case_no: str
    process: str
    process_key: str
    process_version: int
    state: str
    stage: str
    lamp: Lamp
    urgency: str
    starter: str
    unit: str
    started_at: int
    ended_at: int | None
    version: int
    walled: bool
    returns: int


@dataclass(frozen=True, kw_only=True)
class PhraseLine:
    """A common phrase; ``source`` is ``own``, ``unit`` or ``shipped`` (which has no id)."""

    text: str
    source: str
    kind: str = ""
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """All that the page of a task needs."""

    id: str
    case: CaseHead
    instance_id: str
    step: str
    element_id: str
    state: str
    help: str
    lamp: Lamp
    form: Any
    """An ``engine.forms.Form`` in the viewer's language, or None."""
    context: Mapping[str, Any]
    """What the form's formulas see: the variables at the token, and the law's functions."""
    answers: Mapping[str, Any]
    drafted_at: int | None
    shown: tuple[Any, ...]
    """The answers as handed in, for reading, once the task is completed."""
    assignee: str
    assignee_name: str
    candidates: tuple[str, ...]
    closed_by: str
    closed_at: int | None
    opened_at: int
    from_name: str
    returned_by: str
    returned_from: str
    returned_why: str
    round: int
    late: bool
    late_reason: str
    laws: tuple[LawText, ...]
    before: tuple[StepDone, ...]
    files: tuple[FileLine, ...]
    documents: tuple[DocumentLine, ...]
    leaves: tuple[str, ...]
    clocks: tuple[ClockLine, ...]
    comments: tuple[CommentLine, ...]
    actions: Mapping[str, Action]
    phrases: tuple[PhraseLine, ...] = ()
    """Common phrases for this kind of step, where the form asks for an opinion."""
    diagrams: tuple[DiagramLine, ...] = ()
    """The picture of the way, with where the case stands; of the task's own process."""
    awaited: tuple[AwaitedLine, ...] = ()
    """Opinions on this task that are still to come."""
    opinion_for: str = ""
    """Of an opinion that is asked: the task it is on."""


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """All that the page of a case needs."""

    case: CaseHead
    open_tasks: tuple[TaskLine, ...]
    clocks: tuple[ClockLine, ...]
    steps: tuple[StepDone, ...]
    start: StepDone | None
    events: tuple[EventLine, ...]
    files: tuple[FileLine, ...]
    documents: tuple[DocumentLine, ...]
    comments: tuple[CommentLine, ...]
    messages: tuple[MessageLine, ...]
    diagrams: tuple[DiagramLine, ...]
    incidents: tuple[IncidentLine, ...]
    actions: Mapping[str, Action]
    mentionable: tuple[Person, ...] = ()
    """Those who have a part in the case and could be named in a remark."""
    oversight: OversightLine | None = None
    withdrawable: tuple[TaskName, ...] = ()
    """What the viewer may take back now: steps they did, tasks they delegated."""


@dataclass(frozen=True, kw_only=True)
class StageOutline:
    """A stage of a kind of matter, with its steps; ``certain``: every case comes through it."""

    name: str
    steps: tuple[str, ...]
    certain: bool = False


@dataclass(frozen=True, kw_only=True)
class LimitOutline:
    """A time limit of a kind of matter in words, and where it is from."""

    title: str
    step: str
    text: str
    basis: str
    status: str
    status_text: str


@dataclass(frozen=True, kw_only=True)
class UsualTime:
    """How long the cases took that ended last, of those the viewer may see, in calendar days."""

    count: int
    median: int
    shortest: int
    longest: int


@dataclass(frozen=True, kw_only=True)
class ProcessCard:
    """A kind of matter one can start. ``usual`` is None where too few cases have ended."""

    key: str
    title: str
    summary: str
    needs: tuple[str, ...]
    laws: tuple[LawText, ...]
    version: int
    deployment_id: str
    action: Action
    stages: tuple[StageOutline, ...] = ()
    limits: tuple[LimitOutline, ...] = ()
    usual: UsualTime | None = None


@dataclass(frozen=True, kw_only=True)
class StartView:
    """All that the page for starting a case needs."""

    card: ProcessCard
    form: Any
    context: Mapping[str, Any]
    answers: Mapping[str, Any]
    draft_id: str
    files: tuple[FileLine, ...]


@dataclass(frozen=True, kw_only=True)
class FileContent:
    """A file to hand out."""

    name: str
    media_type: str
    size: int
    path: Path


@dataclass(frozen=True, kw_only=True)
class IncidentLine:
    """Something stuck. ``kind`` says of what sort it is and ``remedy`` what helps, for administrators."""

    id: str
    case_id: str
    case_no: str
    title: str
    element: str
    code: str
    text: str
    opened_at: int
    kind: str = ""
    remedy: str = ""
    process: str = ""


@dataclass(frozen=True, kw_only=True)
class Home:
    """What every page's frame shows."""

    viewer: Viewer
    name: str
    unit: str
    roles: tuple[str, ...]
    counts: Mapping[str, int]
    supervises: bool
