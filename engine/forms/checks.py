"""Whether one typed answer satisfies its field's rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Any

from engine.clock import CHINA, legal_date
from engine.errors import Problem
from engine.forms import limits
from engine.forms.components import compile_pattern
from engine.forms.messages import answer_problem
from engine.forms.schema import CHOICES, MANY, Kind, Subtype
from engine.forms.state import Node
from engine.forms.values import empty

PeopleCheck = Callable[[str, str, str], bool]
"""``(user_id, role, unit)`` → whether there is such a user who has the role there; "" means any."""

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{3,18}[0-9](转[0-9]{1,6})?")
_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN, traps=[])


@dataclass(frozen=True)
class Checker:
    """Checks nodes; holds what comes from outside the form."""

    now: datetime
    people: PeopleCheck | None
    texts: Mapping[str, str]

    def problems(self, node: Node) -> Iterator[Problem]:
        """Everything wrong with this node's own answer (not with those below it)."""
        if node.readonly or node.disabled:
            return
        if node.bad is not None:
            yield self._problem(node, node.bad.code, **node.bad.data)
            return
        if node.kind is Kind.DYNAMICLIST:
            yield from self._rows(node)
        elif empty(node.kind, node.value):
            if node.limits.required:
                yield self._problem(node, _REQUIRED.get(node.kind, "required"))
            else:
                yield from self._count(node, 0)
        else:
            yield from self._value(node)
        if node.broken_rule is not None:
            yield self._rule(node)

    def _problem(self, node: Node, code: str, **data: Any) -> Problem:
        return answer_problem(code, node.path, texts=self.texts, label=node.label, **data)

    def _rule(self, node: Node) -> Problem:
        where = node.path or next((n.path for n in node.walk() if n.path), "")
        problem = answer_problem("rule", where, texts=self.texts, label=node.label)
        message = node.broken_rule
        if not message:
            return problem
        return Problem(
            code=problem.code,
            zh=message,
            en=self.texts.get(message, message),
            where=where,
            data=problem.data,
        )

    def _value(self, node: Node) -> Iterator[Problem]:
        if node.component.picker is not None:
            yield from self._picked(node)
        match node.kind:
            case Kind.TEXTFIELD | Kind.TEXTAREA if node.component.picker is None:
                yield from self._text(node)
            case Kind.NUMBER:
                yield from self._number(node)
            case Kind.DATETIME:
                yield from self._moment(node)
            case Kind.FILEPICKER:
                yield from self._files(node)
        if node.kind in MANY:
            yield from self._count(node, len(_list(node.value)))

    def _rows(self, node: Node) -> Iterator[Problem]:
        if node.overflow:
            yield self._problem(
                node, "list.many", limit=limits.ROWS_EVER, count=len(node.rows) + node.overflow
            )
            return
        count = sum(not row.blank for row in node.rows)
        yield from self._count(node, count)
        if not count and node.limits.required and not node.limits.min_items:
            yield self._problem(node, "list.few", limit=1, count=0)

    def _count(self, node: Node, count: int) -> Iterator[Problem]:
        least, most = node.limits.min_items, node.limits.max_items
        if least is not None and count < least:
            yield self._problem(node, "list.few", limit=least, count=count)
        if most is not None and count > most:
            yield self._problem(node, "list.many", limit=most, count=count)

    def _picked(self, node: Node) -> Iterator[Problem]:
        for user in _list(node.value) if node.kind in MANY else [node.value]:
            roles = node.roles or ("",)
            if self.people is None or not any(
                self.people(str(user), role, node.unit) for role in roles
            ):
                yield self._problem(node, "people.unknown", value=str(user)[:40])

    def _text(self, node: Node) -> Iterator[Problem]:
        text = str(node.value)
        rules, bounds = node.component.rules, node.limits
        usual = limits.LINE if node.kind is Kind.TEXTFIELD else limits.PARAGRAPH
        most = usual if bounds.max_length is None else min(bounds.max_length, limits.PARAGRAPH)
        if len(text) > most:
            yield self._problem(node, "text.long", limit=most, count=len(text))
            return
        if bounds.min_length is not None and len(text) < bounds.min_length:
            yield self._problem(node, "text.short", limit=bounds.min_length, count=len(text))
        if rules.validation_type == "email" and not (len(text) <= 254 and _EMAIL.fullmatch(text)):
            yield self._problem(node, "text.email")
        elif rules.validation_type == "phone" and not _PHONE.fullmatch(text):
            yield self._problem(node, "text.phone")
        if rules.pattern and not _pattern(rules.pattern).search(text):
            yield self._problem(node, "text.pattern")

    def _number(self, node: Node) -> Iterator[Problem]:
        number = Decimal(str(node.value))
        each, bounds = node.component, node.limits
        exponent = number.as_tuple().exponent
        places = max(0, -exponent) if isinstance(exponent, int) else 0
        if each.decimals is not None and places > each.decimals:
            code = "number.decimals" if each.decimals else "number.integer"
            yield self._problem(node, code, limit=each.decimals)
        if each.increment is not None and _EXACT.remainder(number, each.increment):
            yield self._problem(node, "number.step", limit=f"{each.increment:f}")
        if bounds.min is not None and number < bounds.min:
            yield self._problem(node, "number.min", limit=f"{bounds.min:f}")
        if bounds.max is not None and number > bounds.max:
            yield self._problem(node, "number.max", limit=f"{bounds.max:f}")

    def _moment(self, node: Node) -> Iterator[Problem]:
        each, value = node.component, str(node.value)
        if each.minutes and each.subtype is not Subtype.DATE:
            moment = value[-8:] if each.subtype is Subtype.TIME else value[11:19]
            if int(moment[3:5]) % each.minutes or moment[6:8] not in ("", "00"):
                yield self._problem(node, "time.step", limit=each.minutes)
        if each.subtype is Subtype.TIME:
            return
        at = moment_of(value, end=False)
        low, high = bound(node, end=False), bound(node, end=True)
        if at is not None and low is not None and at < low:
            yield self._problem(node, "date.min", limit=told(node.limits.min_date))
        if at is not None and high is not None and at > high:
            yield self._problem(node, "date.max", limit=told(node.limits.max_date))
        if each.rules.no_past and at is not None and at < self._present(each.subtype):
            yield self._problem(node, "date.past")

    def _present(self, subtype: Subtype) -> datetime:
        if subtype is Subtype.DATE:
            return datetime.combine(legal_date(self.now), time(), CHINA)
        return self.now.astimezone(CHINA).replace(second=0, microsecond=0)

    def _files(self, node: Node) -> Iterator[Problem]:
        files = [ref for ref in _list(node.value) if isinstance(ref, Mapping)]
        if node.multiple:
            yield from self._count(node, len(files))
        for ref in files:
            name = str(ref.get("name", ""))
            accept, most = node.component.accept, node.component.max_size
            if accept and not accepted(accept, name, str(ref.get("type", ""))):
                yield self._problem(node, "file.accept", limit=", ".join(accept), value=name[:80])
            size = ref.get("size")
            if most is not None and not (isinstance(size, int) and size <= most):
                yield self._problem(node, "file.size", limit=readable(most), value=name[:80])


