"""A township's house as it is after years: its office by commands, its cases as rows.

Three years of cases of the shipped processes, one in five still open, most of these recent; each
with its steps, who had a hand in it, and what was said. The moment is always the same one, so that a
kept house does not grow old.
"""

from __future__ import annotations

import gc
import random
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

from bench import words
from bench.loading import Line, Pattern, loading
from engine.clock import VirtualClock, from_millis, millis
from engine.commands import SYSTEM, Deploy, GrantRole, SaveUser
from engine.config import Settings
from engine.engine import Engine
from engine.handlers.indexing import take_in
from engine.handlers.opening import heading
from engine.model import rows
from engine.model.ids import new_id
from engine.model.rows import Row
from engine.store.coding import dump
from engine.store.schema import FAR
from webapp.demo import roster
from webapp.founding import settle
from webapp.scenarios import shipped

VERSION = 1
"""Rises with every change of what is filled in."""
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

HEAD, UNIT_HEAD, DISCIPLINE, ADMIN = "he.lixin", "luo.cheng", "shi.jian", "liang.gong"
"""Who sees all of the township but what is walled, one unit, all, and who administers."""
CLERK, BUSY, NEWCOMER = "clerk", "busy", "newcomer"
"""Who has a few hundred cases and tasks, who had a hand in every tenth case, and who in three."""

TASKS_OF_CLERK = 500
"""About so many are open."""
CLERKS = 200
DRAWERS = 2
"""Processes that draw."""
LATELY = 1_500
"""Texts that came last, by the way every text comes, so that the index is as in a house at work."""
RARE_PLACE, RARE_PERSON = "龙王庙", "赵铁柱"
_RARELY = 4_001
_BATCH = 4_000
_DAY = 86_400_000
_YEARS = 3


def opened(url: str, settings: Settings) -> Engine:
    """The engine of such a house, at its moment."""
    return Engine.open(url, settings=settings, clock=VirtualClock(NOW))


