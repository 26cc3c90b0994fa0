"""Judging scenarios: each is played to its end, and told step by step where it goes otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal

from engine import queries as q
from engine.clock import VirtualClock, millis
from engine.commands import SYSTEM
from engine.engine import Engine
from engine.errors import Invalid, Lang, YifaError
from engine.model.rows import Document, Incident, Instance, Task
from webapp.scenarios.playing import Player, run_due_until
from webapp.scenarios.scenario import Scenario, ScenarioFailed, require

Kind = Literal["start", "task", "message", "do", "look", "fire", "expect"]
_ACTS: tuple[Kind, ...] = ("do", "task", "message", "look")


@dataclass(frozen=True)
class Said:
    """A sentence in both languages."""

    zh: str
    en: str

    def text(self, lang: Lang) -> str:
        """In the language asked for."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, kw_only=True)
class Played:
    """One step of a scenario with what came of it; ``told`` says why it went wrong."""

    kind: Kind
    what: str
    """Which task, message, action or person looked for; '' where there is nothing to name."""
    who: str
    """The user who did it; '' for what happens by itself."""
    at: int
    """When, by the clock of the office it was played in (epoch milliseconds)."""
    refusal: str = ""
    """What it was, as expected, refused with."""
    told: tuple[Said, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it went as it says."""
        return not self.told


class Judge(Player):
    """Plays a scenario and judges it. ``pace`` is called before each thing that takes time."""

    def __init__(
        self,
        scenario: Scenario,
        engine: Engine,
        clock: VirtualClock,
        *,
        pace: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(scenario, engine, clock)
        self.pace = pace

    def between(self) -> None:
        """What is done before each step; tests close the engine here and open it again."""

    def verdicts(self) -> Iterator[Played]:
        """The steps one after another, up to the first that goes wrong; at last what is expected."""
        yield (begun := self._one(self._begin, "start", {"as": self.scenario.starter}))
        if begun.told:
            return
        for step in self.scenario.steps:
            self.between()
            yield (played := self._one(partial(self.done, step), _kind(step), step))
            if played.told:
                return
        self.between()
        if self.case_id:
            yield self._played("expect", {}, told=tuple(self.unmet()))

    # --- steps ----------------------------------------------------------------------------------

    def _one(self, act: Callable[[], str], kind: Kind, step: Mapping[str, Any]) -> Played:
        try:
            self.pace()
            return self._played(kind, step, refusal=act())
        except ScenarioFailed as exc:
            return self._played(kind, step, told=(Said(exc.zh, exc.en),))

    def _played(
        self,
        kind: Kind,
        step: Mapping[str, Any],
        *,
        refusal: str = "",
        told: tuple[Said, ...] = (),
    ) -> Played:
        return Played(
            kind=kind,
            what=str(step.get(kind, "")) if kind != "fire" else "",
            who=str(step.get("as", step.get("look", ""))),
            at=millis(self.clock.now()),
            refusal=refusal,
            told=told,
        )

    def _begin(self) -> str:
        run_due_until(self.engine, self.clock, self.clock.now(), self.pace)
        refusal = _tried(self.start, self.scenario.refused)
        self.engine.run_due()
        return refusal

    def done(self, step: Mapping[str, Any]) -> str:
        """Do a step in its time; gives what it was, as expected, refused with.

        Raises ScenarioFailed where it goes otherwise.
        """
        run_due_until(self.engine, self.clock, self.moment_of(step), self.pace)
        if _kind(step) == "fire":
            self.act(step)
            return ""
        self.clock.advance(timedelta(minutes=1))
        before = self.finished_and_open()
        refused = str(step.get("refused", ""))
        refusal = _tried(lambda: self.act(step), refused)
        require(
            not refused or self.finished_and_open() == before,
            "这一步被拒绝了，事项却有变化",
            "a refused step has changed the case",
        )
        self.engine.run_due()
        return refusal

    def _look(self, step: Mapping[str, Any]) -> None:
        viewer = self.user(str(step["look"]))
        view = repr(self.engine.query(q.CasePage(viewer=viewer, case_id=self.case_id)))
        for text in step.get("shows", ()):
            require(
                text in view,
                f"事项页面应当向 {viewer} 显示“{text}”，却没有",
                f"the case's page does not show {viewer} “{text}”",
            )
        for text in step.get("hides", ()):
            require(
                text not in view,
                f"事项页面不应向 {viewer} 显示“{text}”，却显示了",
                f"the case's page shows {viewer} “{text}”",
            )

    # --- what came of it --------------------------------------------------------------------------

    def finished_and_open(self) -> tuple[int, int]:
        """What a refused step must leave as it was; a claim or an upload before it may stand."""
        return (len(self.rows(Task, state="completed")), len(self.rows(Task, state="open")))

    def unmet(self) -> Iterator[Said]:
        """Everything that is not as ``[expect]`` says."""
        expect = self.scenario.expect
        root = self.root()
        incidents = self.rows(Incident)
        if len(incidents) != expect.get("incidents", 0):
            yield _incidents(incidents)
        if "path" in expect and self.path != expect["path"]:
            yield _paths(expect["path"], self.path)
        if "state" in expect and root.state != expect["state"]:
            yield _differs("事项状态", "the case's state", expect["state"], root.state)
        opened = self.rows(Task, state="open")
        yield from self._unmet_lists(expect, opened)
        yield from _variables(root, expect.get("variables", {}))
        yield from self._lamps(opened, expect.get("lamps", {}))
        flaws = [str(flaw) for flaw in self.engine.verify(self.case_id)]
        if flaws:
            yield Said(f"证据链不完整：{flaws}", f"the evidence is broken: {flaws}")

    def _unmet_lists(self, expect: Mapping[str, Any], opened: Sequence[Task]) -> Iterator[Said]:
        found = sorted(task.element_id for task in opened)
        if "open" in expect and found != sorted(expect["open"]):
            yield _differs("待办的环节", "open steps", sorted(expect["open"]), found)
        documents = self.rows(Document)
        made = sorted({row.template for row in documents})
        if "documents" in expect and made != sorted(set(expect["documents"])):
            yield _differs("形成的文书", "documents", sorted(set(expect["documents"])), made)
        unmade = [row.template for row in documents if row.state != "ready"]
        if unmade:
            yield Said(f"没有生成的文书：{unmade}", f"documents not made: {unmade}")

    def _lamps(self, opened: Sequence[Task], wanted: Mapping[str, Any]) -> Iterator[Said]:
        for element, colour in wanted.items():
            task = next((task for task in opened if task.element_id == element), None)
            if task is None:
                yield Said(
                    f"“{element}”没有待办，所以没有灯",
                    f"“{element}” is not open, so it has no lamp",
                )
                continue
            view = self.engine.query(q.TaskPage(viewer=SYSTEM, task_id=task.id))
            if view.lamp.colour != colour:
                yield _differs(
                    f"{element} 的灯", f"the lamp of {element}", colour, view.lamp.colour
                )


def _kind(step: Mapping[str, Any]) -> Kind:
    return next((kind for kind in _ACTS if kind in step), "fire")


def _tried(act: Callable[[], None], refused: str) -> str:
    try:
        act()
    except YifaError as exc:
        told = Said(_refusal(exc, "zh"), _refusal(exc, "en"))
        if not refused:
            raise ScenarioFailed(f"被拒绝：{told.zh}", f"refused: {told.en}") from exc
        require(
            refused in told.zh or refused in told.en,
            f"被拒绝了，但理由不是“{refused}”：{told.zh}",
            f"refused, but not with “{refused}”: {told.en}",
        )
        return refused
    require(
        not refused, f"没有被拒绝（应当因“{refused}”被拒绝）", f"not refused (should be: {refused})"
    )
    return ""


def _refusal(error: YifaError, lang: Lang) -> str:
    lines = [f"{error.code}: {error.message(lang)}"]
    if isinstance(error, Invalid):
        lines += [f"[{p.code}] {p.where}: {p.text(lang)}" for p in error.problems]
    return "\n".join(lines)


def _differs(zh: str, en: str, wanted: object, found: object) -> Said:
    return Said(
        f"{zh}应为 {_shown(wanted)}，实为 {_shown(found)}",
        f"{en}: expected {_shown(wanted)}, found {_shown(found)}",
    )


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "—"
    return repr(value)[:300]


def _paths(wanted: Sequence[str], found: Sequence[str]) -> Said:
    """Where two ways part, so that nobody has to compare them by eye."""
    same = next(
        (n for n, (one, other) in enumerate(zip(wanted, found, strict=False)) if one != other),
        min(len(wanted), len(found)),
    )
    should = wanted[same] if same < len(wanted) else "—"
    was = found[same] if same < len(found) else "—"
    return Said(
        f"所办的任务从第 {same + 1} 项起不同：应为 {should}，实为 {was}"
        f"（应为 {_shown(list(wanted))}；实为 {_shown(list(found))}）",
        f"the tasks done differ from number {same + 1} on: expected {should}, found {was} "
        f"(expected {_shown(list(wanted))}; found {_shown(list(found))})",
    )


def _incidents(rows: Sequence[Incident]) -> Said:
    zh = "；".join(f"{row.element_id}：{row.zh}" for row in rows) or "无"
    en = "; ".join(f"{row.element_id}: {row.en}" for row in rows) or "none"
    return Said(f"异常与预期不符：{zh}", f"incidents are not as expected: {en}")


def _variables(root: Instance, wanted: Mapping[str, Any]) -> Iterator[Said]:
    for name, value in wanted.items():
        if name not in root.variables:
            yield Said(f"没有变量“{name}”", f"there is no variable “{name}”")
        elif root.variables[name] != value:
            yield _differs(f"变量 {name} ", f"variable {name}", value, root.variables[name])
