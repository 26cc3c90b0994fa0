"""Reading the State Council's yearly holiday notice, whatever shape it arrives in.

Three shapes: the notice's own text, JSON, or CSV. All give an `OfficialYear`, or raise Invalid with
everything found wrong. An imported notice decides what is late by law, so it is checked against
itself: weekdays in brackets, announced lengths, festivals that must occur.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from engine.errors import Invalid, Problem
from engine.law.calendar import OfficialYear

MAX_TEXT = 100_000
"""Longest notice read, in characters; the real ones have about 600."""

FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""The seven holidays of all citizens, 全国年节及纪念日放假办法 第二条."""

_OFF = {"休", "放假", "holiday", "off", "true", "1"}
_ON = {"班", "上班", "补班", "workday", "make-up", "work", "false", "0"}

_DIGITS = "一二三四五六七八九十"
_NUMBER = rf"(?:[{_DIGITS}]{{1,3}}、|（[{_DIGITS}]{{1,3}}）|\d{{1,2}}[.．、])"
_ITEM = re.compile(rf"(?:^|[\n。；：]){_NUMBER}([^\n：\d]{{2,20}})：")
_BROKEN = re.compile(rf"\n(?!{_NUMBER}[^\n：\d]{{2,20}}：)")
"""A line's end that ends no sentence: a page's width broke it."""
_SIGNED = re.compile(r"办公厅|印发|国办发")
_PLAIN = str.maketrans("０１２３４５６７８９():;．", "0123456789（）：；.")
_DAY = re.compile(
    r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日"
    r"(?:[（(](?P<note>[^（）()]{0,30})[）)])?"
)
_RANGE = re.compile(r"\s*(?:至|到|—|－|-|~|～)\s*")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_LENGTH = re.compile(r"(?:共|放假)\s*(\d{1,2})\s*天")
_TITLE_YEAR = re.compile(r"(\d{4})年(?:部分)?节假日")
_WORKS = re.compile(r"上班|补班")
_RESTS = re.compile(r"放假|公休|补休|调休|休息")
_ADVICE = re.compile(r"鼓励|建议|结合带薪")


def parse_text(text: str, *, year: int | None = None, source: str = "") -> OfficialYear:
    """Read the notice as published (“一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。…”).

    ``year`` is taken from the title (2026年部分节假日安排) when not given. Raises Invalid with all
    faults: a weekday that does not fit its date, an announced length that does not fit the range,
    a festival missing, a make-up day that is no weekend day.
    """
    _refuse_oversized(text)
    text = _unbroken(text)
    title = _TITLE_YEAR.search(text)
    known = int(title.group(1)) if year is None and title else year
    if known is None:
        raise Invalid([_problem("no-year", "通知中没有年份，请填写所属年份。", "Give the year.")])
    _refuse_unusable(known)
    draft = _Draft(known, source)
    if title and int(title.group(1)) != known:
        draft.fault(
            "other-year",
            f"这是 {title.group(1)} 年的通知，而所填年份是 {known} 年。",
            f"This is the notice of {title.group(1)}, and the year given is {known}.",
        )
    items = list(_ITEM.finditer(text))
    for number, item in enumerate(items):
        end = items[number + 1].start() if number + 1 < len(items) else len(text)
        _read_item(draft, item.group(1).strip(), text[item.end() : end])
    return draft.finish()


def _unbroken(text: str) -> str:
    """The notice as it was written, whatever copying did to its spaces, lines, digits and brackets."""
    lines = "\n".join(text.translate(_PLAIN).splitlines())
    lines = re.sub(r"[^\S\n]+", "", lines)
    return _BROKEN.sub("", re.sub(r"\n+", "\n", lines))


def parse_json(text: str, *, source: str = "") -> OfficialYear:
    """Read JSON: ``{"year", "holidays": […], "make_up_days": […]}`` or the holiday-cn shape.

    Entries are ISO dates or ``{"date", "name"}``; the holiday-cn shape has ``days`` with ``date``,
    ``name`` and ``isOffDay``. Raises Invalid with all faults.
    """
    _refuse_oversized(text)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as bad:
        raise Invalid(
            [_problem("json", f"不是有效的 JSON：{bad}", f"Not valid JSON: {bad}")]
        ) from bad
    year = data.get("year") if isinstance(data, dict) else None
    if not isinstance(year, int) or isinstance(year, bool) or not 1900 <= year <= 2200:
        raise Invalid([_problem("no-year", "缺少 year（1900–2200）。", "year is missing.")])
    draft = _Draft(year, source or str(data.get("source") or ""))
    for place, off, entry in _json_entries(data, draft):
        if not isinstance(entry, dict):
            entry = {"date": entry}
        draft.add_iso(str(entry.get("date", "")), off, str(entry.get("name") or ""), place)
    return draft.finish()


