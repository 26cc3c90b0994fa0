"""What stops a token without harming its instance."""

from __future__ import annotations

from engine.errors import BudgetExceeded, EvaluationFailed, YifaError


class Stuck(Exception):
    """The token cannot go on by itself; both texts say why and what helps."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code, self.zh, self.en = code, zh, en
        super().__init__(en)

    @classmethod
    def by(cls, error: YifaError) -> Stuck:
        """The same as an error of the house, which has both texts already."""
        return cls(_code(error), error.message("zh"), error.message("en"))


def _code(error: YifaError) -> str:
    match error:
        case BudgetExceeded():
            return "expression-budget"
        case EvaluationFailed():
            return "expression-failed"
    return error.code
