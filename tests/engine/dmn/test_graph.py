"""Requirement graphs: what is evaluated, how often, and what each part sees."""

from __future__ import annotations

import pytest

from engine import dmn
from engine.errors import BudgetExceeded, ModelRejected
from engine.feel import Budget
from tests.engine.dmn.models import (
    DMN15,
    codes,
    decision,
    definitions,
    function,
    input_data,
    literal,
    load,
    table,
)

# --------------------------------------------------------------------------- decisions


def test_a_decision_sees_what_it_requires_by_name() -> None:
    decisions = load(
        input_data("月 收入", "number"),
        decision("a", literal("月 收入 * 2"), needs=["i:月 收入"], type_ref="number"),
        decision("b", literal("a + 月 收入"), needs=["a", "i:月 收入"]),
    )
    assert decisions.evaluate("b", {"月 收入": 10}).value == 30


def test_only_what_is_required_is_evaluated() -> None:
    decisions = load(
        decision("unused", table(["1"], ["y"], [["-", "1"]])),
        decision("a", literal("1")),
        decision("b", literal("a"), needs=["a"]),
    )
    assert decisions.evaluate("b", {}).rules == ()


def test_a_decision_required_twice_is_evaluated_once() -> None:
    decisions = load(
        decision("t", table(["1"], ["y"], [["-", "1"]])),
        decision("a", literal("t + 1"), needs=["t"]),
        decision("b", literal("t + 2"), needs=["t"]),
        decision("c", literal("a + b + t"), needs=["a", "b", "t"]),
    )
    outcome = decisions.evaluate("c", {})
    assert outcome.value == 6
    assert len(outcome.rules) == 1


def test_a_chain_as_long_as_a_model_can_be_costs_no_stack() -> None:
    parts = [decision("d0", literal("1"))]
    parts += [
        decision(f"d{n}", literal(f"d{n - 1} + 1"), needs=[f"d{n - 1}"]) for n in range(1, 3000)
    ]
    assert load(*parts).evaluate("d2999", {}).value == 3000


def test_a_missing_input_is_null_and_named() -> None:
    decisions = load(input_data("x"), decision("d", literal("x = null"), needs=["i:x"]))
    outcome = decisions.evaluate("d", {})
    assert outcome.value is True
    (diagnostic,) = outcome.diagnostics
    assert (diagnostic.code, diagnostic.where) == ("dmn-missing-input", "x")
    assert "x" in diagnostic.zh


def test_an_input_of_the_wrong_type_is_null_and_named() -> None:
    decisions = load(input_data("x", "number"), decision("d", literal("x"), needs=["i:x"]))
    outcome = decisions.evaluate("d", {"x": "7"})
    assert outcome.value is None
    assert [(each.code, each.where) for each in outcome.diagnostics] == [("dmn-type", "x")]
    assert decisions.evaluate("d", {"x": [7]}).value == 7


def test_a_given_value_never_stands_in_for_a_decision() -> None:
    decisions = load(decision("a", literal("1")), decision("b", literal("a"), needs=["a"]))
    assert decisions.evaluate("b", {"a": 99, "b": 99}).value == 1


def test_a_decision_without_logic_is_null() -> None:
    decisions = load(decision("a", ""), decision("b", literal("a = null"), needs=["a"]))
    assert decisions.evaluate("b", {}).value is True


def test_a_decision_sees_a_variable_no_input_data_declares() -> None:
    decisions = load(decision("d", literal("金额 > 5")))
    assert decisions.evaluate("d", {"金额": 6}).value is True
    assert decisions.required_inputs("d") == (dmn.RequiredInput(name="金额", declared=False),)


def test_an_undeclared_variable_never_hides_a_function() -> None:
    decisions = load(decision("d", literal('count([1,2]) + date("2026-01-02").day')))
    assert decisions.evaluate("d", {"count": 7, "date": "x"}).value == 4


# --------------------------------------------------------------------------- knowledge models


