"""Data associations: that what they connect exists, and can be a variable (BPMN 2.0.2, 10.4)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.normalise.data import ASSOCIATIONS, is_variable, moves
from engine.bpmn.wording import problem
from engine.errors import Problem


def association_ends(graph: Graph) -> Iterator[Problem]:
    """What a data association refers to exists."""
    for node in graph.nodes:
        for tag in ASSOCIATIONS:
            for association in node.iterchildren(names.bpmn(tag)):
                for end in ("sourceRef", "targetRef"):
                    for reference in association.iterchildren(names.bpmn(end)):
                        identifier = names.local_name(reference.text)
                        if identifier and identifier not in graph.by_id:
                            yield problem(
                                "wrong-reference",
                                node,
                                f"{{it}}的数据关联指向不存在的“{identifier}”。请重新连接，或删去。",
                                f"A data association of {{it}} refers to “{identifier}”, which does "
                                "not exist. Connect it again or delete it.",
                                reference=identifier,
                            )


def data_names(graph: Graph) -> Iterator[Problem]:
    """Data that moves has a name that FEEL can read."""
    for node in graph.nodes:
        for move in moves(graph, node):
            plain = move.association.find(names.bpmn("transformation")) is None and (
                move.association.find(names.bpmn("assignment")) is None
            )
            for name in (move.target, move.source if plain else ""):
                if name and not is_variable(name):
                    yield problem(
                        "data-name",
                        node,
                        f"{{it}}的数据关联用到的名称“{name[:40]}”不能作变量名。请改为字母、汉字、数字、"
                        "下划线组成、不以数字开头的名称。",
                        f"The name “{name[:40]}” that a data association of {{it}} uses can be no "
                        "variable. Use letters, digits and underscores, and no digit first.",
                    )


RULES = (association_ends, data_names)
