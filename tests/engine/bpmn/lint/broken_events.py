"""Models whose events are wrong: code, element, body, roots."""

from __future__ import annotations

from tests.engine.bpmn.samples import (
    ERR,
    INNER,
    boundary,
    catch,
    flow,
    link,
    path,
    sub,
    timer,
    user,
)

EVENTS: list[tuple[str, str, str, str]] = [
    (
        "several-endings",
        "e",
        path(user()).replace(
            '<endEvent id="e"/>',
            '<endEvent id="e"><errorEventDefinition errorRef="er"/><terminateEventDefinition/></endEvent>',
        ),
        ERR,
    ),
    # events
    ("event-without-trigger", "c", path(catch("")), ""),
    ("event-without-trigger", "b", path(user()) + boundary(""), ""),
    ("trigger-out-of-place", "c", path(catch('<errorEventDefinition errorRef="er"/>')), ERR),
    (
        "trigger-out-of-place",
        "s",
        path(user()).replace(
            '<startEvent id="s"/>',
            '<startEvent id="s"><errorEventDefinition errorRef="er"/></startEvent>',
        ),
        ERR,
    ),
    (
        "trigger-out-of-place",
        "e",
        path(user()).replace(
            '<endEvent id="e"/>', f'<endEvent id="e">{timer("timeDuration", "P1D")}</endEvent>'
        ),
        "",
    ),
    (
        "trigger-out-of-place",
        "is",
        path(
            sub(
                f'<startEvent id="is">{timer("timeDuration", "P1D")}</startEvent><endEvent id="ie"/>'
                + flow("is", "ie")
            )
        ),
        "",
    ),
    ("several-starts", "sp", path(sub(INNER + '<startEvent id="is2"/>' + flow("is2", "ie"))), ""),
    ("several-starts", "s2", path(user()) + '<startEvent id="s2"/>' + flow("s2", "t"), ""),
    (
        "event-sub-process-start",
        "sp",
        path(user()) + sub('<task id="it"/>', 'triggeredByEvent="true"'),
        "",
    ),
    ("event-without-trigger", "is", path(user()) + sub(INNER, 'triggeredByEvent="true"'), ""),
    (
        "boundary-not-attached",
        "b",
        path(user()) + boundary(timer("timeDuration", "P1D"), host="nope"),
        "",
    ),
    (
        "boundary-not-attached",
        "b",
        path(user(), '<exclusiveGateway id="g"/>')
        + boundary(timer("timeDuration", "P1D"), host="g"),
        "",
    ),
    (
        "boundary-not-attached",
        "b",
        path(user()) + boundary(timer("timeDuration", "P1D")).replace('attachedToRef="t"', ""),
        "",
    ),
    (
        "boundary-not-attached",
        "b",
        path(
            sub(
                '<startEvent id="is"/><task id="it"/><endEvent id="ie"/>'
                + flow("is", "it")
                + flow("it", "ie")
            )
        )
        + boundary(timer("timeDuration", "P1D"), host="it"),
        "",
    ),
    (
        "must-interrupt",
        "b",
        path(user()) + boundary('<errorEventDefinition errorRef="er"/>', 'cancelActivity="false"'),
        ERR,
    ),
    ("timer-without-time", "c", path(catch("<timerEventDefinition/>")), ""),
    ("timer-without-time", "c", path(catch(timer("timeDate", " "))), ""),
    (
        "timer-ambiguous",
        "c",
        path(
            catch(
                "<timerEventDefinition><timeDate>2026-09-01</timeDate><timeDuration>P1D</timeDuration></timerEventDefinition>"
            )
        ),
        "",
    ),
    ("timer-malformed", "c", path(catch(timer("timeDuration", "3 days"))), ""),
    ("timer-malformed", "c", path(catch(timer("timeDate", "2026-13-01T00:00:00Z"))), ""),
    ("timer-malformed", "c", path(catch(timer("timeCycle", "R3"))), ""),
    ("timer-malformed", "c", path(catch(timer("timeDuration", "PT"))), ""),
    ("link-without-twin", "l", path(user()) + link("l", "A", throws=True) + flow("t", "l"), ""),
    ("link-without-twin", "k", path(user()) + link("k", "A", throws=False) + flow("k", "t"), ""),
    (
        "link-caught-twice",
        "k2",
        path(user())
        + link("l", "A", throws=True)
        + flow("t", "l")
        + link("k", "A", throws=False)
        + link("k2", "A", throws=False)
        + flow("k", "e")
        + flow("k2", "e"),
        "",
    ),
    (
        "link-with-flow",
        "l",
        path(user())
        + link("l", "A", throws=True)
        + flow("t", "l")
        + link("k", "A", throws=False)
        + flow("k", "e")
        + flow("l", "e"),
        "",
    ),
    (
        "thrown-without-code",
        "e",
        path(user()).replace(
            '<endEvent id="e"/>', '<endEvent id="e"><errorEventDefinition/></endEvent>'
        ),
        "",
    ),
    (
        "must-interrupt",
        "is",
        path(user())
        + sub(
            '<startEvent id="is" isInterrupting="false"><errorEventDefinition errorRef="er"/>'
            '</startEvent><endEvent id="ie"/>' + flow("is", "ie"),
            'triggeredByEvent="true"',
        ),
        ERR,
    ),
    (
        "thrown-without-code",
        "e",
        path(user()).replace(
            '<endEvent id="e"/>',
            '<endEvent id="e"><escalationEventDefinition escalationRef="es"/></endEvent>',
        ),
        '<escalation id="es"/>',
    ),
]
