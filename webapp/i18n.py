"""Languages: Chinese is the source, English a catalogue; moments and numbers as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

from flask import Flask, g, request
from flask_babel import Babel, gettext

from engine.clock import CHINA, from_millis, legal_date
from engine.config import MIB
from webapp.current import engine

LANGS = ("zh", "en")
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
LANG_COOKIE = "yifa_lang"


def install(app: Flask) -> None:
    """Choose the language of each page; give templates the filters for moments."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh_Hans_CN")
    Babel(app, locale_selector=_locale, timezone_selector=lambda: "Asia/Shanghai")
    app.before_request(_choose)
    app.jinja_env.filters.update(
        moment=moment,
        day=day,
        iso=iso,
        size=size,
        days_since=days_since,
        weeks=weeks,
        monthname=monthname,
        festival=festival,
    )


def _choose() -> None:
    wanted = request.cookies.get(LANG_COOKIE, "")
    best = request.accept_languages.best_match(["zh", "en"], default="zh")
    g.lang = wanted if wanted in LANGS else best


def _locale() -> str:
    return _LOCALES.get(g.get("lang", "zh"), "zh_Hans_CN")


def moment(value: int | None) -> str:
    """Epoch milliseconds as date and time in China."""
    return from_millis(value).astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if value else ""


def day(value: int | date | None) -> str:
    """Epoch milliseconds or a date as a date in China."""
    if value is None or value == "":
        return ""
    if isinstance(value, int):
        return from_millis(value).astimezone(CHINA).strftime("%Y-%m-%d")
    return value.isoformat()


def iso(value: int | None) -> str:
    """Epoch milliseconds as an ISO 8601 moment, for ``<time datetime>``."""
    return _iso(from_millis(value)) if value else ""


def _iso(value: datetime) -> str:
    return value.astimezone(CHINA).isoformat(timespec="minutes")


def days_since(value: int) -> int:
    """How many days of the calendar ago a moment was, in China."""
    return (legal_date(engine().house.clock.now()) - legal_date(from_millis(value))).days


class Weekday(Protocol):
    """A day that knows which of the week it is, Monday being 0."""

    @property
    def weekday(self) -> int:
        """0 is Monday."""
        ...


W = TypeVar("W", bound=Weekday)


def weeks(days: Sequence[W]) -> list[list[W | None]]:
    """The days of a month in rows of a week, Monday first, with None before and after."""
    cells: list[W | None] = [None] * days[0].weekday + list(days)
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def monthname(value: str) -> str:
    """The English name of an ISO date's month."""
    return date.fromisoformat(value).strftime("%B")


def N_(text: str) -> str:  # noqa: N802 - the name that extraction of texts knows
    """Mark a text for translation where it stands as data."""
    return text


FESTIVALS = (
    N_("元旦"),
    N_("农历除夕"),
    N_("春节"),
    N_("清明节"),
    N_("劳动节"),
    N_("端午节"),
    N_("中秋节"),
    N_("国庆节"),
)
"""Names that notices give to holidays; the calendar's page translates them."""


def festival(name: str) -> str:
    """A holiday's name in the page's language; one that is not known stays as the notice has it."""
    known, bracket, _rest = name.partition("（")
    text = str(gettext(known)) if known in FESTIVALS else known
    return text + str(gettext("（补假）")) if bracket else text


def size(value: int) -> str:
    """A file's size as people read it."""
    if value < 1024:
        return f"{value} B"
    return f"{value / 1024:.1f} KB" if value < MIB else f"{value / MIB:.1f} MB"
