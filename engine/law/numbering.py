"""Numbers by which the administration names things: documents, normative documents, cases.

Pure: sequence numbers come from whoever keeps the counters. Nothing here uses ``str.format`` on a
pattern, since patterns come from packages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.errors import Invalid, Problem

MAX_LENGTH = 80
"""Longest number or pattern read, in characters."""

_DOCUMENT = re.compile(
    r"(?P<code>[^\s\d〔〕()（）\[\]【】]{1,20})〔(?P<year>\d{4})〕(?P<seq>[1-9]\d{0,5})号"
)
_SLOPPY = re.compile(
    r"(?P<code>[^\s\d〔〕()（）\[\]【】]{1,20})\s*[〔(（\[【]\s*(?P<year>\d{2}|\d{4})\s*年?\s*[〕)）\]】]"
    r"\s*第?\s*0*(?P<seq>[1-9]\d{0,5})\s*号?"
)
_REGISTRATION = re.compile(r"(?P<area>[A-Z]{2,4})DR-(?P<year>\d{4})-(?P<seq>\d{5})")
_PLACEHOLDER = re.compile(r"\{(year|yy|month|seq)(?::0?([1-9]))?\}")
_FIELDS = {"year": r"\d{4}", "yy": r"\d{2}", "month": r"(?:0[1-9]|1[0-2])"}


@dataclass(frozen=True, kw_only=True, order=True)
class DocumentNumber:
    """发文字号 such as ``×政发〔2026〕1号``: issuer's code, year in full, sequence without zeros.

    GB/T 9704—2012 7.2.5: hexagonal brackets, no 第, no leading zeros.
    """

    code: str
    year: int
    seq: int

    def __post_init__(self) -> None:
        if not _DOCUMENT.fullmatch(str(self)):
            raise Invalid(check_document_number(str(self)))

    def __str__(self) -> str:
        return f"{self.code}〔{self.year:04d}〕{self.seq}号"

    def next(self, year: int | None = None) -> DocumentNumber:
        """The number after this one; 1 when a new year has begun."""
        if year is None or year == self.year:
            return replace(self, seq=self.seq + 1)
        return replace(self, year=year, seq=1)


@dataclass(frozen=True, kw_only=True, order=True)
class RegistrationNumber:
    """统一登记号 such as ``TXDR-2016-01007``: area letters + DR, year, five digits.

    Seen in Hunan's registers; what the first of the five digits stand for is for the county to say.
    """

    area: str
    year: int
    seq: int

    def __post_init__(self) -> None:
        if not _REGISTRATION.fullmatch(str(self)):
            raise Invalid(check_registration_number(str(self)))

    def __str__(self) -> str:
        return f"{self.area}DR-{self.year:04d}-{self.seq:05d}"

    def next(self, year: int | None = None, first: int = 1) -> RegistrationNumber:
        """The number after this one; ``first`` when a new year has begun."""
        if year is None or year == self.year:
            return replace(self, seq=self.seq + 1)
        return replace(self, year=year, seq=first)


def parse_document_number(text: str) -> DocumentNumber:
    """Read a 发文字号 written rightly. Raises Invalid naming each fault and the right spelling."""
    problems = check_document_number(text)
    found = _DOCUMENT.fullmatch(text)
    if problems or found is None:
        raise Invalid(problems)
    return DocumentNumber(code=found["code"], year=int(found["year"]), seq=int(found["seq"]))


def check_document_number(text: str) -> list[Problem]:
    """What is wrong with a 发文字号; empty when it is right."""
    if len(text) <= MAX_LENGTH and _DOCUMENT.fullmatch(text):
        return []
    meant = _meant(text)
    hint_zh = f"应写作“{meant}”" if meant else "应形如“×政发〔2026〕1号”"
    hint_en = f"write “{meant}”" if meant else "it looks like “×政发〔2026〕1号”"
    problems = [
        _problem("document", f"发文字号{zh}，{hint_zh}。", f"Document number: {en}; {hint_en}.")
        for pattern, zh, en in _COMMON_FAULTS
        if re.search(pattern, text[:MAX_LENGTH])
    ]
    return problems or [
        _problem("document", f"发文字号格式不对，{hint_zh}。", f"No document number: {hint_en}.")
    ]


_COMMON_FAULTS = (
    (r"[()（）\[\]【】]", "年份应用六角括号〔〕", "the year goes in hexagonal brackets 〔〕"),
    (r"[〔(（\[【]\s*\d{2}\s*年?\s*[〕)）\]】]", "年份应为四位全称", "the year has four digits"),
    (r"年\s*[〕)）\]】]", "括号内不写“年”字", "no 年 inside the brackets"),
    (r"第\s*\d", "不加“第”字", "no 第"),
    (r"[〕)）\]】]\s*第?\s*0\d*", "序号不编虚位", "no leading zeros"),
    (r"\s", "不留空格", "no blanks"),
    (r"\d$", "末尾应有“号”字", "it ends with 号"),
)


def parse_registration_number(text: str) -> RegistrationNumber:
    """Read a 统一登记号. Raises Invalid."""
    found = _REGISTRATION.fullmatch(text)
    if found is None:
        raise Invalid(check_registration_number(text))
    return RegistrationNumber(area=found["area"], year=int(found["year"]), seq=int(found["seq"]))


def check_registration_number(text: str) -> list[Problem]:
    """What is wrong with a 统一登记号; empty when it is right."""
    if len(text) <= MAX_LENGTH and _REGISTRATION.fullmatch(text):
        return []
    return [
        _problem(
            "registration",
            "统一登记号应形如“TXDR-2016-01007”：2–4 位大写字母加 DR、四位年份、五位序号。",
            "A registration number looks like “TXDR-2016-01007”: two to four capitals and DR, "
            "the year, five digits.",
        )
    ]


@dataclass(frozen=True, kw_only=True)
class CaseNumberPattern:
    """A process's case numbers, e.g. ``规审〔{year}〕{seq}号``; made by `parse_pattern`.

    Placeholders: ``{year}`` (four digits), ``{yy}``, ``{month}`` (two digits), ``{seq}``, and
    ``{seq:4}`` for a sequence padded to four digits.
    """

    text: str

    def number(self, *, year: int, seq: int, month: int = 1) -> str:
        """The case number of a sequence within its year. Raises Invalid for impossible values."""
        if not (1900 <= year <= 9999 and 1 <= month <= 12 and 1 <= seq < 10**9):
            raise Invalid(
                [_problem("value", "年份、月份或序号不合理。", "No such year or sequence.")]
            )

        def fill(match: re.Match[str]) -> str:
            values = {"year": f"{year:04d}", "yy": f"{year % 100:02d}", "month": f"{month:02d}"}
            width = int(match[2] or 0)
            return values.get(match[1]) or f"{seq:0{width}d}"

        return _PLACEHOLDER.sub(fill, self.text)

    def parse(self, number: str) -> tuple[int, int]:
        """Year and sequence of a case number. Raises Invalid when the number has another shape."""
        found = self._regex().fullmatch(number) if len(number) <= MAX_LENGTH else None
        if found is None:
            example = self.number(year=2026, seq=1)
            raise Invalid(
                [
                    _problem(
                        "case",
                        f"案号应形如“{example}”。",
                        f"A case number here looks like “{example}”.",
                    )
                ]
            )
        parts = found.groupdict()
        year = int(parts["year"]) if "year" in parts else 2000 + int(parts["yy"])
        return year, int(parts["seq"])

    def next(self, number: str, *, year: int | None = None) -> str:
        """The number after ``number``; the sequence begins at 1 in a new year."""
        last_year, seq = self.parse(number)
        if year is not None and year != last_year:
            return self.number(year=year, seq=1)
        return self.number(year=last_year, seq=seq + 1)

    def _regex(self) -> re.Pattern[str]:
        parts, end = [], 0
        for match in _PLACEHOLDER.finditer(self.text):
            parts.append(re.escape(self.text[end : match.start()]))
            if match[1] == "seq":
                width = int(match[2] or 0)
                zeros = rf"(?:\d{{{width}}}|[1-9]\d{{{width},8}})" if width else r"[1-9]\d{0,8}"
                parts.append(f"(?P<seq>{zeros})")
            else:
                parts.append(f"(?P<{match[1]}>{_FIELDS[match[1]]})")
            end = match.end()
        return re.compile("".join(parts) + re.escape(self.text[end:]))


def parse_pattern(text: str) -> CaseNumberPattern:
    """Check a case-number pattern of a package. Raises Invalid with every fault."""
    problems = check_pattern(text)
    if problems:
        raise Invalid(problems)
    return CaseNumberPattern(text=text)


def check_pattern(text: str) -> list[Problem]:
    """What is wrong with a case-number pattern; empty when it can be used."""
    problems = []
    if not 1 <= len(text) <= MAX_LENGTH or "\n" in text:
        problems.append(_problem("pattern", "案号格式为空或过长。", "Empty or too long."))
    names = [match[1] for match in _PLACEHOLDER.finditer(text)]
    if names.count("seq") != 1:
        problems.append(
            _problem(
                "pattern", "案号格式须有且只有一个 {seq}。", "A pattern has exactly one {seq}."
            )
        )
    if names.count("year") + names.count("yy") != 1:
        problems.append(
            _problem(
                "pattern",
                "案号格式须有且只有一个 {year}（或 {yy}），序号按年编排。",
                "A pattern has exactly one {year} (or {yy}): sequences run by the year.",
            )
        )
    if names.count("month") > 1:
        problems.append(_problem("pattern", "{month} 只能出现一次。", "{month} at most once."))
    if "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
        problems.append(
            _problem(
                "pattern",
                "花括号内只能写 year、yy、month、seq 或 seq:4。",
                "Braces hold year, yy, month, seq or seq:4 only.",
            )
        )
    if re.search(r"\}(?:\{|\d)|\d\{", text):
        problems.append(
            _problem(
                "pattern",
                "占位符之间须有分隔文字，否则案号无法辨认。",
                "Put text between placeholders and digits, or numbers become ambiguous.",
            )
        )
    return problems


def case_number(pattern: str, *, year: int, seq: int, month: int = 1) -> str:
    """The case number a pattern gives for a sequence within its year. Raises Invalid."""
    return parse_pattern(pattern).number(year=year, seq=seq, month=month)


def _meant(text: str) -> str:
    """The right spelling of a number written in one of the common wrong ways, or nothing."""
    found = _SLOPPY.fullmatch(text.strip()) if len(text) <= MAX_LENGTH else None
    if found is None:
        return ""
    year = int(found["year"])
    return f"{found['code']}〔{2000 + year if year < 100 else year}〕{found['seq']}号"


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(code=f"number.{code}", zh=zh, en=en)
