"""Statutory clocks of a case: started and stopped with elements, warned and breached by jobs.

A clock copies its rule from the pinned catalogue. Its task, and the case as a whole, carry its due
moment, so that lists need no look at clocks; a job stands at the next thing the clock has to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine.clock import from_millis, legal_date, millis
from engine.errors import Conflict, EvaluationFailed, Invalid, NotFound, Problem
from engine.handlers import back, deeds, opening, undated
from engine.handlers.services import moment
from engine.law import deadlines
from engine.law.clockstate import ClockState
from engine.law.rules import DeadlineRule
from engine.model.rows import Candidate, Clock, Instance, Job, Notice, Task

if TYPE_CHECKING:
    from engine.handlers.case import Case
    from engine.handlers.house import Context

OPEN = ("running", "paused")


class CaseClocks:
    """The clocks of one case inside one command."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._open: dict[str, Clock] = {}
        self._loaded = False
        self._pending: list[tuple[Instance, str, str]] = []
        self._touched = False

    # --- what is there -----------------------------------------------------------------------

    def load(self) -> list[Clock]:
        """The case's clocks that have not stopped; read once, and only where there are any."""
        if not self._loaded:
            self._loaded = True
            if self.case.root.clocks:
                for clock in self.case.tx.find(Clock, root_id=self.case.root.id, state=OPEN):
                    self._open.setdefault(clock.id, clock)
        return [clock for clock in self._open.values() if clock.state in OPEN]

    def get(self, clock_id: str) -> Clock | None:
        """An open clock of the case."""
        return next((clock for clock in self.load() if clock.id == clock_id), None)

    def of_task(self, task: Task) -> list[Clock]:
        """The open clocks of one task."""
        return [clock for clock in self.load() if clock.task_id == task.id]

    # --- facts -------------------------------------------------------------------------------

    def entered(self, instance: Instance, key: str, element_id: str) -> None:
        """An element was entered; its clocks start when the command's facts are worked off."""
        element = self.case.package(instance).definition.elements.get(element_id)
        if element is not None and element.deadlines:
            self._pending.append((instance, key, element_id))

    def left(self, instance: Instance, key: str, outcome: str) -> None:
        """An element was left: its clocks stop, met or missed; cancelled ones are void."""
        self._pending = [
            entry for entry in self._pending if (entry[0].id, entry[1]) != (instance.id, key)
        ]
        for clock in self.load():
            if clock.instance_id == instance.id and clock.key == key:
                if outcome != "cancelled" or not back.goes_on(self, clock):
                    self._stop(clock, outcome)
            elif clock.instance_id == instance.id and clock.moves.get(back.CARRIED) == key:
                self._stop(clock, "cancelled")

    def instance_ended(self, instance: Instance, outcome: str) -> None:
        """The process ended, and with it whatever clocks it still had."""
        self._pending = [entry for entry in self._pending if entry[0].id != instance.id]
        for clock in self.load():
            if clock.instance_id == instance.id:
                self._stop(clock, outcome)

    def _stop(self, clock: Clock, outcome: str) -> None:
        if outcome == "cancelled":
            clock.state = "void"
        else:
            clock.state = "missed" if self._is_late(clock) else "met"
            self.case.root.late |= clock.state == "missed"
            self.case.root.limited = True
        clock.stopped_at = self.case.context.now_ms
        task = self.case.task(clock.task_id) if clock.task_id else None
        if task is not None:
            clock.late_reason = task.late_reason
        self.case.tx.update(clock, *_MOVED, "stopped_at", "late_reason")
        self._unschedule(clock)
        self.case.root.clocks -= 1
        self._touched = True

    # --- starting ------------------------------------------------------------------------------

    def settle(self) -> None:
        """Start what is pending, and put the most urgent moments on tasks and case."""
        for instance, key, element_id in self._pending:
            self._start(instance, key, element_id)
        self._pending.clear()
        if self._touched or (any(True for _ in self.case.opened) and self.case.root.clocks):
            self._mark_tasks()
            self.mark_case()

    def _start(self, instance: Instance, key: str, element_id: str) -> None:
        case, context = self.case, self.case.context
        package = case.package(instance)
        element = package.definition.elements[element_id]
        task = next((t for t in case.opened if t.instance_id == instance.id and t.key == key), None)
        self.load()
        task_id = task.id if task else ""
        for rule_id in self._rules_of(instance, key, element.deadlines):
            if back.taken_up(self, instance, key, element_id, rule_id, task_id):
                continue
            try:
                rule = package.rules.get(rule_id, legal_date(context.now))
            except NotFound:
                # Out of force today: the law sets no limit any more, which the evidence says.
                context.record("deadline-not-in-force", key, {"rule": rule_id}, case.root)
                continue
            anchor = self._anchor(instance, key, element.deadline_from)
            unknown = anchor is None
            clock = Clock(
                tenant=instance.tenant,
                id=context.new_id(),
                instance_id=instance.id,
                root_id=instance.root_id,
                task_id=task_id or None,
                key=key,
                element_id=element_id,
                rule_id=rule_id,
                rule=rule.as_dict(),
                started_at=context.now_ms,
                anchor_at=context.now_ms if anchor is None else anchor,
            )
            try:
                self._reckon(clock)
            except Invalid:
                # The day it hangs on lies beyond the calendar: somebody's slip of the pen.
                unknown = True
                clock.anchor_at = context.now_ms
                self._reckon(clock)
            if unknown:
                self._undated(instance, clock, rule)
            self._open[clock.id] = clock
            case.root.clocks += 1
            case.tx.insert(clock)
            self._schedule(clock)
            self._touched = True
        for clock in back.dropped(self, instance, element_id):
            self._stop(clock, "cancelled")

    def run_on(self, clock: Clock) -> None:
        """Let a clock that had stopped go on as if it had not."""
        self._open[clock.id] = clock
        self.case.root.clocks += 1
        self._again(clock)

    def touched(self) -> None:
        """Something moved that tasks and case show."""
        self._touched = True

    def _rules_of(self, instance: Instance, key: str, named: Iterable[str]) -> list[str]:
        """Ids of the rules an element names; a formula may choose them, or none (null)."""
        found: list[str] = []
        for each in named:
            if not each.startswith("="):
                found.append(each)
                continue
            value = self._evaluate(instance, key, each)
            found += [str(one) for one in (value if isinstance(value, list) else [value]) if one]
        return found

    def _anchor(self, instance: Instance, key: str, expression: str | None) -> int | None:
        """The moment the clock counts from: now, where the model names none; None if it gives none."""
        if not expression:
            return self.case.context.now_ms
        found = moment(self._evaluate(instance, key, expression))
        return millis(found) if found is not None else None

    def _undated(self, instance: Instance, clock: Clock, rule: DeadlineRule) -> None:
        """The day the law counts from is not known: an incident, and the clock counts from now till then."""
        zh, en = undated.incident(rule)
        self.case.raise_incident(
            instance, undated.CODE, key=clock.key, element_id=clock.element_id, zh=zh, en=en
        )

    def date_anew(self, instance: Instance, key: str, element_id: str) -> None:
        """Count the clocks of an element from the day its model names, now that it is known.

        Raises Invalid as long as it is not.
        """
        element = self.case.package(instance).definition.elements[element_id]
        anchor = self._anchor(instance, key, element.deadline_from)
        if anchor is None:
            raise Invalid([undated.problem(element_id)])
        for clock in self.load():
            if clock.instance_id == instance.id and clock.key == key:
                clock.anchor_at = anchor
                self._again(clock)
                self.case.tx.update(clock, "anchor_at")
                self.case.context.record("deadline-reckoned", clock.id, said(clock), self.case.root)

    def _evaluate(self, instance: Instance, key: str, expression: str) -> object:
        run, text = self.case.run(instance), expression.removeprefix("=")
        try:
            return run.evaluate(text, key=key)
        except Conflict:
            pass  # the process itself, or a token that has gone on: the root's scope is asked
        except EvaluationFailed:
            return None
        try:
            return run.evaluate(text)
        except EvaluationFailed:
            return None

    def refuse_late_extension(self, clock: Clock) -> None:
        """Raises Invalid when the limit is over: what has ended cannot be lengthened."""
        problem = deadlines.check_extension(self.due(clock), self.case.context.now)
        if problem is not None:
            raise Invalid([problem])

    # --- reckoning -----------------------------------------------------------------------------

    def due(self, clock: Clock) -> deadlines.Due:
        """The clock's rule reckoned with all that moved it, as of now."""
        return reckon(clock, self.case.context)

    def _reckon(self, clock: Clock) -> None:
        due = self.due(clock)
        clock.due_at = millis(due.due) if due.due is not None else None
        clock.warn_at = millis(due.warn_at) if due.warn_at is not None else None
        clock.earliest_at = millis(due.earliest) if due.earliest is not None else None
        rolled = due.due_date_rolled
        clock.rolled_at = millis(deadlines.day_end(rolled)) if rolled is not None else None
        clock.provisional = due.due_provisional

    def _schedule(self, clock: Clock) -> None:
        """One job at the next moment this clock has something to say; none while it is paused."""
        tx, context = self.case.tx, self.case.context
        if clock.state != "running":
            return
        upcoming = [at for at in self._moments(clock) if at is not None]
        if not upcoming:
            return
        tx.insert(
            Job(
                tenant=clock.tenant,
                id=context.new_id(),
                kind="clock",
                lane="clock",
                due_at=max(min(upcoming), context.now_ms),
                instance_id=clock.instance_id,
                root_id=clock.root_id,
                key=clock.id,
                created_at=context.now_ms,
                held=self.case.root.state == "suspended",
            )
        )

    def _unschedule(self, clock: Clock) -> None:
        self.case.tx.delete_where(Job, instance_id=clock.instance_id, kind="clock", key=clock.id)

    def _moments(self, clock: Clock) -> Iterable[int | None]:
        if clock.warned_at is None:
            yield clock.warn_at
        if clock.breached_at is None and clock.due_at is not None:
            yield clock.due_at + 1
        told = clock.moves.get("told", ())
        for step in self.due(clock).escalations:
            if _rung(step) not in told:
                yield millis(step.at)

    # --- speaking ------------------------------------------------------------------------------

    def speak(self, clock: Clock) -> None:
        """A clock's job: warn, breach, escalate: whatever is due by now, each once."""
        context = self.case.context
        now = context.now_ms
        if clock.warned_at is None and clock.warn_at is not None and now >= clock.warn_at:
            clock.warned_at = now
            context.record("deadline-warning", clock.id, said(clock), self.case.root)
        if clock.breached_at is None and clock.due_at is not None and now > clock.due_at:
            clock.breached_at = now
            self.case.root.late = True
            context.record("deadline-breached", clock.id, said(clock), self.case.root)
        for step in self.due(clock).escalations:
            told = clock.moves.get("told", [])
            if _rung(step) not in told and millis(step.at) <= now:
                clock.moves = {**clock.moves, "told": [*told, _rung(step)]}
                self._tell(clock, step)
        self.case.tx.update(clock, "warned_at", "breached_at", "moves")
        self._unschedule(clock)
        self._schedule(clock)
        self._touched = True

    def _tell(self, clock: Clock, step: deadlines.Escalation) -> None:
        """A notice for whoever the ladder names on this rung."""
        case = self.case
        rule = DeadlineRule.from_dict(clock.rule)
        task = case.task(clock.task_id) if clock.task_id else None
        if step.role == "handler":
            values = deeds.in_hand(case, clock.instance_id, task)
        elif step.role == "dept_head" and case.root.unit_id:
            values = [f"g:dept_head@{case.root.unit_id}"]
        else:
            values = [f"g:{step.role}"]
        late = clock.due_at is not None and case.context.now_ms > clock.due_at
        for value in values:
            case.tx.insert(
                Notice(
                    tenant=clock.tenant,
                    id=case.context.new_id(),
                    root_id=clock.root_id,
                    task_id=clock.task_id,
                    value=value,
                    kind="late" if late else "warning",
                    zh=f"{rule.zh}{'已逾期' if late else '临近到期'}（{rule.citation_zh}）",
                    en=f"{rule.en} is {'overdue' if late else 'due soon'} ({rule.citation_en})",
                    at=case.context.now_ms,
                    track=case.root.track,
                )
            )

    # --- completing ----------------------------------------------------------------------------

    def objections(self, task: Task, answers: dict[str, Any], late_reason: str) -> list[Problem]:
        """Why the law does not let this task be completed now: too early, or late without a reason."""
        context = self.case.context
        problems = []
        late = False
        for clock in self.of_task(task):
            rule = DeadlineRule.from_dict(clock.rule)
            if clock.earliest_at is not None and not self._waived(task, rule, answers):
                problem = deadlines.check_completion(self.due(clock), context.now)
                # What counts for a limit that counts backwards is the day of the act, which the
                # model's constraints check; the day of its record forbids nothing.
                if problem is not None and rule.direction == "after":
                    problems.append(problem)
            late = late or self._is_late(clock)
        for clock in self._around(task, self.load()):
            # A limit over several steps: the first step handed in after its end says why.
            if self._is_late(clock) and not clock.late_reason:
                late = True
                if late_reason.strip():
                    clock.late_reason = late_reason.strip()
                    self.case.tx.update(clock, "late_reason")
        if late and not late_reason.strip():
            problems.append(
                Problem(
                    code="late-reason",
                    where="late_reason",
                    zh="已超过法定期限，请填写逾期原因后提交。",
                    en="The statutory limit has passed; say why before you submit.",
                )
            )
        return problems

    def _is_late(self, clock: Clock) -> bool:
        if clock.state == "paused":
            self._reckon(clock)  # it stood still until this moment
        return clock.due_at is not None and self.case.context.now_ms > clock.due_at

    def _waived(self, task: Task, rule: DeadlineRule, answers: dict[str, Any]) -> bool:
        if not rule.minimum_waived_when:
            return False
        run = self.case.run(self.case.instance(task.instance_id))
        text = rule.minimum_waived_when.removeprefix("=")
        try:
            return run.evaluate(text, key=task.key, extra=answers) is True
        except EvaluationFailed:
            return False

    # --- lists ---------------------------------------------------------------------------------

    def _mark_tasks(self) -> None:
        """Give each open task the moment of its own clock, else of the scope it lies in."""
        clocks = self.load()
        touched = {clock.task_id for clock in clocks if clock.task_id}
        tasks = {task.id: task for task in self.case.opened}
        for task_id in touched - set(tasks):
            found = self.case.task(task_id)
            if found is not None and found.state == "open":
                tasks[found.id] = found
        if self._touched and any(clock.task_id is None for clock in clocks):
            # A limit over several steps moved: so does what the lists show of those steps.
            tasks = {**{task.id: task for task in self._open_tasks()}, **tasks}
        for task in tasks.values():
            mine = [clock for clock in clocks if clock.task_id == task.id]
            opening.mark(task, mine or self._around(task, clocks))
            self.case.tx.update(task, "due_at", "warn_at", "sort_at", "clock_paused", "rule_id")
            self.case.tx.update_where(Candidate, {"sort_at": task.sort_at}, task_id=task.id)

    def _open_tasks(self) -> list[Task]:
        rows = self.case.tx.find(Task, root_id=self.case.root.id, state="open")
        known = [self.case.task(row.id) or row for row in rows]
        return [task for task in known if task.state == "open"]

    def _around(self, task: Task, clocks: list[Clock]) -> list[Clock]:
        instance = self.case.instance(task.instance_id)
        elements = self.case.package(instance).definition.elements
        scopes, element = set(), elements.get(task.element_id)
        while element is not None and element.parent:
            scopes.add(element.parent)
            element = elements.get(element.parent)
        return [
            clock
            for clock in clocks
            if clock.instance_id == instance.id
            and (clock.element_id in scopes or back.CARRIED in clock.moves)
        ]

    def mark_case(self) -> None:
        """Give the case the moment of its most urgent running clock."""
        root = self.case.root
        clocks = self.load()
        running = [c for c in clocks if c.state == "running" and c.due_at is not None]
        first = min(running, key=lambda clock: clock.due_at or 0, default=None)
        root.due_at = first.due_at if first is not None else None
        root.warn_at = first.warn_at if first is not None else None
        root.rule_id = first.rule_id if first is not None else None
        root.clock_paused = first is None and any(c.state == "paused" for c in clocks)

    def changed(self, clock: Clock, state: ClockState) -> None:
        """Take in a pause, an end of one, an extension or a restart, and reckon anew."""
        clock.moves = {**clock.moves, **state.as_dict()}
        clock.state = "paused" if state.paused else "running"
        self._again(clock)

    def reckon_anew(self) -> None:
        """The calendar changed: every open clock of the case."""
        for clock in self.load():
            before = (clock.due_at, clock.earliest_at)
            self._again(clock)
            if before != (clock.due_at, clock.earliest_at):
                self.case.context.record("deadline-reckoned", clock.id, said(clock), self.case.root)

    def _again(self, clock: Clock) -> None:
        """Reckon, and unsay what is no longer so: it is said again when its time comes."""
        self._reckon(clock)
        now = self.case.context.now_ms
        if clock.warn_at is not None and clock.warn_at > now:
            clock.warned_at = None
        if clock.due_at is not None and clock.due_at > now:
            clock.breached_at = None
        due = {_rung(step) for step in self.due(clock).escalations if millis(step.at) <= now}
        told = [rung for rung in clock.moves.get("told", ()) if rung in due]
        clock.moves = {**clock.moves, "told": told}
        self.case.tx.update(clock, *_MOVED)
        self._unschedule(clock)
        self._schedule(clock)
        self._touched = True


_MOVED = (
    "moves",
    "state",
    "due_at",
    "warn_at",
    "earliest_at",
    "rolled_at",
    "provisional",
    "warned_at",
    "breached_at",
)


def _rung(step: deadlines.Escalation) -> str:
    """What tells one rung of a ladder from another: several may be on one level."""
    return f"{step.level}:{step.role}"


def reckon(clock: Clock, context: Context) -> deadlines.Due:
    """A clock row's rule, reckoned with what moved it. A pause still open counts up to now."""
    return deadlines.compute(
        DeadlineRule.from_dict(clock.rule),
        from_millis(clock.anchor_at),
        context.house.calendar(),
        state=ClockState.from_dict(clock.moves),
        as_of=context.now if clock.stopped_at is None else from_millis(clock.stopped_at),
    )


def said(clock: Clock) -> dict[str, Any]:
    """What the evidence says of a clock."""
    return {"rule": clock.rule_id, "element": clock.element_id, "due_at": clock.due_at}
