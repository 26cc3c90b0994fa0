"""The State Council's notices as they were really worded, 2019 to 2026, and notices made up at random."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import Invalid, Problem
from engine.law import official
from engine.law.calendar import WorkCalendar

HEAD = """国务院办公厅关于{year}年
部分节假日安排的通知
国办发明电〔{before}〕1号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将{year}年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
TAIL = """
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置，确保人民群众祥和平安度过节日假期。
国务院办公厅
{before}年11月{day}日
"""
ITEMS = {
    2019: """一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。
二、春节：2月4日至10日放假调休，共7天。2月2日（星期六）、2月3日（星期日）上班。
三、清明节：4月5日放假，与周末连休。
四、劳动节：5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。
五、端午节：6月7日放假，与周末连休。
六、中秋节：9月13日放假，与周末连休。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2021: """一、元旦：2021年1月1日至3日放假，共3天。
二、春节：2月11日至17日放假调休，共7天。2月7日（星期日）、2月20日（星期六）上班。
三、清明节：4月3日至5日放假调休，共3天。
四、劳动节：5月1日至5日放假调休，共5天。4月25日（星期日）、5月8日（星期六）上班。
五、端午节：6月12日至14日放假，共3天。
六、中秋节：9月19日至21日放假调休，共3天。9月18日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月26日（星期日）、10月9日（星期六）上班。""",
    2022: """一、元旦：2022年1月1日至3日放假，共3天。
二、春节：1月31日至2月6日放假调休，共7天。1月29日（星期六）、1月30日（星期日）上班。
三、清明节：4月3日至5日放假调休，共3天。4月2日（星期六）上班。
四、劳动节：4月30日至5月4日放假调休，共5天。4月24日（星期日）、5月7日（星期六）上班。
五、端午节：6月3日至5日放假，共3天。
六、中秋节：9月10日至12日放假，共3天。
七、国庆节：10月1日至7日放假调休，共7天。10月8日（星期六）、10月9日（星期日）上班。""",
    2023: """一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。""",
    2024: """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2026: """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}
KNOWN = WorkCalendar()


def notice(year: int) -> str:
    return HEAD.format(year=year, before=year - 1) + ITEMS[year] + TAIL.format(
        before=year - 1, day=25
    )  # fmt: skip


def days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", sorted(ITEMS))
def test_every_wording_gives_the_working_days_the_country_had(year: int) -> None:
    read = WorkCalendar([official.parse_text(notice(year))])
    wrong = [day for day in days(year) if read.is_workday(day) != KNOWN.is_workday(day)]
    assert wrong == []


@pytest.mark.parametrize("year", sorted(ITEMS))
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", ""),  # pasted from a PDF as one line
        ("\n", "\r\n\r\n"),
        ("（", "("),
        ("日", "日 "),
        ("：", ":"),
        ("。", "；"),
        ("至", "—"),
        ("、\n", "、"),
    ],
)
def test_how_it_was_copied_changes_nothing(year: int, old: str, new: str) -> None:
    text = notice(year)
    copied = text.replace(old, new).replace("）", ")") if old == "（" else text.replace(old, new)
    assert official.parse_text(copied) == official.parse_text(text)


def test_full_width_digits_are_digits() -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    assert official.parse_text(notice(2025).translate(wide)) == official.parse_text(notice(2025))


def test_items_numbered_otherwise_are_items() -> None:
    plain = official.parse_text(notice(2025))
    for number, sign in enumerate("一二三四五六", 1):
        assert official.parse_text(notice(2025).replace(f"{sign}、", f"{number}. ")) is not None
    arabic = notice(2025)
    for number, sign in enumerate("一二三四五六", 1):
        arabic = arabic.replace(f"\n{sign}、", f"\n{number}．")
    assert official.parse_text(arabic) == plain


def test_a_notice_of_another_year_than_was_said_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        official.parse_text(notice(2025), year=2026)
    assert "notice.other-year" in {problem.code for problem in refused.value.problems}


# --- made up ---------------------------------------------------------------------------------------

FESTIVALS = (("元旦", 1), ("春节", 2), ("清明节", 4), ("劳动节", 5), ("端午节", 6), ("中秋节", 9),
             ("国庆节", 10))  # fmt: skip
WEEK = "一二三四五六日"


@st.composite
def made_up(draw: st.DrawFn) -> tuple[int, str, set[date], set[date]]:
    """A notice in one of the usual wordings, with the days off and the days worked it means."""
    year = draw(st.integers(2019, 2060))
    weekday = draw(st.sampled_from(["", "周", "星期"]))
    lines, off, worked = [], set(), set()

    def say(day: date, month: bool = True) -> str:
        said = f"{day.month}月{day.day}日" if month else f"{day.day}日"
        return said + (f"（{weekday}{WEEK[day.weekday()]}）" if weekday else "")

    for (name, month), number in zip(FESTIVALS, "一二三四五六七", strict=True):
        first = date(
            year, month, 1 if name in ("元旦", "劳动节", "国庆节") else draw(st.integers(1, 20))
        )
        length = draw(st.integers(1, 9))
        last = first + timedelta(days=length - 1)
        off |= {first + timedelta(days=n) for n in range(length)}
        span = (
            say(first) if length == 1 else f"{say(first)}至{say(last, last.month != first.month)}"
        )
        tail = draw(st.sampled_from(["放假，共{n}天", "放假调休，共{n}天", "放假{n}天"]))
        lines.append(f"{number}、{name}：{span}{tail.format(n=length)}。")
        weekend = [d for n in range(1, 12) if (d := last + timedelta(days=n)).weekday() > 4]
        extra = draw(st.lists(st.sampled_from(weekend), unique=True, max_size=2))
        if extra:
            lines[-1] += "、".join(say(day) for day in sorted(extra)) + "上班。"
            worked |= set(extra)
    head = f"国务院办公厅关于{year}年部分节假日安排的通知\n"
    assume(not off & worked)
    return year, head + draw(st.sampled_from(["\n", ""])).join(lines), off, worked


@given(made_up())
def test_what_a_notice_says_is_what_is_understood(
    made: tuple[int, str, set[date], set[date]],
) -> None:
    year, text, off, worked = made
    read = official.parse_text(text)
    assert (read.year, set(read.holidays), set(read.make_up_days)) == (year, off, worked)


@given(st.text(alphabet="0123456789年月日至、。（）周一星期放假上班元旦春节：\n共天", max_size=300))
def test_no_text_whatever_is_more_than_refused(text: str) -> None:
    problems: list[Problem] = []
    try:
        official.parse_text("2026年部分节假日安排\n" + text)
    except Invalid as refused:
        problems.extend(refused.problems)
    assert all(problem.zh and problem.en for problem in problems)
