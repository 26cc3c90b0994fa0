"""A document template: TOML that names what a document says, never how it is drawn.

There is no template language to escape from: every value is FEEL or literal text, and the drawing
(see ``layout``) treats whatever comes out as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.errors import ModelRejected, Problem
from engine.law.tables import loads

KINDS = ("opinion", "minutes", "letter", "table", "notice", "record")


@dataclass(frozen=True, kw_only=True)
class Section:
    """A numbered part: running text, labelled fields, or a table; shown while ``when`` holds."""

    heading: str
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    table: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    when: str = ""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signs: a role's title, the name and date as FEEL (empty: left blank to sign by hand)."""

    role: str
    name: str = ""
    date: str = ""


@dataclass(frozen=True, kw_only=True)
class Template:
    """A document a step leaves. ``kind`` chooses the layout."""

    id: str
    title: str
    kind: str = "record"
    confidential: bool = False
    number: str = ""
    issuer: str = ""
    recipient: str = ""
    date: str = ""
    sections: tuple[Section, ...] = ()
    signatures: tuple[Signature, ...] = ()

    def texts(self) -> Iterator[str]:
        """Every literal text people read: what a translation must hold."""
        yield self.title
        for section in self.sections:
            yield section.heading
            if section.text and not section.text.startswith("="):
                yield section.text
            yield from (label for label, _ in section.fields)
            yield from (label for label, _ in section.columns)
        yield from (signature.role for signature in self.signatures)


def mentioned(template: Template) -> frozenset[str]:
    """Names of the variables a document is made of: who may not read one may not read it."""
    return frozenset().union(*(feel.compile(text).names for text in formulas(template)))


def parse_template(content: bytes, template_id: str) -> Template:
    """Read a template. Raises ModelRejected with every fault found."""
    try:
        data = loads(content.decode())
    except ValueError as exc:
        raise ModelRejected(
            [
                _problem(
                    template_id,
                    f"文书模板不是正确的 TOML：{exc}。",
                    f"The document template is no valid TOML: {exc}.",
                )
            ]
        ) from exc
    problems: list[Problem] = []
    for key in ("section", "signature"):
        if not _are_tables(data.get(key, [])):
            problems.append(
                _problem(template_id, f"“{key}”的类型不对。", f"“{key}” is of the wrong type.")
            )
            data.pop(key)
    template = _template(data, template_id, problems)
    problems.extend(_faults(template))
    if problems:
        raise ModelRejected(problems)
    return template


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _are_pairs(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
        for pair in value
    )


def _template(data: Mapping[str, Any], name: str, problems: list[Problem]) -> Template:
    known = set(Template.__dataclass_fields__) - {"id", "sections", "signatures"}
    unknown = sorted(data.keys() - known - {"section", "signature"})
    problems += [_problem(name, f"不认识的内容“{k}”。", f"Unknown entry “{k}”.") for k in unknown]
    return (
        Template(
            id=name,
            **{
                key: data[key]
                for key in known
                if key in data and _fits(key, data[key], name, problems)
            },
            sections=tuple(_sections(data.get("section", []), name, problems)),
            signatures=tuple(
                Signature(**{k: str(v) for k, v in entry.items() if k in ("role", "name", "date")})
                for entry in data.get("signature", [])
                if _signs(entry, name, problems)
            ),
        )
        if isinstance(data.get("title"), str)
        else _untitled(name, problems)
    )


def _signs(entry: Mapping[str, Any], name: str, problems: list[Problem]) -> bool:
    known = Signature.__dataclass_fields__
    if "role" in entry and all(k in known and isinstance(v, str) for k, v in entry.items()):
        return True
    problems.append(_problem(name, "签名栏的内容不对。", "A signature is wrong."))
    return False


def _untitled(name: str, problems: list[Problem]) -> Template:
    problems.append(_problem(name, "缺少标题 title。", "The title is missing."))
    return Template(id=name, title=name)


def _fits(key: str, value: object, name: str, problems: list[Problem]) -> bool:
    wanted = bool if key == "confidential" else str
    if isinstance(value, wanted):
        return True
    problems.append(_problem(name, f"“{key}”的类型不对。", f"“{key}” is of the wrong type."))
    return False


def _sections(
    entries: list[Mapping[str, Any]], name: str, problems: list[Problem]
) -> Iterator[Section]:
    for number, entry in enumerate(entries, 1):
        unknown = entry.keys() - set(Section.__dataclass_fields__)
        pairs_ok = all(_are_pairs(entry.get(key, [])) for key in ("fields", "columns"))
        texts = [entry.get(key, "") for key in ("heading", "text", "table", "when")]
        pairs_ok = pairs_ok and all(isinstance(text, str) for text in texts)
        if unknown or not pairs_ok or "heading" not in entry:
            problems.append(
                _problem(
                    name,
                    f"第 {number} 节的内容不对（{'、'.join(sorted(unknown))}）。",
                    f"Section {number} is wrong ({', '.join(sorted(unknown))}).",
                )
            )
            continue
        yield Section(
            heading=str(entry["heading"]),
            text=str(entry.get("text", "")),
            fields=tuple((a, b) for a, b in entry.get("fields", [])),
            table=str(entry.get("table", "")),
            columns=tuple((a, b) for a, b in entry.get("columns", [])),
            when=str(entry.get("when", "")),
        )


def _faults(template: Template) -> Iterator[Problem]:
    if template.kind not in KINDS:
        yield _problem(
            template.id,
            f"kind 只能是：{'、'.join(KINDS)}。",
            f"kind is one of: {', '.join(KINDS)}.",
        )
    for text in formulas(template):
        try:
            feel.compile(text)
        except feel.FeelSyntaxError as exc:
            yield _problem(
                template.id, f"{text}：{exc.message('zh')}", f"{text}: {exc.message('en')}"
            )


def formulas(template: Template) -> Iterator[str]:
    """All FEEL of a template, without the leading ``=``."""
    texts = [template.number, template.issuer, template.recipient, template.date]
    for section in template.sections:
        texts += [section.text, section.table, section.when]
        texts += [value for _, value in (*section.fields, *section.columns)]
    for signature in template.signatures:
        texts += [signature.name, signature.date]
    for text in texts:
        if text.startswith("="):
            yield text[1:]


def _problem(name: str, zh: str, en: str) -> Problem:
    return Problem(
        code="document-template", where=name, zh=zh, en=en, file=f"documents/{name}.toml"
    )
