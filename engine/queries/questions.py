"""Every question a page can ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from engine.errors import Lang, Problem
from engine.model.people import PersonRow, Viewer
from engine.queries import administration as b
from engine.queries import answers as a
from engine.queries import deciding as d
from engine.queries import modeling as m
from engine.queries import people as r
from engine.queries import upkeep as u

T = TypeVar("T")

Tab = Literal["todo", "claim", "returned", "read", "drafts", "done", "started"]


@dataclass(frozen=True, kw_only=True)
class Query(Generic[T]):
    """A question somebody asks."""

    viewer: str
    lang: Lang = "zh"


@dataclass(frozen=True, kw_only=True)
class WhoIs(Query[Viewer | None]):
    """The signed-in user of a cookie's secret, or None. ``viewer`` is ignored. Notes its use."""

    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AsUser(Query[Viewer]):
    """``viewer`` as the house knows them, without a session: for a trial nobody signs in to."""


@dataclass(frozen=True, kw_only=True)
class HomeFrame(Query[a.Home]):
    """Who one is and how much waits."""


@dataclass(frozen=True, kw_only=True)
class Inbox(Query[a.Page[Any]]):
    """A tab of one's inbox: TaskLine, CaseLine (started), DraftLine or NoticeLine rows.

    ``since`` and ``until`` are ISO dates, both inclusive; ``person`` is a name, its pinyin or its
    initials; ``sort`` has up to three keys by comma, ``-`` for downwards.
    """

    tab: Tab = "todo"
    text: str = ""
    process_key: str = ""
    lamp: str = ""
    person: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class TaskPage(Query[a.TaskView]):
    """A task. Raises NotFound when the viewer may not know of it."""

    task_id: str


@dataclass(frozen=True, kw_only=True)
class TaskAnswers(Query[Mapping[str, Any]]):
    """What stands in the form of an open task: the viewer's draft, else what it begins with.

    Empty where the task has no form or is closed. Raises NotFound when the viewer may not know of
    the task.
    """

    task_id: str


@dataclass(frozen=True, kw_only=True)
class CasePage(Query[a.CaseView]):
    """A case. Raises NotFound when the viewer may not know of it."""

    case_id: str


@dataclass(frozen=True, kw_only=True)
class Cases(Query[a.Page[a.CaseLine]]):
    """All cases of the viewer's scope, filtered.

    ``ended`` is a month (``2026-05``); ``at`` an element of a process, ``<process key>:<element>``,
    at which the case stands; ``unit`` is ``-`` for cases of none.
    """

    process_key: str = ""
    lamp: str = ""
    state: str = ""
    unit: str = ""
    text: str = ""
    stage: str = ""
    ended: str = ""
    at: str = ""
    sort: str = "due"
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class CaseCounts(Query[Mapping[str, int]]):
    """How many cases of the viewer's scope are overdue, due soon, paused and so on."""


@dataclass(frozen=True, kw_only=True)
class Startable(Query[tuple[a.ProcessCard, ...]]):
    """Kinds of matters, those one may start first."""


@dataclass(frozen=True, kw_only=True)
class StartPage(Query[a.StartView]):
    """The start form of a process, with a draft's answers."""

    process_key: str
    draft_id: str = ""


@dataclass(frozen=True, kw_only=True)
class GetFile(Query[a.FileContent]):
    """A file's content. Raises NotFound when the viewer may not read it."""

    file_id: str


@dataclass(frozen=True, kw_only=True)
class GetDocument(Query[a.FileContent]):
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
class People(Query[tuple[a.Person, ...]]):
    """People to pick: active, holding one of the roles (comma-separated) today, in a unit."""

    role: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Processes(Query[tuple[b.ProcessLine, ...]]):
    """All processes, for administrators and for filters."""


@dataclass(frozen=True, kw_only=True)
class ProcessTitles(Query[tuple[tuple[str, str], ...]]):
    """Key and title of every process, for filters: cheap, however many cases there are."""


@dataclass(frozen=True, kw_only=True)
class ProcessPage(Query[b.ProcessView]):
    """One process with its versions. For administrators."""

    key: str


@dataclass(frozen=True, kw_only=True)
class CheckPackage(Query[tuple[Problem, ...]]):
    """Everything wrong with a package as it would be deployed. For administrators."""

    files: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class PackageFiles(Query[Mapping[str, bytes]]):
    """The files of a deployment. For administrators."""

    deployment_id: str


@dataclass(frozen=True, kw_only=True)
class ProcessEditor(Query[m.EditorView]):
    """What the editor of a process needs. For administrators.

    Without ``draft_id`` the newest version is drawn on. Raises NotFound.
    """

    process_key: str
    draft_id: str = ""


@dataclass(frozen=True, kw_only=True)
class BegunProcesses(Query[tuple[m.BegunLine, ...]]):
    """Processes that are drawn and were never deployed, by key. For administrators."""


@dataclass(frozen=True, kw_only=True)
class Editors(Query[tuple[str, ...]]):
    """Names of the others who have the editor of a process open. For administrators."""

    process_key: str


@dataclass(frozen=True, kw_only=True)
class ProcessFiles(Query[Mapping[str, bytes]]):
    """The whole package of a state of a process, without the shelves. For administrators.

    ``state`` is a deployment's id, or a draft's.
    """

    process_key: str
    state: str