def test_a_knowledge_model_sees_its_parameters_and_what_it_requires_but_no_inputs() -> None:
    decisions = load(
        function("double", ["n:number"], literal("n * 2")),
        function("quad", ["n"], literal("double(double(n))"), needs=["double"]),
        decision("d", literal("quad(n: x)"), needs=["f:quad"]),
    )
    assert decisions.evaluate("d", {"x": 3}).value == 12


def test_a_knowledge_model_may_call_itself() -> None:
    decisions = load(
        function("fact", ["n"], literal("if n < 2 then 1 else n * fact(n - 1)")),
        decision("d", literal("fact(10)"), needs=["f:fact"]),
    )
    assert decisions.evaluate("d", {}).value == 3628800


def test_knowledge_models_may_call_each_other() -> None:
    decisions = load(
        function("even", ["n"], literal("if n = 0 then true else odd(n - 1)"), needs=["odd"]),
        function("odd", ["n"], literal("if n = 0 then false else even(n - 1)"), needs=["even"]),
        decision("d", literal("even(10)"), needs=["f:even"]),
    )
    assert decisions.evaluate("d", {}).value is True


def test_endless_recursion_ends_at_the_budget() -> None:
    decisions = load(
        function("f", ["n"], literal("f(n + 1)")), decision("d", literal("f(0)"), needs=["f:f"])
    )
    with pytest.raises(BudgetExceeded) as caught:
        decisions.evaluate("d", {})
    assert caught.value.message("zh")


def test_one_budget_pays_for_the_whole_graph() -> None:
    loops = literal("count(for i in 1..1000 return i)")
    parts = [decision(f"d{n}", loops) for n in range(20)]
    names = [f"d{n}" for n in range(20)]
    parts.append(decision("all", literal(" + ".join(names)), needs=names))
    decisions = load(*parts)
    few = Budget(steps=30_000)
    assert decisions.evaluate("d0", {}, budget=few).value == 1000
    with pytest.raises(BudgetExceeded):
        decisions.evaluate("all", {}, budget=few)
    assert decisions.evaluate("all", {}).value == 20_000


def test_a_knowledge_model_is_evaluated_as_a_function_from_outside() -> None:
    decisions = load(function("sub", ["a:number", "b"], literal("a - b")))
    assert decisions.evaluate_service("sub", {"b": 1, "a": 5}).value == 4
    outcome = decisions.evaluate_service("sub", {"b": 1, "a": "x"})
    assert outcome.value is None
    assert outcome.diagnostics


# --------------------------------------------------------------------------- services


def service(name: str, **parts: list[str]) -> str:
    body = "".join(f'<{kind} href="#{each}"/>' for kind, ids in parts.items() for each in ids)
    return f'<decisionService id="{name}" name="{name}"><variable name="{name}"/>{body}</decisionService>'


GRAPH = (
    input_data("x", "number"),
    decision("base", literal("x * 100"), needs=["i:x"]),
    decision("mid", literal("base + x"), needs=["base", "i:x"]),
    decision("top", literal("mid + 1"), needs=["mid"]),
)


def test_a_service_takes_its_input_decisions_as_given() -> None:
    whole = service(
        "whole", outputDecision=["top"], encapsulatedDecision=["mid", "base"], inputData=["x"]
    )
    part = service(
        "part",
        outputDecision=["top"],
        encapsulatedDecision=["mid"],
        inputDecision=["base"],
        inputData=["x"],
    )
    decisions = load(*GRAPH, whole, part)
    assert decisions.evaluate_service("whole", {"x": 2}).value == 203
    assert decisions.evaluate_service("part", {"x": 2, "base": 5}).value == 8
    assert decisions.services[1] == dmn.ServiceInfo(
        id="part", name="part", inputs=("x", "base"), outputs=("top",)
    )


def test_a_service_with_several_outputs_gives_a_context() -> None:
    both = service("both", outputDecision=["top", "mid"], inputData=["x"])
    outcome = load(*GRAPH, both).evaluate_service("both", {"x": 1})
    assert outcome.value == {"top": 102, "mid": 101}