def parse_csv(text: str, *, year: int | None = None, source: str = "") -> OfficialYear:
    """Read CSV lines ``date,kind,name``; kind is 休/放假/holiday or 班/上班/workday.

    A first line without a date is taken for headings. Raises Invalid with all faults, by line.
    """
    _refuse_oversized(text)
    rows = [row for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) if any(row)]
    if rows and not re.search(r"\d", rows[0][0]):
        rows = rows[1:]
    parsed = [(row[0].strip().replace("/", "-"), row) for row in rows]
    years = [int(day[:4]) for day, _ in parsed if re.match(r"\d{4}-", day)]
    if year is None and not years:
        raise Invalid([_problem("empty", "没有任何日期。", "There are no dates.")])
    # A notice may name the last days of the year before, never of the year after.
    known = max(years) if year is None else year
    _refuse_unusable(known)
    draft = _Draft(known, source)
    for number, (day, row) in enumerate(parsed, start=1):
        kind = row[1].strip().lower() if len(row) > 1 else ""
        place = f"line {number}"
        if kind not in _OFF | _ON:
            draft.fault(
                "kind",
                f"{day} 的类型“{kind}”应为“休”或“班”。",
                f"{day}: kind must be off or work.",
                place,
            )
            continue
        draft.add_iso(day, kind in _OFF, row[2].strip() if len(row) > 2 else "", place)
    return draft.finish()


