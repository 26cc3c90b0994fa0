"""What a model says is told by value: who does what, with which form, by which deadline."""

from __future__ import annotations

from engine.bpmn import dialect
from engine.bpmn.definition import Constraint
from engine.bpmn.elements import read_elements, read_messages, read_processes, read_texts
from tests.engine.bpmn.samples import file, model, path, spelled, user


def test_a_task_tells_all_our_dialect_says_of_it() -> None:
    found = read_elements(spelled(file("plain.bpmn")))["apply"]
    assert (found.kind, found.name, found.process_id, found.parent) == (
        "userTask",
        "填写请假单",
        "plain",
        "plain",
    )
    assert found.documentation == "写明起止日期。"
    assert found.form_id == "leave"
    assert found.lane == "staff"
    assert found.deadlines == ("leave-reply", "leave-file")
    assert found.deadline_from == "date(case.startedAt)"
    assert (found.step, found.documents) == ("apply", ("leave-note",))
    assert found.constraints == (
        Constraint(expression="days > 0", message="天数应大于零。"),
        Constraint(expression="days < 30", message="请假不得超过三十天。"),
    )
    assert found.properties["step"] == "apply"


def test_a_lane_names_a_role_by_property_or_by_name() -> None:
    found = read_elements(spelled(file("plain.bpmn")))
    assert (found["apply"].lane, found["approve"].lane) == ("staff", "dept_head")
    assert found["approve"].not_handler_of == ("apply",)
    assert found["approve"].candidate_groups == '=["dept_head@" + case.unit]'


def test_lanes_nest_and_reach_into_sub_processes_and_to_boundary_events() -> None:
    body = (
        '<laneSet id="ls"><lane id="L1" name="outer"><flowNodeRef>sp</flowNodeRef>'
        "<flowNodeRef>t</flowNodeRef><childLaneSet><lane id='L2' name='inner'>"
        "<flowNodeRef>t</flowNodeRef></lane></childLaneSet></lane></laneSet>"
        + path(user(), '<subProcess id="sp"><task id="it"/></subProcess>')
        + '<boundaryEvent id="b" attachedToRef="t"><timerEventDefinition/></boundaryEvent>'
    )
    graph = spelled(model(body))
    found = read_elements(graph)
    assert found["t"].lane == "inner"
    assert found["sp"].lane == found["it"].lane == "outer"
    assert found["b"].lane == "inner"
    assert found["s"].lane == ""
    assert read_processes(graph)["p"].lanes == ("outer", "inner")


def test_events_tell_trigger_name_and_host() -> None:
    found = read_elements(spelled(file("bpmnio.bpmn")))
    assert (found["Start_msg"].event, found["Start_msg"].event_name) == ("message", "application")
    assert (found["paid"].event, found["paid"].event_name) == ("signal", "paid")
    assert (found["unpaid"].event, found["unpaid"].event_name) == ("error", "unpaid")
    assert found["unpaid"].attached_to == "inner"
    assert (found["withdrawn_end"].event, found["withdrawn_end"].event_name) == (
        "escalation",
        "withdrawn",
    )
    assert found["stopped"].event == "terminate"
    assert found["inner_start"].event == ""
    assert found["inner_start"].parent == "inner"
    assert found["withdraw"].parent == "withdrawn"


def test_processes_tell_how_they_start() -> None:
    process = read_processes(spelled(file("bpmnio.bpmn")))["Process_office"]
    assert [(each.element_id, each.kind, each.name) for each in process.starts] == [
        ("Start_msg", "message", "application"),
        ("Start_time", "timer", "R/P1M"),
    ]


def test_other_tasks_tell_what_they_call() -> None:
    found = read_elements(spelled(file("camunda8.bpmn")))
    assert found["Activity_table"].called_decision == "needs_hearing"
    assert found["Activity_hearing"].called_process == "public_hearing"
    assert found["Activity_urge"].operation == "notify"
    assert found["Activity_opinions"].multi_instance
    assert found["review"].deadlines == ("review-total",)
    assert found["Event_reply"].properties["sender"] == "secretary"
    assert read_processes(spelled(file("camunda8.bpmn")))["review"].version_tag == "2.1"
    assert read_messages(spelled(file("camunda8.bpmn"))) == {"reply-received"}


def test_only_what_runs_is_among_the_elements() -> None:
    assert "pay_out" not in read_elements(spelled(file("bpmnio.bpmn")))


def test_texts_are_all_that_people_read() -> None:
    graph = spelled(file("plain.bpmn"))
    texts = read_texts(graph.root, read_elements(graph))
    assert texts["apply"] == "填写请假单"
    assert texts["f4"] == "同意"
    assert texts["Lane_staff"] == "工作人员"
    assert texts["apply#constraint.1"] == "天数应大于零。"
    graph = spelled(file("camunda8.bpmn"))
    assert read_texts(graph.root, {})["TextAnnotation_1"].startswith("依据")


def test_lists_are_split_at_any_comma() -> None:
    assert dialect.listed(" a, b，c、d ;e\n") == ("a", "b", "c", "d", "e")
    assert dialect.listed(None) == ()
