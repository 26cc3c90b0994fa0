"""Messages and signals: each reaches who waits for it, once."""

from __future__ import annotations

from engine.commands import BroadcastSignal, CorrelateMessage, ResumeCase, SuspendCase
from engine.errors import AnswersInvalid, Conflict, Forbidden, NotFound
from engine.model import rows
from tests.support.engines import Town, at_once, refusal
from tests.support.models import catch, field, form, message, model, throw, user

PAID = message("m", "paid", key="order")
WAITS = model(catch("w", "m", sender="legal", form="receipt"), user("a", groups="drafter"),
              "s>w>a>e", extra=PAID)  # fmt: skip
RECEIPT = form(field("sum", "number", validate={"required": True}), form_id="receipt")


def correlate(town: Town, actor: str = "root", **more: object) -> object:
    return town.engine.execute(CorrelateMessage(actor=actor, name="paid", **more))  # type: ignore[arg-type]


def test_a_message_goes_to_the_one_with_its_key(town: Town) -> None:
    town.deploy(WAITS, receipt_form=RECEIPT)
    one = town.start("zhang", answers={"order": "1"})
    two = town.start("zhang", answers={"order": "2"})
    assert isinstance(refusal(lambda: correlate(town, correlation_key="2")), AnswersInvalid)
    correlate(town, correlation_key="2", answers={"sum": 5})
    assert set(town.tasks(one)) == set()
    assert set(town.tasks(two)) == {"a"}
    assert town.case(two).variables["sum"] == 5
    assert town.audit(two) == ["start", "message"]
    for key in ("2", "9"):
        again = refusal(lambda key: correlate(town, correlation_key=key, answers={"sum": 5}), key)
        assert isinstance(again, NotFound)
    assert len(town.rows(rows.Subscription)) == 1


def test_only_administrators_send_messages_at_large(town: Town) -> None:
    town.deploy(WAITS, receipt_form=RECEIPT)
    town.start("zhang", answers={"order": "1"})
    for who in ("zhang", "li", "qian"):
        assert isinstance(
            refusal(lambda who: correlate(town, who, correlation_key="1"), who), Forbidden
        )


def test_two_who_wait_for_the_same_are_not_guessed_at(town: Town) -> None:
    town.deploy(WAITS, receipt_form=RECEIPT)
    town.start("zhang", answers={"order": "1"})
    town.start("zhang", answers={"order": "1"})
    assert isinstance(refusal(lambda: correlate(town, correlation_key="1")), Conflict)


def test_of_two_messages_at_once_one_is_delivered(town: Town) -> None:
    town.deploy(WAITS, receipt_form=RECEIPT)
    case = town.start("zhang", answers={"order": "1"})
    results = at_once(*[lambda: correlate(town, correlation_key="1", answers={"sum": 1})] * 2)
    assert sorted(isinstance(result, NotFound) for result in results) == [False, True]
    assert set(town.tasks(case)) == {"a"}


def test_a_person_records_in_the_case_that_a_message_came(town: Town) -> None:
    town.deploy(WAITS, receipt_form=RECEIPT)
    case = town.start("zhang", answers={"order": "1"})
    on = {"case_id": case.case_id}
    assert isinstance(refusal(lambda: correlate(town, "li", **on)), NotFound)
    assert isinstance(refusal(lambda: correlate(town, "zhang", **on)), Forbidden)
    _part(town, case.case_id, "li")
    (line,) = town.case_page("li", case).messages
    assert (line.name, line.form is not None) == ("paid", True)
    assert town.case_page("zhang", case).messages == ()
    assert isinstance(refusal(lambda: correlate(town, "li", **on)), AnswersInvalid)
    correlate(town, "li", key=line.key, answers={"sum": 7, "hacked": 1}, **on)
    variables = town.case(case).variables
    assert variables["sum"] == 7
    assert "hacked" not in variables
    assert set(town.tasks()) == {"a"}
    assert isinstance(refusal(lambda: correlate(town, "li", **on)), NotFound)
    assert list(town.engine.verify()) == []


def _part(town: Town, case_id: str, user_id: str) -> None:
    with town.engine.house.store.write() as tx:
        root = tx.lock_case(case_id)
        assert root is not None
        root.people = {**root.people, user_id: ["handler"]}
        tx.update(root, "people")


def test_one_case_sends_and_another_that_waits_receives(town: Town) -> None:
    town.deploy(WAITS, receipt_form=RECEIPT)
    town.deploy(model(user("u", groups="drafter"), throw("t", "m", end=True), "s>u>t",
                      process_id="sender", extra=PAID))  # fmt: skip
    waiting = town.start("zhang", answers={"order": "1"})
    sender = town.start("zhang", "sender", answers={"order": "1"})
    town.complete("zhang", town.task("u"), {"sum": 3})
    assert town.case(sender).state == "completed"
    assert town.tasks(waiting) == {}
    assert town.run_due() == 1
    assert set(town.tasks(waiting)) == {"a"}


