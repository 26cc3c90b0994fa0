"""Holiday notices: read as published, checked against themselves."""

import json
from datetime import date, timedelta

import pytest

from engine.errors import Invalid
from engine.law.calendar import OfficialYear, WorkCalendar
from engine.law.official import parse_csv, parse_json, parse_text

NOTICE_2026 = """国务院办公厅关于2026年部分节假日安排的通知
各省、自治区、直辖市人民政府：
经国务院批准，现将2026年元旦等放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
"""

NOTICE_2025 = """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
"""

NOTICE_2024 = """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
"""

NOTICE_2023 = """关于2023年部分节假日安排的通知
一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。
"""

NOTICE_2015 = """一、元旦：1月1日至3日放假调休，共3天。1月4日（星期日）上班。
二、春节：2月18日至24日放假调休，共7天。2月15日（星期日）、2月28日（星期六）上班。
三、清明节：4月5日放假，4月6日（星期一）补休。
四、劳动节：5月1日放假，与周末连休。
五、端午节：6月20日放假，6月22日（星期一）补休。
六、中秋节：9月27日放假。
七、国庆节：10月1日至7日放假调休，共7天。10月10日（星期六）上班。
"""


@pytest.mark.parametrize(
    ("text", "year"),
    [
        (NOTICE_2026, 2026),
        (NOTICE_2025, 2025),
        (NOTICE_2024, 2024),
        (NOTICE_2023, 2023),
    ],
)
def test_published_notices_give_the_calendar_everybody_knows(text: str, year: int) -> None:
    imported = WorkCalendar([parse_text(text, year=year)])
    known = WorkCalendar()
    first = date(year, 1, 1) - timedelta(days=2)
    for offset in range(367):
        day = first + timedelta(days=offset)
        assert imported.is_workday(day) == known.is_workday(day), day


def test_days_in_lieu_are_days_off() -> None:
    notice = parse_text(NOTICE_2015, year=2015)
    assert date(2015, 4, 6) in notice.holidays
    assert date(2015, 6, 22) in notice.holidays


def test_the_year_is_taken_from_the_title() -> None:
    assert parse_text(NOTICE_2026).year == 2026
    with pytest.raises(Invalid) as refused:
        parse_text(NOTICE_2025)
    assert refused.value.problems[0].code == "notice.no-year"


def test_advice_to_rest_is_no_day_off() -> None:
    assert date(2024, 2, 9) not in parse_text(NOTICE_2024, year=2024).holidays


def test_names_are_kept() -> None:
    notice = parse_text(NOTICE_2026)
    assert notice.names[date(2026, 2, 14)] == "春节"
    assert notice.names[date(2026, 10, 7)] == "国庆节"


def _codes(text: str, year: int = 2026) -> set[str]:
    with pytest.raises(Invalid) as refused:
        parse_text(text, year=year)
    return {problem.code for problem in refused.value.problems}


def test_a_wrong_year_is_noticed_by_the_weekdays() -> None:
    assert "notice.weekday-mismatch" in _codes(NOTICE_2026, 2027)


def test_every_fault_is_told_at_once() -> None:
    broken = NOTICE_2026.replace("共9天", "共8天").replace("5月9日（周六）上班", "5月6日上班")
    broken = broken.replace("三、清明节：4月4日（周六）至6日（周一）放假，共3天。\n", "")
    assert _codes(broken) == {"notice.length", "notice.weekday", "notice.festival"}


def test_an_empty_notice_is_refused() -> None:
    assert "notice.incomplete" in _codes("没有内容")
    with pytest.raises(Invalid):
        parse_text("假" * 200_000, year=2026)


def test_impossible_dates_are_faults_not_crashes() -> None:
    assert "notice.date" in _codes(NOTICE_2026.replace("2月28日（周六）", "2月30日"))


def test_json_and_stored_form_round_trip() -> None:
    notice = parse_text(NOTICE_2026, source="国办发明电〔2025〕7号")
    again = parse_json(json.dumps(notice.as_dict()))
    assert again == notice
    assert isinstance(again, OfficialYear)


def test_the_holiday_cn_shape_is_read() -> None:
    notice = parse_text(NOTICE_2026)
    days = [
        {"name": notice.names[day], "date": day.isoformat(), "isOffDay": day in notice.holidays}
        for day in sorted(notice.holidays | notice.make_up_days)
    ]
    assert parse_json(json.dumps({"year": 2026, "days": days})) == notice


def test_csv_is_read_with_or_without_headings() -> None:
    notice = parse_text(NOTICE_2026)
    rows = [
        f"{day},{'休' if day in notice.holidays else '班'},{notice.names[day]}"
        for day in sorted(notice.holidays | notice.make_up_days)
    ]
    assert parse_csv("日期,类型,名称\n" + "\n".join(rows)) == notice
    assert parse_csv("\ufeff" + "\n".join(rows)).holidays == notice.holidays


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"year": true}', '{"year": 2026, "holidays": 3}', "null"]
)
def test_malformed_json_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_json(text)


def test_malformed_csv_is_refused_by_line() -> None:
    with pytest.raises(Invalid) as refused:
        parse_csv("2026-01-01,休,元旦\n2026-02-31,休,春节\n2026-05-01,?,劳动节\n")
    assert {p.where for p in refused.value.problems} >= {"line 2", "line 3"}


@pytest.mark.parametrize(("text", "year"), [("0000-01-01,休", None), ("2026-01-01,休", 0)])
def test_a_year_no_calendar_has_is_told_not_stumbled_over(text: str, year: int | None) -> None:
    with pytest.raises(Invalid) as refused:
        parse_csv(text, year=year)
    assert refused.value.problems[0].code == "notice.no-year"
    with pytest.raises(Invalid):
        parse_text("0000年部分节假日安排\n一、元旦：1月1日放假。")
