"""A case as an approval form (审批单): one sheet that says who decided what, when, and in time."""

from __future__ import annotations

from dataclasses import dataclass

from engine.queries.answers import CaseHead, DocumentLine
from engine.queries.questions import Query


@dataclass(frozen=True, kw_only=True)
class ApprovalLine:
    """What one step said: its choices (``results``), its opinion in words, who, of which unit, when."""

    step: str
    results: tuple[str, ...]
    opinion: str
    who: str
    unit: str
    at: int
    round: int
    late_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalClock:
    """A statutory limit and whether it was kept: ``kept`` is None while it still runs.

    ``words`` says the same for people; ``earliest_at`` is when the law allows to finish, at first,
    and ``shortened`` tells that it was done before that for reasons the law knows.
    """

    title: str
    basis: str
    status_text: str
    due_at: int | None
    earliest_at: int | None
    stopped_at: int | None
    kept: bool | None
    words: str
    shortened: bool = False


@dataclass(frozen=True, kw_only=True)
class ApprovalView:
    """All that the form needs."""

    case: CaseHead
    lines: tuple[ApprovalLine, ...]
    clocks: tuple[ApprovalClock, ...]
    documents: tuple[DocumentLine, ...]
    open_steps: tuple[str, ...]
    made_at: int


@dataclass(frozen=True, kw_only=True)
class ApprovalForm(Query[ApprovalView]):
    """The approval form of a case, of what the viewer may read. Raises NotFound."""

    case_id: str
