"""A file of decisions as parts, and parts as a file: for bringing two states of it together.

Parts are what people know as one: decisions and what else stands in the graph, requirements, tables,
columns, rules, and where things stand in the picture. A rule says its cells by column, so that a
column of one side and a rule of the other find each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from engine.dmn.read import Element, read, tag
from engine.model.threeway import Part, Parts

TOP: Final = "/"
"""The file itself."""
CELL: Final = "cell:"
"""Before the key of a column, in the name of a rule's attribute."""
LOGIC: Final = "logic"
"""The attribute of a decision that is its expression, or says which table is."""
TABLE: Final = "decisionTable"
PLACE: Final = "di:"
"""Before the key of what only says where something stands in the picture."""
_LOGICS: Final = frozenset(
    {TABLE, "literalExpression", "context", "invocation", "list", "relation", "functionDefinition",
     "conditional", "for", "every", "some", "filter"}
)  # fmt: skip
_REQUIREMENTS: Final = frozenset(
    {"informationRequirement", "knowledgeRequirement", "authorityRequirement"}
)
_COLUMNS: Final = {"inputEntry": "input", "outputEntry": "output", "annotationEntry": "annotation"}
_RANKS: Final = {
    "description": 0, "extensionElements": 1, "import": 2, "itemDefinition": 3, "question": 4,
    "allowedAnswers": 5, "variable": 6, "encapsulatedLogic": 6, "informationRequirement": 7,
    "knowledgeRequirement": 8, "authorityRequirement": 9, "input": 20, "output": 21,
    "annotation": 22, "rule": 23, "inputEntry": 24, "outputEntry": 25, "annotationEntry": 26,
    "DMNDI": 90, **dict.fromkeys(_LOGICS, 30),
}  # fmt: skip
"""Where a child stands among its siblings, by the order of the specification."""
_OTHERWISE: Final = 15


class Strange(ValueError):
    """A file that cannot be taken apart: an id twice, a rule with more cells than columns."""


@dataclass(frozen=True)
class Xml:
    """An element as a value: what it means counts, not its id nor how it is indented."""

    said: str
    shown: str
    element: Element = field(compare=False)

    @classmethod
    def of(cls, element: Element, *, blank: str = "") -> Xml:
        """``blank`` is another way to write nothing."""
        shown = "".join(str(each) for each in element.itertext()).strip()
        if shown == blank:
            shown = ""
        return cls(shown if _plain(element) else _told(element), shown, element)


def _plain(element: Element) -> bool:
    """Whether it is a cell with nothing but its text."""
    known = all(len(each) == 0 and tag(each) == "text" for each in element)
    return known and tag(element) in _COLUMNS and set(element.attrib) <= {"id"}


def _told(element: Element) -> str:
    attributes = sorted((str(k), str(v)) for k, v in element.attrib.items() if k != "id")
    inside = [_told(each) for each in element]
    return repr((str(element.tag), attributes, (element.text or "").strip(), inside))


@dataclass(frozen=True)
class Model:
    """A file taken apart; ``numbers`` are those of rules."""

    root: Element
    parts: Parts
    numbers: Mapping[str, int]


def apart(data: bytes) -> Model:
    """Raises ModelRejected for what is no DMN, Strange for what has an id twice."""
    root = read(data)
    found: dict[str, Part] = {}
    numbers: dict[str, int] = {}
    _take(root, TOP, "", "", found, numbers)
    return Model(root, found, numbers)


def _take(
    element: Element,
    key: str,
    within: str,
    kind: str,
    found: dict[str, Part],
    numbers: dict[str, int],
) -> None:
    if key in found:
        raise Strange(key)
    says: dict[str, object] = {"tag": str(element.tag)}
    says |= {f"@{name!s}": str(value) for name, value in element.attrib.items()}
    if len(element) == 0 and (element.text or "").strip():
        says["text"] = (element.text or "").strip()
    held: list[tuple[Element, str, str]] = []
    counted: dict[str, int] = {}
    for child in element:
        local = etree.QName(child).localname
        counted[local] = counted.get(local, 0) + 1
        plain = f"{key}/{local}#{counted[local]}" if key != TOP else f"{local}#{counted[local]}"
        own = _key(element, child, plain)
        if local in _LOGICS and tag(element) == "decision":
            says[LOGIC] = own if local == TABLE else Xml.of(child)
        if own:
            held.append((child, own, _kind(child)))
            if local == "rule":
                numbers[own] = counted[local]
        elif not (local in _LOGICS and tag(element) == "decision") and local not in _COLUMNS:
            says[f"<{local}#{counted[local]}"] = Xml.of(child)
    leans: dict[str, str] = {}
    if tag(element) == "rule":
        cells = dict(_cells(element, within, found))
        says |= cells
        leans = {name: name[len(CELL) :] for name, cell in cells.items() if cell.shown}
    if kind == "requirement":
        leans = {name: each for name, each in _needs(says) if each}
    found[key] = Part(within=within, says=says, kind=kind, leans=leans)
    # Columns before rules, whose cells are called by them.
    for child, own, sort in sorted(held, key=lambda each: _rank(each[0])):
        _take(child, own, key, sort, found, numbers)


