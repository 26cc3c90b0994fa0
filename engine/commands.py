"""Every change anyone can ask for, as a frozen value. Each names its ``actor``, a user's id.

``expected_version`` is the case's version the asker saw; None means "whatever it is now".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from engine.model.administering import HurryJob as HurryJob
from engine.model.administering import ImportCalendar as ImportCalendar
from engine.model.administering import ImportPeople as ImportPeople
from engine.model.administering import ResolveIncident as ResolveIncident
from engine.model.ordering import BeginProcess as BeginProcess
from engine.model.ordering import Command as Command
from engine.model.ordering import Deploy as Deploy
from engine.model.ordering import DiscardProcessDraft as DiscardProcessDraft
from engine.model.ordering import KeepScenarioRun as KeepScenarioRun
from engine.model.ordering import SaveProcessDraft as SaveProcessDraft
from engine.model.ordering import TakeEditorSeat as TakeEditorSeat
from engine.model.ordering import text as _text
from engine.model.people import PersonRow as PersonRow

Answers = Mapping[str, Any]

SYSTEM = "system"
"""The actor of jobs and set-up: may do everything, and stands in the evidence as itself."""


# --- cases --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class StartProcess(Command):
    """Start a case of the newest version of ``process_key``; answers fill its start form."""

    process_key: str
    answers: Answers = field(default_factory=dict)
    unit_id: str | None = None
    urgency: str = "normal"
    draft_id: str | None = None
    request_id: str | None = None
    """A second command with the same id starts nothing and returns the first one's case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OnTask(Command):
    """A change to one task."""

    task_id: str
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimTask(OnTask):
    """Take a task of one's group for oneself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnclaimTask(OnTask):
    """Give a claimed task back to its group."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CompleteTask(OnTask):
    """Hand in a task's form and let the matter go on."""

    answers: Answers = field(default_factory=dict)
    late_reason: str = _text(default="")
    """Why it is late; must be given once the task's statutory limit has passed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveDraft(OnTask):
    """Keep answers as they are, unchecked, for oneself."""

    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscardDraft(OnTask):
    """Throw one's own draft of a task away; files that were uploaded with it stay in evidence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveStartDraft(Command):
    """Keep the answers of a start form, unchecked, for oneself."""

    process_key: str
    answers: Answers = field(default_factory=dict)
    draft_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OnCase(Command):
    """A change to one case (root instance)."""

    case_id: str
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AddComment(OnCase):
    """Say something on the case.

    ``mentions`` are ids of people to tell, besides those whose names stand behind an @ in the text.
    """

    text: str = _text()
    task_id: str | None = None
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Attach(Command):
    """Put a file on a case, a task's form field, or a start form not yet handed in.

    ``content`` is bytes or an open binary file; it is hashed and stored before the row.
    """

    name: str
    content: bytes | BinaryIO
    media_type: str = ""
    case_id: str | None = None
    task_id: str | None = None
    field: str = ""
    confidential: bool = False
    replaces: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoveAttachment(OnCase):
    """Take a file off the case's list; its content and its evidence stay."""

    file_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrelateMessage(Command):
    """Deliver a message to who waits for it, or start a process that begins with it.

    ``case_id`` and ``key`` name one subscription (a person records in the case's page that a
    message came); otherwise ``name`` and ``correlation_key`` find it. NotFound when nobody waits.
    """

    name: str
    correlation_key: str | None = None
    answers: Answers = field(default_factory=dict)
    case_id: str | None = None
    key: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BroadcastSignal(Command):
    """Deliver a signal to every instance that listens, and start processes that begin with it."""

    name: str
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelCase(OnCase):
    """End a case before its end, for a reason that is kept."""

    reason: str = _text()


@dataclass(frozen=True, kw_only=True, slots=True)
class SuspendCase(OnCase):
    """Stop work on a case for a time; tasks cannot be completed, timers wait."""

    reason: str = _text()


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeCase(OnCase):
    """Go on with a suspended case."""

    reason: str = _text(default="")


@dataclass(frozen=True, kw_only=True, slots=True)
class OnClock(OnCase):
    """A change to one statutory clock of a case."""

    clock_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseClock(OnClock):
    """Stop a clock for a reason its rule lists (a code of the catalogue)."""

    reason: str
    note: str = _text(default="")


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeClock(OnClock):
    """Let a paused clock run again."""

    note: str = _text(default="")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendClock(OnClock):
    """Lengthen a limit as far as its rule allows; ``amount`` is in the rule's own unit."""

    amount: int
    reason: str = _text()


# --- what is done to a case beside its steps ------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ReassignTask(OnTask):
    """Hand an open task on to another who may do it, for good (转办)."""

    to: str
    reason: str = _text()


