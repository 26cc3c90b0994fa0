"""Timers and services: each effect once, nothing lost, nothing stuck for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine.clock import millis
from engine.commands import SYSTEM, ResolveIncident, ResumeCase, RunJob, SuspendCase
from engine.errors import Forbidden, NotFound
from engine.handlers.jobs import BpmnError, backoff
from engine.model import rows
from engine.store import Lost
from tests.support.engines import MakeTown, Town, at_once, refusal
from tests.support.models import boundary, definitions, model, process, service, timer, user

WAIT = model(timer("t", "PT1H"), user("a", groups="drafter"), "s>t>a>e")


def jobs(town: Town, kind: str) -> list[rows.Job]:
    return town.rows(rows.Job, kind=kind)


# --- timers --------------------------------------------------------------------------------------


def test_a_timer_fires_when_its_time_has_come_and_not_before(town: Town) -> None:
    town.deploy(WAIT)
    case = town.start("zhang")
    (job,) = jobs(town, "timer")
    assert job.due_at == millis(town.clock.now() + timedelta(hours=1))
    assert town.later(minutes=59) == 0
    assert town.tasks() == {}
    assert town.later(minutes=1) == 1
    assert set(town.tasks()) == {"a"}
    assert jobs(town, "timer") == []
    assert town.audit(case) == ["start", "timer"]
    assert town.run_due() == 0
    assert town.task("a").from_user == SYSTEM
    assert town.task("a").sent_back is None


def test_a_restart_loses_no_timer(town: Town) -> None:
    town.deploy(WAIT)
    case = town.start("zhang")
    town.clock.advance(timedelta(days=3))
    town.reopen()
    assert town.run_due() >= 1
    town.complete("zhang", town.task("a"))
    assert town.case(case).state == "completed"


def test_a_timer_nobody_needs_any_more_is_gone(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter"), boundary("b", "a", after="PT1H"),
                      user("z", groups="drafter"), "s>a>e", "b>z>e2"))  # fmt: skip
    town.start("zhang")
    assert len(jobs(town, "timer")) == 1
    town.complete("zhang", town.task("a"))
    assert jobs(town, "timer") == []
    assert town.later(hours=2) == 0


def test_an_interrupting_timer_closes_the_task_and_its_draft(town: Town) -> None:
    from engine.commands import SaveDraft
    from engine.errors import Conflict

    town.deploy(model(user("a", groups="drafter"), boundary("b", "a", after="PT1H"),
                      user("z", groups="drafter"), "s>a>e", "b>z>e2"))  # fmt: skip
    case = town.start("zhang")
    task = town.task("a")
    town.engine.execute(SaveDraft(actor="zhang", task_id=task.id, answers={"x": 1}))
    town.later(hours=1)
    assert set(town.tasks()) == {"z"}
    assert town.one(rows.Task, id=task.id).state == "cancelled"
    assert town.rows(rows.Draft) == []
    assert isinstance(refusal(lambda: town.complete("zhang", task)), Conflict)
    assert town.case(case).returns == 0


def test_two_workers_fire_a_timer_once(town: Town) -> None:
    town.deploy(WAIT)
    case = town.start("zhang")
    town.clock.advance(timedelta(hours=1))
    done = at_once(*[town.run_due] * 4)
    assert sum(int(str(one)) for one in done) == 1
    assert town.audit(case) == ["start", "timer"]


def test_a_job_is_done_only_under_its_lease(town: Town) -> None:
    town.deploy(WAIT)
    case = town.start("zhang")
    town.clock.advance(timedelta(hours=1))
    store = town.engine.house.store
    (job,) = store.jobs.claim(millis(town.clock.now()), lease_ms=1000)
    foreign = RunJob(actor=SYSTEM, job_id=job.id, lease="somebody else's")
    with pytest.raises(Lost):
        town.engine.execute(foreign)
    assert town.audit(case) == ["start"]
    mine = RunJob(actor=SYSTEM, job_id=job.id, lease=job.lease or "")
    town.engine.execute(mine)
    with pytest.raises(Lost):
        town.engine.execute(mine)
    assert town.audit(case) == ["start", "timer"]


def test_a_job_claimed_while_the_case_is_suspended_waits_with_it(town: Town) -> None:
    town.deploy(WAIT)
    case = town.start("zhang")
    town.clock.advance(timedelta(hours=1))
    store = town.engine.house.store
    (job,) = store.jobs.claim(millis(town.clock.now()))
    town.engine.execute(SuspendCase(actor="zhang", case_id=case.case_id, reason="x"))
    town.engine.worker.run(job)
    (waiting,) = jobs(town, "timer")
    assert (waiting.held, waiting.lease) == (True, None)
    assert town.run_due() == 0
    town.engine.execute(ResumeCase(actor="zhang", case_id=case.case_id))
    assert town.run_due() == 1
    assert set(town.tasks()) == {"a"}


# --- services ------------------------------------------------------------------------------------


class Office:
    """An operation that does as it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.fail = 0
        self.answer: Any = {"sent": True}

    def __call__(
        self, variables: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Mapping[str, Any] | None:
        self.calls.append((dict(variables), dict(headers)))
        if self.fail > 0:
            self.fail -= 1
            raise OSError("printer on fire: 密码123")
        if isinstance(self.answer, Exception):
            raise self.answer
        answer: Mapping[str, Any] | None = self.answer
        return answer


SEND = model(service("v", "send"), user("a", groups="drafter"), "s>v>a>e")


def test_a_service_runs_after_the_commit_and_its_answer_goes_on(make_town: MakeTown) -> None:
    office = Office()
    town = make_town(operations={"send": office})
    town.deploy(SEND)
    case = town.start("zhang", answers={"to": "县"})
    assert office.calls == []
    assert town.run_due() == 1
    assert office.calls[0][0]["to"] == "县"
    assert set(town.tasks()) == {"a"}
    assert town.case(case).variables["sent"] is True
    assert town.audit(case) == ["start", "service"]


def test_an_operation_nobody_registered_is_refused_at_deployment(town: Town) -> None:
    from engine.errors import ModelRejected

    error = refusal(lambda: town.deploy(SEND))
    assert isinstance(error, ModelRejected)
    assert [problem.where for problem in error.problems] == ["v"]


def test_a_failing_service_is_tried_again_then_an_incident_then_mended(
    make_town: MakeTown,
) -> None:
    office = Office()
    office.fail = 3
    town = make_town(operations={"send": office})
    town.deploy(SEND)
    case = town.start("zhang")
    for attempt in (1, 2):
        assert town.run_due() == 1
        (job,) = jobs(town, "service")
        assert job.attempts == attempt
        assert job.due_at == millis(town.clock.now()) + backoff(attempt)
        assert job.error == "OSError", "what the operation said is not shown to everybody"
        town.clock.advance(timedelta(milliseconds=backoff(attempt)))
    assert town.run_due() == 1
    assert jobs(town, "service") == []
    incident = town.one(rows.Incident)
    assert (incident.code, incident.element_id) == ("job-service", "v")
    assert town.case(case).incidents == 1
    assert town.case_page("zhang", case).incidents[0].element == "v"
    assert town.later(days=1) <= 2, "a stuck service is not tried for ever"

    fix = ResolveIncident(actor="zhang", incident_id=incident.id)
    assert isinstance(refusal(lambda: town.engine.execute(fix)), Forbidden)
    town.engine.execute(ResolveIncident(actor="root", incident_id=incident.id))
    assert town.case(case).incidents == 0
    town.run_due()
    assert set(town.tasks()) == {"a"}
    keys = {headers["idempotency-key"] for _, headers in office.calls}
    assert len(office.calls) == 4
    assert len(keys) == 1
    again = ResolveIncident(actor="root", incident_id=incident.id)
    assert isinstance(refusal(lambda: town.engine.execute(again)), NotFound)
    assert list(town.engine.verify()) == []


def test_two_administrators_resolve_an_incident_once(make_town: MakeTown) -> None:
    office = Office()
    office.fail = 1
    town = make_town(operations={"send": office})
    town.deploy(model(service("v", "send", retries=1), user("a", groups="drafter"), "s>v>a>e"))
    town.start("zhang")
    town.run_due()
    incident = town.one(rows.Incident)
    fix = ResolveIncident(actor="root", incident_id=incident.id)
    results = at_once(*[lambda: town.engine.execute(fix)] * 3)
    assert sorted(type(result).__name__ for result in results) == [
        "NoneType", "NotFound", "NotFound",
    ]  # fmt: skip
    assert len(jobs(town, "service")) == 1


def test_an_error_in_the_processs_own_terms_takes_its_path(make_town: MakeTown) -> None:
    office = Office()
    office.answer = BpmnError("NO_PAPER", "没有纸")
    town = make_town(operations={"send": office})
    town.deploy(model(service("v", "send"), boundary("b", "v", error="err"),
                      user("a", groups="drafter"), user("z", groups="drafter"),
                      "s>v>a>e", "b>z>e2",
                      extra='<error id="err" name="x" errorCode="NO_PAPER"/>'))  # fmt: skip
    town.start("zhang")
    town.run_due()
    assert set(town.tasks()) == {"z"}


def test_an_error_nobody_catches_is_an_incident(make_town: MakeTown) -> None:
    office = Office()
    office.answer = BpmnError("NO_PAPER", "没有纸")
    town = make_town(operations={"send": office})
    town.deploy(SEND)
    case = town.start("zhang")
    town.run_due()
    incident = town.one(rows.Incident)
    assert (incident.code, incident.element_id) == ("service-failed", "v")
    assert town.case(case).incidents == 1
    office.answer = {"sent": 1}
    town.engine.execute(ResolveIncident(actor="root", incident_id=incident.id))
    town.run_due()
    assert set(town.tasks()) == {"a"}
    assert town.case(case).incidents == 0


def test_a_late_answer_is_dropped_and_noted(make_town: MakeTown) -> None:
    office = Office()
    town = make_town(operations={"send": office})
    town.deploy(model(service("v", "send"), boundary("b", "v", after="PT1H"),
                      user("a", groups="drafter"), user("z", groups="drafter"),
                      "s>v>a>e", "b>z>e2"))  # fmt: skip
    case = town.start("zhang")
    house = town.engine.house
    (job,) = house.store.jobs.claim(
        millis(town.clock.now()), lanes=["service"], lease_ms=10_000_000
    )
    from engine.handlers.jobs import prepare

    answer = prepare(house, job)
    town.later(hours=1)
    assert set(town.tasks()) == {"z"}
    with pytest.raises(Lost):
        town.engine.execute(
            RunJob(actor=SYSTEM, job_id=job.id, lease=job.lease or "", prepared=answer)
        )
    assert "sent" not in town.case(case).variables


def test_an_incident_that_something_interrupts_needs_nobody_any_more(make_town: MakeTown) -> None:
    office = Office()
    office.fail = 9
    town = make_town(operations={"send": office})
    town.deploy(model(service("v", "send", retries=1), boundary("b", "v", after="PT1H"),
                      user("a", groups="drafter"), user("z", groups="drafter"),
                      "s>v>a>e", "b>z>e2"))  # fmt: skip
    case = town.start("zhang")
    town.run_due()
    assert town.case(case).incidents == 1
    town.later(hours=1)
    assert set(town.tasks()) == {"z"}
    assert town.case(case).incidents == 0
    assert town.one(rows.Incident).resolved_by == SYSTEM


def test_a_poisonous_job_stops_nobody_else(town: Town) -> None:
    town.deploy(WAIT)
    case, other = town.start("zhang"), town.start("zhou")
    with town.engine.house.store.write() as tx:
        root = tx.lock_case(case.case_id)
        assert root is not None
        root.tokens = b"no state at all"
        tx.update(root, "tokens")
    town.later(hours=1)
    assert set(town.tasks(other)) == {"a"}
    for _ in range(10):
        town.later(hours=2)
    incident = town.one(rows.Incident)
    assert (incident.root_id, incident.code, incident.element_id) == (
        case.case_id, "job-timer", "t",
    )  # fmt: skip
    assert jobs(town, "timer") == []
    assert town.case(case).incidents == 1
    assert list(town.engine.verify()) == []


def test_a_job_of_a_kind_nobody_knows_ends_as_an_incident(town: Town) -> None:
    with town.engine.house.store.write() as tx:
        tx.insert(rows.Job(tenant="default", id="j", kind="unheard-of", due_at=0, max_attempts=1))
    town.run_due()
    assert town.one(rows.Incident).code == "job-unheard-of"


# --- expressions that fail, gateways without a way ------------------------------------------------


def test_a_gateway_without_a_way_is_an_incident_mended_with_new_values(town: Town) -> None:
    town.deploy(model(user("a", groups="drafter"), user("b", groups="drafter"),
                      "s>a>x", "x>b: amount > 5", "b>e"))  # fmt: skip
    case = town.start("zhang")
    town.complete("zhang", town.task("a"), {"amount": 1})
    incident = town.one(rows.Incident, resolved_at=None)
    assert town.case(case).incidents == 1
    assert incident.zh
    assert incident.en
    page = town.case_page("zhang", case)
    assert page.diagrams[0].trouble == (incident.element_id,)
    town.engine.execute(
        ResolveIncident(actor="root", incident_id=incident.id, answers={"amount": 9})
    )
    assert set(town.tasks()) == {"b"}
    assert town.case(case).incidents == 0
    assert town.audit(case)[-1] == "resolve-incident"


# --- calls ---------------------------------------------------------------------------------------


CHILD = process(user("c", groups="drafter"), "s9>c>e9", process_id="child")


def test_a_called_process_brings_its_results_back(town: Town) -> None:
    from tests.support.models import call

    town.deploy(definitions(
        process(call("k", "child"), user("a", groups="drafter"), "s>k>a>e"), CHILD,
    ))  # fmt: skip
    case = town.start("zhang", answers={"given": 1})
    child = town.one(rows.Instance, parent_id=case.case_id)
    assert child.root_id == case.case_id
    assert child.variables["given"] == 1
    assert [line.step for line in town.inbox("zhang", "claim")] == ["c"]
    town.complete("zhang", town.task("c"), {"found": 2})
    assert town.one(rows.Instance, id=child.id).state == "completed"
    assert town.case(case).variables["found"] == 2
    assert town.case(case).variables["case"]["starter"] == "zhang"
    assert set(town.tasks()) == {"a"}
    town.complete("zhang", town.task("a"))
    assert town.case(case).state == "completed"
    assert {line.instance_id for line in town.case_page("zhang", case).diagrams} == {
        case.case_id, child.id,
    }  # fmt: skip


def test_an_error_of_a_child_takes_the_callers_boundary(town: Town) -> None:
    from tests.support.models import call

    failing = process(
        user("c", groups="drafter"),
        '<endEvent id="bad"><errorEventDefinition errorRef="err"/></endEvent>',
        "s9>c>bad", process_id="child",
    )  # fmt: skip
    town.deploy(definitions(
        process(call("k", "child"), boundary("b", "k", error="err"),
                user("a", groups="drafter"), user("z", groups="drafter"),
                "s>k>a>e", "b>z>e2"),
        failing,
        extra='<error id="err" name="x" errorCode="E1"/>',
    ))  # fmt: skip
    case = town.start("zhang")
    town.complete("zhang", town.task("c"))
    assert set(town.tasks()) == {"z"}
    assert town.one(rows.Instance, parent_id=case.case_id).state == "failed"


def test_a_process_that_is_not_there_is_refused_at_deployment(town: Town) -> None:
    from engine.errors import ModelRejected
    from tests.support.models import call

    error = refusal(lambda: town.deploy(model(call("k", "elsewhere"), "s>k>e")))
    assert isinstance(error, ModelRejected)


def test_a_call_goes_to_the_newest_version_of_another_package(town: Town) -> None:
    from tests.support.models import call

    town.deploy(model(user("c1", groups="drafter"), "s>c1>e", process_id="other"))
    town.deploy(model(call("k", "other"), "s>k>e"))
    town.deploy(model(user("c2", groups="drafter"), "s>c2>e", process_id="other"))
    town.start("zhang")
    assert set(town.tasks()) == {"c2"}
