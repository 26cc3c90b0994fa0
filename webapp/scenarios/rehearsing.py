"""Rehearsals: all scenarios of a package played in a throw-away office, as a test before it holds.

A rehearsal founds the invented township on a temporary SQLite file, deploys the package with what it
calls and what calls it, and plays each scenario in a copy of that file, under a clock of its own.
It runs in a thread of its own, within a time of its own; the real office is asked for nothing but
its law and its calendar, and outside operations do nothing there.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

import structlog

from engine import catalog
from engine.clock import VirtualClock
from engine.commands import SYSTEM, Deploy, KeepScenarioRun
from engine.engine import Engine
from engine.errors import Conflict, Invalid, Lang, Problem, YifaError
from webapp import founding
from webapp.scenarios import kept, shipped
from webapp.scenarios.judging import Judge, Played, Said
from webapp.scenarios.scenario import Scenario, ScenarioFailed, parse, paths

MOST = 2
"""Rehearsals under way in one program, each of another administrator."""
KEPT = 12
"""Finished ones whose results are kept."""
MOST_SCENARIOS = 100
SECONDS = 600.0
"""How long one may take in all; what has not been played by then is told as not played."""
SECONDS_EACH = 60.0
FOUNDED_BEFORE = timedelta(days=30)
"""How long before its scenario an office was founded."""

State = Literal["waiting", "running", "passed", "failed", "stopped"]
_log = structlog.get_logger()

Packages = Mapping[str, Mapping[str, bytes]]


class Stopped(Exception):
    """Time is up, or its owner ended it."""


@dataclass
class Outcome:
    """One scenario with what came of it so far."""

    path: str
    scenario: Scenario | None
    """None where it cannot be read, which ``played`` tells."""
    state: State = "waiting"
    played: list[Played] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its file, without the ending."""
        return self.path.removeprefix("scenarios/").removesuffix(".toml")

    @property
    def left(self) -> int:
        """Steps that were not come to."""
        steps = len(self.scenario.steps) if self.scenario else 0
        done = sum(1 for one in self.played if one.kind not in ("start", "expect"))
        return steps - done


@dataclass
class Rehearsal:
    """A run of all scenarios of one state of a process; written by its thread, read by pages."""

    owner: str
    key: str
    state: str
    sha256: str
    """Of the files it plays, so that a page can tell that a draft was changed since."""
    outcomes: list[Outcome]
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    problems: tuple[Problem, ...] = ()
    """Why the package could not be deployed there at all."""
    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What is drawn is called in Chinese and English, by element."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of people by the role or id that scenarios name them by."""
    late: bool = False
    """Whether its time was up before all were played."""
    at: int = 0
    """When it ended, where it is read from what was kept (epoch milliseconds)."""
    halt: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def name(self, element: str, lang: Lang) -> str:
        """How an element is called; '' where it is none."""
        zh, en = self.texts.get(element, ("", ""))
        return zh if lang == "zh" else en

    @property
    def under_way(self) -> bool:
        """Whether it still runs."""
        return self.ended is None

    @property
    def counts(self) -> dict[State, int]:
        """How many scenarios are in which state."""
        found: dict[State, int] = {}
        for one in self.outcomes:
            found[one.state] = found.get(one.state, 0) + 1
        return found

    @property
    def seconds(self) -> int:
        """How long it took, or takes so far."""
        return round((time.monotonic() if self.ended is None else self.ended) - self.began)


