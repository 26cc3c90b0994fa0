"""Each rule fires on the model it is for, and on no valid one."""

from __future__ import annotations

import re

import pytest

from engine import bpmn
from engine.bpmn.lint import RULES
from tests.engine.bpmn.lint.broken_content import CONTENT
from tests.engine.bpmn.lint.broken_events import EVENTS
from tests.engine.bpmn.lint.broken_special import SOUND_SPECIAL, SPECIAL
from tests.engine.bpmn.lint.broken_structure import STRUCTURE
from tests.engine.bpmn.lint.doubtful import SOUND, WARNED
from tests.engine.bpmn.samples import (
    HEAD,
    VALID,
    boundary,
    catch,
    choice,
    file,
    flow,
    model,
    path,
    user,
)

BROKEN = [*STRUCTURE, *EVENTS, *CONTENT, *SPECIAL]
ALL_SOUND = [*SOUND, *SOUND_SPECIAL]


def found(data: bytes, severity: str = "error") -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in bpmn.lint(data) if each.severity == severity]


@pytest.mark.parametrize(
    ("code", "where", "body", "roots"),
    BROKEN,
    ids=[f"{each[0]}-{number}" for number, each in enumerate(BROKEN)],
)
def test_a_broken_model_is_told_just_what_is_broken(
    code: str, where: str, body: str, roots: str
) -> None:
    assert set(found(model(body, roots=roots))) == {(code, where)}


@pytest.mark.parametrize(
    ("code", "where", "body", "roots"), WARNED, ids=[each[0] for each in WARNED]
)
def test_a_doubtful_model_may_run_and_is_told_so(
    code: str, where: str, body: str, roots: str
) -> None:
    data = model(body, roots=roots)
    assert found(data) == []
    assert (code, where) in found(data, "warning")
    assert {each.code for each in bpmn.load(data).warnings} >= {code}


@pytest.mark.parametrize("body", ALL_SOUND, ids=range(len(ALL_SOUND)))
def test_a_sound_model_has_no_errors(body: str) -> None:
    assert found(model(body)) == []


@pytest.mark.parametrize("name", VALID)
def test_what_modelers_export_has_no_errors(name: str) -> None:
    assert found(file(name)) == []


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    body = path('<serviceTask id="t"/>', '<callActivity id="u"/>') + choice(
        flow("g", "x", "a >"), flow("g", "y")
    ).replace('<startEvent id="s"/>', "").replace(flow("s", "g"), flow("t", "g"))
    problems = [each for each in bpmn.lint(model(body)) if each.severity == "error"]
    assert {each.code for each in problems} == {
        "missing-operation",
        "missing-called-element",
        "feel-syntax",
        "missing-condition",
    }
    lines = [each.line or 0 for each in problems]
    assert lines == sorted(lines)
    assert all(lines)


def test_nothing_executable_is_said_so() -> None:
    assert found(model(path(user()), process='isExecutable="false"')) == [
        ("no-executable-process", "p")
    ]
    assert found(f"{HEAD}</definitions>".encode()) == [("no-process", "")]


def test_pools_are_not_joined_by_flows() -> None:
    other = (
        '<process id="q" isExecutable="true"><startEvent id="qs"/><endEvent id="qe"/>'
        + flow("qs", "qe")
        + "</process>"
    )
    data = model(path(user(), flows=flow("t", "qe", identifier="x")), roots=other)
    assert found(data) == [("flow-across-pools", "x")]


def test_a_partner_that_does_not_run_may_be_drawn_carelessly() -> None:
    partner = '<process id="q" isExecutable="false"><complexGateway id="cg"/><serviceTask id="st"/></process>'
    assert found(model(path(user()), roots=partner)) == []


def test_every_message_names_element_and_remedy_in_both_languages() -> None:
    for code, where, body, roots in (*BROKEN, *WARNED):
        for problem in bpmn.lint(model(body, roots=roots)):
            if (problem.code, problem.where) != (code, where):
                continue
            assert re.search(r"[\u4e00-\u9fff]", problem.zh), problem
            assert "{it}" not in problem.zh + problem.en, problem
            assert problem.zh.rstrip().endswith(("。", ".", "）")), problem
            assert where in problem.zh or problem.where == "", problem
            assert problem.line is not None, problem
            assert problem.file == "main.bpmn", problem


def test_every_rule_has_a_meaning_to_read() -> None:
    assert all((rule.__doc__ or "").endswith(".") for rule in RULES)
    assert len({rule.__name__ for rule in RULES}) == len(RULES)


def test_refused_features_are_checked_all_the_same() -> None:
    body = path(catch("<conditionalEventDefinition/>"))
    assert ("event-without-condition", "c") in found(model(body))
    cancel = "<cancelEventDefinition/>"
    body = path(user()).replace('<endEvent id="e"/>', f'<endEvent id="e">{cancel}</endEvent>')
    assert ("cancel-outside-transaction", "e") in found(model(body))
    assert ("cancel-outside-transaction", "b") in found(model(path(user()) + boundary(cancel)))


def test_output_parameters_of_camunda_7_are_told_to_mean_something_else() -> None:
    assert ("only-mapped-outputs", "request") in found(file("camunda7.bpmn"), "warning")


def test_a_process_that_does_not_say_whether_it_runs_is_taken_to() -> None:
    data = model(path(user()), process="")
    assert found(data) == []
    assert found(data, "warning") == [("executable-not-said", "p")]


def test_registered_script_formats_are_accepted() -> None:
    data = model(path('<scriptTask id="t" scriptFormat="Rules"><script>x</script></scriptTask>'))
    assert found(data) == [("script-format", "t")]
    assert [
        e for e in bpmn.lint(data, script_formats=frozenset({"rules"})) if e.severity == "error"
    ] == []