def test_a_service_is_called_as_a_function_by_place_and_by_name() -> None:
    part = service(
        "part",
        outputDecision=["top"],
        encapsulatedDecision=["mid"],
        inputDecision=["base"],
        inputData=["x"],
    )
    decisions = load(
        *GRAPH,
        part,
        decision("placed", literal("part(2, 5)"), needs=["f:part"]),
        decision("named", literal("part(base: 5, x: 2)"), needs=["f:part"]),
        decision("twice", literal("part(2, 5) + part(1, 1)"), needs=["f:part"]),
        decision("short", literal("part(2)"), needs=["f:part"]),
        decision("wrong", literal('part("2", 5)'), needs=["f:part"]),
    )
    assert decisions.evaluate("placed", {}).value == 8
    assert decisions.evaluate("named", {}).value == 8
    assert decisions.evaluate("twice", {}).value == 11
    assert decisions.evaluate("short", {}).value is None
    assert decisions.evaluate("wrong", {}).value is None


def test_a_service_called_as_a_function_sees_nothing_of_the_caller() -> None:
    sealed = service("sealed", outputDecision=["base"])
    decisions = load(*GRAPH, sealed, decision("d", literal("sealed()"), needs=["f:sealed"]))
    outcome = decisions.evaluate("d", {"x": 2})
    assert outcome.value is None
    assert "dmn-missing-input" in [each.code for each in outcome.diagnostics]


def test_a_service_without_output_is_refused() -> None:
    assert codes(definitions(service("s", inputData=["x"]) + input_data("x"))) == [
        "dmn-service-output"
    ]


# --------------------------------------------------------------------------- models that import others


def imported(name: str, namespace: str) -> str:
    return f'<import name="{name}" namespace="{namespace}" importType="{DMN15}"/>'


A = definitions(
    input_data("Person name", "string")
    + decision("hi", literal('"Hi " + Person name'), needs=["i:Person name"])
    + function("bold", ["s"], literal('"*" + s + "*"')),
    namespace="urn:a",
)


def using(name: str, prefix: str) -> bytes:
    return definitions(
        imported(prefix, "urn:a")
        + decision(
            "evaluated",
            literal(f'{prefix}.bold({prefix}.hi) + " / " + {prefix}.Person name'),
            needs=["urn:a#hi", "f:urn:a#bold", "i:urn:a#Person name"],
        ),
        namespace=f"urn:{name}",
    )


def test_imported_elements_are_seen_behind_the_imports_name() -> None:
    decisions = dmn.load(using("b", "other model"), imports={"urn:a": A})
    wanted = "*Hi Ann* / Ann"
    assert decisions.evaluate("evaluated", {"other model": {"Person name": "Ann"}}).value == wanted
    assert decisions.evaluate("evaluated", {"other model.Person name": "Ann"}).value == wanted
    assert decisions.evaluate("evaluated", {"Person name": "Ann"}).value == wanted
    assert decisions.required_inputs("evaluated") == (
        dmn.RequiredInput(name="other model.Person name", type="string"),
    )


def test_one_model_imported_along_two_ways_takes_two_inputs() -> None:
    top = definitions(
        imported("B1", "urn:b1")
        + imported("B2", "urn:b2")
        + decision(
            "both",
            literal('B1.evaluated + " & " + B2.evaluated'),
            needs=["urn:b1#evaluated", "urn:b2#evaluated"],
        )
    )
    library = {"urn:a": A, "urn:b1": using("b1", "m"), "urn:b2": using("b2", "m")}
    inputs = {"B1": {"m": {"Person name": "x"}}, "B2": {"m": {"Person name": "y"}}}
    outcome = dmn.load(top, imports=library).evaluate("both", inputs)
    assert outcome.value == "*Hi x* / x & *Hi y* / y"


