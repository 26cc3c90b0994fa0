"""A wrong text says what was expected where, in Chinese and English."""

from __future__ import annotations

import pytest

from engine import feel
from engine.feel import FeelSyntaxError


@pytest.mark.parametrize(
    ("text", "line", "column", "zh", "en"),
    [
        ("a > ", 1, 5, "值、名称或括号", "a value, a name or a bracket"),
        ("1 2", 1, 3, "运算符或结尾", "an operator or the end"),
        ("(1 + 2", 1, 7, "“)”", '")"'),
        ("if a then b", 1, 12, "“else”", '"else"'),
        ("[1,\n 2", 2, 3, "“]”", '"]"'),
        ("for i [1] return i", 1, 7, "“in”", '"in"'),
        ("{a: 1, a: 2}", 1, 11, "不重复的键", "a key that is not there yet"),
        ("f(a: 1, 2)", 1, 10, "全部具名", "all named"),
        ("x between 1 or 3", 1, 13, "“and”", '"and"'),
        ("x instance 3", 1, 12, "“of”", '"of"'),
        ("金额 ＞ 5", 1, 4, "运算符", "an operator"),
        ("姓名 = “张三”", 1, 6, "值、名称或括号", "a value"),
        ('姓名 = "张三', 1, 6, "值、名称或括号", "a value"),
        ("a == 1", 1, 4, "值、名称或括号", "a value"),
        ("a && b", 1, 3, "运算符或结尾", "an operator or the end"),
    ],
)
def test_place_and_expectation(text: str, line: int, column: int, zh: str, en: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        feel.compile(text)
    error = caught.value
    assert (error.line, error.column) == (line, column)
    assert zh in error.message("zh")
    assert f"第{line}行第{column}列" in error.message("zh")
    assert en in error.message("en")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("金额 ＞ 5", "全角符号“＞”请改成半角"),
        ("姓名 = “张三”", "半角引号"),
        ("部门 = 'a'", "双引号"),
        ('姓名 = "张三', "引号没有配对"),
        ("a == 1", "只用一个等号"),
        ("a && b", "写作 and"),
        ("a || b", "写作 or"),
        ("1 /* 没完", "注释缺少结尾"),
    ],
)
def test_common_slips_get_a_hint(text: str, hint: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        feel.compile(text)
    assert hint in caught.value.message("zh")


def test_full_width_is_fine_in_declared_names_and_strings() -> None:
    expression = feel.compile("金额（元） > 5 and 部门 = “a”", names=["金额（元）", "“a”"])
    assert expression.evaluate({"金额（元）": 6, "部门": 1, "“a”": 1}) is True
    assert feel.compile('"（，）"').evaluate() == "（，）"
