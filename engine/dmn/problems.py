"""Gathering what is wrong with a model, so that all of it is told at once."""

from __future__ import annotations

from engine.errors import ModelRejected, Problem


class Problems:
    """Collects the problems of one file."""

    def __init__(self, file: str = "") -> None:
        self.file = file
        self.found: list[Problem] = []

    def error(
        self, code: str, zh: str, en: str, *, where: str = "", line: int | None = None
    ) -> None:
        """Something for which the model cannot be deployed."""
        self._add(Problem(code=code, zh=zh, en=en, where=where, line=line, file=self.file))

    def warning(
        self, code: str, zh: str, en: str, *, where: str = "", line: int | None = None
    ) -> None:
        """Something the author should look at."""
        self._add(
            Problem(
                code=code,
                zh=zh,
                en=en,
                where=where,
                line=line,
                file=self.file,
                severity="warning",
            )
        )

    def _add(self, problem: Problem) -> None:
        if len(self.found) < _MOST and problem not in self.found:
            self.found.append(problem)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Those that forbid deployment."""
        return tuple(problem for problem in self.found if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The others."""
        return tuple(problem for problem in self.found if problem.severity == "warning")

    def raise_if_any(self) -> None:
        """Raise :class:`ModelRejected` with everything found if any of it is an error."""
        if self.errors:
            raise ModelRejected(sorted(self.found, key=_order))


def _order(problem: Problem) -> tuple[bool, int]:
    return problem.severity == "warning", problem.line or 0


_MOST = 500
