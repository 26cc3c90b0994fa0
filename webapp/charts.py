"""Charts as numbers a template draws: server-side SVG, in the units of its view box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.queries import MonthFigure, StepFigure

HEATS = 4
"""Degrees of heat, the darkest last."""


def heat(value: float, most: float) -> int:
    """The degree of a value among values up to ``most``, from 1."""
    return max(1, min(HEATS, int(value / most * HEATS) + (value < most))) if most > 0 else 1


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A month: its column from ``top`` (all) with ``split`` (in time), and its share's point."""

    month: str
    x: float
    width: float
    top: float
    split: float
    dot: float | None
    percent: str


@dataclass(frozen=True, kw_only=True)
class Months:
    """A chart of months: columns of what was completed, a line of the share in time."""

    width: int
    height: int
    floor: float
    left: float
    right: float
    bars: tuple[Bar, ...]
    lines: tuple[str, ...]
    most: int
    percents: tuple[tuple[float, int], ...]


_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _FLOOR = 760, 260, 40, 720, 24, 220


def months(figures: Sequence[MonthFigure]) -> Months:
    """The chart of a trend. The share's line breaks where a month has none."""
    most = max((one.completed for one in figures), default=0)
    room = (_RIGHT - _LEFT) / max(len(figures), 1)
    tall = _FLOOR - _TOP
    bars = []
    for number, one in enumerate(figures):
        share = one.share
        bars.append(
            Bar(
                month=one.month,
                x=round(_LEFT + room * number + room * 0.2, 1),
                width=round(room * 0.6, 1),
                top=round(_FLOOR - tall * (one.completed / most if most else 0), 1),
                split=round(_FLOOR - tall * (one.in_time / most if most else 0), 1),
                dot=None if share is None else round(_FLOOR - tall * share, 1),
                percent="" if share is None else percent(share),
            )
        )
    return Months(
        width=_WIDTH,
        height=_HEIGHT,
        floor=_FLOOR,
        left=_LEFT,
        right=_RIGHT,
        bars=tuple(bars),
        lines=_lines(bars),
        most=most,
        percents=tuple((round(_FLOOR - tall * p / 100, 1), p) for p in (0, 50, 100)),
    )


def _lines(bars: Sequence[Bar]) -> tuple[str, ...]:
    found: list[list[str]] = [[]]
    for bar in bars:
        if bar.dot is None:
            found.append([])
        else:
            found[-1].append(f"{bar.x + bar.width / 2:.1f},{bar.dot}")
    return tuple(" ".join(points) for points in found if len(points) > 1)


def percent(share: float) -> str:
    """A share as people read it; only what is all is called 100 %."""
    shown = round(share * 100, 1)
    return f"{shown if share in (0, 1) else min(max(shown, 0.1), 99.9):g}%"


@dataclass(frozen=True, kw_only=True)
class StepBar:
    """A step: how far its median and its 90th percentile reach."""

    name: str
    y: int
    median: float
    ninetieth: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Steps:
    """A chart of steps: a bar to the median, a paler one to the 90th percentile."""

    width: int
    height: int
    left: int
    bars: tuple[StepBar, ...]


_ROW, _NAMES, _LONG = 26, 260, 400


def steps(figures: Sequence[StepFigure]) -> Steps:
    """The chart of what steps take; those never completed in the period are left out."""
    done = [one for one in figures if one.median is not None and one.ninetieth is not None]
    most = max((one.ninetieth or 0 for one in done), default=0) or 1
    return Steps(
        width=_WIDTH,
        height=len(done) * _ROW + 8,
        left=_NAMES,
        bars=tuple(
            StepBar(
                name=one.name,
                y=4 + number * _ROW,
                median=round((one.median or 0) / most * _LONG, 1),
                ninetieth=round((one.ninetieth or 0) / most * _LONG, 1),
                label=f"{one.median:.1f} / {one.ninetieth:.1f}",
            )
            for number, one in enumerate(done)
        ),
    )