_REQUIRED = {
    Kind.CHECKBOX: "required.checked",
    Kind.FILEPICKER: "required.file",
    **dict.fromkeys(CHOICES, "required.choice"),
}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> Any:
    return compile_pattern(pattern)


def accepted(accept: tuple[str, ...], name: str, media_type: str) -> bool:
    """Whether a file's ending or media type is among those of an ``accept`` attribute."""
    lower = name.lower()
    for each in accept:
        if each.startswith("."):
            if lower.endswith(each):
                return True
        elif each.endswith("/*"):
            if media_type.lower().startswith(each[:-1]):
                return True
        elif media_type.lower() == each or each == "*":
            return True
    return False


def readable(size: int) -> str:
    """A size for people: 20 MB."""
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= factor:
            return f"{size / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} B"


def told(moment: str) -> str:
    """An ISO moment for people: 2026-09-01 09:30."""
    return moment[:16].replace("T", " ")


def bound(node: Node, *, end: bool) -> datetime | None:
    """The latest (or earliest) moment a datetime field may have."""
    text = node.limits.max_date if end else node.limits.min_date
    if node.component.subtype is Subtype.DATE and text:
        moment = moment_of(text, end=False)
        if moment is None:
            return None
        return datetime.combine(legal_date(moment), time(), CHINA)
    return moment_of(text, end=end)


def moment_of(text: str, *, end: bool) -> datetime | None:
    """An ISO date or moment as an aware one, in China's zone where it names none.

    A bare date is its first moment, or with ``end`` its last.
    """
    try:
        if len(text) == len("2026-09-01"):
            day = datetime.combine(date.fromisoformat(text), time(), CHINA)
            return day + timedelta(days=1, microseconds=-1) if end else day
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
