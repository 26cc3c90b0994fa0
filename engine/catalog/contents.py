"""What a package's files are, what names them, and one of them taken away or called otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal, TypeAlias

from engine import bpmn, dmn
from engine.catalog.cases import cases_path
from engine.catalog.problems import is_path, problem
from engine.errors import Invalid, ModelRejected
from engine.law.tables import loads

Kind = Literal["form", "decision", "document", "scenario", ""]
"""What somebody may take away or call otherwise; '' is anything else."""
_KINDS: Final[tuple[tuple[str, str, Kind], ...]] = (
    ("", ".form", "form"),
    ("", ".dmn", "decision"),
    ("documents/", ".toml", "document"),
    ("scenarios/", ".toml", "scenario"),
)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}")

Changes: TypeAlias = dict[str, bytes | None]
"""Files as they become; None where one goes."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """Something that names a file.

    ``how`` is ``start``, ``task``, ``message``, ``document`` or ``scenario``; ``where`` an element's id,
    or the path of a scenario.
    """

    how: str
    where: str
    name: str


def kind_of(path: str) -> Kind:
    """What kind of file it is."""
    for folder, ending, kind in _KINDS:
        if path.startswith(folder) and path.endswith(ending):
            return kind
    return ""


def name_of(path: str) -> str:
    """How other files call it."""
    return PurePosixPath(path).stem


def uses(
    files: Mapping[str, bytes],
    wanted: Mapping[str, bytes] | None = None,
    *,
    drawn: bpmn.Definition | None = None,
) -> dict[str, tuple[Use, ...]]:
    """Everything in the package that names its files, or files of these paths and contents, by path.

    ``drawn`` is its model, where somebody has read it already.
    """
    named = list(_named_by(files, drawn))
    found: dict[str, tuple[Use, ...]] = {}
    for path, content in (files if wanted is None else wanted).items():
        kind = kind_of(path)
        called = _called(kind, name_of(path), content)
        found[path] = tuple(use for of, name, use in named if of == kind and name in called)
    return found


def _named_by(
    files: Mapping[str, bytes], drawn: bpmn.Definition | None
) -> Iterator[tuple[Kind, str, Use]]:
    """Kind and name of everything that is named, with what names it."""
    yield "form", _start_form(files), Use(how="start", where="", name="")
    yield from _drawn(drawn or _model(files))
    for path in sorted(files):
        if kind_of(path) == "scenario":
            use = Use(how="scenario", where=path, name=name_of(path))
            yield from (("document", name, use) for name in sorted(_expected(files[path])))


def _called(kind: Kind, name: str, content: bytes) -> frozenset[str]:
    """What steps call it: decisions by their own ids, however their file is called."""
    if kind != "decision":
        return frozenset((name,))
    try:
        return frozenset(info.id for info in dmn.load(content, lenient=True).decisions)
    except ModelRejected:
        return frozenset()


def _model(files: Mapping[str, bytes]) -> bpmn.Definition | None:
    path = next((path for path in files if path.endswith(".bpmn")), "")
    try:
        return bpmn.load(files[path], name=path) if path else None
    except ModelRejected:  # which the check tells
        return None


def _drawn(drawn: bpmn.Definition | None) -> Iterator[tuple[Kind, str, Use]]:
    for element in drawn.elements.values() if drawn is not None else ():
        message = element.properties.get("form")
        named: list[tuple[Kind, str, str | None]] = [
            ("form", "message", message) if message else ("form", "task", element.form_id),
            ("decision", "task", element.called_decision),
            *(("document", "document", each) for each in element.documents),
        ]
        for kind, how, name in named:
            if name:
                yield kind, name, Use(how=how, where=element.id, name=element.name or element.id)


def _start_form(files: Mapping[str, bytes]) -> str:
    try:
        return str(loads(files.get("process.toml", b"").decode()).get("start_form", ""))
    except ValueError:
        return ""


def _expected(content: bytes) -> frozenset[str]:
    """The documents that a scenario expects."""
    try:
        expect = loads(content.decode()).get("expect", {})
    except ValueError:
        return frozenset()
    listed = expect.get("documents", ()) if isinstance(expect, dict) else ()
    return frozenset(str(each) for each in listed) if isinstance(listed, list) else frozenset()


# ---------------------------------------------------------------------- taken away, called otherwise


def without(files: Mapping[str, bytes], path: str) -> Changes:
    """A package without a file, and without what only belongs to it.

    Raises Invalid where it is no form, decision, document template or scenario of the package.
    """
    _may_change(files, path)
    return dict.fromkeys((path, *_beside(files, path)))


def renamed(files: Mapping[str, bytes], path: str, name: str) -> Changes:
    """A package with a file called otherwise, also where the drawing, the manifest or a scenario names it.

    Decisions are called by their own ids, so that nothing but their cases goes along. Raises Invalid
    where there is no such file, the name is none, or is taken.
    """
    kind = _may_change(files, path)
    new = path[: len(path) - len(PurePosixPath(path).name)] + name + PurePosixPath(path).suffix
    if not _NAME.fullmatch(name) or not is_path(new):
        raise _refused(
            path,
            "名称以字母开头，只含字母、数字、下划线和连字符。",
            "A name begins with a letter and has letters, digits, underscores and hyphens.",
        )
    taken = {name_of(each) for each in files if kind_of(each) == kind}
    if name in taken:
        raise _refused(path, f"已有名为“{name}”的文件。", f"There is a file “{name}” already.")
    changes: Changes = {path: None, new: files[path]}
    for each in _beside(files, path):
        changes |= {each: None, cases_path(new): files[each]}
    changes |= _named(files, kind, name_of(path), name)
    return changes


def _may_change(files: Mapping[str, bytes], path: str) -> Kind:
    kind = kind_of(path)
    if not kind or path not in files:
        raise _refused(
            path[:200],
            "只有流程包里的表单、决策、文书模板和场景可以删去或改名。",
            "Only forms, decisions, document templates and scenarios of the package can be taken away "
            "or renamed.",
        )
    return kind


def _refused(path: str, zh: str, en: str) -> Invalid:
    return Invalid([problem("package-file", "", zh, en, file=path)])


def _beside(files: Mapping[str, bytes], path: str) -> tuple[str, ...]:
    """The cases kept for a file of decisions."""
    kept = cases_path(path) if path.endswith(".dmn") else ""
    return (kept,) if kept in files else ()


def _named(files: Mapping[str, bytes], kind: Kind, old: str, new: str) -> Changes:
    """Files that name it, naming it anew."""
    changes: Changes = {}
    for path, content in files.items():
        text = content
        try:
            if path.endswith(".bpmn") and (kind == "form" or kind == "document"):
                text = bpmn.renamed(content, kind, old, new)
            elif path == "process.toml" and kind == "form":
                text = _in_line(content, r"start_form", old, new)
            elif kind == "document" and kind_of(path) == "scenario" and old in _expected(content):
                text = _in_line(content, r"documents", old, new)
        except UnicodeDecodeError:
            continue
        if text != content:
            changes[path] = text
    return changes


def _in_line(content: bytes, key: str, old: str, new: str) -> bytes:
    """A file of TOML with a text called otherwise in one of its values, a text or a list of texts."""

    def value(found: re.Match[str]) -> str:
        said = re.sub(rf"(['\"]){re.escape(old)}\1", lambda each: f'"{new}"', found[2])
        return found[1] + said

    pattern = rf"^([ \t]*{key}[ \t]*=[ \t]*)(\[[^\]]*\]|.*)"
    return re.sub(pattern, value, content.decode(), flags=re.MULTILINE).encode()
