"""Ad-hoc sub-processes: side by side and one by one, and when they are done."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, NotFound
from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, both, compiled, ext, flows
from tests.engine.bpmn.spiff.test_compensation import end, undone
from tests.engine.bpmn.spiff.test_events import MESSAGE, boundary

TASKS = '<userTask id="a"/><userTask id="b"/><userTask id="c"/>'


def adhoc(inner: str, attributes: str = "", condition: str = "") -> str:
    done = f"<completionCondition>{condition}</completionCondition>" if condition else ""
    return (
        f'<startEvent id="s"/><adHocSubProcess id="ah"{attributes}>{inner}{done}</adHocSubProcess>'
        '<endEvent id="e"/>'
    )


WAYS = flows("s>ah>e")


def test_all_activities_are_open_and_all_have_to_be_done() -> None:
    case = both(adhoc(TASKS) + WAYS, lambda case: [case.complete(each) for each in ("b", "c", "a")])
    assert case.path == ["s", "b", "c", "a", "ah", "e"]


def test_the_completion_condition_ends_what_still_runs() -> None:
    def scenario(case: Case) -> None:
        case.complete("b", enough=False)
        assert case.open == ["a", "c"]
        case.complete("c", enough=True)

    case = both(adhoc(TASKS, condition="enough") + WAYS, scenario)
    assert case.path == ["s", "b", "c", "ah", "e"]
    assert case.cancelled == ["a"]


def test_what_still_runs_may_be_left_to_end() -> None:
    inner = TASKS + '<userTask id="d"/>' + flows("a>d")

    def scenario(case: Case) -> None:
        case.complete("b", enough=True)
        assert case.open == ["a", "c"]
        case.complete("a").complete("c")

    case = both(adhoc(inner, ' cancelRemainingInstances="false"', "enough") + WAYS, scenario)
    assert case.path == ["s", "b", "a", "c", "ah", "e"], "d must not begin any more"


def test_one_after_the_other() -> None:
    def scenario(case: Case) -> None:
        for each in ("a", "b"):
            assert case.open == [each]
            case.complete(each, enough=each == "b")

    case = both(adhoc(TASKS, ' ordering="Sequential"', "enough") + WAYS, scenario)
    assert case.path == ["s", "a", "b", "ah", "e"]
    assert case.cancelled == []


def test_flows_inside_order_what_they_connect() -> None:
    inner = TASKS + flows("a>c")
    case = both(
        adhoc(inner, ' ordering="Sequential"') + WAYS,
        lambda case: [case.complete(each) for each in ("a", "c", "b")],
    )
    assert case.path == ["s", "a", "c", "b", "ah", "e"]


def test_the_model_says_which_activities_begin() -> None:
    told = ext('<zeebe:adHoc activeElementsCollection="=wanted"/>')
    case = both(
        adhoc(told + TASKS) + WAYS,
        lambda case: [case.complete(each) for each in ("c", "a")],
        {"wanted": ["c", "a"]},
    )
    assert case.path == ["s", "c", "a", "ah", "e"]
    case = both(adhoc(told + TASKS) + WAYS, lambda case: None, {"wanted": []})
    assert case.path == ["s", "ah", "e"]


@pytest.mark.parametrize(
    ("wanted", "code"), [("a", "collection-not-list"), (["x"], "ad-hoc-unknown")]
)
def test_activities_that_there_are_not_are_an_incident(wanted: object, code: str) -> None:
    told = ext('<zeebe:adHoc activeElementsCollection="=wanted"/>')
    case = both(
        adhoc(told + TASKS) + WAYS,
        lambda case: (
            case.do("set_variables", {"wanted": ["b"]}),
            case.do("retry", case.open_key()),
            case.complete("b"),
        ),
        {"wanted": wanted},
    )
    assert [fact.code for fact in case.of(facts.IncidentRaised)] == [code]
    assert case.ended is not None


def test_nothing_left_to_do_and_not_done_is_an_incident() -> None:
    def scenario(case: Case) -> None:
        for each in ("a", "b", "c"):
            case.complete(each)
        assert case.run.incidents == {case.open_key(): "ad-hoc-unfinished"}
        case.do("set_variables", {"enough": True})
        case.do("retry", case.open_key())

    case = both(adhoc(TASKS, condition="enough") + WAYS, scenario)
    assert case.path == ["s", "a", "b", "c", "ah", "e"]


def test_an_activity_may_be_selected_again() -> None:
    def scenario(case: Case) -> None:
        ((key, enabled),) = case.run.selectable.items()
        assert enabled == ("a", "b", "c")
        for each in ("a", "b", "c"):
            case.complete(each)
        case.do("select", key, "b")
        assert case.open == ["b"]
        case.do("select", key, "b", "c")
        case.complete("b").complete("b", enough=True)

    case = both(adhoc(TASKS, condition="enough") + WAYS, scenario)
    assert case.path.count("b") == 3
    assert case.cancelled == ["c"]


def test_what_is_selected_in_sequence_waits_for_its_turn() -> None:
    def scenario(case: Case) -> None:
        (key,) = case.run.selectable
        case.do("select", key, "a")
        for each in ("a", "b", "c", "a"):
            assert case.open == [each]
            case.complete(each)

    case = both(adhoc(TASKS, ' ordering="Sequential"') + WAYS, scenario)
    assert case.ended is not None


def test_what_cannot_be_selected_is_refused() -> None:
    case = Case(compiled(adhoc(TASKS + flows("a>c")) + WAYS))
    (key,) = case.run.selectable
    with pytest.raises(NotFound):
        case.run.select(key, "c")
    with pytest.raises(Conflict):
        case.run.select(case.key("a"), "b")
    case.complete("b")
    case.do("select", key, "b").complete("a").complete("b").complete("c")
    assert not case.run.selectable
    with pytest.raises(Conflict):
        case.run.select(key, "b")


def test_a_condition_that_is_none_is_an_incident() -> None:
    def scenario(case: Case) -> None:
        case.complete("a")
        assert sorted(case.open) == ["ah", "b", "c"]
        case.do("set_variables", {"x": None})
        case.complete("b").complete("c")
        case.do("set_variables", {"x": 1})

    case = both(adhoc(TASKS, condition="x + 1") + WAYS, scenario, {"x": 1})
    codes = [fact.code for fact in case.of(facts.IncidentRaised)]
    assert codes == ["condition-not-boolean", "ad-hoc-unfinished"]


def test_events_inside_and_on_the_boundary() -> None:
    handler = (
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        '<signalEventDefinition signalRef="sig"/></startEvent><userTask id="handle"/>'
        + flows("hs>handle")
        + "</subProcess>"
    )
    body = (
        adhoc(TASKS + handler)
        + boundary("b1", "ah", '<messageEventDefinition messageRef="m"/>')
        + WAYS
        + flows("b1>e")
    )
    case = both(
        body,
        lambda case: (case.complete("a"), case.deliver("hs"), case.complete("handle")),
        {"caseNo": "1"},
        extra=MESSAGE,
    )
    assert case.path == ["s", "a", "hs", "handle", "h", "ah", "e"]
    case = both(body, lambda case: case.deliver("b1"), {"caseNo": "1"}, extra=MESSAGE)
    assert case.path == ["s", "b1", "e"]


def test_an_ad_hoc_sub_process_repeats_and_is_undone_like_any_other() -> None:
    loop = (
        '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>2</loopCardinality>'
        "</multiInstanceLoopCharacteristics>"
    )
    case = both(
        adhoc(loop + '<userTask id="a"/><userTask id="b"/>' + undone("a") + undone("b")).replace(
            '<endEvent id="e"/>', end("e")
        )
        + WAYS,
        lambda case: [
            case.complete(each)
            for each in ("a", "b", "b", "a", "undo-a", "undo-b", "undo-b", "undo-a")
        ],
    )
    assert case.ended is not None