def _key(holder: Element, child: Element, plain: str) -> str:
    """How a child is called that is a part of its own; '' where it is a word of its holder."""
    local, above = etree.QName(child).localname, etree.QName(holder).localname
    named = child.get("id") or ""
    if above == "definitions":
        return "" if local in ("import", "description", "extensionElements") else named or plain
    if local in _REQUIREMENTS or (above == "decision" and local == TABLE):
        return named or plain
    if above == TABLE and local in ("input", "output", "annotation", "rule"):
        return named or plain
    if local == "DMNDiagram":
        return PLACE + (named or plain)
    if above == "DMNDiagram" and child.get("dmnElementRef"):
        return f"{PLACE}{plain.rpartition('/')[0]}{child.get('dmnElementRef')}"
    return ""


def _kind(child: Element) -> str:
    local = etree.QName(child).localname
    if local in _REQUIREMENTS:
        return "requirement"
    return local if local in ("input", "output", "annotation", "rule") else ""


def _cells(rule: Element, table: str, found: Parts) -> Iterator[tuple[str, Xml]]:
    columns = {
        kind: [key for key, part in found.items() if part.within == table and part.kind == kind]
        for kind in _COLUMNS.values()
    }
    for child in rule:
        kind = _COLUMNS.get(tag(child))
        if kind is None:
            continue
        if not columns[kind]:
            raise Strange(table)
        yield CELL + columns[kind].pop(0), Xml.of(child, blank="-" if kind == "input" else "")


def _needs(says: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in says.items():
        if isinstance(value, Xml):
            href = value.element.get("href") or ""
            yield name, href.removeprefix("#") if href.startswith("#") else ""


# ---------------------------------------------------------------------- written back


def whole(parts: dict[str, Part], before: Parts, head: Element) -> bytes:
    """A file of these parts; ``before`` is what it began with, ``head`` the root of one of its states.

    What points at something that is gone goes with it, and a decision has one expression.
    """
    known = {key: part for key, part in parts.items() if not _loose(key, part, parts)}
    held: dict[str, list[str]] = {}
    for key, part in known.items():
        held.setdefault(part.within, []).append(key)
    root = _element(TOP, known, held, before, head)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _loose(key: str, part: Part, parts: Parts) -> bool:
    if key.startswith(PLACE) and "@dmnElementRef" in part.says:
        return str(part.says["@dmnElementRef"]) not in parts
    if part.kind == "requirement":
        return any(need and need not in parts for _, need in _needs(part.says))
    return False


def _element(
    key: str, parts: Parts, held: Mapping[str, list[str]], before: Parts, head: Element
) -> Element:
    part = parts[key]
    says = part.says
    spaces: Any = head.nsmap  # the stubs forget the namespace without a prefix
    made = etree.Element(str(says["tag"]), nsmap=spaces)
    for name, value in says.items():
        if name.startswith("@"):
            made.set(name[1:], str(value))
    made.text = str(says["text"]) if "text" in says else None
    inside = held.get(key, [])
    table = _table(part, inside, parts, before)
    children = [deepcopy(value.element) for value in _own(says, table)]
    children += _row(key, part, parts, held) if part.kind == "rule" else []
    for each in inside:
        if parts[each].says["tag"].rpartition("}")[2] != TABLE or each == table:
            children.append(_element(each, parts, held, before, head))
    made.extend(sorted(children, key=_rank))
    return made


def _rank(element: Element) -> int:
    return _RANKS.get(etree.QName(element).localname, _OTHERWISE)


def _own(says: Mapping[str, object], table: str) -> Iterator[Xml]:
    for name, value in says.items():
        if isinstance(value, Xml) and (name.startswith("<") or (name == LOGIC and not table)):
            yield value


def _table(part: Part, inside: list[str], parts: Parts, before: Parts) -> str:
    """The table that is a decision's expression; '' where it has another expression."""
    tables = [each for each in inside if parts[each].says["tag"].rpartition("}")[2] == TABLE]
    kept = [each for each in tables if each in before or each == part.says.get(LOGIC)]
    return kept[0] if kept else ""


def _row(key: str, part: Part, parts: Parts, held: Mapping[str, list[str]]) -> list[Element]:
    """The cells of a rule by the columns there are; an empty one where it has none."""
    found = []
    space = str(part.says["tag"]).rpartition("}")[0] + "}"
    for column in held.get(part.within, []):
        entry = next((e for e, kind in _COLUMNS.items() if kind == parts[column].kind), "")
        if not entry:
            continue
        cell = part.says.get(CELL + column)
        if isinstance(cell, Xml):
            found.append(deepcopy(cell.element))
            continue
        blank = etree.Element(space + entry)
        if entry != "annotationEntry":
            mark = hashlib.sha256(f"{key}/{column}".encode()).hexdigest()[:10]
            blank.set("id", f"Cell_{mark}")
        etree.SubElement(blank, space + "text").text = ""
        found.append(blank)
    return found
