"""Bytes of a hostile file → an lxml tree, or :class:`ModelRejected` with what to do about it.

Nothing outside the bytes is ever looked at: no document type, no entity, no inclusion, no network.
The text is decoded here, not by the parser, so that only encodings we know are ever used.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from engine.bpmn import names
from engine.errors import ModelRejected, Problem


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much a model may be.

    Bytes as uploaded, XML elements in all (pictures included), their nesting, and flow nodes.
    """

    size: int = 10 * 1024 * 1024
    elements: int = 200_000
    depth: int = 64
    nodes: int = 10_000


DEFAULT_LIMITS: Final = Limits()

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# GB 2312 and GBK are parts of GB 18030, and files that declare the former often need the latter.
_ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso8859-15",
    "shift_jis": "cp932",
    "euc-jp": "euc-jp",
    "euc-kr": "cp949",
}
_DECLARATION: Final = re.compile(r"\A\s*<\?xml\s[^>]*?\?>", re.ASCII)
_DECLARED: Final = re.compile(rb"\A\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_PROLOG_PART: Final = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_CHUNK: Final = 64 * 1024


def read(
    data: bytes, *, name: str = "main.bpmn", limits: Limits = DEFAULT_LIMITS
) -> etree._ElementTree:
    """The tree of a BPMN file, comments and processing instructions left out.

    Raises :class:`ModelRejected` when the bytes are too many, not well-formed, in an unknown
    encoding, carry a document type, nest too deep, or are not a BPMN 2.0 document.
    """
    if len(data) > limits.size:
        raise _rejected(
            "too-large",
            f"文件有 {len(data):,} 字节，超过上限 {limits.size:,} 字节。请拆分模型或删去图片等附加内容。",
            f"The file has {len(data):,} bytes; the limit is {limits.size:,}. "
            "Split the model or remove embedded pictures.",
            name,
        )
    text = _decode(data, name)
    _refuse_doctype(text, name)
    root = _parse(text, name, limits)
    _check_root(root, name)
    return root.getroottree()


def _decode(data: bytes, name: str) -> str:
    encoding, skip = _encoding_of(data, name)
    try:
        return data[skip:].decode(encoding)
    except UnicodeDecodeError as exc:
        line = data[: exc.start].count(b"\n") + 1
        raise _rejected(
            "undecodable",
            f"文件内容与其声明的编码（{encoding}）不符。请在建模工具中另存为 UTF-8。",
            f"The file is not in the encoding it declares ({encoding}). Save it as UTF-8.",
            name,
            line,
        ) from exc


def _encoding_of(data: bytes, name: str) -> tuple[str, int]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, len(bom)
    if data[:2] == b"<\0":
        return "utf-16-le", 0
    if data[:2] == b"\0<":
        return "utf-16-be", 0
    declared = _DECLARED.match(data)
    if declared is None:
        return "utf-8", 0
    label = declared.group(1).decode("ascii", "replace").lower()
    if label not in _ENCODINGS:
        raise _rejected(
            "unknown-encoding",
            f"文件声明的编码“{label}”不受支持。请在建模工具中另存为 UTF-8。",
            f"The declared encoding “{label}” is not supported. Save the file as UTF-8.",
            name,
            1,
        )
    return _ENCODINGS[label], 0


def _refuse_doctype(text: str, name: str) -> None:
    """A document type may stand only before the root element, so only that part is looked at."""
    position = 0
    while part := _PROLOG_PART.match(text, position):
        position = part.end()
    if text.startswith("<!", position):
        raise _rejected(
            "doctype",
            "文件含有 DOCTYPE 声明或实体，出于安全不予读取。请删去 <!DOCTYPE …> 后重新上传。",
            "The file has a document type or entities, which are never read. "
            "Remove <!DOCTYPE …> and upload it again.",
            name,
            text.count("\n", 0, position) + 1,
        )


def _parse(text: str, name: str, limits: Limits) -> etree._Element:
    # Same number of lines, so that the problems found later name the lines of the file.
    text = _DECLARATION.sub(lambda found: "\n" * found.group().count("\n"), text, count=1)
    parser: etree.XMLPullParser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    data = text.lstrip(" \t\r").encode("utf-8", "surrogatepass")
    root: etree._Element | None = None
    counts = _Counts(limits, name)
    try:
        # Fed in pieces, so that a bomb is noticed before all of it is in memory.
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
            root = counts.take(parser, root)
        parser.close()
        root = counts.take(parser, root)
    except etree.XMLSyntaxError as exc:
        raise _malformed(exc, name, limits) from exc
    assert root is not None, "a document that ends well has a root"
    return root


class _Counts:
    """Counts elements and their nesting while they arrive."""

    def __init__(self, limits: Limits, name: str) -> None:
        self._limits = limits
        self._name = name
        self._depth = 0
        self._elements = 0

    def take(
        self, parser: etree.XMLPullParser, root: etree._Element | None
    ) -> etree._Element | None:
        for event, element in parser.read_events():
            if event == "end":
                self._depth -= 1
                continue
            assert isinstance(element, names.Node)  # of these two events it always is
            if root is None:
                root = element
            self._depth += 1
            self._elements += 1
            if self._depth > self._limits.depth:
                raise _too_deep(self._limits, self._name, names.line(element))
            if self._elements > self._limits.elements:
                raise _rejected(
                    "too-many-elements",
                    f"文件的 XML 元素超过上限 {self._limits.elements:,} 个。"
                    "请把流程拆成几个，用调用活动相连。",
                    f"The file has more than {self._limits.elements:,} XML elements. "
                    "Split the process and connect the parts by call activities.",
                    self._name,
                    names.line(element),
                )
        return root


def _check_root(root: etree._Element, name: str) -> None:
    if root.tag != names.bpmn("definitions"):
        found = etree.QName(root)
        raise _rejected(
            "not-bpmn",
            f"这不是 BPMN 2.0 文件：根元素是 {{{found.namespace or ''}}}{found.localname}，"
            "应为 definitions。请从建模工具导出 BPMN 2.0 XML。",
            f"This is not a BPMN 2.0 file: its root is {{{found.namespace or ''}}}"
            f"{found.localname}, not definitions. Export it as BPMN 2.0 XML.",
            name,
            names.line(root),
        )
    inclusion = next(root.iter(f"{{{names.XINCLUDE}}}*"), None)
    if inclusion is not None:
        raise _rejected(
            "xinclude",
            "文件含有 XInclude 引用，出于安全不予读取。请把所引内容直接写入文件。",
            "The file uses XInclude, which is never followed. Put the content into the file itself.",
            name,
            names.line(inclusion),
        )


def _too_deep(limits: Limits, name: str, line: int | None) -> ModelRejected:
    return _rejected(
        "too-deep",
        f"文件的嵌套超过上限 {limits.depth} 层。请把内层子流程改为调用活动。",
        f"The file nests deeper than {limits.depth} levels. "
        "Turn inner sub-processes into call activities.",
        name,
        line,
    )


def _malformed(exc: etree.XMLSyntaxError, name: str, limits: Limits) -> ModelRejected:
    reason = (exc.msg or "").strip()[:200]
    if "Excessive depth" in reason:  # the parser's own limit, met within one piece of the file
        return _too_deep(limits, name, exc.lineno or None)
    return _rejected(
        "not-well-formed",
        f"文件不是格式良好的 XML（{reason}）。请在建模工具中重新导出。",
        f"The file is not well-formed XML ({reason}). Export it again from the modeler.",
        name,
        exc.lineno or None,
    )


def _rejected(code: str, zh: str, en: str, name: str, line: int | None = None) -> ModelRejected:
    return ModelRejected([Problem(code=code, zh=zh, en=en, line=line, file=name)])
