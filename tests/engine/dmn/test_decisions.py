"""Models as they are drawn for a township, evaluated as the engine evaluates them."""

from __future__ import annotations

import contextlib
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import dmn
from engine.errors import BudgetExceeded, EvaluationFailed, NotFound, YifaError
from engine.feel import Budget
from tests.engine.dmn.models import SAMPLES, decision, function, input_data, literal, load, table


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


CHANNEL = dmn.load(sample("channel.dmn"))
HEARING = dmn.load(sample("hearing.dmn"), imports={"urn:test:shared": sample("shared.dmn")})


def channel(**inputs: object) -> dmn.Outcome:
    base: dict[str, object] = {
        "诉求类别": "检举控告",
        "被反映人": {"姓名": "张三", "身份": "群众"},
        "涉及金额": 100,
        "收到日期": "2026-03-02",
    }
    return CHANNEL.evaluate("办理渠道", base | inputs)


# --------------------------------------------------------------------------- drawn with dmn-js


def test_the_sample_has_nothing_to_complain_of() -> None:
    found = dmn.lint(sample("channel.dmn"))
    assert {each.code for each in found} == {"dmn-gap"}  # amounts below zero, among others
    assert CHANNEL.names == ("办理渠道",)


@pytest.mark.parametrize("identity", ["党员", "公职人员"])
def test_several_values_in_a_cell(identity: str) -> None:
    outcome = channel(被反映人={"姓名": "李四", "身份": identity})
    assert outcome.value == {"渠道": "纪检", "理由": "反映李四的问题"}
    assert outcome.rules == (
        dmn.Fired(decision="办理渠道", table="DecisionTable_channel", rules=("Rule_discipline",)),
    )


@pytest.mark.parametrize(
    ("amount", "wanted"),
    [(0, "综治"), (49_999, "综治"), (Decimal("49999.99"), "综治"), (50_000, "公安"), (1e6, "公安")],
)
def test_not_and_ranges_in_cells(amount: object, wanted: str) -> None:
    outcome = channel(涉及金额=amount)
    assert isinstance(outcome.value, dict)
    assert outcome.value["渠道"] == wanted


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2022-04-30", "旧条例"),
        ("2022-05-01", "新条例"),
        (date(2022, 4, 30), "旧条例"),
        (date(2099, 12, 31), "新条例"),
        (datetime(2022, 4, 30, 12, tzinfo=UTC), "旧条例"),
    ],
)
def test_dates_in_cells(day: object, wanted: str) -> None:
    outcome = channel(诉求类别="意见建议", 收到日期=day)
    assert isinstance(outcome.value, dict)
    assert outcome.value["理由"] == wanted


def test_a_value_nobody_foresaw_is_told_not_guessed() -> None:
    outcome = channel(诉求类别="其他")
    assert outcome.value is None
    assert [each.code for each in outcome.diagnostics] == ["dmn-input-value"]
    assert "其他" in outcome.diagnostics[0].zh


def test_a_missing_value_is_told() -> None:
    outcome = channel(诉求类别="意见建议", 收到日期=None)
    assert outcome.value is None
    assert "dmn-no-rule" in [each.code for each in outcome.diagnostics]


def test_the_inputs_of_a_table_without_a_graph_are_the_names_its_columns_use() -> None:
    assert CHANNEL.decisions == (
        dmn.DecisionInfo(
            id="Decision_channel",
            name="办理渠道",
            inputs=("诉求类别", "被反映人", "涉及金额", "收到日期"),
        ),
    )


def test_a_decision_is_found_by_id_and_by_name() -> None:
    by_id = CHANNEL.evaluate("Decision_channel", {"诉求类别": "检举控告"})
    assert by_id.rules[0].decision == "办理渠道"
    with pytest.raises(NotFound) as caught:
        CHANNEL.evaluate("没有", {})
    assert "没有" in caught.value.message("zh")


# --------------------------------------------------------------------------- a graph with imports

MATTER: dict[str, Any] = {"项目名称": "路", "总投资": 1_000_000, "涉及 户数": 100, "类别": "其他"}


@pytest.mark.parametrize(
    ("change", "asked", "wanted", "rules"),
    [
        ({}, False, "不需", ()),
        ({}, True, "可以", ("h3",)),
        ({"总投资": 5_000_000}, False, "可以", ("h1",)),
        ({"涉及 户数": 2}, False, "可以", ("h1",)),
        ({"涉及 户数": 0}, False, "不需", ()),
        ({"类别": "征地", "总投资": 5_000_000}, True, "必须", ("h1", "h2")),
    ],
)
def test_whether_a_hearing_is_needed(
    change: dict[str, Any], asked: bool, wanted: str, rules: tuple[str, ...]
) -> None:
    outcome = HEARING.evaluate("是否听证", {"决策事项": MATTER | change, "有人申请听证": asked})
    assert outcome.value == wanted
    assert outcome.rules[0].rules == rules
    assert outcome.diagnostics == ()


def test_an_input_outside_the_imported_types_values_is_told() -> None:
    outcome = HEARING.evaluate(
        "是否听证", {"决策事项": MATTER | {"类别": "旅游"}, "有人申请听证": True}
    )
    assert "dmn-type" in [each.code for each in outcome.diagnostics]


