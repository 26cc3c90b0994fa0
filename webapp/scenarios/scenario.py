"""A scenario as a value, read from a file that a package holds and that anybody may have written.

A scenario is a TOML file beside its process (``docs/architecture.md`` tells the format).

Steps (``[[step]]``), each with an optional ``after`` (ISO 8601 duration) or ``at`` (moment):

- ``task`` + ``as`` (+ ``answers``, ``late_reason``): claim if need be, and complete;
- ``message`` + ``as`` (+ ``answers``): record that a message came;
- ``fire = true``: let time pass and do what is due;
- ``do`` + ``as`` (+ ``reason``): ``suspend``, ``resume``, ``cancel``; with ``rule`` (a deadline id):
  ``pause``, ``run-on``, ``extend`` (+ ``amount``) of a clock; ``urge``, ``oversee`` (+ ``due``),
  ``report``, ``lift``, ``cc`` (+ ``to``); with ``task``: ``return`` (+ ``to``, an element),
  ``withdraw``, ``reassign`` and ``delegate`` (+ ``to``), ``ask`` for opinions (+ ``to``, ``when``);
- ``look`` = somebody (+ ``shows``, ``hides``: texts): what the case's page tells them.

``refused = "code or text"`` says that the step must be refused so, and nothing may have changed;
beside ``[start]`` it says so of the start. Answers may hold ``{ file = "a.docx", text = "…" }`` (is
uploaded first) and ``{ person = "role" }`` (a user's id); they are laid over what stands in the
task's form already, as on its page. ``process`` names the process to start where it is not the
scenario's own: one that only others call is shown by its caller. ``region`` names the local law that
it is written for, where its limits hang on one. ``[expect]`` says what must have
come of it: ``path``, ``state``, ``documents``, ``open``, ``lamps``, ``variables``, ``incidents``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.clock import CHINA
from engine.law.reckoning import add_months
from engine.law.tables import loads

FOLDER = "scenarios/"
"""Where in a package its scenarios lie."""
MOST_STEPS = 300
"""Steps of one scenario."""
LONGEST = timedelta(days=366 * 30)
"""How far from its beginning a scenario may go: statutory limits are shorter."""


class ScenarioFailed(AssertionError):
    """The scenario says something that is not so: a task that is not open, an unknown entry."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def require(holds: object, zh: str, en: str) -> None:
    """Raise ScenarioFailed with the text in both languages unless ``holds``."""
    if not holds:
        raise ScenarioFailed(zh, en)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One example of how a matter goes."""

    process: str
    name: str
    title: str
    at: datetime
    starter: str
    answers: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...] = ()
    expect: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""
    """Whose local law it is written for; '' where any will do."""
    refused: str = ""
    """What the start must be refused with; '' where it must succeed."""

    @property
    def id(self) -> str:
        """How it is named: process and file."""
        return f"{self.process}-{self.name}"


def read_scenario(path: Path) -> Scenario:
    """One file of a shipped package. Raises ScenarioFailed naming what is wrong in it."""
    return parse(path.read_bytes(), process=path.parents[1].name, name=path.stem)


def paths(files: Mapping[str, bytes]) -> list[str]:
    """The scenarios among the files of a package."""
    return sorted(path for path in files if path.startswith(FOLDER) and path.endswith(".toml"))


def parse(content: bytes, *, process: str, name: str) -> Scenario:
    """A scenario of the package of ``process``. Raises ScenarioFailed naming what is wrong in it."""
    try:
        data = loads(content.decode())
    except (UnicodeDecodeError, ValueError) as exc:
        raise ScenarioFailed(
            f"{name}.toml 不是正确的 TOML：{exc}", f"{name}.toml is no valid TOML: {exc}"
        ) from exc
    where = f"{name}.toml"
    _only(data, _TOP, where)
    missing = [key for key in ("title", "at", "starter") if key not in data]
    require(not missing, f"{where} 缺少 {missing}", f"{where} lacks {missing}")
    steps = data.get("step", [])
    require(
        isinstance(steps, list) and all(isinstance(step, dict) for step in steps),
        f"{where}：环节应写成 [[step]]",
        f"{where}: steps are written as [[step]]",
    )
    require(
        len(steps) <= MOST_STEPS,
        f"{where} 的环节超过 {MOST_STEPS} 个",
        f"{where} has more than {MOST_STEPS} steps",
    )
    for number, step in enumerate(steps, 1):
        _step(step, f"{where}，第 {number} 个环节", f"{where}: step {number}")
    _expectations(data.get("expect", {}), where)
    return Scenario(
        process=data.get("process", process),
        name=name,
        title=data["title"],
        at=moment(data["at"]),
        starter=data["starter"],
        answers=data.get("start", {}),
        steps=tuple(steps),
        expect=data.get("expect", {}),
        region=data.get("region", ""),
        refused=data.get("refused", ""),
    )


def _is_moment(value: object) -> bool:
    try:
        moment(value)
    except (ValueError, OverflowError):
        return False
    return True


def _is_duration(value: object) -> bool:
    match = _DURATION.fullmatch(str(value))
    return match is not None and all(len(part or "") < 6 for part in match.groups())


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kind)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_Shapes = Mapping[str, Callable[[Any], bool]]
_TEXT = _is(str)
_TOP: _Shapes = {
    "title": _TEXT, "at": _is_moment, "starter": _TEXT, "process": _TEXT, "refused": _TEXT,
    "region": _TEXT,
    "start": _is(dict), "step": _is(list), "expect": _is(dict),
}  # fmt: skip
_STEP: _Shapes = {
    "task": _TEXT, "message": _TEXT, "fire": _is(bool), "do": _TEXT, "look": _TEXT, "as": _TEXT,
    "after": _is_duration, "at": _is_moment, "answers": _is(dict), "late_reason": _TEXT,
    "refused": _TEXT, "reason": _TEXT, "rule": _TEXT, "amount": _is_number, "shows": _texts,
    "hides": _texts, "to": lambda value: _TEXT(value) or _texts(value), "when": _TEXT,
    "due": lambda value: isinstance(value, str | date),
}  # fmt: skip
_EXPECTED: _Shapes = {
    "path": _texts, "state": _TEXT, "documents": _texts, "open": _texts, "lamps": _is(dict),
    "variables": _is(dict), "incidents": _is_number,
}  # fmt: skip


def _only(data: Mapping[str, Any], shapes: _Shapes, zh: str, en: str = "") -> None:
    """Refuse entries nobody reads, and values that are not what the entry is for."""
    en = en or zh
    unknown = sorted(set(data) - set(shapes))
    require(not unknown, f"{zh}有不认识的条目 {unknown}", f"{en} has unknown entries {unknown}")
    for key, value in data.items():
        require(
            shapes[key](value), f"{zh}的 {key} 写得不对", f"{en}: {key} is not written properly"
        )


def _step(step: Mapping[str, Any], zh: str, en: str) -> None:
    _only(step, _STEP, zh, en)
    acts = [kind for kind in ("task", "message", "do", "look") if kind in step]
    require(
        acts or step.get("fire"),
        f"{zh}没有写办什么（task、message、do、look 或 fire）",
        f"{en} names no task, no message, nothing to do or look at, and does not fire",
    )
    needs_actor = acts and "look" not in step
    require(
        not needs_actor or "as" in step, f"{zh}没有写由谁办（as）", f"{en} does not say who (as)"
    )
    if step.get("do") in ("pause", "run-on", "extend"):
        require("rule" in step, f"{zh}没有写哪个期限（rule）", f"{en} names no limit (rule)")


def _expectations(expect: Mapping[str, Any], where: str) -> None:
    _only(expect, _EXPECTED, f"{where} 的 [expect] ", f"{where}: [expect]")


def moment(value: object) -> datetime:
    """A moment as scenarios write it; without a zone it is China's."""
    read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if not 1990 <= read.year <= 2200:
        raise ValueError("no year of an office's files")
    return read if read.tzinfo else read.replace(tzinfo=CHINA)


_DURATION = re.compile(
    r"P(?!$)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?!$)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def later(start: datetime, duration: str) -> datetime:
    """A moment moved on by an ISO 8601 duration, months and years by the calendar."""
    match = _DURATION.fullmatch(duration)
    require(match, f"“{duration}”不是 ISO 8601 时长", f"no ISO 8601 duration: {duration}")
    assert match is not None
    parts = {name: int(value or 0) for name, value in match.groupdict().items()}
    far = parts["years"] * 366 + parts["months"] * 31 + parts["weeks"] * 7 + parts["days"]
    require(far <= LONGEST.days, f"“{duration}”太长", f"{duration} is too long")
    local = start.astimezone(CHINA)
    day = add_months(local.date(), parts.pop("years") * 12 + parts.pop("months"))
    return local.replace(year=day.year, month=day.month, day=day.day) + timedelta(**parts)
