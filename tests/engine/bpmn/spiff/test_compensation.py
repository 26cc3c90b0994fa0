"""Compensation: handlers by association and by event sub-process, order, scope, repetition."""

from __future__ import annotations

import pytest

from engine.model import facts
from tests.engine.bpmn.spiff.driver import Case, both, ext, flows
from tests.engine.bpmn.spiff.test_events import MESSAGE, boundary

COMPENSATE = "<compensateEventDefinition/>"


def undone(host: str, tag: str = "userTask", inner: str = "") -> str:
    """A compensation boundary event on ``host``, and its handler ``undo-<host>``."""
    return (
        boundary(f"b-{host}", host, COMPENSATE)
        + f'<{tag} id="undo-{host}" isForCompensation="true">{inner}</{tag}>'
        + f'<association id="as-{host}" sourceRef="b-{host}" targetRef="undo-{host}"/>'
    )


def throw(element_id: str, activity: str = "", more: str = "") -> str:
    reference = f' activityRef="{activity}"' if activity else ""
    return (
        f'<intermediateThrowEvent id="{element_id}">'
        f"<compensateEventDefinition{reference}{more}/></intermediateThrowEvent>"
    )


def end(element_id: str, activity: str = "") -> str:
    return throw(element_id, activity).replace("intermediateThrowEvent", "endEvent")


def script(element_id: str, expression: str, result: str) -> str:
    inner = ext(f'<zeebe:script expression="={expression}" resultVariable="{result}"/>')
    return f'<scriptTask id="{element_id}">{inner}</scriptTask>'


def log(name: str, what: str = "") -> str:
    """The inside of a script task that writes down that it ran."""
    written = what or f"&quot;{name}&quot;"
    return ext(f'<zeebe:script expression="=append(log, {written})" resultVariable="log"/>')


START = '<startEvent id="s"/>'
TWO = (
    START
    + '<userTask id="a"/><userTask id="b"/><userTask id="c"/><endEvent id="e"/>'
    + undone("a")
    + undone("b")
)


def test_completed_activities_are_undone_in_reverse_and_the_thrower_waits() -> None:
    def scenario(case: Case) -> None:
        case.complete("a").complete("b")
        assert case.open == ["undo-b"]
        case.complete("undo-b", left=1)
        assert case.open == ["undo-a"]
        case.complete("undo-a")
        assert case.open == ["c"]
        case.complete("c")

    case = both(TWO + throw("t") + flows("s>a>b>t>c>e"), scenario)
    assert case.path == ["s", "a", "b", "undo-b", "undo-a", "t", "c", "e"]
    assert case.run.variables["left"] == 1


def test_what_is_not_completed_is_not_undone() -> None:
    case = both(
        TWO + '<parallelGateway id="f"/>' + throw("t") + flows("s>f>a>t>e", "f>b>e"),
        lambda case: (case.complete("a"), case.complete("undo-a"), case.complete("b")),
    )
    assert case.path == ["s", "f", "a", "undo-a", "t", "e", "b", "e"]


def test_an_activity_that_is_named_is_undone_alone_and_once() -> None:
    case = both(
        TWO + throw("t", "a") + throw("t2", "a") + flows("s>a>b>t>t2>c>e"),
        lambda case: (
            case.complete("a"),
            case.complete("b"),
            case.complete("undo-a"),
            case.complete("c"),
        ),
    )
    assert case.path == ["s", "a", "b", "undo-a", "t", "t2", "c", "e"]


def test_an_activity_completed_several_times_is_undone_as_often() -> None:
    def scenario(case: Case) -> None:
        case.complete("a", again=True).complete("a", again=False)
        case.complete("undo-a").complete("undo-a")

    case = both(
        START
        + '<exclusiveGateway id="m"/><userTask id="a"/><exclusiveGateway id="x" default="x_e"/>'
        + undone("a")
        + end("e")
        + flows("s>m>a>x>e", "x>m: again"),
        scenario,
    )
    assert case.ended is not None
    assert case.path.count("undo-a") == 2


def test_a_thrower_need_not_wait() -> None:
    case = both(
        TWO + throw("t", more=' waitForCompletion="false"') + flows("s>a>b>t>c>e"),
        lambda case: (
            case.complete("a"),
            case.complete("b"),
            case.complete("c"),
            case.complete("undo-b"),
            case.complete("undo-a"),
        ),
    )
    assert case.path == ["s", "a", "b", "t", "c", "e", "undo-b", "undo-a"]
    assert case.ended is not None


