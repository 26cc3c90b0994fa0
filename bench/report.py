"""Figures with their bounds, and how they are printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing measured. ``bound`` None: only told. ``detail`` says what the figure is made of."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    detail: str = ""

    @property
    def good(self) -> bool:
        """Whether it keeps within its bound."""
        return self.bound is None or self.value <= self.bound


def typical(numbers: Iterable[float]) -> float:
    """Microseconds of seconds, at the first quartile.

    What is measured is the program; what else the machine was doing shows in the slower half.
    """
    return statistics.quantiles(numbers, n=4)[0] * 1e6


@dataclass(frozen=True)
class Spread:
    """Milliseconds of the same thing done many times over on a machine that does other things too."""

    best: float
    quartile: float
    median: float
    late: float
    """What nineteen of twenty did not exceed."""

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """The spread of these."""
        parts = statistics.quantiles(seconds, n=20, method="inclusive")
        return cls(*(1e3 * part for part in (min(seconds), parts[4], parts[9], parts[18])))

    def __str__(self) -> str:
        return f"best {self.best:,.1f}, median {self.median:,.1f}, p95 {self.late:,.1f} ms"


def timed(act: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def show(console: Console, title: str, figures: Iterable[Figure]) -> None:
    """Print one table."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in ("what", "measured", "bound", ""):
        table.add_column(heading, justify="right" if heading in ("measured", "bound") else "left")
    table.add_column("how")
    for one in figures:
        bound = "" if one.bound is None else f"≤ {one.bound:g} {one.unit}"
        mark = "" if one.bound is None else ("ok" if one.good else "[red]over[/]")
        table.add_row(one.name, f"{one.value:,.2f} {one.unit}", bound, mark, one.detail)
    console.print(table)
