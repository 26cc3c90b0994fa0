"""Bytes become a definition that may run, once, and for all threads; or a refusal that tells all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import bpmn
from engine.bpmn import loading
from engine.bpmn.lint.times import is_time
from engine.bpmn.spiff.timers import alarm
from engine.errors import ModelRejected
from engine.model import facts
from tests.engine.bpmn.samples import VALID, choice, file, flow, model, path, user

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)


class Services:
    def decide(self, decision_id: str, variables: Mapping[str, object]) -> object:
        return {"needs_hearing": False}[decision_id]

    def functions(self) -> Mapping[str, object]:
        return {}

    def script(self, language: str) -> Callable[[str, Mapping[str, object]], object] | None:
        return None


@pytest.mark.parametrize("name", VALID)
def test_what_modelers_export_loads(name: str) -> None:
    definition = bpmn.load(file(name))
    assert definition.sha256 == hashlib.sha256(file(name)).hexdigest()
    assert definition.processes
    assert all(each.severity == "warning" for each in definition.warnings)
    for process in definition.processes.values():
        assert process.id in definition.elements


def test_the_same_bytes_are_parsed_once_for_all_threads() -> None:
    data = file("plain.bpmn") + b"<!-- fresh -->"
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: bpmn.load(data), range(8)))
    assert len({id(each) for each in found}) == 1
    assert bpmn.load(data, script_formats=frozenset({"x"})) is not found[0]


def test_the_cache_keeps_the_models_used_last() -> None:
    cache = loading._Cache(2)
    first, second, third = (bpmn.load(file(name)) for name in VALID[:3])
    keys = [loading._Key(str(number), frozenset(), "") for number in range(3)]
    cache.put(keys[0], first)
    cache.put(keys[1], second)
    assert cache.get(keys[0]) is first
    cache.put(keys[2], third)
    assert cache.get(keys[1]) is None
    assert cache.get(keys[0]) is first


def test_a_broken_model_is_refused_with_all_its_errors_and_no_warning() -> None:
    body = path('<serviceTask id="t"/>', '<callActivity id="u"/>', '<userTask id="v"/>')
    with pytest.raises(ModelRejected) as caught:
        bpmn.load(model(body), name="broken.bpmn")
    assert {each.code for each in caught.value.problems} == {
        "missing-operation",
        "missing-called-element",
    }
    assert {each.file for each in caught.value.problems} == {"broken.bpmn"}
    assert "2" in caught.value.message("zh")


def opened(run: bpmn.Run) -> dict[str, str]:
    return {element: key for key, element in run.open.items()}


def test_a_plain_model_runs_from_start_to_end() -> None:
    definition = bpmn.load(file("plain.bpmn"))
    run = definition.start(
        "plain",
        {},
        now=NOW,
        services=Services(),
        business={"case": {"unit": "finance", "startedAt": NOW.isoformat()}},
    )
    (task,) = run.progress().of(facts.TaskOpened)
    assert (task.element_id, task.form_id) == ("apply", "leave")
    run.complete(task.key, {"days": 3})
    (task,) = run.progress().of(facts.TaskOpened)
    assert task.candidate_groups == ("dept_head@finance",)
    run = definition.restore(run.save(), run.variables, now=NOW, services=Services())
    run.complete(task.key, {"approved": True})
    progress = run.progress()
    assert progress.of(facts.InstanceEnded)[0].how == "completed"
    assert "done" in {each.element_id for each in progress.of(facts.ActivityEntered)}


def test_odd_ids_references_links_and_splits_run_as_drawn() -> None:
    definition = bpmn.load(file("bizagi.bpmn"))
    run = definition.start("Id_process", {}, now=NOW, services=Services())
    entered = [each.element_id for each in run.progress().of(facts.ActivityEntered)]
    assert entered[0] == "Start"
    assert set(opened(run)) == {"Id_t2", "Id_wait"}
    run.deliver(opened(run)["Id_t2"], {})
    run.fire(opened(run)["Id_wait"])
    progress = run.progress()
    entered = [each.element_id for each in progress.of(facts.ActivityEntered)]
    # One token each: nothing joins them.
    assert entered.count("Id_l1") == entered.count("Id_l2") == entered.count("End") == 2
    assert not [each for each in entered if each.startswith("yifa-")]
    assert progress.of(facts.InstanceEnded)


def test_what_is_implied_runs_and_is_not_seen() -> None:
    definition = bpmn.load(file("implied.bpmn"))
    (start,) = definition.processes["implied"].starts
    for chosen in (None, start.element_id):
        run = definition.start("implied", {}, now=NOW, services=Services(), start_event=chosen)
        assert set(opened(run)) == {"one", "two"}
        run.complete(opened(run)["two"], {"more": True})
        assert set(opened(run)) == {"one", "three"}
        run.complete(opened(run)["one"], {})
        run.complete(opened(run)["three"], {})
        progress = run.progress()
        assert progress.of(facts.InstanceEnded)
        entered = {each.element_id for each in progress.of(facts.ActivityEntered)}
        assert entered == {"one", "two", "three"}


def test_ids_that_look_like_ours_are_reported_as_drawn() -> None:
    definition = bpmn.load(model(path(user(identifier="yifa-task"))))
    run = definition.start("p", {}, now=NOW, services=Services())
    (task,) = run.progress().of(facts.TaskOpened)
    assert task.element_id == "yifa-task"
    assert task.candidate_groups == ("g",)
    assert definition.elements[task.element_id].form_id == "f"


def test_flows_between_the_same_nodes_are_tokens_of_their_own() -> None:
    body = choice(
        flow("g", "x", identifier="one"),
        flow("g", "x", identifier="two"),
        flow("g", "y"),
        kind="parallelGateway",
    )
    run = bpmn.load(model(body)).start("p", {}, now=NOW, services=Services())
    entered = [each.element_id for each in run.progress().of(facts.ActivityEntered)]
    assert entered.count("x") == 2
    assert entered.count("y") == 1


def test_conditions_of_camunda_7_decide() -> None:
    definition = bpmn.load(file("camunda7.bpmn"))
    variables = {
        "case": {"starter": "wang", "number": "1"},
        "dueAt": None,
        "budget": {"left": 900},
        "approvers": ["a"],
    }
    run = definition.start("purchase", variables, now=NOW, services=Services())
    (task,) = run.progress().of(facts.TaskOpened)
    assert task.assignee == "wang"
    assert task.priority == 60
    run.complete(task.key, {"amount": 60_000, "dept": "财政所"})
    assert set(opened(run)) == {"approve"}


@pytest.mark.parametrize("kind", ["timeDate", "timeDuration", "timeCycle"])
def test_times_that_pass_can_be_set(kind: str) -> None:
    good = {
        "timeDate": [
            "2026-09-01",
            "2026-09-01T09:00",
            "2028-02-29T23:59:59.5+08:00",
            "2026-09-01T01:00:00Z",
        ],
        "timeDuration": ["P3D", "PT48H", "P1Y2M3W4DT5H6M7.5S", "PT0S"],
        "timeCycle": ["R3/P1D", "R/PT1H", "P1W", "R2/2026-09-01T09:00:00+08:00/P1D"],
    }[kind]
    for text in good:
        assert is_time(kind, text), text
        assert alarm(kind.removeprefix("time").lower(), text, NOW).due.tzinfo is not None


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["timeDate", "timeDuration", "timeCycle"]),
    st.one_of(
        st.text(alphabet="0123456789-+:.TZPRYMWDHS/ ", max_size=24),
        st.from_regex(
            r"(R\d?/)?P(\dY)?(\dM)?(\dW)?(\dD)?(T(\dH)?(\dM)?(\d(\.\d)?S)?)?", fullmatch=True
        ),
        st.datetimes().map(lambda moment: moment.isoformat()),
    ),
)
def test_no_time_passes_that_cannot_be_set(kind: str, text: str) -> None:
    if is_time(kind, text):
        alarm(kind.removeprefix("time").lower(), text, NOW)


def test_a_model_of_five_thousand_nodes_lints() -> None:
    nodes, flows, last = [], [], "s"
    for number in range(2500):
        nodes.append(user(identifier=f"t{number}") + f'<exclusiveGateway id="g{number}"/>')
        flows.append(flow(last, f"t{number}") + flow(f"t{number}", f"g{number}"))
        last = f"g{number}"
    body = (
        '<startEvent id="s"/>'
        + "".join(nodes)
        + '<endEvent id="e"/>'
        + "".join(flows)
        + flow(last, "e")
    )
    problems = bpmn.lint(model(body))
    assert {each.code for each in problems} == {"pointless-gateway"}
    assert len(problems) == 2500


def test_a_model_beyond_all_measure_is_refused_before_it_costs_anything() -> None:
    body = path(*(f'<task id="t{number}"/>' for number in range(12)))
    (problem,) = bpmn.lint(model(body), limits=bpmn.Limits(nodes=10))
    assert problem.code == "too-many-nodes"
    with pytest.raises(ModelRejected):
        bpmn.load(model(body), limits=bpmn.Limits(nodes=10))


def test_sub_processes_may_nest_as_deep_as_reading_allows() -> None:
    body = '<task id="deepest"/>'
    for number in range(60):
        body = f'<subProcess id="sp{number}">{body}</subProcess>'
    definition = bpmn.load(model(body))
    run = definition.start("p", {}, now=NOW, services=Services())
    assert run.progress().of(facts.InstanceEnded)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_models_raise_nothing_but_our_own_error(data: st.DataObject) -> None:
    text = file(data.draw(st.sampled_from(VALID))).decode()
    words = [
        "id=",
        "sourceRef=",
        "targetRef=",
        "Gateway",
        "startEvent",
        "default=",
        "=",
        '"',
        "Ref",
        ">",
    ]
    for _ in range(data.draw(st.integers(1, 4))):
        word = data.draw(st.sampled_from(words))
        places = [at for at in range(len(text)) if text.startswith(word, at)]
        if places:
            at = data.draw(st.sampled_from(places))
            new = data.draw(st.sampled_from([*words, "", "x", "0", "yifa-", '"x"']))
            text = text[:at] + new + text[at + len(word) :]
    for problem in bpmn.lint(text.encode()):
        assert problem.zh
        assert problem.en