@dataclass(frozen=True, kw_only=True)
class PackagePart(Query[m.PartView]):
    """A file of a state of a process: a path, or ``decisions/`` and a decision's id.

    For administrators. Raises NotFound.
    """

    process_key: str
    state: str
    part: str


@dataclass(frozen=True, kw_only=True)
class PackageForms(Query[tuple[m.FormLine, ...]]):
    """The forms of a state of a process, and which steps show each. For administrators."""

    process_key: str
    state: str


@dataclass(frozen=True, kw_only=True)
class PackageContents(Query[tuple[m.ContentLine, ...]]):
    """The files of a state of a process, with what names each. For administrators. Raises NotFound."""

    process_key: str
    state: str


@dataclass(frozen=True, kw_only=True)
class LastScenarioRun(Query["m.ScenarioRunView | None"]):
    """What came of the scenarios of a version or draft, whoever ran them last. For administrators."""

    process_key: str
    state: str


@dataclass(frozen=True, kw_only=True)
class TryForm(Query[m.FormTrial]):
    """A form as it is being shaped, within a state of its process. For administrators.

    ``content`` is the form's document; the state's English texts translate it, with ``english`` over
    them. Raises NotFound.
    """

    process_key: str
    state: str
    form_id: str
    content: str
    english: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ProcessDecisions(Query[tuple[d.DecisionFileLine, ...]]):
    """The decisions of a state of a process by file. For administrators. Raises NotFound."""

    process_key: str
    state: str


@dataclass(frozen=True, kw_only=True)
class TryDecisions(Query[d.Tried]):
    """Try cases on a file of decisions as it is drawn; nothing is written. For administrators.

    ``files`` are the package's, ``path`` the file among them. Raises Forbidden, NotFound.
    """

    files: Mapping[str, bytes]
    path: str
    cases: tuple[d.TryCase, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CompareProcess(Query[m.Comparison]):
    """What changed between two states of a process (ids of deployments or drafts).

    For administrators. Raises NotFound, ModelRejected (a model that cannot be read).
    """

    process_key: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class MergeDrafts(Query[m.Merged]):
    """Bring two states together that began as ``old``: what only one changed is taken from it.

    Of what both changed that of ``mine``, unless ``take_theirs`` names it (`Collision.key`). For
    administrators. Raises NotFound, ModelRejected (a model that cannot be read).
    """

    process_key: str
    old: str
    mine: str
    theirs: str
    take_theirs: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ElementTemplates(Query[list[dict[str, Any]]]):
    """Element templates for desktop modelers, made from the catalogue. For administrators."""


@dataclass(frozen=True, kw_only=True)
class Users(Query[a.Page[b.UserLine]]):
    """Users by name. For administrators."""

    text: str = ""
    unit_id: str = ""
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class PreviewPeople(Query[r.RosterView]):
    """What ``ImportPeople`` would change, and every fault of the list. For administrators."""

    rows: tuple[PersonRow, ...]


@dataclass(frozen=True, kw_only=True)
class Roster(Query[tuple[r.RosterLine, ...]]):
    """Everybody as the list of people has them. For administrators."""


@dataclass(frozen=True, kw_only=True)
class Duties(Query[r.DutiesView]):
    """Which steps a person (or who holds a role) may do; both empty: all. For administrators."""

    user_id: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class UserPage(Query[b.UserView]):
    """One user. For administrators."""

    user_id: str


@dataclass(frozen=True, kw_only=True)
class Units(Query[tuple[b.UnitLine, ...]]):
    """All units, as a tree in order."""


@dataclass(frozen=True, kw_only=True)
class Roles(Query[tuple[b.RoleLine, ...]]):
    """All roles of the shelf."""


@dataclass(frozen=True, kw_only=True)
class Incidents(Query[tuple[a.IncidentLine, ...]]):
    """Open incidents, the newest first, of one kind (``code``) and process. For administrators."""

    code: str = ""
    process_key: str = ""
    limit: int = 200


@dataclass(frozen=True, kw_only=True)
class Jobs(Query[tuple[u.JobLine, ...]]):
    """The next jobs, of one kind and state (see ``JobLine``). For administrators."""

    kind: str = ""
    state: str = ""
    limit: int = 100


@dataclass(frozen=True, kw_only=True)
class Health(Query[u.HealthView]):
    """Whether the house is well: database, runner, disk, calendar, law, evidence. For administrators."""


@dataclass(frozen=True, kw_only=True)
class Unchecked(Query[tuple[u.UncheckedLine, ...]]):
    """What of the law in use nobody has compared with the law's words. For administrators."""


@dataclass(frozen=True, kw_only=True)
class VerifyCase(Query[tuple[str, ...]]):
    """The flaws of a case's evidence chain, as texts; none when it is whole."""

    case_id: str


@dataclass(frozen=True, kw_only=True)
class PreviewCalendar(Query[b.CalendarChange]):
    """What ``ImportCalendar`` would change. Raises Invalid with every fault. For administrators."""

    year: int
    content: str
    kind: str = "official"


@dataclass(frozen=True, kw_only=True)
class CalendarPage(Query[b.CalendarView]):
    """A year of the working-day calendar (this year, where none is named). For administrators."""

    year: int | None = None
