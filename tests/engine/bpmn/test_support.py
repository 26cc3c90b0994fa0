"""The table of what runs is what lint refuses, what the engine runs, and what the docs say."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import bpmn
from engine.bpmn import names, support
from engine.bpmn.read import DEFAULT_LIMITS
from engine.bpmn.support import FEATURES, Feature, Status
from tests.engine.bpmn.lint.broken_content import CONTENT
from tests.engine.bpmn.lint.broken_special import SPECIAL
from tests.engine.bpmn.samples import VALID, file, model, spelled

DOCS = Path(__file__).parents[3] / "docs"
REFUSED = [each for each in FEATURES if each.status is Status.REFUSED]
RUNNING = [each for each in FEATURES if each.status in {Status.RUN, Status.REWRITTEN}]


def test_the_docs_show_the_table_as_it_is() -> None:
    text = (DOCS / "bpmn-support.md").read_text(encoding="utf-8")
    assert support.as_markdown() in text, "paste engine.bpmn.support.as_markdown() into the docs"


def test_the_docs_name_the_limits_as_they_are() -> None:
    text = (DOCS / "bpmn-support.md").read_text(encoding="utf-8")
    limits = DEFAULT_LIMITS
    for number in (limits.elements, limits.depth, limits.nodes):
        assert f"{number:,}" in text
    assert f"{limits.size // 1024 // 1024} MB" in text


def test_every_feature_is_told_in_both_languages_and_refusals_have_a_remedy() -> None:
    assert len({each.key for each in FEATURES}) == len(FEATURES)
    for each in FEATURES:
        assert each.zh
        assert each.en
        assert each.section[0].isdigit()
        assert bool(each.remedy_zh) == bool(each.remedy_en) == (each.status is Status.REFUSED)


def test_every_flow_node_and_event_trigger_has_a_row() -> None:
    kinds = {kind for each in FEATURES for kind in each.kinds}
    assert kinds >= names.FLOW_NODES
    text = " ".join(each.key.lower() for each in FEATURES)
    for definition in names.EVENT_DEFINITIONS:
        trigger = definition.removesuffix("EventDefinition").replace("compensate", "compensation")
        assert trigger in text


REFUSED_MODELS = {
    feature: (body, roots)
    for code, _, body, roots in (*CONTENT, *SPECIAL)
    if code == "not-supported"
    for problem in bpmn.lint(model(body, roots=roots))
    if (feature := problem.data.get("feature"))
}


@pytest.mark.parametrize("feature", REFUSED, ids=lambda each: each.key)
def test_what_the_table_refuses_is_refused_by_name(feature: Feature) -> None:
    body, roots = REFUSED_MODELS[feature.key]
    problems = [
        each
        for each in bpmn.lint(model(body, roots=roots))
        if each.data.get("feature") == feature.key
    ]
    assert problems
    assert feature.zh in problems[0].zh
    assert feature.remedy_en in problems[0].en


@pytest.mark.parametrize("feature", RUNNING, ids=lambda each: each.key)
def test_what_the_table_runs_is_in_a_model_that_loads(feature: Feature) -> None:
    assert any(_uses(name, feature) for name in VALID)


def _uses(name: str, feature: Feature) -> bool:
    graph = spelled(file(name))
    return any(
        feature.matches(graph, element)
        for process in graph.processes
        for element in process.iter(f"{{{names.BPMN}}}*")
    )