def test_a_message_nobody_waits_for_yet_is_kept_for_a_while(town: Town) -> None:
    town.deploy(WAITS, receipt_form=RECEIPT)
    town.deploy(model(throw("t", "m"), user("u", groups="drafter"), "s>t>u>e",
                      process_id="sender", extra=PAID))  # fmt: skip
    sender = town.start("zhang", "sender", answers={"order": "1"})
    town.run_due()
    assert len(town.rows(rows.Job, kind="message")) == 1
    waiting = town.start("zhang", answers={"order": "1"})
    town.later(seconds=6)
    assert set(town.tasks(waiting)) == {"a"}
    assert town.rows(rows.Job, kind="message") == []
    assert town.case(sender).incidents == 0


def test_a_message_nobody_ever_waits_for_becomes_an_incident(town: Town) -> None:
    town.deploy(model(throw("t", "m"), user("u", groups="drafter"), "s>t>u>e", extra=PAID))
    case = town.start("zhang", answers={"order": "1"})
    for _ in range(10):
        town.later(hours=2)
    assert town.one(rows.Incident).code == "job-message"
    assert town.case(case).incidents == 1
    assert set(town.tasks()) == {"u"}


def test_a_message_starts_the_process_that_begins_with_it(town: Town) -> None:
    start = '<startEvent id="st"><messageEventDefinition messageRef="m"/></startEvent>'
    town.deploy(model(start, user("a", groups="drafter"), "st>a>e", extra=message("m", "paid")))
    correlate(town, answers={"sum": 1})
    root = town.one(rows.Instance)
    assert (root.started_by, root.variables["sum"]) == ("root", 1)
    assert set(town.tasks()) == {"a"}


def test_a_suspended_case_gets_its_message_when_it_goes_on(town: Town) -> None:
    town.deploy(WAITS, receipt_form=RECEIPT)
    case = town.start("zhang", answers={"order": "1"})
    town.engine.execute(SuspendCase(actor="zhang", case_id=case.case_id, reason="x"))
    correlate(town, correlation_key="1", answers={"sum": 2})
    assert town.run_due() == 0
    assert town.tasks() == {}
    town.engine.execute(ResumeCase(actor="zhang", case_id=case.case_id))
    town.run_due()
    assert set(town.tasks()) == {"a"}
    assert town.case(case).variables["sum"] == 2


ALARM = '<signal id="sig" name="alarm"/>'
LISTENS = model(
    '<intermediateCatchEvent id="w"><signalEventDefinition signalRef="sig"/></intermediateCatchEvent>',
    user("a", groups="drafter"), "s>w>a>e", extra=ALARM,
)  # fmt: skip


def test_a_signal_reaches_all_who_listen_and_starts_what_begins_with_it(town: Town) -> None:
    town.deploy(LISTENS)
    start = '<startEvent id="st"><signalEventDefinition signalRef="sig"/></startEvent>'
    town.deploy(model(start, user("n", groups="drafter"), "st>n>e", process_id="new", extra=ALARM))
    one, two, held = (town.start("zhang") for _ in range(3))
    town.engine.execute(SuspendCase(actor="zhang", case_id=held.case_id, reason="x"))
    command = BroadcastSignal(actor="zhang", name="alarm")
    assert isinstance(refusal(lambda: town.engine.execute(command)), Forbidden)
    reached = town.engine.execute(BroadcastSignal(actor="root", name="alarm", answers={"level": 2}))
    assert reached == 4
    town.run_due()
    assert set(town.tasks(one)) == set(town.tasks(two)) == {"a"}
    assert town.tasks(held) == {}
    assert town.audit(one) == ["start", "signal"]
    assert set(town.tasks()) == {"a", "n"}
    town.engine.execute(ResumeCase(actor="zhang", case_id=held.case_id))
    town.run_due()
    assert town.case(held).variables["level"] == 2
    assert set(town.tasks(held)) == {"a"}


def test_a_thrown_signal_reaches_other_cases(town: Town) -> None:
    town.deploy(LISTENS)
    throws = '<intermediateThrowEvent id="t"><signalEventDefinition signalRef="sig"/></intermediateThrowEvent>'
    town.deploy(model(throws, "s>t>e", process_id="caller", extra=ALARM))
    listener = town.start("zhang")
    town.start("zhang", "caller")
    town.run_due()
    assert set(town.tasks(listener)) == {"a"}
