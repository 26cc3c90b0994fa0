"""What a supervisor asks: how cases stand, how that was month by month, and what steps take.

Every number names the list it is the length of: ``Cases`` with the ``state``, ``lamp``, ``unit``,
``process_key``, ``ended`` or ``at`` told beside it, or ``StepsTaken``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.queries.answers import CaseLine, Lamp, Page
from engine.queries.questions import Query

SOON = 3
"""Working days after today within which what falls due is due soon."""

MONTHS = 12
"""Months a trend shows, this one included."""

NO_UNIT = "-"
"""Stands for a unit where a case is of none."""


@dataclass(frozen=True, kw_only=True)
class StageCell:
    """A case at a stage. ``state``: '' (not reached), ``now``, ``done``, ``late`` (done late).

    ``lamp`` is that of the most urgent open step there; ``who`` has it; ``times`` counts how often
    the case came there, where it was more than once.
    """

    state: str = ""
    lamp: Lamp | None = None
    who: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """A case with its stages, one cell a column of its section."""

    case: CaseLine
    cells: tuple[StageCell, ...]


@dataclass(frozen=True, kw_only=True)
class BoardSection:
    """The open cases of one kind, the most urgent first; ``total`` is how many there are."""

    process_key: str
    title: str
    total: int
    stages: tuple[str, ...]
    rows: Page[BoardRow]


@dataclass(frozen=True, kw_only=True)
class Pivot:
    """Open cases by unit and kind. ``cells[unit, process]`` is (open, overdue); '' is the sum."""

    units: tuple[tuple[str, str], ...]
    processes: tuple[tuple[str, str], ...]
    cells: Mapping[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """The board: numbers of open cases, and the cases themselves by stage.

    ``counts`` are of the unit and kind asked for, ``pivot`` of the viewer's whole scope.
    ``stalled_after`` is in working days.
    """

    counts: Mapping[str, int]
    kinds: tuple[tuple[str, str, int, int], ...]
    """Key, title, open and overdue of each kind that has open cases in the unit."""
    sections: tuple[BoardSection, ...]
    pivot: Pivot
    stalled_after: int
    soon: int = SOON


@dataclass(frozen=True, kw_only=True)
class Board(Query[BoardView]):
    """The board of the viewer's scope, of one kind and one unit where they are named."""

    process_key: str = ""
    unit: str = ""
    cursor: str = ""
    limit: int = 30


@dataclass(frozen=True, kw_only=True)
class MonthFigure:
    """Cases completed in a month (``2026-05``) that had a statutory limit, and those in time."""

    month: str
    completed: int
    in_time: int

    @property
    def share(self) -> float | None:
        """The share in time, from 0 to 1; None where nothing was completed."""
        return self.in_time / self.completed if self.completed else None


@dataclass(frozen=True, kw_only=True)
class Trend(Query[tuple[MonthFigure, ...]]):
    """How many cases were completed in time, month by month, the oldest first."""

    process_key: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class StepFigure:
    """A step of a process: cases that stand there now, and what it took whoever completed it.

    ``median`` and ``ninetieth`` (nine of ten took no longer) are working time, in working days of
    24 hours; None where the step was not completed in the period. ``overdue`` of the ``count``
    were completed after their limit.
    """

    element_id: str
    name: str
    kind: str
    standing: int
    count: int
    median: float | None
    ninetieth: float | None
    overdue: int


@dataclass(frozen=True, kw_only=True)
class StepTimesView:
    """The steps of a process in the order of its newest model, which draws them."""

    process_key: str
    title: str
    deployment_id: str
    texts: Mapping[str, str]
    since: str
    until: str
    steps: tuple[StepFigure, ...]


@dataclass(frozen=True, kw_only=True)
class StepTimes(Query[StepTimesView]):
    """What steps of a process take. ``since`` and ``until`` are ISO dates, both inclusive.

    Without them, the last twelve months. Raises NotFound for an unknown process.
    """

    process_key: str
    since: str = ""
    until: str = ""


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """A completed step of a case; ``worked`` is its working time in working days of 24 hours."""

    case_id: str
    title: str
    case_no: str
    step: str
    who: str
    opened_at: int
    closed_at: int
    worked: float
    late: bool


@dataclass(frozen=True, kw_only=True)
class StepsTaken(Query[Page[StepLine]]):
    """The steps that a ``StepFigure`` counts, the last completed first."""

    process_key: str
    element_id: str
    since: str = ""
    until: str = ""
    cursor: str = ""
    limit: int = 50