def test_an_end_event_compensates_before_the_scope_ends() -> None:
    case = both(
        TWO.replace('<endEvent id="e"/>', end("e")) + flows("s>a>e"),
        lambda case: (case.complete("a"), case.complete("undo-a")),
    )
    assert case.path == ["s", "a", "undo-a", "e"]


SUB = (
    '<subProcess id="sub"><startEvent id="is"/><userTask id="x"/><userTask id="y"/>'
    '<endEvent id="ie"/>' + undone("x") + undone("y") + flows("is>x>y>ie") + "{}</subProcess>"
)


def test_a_completed_sub_process_is_undone_from_within_by_default() -> None:
    case = both(
        START + SUB.format("") + '<userTask id="c"/>' + undone("c") + end("e") + flows("s>sub>c>e"),
        lambda case: [
            case.complete(each) for each in ("x", "y", "c", "undo-c", "undo-y", "undo-x")
        ],
    )
    assert case.path[-3:] == ["undo-y", "undo-x", "e"]
    assert case.ended is not None


def test_a_handler_on_a_sub_process_sees_only_the_outside() -> None:
    case = both(
        START + SUB.format("") + undone("sub") + end("e") + flows("s>sub>e"),
        lambda case: [case.complete(each) for each in ("x", "y", "undo-sub")],
    )
    assert "undo-x" not in case.path
    assert case.ended is not None


def handler(then: str = "", way: str = "") -> str:
    """An event sub-process that compensates the scope it is in."""
    return (
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        + COMPENSATE
        + f'</startEvent><userTask id="handle"/>{then}<endEvent id="he"/>'
        + flows(f"hs>handle{way}>he")
        + "</subProcess>"
    )


def test_an_event_sub_process_undoes_with_the_variables_there_were() -> None:
    mapping = ext('<zeebe:ioMapping><zeebe:input source="=n" target="own"/></zeebe:ioMapping>')
    sub = SUB.replace('<subProcess id="sub">', f'<subProcess id="sub">{mapping}')

    def scenario(case: Case) -> None:
        case.complete("x", own=7).complete("y")
        case.do("set_variables", {"own": 99, "n": 3})
        case.complete("c")
        assert case.open == ["handle"]
        assert case.run.visible(case.key("handle"))["own"] == 7
        assert case.run.visible(case.key("handle"))["n"] == 3
        case.complete("handle")

    case = both(
        START + sub.format(handler()) + '<userTask id="c"/>' + end("e") + flows("s>sub>c>e"),
        scenario,
        {"n": 1},
    )
    assert case.path[-5:] == ["hs", "handle", "he", "h", "e"]
    assert "undo-x" not in case.path
    assert case.run.variables["own"] == 99
    scopes = [f.scope for f in case.of(facts.ActivityEntered) if f.element_id == "h"]
    assert scopes == [""], "the sub-process itself is not entered again"


def test_an_event_sub_process_may_undo_what_its_scope_did() -> None:
    case = both(
        START
        + SUB.format(handler(throw("ht"), ">ht"))
        + '<userTask id="c"/>'
        + end("e")
        + flows("s>sub>c>e"),
        lambda case: [
            case.complete(each) for each in ("x", "y", "c", "handle", "undo-y", "undo-x")
        ],
    )
    assert case.path[-6:] == ["undo-y", "undo-x", "ht", "he", "h", "e"]


def test_an_error_handler_undoes_what_was_done_before_the_error() -> None:
    body = (
        START + '<subProcess id="sub"><startEvent id="is"/><userTask id="x"/><endEvent id="boom">'
        '<errorEventDefinition errorRef="err"/></endEvent>'
        + undone("x")
        + '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        "<errorEventDefinition/></startEvent>"
        + end("he")
        + flows("hs>he")
        + "</subProcess>"
        + flows("is>x>boom")
        + '</subProcess><endEvent id="e"/>'
        + flows("s>sub>e")
    )
    case = both(body, lambda case: (case.complete("x"), case.complete("undo-x")), extra=MESSAGE)
    assert case.path == ["s", "is", "x", "boom", "hs", "undo-x", "he", "h", "sub", "e"]


def test_what_failed_leaves_nothing_to_undo() -> None:
    """A sub-process left by an error was never completed (13.5.5, presumed abort)."""
    body = (
        START + '<subProcess id="sub"><startEvent id="is"/><userTask id="x"/><endEvent id="boom">'
        '<errorEventDefinition errorRef="err"/></endEvent>'
        + undone("x")
        + flows("is>x>boom")
        + "</subProcess>"
        + boundary("b", "sub", "<errorEventDefinition/>")
        + throw("t")
        + '<endEvent id="e"/>'
        + flows("s>sub>e", "b>t>e")
    )
    case = both(body, lambda case: case.complete("x"), extra=MESSAGE)
    assert case.path == ["s", "is", "x", "boom", "b", "t", "e"]


