"""Every question a page can ask, as a frozen value, and the values that answer it.

Each names its ``viewer`` (a user's id); answers hold only what that person may see, with texts
already in ``lang``. Moments in answers are epoch milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from engine.errors import Lang, Problem
from engine.model.people import Viewer

T = TypeVar("T")

Tab = Literal["todo", "claim", "read", "drafts", "done", "started"]


@dataclass(frozen=True, kw_only=True)
class Query(Generic[T]):
    """A question somebody asks."""

    viewer: str
    lang: Lang = "zh"


# --- parts of answers ----------------------------------------------------------------------------


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
    returned_by: str = ""
    returned_from: str = ""
    returned_why: str = ""
    assignee: str = ""
    suspended: bool = False
    round: int = 1


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
    """A page of rows; ``next`` is the cursor of the following one, '' at the end."""

    rows: tuple[T, ...]
    next: str = ""


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something the viewer could do: ``reason`` says why not, where ``enabled`` is false."""

    name: str
    enabled: bool
    reason: str = ""


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


@dataclass(frozen=True, kw_only=True)
class ProcessCard:
    """A kind of matter one can start."""

    key: str
    title: str
    summary: str
    needs: tuple[str, ...]
    laws: tuple[LawText, ...]
    version: int
    deployment_id: str
    action: Action


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
class ProcessLine:
    """A process as administrators see it."""

    key: str
    title: str
    version: int
    deployment_id: str
    deployed_at: int
    deployed_by: str
    running: int
    versions: int


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One version of a process."""

    deployment_id: str
    version: int
    sha256: str
    deployed_at: int
    deployed_by: str
    note: str
    running: int
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ProcessView:
    """A process with its versions; the newest first."""

    key: str
    title: str
    versions: tuple[VersionLine, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class UserLine:
    """A user as administrators see them."""

    id: str
    name: str
    name_en: str
    unit: str
    unit_id: str
    active: bool
    is_admin: bool
    locked: bool
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MembershipLine:
    """A role somebody holds, held or will hold."""

    id: str
    role: str
    title: str
    unit: str
    from_date: str
    to_date: str
    valid: bool


@dataclass(frozen=True, kw_only=True)
class UserView:
    """A user with all memberships."""

    user: UserLine
    version: int
    memberships: tuple[MembershipLine, ...]


@dataclass(frozen=True, kw_only=True)
class UnitLine:
    """A unit; ``depth`` in the tree."""

    id: str
    name: str
    parent_id: str
    depth: int
    kind: str
    closed: bool
    people: int


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """A role of the shelf."""

    id: str
    title: str
    notes: str


@dataclass(frozen=True, kw_only=True)
class IncidentLine:
    """Something stuck."""

    id: str
    case_id: str
    case_no: str
    title: str
    element: str
    code: str
    text: str
    opened_at: int


@dataclass(frozen=True, kw_only=True)
class JobLine:
    """A job that waits."""

    id: str
    kind: str
    due_at: int
    attempts: int
    error: str
    case_id: str
    held: bool


@dataclass(frozen=True, kw_only=True)
class Home:
    """What every page's frame shows."""

    viewer: Viewer
    unit: str
    roles: tuple[str, ...]
    counts: Mapping[str, int]
    supervises: bool


# --- questions -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class WhoIs(Query["Viewer | None"]):
    """The signed-in user of a cookie's secret, or None. ``viewer`` is ignored. Notes its use."""

    token: str


@dataclass(frozen=True, kw_only=True)
class HomeFrame(Query[Home]):
    """Who one is and how much waits."""


@dataclass(frozen=True, kw_only=True)
class Inbox(Query["Page[Any]"]):
    """A tab of one's inbox: TaskLine, CaseLine (started), DraftLine or NoticeLine rows."""

    tab: Tab = "todo"
    text: str = ""
    process_key: str = ""
    lamp: str = ""
    sort: str = "due"
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class TaskPage(Query[TaskView]):
    """A task. Raises NotFound when the viewer may not know of it."""

    task_id: str


@dataclass(frozen=True, kw_only=True)
class CasePage(Query[CaseView]):
    """A case. Raises NotFound when the viewer may not know of it."""

    case_id: str


@dataclass(frozen=True, kw_only=True)
class Cases(Query["Page[CaseLine]"]):
    """All cases of the viewer's scope, filtered."""

    process_key: str = ""
    lamp: str = ""
    state: str = ""
    unit: str = ""
    text: str = ""
    stage: str = ""
    sort: str = "due"
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class CaseCounts(Query["Mapping[str, int]"]):
    """How many cases of the viewer's scope are overdue, due soon, paused, …"""


@dataclass(frozen=True, kw_only=True)
class Startable(Query["tuple[ProcessCard, ...]"]):
    """Kinds of matters, those one may start first."""


@dataclass(frozen=True, kw_only=True)
class StartPage(Query[StartView]):
    """The start form of a process, with a draft's answers."""

    process_key: str
    draft_id: str = ""


@dataclass(frozen=True, kw_only=True)
class GetFile(Query[FileContent]):
    """A file's content. Raises NotFound when the viewer may not read it."""

    file_id: str


@dataclass(frozen=True, kw_only=True)
class GetDocument(Query[FileContent]):
    """A document's file in a format, ``docx`` or ``pdf``."""

    document_id: str
    format: str = "pdf"


@dataclass(frozen=True, kw_only=True)
class InstanceModel(Query[bytes]):
    """The model of an instance of a case the viewer may see, as drawn."""

    instance_id: str


@dataclass(frozen=True, kw_only=True)
class DeploymentModel(Query[bytes]):
    """The model of a deployment, for anyone signed in."""

    deployment_id: str


@dataclass(frozen=True, kw_only=True)
class People(Query["tuple[Person, ...]"]):
    """People to pick: active, holding one of the roles (comma-separated) today, in a unit."""

    role: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Processes(Query["tuple[ProcessLine, ...]"]):
    """All processes, for administrators and for filters."""


@dataclass(frozen=True, kw_only=True)
class ProcessPage(Query[ProcessView]):
    """One process with its versions. For administrators."""

    key: str


@dataclass(frozen=True, kw_only=True)
class CheckPackage(Query["tuple[Problem, ...]"]):
    """Everything wrong with a package as it would be deployed. For administrators."""

    files: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class PackageFiles(Query["Mapping[str, bytes]"]):
    """The files of a deployment. For administrators."""

    deployment_id: str


@dataclass(frozen=True, kw_only=True)
class Users(Query["Page[UserLine]"]):
    """Users by name. For administrators."""

    text: str = ""
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class UserPage(Query[UserView]):
    """One user. For administrators."""

    user_id: str


@dataclass(frozen=True, kw_only=True)
class Units(Query["tuple[UnitLine, ...]"]):
    """All units, as a tree in order."""


@dataclass(frozen=True, kw_only=True)
class Roles(Query["tuple[RoleLine, ...]"]):
    """All roles of the shelf."""


@dataclass(frozen=True, kw_only=True)
class Incidents(Query["tuple[IncidentLine, ...]"]):
    """Open incidents. For administrators."""


@dataclass(frozen=True, kw_only=True)
class Jobs(Query["tuple[JobLine, ...]"]):
    """The next jobs. For administrators."""

    limit: int = 100


@dataclass(frozen=True, kw_only=True)
class VerifyCase(Query["tuple[str, ...]"]):
    """The flaws of a case's evidence chain, as texts; none when it is whole."""

    case_id: str
