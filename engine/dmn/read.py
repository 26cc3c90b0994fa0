"""Bytes of a hostile file → the root of a DMN document, or :class:`ModelRejected`.

No document type, hence no entities; no network; bounded size, nesting and number of elements.
All DMN namespaces from 1.1 to 1.5 are read: the elements we use differ in nothing that matters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NoReturn, TypeAlias

from lxml import etree

from engine.errors import ModelRejected, Problem

Element: TypeAlias = "etree._Element"  # lxml gives its element class no public name

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 120
MAX_ELEMENTS: Final = 200_000

NAMESPACES: Final = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "http://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "http://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "http://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
"""Namespace of a model → version of DMN."""

FEEL_NAMESPACES: Final = frozenset(
    {
        "http://www.omg.org/spec/FEEL/20140401",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
        "http://www.omg.org/spec/DMN/20191111/FEEL/",
        "http://www.omg.org/spec/DMN/20211108/FEEL/",
        "http://www.omg.org/spec/DMN/20230324/FEEL/",
    }
)
"""How models of the various versions name the FEEL language and its types."""


def namespace(data: bytes, *, name: str = "") -> str:
    """The namespace other models import this one by; '' where it has none. Raises ModelRejected."""
    return str(read(data, name=name).get("namespace") or "")


def read(data: bytes, *, name: str = "") -> Element:
    """The ``definitions`` element of a decision model, comments and instructions left out.

    Raises :class:`ModelRejected` when the bytes are too many, not well-formed, carry a document
    type, nest too deep, or are no DMN 1.1–1.5 document.
    """
    if len(data) > MAX_BYTES:
        _reject(
            "too-large",
            f"文件有 {len(data):,} 字节，超过上限 {MAX_BYTES:,} 字节。请拆分模型。",
            f"The file has {len(data):,} bytes; the limit is {MAX_BYTES:,}. Split the model.",
            name,
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise ModelRejected([_malformed(exc, name)]) from exc
    information: Any = root.getroottree().docinfo
    if information.doctype:
        _reject(
            "doctype",
            "文件含有 DOCTYPE 声明，出于安全不予读取。请删去 <!DOCTYPE …> 后重新上传。",
            "The file has a document type, which is never read. "
            "Remove <!DOCTYPE …> and upload it again.",
            name,
        )
    _measure(root, name)
    _check_root(root, name)
    return root


def tag(element: Element) -> str:
    """The local name of a DMN element, '' for elements of other namespaces."""
    namespace, _, local = element.tag.rpartition("}")
    return local if namespace[1:] in NAMESPACES else ""


def childs(element: Element, *names: str) -> Iterator[Element]:
    """The DMN children with one of the local names, in document order."""
    for child in element:
        if tag(child) in names:
            yield child


def child(element: Element, name: str) -> Element | None:
    """The first DMN child of that local name."""
    return next(childs(element, name), None)


def line_of(element: Element) -> int | None:
    """The line an element begins in, counted from 1."""
    line: object = element.sourceline  # the stubs are mistaken about its type
    return line if isinstance(line, int) else None


def content(element: Element | None) -> str:
    """All the text inside an element, trimmed; '' when there is none."""
    if element is None:
        return ""
    return "".join(str(part) for part in element.itertext()).strip()


def _malformed(exc: Exception, name: str) -> Problem:
    line = exc.lineno if isinstance(exc, etree.XMLSyntaxError) else None
    reason = str(exc)[:200]
    return Problem(
        code="not-well-formed",
        zh=f"文件不是完好的 XML（{reason}）。请从建模工具重新导出。",
        en=f"The file is not well-formed XML ({reason}). Export it again from the modeling tool.",
        line=line,
        file=name,
    )


def _measure(root: Element, name: str) -> None:
    """Refuse what nests too deep or holds too much, without recursing ourselves."""
    count = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        count += 1
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            _reject(
                "too-complex",
                f"模型嵌套超过 {MAX_DEPTH} 层或元素超过 {MAX_ELEMENTS:,} 个。请拆分模型。",
                f"The model nests deeper than {MAX_DEPTH} or has more than {MAX_ELEMENTS:,} "
                "elements. Split it.",
                name,
            )


def _check_root(root: Element, name: str) -> None:
    if tag(root) == "definitions":
        return
    found = root.tag if len(root.tag) < 200 else root.tag[:200] + "…"
    _reject(
        "not-dmn",
        f"根元素是“{found}”，不是 DMN 1.1–1.5 的 definitions。请上传 DMN 决策模型文件。",
        f"The root element is “{found}”, not definitions of DMN 1.1–1.5. Upload a decision model.",
        name,
    )


def _reject(code: str, zh: str, en: str, name: str) -> NoReturn:
    raise ModelRejected([Problem(code=code, zh=zh, en=en, file=name)])