def test_the_service_takes_the_decision_it_does_not_make() -> None:
    inputs = {"决策事项": MATTER, "有人申请听证": False, "是否重大": True}
    assert HEARING.evaluate_service("听证服务", inputs).value == "可以"
    assert HEARING.evaluate("由服务判断", inputs).value == "可以"
    assert HEARING.services[0].inputs == ("决策事项", "有人申请听证", "是否重大")


def test_required_inputs_are_told_with_their_types() -> None:
    assert HEARING.required_inputs("是否听证") == (
        dmn.RequiredInput(name="决策事项", type="t决策事项"),
        dmn.RequiredInput(name="有人申请听证", type="boolean"),
    )
    questions = {each.name: each.question for each in HEARING.decisions}
    assert questions["是否重大"] == "这件事是不是重大行政决策？"


# --------------------------------------------------------------------------- time and threads


def test_the_clock_is_given_not_asked() -> None:
    decisions = load(decision("d", literal("string(today())")))
    moment = datetime(2026, 12, 4, 9, tzinfo=UTC)
    assert decisions.evaluate("d", {}, now=moment).value == "2026-12-04"


def test_one_model_serves_many_threads() -> None:
    def ask(number: int) -> bool:
        amount = number % 2 * 60_000
        outcome = channel(涉及金额=amount)
        assert isinstance(outcome.value, dict)
        return bool(outcome.value["渠道"] == ("公安" if amount else "综治"))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, range(200)))


# --------------------------------------------------------------------------- hostile models

GROW = '"x" + text + text'


@pytest.mark.parametrize(
    "parts",
    [
        (decision("d", literal("count(for a in 1..100000, b in 1..100000 return a)")),),
        (decision("d", literal("count(for a in [1..999999999999] return a)")),),
        (
            function("f", ["n"], literal("f(n) + f(n)")),
            decision("d", literal("f(1)"), needs=["f:f"]),
        ),
        (
            function("f", ["n"], literal("if n < 2 then n else f(n - 1) + f(n - 2)")),
            decision("d", literal("f(40)"), needs=["f:f"]),
        ),
        (
            function("double", ["text"], literal(GROW)),
            decision("d", literal("double(" * 40 + '"x"' + ")" * 40), needs=["f:double"]),
        ),
        (
            decision(
                "d",
                "<for iteratorVariable='a'><in>" + literal("1..100000") + "</in><return>"
                "<for iteratorVariable='b'><in>"
                + literal("1..100000")
                + "</in><return>"
                + literal("a * b")
                + "</return></for></return></for>",
            ),
        ),
        (
            decision("l", literal("for a in 1..2000 return a")),
            decision(
                "d",
                "<filter><in>"
                + literal("l")
                + "</in><match><every iteratorVariable='e'><in>"
                + literal("l")
                + "</in><satisfies>"
                + literal("e > 0 and item > 0")
                + "</satisfies></every></match></filter>",
                needs=["l"],
            ),
        ),
        (
            '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#d"/>'
            "</decisionService>",
            decision("d", literal("s()"), needs=["f:s"]),
        ),
    ],
    ids=[
        "nested-for",
        "range",
        "recursion",
        "fibonacci",
        "strings",
        "boxed-for",
        "filter",
        "service",
    ],
)
def test_no_model_costs_more_than_its_budget(parts: tuple[str, ...]) -> None:
    decisions = load(*parts)
    budget = Budget(steps=50_000, size=100_000, depth=50, seconds=1.0)
    with pytest.raises(BudgetExceeded) as caught:
        decisions.evaluate("d", {}, budget=budget)
    assert caught.value.message("zh")
    assert caught.value.message("en")


def test_what_is_remembered_of_an_evaluation_stays_small() -> None:
    decisions = load(
        function("t", ["n"], table(["n"], ["y"], [["-", "n"]])),
        decision("d", literal("count(for n in 1..5000 return t(n))"), needs=["f:t"]),
        decision("e", literal("count(for n in 1..5000 return n + missing)")),
    )
    outcome = decisions.evaluate("d", {})
    assert outcome.value == 5000
    assert len(outcome.rules) <= 1000
    assert len(decisions.evaluate("e", {}).diagnostics) <= 200


def test_given_values_no_feel_value_stands_for_are_refused_by_name() -> None:
    decisions = load(input_data("x"), decision("d", literal("x"), needs=["i:x"]))
    with pytest.raises(EvaluationFailed) as caught:
        decisions.evaluate("d", {"x": object()})
    assert "x" in caught.value.message("zh")
    deep: list[object] = []
    for _ in range(1000):
        deep = [deep]
    with pytest.raises(EvaluationFailed):
        decisions.evaluate("d", {"x": deep})


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**32), st.sampled_from(["channel.dmn", "hearing.dmn"]))
def test_a_mutilated_model_is_read_or_refused_never_more(seed: int, name: str) -> None:
    rng = random.Random(seed)
    data = bytearray(sample(name))
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(data))
        stop = min(len(data), start + rng.randint(0, 40))
        other = rng.randrange(len(data))
        data[start:stop] = data[other : other + rng.randint(0, 60)]
    for lenient in (False, True):
        with contextlib.suppress(YifaError):
            decisions = dmn.load(
                bytes(data), imports={"urn:test:shared": sample("shared.dmn")}, lenient=lenient
            )
            for wanted in decisions.names:
                decisions.evaluate(wanted, {"诉求类别": "检举控告", "决策事项": MATTER})