@dataclass
class _Draft:
    """A notice being read, with what was wrong so far."""

    year: int
    source: str
    holidays: dict[date, str] = field(default_factory=dict)
    make_up: dict[date, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def fault(self, code: str, zh: str, en: str, where: str = "") -> None:
        self.problems.append(_problem(code, zh, en, where))

    def add_iso(self, text: str, off: bool, name: str, where: str) -> None:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.fault("date", f"“{text}”不是日期（年-月-日）。", f"“{text}” is no date.", where)
            return
        self.add(day, off, name, where)

    def add(self, day: date, off: bool, name: str, where: str = "") -> None:
        if not self.year - 1 <= day.year <= self.year + 1:
            self.fault("year", f"{day} 不属于{self.year}年的通知。", f"{day}: wrong year.", where)
        if day in (self.make_up if off else self.holidays):
            self.fault("both", f"{day} 既放假又上班。", f"{day} is both off and worked.", where)
        if not off and day.weekday() < 5:
            self.fault("weekday", f"补班日 {day} 不是周末。", f"{day} is no weekend day.", where)
        (self.holidays if off else self.make_up)[day] = name

    def finish(self) -> OfficialYear:
        for month, dom, name in ((1, 1, "元旦"), (5, 1, "劳动节"), (10, 1, "国庆节")):
            if date(self.year, month, dom) not in self.holidays:
                self.fault(
                    "incomplete",
                    f"缺少{name}（{month}月{dom}日），请核对通知是否完整。",
                    f"{date(self.year, month, dom)} is not off; the notice seems incomplete.",
                )
        named = " ".join(self.holidays.values())
        for name in FESTIVALS:
            if named.strip() and name.removesuffix("节") not in named:
                self.fault("festival", f"没有{name}的安排。", f"Nothing is said about {name}.")
        if self.problems:
            raise Invalid(self.problems)
        return OfficialYear(
            year=self.year,
            holidays=frozenset(self.holidays),
            make_up_days=frozenset(self.make_up),
            source=self.source,
            names=self.holidays | self.make_up,
        )


def _read_item(draft: _Draft, name: str, body: str) -> None:
    """One numbered item of the notice: a festival, its days off, its make-up days."""
    first: date | None = None
    for sentence in re.split(r"[。；;\n]", body):
        if not sentence.strip() or _ADVICE.search(sentence):
            continue  # 鼓励休息 is advice, no day off
        spans = list(_spans(draft, sentence, first))
        if spans and first is None:
            first = spans[0][0]
        if _WORKS.search(sentence) and not _RESTS.search(sentence):
            for start, end in spans:
                for day in _days(start, end):
                    draft.add(day, False, name, name)
        elif _RESTS.search(sentence):
            _mixed_sentence(draft, name, sentence, spans)
        elif spans and not _SIGNED.search(sentence):
            draft.fault(
                "unclear",
                f"“{sentence.strip()}”一句没有写明放假还是上班。",
                f"“{sentence.strip()}” says neither that one is off nor that one works.",
                name,
            )


def _mixed_sentence(
    draft: _Draft, name: str, sentence: str, spans: list[tuple[date, date]]
) -> None:
    off = [day for start, end in spans for day in _days(start, end)]
    if _WORKS.search(sentence):
        draft.fault(
            "mixed",
            f"“{sentence.strip()}”一句中既有放假又有上班，请断开。",
            "One sentence names days off and days worked; split it.",
            name,
        )
        return
    for day in off:
        draft.add(day, True, name, name)
    stated = _LENGTH.search(sentence)
    if stated and off and int(stated.group(1)) != len(off):
        draft.fault(
            "length",
            f"{name}写明共{stated.group(1)}天，而日期为{len(off)}天。",
            f"{name}: announced {stated.group(1)} days, the dates give {len(off)}.",
            name,
        )


def _spans(draft: _Draft, sentence: str, near: date | None) -> Iterator[tuple[date, date]]:
    """The dates and ranges of dates a sentence names, ends included."""
    matches = list(_DAY.finditer(sentence))
    month, year, number = None, None, 0
    while number < len(matches):
        start, month, year = _date(draft, matches[number], month, year, near)
        end = start
        if number + 1 < len(matches):
            between = sentence[matches[number].end() : matches[number + 1].start()]
            if _RANGE.fullmatch(between):
                number += 1
                end, month, year = _date(draft, matches[number], month, year, near)
        number += 1
        if start and end and start <= end and (end - start).days < 31:
            yield start, end
        elif start and end:
            draft.fault("range", f"“{sentence.strip()}”的起止日期有误。", "The range is wrong.")


def _date(
    draft: _Draft, match: re.Match[str], month: int | None, year: int | None, near: date | None
) -> tuple[date | None, int | None, int | None]:
    """One date; month and year may be left out where the text before gives them."""
    month = int(match["month"]) if match["month"] else month
    if match["year"]:
        year = int(match["year"])
    text = match.group(0)
    try:
        if month is None:
            raise ValueError
        day = date(year or draft.year, month, int(match["day"]))
    except ValueError:
        draft.fault("date", f"“{text}”不是有效日期。", f"“{text}” is no date.")
        return None, month, year
    if not match["year"] and year is None and near and month == 12 and near.year < draft.year:
        day = date(near.year, month, day.day)  # 2022年12月31日…12月30日上班
    weekday = _WEEKDAY.search(match["note"] or "")
    if weekday and "一二三四五六日".index(weekday.group(1).replace("天", "日")) != day.weekday():
        draft.fault(
            "weekday-mismatch",
            f"{day} 不是通知所写的{weekday.group(0)}，请核对年份和日期。",
            f"{day} is not the weekday the notice gives; check year and date.",
        )
    return day, month, year


def _days(start: date, end: date) -> Iterator[date]:
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


def _json_entries(data: dict[str, Any], draft: _Draft) -> Iterator[tuple[str, bool, Any]]:
    if isinstance(data.get("days"), list):
        for number, entry in enumerate(data["days"]):
            place = f"days[{number}]"
            if isinstance(entry, dict) and isinstance(entry.get("isOffDay"), bool):
                yield place, entry["isOffDay"], entry
            else:
                draft.fault("kind", f"{place} 缺少 isOffDay。", f"{place}: isOffDay?", place)
        return
    for key, off in (("holidays", True), ("make_up_days", False)):
        entries = data.get(key, [])
        if not isinstance(entries, list):
            draft.fault("shape", f"{key} 应为列表。", f"{key} must be a list.", key)
            continue
        for number, entry in enumerate(entries):
            yield f"{key}[{number}]", off, entry


def _refuse_oversized(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise Invalid([_problem("size", "通知过长，请只导入一个年度。", "The notice is too long.")])


def _refuse_unusable(year: int) -> None:
    if not 1900 <= year <= 2200:
        zh = f"{year} 不是可用的年份（1900–2200），请核对日期和所属年份。"
        en = f"{year} is no usable year (1900–2200); check the dates and the year given."
        raise Invalid([_problem("no-year", zh, en)])


def _problem(code: str, zh: str, en: str, where: str = "") -> Problem:
    return Problem(code=f"notice.{code}", zh=zh, en=en, where=where)
