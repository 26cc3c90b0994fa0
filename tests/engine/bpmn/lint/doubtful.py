"""Models that may run but look wrong, and sound ones: code, element, body, roots."""

# ruff: noqa: E501  models are read better in one line

from __future__ import annotations

from tests.engine.bpmn.samples import (
    CONDITION,
    INNER,
    LOOP,
    LOOP_OVER,
    boundary,
    catch,
    choice,
    flow,
    link,
    path,
    sub,
    timer,
    user,
)

WARNED: list[tuple[str, str, str, str]] = [
    ("stale-flow-list", "t", path(user("<incoming>ghost</incoming>")), ""),
    (
        "wrong-lane-reference",
        "L",
        '<laneSet><lane id="L" name="x"><flowNodeRef>ghost</flowNodeRef></lane></laneSet>'
        + path(user()),
        "",
    ),
    (
        "pool-without-process",
        "pp",
        path(user()),
        '<collaboration id="c"><participant id="pp" processRef="elsewhere"/></collaboration>',
    ),
    ("no-default", "g", choice(flow("g", "x", "a"), flow("g", "y", "b")), ""),
    (
        "condition-on-default",
        "g-y",
        choice(flow("g", "x", "a"), flow("g", "y", "b"), attributes='default="g-y"'),
        "",
    ),
    ("half-open", "p", '<startEvent id="s"/>' + user() + flow("s", "t"), ""),
    ("empty", "sp", path(sub("")), ""),
    (
        "unreachable",
        "u",
        path(user())
        + user(identifier="u")
        + user(identifier="v")
        + flow("u", "v")
        + flow("v", "u")
        + flow("v", "e"),
        "",
    ),
    ("pointless-gateway", "g", path('<exclusiveGateway id="g"/>'), ""),
    (
        "missing-form",
        "t",
        path(
            '<userTask id="t"><extensionElements><zeebe:assignmentDefinition assignee="a"/></extensionElements></userTask>'
        ),
        "",
    ),
    (
        "nothing-to-compensate",
        "e",
        path(user()).replace(
            '<endEvent id="e"/>', '<endEvent id="e"><compensateEventDefinition/></endEvent>'
        ),
        "",
    ),
    (
        "cancel-never-thrown",
        "sp",
        path(sub(INNER, tag="transaction")) + boundary("<cancelEventDefinition/>", host="sp"),
        "",
    ),
    (
        "lonely-trigger",
        "c",
        path(catch(CONDITION).replace('id="c"', 'id="c" parallelMultiple="true"')),
        "",
    ),
    (
        "missing-assignment",
        "t",
        path(
            '<userTask id="t"><extensionElements><zeebe:formDefinition formId="f"/></extensionElements></userTask>'
        ),
        "",
    ),
    (
        "constraint-without-message",
        "t",
        path(
            user(
                extension='<zeebe:properties><zeebe:property name="constraint.1" value="a &gt; 1"/></zeebe:properties>'
            )
        ),
        "",
    ),
]

SOUND = [
    choice(flow("g", "x", "a"), flow("g", "y"), kind="complexGateway"),
    path(catch(CONDITION)),
    path(user()) + boundary(CONDITION, 'cancelActivity="false"'),
    path(catch(CONDITION + timer("timeDuration", "P1D"))),
    path(user()),
    path(user(), '<callActivity id="c" calledElement="other"/>'),
    path(catch(timer("timeDate", "2026-09-01T09:00:00+08:00"))),
    path(catch(timer("timeDate", "2026-09-01"))),
    path(catch(timer("timeCycle", "R/2026-09-01T09:00:00Z/P1D"))),
    path(catch(timer("timeDuration", "P1DT2H30M"))),
    path(catch(timer("timeDuration", "=duration(wait)"))),
    path(user()) + boundary(timer("timeCycle", "R3/PT10M"), 'cancelActivity="false"'),
    path(user())
    + link("l", "A", throws=True)
    + flow("t", "l")
    + link("k", "A", throws=False)
    + flow("k", "e"),
    choice(flow("g", "x", "a"), flow("g", "y"), attributes='default="g-y"'),
    choice(
        flow("g", "x"),
        flow("g", "y"),
        attributes='gatewayDirection="Diverging"',
        kind="parallelGateway",
    ),
    path(sub(INNER)),
    path(sub("<task id='only'/>")),
    path(user(LOOP_OVER.format("", ""))),
    path(user(LOOP.format("<loopCardinality>n</loopCardinality>"))),
    path(user(attributes='default="more"'))
    + user(identifier="u")
    + flow("t", "u", "a", identifier="more2")
    + flow("t", "u", identifier="more")
    + flow("u", "e"),
    path(
        user(
            extension='<zeebe:properties><zeebe:property name="deadline.from" value="=earliest date(&#34;r&#34;, case.startedAt)"/><zeebe:property name="constraint.1" value="working days between(a, b) &gt; 3"/><zeebe:property name="constraint.1.message" value="x"/></zeebe:properties>'
        )
    ),
    user(),
]
