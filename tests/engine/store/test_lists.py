"""Inbox and case lists against a plain reckoning in Python: same rows, same order, page by page."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from engine.model import rows
from engine.model.people import Role, Viewer
from engine.store import Store
from engine.store.reads.inbox import CAP
from engine.store.schema import FAR
from tests.engine.store.samples import T, case, task

NOW = 1_000
USERS = ("ann", "bob", "cat", "dan")


class Township:
    """Made-up rows, kept in the store and here."""

    def __init__(self, store: Store, cases: int = 60) -> None:
        draw = random.Random(7)
        self.cases: dict[str, rows.Instance] = {}
        self.tasks: list[rows.Task] = []
        self.queue: list[rows.Candidate] = []
        self.part: set[tuple[str, str, str]] = set()
        self.out: set[tuple[str, str]] = set()
        for number in range(cases):
            self._case(f"c{number:04}", draw)
        with store.write() as tx:
            tx.insert(*self.cases.values(), *self.tasks, *self.queue)
            tx.insert(case("child", root_id="c0000", parent_id="c0000", unit_id="u1"))
            for root_id, user_id, how in sorted(self.part):
                tx.insert(
                    rows.Participant(tenant=T, root_id=root_id, user_id=user_id, how=how, at=1)
                )
            for root_id, user_id in sorted(self.out):
                tx.insert(rows.Exclusion(tenant=T, root_id=root_id, user_id=user_id))

    def _case(self, case_id: str, draw: random.Random) -> None:
        due = draw.choice([None, 500, 999, 1000, 1001, 2000, 3000])
        one = case(
            case_id,
            unit_id=draw.choice(["u1", "u2", None]),
            started_by=draw.choice(USERS),
            track=draw.choice(["", "", "discipline"]),
            due_at=due,
            warn_at=None if due is None else draw.choice([None, due - 600]),
            clock_paused=due is None and draw.random() < 0.5,
            state=draw.choice(["active", "active", "suspended", "completed"]),
            process_key=draw.choice(["p", "q"]),
            stage=draw.choice(["审核", "审核、公示", "100%_办结"]),
            title=draw.choice(["关于Ａ区的规定", "a_b 方案", "50% 提案"]) + case_id,
            incidents=draw.choice([0, 0, 1]),
            returns=draw.choice([0, 1, 2]),
        )
        one.ended_at = 900 if one.state == "completed" else None
        self.cases[case_id] = one
        for user in USERS:
            if draw.random() < 0.3:
                self.part.add((case_id, user, draw.choice(["handler", "starter"])))
            if draw.random() < 0.1:
                self.out.add((case_id, user))
        for number in range(draw.randrange(4)):
            self._task(f"{case_id}t{number}", one, draw)

    def _task(self, task_id: str, one: rows.Instance, draw: random.Random) -> None:
        made = task(
            task_id,
            one.id,
            assignee=draw.choice([None, *USERS]),
            state=draw.choice(["open", "open", "completed"]),
            sort_at=one.due_at or FAR,
            due_at=one.due_at,
            warn_at=one.warn_at,
            clock_paused=one.clock_paused,
            track=one.track,
            process_key=one.process_key,
            title=one.title,
            sent_back=draw.choice([None, {"by": "x"}]),
            answers={"big": "x" * 100},
        )
        if made.state == "completed":
            made.closed_by, made.closed_at = draw.choice(USERS), draw.randrange(5)
        self.tasks.append(made)
        if made.state == "open":
            for value in draw.sample(["u:ann", "g:legal", "g:legal@u1", "g:head"], k=2):
                self.queue.append(
                    rows.Candidate(
                        tenant=T,
                        task_id=task_id,
                        value=value,
                        sort_at=made.sort_at,
                        claimed=made.assignee is not None,
                    )
                )

    # --- the plain reckoning --------------------------------------------------------------------

    def sees(self, viewer: Viewer, one: rows.Instance) -> bool:
        me = viewer.user_id
        if (one.id, me) in self.out:
            return False
        if one.track and one.track not in viewer.tracks:
            return one.started_by == me or (one.id, me, "handler") in self.part
        takes_part = one.started_by == me or any(
            (one.id, me, how) in self.part for how in ("handler", "starter")
        )
        in_unit = viewer.scope == "units" and one.unit_id in viewer.units
        return takes_part or in_unit or viewer.scope == "all"

    def claimable(self, viewer: Viewer, one: rows.Task) -> bool:
        return (
            any(
                entry.task_id == one.id
                and entry.value in viewer.candidate_values()
                and not entry.claimed
                for entry in self.queue
            )
            and (not one.track or one.track in viewer.tracks)
            and (one.root_id, viewer.user_id) not in self.out
        )

    def mine(self, viewer: Viewer, one: rows.Task) -> bool:
        return (
            one.state == "open"
            and one.assignee == viewer.user_id
            and (one.root_id, viewer.user_id) not in self.out
        )


def lamp(one: Any) -> str:
    if one.clock_paused:
        return "paused"
    if one.due_at is None:
        return "none"
    if one.due_at < NOW:
        return "red"
    return "yellow" if one.warn_at is not None and one.warn_at <= NOW else "green"


def viewer(user_id: str, *, groups: tuple[str, ...] = (), **given: Any) -> Viewer:
    roles = frozenset(
        Role(role=group.partition("@")[0], unit_id=group.partition("@")[2] or None)
        for group in groups
    )
    return Viewer(user_id=user_id, roles=roles, role_ids=frozenset(r.role for r in roles), **given)


VIEWERS = [
    viewer("ann"),
    viewer("bob", groups=("legal@u1", "head")),
    viewer("cat", groups=("legal",), scope="units", units=frozenset({"u1"})),
    viewer("cat", scope="units"),
    viewer("dan", groups=("head",), scope="all"),
    viewer("dan", scope="all", tracks=frozenset({"discipline"})),
    viewer("root", system=True),
]


def every_page(ask: Callable[[str | None], Any]) -> list[str]:
    """All ids page by page, checked to be the same when walked backwards."""
    pages, cursor = [], None
    while True:
        page = ask(cursor)
        pages.append([row.id for row in page.rows])
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    back, cursor = [pages[-1]], page.prev_cursor
    while cursor is not None:
        page = ask(cursor)
        back.insert(0, [row.id for row in page.rows])
        cursor = page.prev_cursor
    assert [i for page in back for i in page] == [i for page in pages for i in page]
    return [i for page in pages for i in page]


@pytest.fixture
def township(store: Store) -> Township:
    return Township(store)


def test_inbox_tabs_hold_what_they_should(store: Store, township: Township) -> None:
    for one in VIEWERS[:-1]:
        todo = [t for t in township.tasks if township.mine(one, t)]
        expected: dict[str, list[Any]] = {
            "todo": sorted(todo, key=lambda t: (t.sort_at, t.id)),
            "returned": sorted((t for t in todo if t.sent_back), key=lambda t: (t.sort_at, t.id)),
            "claim": sorted(
                (t for t in township.tasks if township.claimable(one, t)),
                key=lambda t: (t.sort_at, t.id),
            ),
            "done": sorted(
                (
                    t
                    for t in township.tasks
                    if t.closed_by == one.user_id and (t.root_id, one.user_id) not in township.out
                ),
                key=lambda t: (t.closed_at, t.id),
                reverse=True,
            ),
            "started": sorted(
                (
                    c
                    for c in township.cases.values()
                    if c.started_by == one.user_id and (c.id, one.user_id) not in township.out
                ),
                key=lambda c: (c.due_at or FAR, c.id),
            ),
        }
        with store.read() as r:
            for tab, wanted in expected.items():
                ids = [t.id for t in wanted]

                def ask(cursor: str | None, tab: str = tab, one: Viewer = one) -> Any:
                    return r.inbox(one, tab, now=NOW, limit=3, cursor=cursor)

                assert every_page(ask) == ids, (one, tab)
            counts = r.inbox_counts(one, NOW)
            assert {tab: counts[tab] for tab in ("todo", "returned", "claim")} == {
                tab: len(expected[tab]) for tab in ("todo", "returned", "claim")
            }
            assert counts["late"] == sum(lamp(t) == "red" for t in expected["todo"])


def test_inbox_sorts_and_filters(store: Store, township: Township) -> None:
    one = VIEWERS[1]
    for tab, belongs in (("todo", township.mine), ("claim", township.claimable)):
        wanted = [t for t in township.tasks if belongs(one, t)]
        with store.read() as r:
            for sort in ("opened", "-opened"):
                ids = sorted((t.id for t in wanted), reverse=sort == "-opened")

                def ask(cursor: str | None, tab: str = tab, sort: str = sort) -> Any:
                    return r.inbox(one, tab, sort=sort, limit=4, cursor=cursor)

                assert every_page(ask) == ids
            for colour in ("green", "yellow", "red", "paused", "none", "blue"):
                page = r.inbox(one, tab, lamp=colour, now=NOW, limit=500)
                assert {t.id for t in page.rows} == {t.id for t in wanted if lamp(t) == colour}
            for text, part in (("a区", "Ａ区"), ("A_B", "a_b"), ("50%", "50%"), ("a%b", "no")):
                page = r.inbox(one, tab, text=text, limit=500)
                assert {t.id for t in page.rows} == {t.id for t in wanted if part in t.title}
            page = r.inbox(one, tab, process_key="q", limit=500)
            assert {t.id for t in page.rows} == {t.id for t in wanted if t.process_key == "q"}


def test_lists_leave_big_columns_in_the_database(store: Store, township: Township) -> None:
    with store.read() as r:
        page = r.inbox(VIEWERS[0], "done")
    assert page.rows
    assert all(one.answers is None for one in page.rows)


def test_cases_are_those_the_viewer_may_see(store: Store, township: Township) -> None:
    for viewing in VIEWERS:
        _check_cases(store, township, viewing)


def _check_cases(store: Store, township: Township, one: Viewer) -> None:
    wanted = [c for c in township.cases.values() if one.system or township.sees(one, c)]
    with store.read() as r:
        by_due = [c.id for c in sorted(wanted, key=lambda c: (c.due_at or FAR, c.id))]
        assert every_page(lambda c: r.cases(one, limit=7, cursor=c)) == by_due
        newest = every_page(lambda c: r.cases(one, sort="-opened", limit=7, cursor=c))
        assert newest == sorted((c.id for c in wanted), reverse=True)
        for case_id in (*township.cases, "child", "nothing"):
            assert r.may_see_case(one, case_id) is (case_id in by_due)


def test_cases_filter_and_count(store: Store, township: Township) -> None:
    for one in (VIEWERS[2], VIEWERS[4]):
        wanted = [c for c in township.cases.values() if township.sees(one, c)]
        still = [c for c in wanted if c.ended_at is None]
        checks: list[tuple[dict[str, Any], list[rows.Instance]]] = [
            ({"state": "open"}, still),
            ({"state": "ended"}, [c for c in wanted if c.ended_at is not None]),
            ({"state": "suspended"}, [c for c in wanted if c.state == "suspended"]),
            ({"state": "trouble"}, [c for c in still if c.incidents]),
            ({"state": "returned"}, [c for c in still if c.returns >= 2]),
            ({"unit": "u2"}, [c for c in wanted if c.unit_id == "u2"]),
            ({"stage": "公示"}, [c for c in wanted if "公示" in c.stage]),
            ({"stage": "%_"}, [c for c in wanted if "%_" in c.stage]),
            ({"text": "提案 c001"}, [c for c in wanted if "提案c001" in c.title]),
            ({"lamp": "yellow"}, [c for c in still if lamp(c) == "yellow"]),
            ({"process_key": "q"}, [c for c in wanted if c.process_key == "q"]),
        ]
        with store.read() as r:
            for given, those in checks:
                found = r.cases(one, now=NOW, limit=500, **given)
                assert {c.id for c in found.rows} == {c.id for c in those}, given
            counts = r.case_counts(one, NOW)
        assert counts["open"] == len(still)
        for colour in ("red", "yellow", "green", "paused", "none"):
            assert counts[colour] == sum(lamp(c) == colour for c in still)
        assert counts["trouble"] == sum(c.incidents > 0 for c in still)


def test_may_see_task(store: Store, township: Township) -> None:
    one = VIEWERS[1]
    with store.read() as r:
        for t in township.tasks:
            out = (t.root_id, one.user_id) in township.out
            closed = t.closed_by == one.user_id
            theirs = t.assignee == one.user_id or closed or township.claimable(one, t)
            assert r.may_see_task(one, t.id) is (theirs and not out)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "W10",
        "eyJ9",
        "x" * 600,
        "W1sxXV0",
        "WyJkdWUiLCJuIiwiYSIsIjEiXQ",
        "WzFdWzFd",
        "WyJkdWUiLCJuIiwxLCJcdTAwMDAiXQ",
        "WyJkdWUiLCJuIiwxZTQwMCwiYSJd",
    ],
)
def test_a_cursor_that_does_not_fit_means_the_first_page(sqlite_store: Store, cursor: str) -> None:
    with sqlite_store.write() as tx:
        tx.insert(case("c1", started_by="ann"))
    with sqlite_store.read() as r:
        assert len(r.inbox(VIEWERS[0], "started", cursor=cursor).rows) == 1


def test_nothing_typed_makes_a_new_statement(sqlite_store: Store) -> None:
    def ask(word: str) -> None:
        with sqlite_store.read() as r:
            r.inbox(VIEWERS[0], word, lamp=word, sort=word, text=word, process_key=word)
            r.cases(VIEWERS[0], lamp=word, state=word, unit=word, stage=word, sort=word, text=word)
            r.users(text=word, unit_id=word)

    ask("first")
    kept = len(sqlite_store.database.statements)
    for number in range(20):
        ask(f"x{number}")
    assert len(sqlite_store.database.statements) == kept


def test_counts_stop_at_the_cap(store: Store) -> None:
    with store.write() as tx:
        tx.insert(*(task(f"t{i:05}", "c", assignee="ann") for i in range(CAP + 5)))
    with store.read() as r:
        assert r.inbox_counts(VIEWERS[0])["todo"] == CAP


def test_drafts_and_notices(store: Store) -> None:
    def notice(number: int, **given: Any) -> rows.Notice:
        values = {"value": "u:ann", "kind": "read", "zh": "请阅", "en": "read", "at": number}
        return rows.Notice(tenant=T, id=f"n{number}", root_id="c1", **{**values, **given})

    with store.write() as tx:
        tx.insert(case("c1"), task("t1", "c1"), task("t2", "c1", state="completed"))
        for number, task_id in enumerate(("t1", "t2")):
            tx.put(
                rows.Draft(tenant=T, task_id=task_id, user_id="ann", answers={}, saved_at=number)
            )
        tx.put(
            rows.StartDraft(
                tenant=T, id="s1", process_key="p", user_id="ann", answers={}, saved_at=9
            )
        )
        tx.insert(notice(1), notice(2, track="discipline"), notice(3), notice(4, value="u:bob"))
        tx.insert(rows.NoticeRead(tenant=T, notice_id="n1", user_id="ann", at=5))
    with store.read() as r:
        drafts = r.inbox(VIEWERS[0], "drafts").rows
        first = r.inbox(VIEWERS[0], "read", limit=1)
        second = r.inbox(VIEWERS[0], "read", limit=1, cursor=first.next_cursor)
        counts = r.inbox_counts(VIEWERS[0])
    assert [(d.start and d.start.id, d.task and d.task.id) for d in drafts] == [
        ("s1", None),
        (None, "t1"),
    ]
    assert [(n.notice.id, n.read) for n in (*first.rows, *second.rows)] == [
        ("n3", False),
        ("n1", True),
    ]
    assert second.next_cursor is None
    assert counts["read"] == 1
