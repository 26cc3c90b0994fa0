"""Models whose compensation, transactions or ad-hoc parts are wrong: code, element, body, roots."""

from __future__ import annotations

from tests.engine.bpmn.samples import ERR, INNER, boundary, flow, path, sub, timer, user

COMPENSATE = "<compensateEventDefinition/>"


CANCEL = "<cancelEventDefinition/>"
ERROR = '<errorEventDefinition errorRef="er"/>'
CANCELLED = INNER.replace('<endEvent id="ie"/>', f'<endEvent id="ie">{CANCEL}</endEvent>')


DATA = (
    '<ioSpecification><dataInput id="in1" name="x"/><dataInput id="in2"/><inputSet/><outputSet/></ioSpecification>'
    "<dataInputAssociation><sourceRef>{}</sourceRef><targetRef>{}</targetRef>{}</dataInputAssociation>"
)


def undo(*, marked: bool = True, tied: bool = True) -> str:
    """A compensation boundary event ``b`` on ``t`` and its handler ``u``."""
    return (
        f'<boundaryEvent id="b" attachedToRef="t">{COMPENSATE}</boundaryEvent>'
        f'<task id="u" isForCompensation="{str(marked).lower()}"/>'
        + ('<association id="as" sourceRef="b" targetRef="u"/>' if tied else "")
    )


def ending(definition: str, body: str) -> str:
    return body.replace('<endEvent id="e"/>', f'<endEvent id="e">{definition}</endEvent>')


def handler(trigger: str = COMPENSATE) -> str:
    return (
        f'<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">{trigger}</startEvent>'
        '<endEvent id="he"/>' + flow("hs", "he") + "</subProcess>"
    )


