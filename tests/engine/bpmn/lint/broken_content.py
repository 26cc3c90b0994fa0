"""Models that do not say what is to be done, or in a way that is refused: code, element, body, roots."""

# ruff: noqa: E501  models are read better in one line

from __future__ import annotations

from tests.engine.bpmn.samples import (
    CONDITION,
    INNER,
    LOOP,
    LOOP_OVER,
    MSG,
    boundary,
    catch,
    choice,
    flow,
    path,
    sub,
    timer,
    user,
)

CONTENT: list[tuple[str, str, str, str]] = [
    # activities
    ("missing-called-element", "t", path('<callActivity id="t"/>'), ""),
    ("missing-operation", "t", path('<serviceTask id="t"/>'), ""),
    ("missing-message", "t", path('<sendTask id="t"/>'), ""),
    ("missing-decision", "t", path('<businessRuleTask id="t"/>'), ""),
    (
        "missing-result-variable",
        "t",
        path(
            '<businessRuleTask id="t"><extensionElements><zeebe:calledDecision decisionId="d"/></extensionElements></businessRuleTask>'
        ),
        "",
    ),
    (
        "missing-result-variable",
        "t",
        path(
            '<scriptTask id="t"><extensionElements><zeebe:script expression="=1"/></extensionElements></scriptTask>'
        ),
        "",
    ),
    ("missing-script", "t", path('<scriptTask id="t"/>'), ""),
    (
        "script-format",
        "t",
        path('<scriptTask id="t" scriptFormat="groovy"><script>x = 1</script></scriptTask>'),
        "",
    ),
    ("script-format", "t", path('<scriptTask id="t"><script>import os</script></scriptTask>'), ""),
    ("multi-instance-without-collection", "t", path(user(LOOP.format(""))), ""),
    (
        "multi-instance-ambiguous",
        "t",
        path(user(LOOP_OVER.format("", "<loopCardinality>3</loopCardinality>"))),
        "",
    ),
    ("multi-instance-output", "t", path(user(LOOP_OVER.format(' outputElement="=y"', ""))), ""),
    ("wrong-quantity", "t", path(user(LOOP.format("<loopCardinality>-1</loopCardinality>"))), ""),
    (
        "two-loops",
        "t",
        path(user(LOOP_OVER.format("", "") + '<standardLoopCharacteristics loopMaximum="3"/>')),
        "",
    ),
    ("wrong-quantity", "t", path(user('<standardLoopCharacteristics loopMaximum="0"/>')), ""),
    ("loop-without-end", "t", path(user("<standardLoopCharacteristics/>")), ""),
    (
        "mapping-without-target",
        "t",
        path(user(extension='<zeebe:ioMapping><zeebe:input source="=a"/></zeebe:ioMapping>')),
        "",
    ),
    # expressions
    (
        "feel-syntax",
        "g-x",
        choice(flow("g", "x", "amount >"), flow("g", "y"), attributes='default="g-y"'),
        "",
    ),
    (
        "feel-syntax",
        "t",
        path(
            user(
                extension='<zeebe:ioMapping><zeebe:input source="=(a" target="b"/></zeebe:ioMapping>'
            )
        ),
        "",
    ),
    (
        "feel-syntax",
        "t",
        path(
            user(
                extension='<zeebe:properties><zeebe:property name="constraint.1" value="a &gt;"/><zeebe:property name="constraint.1.message" value="x"/></zeebe:properties>'
            )
        ),
        "",
    ),
    ("feel-syntax", "t", path(user(extension='<zeebe:taskSchedule dueDate="=now("/>')), ""),
    (
        "feel-syntax",
        "t",
        path(
            user(
                "<standardLoopCharacteristics><loopCondition>a +</loopCondition></standardLoopCharacteristics>"
            )
        ),
        "",
    ),
    ("feel-syntax", "c", path(catch(timer("timeDuration", "=duration("))), ""),
    (
        "feel-syntax",
        "m",
        path(catch('<messageEventDefinition messageRef="m"/>')),
        '<message id="m" name="n"><extensionElements><zeebe:subscription correlationKey="=case."/></extensionElements></message>',
    ),
    (
        "expression-language",
        "g-x",
        choice(
            '<sequenceFlow id="g-x" sourceRef="g" targetRef="x"><conditionExpression language="groovy">a</conditionExpression></sequenceFlow>',
            flow("g", "y"),
            attributes='default="g-y"',
        ),
        "",
    ),
    (
        "not-supported",
        "t",
        path(
            user(
                extension='<zeebe:taskListeners><zeebe:taskListener eventType="creating" type="x"/></zeebe:taskListeners>'
            )
        ),
        "",
    ),
    # Camunda 7
    ("java-code", "t", path('<serviceTask id="t" camunda:class="com.acme.Doer"/>'), ""),
    (
        "juel-expression",
        "g-x",
        choice(flow("g", "x", "${bean.call(1)}"), flow("g", "y"), attributes='default="g-y"'),
        "",
    ),
    (
        "behavior-without-event",
        "t",
        path(
            user(LOOP_OVER.format("", "")).replace(
                "<multiInstanceLoopCharacteristics>",
                '<multiInstanceLoopCharacteristics behavior="One">',
            )
        ),
        "",
    ),
    (
        "wrong-behavior",
        "t",
        path(
            user(LOOP_OVER.format("", "")).replace(
                "<multiInstanceLoopCharacteristics>",
                '<multiInstanceLoopCharacteristics behavior="Some">',
            )
        ),
        "",
    ),
    ("wrong-quantity", "t", path(user(attributes='completionQuantity="1001"')), ""),
    # refused by name
    *[
        ("not-supported", where, body, roots)
        for where, body, roots in [
            ("sp", path(sub(INNER, 'method="##Store"', tag="transaction")), ""),
            (
                "sp",
                path(
                    sub(
                        '<extensionElements><zeebe:adHoc outputCollection="all"/></extensionElements><task id="it"/>',
                        tag="adHocSubProcess",
                    )
                ),
                "",
            ),
            (
                "sp",
                path(
                    sub(
                        '<task id="i1"/><task id="i2"/><task id="i3"/>'
                        + flow("i1", "i2")
                        + flow("i1", "i3"),
                        'ordering="Sequential"',
                        tag="adHocSubProcess",
                    )
                ),
                "",
            ),
            (
                "s",
                path(user()).replace(
                    '<startEvent id="s"/>', f'<startEvent id="s">{CONDITION}</startEvent>'
                ),
                "",
            ),
            (
                "s",
                path(user()).replace(
                    '<startEvent id="s"/>',
                    '<startEvent id="s" parallelMultiple="true">'
                    '<messageEventDefinition messageRef="m"/>'
                    f"{timer('timeDuration', 'P1D')}</startEvent>",
                ),
                MSG,
            ),
            (
                "b",
                path(user())
                + boundary(
                    f"<errorEventDefinition/>{timer('timeDuration', 'P1D')}",
                    'parallelMultiple="true"',
                ),
                "",
            ),
            (
                "t",
                path(
                    user(LOOP_OVER.format("", "")).replace(
                        "<multiInstanceLoopCharacteristics>",
                        '<multiInstanceLoopCharacteristics behavior="None" noneBehaviorEventRef="td">',
                    )
                ),
                '<timerEventDefinition id="td"><timeDuration>P1D</timeDuration></timerEventDefinition>',
            ),
            ("ct", path(user()) + '<choreographyTask id="ct"/>', ""),
        ]
    ],
]