def test_an_import_without_a_name_brings_its_elements_in_directly() -> None:
    data = definitions(
        imported("", "urn:a") + decision("d", literal('bold("x")'), needs=["f:urn:a#bold"])
    )
    assert dmn.load(data, imports={"urn:a": A}).evaluate("d", {}).value == "*x*"


def test_a_reference_by_the_models_own_namespace_is_local() -> None:
    data = definitions(
        decision("a", literal("1")) + decision("b", literal("a + 1"), needs=["urn:test#a"])
    )
    assert dmn.load(data).evaluate("b", {}).value == 2


def test_a_missing_import_is_refused_by_name() -> None:
    with pytest.raises(ModelRejected) as caught:
        dmn.load(using("b", "m"))
    assert [each.code for each in caught.value.problems] == ["dmn-import-missing"]


def test_models_that_import_each_other_are_refused() -> None:
    first = definitions(imported("two", "urn:2"), namespace="urn:1")
    second = definitions(imported("one", "urn:1"), namespace="urn:2")
    with pytest.raises(ModelRejected) as caught:
        dmn.load(first, imports={"urn:1": first, "urn:2": second})
    assert "dmn-circular-import" in [each.code for each in caught.value.problems]


def test_the_hash_covers_the_imports() -> None:
    one = dmn.load(using("b", "m"), imports={"urn:a": A})
    same = dmn.load(using("b", "m"), imports={"urn:a": A, "urn:unused": b"<x/>"})
    other = dmn.load(using("b", "m"), imports={"urn:a": A.replace(b"Hi", b"Ho")})
    assert one.sha256 == same.sha256 != other.sha256


# --------------------------------------------------------------------------- circles


def test_decisions_that_require_each_other_are_refused_with_the_circle() -> None:
    data = definitions(
        decision("a", literal("b"), needs=["b"])
        + decision("b", literal("c"), needs=["c"])
        + decision("c", literal("b"), needs=["b"])
        + decision("d", literal("1"))
    )
    with pytest.raises(ModelRejected) as caught:
        dmn.load(data)
    (problem,) = caught.value.problems
    assert problem.code == "dmn-circular-requirement"
    assert "b → c → b" in problem.zh


def test_a_reference_to_nothing_or_to_the_wrong_kind_is_refused() -> None:
    data = definitions(
        decision("a", literal("1"), needs=["gone", "f:b", "urn:far#x"])
        + decision("b", literal("1"))
    )
    assert codes(data) == ["dmn-dangling-reference"] * 3


# --------------------------------------------------------------------------- inputs


def test_values_that_are_not_used_are_never_converted() -> None:
    decisions = load(decision("d", literal("x + 1")))
    assert decisions.evaluate("d", {"x": 1, "attachment": object()}).value == 2


def test_models_that_import_each_other_along_too_many_ways_end_at_the_budget() -> None:
    def layer(level: int, side: str) -> bytes:
        below = "".join(imported(s, f"urn:{level + 1}{s}") for s in "xy") if level < 16 else ""
        needs = [f"urn:{level + 1}{s}#d" for s in "xy"] if level < 16 else []
        text = "x.d + y.d" if level < 16 else "1"
        return definitions(
            below + decision("d", literal(text), needs=needs), namespace=f"urn:{level}{side}"
        )

    library = {f"urn:{n}{s}": layer(n, s) for n in range(17) for s in "xy"}
    decisions = dmn.load(layer(0, "x"), imports=library)
    assert decisions.decisions[0].inputs == ()
    with pytest.raises(BudgetExceeded):
        decisions.evaluate("d", {}, budget=Budget(steps=20_000))


def test_imports_nested_too_deep_are_refused() -> None:
    library = {
        f"urn:{n}": definitions(imported("next", f"urn:{n + 1}"), namespace=f"urn:{n}")
        for n in range(200)
    }
    with pytest.raises(ModelRejected) as caught:
        dmn.load(library["urn:0"], imports=library)
    assert [each.code for each in caught.value.problems] == ["dmn-import-depth"]
