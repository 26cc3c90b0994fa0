"""Models whose ids, flows, paths or gateways are wrong: code, element, body, roots."""

# ruff: noqa: E501  models are read better in one line

from __future__ import annotations

from tests.engine.bpmn.samples import (
    CATCH_MSG,
    ERR,
    INNER,
    MSG,
    boundary,
    catch,
    choice,
    event_gateway,
    flow,
    path,
    sub,
    timer,
    user,
)

STRUCTURE: list[tuple[str, str, str, str]] = [
    (
        "wrong-value",
        "b",
        path(user()) + boundary(timer("timeDuration", "P1D"), 'cancelActivity="no"'),
        "",
    ),
    ("wrong-value", "sp", path(sub(INNER, 'triggeredByEvent="nope"')), ""),
    (
        "no-outgoing",
        "b",
        user()
        + f'<boundaryEvent id="b" attachedToRef="t">{timer("timeDuration", "P1D")}</boundaryEvent>',
        "",
    ),
    ("no-outgoing", "s", '<startEvent id="s"/>', ""),
    ("no-incoming", "e", user() + '<endEvent id="e"/>' + flow("t", "f") + '<endEvent id="f"/>', ""),
    (
        "boundary-not-attached",
        "b",
        path(user())
        + '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs"><messageEventDefinition messageRef="m"/></startEvent><endEvent id="he"/>'
        + flow("hs", "he")
        + "</subProcess>"
        + boundary(timer("timeDuration", "P1D"), host="h"),
        MSG,
    ),
    (
        "several-starts",
        "s2",
        '<startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent>'
        '<startEvent id="s2"><messageEventDefinition messageRef="m"/></startEvent><endEvent id="e"/>'
        + flow("s", "e")
        + flow("s2", "e"),
        MSG,
    ),
    (
        "message-flow-end",
        "mf",
        choice(flow("g", "x", "a"), flow("g", "y"), attributes='default="g-y"'),
        '<collaboration id="co"><participant id="p1" processRef="p"/><participant id="p2"/>'
        '<messageFlow id="mf" sourceRef="p2" targetRef="g"/></collaboration>',
    ),
    (
        "parallel-not-starting",
        "g",
        event_gateway(CATCH_MSG).replace(
            '<eventBasedGateway id="g"',
            '<eventBasedGateway id="g" eventGatewayType="Parallel"',
        ),
        MSG,
    ),
    (
        "instantiate-out-of-place",
        "r",
        path(user(), '<receiveTask id="r" messageRef="m" instantiate="true"/>'),
        MSG,
    ),
    (
        "instantiate-out-of-place",
        "ir",
        path(
            sub(
                '<receiveTask id="ir" messageRef="m" instantiate="true"/><endEvent id="ie"/>'
                + flow("ir", "ie")
            )
        ),
        MSG,
    ),
    (
        "no-incoming",
        "u",
        '<receiveTask id="r" messageRef="m" instantiate="true"/><endEvent id="e"/>'
        + user(identifier="u")
        + flow("r", "e")
        + flow("u", "e"),
        MSG,
    ),
    (
        "missing-activation-condition",
        "g",
        path(user(), user(identifier="u"), '<complexGateway id="g"/>', flows=flow("t", "g")),
        "",
    ),
    # ids and references
    (
        "duplicate-id",
        "t",
        path(user(), '<task id="u"/>')
        .replace('id="u"', 'id="t"')
        .replace('sourceRef="u"', 'sourceRef="t"')
        .replace('targetRef="u"', 'targetRef="t"'),
        "",
    ),
    ("wrong-reference", "c", path(catch('<messageEventDefinition messageRef="nope"/>')), MSG),
    ("wrong-reference", "c", path(catch('<signalEventDefinition signalRef="m"/>')), MSG),
    (
        "wrong-reference",
        "b",
        path(user()) + boundary('<errorEventDefinition errorRef="nope"/>'),
        ERR,
    ),
    (
        "wrong-reference",
        "b",
        path(user()) + boundary('<escalationEventDefinition escalationRef="nope"/>'),
        "",
    ),
    ("wrong-reference", "t", path('<receiveTask id="t" messageRef="nope"/>'), ""),
    ("wrong-reference", "c", path(catch("<eventDefinitionRef>nope</eventDefinitionRef>")), ""),
    (
        "wrong-reference",
        "t",
        path(
            user(
                extension='<zeebe:properties><zeebe:property name="notHandlerOf" value="nobody"/></zeebe:properties>'
            )
        ),
        "",
    ),
    (
        "wrong-reference",
        "t",
        path(
            user(
                extension='<zeebe:properties><zeebe:property name="returnTo" value="nobody"/></zeebe:properties>'
            )
        ),
        "",
    ),
    (
        "wrong-value",
        "t",
        path(
            user(
                extension='<zeebe:properties><zeebe:property name="irrevocable" value="yes"/></zeebe:properties>'
            )
        ),
        "",
    ),
    ("no-message", "c", path(catch("<messageEventDefinition/>")), ""),
    ("no-message", "t", path('<receiveTask id="t"/>'), ""),
    ("no-signal", "c", path(catch("<signalEventDefinition/>")), ""),
    (
        "unnamed-message",
        "c",
        path(catch('<messageEventDefinition messageRef="m"/>')),
        '<message id="m"/>',
    ),
    # flows
    ("dangling-flow", "x", path(user(), flows=flow("t", "nowhere", identifier="x")), ""),
    ("dangling-flow", "x", path(user(), flows='<sequenceFlow id="x" sourceRef="t"/>'), ""),
    ("dangling-flow", "x", path(user(), flows=flow("t", "f1", identifier="x")), ""),
    ("flow-across-scopes", "x", path(sub(INNER), flows=flow("is", "e", identifier="x")), ""),
    (
        "condition-out-of-place",
        "s-t",
        '<startEvent id="s"/>'
        + user()
        + '<endEvent id="e"/>'
        + flow("s", "t", "a")
        + flow("t", "e"),
        "",
    ),
    (
        "condition-out-of-place",
        "g-x",
        choice(flow("g", "x", "a"), flow("g", "y"), kind="parallelGateway"),
        "",
    ),
    (
        "lonely-condition",
        "t-e",
        '<startEvent id="s"/>'
        + user()
        + '<endEvent id="e"/>'
        + flow("s", "t")
        + flow("t", "e", "a"),
        "",
    ),
    ("missing-condition", "g-y", choice(flow("g", "x", "a"), flow("g", "y")), ""),
    (
        "missing-condition",
        "g-y",
        choice(flow("g", "x", "a"), flow("g", "y"), kind="inclusiveGateway"),
        "",
    ),
    (
        "wrong-default",
        "g",
        choice(flow("g", "x", "a"), flow("g", "y", "b"), attributes='default="s-g"'),
        "",
    ),
    (
        "wrong-default",
        "g",
        choice(flow("g", "x", "a"), flow("g", "y", "b"), attributes='default="nope"'),
        "",
    ),
    (
        "default-out-of-place",
        "g",
        choice(flow("g", "x"), flow("g", "y"), attributes='default="g-x"', kind="parallelGateway"),
        "",
    ),
    (
        "flow-not-immediate",
        "x",
        path(
            user(), flows='<sequenceFlow id="x" sourceRef="t" targetRef="e" isImmediate="false"/>'
        ),
        "",
    ),
    # where paths begin and end
    ("start-with-incoming", "s", path(user(), flows=flow("t", "s")), ""),
    ("end-with-outgoing", "e", path(user(), flows=flow("e", "t")), ""),
    (
        "boundary-with-incoming",
        "b",
        path(user()) + boundary(timer("timeDuration", "P1D")) + flow("t", "b"),
        "",
    ),
    (
        "connected-handler",
        "sp",
        path(user())
        + sub(
            f'<startEvent id="is">{timer("timeDuration", "P1D")}</startEvent><endEvent id="ie"/>'
            + flow("is", "ie"),
            'triggeredByEvent="true"',
        )
        + flow("t", "sp"),
        "",
    ),
    ("no-incoming", "u", path(user()) + user(identifier="u") + flow("u", "e"), ""),
    ("no-outgoing", "u", path(user()) + user(identifier="u") + flow("t", "u"), ""),
    ("no-start", "p", user() + user(identifier="u") + flow("t", "u") + flow("u", "t"), ""),
    ("empty", "p", "", ""),
    # gateways
    (
        "gateway-without-outgoing",
        "g",
        '<startEvent id="s"/><exclusiveGateway id="g"/>' + flow("s", "g"),
        "",
    ),
    (
        "against-direction",
        "g",
        choice(
            flow("g", "x"),
            flow("g", "y"),
            attributes='gatewayDirection="Converging"',
            kind="parallelGateway",
        ),
        "",
    ),
    (
        "against-direction",
        "g",
        path(
            '<exclusiveGateway id="g" gatewayDirection="Diverging"/>', user(), flows=flow("t", "g")
        ).replace('targetRef="e"', 'targetRef="e"'),
        "",
    ),
    (
        "wrong-direction",
        "g",
        choice(
            flow("g", "x"),
            flow("g", "y"),
            attributes='gatewayDirection="Sideways"',
            kind="parallelGateway",
        ),
        "",
    ),
    ("event-gateway-target", "c1", event_gateway('<task id="c1"/>'), ""),
    (
        "event-gateway-target-shared",
        "c1",
        event_gateway(CATCH_MSG) + user() + flow("s", "t") + flow("t", "c1"),
        MSG,
    ),
    (
        "event-gateway-target-boundary",
        "c1",
        event_gateway('<receiveTask id="c1" messageRef="m"/>')
        + boundary(timer("timeDuration", "P1D"), host="c1"),
        MSG,
    ),
    (
        "event-gateway-mixed",
        "g",
        event_gateway(CATCH_MSG, '<receiveTask id="c2" messageRef="m"/>'),
        MSG,
    ),
    (
        "lonely-event-gateway",
        "g",
        path('<eventBasedGateway id="g"/>', catch('<messageEventDefinition messageRef="m"/>')),
        MSG,
    ),
    ("misplaced-element", "m1", path(user()), '<task id="m1"/>'),
    (
        "misplaced-element",
        "t",
        path(
            '<task id="t"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></task>'
        ),
        "",
    ),
    ("unknown-element", "z", path(user()) + '<hyperTask id="z"/>', ""),
    (
        "unknown-element",
        "e",
        path(user()).replace(
            '<endEvent id="e"/>', '<endEvent id="e"><hyperEventDefinition/></endEvent>'
        ),
        "",
    ),
    # pools
    (
        "dangling-message-flow",
        "mf",
        path(user()),
        '<collaboration id="c"><participant id="pp" processRef="p"/><messageFlow id="mf" sourceRef="pp" targetRef="nobody"/></collaboration>',
    ),
    (
        "message-flow-in-pool",
        "mf",
        path(user()),
        '<collaboration id="c"><participant id="pp" processRef="p"/><messageFlow id="mf" sourceRef="t" targetRef="s"/></collaboration>',
    ),
    (
        "two-lanes",
        "t",
        '<laneSet><lane id="L" name="a"><flowNodeRef>t</flowNodeRef></lane><lane id="M" name="b"><flowNodeRef>t</flowNodeRef></lane></laneSet>'
        + path(user()),
        "",
    ),
    (
        "wrong-default",
        "g",
        choice(flow("g", "x", "a"), flow("g", "y", "b"), attributes='default="g-x g-y"'),
        "",
    ),
]
