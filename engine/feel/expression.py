"""From text to a compiled expression, and from there to a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

from engine.errors import BudgetExceeded
from engine.feel.budget import ACTIVE, DEFAULT, Budget, Meter, Run, exceeded, standing
from engine.feel.builtins import BUILTINS
from engine.feel.compiler import Compiler
from engine.feel.convert import to_feel
from engine.feel.diagnostics import Diagnostic
from engine.feel.frames import Code, Root
from engine.feel.lexer import Token, failure
from engine.feel.parser import Parser
from engine.feel.types import FeelType, resolve_type
from engine.feel.values import NOTHING

_EMPTY: Final[Mapping[str, object]] = MappingProxyType({})
BUILTIN_NAMES: Final = frozenset(BUILTINS)
"""The names of the built-in functions, known in every expression."""

_DEEPEST: Final = 64
_CACHED: Final = 4096
_CACHED_LONG: Final = 64
_SHORT: Final = 1_000
_SHOWN: Final = 80


class Expression:
    """A compiled text: immutable, safe to share between threads and to keep.

    ``names`` are the variables it uses and does not bind itself (built-in functions are not among
    them).
    """

    __slots__ = ("_code", "names", "text")

    def __init__(self, text: str, names: frozenset[str], code: Code) -> None:
        self.text = text
        self.names = names
        self._code = code

    def evaluate(
        self,
        scope: Mapping[str, object] = _EMPTY,
        *,
        input: object = NOTHING,  # noqa: A002 - the specification's word for the tested value
        now: datetime | None = None,
        budget: Budget | Meter | None = None,
        warn: list[Diagnostic] | None = None,
    ) -> object:
        """The value in ``scope``, whose plain values are converted when first used.

        ``input`` is the value of ``?`` in unary tests; ``now`` the aware moment that ``now()`` and
        ``today()`` tell. What goes wrong gives null and, into ``warn``, a diagnostic. Evaluations
        within an evaluation (functions made by the caller) share the outer one's budget, as do
        those given the same ``Meter`` instead of a budget; without one the standing budget holds.
        Raises BudgetExceeded.
        """
        run = _begin(budget, now, warn)
        root = Root(run, scope)
        if input is not NOTHING:
            root.values["?"] = to_feel(input)
        token = ACTIVE.set(run)
        try:
            return self._code(root)
        except RecursionError:
            exceeded("嵌套过深。", "it nests too deep.")
        except BudgetExceeded as error:
            if error.data.get("where") != "FEEL":
                raise
            shown = self.text[:_SHOWN]
            raise BudgetExceeded(where=shown, reason=error.data["reason"]) from None
        finally:
            ACTIVE.reset(token)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def _begin(
    budget: Budget | Meter | None, now: datetime | None, warn: list[Diagnostic] | None
) -> Run:
    outer = ACTIVE.get()
    if isinstance(budget, Meter):
        return Run(budget, now, warn)
    if outer is None:
        return Run(Meter(budget or standing()), now, warn)
    return Run(outer.meter, now or outer.now, warn)


Form = Literal["expression", "tests"]


def compile(  # noqa: A001 - the word for it
    text: str,
    *,
    names: Iterable[str] = (),
    budget: Budget = DEFAULT,
    types: Mapping[str, FeelType] = _EMPTY,  # type: ignore[assignment]
) -> Expression:
    """Compile an expression; raises FeelSyntaxError telling what was expected where.

    ``names`` are the variables and functions in scope; those with spaces or operators in them are
    recognised only when told here (the longest match wins). ``types`` are named types for
    ``instance of``. ``budget.depth`` bounds the nesting of the text (64 at most).
    """
    return _cached(text, "expression", names, budget, types)


def compile_unary(
    text: str,
    *,
    names: Iterable[str] = (),
    budget: Budget = DEFAULT,
    types: Mapping[str, FeelType] = _EMPTY,  # type: ignore[assignment]
) -> Expression:
    """Compile unary tests (a decision table's input entry); evaluate with ``input=``."""
    return _cached(text, "tests", names, budget, types)


def _cached(
    text: str,
    form: Form,
    names: Iterable[str],
    budget: Budget,
    types: Mapping[str, FeelType],
) -> Expression:
    # Long texts get a small cache of their own, so that no one fills the memory with them.
    read = _compiled if len(text) <= _SHORT else _compiled_long
    depth = min(budget.depth, _DEEPEST)
    known = tuple(sorted(types.items(), key=lambda item: item[0]))
    return read(text, form, frozenset(names), depth, known)


def _compile(
    text: str,
    form: Form,
    names: frozenset[str],
    depth: int,
    types: tuple[tuple[str, FeelType], ...],
) -> Expression:
    known = dict(types)
    parser = Parser(text, names=names, types=known, builtins=BUILTIN_NAMES, depth=depth)
    try:
        tree = parser.expression_text() if form == "expression" else parser.unary_tests_text()
        code = Compiler(BUILTINS, known).compile(tree)
    except RecursionError:
        end = Token("end", "", len(text), len(text), False)
        raise failure(text, end, "嵌套较浅的表达式", "an expression nested less") from None
    return Expression(text, frozenset(parser.free), code)


_compiled = lru_cache(maxsize=_CACHED)(_compile)
_compiled_long = lru_cache(maxsize=_CACHED_LONG)(_compile)


def parse_type(text: str, types: Mapping[str, FeelType] = _EMPTY) -> FeelType:  # type: ignore[assignment]
    """Read a type (``list<number>``); raises FeelSyntaxError, LookupError for an unknown name."""
    ref = Parser(text, types=types).type_text()
    found = resolve_type(ref, types)
    if found is None:
        raise LookupError(text)
    return found
