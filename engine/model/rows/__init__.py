"""The rows the house is kept in: one mutable dataclass a table, plain values, no behaviour.

Moments are epoch milliseconds (``…_at``); JSON columns hold plain JSON values. Every row bears the
``tenant`` of its township. Handlers change a row's attributes and tell the transaction which ones.
"""

from engine.model.rows.base import Json, Row
from engine.model.rows.cases import Activity, Candidate, Draft, Instance, StartDraft, Task
from engine.model.rows.definitions import (
    Blob,
    Deployment,
    EditorSeat,
    ProcessDraft,
    ScenarioRun,
)
from engine.model.rows.evidence import (
    AuditEntry,
    CalendarYear,
    Chain,
    Outbox,
    Runner,
    Seal,
    Sequence,
)
from engine.model.rows.office import Deed, Oversight
from engine.model.rows.people import (
    LoginSession,
    Membership,
    Phrase,
    Preference,
    SavedList,
    Unit,
    User,
)
from engine.model.rows.records import (
    Comment,
    Document,
    Exclusion,
    File,
    Notice,
    NoticeRead,
    Participant,
)
from engine.model.rows.search import SearchText, SearchWaiting
from engine.model.rows.work import Clock, Incident, Job, Subscription

__all__ = [
    "Activity",
    "AuditEntry",
    "Blob",
    "CalendarYear",
    "Candidate",
    "Chain",
    "Clock",
    "Comment",
    "Deed",
    "Deployment",
    "Document",
    "Draft",
    "EditorSeat",
    "Exclusion",
    "File",
    "Incident",
    "Instance",
    "Job",
    "Json",
    "LoginSession",
    "Membership",
    "Notice",
    "NoticeRead",
    "Outbox",
    "Oversight",
    "Participant",
    "Phrase",
    "Preference",
    "ProcessDraft",
    "Row",
    "Runner",
    "SavedList",
    "ScenarioRun",
    "Seal",
    "SearchText",
    "SearchWaiting",
    "Sequence",
    "StartDraft",
    "Subscription",
    "Task",
    "Unit",
    "User",
]
