"""Small decision models for tests, written with as little XML as possible."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from engine import dmn

SAMPLES = Path(__file__).parent / "samples"
DMN15 = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def definitions(body: str, *, namespace: str = "urn:test", xmlns: str = DMN15) -> bytes:
    """A whole model round ``body``."""
    return (
        f'<definitions xmlns="{xmlns}" id="defs" name="test" namespace="{namespace}">'
        f"{body}</definitions>"
    ).encode()


def literal(text: str, type_ref: str = "") -> str:
    """A literal expression."""
    kind = f' typeRef="{type_ref}"' if type_ref else ""
    return f"<literalExpression{kind}><text>{escape(text)}</text></literalExpression>"


def decision(name: str, expression: str, *, needs: Sequence[str] = (), type_ref: str = "") -> str:
    """A decision whose id is its name; ``needs`` are ids, those of functions behind an ``f:``."""
    requirements = ""
    for each in needs:
        if each.startswith("f:"):
            requirements += (
                f'<knowledgeRequirement><requiredKnowledge href="{_href(each[2:])}"/>'
                "</knowledgeRequirement>"
            )
        elif each.startswith("i:"):
            requirements += (
                f'<informationRequirement><requiredInput href="{_href(each[2:])}"/>'
                "</informationRequirement>"
            )
        else:
            requirements += (
                f'<informationRequirement><requiredDecision href="{_href(each)}"/>'
                "</informationRequirement>"
            )
    kind = f' typeRef="{type_ref}"' if type_ref else ""
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}"{kind}/>'
        f"{requirements}{expression}</decision>"
    )


def input_data(name: str, type_ref: str = "") -> str:
    """Input data whose id is its name."""
    kind = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<inputData id="{name}" name="{name}"><variable name="{name}"{kind}/></inputData>'


def function(name: str, params: Sequence[str], body: str, *, needs: Sequence[str] = ()) -> str:
    """A business knowledge model; a parameter may be written ``name:type``."""
    formal = ""
    for each in params:
        param, _, kind = each.partition(":")
        formal += f'<formalParameter name="{param}"' + (f' typeRef="{kind}"' if kind else "") + "/>"
    known = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{_href(each)}"/></knowledgeRequirement>'
        for each in needs
    )
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic>{known}</businessKnowledgeModel>"
    )


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    defaults: Sequence[str] = (),
    ranks: Sequence[str] = (),
    expected: Sequence[str] = (),
) -> str:
    """A decision table; its rules get the ids R1, R2, …; a row is inputs, then outputs."""
    head = f'<decisionTable id="T" hitPolicy="{policy}"'
    head += f' aggregation="{aggregation}">' if aggregation else ">"
    body = ""
    for index, text in enumerate(inputs):
        values = _text("inputValues", expected[index]) if index < len(expected) else ""
        body += f'<input id="I{index + 1}"><inputExpression><text>{escape(text)}</text>'
        body += f"</inputExpression>{values}</input>"
    for index, name in enumerate(outputs):
        values = _text("outputValues", ranks[index]) if index < len(ranks) else ""
        default = _text("defaultOutputEntry", defaults[index]) if index < len(defaults) else ""
        body += f'<output id="O{index + 1}" name="{name}">{values}{default}</output>'
    for number, row in enumerate(rules, 1):
        cells = "".join(_text("inputEntry", cell) for cell in row[: len(inputs)])
        cells += "".join(_text("outputEntry", cell) for cell in row[len(inputs) :])
        body += f'<rule id="R{number}">{cells}</rule>'
    return f"{head}{body}</decisionTable>"


def load(*parts: str) -> dmn.Decisions:
    """The decisions of a model with these parts."""
    return dmn.load(definitions("".join(parts)))


def value(expression: str, inputs: dict[str, object] | None = None, *parts: str) -> object:
    """The plain value of one expression as a decision of its own, beside ``parts``."""
    decisions = load(decision("wanted", expression), *parts)
    return decisions.evaluate("wanted", inputs or {}).value


def codes(data: bytes) -> list[str]:
    """The codes of all problems the linter finds."""
    return [problem.code for problem in dmn.lint(data)]


def _text(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text)}</text></{tag}>" if text else f"<{tag}><text/></{tag}>"


def _href(reference: str) -> str:
    return reference if "#" in reference else f"#{reference}"
