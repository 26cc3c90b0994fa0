"""Transactions: success, cancel, hazard (BPMN 2.0.2, 10.3.5)."""

from __future__ import annotations

from tests.engine.bpmn.spiff.driver import Case, both, flows
from tests.engine.bpmn.spiff.test_compensation import COMPENSATE, START, end, undone
from tests.engine.bpmn.spiff.test_events import MESSAGE, boundary, timer

CANCEL = '<endEvent id="{}"><cancelEventDefinition/></endEvent>'
BOOK = (
    '<startEvent id="is"/><userTask id="a"/><userTask id="b"/>'
    '<exclusiveGateway id="x" default="x_ie"/><endEvent id="ie"/>'
    + CANCEL.format("stop")
    + undone("a")
    + undone("b")
    + flows("is>a>b>x>ie", "x>stop: bad")
)
AROUND = (
    boundary("cancelled", "tx", "<cancelEventDefinition/>")
    + '<userTask id="after"/><endEvent id="e"/>'
)
WAYS = flows("s>tx>e", "cancelled>after>e")


def transaction(inner: str) -> str:
    return START + f'<transaction id="tx">{inner}</transaction>' + AROUND


def test_a_transaction_that_succeeds_is_a_sub_process() -> None:
    case = both(
        transaction(BOOK) + WAYS,
        lambda case: (case.complete("a"), case.complete("b")),
        {"bad": False},
    )
    assert case.path == ["s", "is", "a", "b", "x", "ie", "tx", "e"]


def test_a_cancelled_transaction_is_undone_and_left_by_its_cancel_event() -> None:
    def scenario(case: Case) -> None:
        case.complete("a").complete("b")
        assert case.open == ["undo-b"]
        case.complete("undo-b").complete("undo-a")
        assert case.open == ["after"]
        case.complete("after")

    case = both(transaction(BOOK) + WAYS, scenario, {"bad": True})
    assert case.path[-6:] == ["undo-b", "undo-a", "stop", "cancelled", "after", "e"]
    assert case.cancelled == ["tx"]
    assert case.ended is not None


def test_what_is_active_is_cancelled_at_once_and_not_undone() -> None:
    inner = (
        '<startEvent id="is"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>'
        + undone("a")
        + undone("b")
        + CANCEL.format("stop")
        + flows("is>f>a>stop", "f>b")
    )
    case = both(
        transaction(inner)
        + boundary("late", "tx", timer("timeDuration", "P1D"))
        + WAYS
        + flows("late>e"),
        lambda case: [case.complete(each) for each in ("a", "undo-a", "after")],
    )
    assert case.cancelled == ["b", "tx"]
    assert "undo-b" not in case.path
    assert case.ended is not None


def test_a_cancel_from_deeper_inside_undoes_all_of_the_transaction() -> None:
    deep = (
        '<subProcess id="sub"><startEvent id="ss"/><userTask id="b"/>'
        + undone("b")
        + CANCEL.format("stop")
        + '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        + COMPENSATE
        + '</startEvent><userTask id="handle"/>'
        + flows("hs>handle")
        + "</subProcess>"
        + flows("ss>b>stop")
        + "</subProcess>"
    )
    inner = '<startEvent id="is"/><userTask id="a"/>' + undone("a") + deep + flows("is>a>sub")
    case = both(
        transaction(inner) + WAYS,
        lambda case: [case.complete(each) for each in ("a", "b", "undo-b", "undo-a", "after")],
    )
    assert case.ended is not None
    assert "handle" not in case.path, "a handler belongs to a sub-process that was completed"


def test_completed_instances_inside_are_undone_too() -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    )
    inner = (
        '<startEvent id="is"/><parallelGateway id="f"/><userTask id="c"/>'
        + CANCEL.format("stop")
        + f'<subProcess id="sub">{loop}<startEvent id="ss"/><userTask id="a"/><userTask id="b"/>'
        + undone("a")
        + flows("ss>a>b")
        + "</subProcess>"
        + flows("is>f>c>stop", "f>sub")
    )
    steps = ("a", "a", "b", "c", "undo-a", "undo-a", "after")
    case = both(transaction(inner) + WAYS, lambda case: [case.complete(each) for each in steps])
    assert case.ended is not None


def test_an_error_leaves_a_transaction_without_undoing_anything() -> None:
    inner = (
        '<startEvent id="is"/><userTask id="a"/><endEvent id="boom">'
        '<errorEventDefinition errorRef="err"/></endEvent>' + undone("a") + flows("is>a>boom")
    )
    case = both(
        transaction(inner)
        + boundary("hazard", "tx", "<errorEventDefinition/>")
        + WAYS
        + flows("hazard>e"),
        lambda case: case.complete("a"),
        extra=MESSAGE,
    )
    assert case.path == ["s", "is", "a", "boom", "hazard", "e"]


def test_a_handler_that_fails_while_cancelling_is_a_hazard() -> None:
    sub = (
        '<startEvent id="us"/><endEvent id="ue"><errorEventDefinition errorRef="err"/></endEvent>'
        + flows("us>ue")
    )
    inner = (
        '<startEvent id="is"/><userTask id="a"/>'
        + undone("a", "subProcess", sub)
        + CANCEL.format("stop")
        + flows("is>a>stop")
    )
    case = both(
        transaction(inner)
        + boundary("hazard", "tx", "<errorEventDefinition/>")
        + WAYS
        + flows("hazard>e"),
        lambda case: case.complete("a"),
        extra=MESSAGE,
    )
    assert case.path[-2:] == ["hazard", "e"]
    assert case.ended is not None


def test_a_completed_transaction_can_be_undone_from_outside() -> None:
    case = both(
        transaction(BOOK).replace('<endEvent id="e"/>', end("e")) + WAYS,
        lambda case: [case.complete(each) for each in ("a", "b", "undo-b", "undo-a")],
        {"bad": False},
    )
    assert case.path[-3:] == ["undo-b", "undo-a", "e"]