class Rehearsals:
    """The rehearsals of one program."""

    def __init__(self, office: Engine) -> None:
        self._office = office
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str, str], Rehearsal] = OrderedDict()

    def of(self, owner: str, key: str, state: str) -> Rehearsal | None:
        """The last one of a state that its owner began."""
        with self._lock:
            return self._known.get((owner, key, state))

    def begin(self, owner: str, key: str, state: str, packages: Packages) -> Rehearsal:
        """Play all scenarios of ``packages[key]``; the others are what it may call, or be called by.

        Raises Conflict (one of the owner's is under way, or too many are).
        """
        files = packages[key]
        made = Rehearsal(
            owner=owner,
            key=key,
            state=state,
            sha256=catalog.package_hash(files),
            outcomes=list(_read(key, files)),
        )
        with self._lock:
            running = [one for one in self._known.values() if one.under_way]
            if any(one.owner == owner for one in running):
                raise Conflict(
                    reason={
                        "zh": "您的上一次场景测试还没有结束。请等它结束，或者先停止它。",
                        "en": "your last run of scenarios is under way. Wait for its end, or stop it.",
                    }
                )
            if len(running) >= MOST:
                raise Conflict(
                    reason={
                        "zh": f"已有 {MOST} 位管理员在运行场景测试，请稍后再试。",
                        "en": f"{MOST} administrators are running scenarios; try again later.",
                    }
                )
            self._known.pop((owner, key, state), None)
            self._known[(owner, key, state)] = made
            for old in [k for k, one in self._known.items() if not one.under_way][: -KEPT or None]:
                self._known.pop(old)
        work = threading.Thread(
            target=_run, args=(self._office, made, packages), name="yifa-rehearsal", daemon=True
        )
        work.start()
        return made

    def stop(self, owner: str) -> None:
        """End what an administrator has under way, after the step it is at."""
        with self._lock:
            for one in self._known.values():
                if one.owner == owner and one.under_way:
                    one.halt.set()


def _read(key: str, files: Mapping[str, bytes]) -> Iterator[Outcome]:
    for path in paths(files)[:MOST_SCENARIOS]:
        outcome = Outcome(path, None)
        try:
            outcome.scenario = parse(files[path], process=key, name=outcome.name)
        except ScenarioFailed as exc:
            outcome.state = "failed"
            outcome.played.append(_told(exc.zh, exc.en))
        yield outcome


def _unplayed(exc: Exception) -> Played:
    zh, en = (
        (exc.message("zh"), exc.message("en"))
        if isinstance(exc, YifaError)
        else (type(exc).__name__, type(exc).__name__)
    )
    return _told(f"无法演示这个场景：{zh}", f"cannot be played: {en}")


def _told(zh: str, en: str) -> Played:
    return Played(kind="start", what="", who="", at=0, told=(Said(zh, en),))


# ---------------------------------------------------------------------- at work


