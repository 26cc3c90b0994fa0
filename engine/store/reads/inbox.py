"""The inbox: what waits for somebody, what they did, what they started. Every tab a page by key."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.model.people import Viewer
from engine.model.rows import (
    Candidate,
    Draft,
    Instance,
    Notice,
    NoticeRead,
    StartDraft,
    Task,
)
from engine.store.codec import light
from engine.store.reads.filters import Filters, Period, filters, lamp_is
from engine.store.reads.orders import chosen
from engine.store.reads.paging import Order, Page, Place, bounded, place
from engine.store.reads.rowreads import RowReads
from engine.store.reads.scope import Sight, not_excluded, open_track, sight
from engine.store.schema import table

CAP = 1_000
"""Counts end here: 1,000 is to be shown as “999+”."""

_TASK = table(Task)
_QUEUE = table(Candidate)
_CASE = table(Instance)
_DRAFT = table(Draft)
_NOTICE = table(Notice)
_READ = table(NoticeRead)

TASKS = light(Task, "answers", "local")
CASES = light(Instance, "variables", "tokens", "people", "excluded", "steps", "standing")

_OPEN = _TASK.c.state == sa.literal_column("'open'")
_UNIQUE = (False,)

_NOTICE_ORDER = Order("notice", (_NOTICE.c.id,), _UNIQUE, down=True)
_LISTED = {"done": ("done", "-closed"), "started": ("case", "due")}
"""Tabs whose rows sort by other keys than those of open tasks, and how they do by themselves."""
_TASK_TABS = ("todo", "claim", "returned", "done")
_QUEUED = {"due", "-due", "opened", "-opened"}
"""Orders in which the queues themselves are kept."""


@dataclass(frozen=True, kw_only=True)
class DraftFound:
    """Answers not handed in: of a ``task``, or of a case not yet started (``start``)."""

    saved_at: int
    task: Task | None = None
    draft: Draft | None = None
    start: StartDraft | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeFound:
    """Something to read, and whether it was."""

    notice: Notice
    read: bool


class InboxReads(RowReads):
    """What a person has before them."""

    def inbox(
        self,
        viewer: Viewer,
        tab: str,
        *,
        now: int = 0,
        cursor: str | None = None,
        limit: int = 50,
        sort: str = "",
        after: Task | None = None,
        **narrowing: Any,
    ) -> Page[Any]:
        """A page of a tab.

        ``todo``, ``claim``, ``returned`` and ``done`` hold ``Task``, ``started`` holds ``Instance``
        (both without their big columns), ``drafts`` ``DraftFound``, ``read`` ``NoticeFound``.
        ``now`` in epoch milliseconds decides the lamps. ``sort`` is as in ``orders.chosen``; the page
        begins behind the task ``after``, whether that still is in the list or not. ``narrowing`` is
        what ``filters`` takes: ``text``, ``lamp``, ``process_key``, ``since``, ``until``, ``people``.
        """
        limit = bounded(limit)
        if tab == "drafts":
            return self._drafts(viewer, limit)
        if tab == "read":
            return self._notices(viewer, cursor, limit)
        tab = tab if tab in _TASK_TABS or tab == "started" else "todo"
        kind, default = _LISTED.get(tab, ("task", "due"))
        order, key = chosen(kind, sort, default)
        at = place(order, cursor) if after is None else Place(order, key(after))
        given = _Narrowed(viewer, tab, sight(viewer), _narrowed(tab, now, narrowing))
        sql = self._statements.keep(("inbox", tab, at.shape, *given.shape), lambda: given.page(at))
        lines = self._ask(sql, {**given.bound, **at.bound, "limit": limit + 1})
        return at.page((CASES if tab == "started" else TASKS).all(lines), limit, key)

    def inbox_count(self, viewer: Viewer, tab: str, *, now: int = 0, **narrowing: Any) -> int:
        """How many rows a tab has, narrowed as in ``inbox``; counted up to ``CAP``."""
        tab = tab if tab in _TASK_TABS or tab == "started" else "todo"
        given = _Narrowed(viewer, tab, sight(viewer), _narrowed(tab, now, narrowing))
        sql = self._statements.keep(("inbox count", tab, *given.shape), given.count)
        return int(self._ask(sql, given.bound)[0][0])

    def inbox_counts(self, viewer: Viewer, now: int = 0) -> dict[str, int]:
        """How much is in each tab, counted up to ``CAP``; ``late`` are those to do that are red."""
        values = viewer.candidate_values()
        seen = sight(viewer)
        sql = self._statements.keep(
            ("inbox counts", seen.shape, len(values)), lambda: _counts(seen, len(values))
        )
        (line,) = self._ask(sql, {**seen.bound, **_values(values), "now": now})
        return dict(zip(_COUNTED, map(int, line), strict=True))

    def may_see_task(self, viewer: Viewer, task_id: str) -> bool:
        """Whether a task waits for this viewer: theirs, or theirs to claim, and not shut out."""
        if viewer.system:
            return True
        values = viewer.candidate_values()
        seen = sight(viewer)
        sql = self._statements.keep(
            ("may see task", seen.shape, len(values)), lambda: _may_see_task(seen, len(values))
        )
        return bool(self._ask(sql, {**seen.bound, **_values(values), "task": task_id}))

    # --- tabs -----------------------------------------------------------------------------------

    def _drafts(self, viewer: Viewer, limit: int) -> Page[DraftFound]:
        """The newest drafts; there are never so many that a second page is wanted."""
        found = [
            DraftFound(saved_at=one.saved_at, start=one)
            for one in self.find(StartDraft, user_id=viewer.user_id, order="-saved_at", limit=limit)
        ]
        drafts = self.find(Draft, user_id=viewer.user_id, order="-saved_at", limit=limit)
        tasks = {task.id: task for task in self._open_tasks([one.task_id for one in drafts])}
        found += [
            DraftFound(saved_at=one.saved_at, draft=one, task=tasks[one.task_id])
            for one in drafts
            if one.task_id in tasks
        ]
        found.sort(key=lambda one: one.saved_at, reverse=True)
        return Page(tuple(found[:limit]))

    def _open_tasks(self, ids: Sequence[str]) -> list[Task]:
        return self.find(Task, id=ids, state="open") if ids else []

    def _notices(self, viewer: Viewer, cursor: str | None, limit: int) -> Page[NoticeFound]:
        values, seen, at = viewer.candidate_values(), sight(viewer), place(_NOTICE_ORDER, cursor)
        fields = light(Notice).fields

        def build() -> sa.ClauseElement:
            read = sa.select(_READ.c.notice_id).where(*_read_by_me()).exists()
            query = _columns(_NOTICE, fields).add_columns(read)
            return at.narrow(query.where(*_for_me(seen, len(values))))

        key = ("inbox", "read", at.shape, seen.shape, len(values))
        given = {**seen.bound, **_values(values), **at.bound, "limit": limit + 1}
        lines = self._ask(self._statements.keep(key, build), given)
        made = light(Notice).all(line[:-1] for line in lines)
        found = [
            NoticeFound(notice=notice, read=bool(line[-1]))
            for notice, line in zip(made, lines, strict=True)
        ]
        return at.page(found, limit, lambda one: (one.notice.id,))


# --- the SQL ------------------------------------------------------------------------------------


def _narrowed(tab: str, now: int, narrowing: dict[str, Any]) -> Filters:
    given = dict(narrowing)
    since, until = given.pop("since", None), given.pop("until", None)
    column = {"done": "closed_at", "started": "started_at"}.get(tab, "opened_at")
    return filters(now=now, period=Period(column, since, until), **given)


@dataclass(frozen=True)
class _Narrowed:
    """The rows of a tab that somebody looks at."""

    viewer: Viewer
    tab: str
    seen: Sight
    filters: Filters

    @property
    def values(self) -> Sequence[str]:
        """Whose queues are walked."""
        return self.viewer.candidate_values() if self.tab == "claim" else ()

    @property
    def shape(self) -> tuple[Hashable, ...]:
        """What decides the SQL text."""
        return (self.filters.shape, *((self.seen.shape, len(self.values)) if self.values else ()))

    @property
    def bound(self) -> dict[str, Any]:
        """The values to bind."""
        return {**self.seen.bound, **_values(self.values), **self.filters.bound}

    def page(self, at: Place) -> sa.ClauseElement:
        """A page of the rows."""
        if self.tab == "claim":
            return _claimable(self.seen, self.filters, at, len(self.values))
        if self.tab == "started":
            return at.narrow(_columns(_CASE, CASES.fields).where(*self._conditions()))
        return at.narrow(_columns(_TASK, TASKS.fields).where(*self._conditions()))

    def count(self) -> sa.ClauseElement:
        """How many there are, up to ``CAP``."""
        one: sa.Select[Any] = sa.select(sa.literal_column("1").label("one"))
        rows: Any
        if self.tab == "claim":
            narrowed = self.filters.conditions(_TASK)
            queues = [
                sa.select(_waiting(self.seen, n, narrowed).limit(CAP).subquery().c.task_id)
                for n in range(len(self.values))
            ]
            rows = sa.union(*queues) if len(queues) > 1 else queues[0]
        else:
            of = _CASE if self.tab == "started" else _TASK
            rows = one.select_from(of).where(*self._conditions())
        return sa.select(sa.func.count()).select_from(rows.limit(CAP).subquery())

    def _conditions(self) -> list[sa.ColumnElement[bool]]:
        if self.tab != "started":
            return [*_TABS[self.tab](), *self.filters.conditions(_TASK)]
        return [
            _CASE.c.tenant == _bound("tenant"),
            _CASE.c.started_by == _bound("me"),
            _CASE.c.parent_id.is_(None),
            not_excluded(_CASE.c.id),
            *self.filters.conditions(_CASE),
        ]


def _todo() -> list[sa.ColumnElement[bool]]:
    return [
        _TASK.c.tenant == _bound("tenant"),
        _TASK.c.assignee == _bound("me"),
        _OPEN,
        not_excluded(_TASK.c.root_id),
    ]


def _returned() -> list[sa.ColumnElement[bool]]:
    return [*_todo(), _TASK.c.sent_back.is_not(None)]


def _done() -> list[sa.ColumnElement[bool]]:
    return [
        _TASK.c.tenant == _bound("tenant"),
        _TASK.c.closed_by == _bound("me"),
        _TASK.c.state == sa.literal_column("'completed'"),
        not_excluded(_TASK.c.root_id),
    ]


_TABS: dict[str, Callable[[], list[sa.ColumnElement[bool]]]] = {
    "todo": _todo,
    "returned": _returned,
    "done": _done,
}


def _waiting(
    seen: Sight, number: int, narrowed: Sequence[sa.ColumnElement[bool]] = ()
) -> sa.Select[Any]:
    """The queue of the viewer's value with this number: unclaimed tasks open to them.

    The task is asked by EXISTS, not joined: no planner then begins with all tasks of the tenant.
    """
    task: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
        _TASK.c.tenant == _QUEUE.c.tenant,
        _TASK.c.id == _QUEUE.c.task_id,
        _OPEN,
        open_track(_TASK, seen),
        not_excluded(_TASK.c.root_id),
        *narrowed,
    )
    return sa.select(_QUEUE.c.task_id).where(
        _QUEUE.c.tenant == _bound("tenant"),
        _QUEUE.c.value == _bound(f"value{number}"),
        _QUEUE.c.claimed == sa.false(),
        task.exists(),
    )


def _claimable(seen: Sight, narrowed: Filters, at: Place, count: int) -> sa.ClauseElement:
    """A short walk down the queue of each value, merged; a task in two queues comes once.

    In an order the queues are not kept in, they are gone through in full.
    """
    keys = (_QUEUE.c.sort_at, _QUEUE.c.task_id)[-len(at.order.columns) :]
    walked = at.order.name in _QUEUED
    arms = []
    for number in range(count):
        queue = _waiting(seen, number, narrowed.conditions(_TASK))
        short = at.narrow(queue, keys) if walked else queue
        arms.append(sa.select(short.subquery(f"queue{number}").c.task_id))
    ids = sa.union(*arms).subquery("ids") if len(arms) > 1 else arms[0].subquery("ids")
    query = _columns(_TASK, TASKS.fields).join(
        ids, sa.and_(_TASK.c.tenant == _bound("tenant"), _TASK.c.id == ids.c.task_id)
    )
    return at.narrow(query)


def _for_me(seen: Sight, count: int) -> list[sa.ColumnElement[bool]]:
    return [
        _NOTICE.c.tenant == _bound("tenant"),
        _NOTICE.c.value.in_([_bound(f"value{i}") for i in range(count)]),
        open_track(_NOTICE, seen),
        not_excluded(_NOTICE.c.root_id),
    ]


def _read_by_me() -> list[sa.ColumnElement[bool]]:
    return [
        _READ.c.tenant == _bound("tenant"),
        _READ.c.notice_id == _NOTICE.c.id,
        _READ.c.user_id == _bound("me"),
    ]


_COUNTED = ("todo", "late", "returned", "claim", "read", "drafts", "started")


def _counts(seen: Sight, values: int) -> sa.ClauseElement:
    one: sa.ColumnElement[int] = sa.literal_column("1").label("one")
    queues = [
        sa.select(_waiting(seen, number).limit(CAP).subquery().c.task_id)
        for number in range(values)
    ]
    unread = sa.select(one).where(
        *_for_me(seen, values), ~sa.select(_READ.c.notice_id).where(*_read_by_me()).exists()
    )
    mine = [_DRAFT.c.tenant == _bound("tenant"), _DRAFT.c.user_id == _bound("me")]
    starts = table(StartDraft)
    drafts = sa.union_all(
        sa.select(one).select_from(_DRAFT).where(*mine),
        sa.select(one)
        .select_from(starts)
        .where(starts.c.tenant == _bound("tenant"), starts.c.user_id == _bound("me")),
    )
    started = sa.select(one).where(
        _CASE.c.tenant == _bound("tenant"),
        _CASE.c.started_by == _bound("me"),
        _CASE.c.parent_id.is_(None),
        _CASE.c.ended_at.is_(None),
        not_excluded(_CASE.c.id),
    )
    counted: list[Any] = [
        sa.select(one).where(*_todo()),
        sa.select(one).where(*_todo(), lamp_is(_TASK, "red")),
        sa.select(one).where(*_returned()),
        sa.union(*queues) if values > 1 else queues[0],
        unread,
        drafts,
        started,
    ]
    return sa.select(
        *(
            sa.select(sa.func.count()).select_from(query.limit(CAP).subquery()).scalar_subquery()
            for query in counted
        )
    )


def _may_see_task(seen: Sight, values: int) -> sa.ClauseElement:
    queue = sa.select(_QUEUE.c.task_id).where(
        _QUEUE.c.tenant == _bound("tenant"),
        _QUEUE.c.task_id == _TASK.c.id,
        _QUEUE.c.value.in_([_bound(f"value{i}") for i in range(values)]),
        _QUEUE.c.claimed == sa.false(),
    )
    theirs = sa.or_(
        _TASK.c.assignee == _bound("me"),
        _TASK.c.closed_by == _bound("me"),
        sa.and_(_OPEN, open_track(_TASK, seen), queue.exists()),
    )
    return sa.select(_TASK.c.id).where(
        _TASK.c.tenant == _bound("tenant"),
        _TASK.c.id == _bound("task"),
        not_excluded(_TASK.c.root_id),
        theirs,
    )


def _columns(of: sa.Table, fields: Sequence[str]) -> sa.Select[Any]:
    return sa.select(*(of.c[name] for name in fields))


def _bound(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=_TASK.c.tenant.type)


def _values(values: Sequence[str]) -> dict[str, str]:
    return {f"value{i}": value for i, value in enumerate(values)}
