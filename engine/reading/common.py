"""What all readers share: one read transaction, who asks, in which language, and small renderings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from engine import queries as q
from engine.catalog import Law, Package
from engine.clock import CHINA, from_millis, legal_date, millis
from engine.errors import Forbidden, Lang, NotFound
from engine.handlers.access import may_see
from engine.handlers.clocks import reckon
from engine.handlers.house import House
from engine.handlers.viewers import viewer_of
from engine.law import deadlines
from engine.law.rules import DeadlineRule, Status
from engine.model.ids import is_id
from engine.model.people import Viewer
from engine.model.rows import Clock, Deployment, Instance, Task, Unit, User


class Desk:
    """One question at work."""

    def __init__(self, house: House, reader: Any, viewer: Viewer, lang: Lang) -> None:
        self.house = house
        self.reader = reader
        self.viewer = viewer
        self.lang = lang
        self.now: datetime = house.clock.now().astimezone(CHINA)
        self.now_ms = millis(self.now)
        self._names: dict[str, str] = {}
        self._units: dict[str, Unit] | None = None
        self._titles: dict[str, str] | None = None

    # --- permission ------------------------------------------------------------------------------

    def root(self, root_id: str) -> Instance:
        """The root of a case the viewer may see. Raises NotFound."""
        root = self.known_root(root_id)
        if root is None:
            raise NotFound(what={"zh": "事项", "en": "case"})
        return root

    def known_root(self, root_id: str) -> Instance | None:
        """The same, or None: for what belongs to a case and must not tell that there is one."""
        root: Instance | None = self.reader.get(Instance, id=root_id) if is_id(root_id) else None
        if (
            root is None
            or root.parent_id is not None
            or not may_see(self.reader, self.viewer, root)
        ):
            return None
        return root

    def require_admin(self) -> None:
        """Refuse whoever is no administrator."""
        if not (self.viewer.is_admin or self.viewer.system):
            raise Forbidden(
                reason={"zh": "这个页面只对管理员开放。", "en": "this page is for administrators."}
            )

    # --- names -------------------------------------------------------------------------------------

    def pick(self, zh: str, en: str) -> str:
        """One of two texts by the viewer's language; Chinese where no English is there."""
        return zh if self.lang == "zh" or not en else en

    def name(self, user_id: str | None) -> str:
        """A person's name."""
        if not user_id:
            return ""
        if user_id == "system":
            return self.pick("系统", "System")
        if user_id not in self._names:
            self.know_names([user_id])
        return self._names.get(user_id, user_id)

    def know_names(self, user_ids: Iterable[str | None]) -> None:
        """Read many names at once."""
        missing = sorted({u for u in user_ids if u and u not in self._names})
        if not missing:
            return
        for user in self.reader.find(User, id=missing):
            self._names[user.id] = self.pick(user.name, user.name_en)

    def units(self) -> Mapping[str, Unit]:
        """All units by id."""
        if self._units is None:
            self._units = {unit.id: unit for unit in self.reader.find(Unit)}
        return self._units

    def unit(self, unit_id: str | None) -> str:
        """A unit's name."""
        unit = self.units().get(unit_id or "")
        return self.pick(unit.name, unit.name_en) if unit is not None else (unit_id or "")

    def process_title(self, process_key: str) -> str:
        """The title of a process, of its newest version."""
        if self._titles is None:
            self._titles = {}
            rows = self.reader.columns(
                Deployment, ("process_key", "version", "id", "title"), active=True
            )
            for key, _, deployment_id, title in sorted(rows):
                self._titles[key] = title
                if self.lang == "en":
                    self._titles[key] = self.house.package(deployment_id).text(title, "en")
        return self._titles.get(process_key, process_key)

    def package(self, deployment_id: str) -> Package:
        """A parsed package."""
        return self.house.package(deployment_id)

    def text_of_case(self, text: str, row: Task | Instance) -> str:
        """A text of a case in the viewer's language: its own package's, else a called process's."""
        if self.lang == "zh":
            return text
        own = self.package(row.deployment_id).texts.get(text)
        if own is not None:
            return own
        for (deployment_id,) in self.reader.columns(Deployment, ("id",), active=True):
            called = self.package(deployment_id).texts.get(text)
            if called is not None:
                return called
        return text

    def drawn(self, package: Package) -> dict[str, str]:
        """The texts of a package's drawing in the viewer's language, by what is drawn."""
        if self.lang == "zh":
            return {}
        names = set(package.definition.texts().values())
        return {name: package.texts[name] for name in sorted(names) if name in package.texts}

    # --- clocks --------------------------------------------------------------------------------------

    def lamp_of_row(self, row: Task | Instance) -> q.Lamp:
        """The lamp of a list's row, from the moments copied onto it."""
        if row.due_at is None:
            if row.clock_paused:
                return q.Lamp(colour="paused", text=self.pick("已暂停", "paused"))
            return q.Lamp(colour="none", text="")
        rule = self._rule(row)
        closed = getattr(row, "closed_at", None) or getattr(row, "ended_at", None)
        if closed is not None:
            late = closed > row.due_at
            lamp = deadlines.Lamp.DONE_LATE if late else deadlines.Lamp.DONE_ON_TIME
            return q.Lamp(colour=lamp.value, text=self.pick(lamp.zh, lamp.en), due_at=row.due_at)
        colour = _colour(row, self.now_ms)
        text = self._left(row.due_at, rule, paused=row.clock_paused)
        return q.Lamp(
            colour=colour,
            text=text,
            due_at=row.due_at,
            basis=self.pick(rule.citation_zh, rule.citation_en) if rule is not None else "",
            unverified=rule is not None and rule.status is not Status.VERIFIED,
        )

    def _rule(self, row: Task | Instance) -> DeadlineRule | None:
        """The rule a row's clock goes by: as in force today, else as it last was."""
        rules = self.package(row.deployment_id).rules
        if not row.rule_id or row.rule_id not in rules:
            return None
        try:
            return rules.get(row.rule_id, legal_date(self.now))
        except NotFound:
            return rules.get(row.rule_id)

    def _left(self, due_at: int, rule: DeadlineRule | None, *, paused: bool) -> str:
        """The time left, in the rule's unit (working days where no rule is at hand)."""
        unit = rule.unit if rule is not None else deadlines.Unit.WORKING_DAYS
        left = deadlines.time_left(
            from_millis(due_at), self.now, unit, self.house.calendar(), paused=paused
        )
        return self.pick(left.zh, left.en)

    def lamp_of_clock(self, clock: Clock) -> q.Lamp:
        """The lamp of a clock row, reckoned in full."""
        due = reckon(clock, self.house_context())
        stopped = from_millis(clock.stopped_at) if clock.stopped_at is not None else None
        colour = deadlines.lamp(due, self.now, done_at=stopped)
        if clock.state == "void":
            return q.Lamp(colour="none", text=self.pick("不再适用", "no longer applies"))
        if stopped is not None:
            text = self.pick(colour.zh, colour.en)
        else:
            left = deadlines.remaining(due, self.now, self.house.calendar())
            text = self.pick(left.zh, left.en)
        rule = due.rule
        return q.Lamp(
            colour=colour.value,
            text=text,
            due_at=clock.due_at,
            basis=self.pick(rule.citation_zh, rule.citation_en),
            provisional=clock.provisional,
            unverified=rule.status is not Status.VERIFIED,
        )

    def house_context(self) -> Any:
        """What ``reckon`` needs: the house and the moment."""
        return self

    def clock_line(self, clock: Clock, root: Instance, step: str) -> q.ClockLine:
        """A clock for showing."""
        rule = DeadlineRule.from_dict(clock.rule)
        pauses = clock.moves.get("pauses", [])
        open_pause = next((p for p in reversed(pauses) if p["until"] is None), None)
        reason = rule.reason(open_pause["reason"]) if open_pause else None
        extended = sum(e["amount"] for e in clock.moves.get("extensions", []))
        maximum = rule.extension_maximum
        heads = self.viewer.has("head") or self.viewer.has("vice") or self.viewer.system
        return q.ClockLine(
            id=clock.id,
            title=self.pick(rule.zh, rule.en),
            lamp=self.lamp_of_clock(clock),
            state=clock.state,
            started_at=clock.anchor_at,
            due_at=clock.due_at,
            rolled_at=clock.rolled_at,
            earliest_at=clock.earliest_at,
            stopped_at=clock.stopped_at,
            basis=self.pick(rule.citation_zh, rule.citation_en),
            status=rule.status.value,
            status_text=self.pick(rule.status.zh, rule.status.en),
            step=step,
            paused_why=self.pick(reason.zh, reason.en) if reason else "",
            late_reason=clock.late_reason,
            pause_reasons=tuple((r.code, self.pick(r.zh, r.en)) for r in rule.pause_reasons),
            extension_left=max(0, (maximum or 0) - extended),
            unit=self.pick(rule.unit.zh, rule.unit.en(2)),
            may_move=clock.state in ("running", "paused")
            and (heads or self.viewer.user_id in root.people),
            may_extend=clock.state in ("running", "paused")
            and bool(rule.extension_approver)
            and (self.viewer.system or self.viewer.has(rule.extension_approver)),
        )

    def _article(self, article: str) -> str:
        """The article as it is cited; a package may write just its number."""
        if not article[:1].isdigit():
            return article
        return self.pick(f"第{article}条", f"Art. {article}")

    def law_text(self, law: Law, package: Package) -> q.LawText:
        """An article for showing."""
        status = Status(law.status)
        return q.LawText(
            title=package.text(law.title, self.lang),
            article=self._article(package.text(law.article, self.lang)),
            text=package.text(law.text, self.lang),
            status=law.status,
            status_text=self.pick(status.zh, status.en),
        )


def _colour(row: Task | Instance, now_ms: int) -> str:
    if row.clock_paused:
        return "paused"
    if row.due_at is not None and now_ms > row.due_at:
        return "red"
    if row.warn_at is not None and now_ms >= row.warn_at:
        return "yellow"
    return "green"


@contextmanager
def desk(house: House, query: q.Query[Any]) -> Iterator[Desk]:
    """A desk for one question."""
    with house.store.read() as reader:
        today = legal_date(house.clock.now())
        viewer = viewer_of(reader, query.viewer, today, house.roles)
        yield Desk(house, reader, viewer, query.lang)


def pairs(summary: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """A stored summary as pairs."""
    return tuple((str(key), str(value)) for key, value in summary.items())
