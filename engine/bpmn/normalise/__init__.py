"""Rewriting what modeling tools write into what the engine runs, ids kept.

Two passes, each a list of small functions on the tree, one rewriting a file:

* :func:`spell` changes only how a thing is written (missing ids, other vendors' attributes,
  prefixes of references). It works on broken models too, because lint reads its result.
* :func:`shape` changes the graph (implied start and end, links, …) without
  changing what it means. It expects a model that lint has passed.

What a rewriting inserts has an id that begins with ``names.INSERTED``; a drawn id that
begins so is prefixed with ``names.RENAMED`` (``names.drawn_id`` undoes it).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Final

from lxml import etree

from engine.bpmn.names import Node
from engine.bpmn.normalise.camunda import rewrite_camunda
from engine.bpmn.normalise.compensation import note_handlers
from engine.bpmn.normalise.conditions import bare_conditions
from engine.bpmn.normalise.data import map_data
from engine.bpmn.normalise.default_flows import unconditional_defaults
from engine.bpmn.normalise.diagram import drop_diagram
from engine.bpmn.normalise.double_flows import separate_flows
from engine.bpmn.normalise.event_definition_refs import inline_definitions
from engine.bpmn.normalise.executable import keep_executable
from engine.bpmn.normalise.flow_order import order_flows
from engine.bpmn.normalise.global_tasks import draw_global_tasks
from engine.bpmn.normalise.implicit_ends import draw_starts_and_ends
from engine.bpmn.normalise.irrelevant import drop_irrelevant
from engine.bpmn.normalise.links import connect_links
from engine.bpmn.normalise.missing_ids import give_ids
from engine.bpmn.normalise.multi_instance import dialect_loops
from engine.bpmn.normalise.references import strip_prefixes
from engine.bpmn.normalise.reserved_ids import rename_reserved
from engine.bpmn.normalise.scripts import feel_scripts
from engine.errors import Problem

Spelling = Callable[[Node], list[Problem]]
Shaping = Callable[[Node], None]

SPELLINGS: Final[tuple[Spelling, ...]] = (
    strip_prefixes,
    give_ids,
    draw_global_tasks,
    rewrite_camunda,
    bare_conditions,
    feel_scripts,
)
# Order matters: what is inserted must not be renamed, and in the end every node lists its flows.
SHAPINGS: Final[tuple[Shaping, ...]] = (
    drop_diagram,
    inline_definitions,
    keep_executable,
    dialect_loops,
    note_handlers,
    map_data,
    drop_irrelevant,
    rename_reserved,
    unconditional_defaults,
    connect_links,
    draw_starts_and_ends,
    separate_flows,
    order_flows,
)


def spell(tree: etree._ElementTree) -> list[Problem]:
    """Write the same model the one way we read; returns what cannot be said in our dialect."""
    return [problem for step in SPELLINGS for problem in step(tree.getroot())]


def shape(tree: etree._ElementTree) -> etree._ElementTree:
    """A copy of the tree whose graph the engine runs rightly."""
    copy = deepcopy(tree)
    for step in SHAPINGS:
        step(copy.getroot())
    return copy