@pytest.mark.parametrize("sequential", ["false", "true"])
def test_a_handler_undoes_all_instances_of_a_repeated_activity_at_once(sequential: str) -> None:
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}">'
        "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    case = both(
        START + f'<userTask id="a">{loop}</userTask>' + undone("a") + end("e") + flows("s>a>e"),
        lambda case: [case.complete(each) for each in ("a", "a", "undo-a")],
    )
    assert case.path.count("undo-a") == 1
    assert case.ended is not None


@pytest.mark.parametrize("sequential", ["false", "true"])
def test_each_instance_of_a_repeated_sub_process_is_undone_with_its_own_variables(
    sequential: str,
) -> None:
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}">'
        + ext('<zeebe:loopCharacteristics inputCollection="=[1,2,3]" inputElement="item"/>')
        + "</multiInstanceLoopCharacteristics>"
    )
    handler = (
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        + COMPENSATE
        + f'</startEvent><scriptTask id="w">{log("w", "item")}</scriptTask>'
        + flows("hs>w")
        + "</subProcess>"
    )
    case = both(
        START
        + f'<subProcess id="sub">{loop}<startEvent id="is"/><task id="x"/>'
        + flows("is>x")
        + handler
        + "</subProcess>"
        + end("e")
        + flows("s>sub>e"),
        lambda case: None,
        {"log": []},
    )
    assert case.run.variables["log"] == [3, 2, 1]
    assert case.ended is not None


def test_handlers_may_be_any_activity_and_their_errors_go_outwards() -> None:
    sub = (
        '<startEvent id="us"/><endEvent id="ue"><errorEventDefinition errorRef="err"/></endEvent>'
        + flows("us>ue")
    )
    body = (
        START
        + '<subProcess id="sub"><startEvent id="is"/><userTask id="a"/>'
        + undone("a", "subProcess", sub)
        + end("ie")
        + flows("is>a>ie")
        + "</subProcess>"
        + boundary("b", "sub", "<errorEventDefinition/>")
        + '<endEvent id="e"/>'
        + flows("s>sub>e", "b>e")
    )
    case = both(body, lambda case: case.complete("a"), extra=MESSAGE)
    assert case.path[-2:] == ["b", "e"]


def test_an_interrupted_thrower_leaves_the_rest_for_another() -> None:
    handler = (
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        '<signalEventDefinition signalRef="sig"/></startEvent>'
        + end("he")
        + flows("hs>he")
        + "</subProcess>"
    )
    case = both(
        TWO + handler + throw("t") + flows("s>a>b>t>c>e"),
        lambda case: (
            case.complete("a"),
            case.complete("b"),
            case.deliver("hs"),
            case.complete("undo-a"),
        ),
        extra=MESSAGE,
    )
    assert case.cancelled == ["undo-b", "t"]
    assert case.path == ["s", "a", "b", "hs", "undo-a", "he", "h"]


def test_several_things_are_thrown_when_what_is_undone_is_undone() -> None:
    body = TWO.replace(
        '<endEvent id="e"/>',
        f'<endEvent id="e"><signalEventDefinition signalRef="sig"/>{COMPENSATE}'
        "<terminateEventDefinition/></endEvent>",
    )
    case = both(
        body + '<parallelGateway id="f"/>' + flows("s>f>a>e", "f>c"),
        lambda case: (case.complete("a"), case.complete("undo-a")),
        extra=MESSAGE,
    )
    assert len(case.of(facts.SignalThrown)) == 1
    assert case.ended is not None
    assert case.ended.how == "terminated"
    assert case.cancelled == ["c"]


def test_a_join_does_not_wait_for_what_is_being_undone() -> None:
    body = (
        TWO
        + '<inclusiveGateway id="f"/><inclusiveGateway id="j"/>'
        + throw("t", more=' waitForCompletion="false"')
        + flows("s>a>f", "f>t>j", "f>b>j", "j>e")
    )
    case = both(
        body, lambda case: (case.complete("a"), case.complete("b"), case.complete("undo-a"))
    )
    assert case.ended is not None
    assert case.path == ["s", "a", "f", "t", "b", "j", "e", "undo-a"]
