"""The values an evaluation is given: converted to FEEL when first looked at, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from engine import feel
from engine.errors import EvaluationFailed
from engine.feel.types import DATE, DATE_TIME, DAY_TIME, DURATION, TIME, YEAR_MONTH, FeelType


class Given(Mapping[str, object]):
    """Plain values by name, seen as FEEL values."""

    def __init__(self, plain: Mapping[str, object]) -> None:
        self.plain = plain
        self._known: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name not in self._known:
            self._known[name] = as_feel(self.plain[name], name)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self.plain

    def __iter__(self) -> Iterator[str]:
        return iter(self.plain)

    def __len__(self) -> int:
        return len(self.plain)


class Undeclared(Mapping[str, object]):
    """Given values as decisions see them that no input data declares.

    They never hide a function of FEEL: a process may well have a variable called ``date``.
    """

    def __init__(self, given: Given) -> None:
        self._given = given

    def __getitem__(self, name: str) -> object:
        if name in feel.BUILTINS:
            raise KeyError(name)
        return self._given[name]

    def __contains__(self, name: object) -> bool:
        return name in self._given and name not in feel.BUILTINS

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._given if name not in feel.BUILTINS)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def as_feel(value: object, name: str) -> object:
    """The FEEL value of a plain one.

    Raises :class:`engine.errors.EvaluationFailed` naming the variable when there is none.
    """
    try:
        return feel.to_feel(value)
    except (TypeError, ValueError, RecursionError) as exc:
        raise EvaluationFailed(
            where=name,
            reason={
                "zh": f"变量“{name}”的值不能用于表达式（类型不支持或嵌套过深）。",
                "en": f"the value of “{name}” cannot be used in expressions "
                "(an unsupported kind, or nested too deep).",
            },
        ) from exc


_READERS: Final[Mapping[FeelType, Callable[[str], object]]] = {
    DATE: feel.parse_date,
    TIME: feel.parse_time,
    DATE_TIME: feel.parse_date_time,
    DAY_TIME: feel.parse_duration,
    YEAR_MONTH: feel.parse_duration,
    DURATION: feel.parse_duration,
}


def read_as(value: object, type_: FeelType | None) -> object:
    """``value`` with texts read as the dates, times and durations that ``type_`` wants of them.

    Variables are JSON, which has no dates: a form's answer comes as ``"2026-03-02"``. Only what
    comes from outside is read so; within FEEL a string never becomes a date by itself.
    """
    while isinstance(type_, feel.ConstrainedType):
        type_ = type_.base
    if isinstance(value, str) and type_ is not None and type_ in _READERS:
        try:
            return _READERS[type_](value)
        except feel.Null:
            return value
    if isinstance(value, list) and isinstance(type_, feel.ListType):
        return [read_as(each, type_.element) for each in value]
    if isinstance(value, feel.Context) and isinstance(type_, feel.ContextType):
        fields = dict(type_.fields)
        return feel.Context((name, read_as(each, fields.get(name))) for name, each in value.items())
    return value