SPECIAL: list[tuple[str, str, str, str]] = [
    # compensation
    (
        "no-compensation-handler",
        "b",
        path(user()) + f'<boundaryEvent id="b" attachedToRef="t">{COMPENSATE}</boundaryEvent>',
        "",
    ),
    (
        "no-compensation-handler",
        "b",
        path(user())
        + undo(marked=False).replace('<task id="u"', '<task id="u"')
        + flow("t", "u")
        + flow("u", "e"),
        "",
    ),
    (
        "compensation-with-flow",
        "b",
        path(user()) + undo() + flow("b", "e"),
        "",
    ),
    ("handler-of-nothing", "u", path(user()) + '<task id="u" isForCompensation="true"/>', ""),
    ("connected-handler", "u", path(user()) + undo() + flow("u", "e"), ""),
    (
        "compensated-twice",
        "t",
        path(user())
        + undo()
        + undo().replace('"b"', '"b2"').replace('"u"', '"u2"').replace('"as"', '"as2"'),
        "",
    ),
    (
        "compensated-twice",
        "sp",
        path(sub(INNER + handler())) + undo().replace('attachedToRef="t"', 'attachedToRef="sp"'),
        "",
    ),
    (
        "wrong-reference",
        "e",
        ending('<compensateEventDefinition activityRef="nope"/>', path(user()) + undo()),
        "",
    ),
    (
        "nothing-to-compensate",
        "e",
        ending('<compensateEventDefinition activityRef="t"/>', path(user())),
        "",
    ),
    (
        "compensation-out-of-sight",
        "ie",
        path(
            user(),
            sub(
                INNER.replace(
                    '<endEvent id="ie"/>',
                    '<endEvent id="ie"><compensateEventDefinition activityRef="t"/></endEvent>',
                )
            ),
        )
        + undo(),
        "",
    ),
    # ad-hoc sub-processes
    (
        "ad-hoc-start-end",
        "is",
        path(sub('<startEvent id="is"/><task id="it"/>', tag="adHocSubProcess")),
        "",
    ),
    (
        "ad-hoc-start-end",
        "ie",
        path(sub('<endEvent id="ie"/><task id="it"/>' + flow("it", "ie"), tag="adHocSubProcess")),
        "",
    ),
    ("ad-hoc-without-activity", "sp", path(sub("", tag="adHocSubProcess")), ""),
    (
        "feel-syntax",
        "sp",
        path(
            sub(
                '<task id="it"/><completionCondition>a &gt;</completionCondition>',
                tag="adHocSubProcess",
            )
        ),
        "",
    ),
    # data
    ("wrong-reference", "t", path(user(DATA.format("nowhere", "in1", ""))), ""),
    (
        "data-name",
        "t",
        path(user(DATA.format("do", "in1", ""))) + '<dataObject id="do" name="a-b"/>',
        "",
    ),
    (
        "feel-syntax",
        "t",
        path(user(DATA.format("do", "in1", "<transformation>a +</transformation>")))
        + '<dataObject id="do" name="a"/>',
        "",
    ),
    # transactions
    ("cancel-not-caught", "sp", path(sub(CANCELLED, tag="transaction")), ""),
    (
        "caught-twice",
        "b2",
        path(sub(CANCELLED, tag="transaction"))
        + boundary(CANCEL, host="sp")
        + f'<boundaryEvent id="b2" attachedToRef="sp">{CANCEL}</boundaryEvent>'
        + flow("b2", "be"),
        "",
    ),
    (
        "caught-twice",
        "h2s",
        path(user()) + handler(ERROR) + handler(ERROR).replace('"h', '"h2').replace("h2s-h2e", "x"),
        ERR,
    ),
    *[
        ("not-supported", where, body, "")
        for where, body in [
            (
                "t",
                path(
                    user(
                        '<ioSpecification><dataOutput id="out" name="x"/><inputSet/><outputSet/></ioSpecification>'
                        "<dataOutputAssociation><sourceRef>out</sourceRef><targetRef>ds</targetRef></dataOutputAssociation>"
                    )
                )
                + '<dataStoreReference id="ds" name="store"/>',
            ),
            (
                "sp",
                path(
                    sub(
                        CANCELLED
                        + "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
                        "</multiInstanceLoopCharacteristics>",
                        tag="transaction",
                    )
                )
                + boundary(CANCEL, host="sp"),
            ),
            ("hs", path(user()) + handler()),
            (
                "b2",
                path(user())
                + undo()
                + boundary(timer("timeDuration", "P1D"), host="u")
                .replace('id="b"', 'id="b2"')
                .replace('"b-be"', '"b2-be"')
                .replace('sourceRef="b"', 'sourceRef="b2"'),
            ),
        ]
    ],
]

SOUND_SPECIAL = [
    path(user(DATA.format("do", "in1", ""))) + '<dataObject id="do" name="a"/>',
    path(user(DATA.format("do", "in2", ""))) + '<dataObject id="do" name="a - b"/>',
    path(sub('<task id="it"/>', tag="adHocSubProcess")),
    path(
        sub(
            '<task id="i1"/><task id="i2"/>' + flow("i1", "i2"),
            'ordering="Sequential"',
            tag="adHocSubProcess",
        )
    ),
    path(sub(CANCELLED, 'method="##Compensate"', tag="transaction")) + boundary(CANCEL, host="sp"),
    path(sub(INNER, tag="transaction")),
    ending(COMPENSATE, path(user()) + undo()),
    ending('<compensateEventDefinition activityRef="t"/>', path(user()) + undo()),
    path(user()) + undo().replace('sourceRef="b" targetRef="u"', 'sourceRef="u" targetRef="b"'),
    path(sub(INNER + handler())),
    path(
        user(),
        sub(
            INNER
            + handler("<errorEventDefinition/>").replace(
                '<endEvent id="he"/>',
                '<endEvent id="he"><compensateEventDefinition activityRef="it"/></endEvent>',
            )
            + '<task id="it"/><boundaryEvent id="ib" attachedToRef="it"><compensateEventDefinition/></boundaryEvent>'
            '<task id="iu" isForCompensation="true"/><association id="ia" sourceRef="ib" targetRef="iu"/>'
            + flow("is", "it")
            + flow("it", "ie")
        ),
    ),
]
