"""However a tool writes it, lint and engine see it written one way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.bpmn import dialect, names
from engine.bpmn.elements import read_elements
from engine.bpmn.normalise import juel, spell
from engine.bpmn.read import read
from tests.engine.bpmn.samples import choice, file, flow, model, path, spelled, user


def test_flows_and_nodes_without_ids_get_some_that_are_unique_and_last() -> None:
    data = model(
        path("<task id='t'/>").replace('id="f0"', "").replace('id="f1"', "")
        + '<sequenceFlow sourceRef="s" targetRef="t"/><task name="lost"/>'
    )
    graph, again = spelled(data), spelled(data)
    ids = [each.get("id") for each in (*graph.flows, *graph.nodes)]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    assert ids == [each.get("id") for each in (*again.flows, *again.nodes)]


def test_spelling_twice_changes_nothing() -> None:
    for name in ("camunda7.bpmn", "bizagi.bpmn", "camunda8.bpmn"):
        tree = read(file(name))
        spell(tree)
        once = [(str(each.tag), dict(each.attrib), each.text) for each in tree.getroot().iter()]
        assert spell(tree) == []
        twice = [(str(each.tag), dict(each.attrib), each.text) for each in tree.getroot().iter()]
        assert once == twice


def test_prefixes_of_references_go() -> None:
    graph = spelled(file("bizagi.bpmn"))
    task = graph.by_id["Id_t2"]
    assert task.get("messageRef") == "Id_msg"
    assert graph.referenced(task, "messageRef") is graph.by_id["Id_msg"]
    assert [names.kind(each) for each in graph.definitions(graph.by_id["Id_wait"])] == [
        "timerEventDefinition"
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("=a > 1", "a > 1"), ("\n   a\n   and b\n", "a\n   and b"), ("  = a", "a"), ("a", "a")],
)
def test_conditions_are_bare_feel(written: str, meant: str) -> None:
    body = choice(flow("g", "x", written.replace(">", "&gt;")), flow("g", "y"))
    condition = spelled(model(body)).by_id["g-x"].find(names.bpmn("conditionExpression"))
    assert condition is not None
    assert condition.text == meant


def test_an_empty_condition_is_none() -> None:
    graph = spelled(model(choice(flow("g", "x", "  "), flow("g", "y"))))
    assert graph.by_id["g-x"].find(names.bpmn("conditionExpression")) is None


def test_a_feel_script_of_the_standard_is_one_of_ours() -> None:
    script = '<scriptTask id="t" scriptFormat="FEEL" camunda:resultVariable="r"><script>= a + 1</script></scriptTask>'
    task = spelled(model(path(script))).by_id["t"]
    assert dialect.value(task, "script", "expression") == "=a + 1"
    assert dialect.value(task, "script", "resultVariable") == "r"
    assert task.find(names.bpmn("script")) is None


def test_camunda_7_says_the_same_in_our_dialect() -> None:
    graph = spelled(file("camunda7.bpmn"))
    found = read_elements(graph)
    assert found["request"].assignee == "=case.starter"
    assert found["request"].form_id == "purchase-request"
    assert found["request"].step == "request"
    assert found["approve"].candidate_groups == "head,finance"
    assert found["approve"].candidate_users == "li"
    assert found["approve"].form_id == "approve"
    assert found["approve"].multi_instance
    assert found["order"].operation == "place-order"
    assert found["rule"].called_decision == "classify"
    assert found["pay"].called_process == "payment"
    request = graph.by_id["request"]
    assert dialect.value(request, "taskSchedule", "dueDate") == "=dueAt"
    assert dialect.value(request, "priorityDefinition", "priority") == "60"
    mapping = dialect.extension(request, "ioMapping")
    assert mapping is not None
    assert [
        (names.kind(each) or each.tag.rpartition("}")[2], each.get("source"), each.get("target"))
        for each in mapping
    ] == [
        ("input", "=budget.left - 100", "limit"),
        ("input", "请写明用途", "hint"),
        ("output", "=amount", "total"),
        ("output", "=dept", "dept"),
    ]
    loop = graph.by_id["approve"].find(names.bpmn("multiInstanceLoopCharacteristics"))
    assert loop is not None
    assert dialect.value(loop, "loopCharacteristics", "inputCollection") == "=approvers"
    assert dialect.value(loop, "loopCharacteristics", "inputElement") == "approver"
    condition = graph.by_id["f3"].find(names.bpmn("conditionExpression"))
    assert condition is not None
    assert condition.text == 'total > 50000 and dept = "财政所"'
    call = dialect.extension(graph.by_id["pay"], "ioMapping")
    assert call is not None
    assert [each.get("source") for each in call] == ["=sum", "=case.number", "=paidAt"]
    pay = graph.by_id["pay"]
    assert dialect.value(pay, "calledElement", "propagateAllParentVariables") == "false"
    assert dialect.value(pay, "calledElement", "propagateAllChildVariables") == "false"


def test_ours_wins_where_both_are_given() -> None:
    task = user(attributes='camunda:candidateGroups="other" camunda:assignee="x"')
    found = read_elements(spelled(model(path(task))))["t"]
    assert found.candidate_groups == "g"
    assert found.assignee == "x"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("${a}", "a"),
        ("#{a.b.c}", "a.b.c"),
        ("${a['b']}", "a.b"),
        ("${a == 'x' || b != \"y\"}", 'a = "x" or b != "y"'),
        ("${a && !b}", "a and not(b)"),
        ("${not (a or b) and c}", "not((a or b)) and c"),
        ("${a >= 1.5 and b le 2}", "a >= 1.5 and b <= 2"),
        ("${a + b * -2 > 3}", "a + b * -2 > 3"),
        ("${a % 2 == 0}", "modulo(a, 2) = 0"),
        ("${empty a}", '(a = null or a = "" or a = [])'),
        ("${a ? 1 : 2}", "if a then 1 else 2"),
        ("${金额 > 5}", "金额 > 5"),
        ("${a == 'it\\'s \"so\"'}", 'a = "it\'s \\"so\\""'),
        ("${true and null == a}", "true and null = a"),
    ],
)
def test_simple_expressions_of_camunda_7_are_feel(written: str, meant: str) -> None:
    assert juel.to_feel(written) == meant
    feel.compile(meant)


@pytest.mark.parametrize(
    "written",
    [
        "${bean.method()}",
        "${execution.getVariable('x')}",
        "${a.b(1)}",
        "${f(x)}",
        "${a[0]}",
        "${a[b]}",
        "${}",
        "${a ==}",
        "${a == b == c}",
        "${(a}",
        "${a; b}",
        "prefix ${a}",
        "${a} and ${b}",
        "${" + "(" * 500 + "a" + ")" * 500 + "}",
        "${" + "!" * 5000 + "a}",
        "${a = b}",
        "${new Foo}",
        "${" + "empty " * 40 + "a}",
        "${empty (empty (a))}",
    ],
)
def test_what_is_a_program_is_not_rewritten(written: str) -> None:
    with pytest.raises(juel.NotTranslatable):
        juel.to_feel(written)


@given(st.text(alphabet="ab.01'\"()[]!&|=<>?:+-*/% ", max_size=40))
def test_any_text_is_rewritten_to_feel_or_refused(text: str) -> None:
    try:
        meant = juel.to_feel("${" + text + "}")
    except juel.NotTranslatable:
        return
    feel.compile(meant)


def test_many_flows_alike_get_ids_as_fast_as_few() -> None:
    flows = '<sequenceFlow sourceRef="s" targetRef="e"/>' * 20_000
    graph = spelled(model('<startEvent id="s"/><endEvent id="e"/>' + flows))
    assert len({each.get("id") for each in graph.flows}) == 20_000


def test_the_initiator_is_who_started_the_case() -> None:
    graph = spelled(file("camunda7.bpmn"))
    mapping = dialect.extension(graph.by_id["start"], "ioMapping")
    assert mapping is not None
    assert [(each.get("source"), each.get("target")) for each in mapping] == [
        ("=case.starter", "starter")
    ]


def test_fields_inside_a_model_are_told_not_to_be_shown() -> None:
    task = user(extension='<camunda:formData><camunda:formField id="a"/></camunda:formData>')
    (problem,) = spell(read(model(path(task))))
    assert (problem.code, problem.where, problem.severity) == ("embedded-form", "t", "warning")


def test_an_expression_that_cannot_be_taken_over_is_told_by_element() -> None:
    tree = read(model(path(user(attributes='camunda:assignee="${bean.pick(1)}"'))))
    (problem,) = spell(tree)
    assert (problem.code, problem.where) == ("juel-expression", "t")
    assert "bean.pick" in problem.zh
