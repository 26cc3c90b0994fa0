"""Numbers of documents and cases: written as the standard says, read back, counted on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.law.numbering import (
    DocumentNumber,
    RegistrationNumber,
    case_number,
    check_document_number,
    check_pattern,
    parse_document_number,
    parse_pattern,
    parse_registration_number,
)


def test_a_document_number_is_written_as_the_standard_says() -> None:
    number = DocumentNumber(code="×政发", year=2026, seq=1)
    assert str(number) == "×政发〔2026〕1号"
    assert parse_document_number("×政发〔2026〕1号") == number
    assert str(number.next()) == "×政发〔2026〕2号"
    assert str(number.next(2027)) == "×政发〔2027〕1号"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("×政发[2026]1号", "六角括号"),
        ("×政发（2026）1号", "六角括号"),
        ("×政发〔26〕1号", "四位"),
        ("×政发〔2026〕第1号", "第"),
        ("×政发〔2026〕01号", "虚位"),
        ("×政发〔2026年〕1号", "年"),
        ("×政发 〔2026〕1号", "空格"),
        ("×政发〔2026〕1", "号"),
    ],
)
def test_common_mistakes_are_told_with_the_right_spelling(wrong: str, said: str) -> None:
    problems = check_document_number(wrong)
    assert any(said in problem.zh for problem in problems)
    assert all("×政发〔2026〕1号" in p.zh and "×政发〔2026〕1号" in p.en for p in problems)
    with pytest.raises(Invalid):
        parse_document_number(wrong)


@pytest.mark.parametrize("wrong", ["", "号", "〔2026〕1号", "×政发〔2026〕0号", "x" * 10_000])
def test_what_is_no_document_number_is_refused(wrong: str) -> None:
    assert check_document_number(wrong)


def test_a_value_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(Invalid):
        DocumentNumber(code="×政发", year=2026, seq=0)
    with pytest.raises(Invalid):
        DocumentNumber(code="a b", year=2026, seq=1)
    with pytest.raises(Invalid):
        RegistrationNumber(area="TX", year=2016, seq=100_000)


def test_a_registration_number() -> None:
    number = parse_registration_number("TXDR-2016-01007")
    assert (number.area, number.year, number.seq) == ("TX", 2016, 1007)
    assert str(number.next()) == "TXDR-2016-01008"
    assert str(number.next(2017)) == "TXDR-2017-00001"
    for wrong in ("TDR-2016-01007", "TXDR-16-01007", "TXDR-2016-1007", "txDR-2016-01007"):
        with pytest.raises(Invalid):
            parse_registration_number(wrong)


def test_a_case_number_follows_its_pattern() -> None:
    assert case_number("规审〔{year}〕{seq}号", year=2026, seq=7) == "规审〔2026〕7号"
    assert case_number("XF{year}-{seq:4}", year=2026, seq=7) == "XF2026-0007"
    pattern = parse_pattern("规审〔{year}〕{seq}号")
    assert pattern.parse("规审〔2026〕7号") == (2026, 7)
    assert pattern.next("规审〔2026〕7号") == "规审〔2026〕8号"
    assert pattern.next("规审〔2026〕7号", year=2027) == "规审〔2027〕1号"
    for wrong in ("规审〔2026〕07号", "规审[2026]7号", "", "x" * 1000):
        with pytest.raises(Invalid):
            pattern.parse(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "无序号",
        "{seq}",
        "{year}{seq}",
        "{year}-{seq}-{seq}",
        "{year}-{seq}-{0.__class__}",
        "{year}-{seq!r}",
        "{year}-{seq}-{unknown}",
        "{year}-{seq}1",
        "{year}-{seq:99}",
        "长" * 200 + "{year}-{seq}",
    ],
)
def test_a_pattern_that_cannot_work_is_refused(wrong: str) -> None:
    assert check_pattern(wrong)
    with pytest.raises(Invalid):
        case_number(wrong, year=2026, seq=1)


@given(
    st.sampled_from(["规审〔{year}〕{seq}号", "A{yy}/{month}/{seq:3}", "{year}.{seq:5}(x)+"]),
    st.integers(2000, 2099),
    st.integers(1, 10**8),
)
def test_numbers_read_back(pattern: str, year: int, seq: int) -> None:
    parsed = parse_pattern(pattern)
    text = parsed.number(year=year, seq=seq)
    assert parsed.parse(text) == (year, seq)
    assert parsed.parse(parsed.next(text)) == (year, seq + 1)


@given(st.text(max_size=60))
def test_hostile_text_never_crashes(text: str) -> None:
    check_document_number(text)
    check_pattern(text)


@given(st.integers(1900, 9999), st.integers(1, 999_999))
def test_document_numbers_read_back(year: int, seq: int) -> None:
    number = DocumentNumber(code="桃大政发", year=year, seq=seq)
    assert parse_document_number(str(number)) == number