def _run(office: Engine, rehearsal: Rehearsal, packages: Packages) -> None:
    """In a thread: nothing it raises would be heard, so everything is told in the rehearsal."""
    folder = Path(tempfile.mkdtemp(prefix="yifa-scenarios-"))
    try:
        _play_all(office, rehearsal, packages, folder)
    except Stopped:
        rehearsal.late = not rehearsal.halt.is_set()
    except Invalid as exc:
        rehearsal.problems = tuple(exc.problems)
    except YifaError as exc:
        told = Problem(code=exc.code, zh=exc.message("zh"), en=exc.message("en"))
        rehearsal.problems = (told,)
    except Exception:
        _log.exception("rehearsal failed", process=rehearsal.key)
        rehearsal.problems = (
            Problem(
                code="rehearsal",
                zh="运行场景时出现意外错误，已记入日志。请联系系统管理人员。",
                en="Running the scenarios met an unexpected error, which the log tells. Show it to "
                "who runs the system.",
            ),
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for one in rehearsal.outcomes:
            if one.state in ("waiting", "running"):
                one.state = "stopped"
        _keep(office, rehearsal)
        rehearsal.ended = time.monotonic()
        rehearsal.done.set()


def _keep(office: Engine, rehearsal: Rehearsal) -> None:
    """Put it where every server of the office finds it, but what its owner broke off."""
    if rehearsal.halt.is_set():
        return
    try:
        office.execute(
            KeepScenarioRun(
                actor=rehearsal.owner,
                process_key=rehearsal.key,
                state=rehearsal.state,
                sha256=rehearsal.sha256,
                result=kept.as_data(rehearsal),
            )
        )
    except Exception:  # it is shown from memory then, until the program ends
        _log.exception("rehearsal not kept", process=rehearsal.key)


def _play_all(office: Engine, rehearsal: Rehearsal, packages: Packages, folder: Path) -> None:
    scenarios = [one.scenario for one in rehearsal.outcomes if one.scenario is not None]
    wanted = _needed(packages, {rehearsal.key, *(one.process for one in scenarios)})
    rehearsal.names = _names(scenarios)
    for files in wanted.values():
        rehearsal.texts = {**rehearsal.texts, **catalog.drawn_names(files)}
    for region in sorted({one.region for one in scenarios}):
        founded = folder / f"in-{region}"
        founded.mkdir()
        _found(office, rehearsal, wanted, region, founded)
        for number, outcome in enumerate(rehearsal.outcomes):
            if outcome.scenario is not None and outcome.scenario.region == region:
                _look_up(rehearsal)
                with _copied(founded, folder / str(number)) as place:
                    _play(office, rehearsal, outcome, place)


def _found(
    office: Engine, rehearsal: Rehearsal, wanted: Packages, region: str, place: Path
) -> None:
    """The township with the packages, before the first of its scenarios."""
    moments = [
        one.scenario.at
        for one in rehearsal.outcomes
        if one.scenario is not None and one.scenario.region == region
    ]
    clock = VirtualClock(min(moments) - FOUNDED_BEFORE)
    with founding.beside(office, place, clock, harmless=True, region=region) as engine:
        founding.settle(engine, shipped.township(), None)
        for files in founding.in_calling_order(wanted).values():
            _look_up(rehearsal)
            engine.execute(Deploy(actor=SYSTEM, files=files))


@contextmanager
def _copied(founded: Path, place: Path) -> Iterator[Path]:
    shutil.copytree(founded, place)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _needed(packages: Packages, wanted: set[str]) -> dict[str, Mapping[str, bytes]]:
    """The packages named, and whatever they call. Raises ModelRejected for one that is no model."""
    found: dict[str, Mapping[str, bytes]] = {}
    queue = [key for key in packages if key in wanted]
    while queue:
        key = queue.pop()
        if key in found or key not in packages:
            continue
        found[key] = packages[key]
        queue += catalog.called_processes(packages[key])
    return {key: packages[key] for key in packages if key in found}


def _play(office: Engine, rehearsal: Rehearsal, outcome: Outcome, place: Path) -> None:
    scenario = outcome.scenario
    assert scenario is not None, "only what can be read is played"
    outcome.state = "running"
    until = time.monotonic() + SECONDS_EACH

    def pace() -> None:
        _look_up(rehearsal)
        if time.monotonic() > until:
            raise ScenarioFailed(
                f"一个场景最多运行 {SECONDS_EACH:.0f} 秒",
                f"one scenario may take {SECONDS_EACH:.0f} seconds",
            )

    clock = VirtualClock(scenario.at)
    region = scenario.region
    with founding.beside(office, place, clock, harmless=True, region=region) as engine:
        judge = Judge(scenario, engine, clock, pace=pace)
        try:
            for played in judge.verdicts():
                outcome.played.append(played)
        except ScenarioFailed as exc:
            outcome.played.append(_told(exc.zh, exc.en))
        except (YifaError, ArithmeticError, LookupError, TypeError, ValueError) as exc:
            # A scenario is written by anybody: what it says may be of a kind nobody foresaw.
            _log.warning("scenario not played", error=type(exc).__name__, process=rehearsal.key)
            outcome.played.append(_unplayed(exc))
    outcome.state = "passed" if all(one.passed for one in outcome.played) else "failed"


def _look_up(rehearsal: Rehearsal) -> None:
    if rehearsal.halt.is_set() or time.monotonic() - rehearsal.began > SECONDS:
        raise Stopped


def _names(scenarios: Sequence[Scenario]) -> dict[str, str]:
    """Who is who in the township, for everybody that scenarios name."""
    found: dict[str, str] = {}
    for scenario in scenarios:
        for who in (scenario.starter, *(s.get("as", s.get("look", "")) for s in scenario.steps)):
            try:
                found[who] = shipped.person(who).name if who else ""
            except ScenarioFailed:
                continue
    return found