@dataclass(frozen=True, kw_only=True, slots=True)
class DelegateTask(OnTask):
    """Have one's task done by another; it comes back to oneself to be completed (委派)."""

    to: str
    reason: str = _text()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnTask(OnTask):
    """Send the matter back to an earlier step of the same instance (退回); '' is the one done last.

    What was done stays told, clocks go on. Refused by name where a token would be lost or doubled.
    """

    reason: str = _text()
    to_element: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawTask(OnTask):
    """Take back a step one did, a task one delegated, an opinion one asked for (撤回)."""

    reason: str = _text()


@dataclass(frozen=True, kw_only=True, slots=True)
class AddSigners(OnTask):
    """Ask others for their opinion on a task (加签、会签): ``all`` must answer, or ``any`` of them.

    ``when``: ``before`` one completes it, or ``after``: the matter goes on once they have agreed.
    """

    people: tuple[str, ...]
    question: str = _text()
    when: str = "before"
    rule: str = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class SendCopy(OnCase):
    """Give the case to others to read (抄送); they may see it from now on."""

    people: tuple[str, ...]
    note: str = _text(default="")


@dataclass(frozen=True, kw_only=True, slots=True)
class UrgeCase(OnCase):
    """Ask whoever has the case (or one of its tasks) in hand to get on with it (催办)."""

    task_id: str | None = None
    note: str = _text(default="")


@dataclass(frozen=True, kw_only=True, slots=True)
class OverseeCase(OnCase):
    """Follow a case until it is lifted (督办): what is asked, to be answered by a day (ISO date)."""

    demand: str = _text()
    due: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportOversight(OnCase):
    """Tell the supervisor who follows the case how it stands (反馈)."""

    text: str = _text()


@dataclass(frozen=True, kw_only=True, slots=True)
class LiftOversight(OnCase):
    """Follow the case no longer, with what came of it."""

    reason: str = _text()


@dataclass(frozen=True, kw_only=True, slots=True)
class AcknowledgeNotice(Command):
    """Say that one has read a notice."""

    notice_id: str


# --- people and office --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveUnit(Command):
    """Create or change a unit."""

    unit_id: str
    name: str = _text()
    name_en: str = _text(default="")
    parent_id: str | None = None
    kind: str = "office"
    closed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveUser(Command):
    """Create or change a user; None leaves as it is. A password is hashed with argon2."""

    user_id: str
    name: str | None = _text(default=None)
    name_en: str | None = _text(default=None)
    unit_id: str | None = None
    active: bool | None = None
    is_admin: bool | None = None
    password: str | None = field(default=None, repr=False)
    must_change_password: bool | None = None
    create: bool = False
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantRole(Command):
    """Give somebody a role in a unit, from a day to a day (inclusive ISO dates)."""

    user_id: str
    role: str
    unit_id: str | None = None
    from_date: str | None = None
    to_date: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeRole(Command):
    """End a membership: from ``to_date`` (inclusive) or, without it, at once."""

    membership_id: str
    to_date: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn(Command):
    """Check a password and open a session; ``actor`` is the sign-in name."""

    password: str = field(repr=False)
    agent: str = ""
    origin: str = ""
    """The visitor's address, where it is known: too many failures lock it for a while."""
    known: bool = False
    """Whether this browser has signed in as the same person before (the caller has checked)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignOut(Command):
    """End a session; ``token`` is the cookie's secret."""

    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePassword(Command):
    """Change one's own password; ends one's other sessions."""

    old: str = field(repr=False)
    new: str = field(repr=False)
    keep_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SetLanguage(Command):
    """Choose the language of one's pages: ``zh`` or ``en``."""

    lang: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SealDay(Command):
    """Seal the heads of all evidence chains for a past day."""

    day: str


# --- lists ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class SavePhrase(Command):
    """Keep a common phrase of opinions for oneself, or for one's ``unit`` (its head alone).

    ``kind`` is the kind of step it is for; '' is every step. With ``phrase_id`` a kept one changes.
    """

    text: str = _text()
    kind: str = ""
    unit: bool = False
    phrase_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovePhrase(Command):
    """Remove a common phrase one keeps."""

    phrase_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveList(Command):
    """Keep a tab of one's inbox as it is narrowed and sorted (the query of its address), by a name.

    ``pinned`` gives it a tab of its own. With ``list_id`` a kept one is changed.
    """

    tab: str
    name: str = _text()
    query: str = ""
    pinned: bool = True
    list_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoveList(Command):
    """Remove a list one kept."""

    list_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrangeList(Command):
    """Choose the columns of a tab, and what opens after a task is done: the ``next`` or the ``list``.

    None leaves as it is.
    """

    tab: str
    columns: tuple[str, ...] | None = None
    after: str | None = None


# --- jobs (run by the worker as SYSTEM) ---------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class RunJob(Command):
    """Do a claimed job: the guarded function every runner calls.

    ``lease`` proves the claim; ``prepared`` is what was worked out for it outside the transaction
    (a service's answer, a rendered document). A job somebody else did meanwhile is ``Lost``.
    """

    job_id: str
    lease: str
    prepared: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveUpJob(Command):
    """A job failed too often: it becomes an incident that an administrator sees."""

    job_id: str
    lease: str
    error: str