def fill(engine: Engine, url: str, cases: int) -> None:
    """Found the office in an empty migrated database and put ``cases`` cases into it."""
    _found(engine)
    given = (engine.house.store.tenant, cases, tuple(_kinds(engine)))
    late: list[Line] = []
    engine.house.store.close()  # SQLite takes rows in for one connection alone
    with loading(url) as loader:
        for first, drawn in _drawn(given, cases):
            texts = drawn[rows.SearchText]
            if first + _BATCH >= cases:
                cut = max(0, len(texts) - min(LATELY, cases // 10))
                texts[cut:], late = [], texts[cut:]
            for row, lines in drawn.items():
                loader.put(row, lines)
    _take_in_late(engine, late)


def _drawn(
    given: tuple[str, int, tuple[_Kind, ...]], cases: int
) -> Iterator[tuple[int, Mapping[type[Row], list[Line]]]]:
    """All cases, batch by batch in order; processes of their own draw some batches ahead."""
    with ProcessPoolExecutor(
        DRAWERS, mp_context=get_context("spawn"), initializer=_begin, initargs=given
    ) as pool:
        ahead: deque[tuple[int, Future[dict[type[Row], list[Line]]]]] = deque()
        for first in range(0, cases, _BATCH):
            ahead.append((first, pool.submit(_batch, first, min(first + _BATCH, cases))))
            if len(ahead) > DRAWERS + 1:
                begun, batch = ahead.popleft()
                yield begun, batch.result()
        for begun, batch in ahead:
            yield begun, batch.result()


_drawing: list[_Drawing] = []
"""That of this process."""


def _begin(tenant: str, cases: int, kinds: tuple[_Kind, ...]) -> None:
    gc.disable()  # nothing here goes round in a circle
    _drawing.append(_Drawing(tenant, cases, kinds))


def _batch(first: int, last: int) -> dict[type[Row], list[Line]]:
    return _drawing[0].batch(first, last)


def _take_in_late(engine: Engine, late: list[Line]) -> None:
    store = engine.house.store
    columns = Pattern(_text(store.tenant)).columns
    with store.write() as tx:
        for line in late:
            given = dict(zip(columns, line, strict=True))
            del given["grams"]
            tx.insert(rows.SearchWaiting(**given))
    while take_in(store):
        pass


# --- the office ---------------------------------------------------------------------------------


def _found(engine: Engine) -> None:
    """The township, and as many clerks more as it has work for."""
    settle(engine, shipped.township(), None)
    for files in shipped.packages().values():
        engine.execute(Deploy(actor=SYSTEM, files=files))
    for one in shipped.township().people:
        if one.id in (HEAD, UNIT_HEAD, DISCIPLINE, ADMIN):
            engine.execute(
                SaveUser(
                    actor=SYSTEM,
                    user_id=one.id,
                    name=one.name,
                    unit_id=one.unit,
                    is_admin=one.admin,
                    password=roster.PASSWORD,
                )
            )
    units = _units()
    for number, (user_id, name) in enumerate(_clerks().items()):
        unit = units[number % len(units)]
        engine.execute(
            SaveUser(
                actor=SYSTEM,
                user_id=user_id,
                name=name,
                unit_id=unit,
                create=True,
                password=roster.PASSWORD if user_id in (CLERK, BUSY) else None,
            )
        )
        engine.execute(GrantRole(actor=SYSTEM, user_id=user_id, role="drafter", unit_id=unit))


def _units() -> list[str]:
    return [unit.id for unit in shipped.township().units if unit.kind in ("office", "centre")]


def _clerks() -> dict[str, str]:
    """Names by id."""
    ids = [CLERK, BUSY, NEWCOMER, *(f"u{number}" for number in range(CLERKS))]
    return dict(zip(ids, words.people(len(ids)), strict=True))


@dataclass(frozen=True)
class _Step:
    id: str
    name: str
    stage: str
    form_id: str | None
    rule: str


@dataclass(frozen=True)
class _Kind:
    """A shipped process as cases are drawn of it."""

    key: str
    process_id: str
    deployment_id: str
    number: str
    steps: tuple[_Step, ...]
    waits: tuple[str, ...]
    roles_see: tuple[str, ...]
    walled: bool


def _kinds(engine: Engine) -> Iterator[_Kind]:
    with engine.house.store.read() as reader:
        deployments = reader.find(rows.Deployment, order="id")
    for one in deployments:
        package = engine.house.package(one.id)
        elements = package.definition.elements
        steps = [e for e in elements.values() if e.kind == "userTask"]
        rules = [rule.id for rule in package.rules]
        yield _Kind(
            key=one.process_key,
            process_id=package.manifest.process_id,
            deployment_id=one.id,
            number=package.manifest.case_number or "办〔{year}〕{seq}号",
            steps=tuple(
                _Step(e.id, e.name, heading(e, elements), e.form_id, rules[n % len(rules)])
                for n, e in enumerate(steps)
            ),
            waits=tuple(e.id for e in elements.values() if e.kind == "intermediateCatchEvent"),
            roles_see=package.manifest.roles_see,
            walled=bool(package.manifest.walls),
        )


# --- the cases ----------------------------------------------------------------------------------


@dataclass
class _Drawing:
    """Draws cases in the order they began; each batch is the same whoever draws it."""

    tenant: str
    cases: int
    kinds: tuple[_Kind, ...]

    def __post_init__(self) -> None:
        self.names = _clerks()
        self.people = list(self.names)[3:]
        self.units = _units()
        self.unit_names = {unit.id: unit.name for unit in shipped.township().units}
        self.stock = words.Stock(random.Random(VERSION))
        self.now = millis(NOW)
        self.patterns = {pattern.row: pattern for pattern in _patterns(self.tenant)}
        self.clerks_share = min(0.3, TASKS_OF_CLERK / (0.19 * self.cases))
        self.draw = random.Random()
        self.out: dict[type[Row], list[Line]] = {}

    def batch(self, first: int, last: int) -> dict[type[Row], list[Line]]:
        """The lines of some cases, by table."""
        self.draw = random.Random(first)
        self.out = {row: [] for row in self.patterns}
        for number in range(first, last):
            self._case(number)
        return self.out

    def _add(self, row: type[Row], **given: Any) -> None:
        self.out[row].append(self.patterns[row].line(**given))

    def _case(self, number: int) -> None:
        draw, share = self.draw, number / self.cases
        age = (1 - share) * _YEARS * 365 * _DAY
        started = self.now - int(age) - draw.randrange(3_600_000)
        still = draw.random() < (0.7 if share > 0.75 else 0.034)
        kind = self.kinds[int(draw.random() ** 1.5 * len(self.kinds))]
        moment = from_millis(started)
        case: dict[str, Any] = {
            "id": new_id(moment),
            "kind": kind,
            "title": words.title(draw),
            "case_no": kind.number.format(year=moment.year, seq=number + 1),
            "starter": self._person(),
            "unit": draw.choice(self.units),
            "track": "discipline" if kind.walled and draw.random() < 0.2 else "",
            "started": started,
            "still": still,
            "due": self.now + int(draw.gauss(15, 20)) * _DAY if draw.random() < 0.85 else None,
            "number": number,
            "texts": 0,
        }
        self._steps_of(case)
        self._root(case)
        self._people(case)

    def _person(self) -> str:
        return self.people[int(self.draw.random() ** 1.5 * len(self.people))]

    def _steps_of(self, case: dict[str, Any]) -> None:
        draw, kind, still = self.draw, case["kind"], case["still"]
        done = draw.randrange(3) if still else draw.randrange(1, 4)
        first = draw.randrange(len(kind.steps))
        moment = case["started"]
        case["handlers"] = {}
        self._say(case, "case", None, moment, [self.unit_names[case["unit"]]], 2, 5)
        for position in range(done):
            step = kind.steps[(first + position) % len(kind.steps)]
            closed = min(moment + int(draw.random() * 12 * _DAY), self.now - 60_000)
            self._done(case, step, moment, closed)
            moment = max(moment, closed)
        case["moved"] = moment
        case["step"] = kind.steps[(first + done) % len(kind.steps)]
        if still:
            self._open(case, case["step"], moment)
            self._waiting(case)

    def _done(self, case: dict[str, Any], step: _Step, opened: int, closed: int) -> None:
        who = BUSY if case["number"] % 10 == 0 and not case["handlers"] else self._person()
        case["handlers"][who] = closed
        task_id = new_id(from_millis(opened))
        due = opened + 10 * _DAY if self.draw.random() < 0.6 else None
        said = self._say(case, "task", task_id, closed, [step.name, self.names[who]], 1, 3)
        self._add(
            rows.Task,
            **_of_case(case, task_id, step, opened),
            state="completed",
            closed_at=closed,
            closed_by=who,
            assignee=who,
            sort_at=FAR if due is None else due,
            due_at=due,
            answers=dump({"opinion": said}),
        )

    def _open(self, case: dict[str, Any], step: _Step, opened: int) -> None:
        draw, task_id = self.draw, new_id(from_millis(opened))
        clerks = not case["track"] and draw.random() < self.clerks_share
        waits = not clerks and draw.random() < 0.15
        who = CLERK if clerks else None if waits else self._person()
        sort_at = FAR if case["due"] is None else case["due"]
        self._add(
            rows.Task,
            **_of_case(case, task_id, step, opened),
            assignee=who,
            sort_at=sort_at,
            due_at=case["due"],
            warn_at=None if case["due"] is None else case["due"] - 5 * _DAY,
            from_user=case["starter"],
            sent_back=dump({"by": self._person(), "why": "材料不齐", "from": step.name})
            if draw.random() < 0.08
            else None,
        )
        if clerks:
            case["handlers"][CLERK] = opened
        if waits:
            value = "g:drafter" if draw.random() < 0.3 else f"g:drafter@{case['unit']}"
            self._add(rows.Candidate, task_id=task_id, value=value, sort_at=sort_at)
        if who is not None and draw.random() < 0.2:
            self._add(
                rows.Notice,
                id=new_id(from_millis(opened)),
                root_id=case["id"],
                value=f"u:{who}",
                at=opened,
            )

    def _waiting(self, case: dict[str, Any]) -> None:
        """Some wait for a message or a time besides."""
        draw, kind = self.draw, case["kind"]
        chance = draw.random()
        if not kind.waits or chance > 0.12:
            return
        element = draw.choice(kind.waits)
        same = {"instance_id": case["id"], "root_id": case["id"], "key": "w"}
        new = new_id(from_millis(case["moved"]))
        self._add(rows.Activity, id=new, element_id=element, entered_at=case["moved"], **same)
        if chance > 0.06:
            self._add(rows.Subscription, id=new, element_id=element, **same)
        else:
            self._add(rows.Job, id=new, due_at=self.now + 30 * _DAY, **same)

    def _root(self, case: dict[str, Any]) -> None:
        draw, still, kind = self.draw, case["still"], case["kind"]
        due = case["due"] if still else None
        paused = still and draw.random() < 0.05
        self._add(
            rows.Instance,
            id=case["id"],
            root_id=case["id"],
            deployment_id=kind.deployment_id,
            process_key=kind.key,
            process_id=kind.process_id,
            title=case["title"],
            case_no=case["case_no"],
            started_by=case["starter"],
            started_at=case["started"],
            unit_id=case["unit"],
            track=case["track"],
            state=("suspended" if draw.random() < 0.01 else "active")
            if still
            else ("cancelled" if draw.random() < 0.04 else "completed"),
            ended_at=None if still else case["moved"],
            stage=case["step"].stage if still else "",
            stage_since=case["moved"],
            due_at=None if paused else due,
            warn_at=None if due is None or paused else due - 5 * _DAY,
            clock_paused=paused,
            rule_id=case["step"].rule if due is not None else None,
            idle_since=case["moved"] if still else None,
            limited=None if still else draw.random() < 0.8,
            late=draw.random() < 0.1,
            returns=int(draw.random() ** 4 * 4),
            incidents=int(still and draw.random() < 0.005),
            oversight_due_at=self.now + 5 * _DAY if still and draw.random() < 0.01 else None,
            urgency="urgent" if draw.random() < 0.05 else "normal",
        )

    def _people(self, case: dict[str, Any]) -> None:
        parts = {(user, "handler"): at for user, at in case["handlers"].items()}
        parts[case["starter"], "starter"] = case["started"]
        parts.update({(f"g:{role}", "role"): case["started"] for role in case["kind"].roles_see})
        if case["number"] % max(1, self.cases // 3) == 5:
            parts[NEWCOMER, "copied"] = case["started"]
        for (user, how), at in parts.items():
            self._add(rows.Participant, root_id=case["id"], user_id=user, how=how, at=at)
        if self.draw.random() < 0.005:
            self._add(rows.Exclusion, root_id=case["id"], user_id=self._person())

    def _say(
        self,
        case: dict[str, Any],
        kind: str,
        task_id: str | None,
        at: int,
        named: list[str],
        least: int,
        most: int,
    ) -> str:
        """A text of a case for the search, in the lines that the engine would keep."""
        said = self.stock.said(self.draw, least, most)
        if case["number"] % _RARELY == 7 and task_id is None:
            said += f"地点在{RARE_PLACE}旁，联系人{RARE_PERSON}。"
        lines = [case["title"], case["case_no"], *named, said]
        if task_id is None:
            lines.insert(2, self.names[case["starter"]])
        case["texts"] += 1
        self._add(
            rows.SearchText,
            root_id=case["id"],
            doc=at << 20 | (case["number"] * 8 + case["texts"]) & 0xFFFFF,
            kind=kind,
            task_id=task_id,
            at=at,
            text="\n".join(lines),
            grams=words.grams(lines),
        )
        return said


def _of_case(case: dict[str, Any], task_id: str, step: _Step, opened: int) -> dict[str, Any]:
    return {
        "id": task_id,
        "instance_id": case["id"],
        "root_id": case["id"],
        "key": task_id,
        "element_id": step.id,
        "name": step.name,
        "stage": step.stage,
        "form_id": step.form_id,
        "process_key": case["kind"].key,
        "deployment_id": case["kind"].deployment_id,
        "title": case["title"],
        "case_no": case["case_no"],
        "track": case["track"],
        "opened_at": opened,
        "rule_id": step.rule,
    }


# --- rows that stand for many -------------------------------------------------------------------


def _text(tenant: str) -> rows.SearchText:
    return rows.SearchText(tenant=tenant, root_id="", doc=0, kind="task", at=0, text="")


def _patterns(tenant: str) -> Iterator[Pattern]:
    """Of each table; what is as big as in life but nobody looks at is the same everywhere."""
    mark: dict[str, Any] = {"tenant": tenant, "id": "", "root_id": ""}
    token: dict[str, Any] = {**mark, "instance_id": "", "key": ""}
    element: dict[str, Any] = {**token, "element_id": ""}
    kind: dict[str, Any] = {"deployment_id": "", "process_key": ""}
    yield Pattern(
        rows.Instance(
            **mark,
            **kind,
            process_id="",
            started_by="",
            started_at=0,
            summary={"类别": "工程建设", "金额": "120 万元"},
            tokens=b"x" * 600,
            variables={"opinion": "同" * 300},
        )
    )
    yield Pattern(rows.Task(**element, **kind, name="", opened_at=0, sort_at=0))
    yield Pattern(rows.Candidate(tenant=tenant, task_id="", value="", sort_at=0))
    yield Pattern(
        rows.Activity(**element, kind="intermediateCatchEvent", name="等候", entered_at=0)
    )
    yield Pattern(rows.Subscription(**element, kind="message", name="m", opened_at=0))
    yield Pattern(rows.Job(**token, kind="timer", due_at=0))
    yield Pattern(rows.Notice(**mark, value="", kind="todo", zh="请阅", en="Please read", at=0))
    yield Pattern(rows.Participant(tenant=tenant, root_id="", user_id="", how="", at=0))
    yield Pattern(rows.Exclusion(tenant=tenant, root_id="", user_id=""))
    yield Pattern(_text(tenant))
