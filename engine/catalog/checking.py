"""Checking a package whole: what each file says, and what they say of each other."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine import feel
from engine.bpmn.definition import Element
from engine.catalog import cases, secrets
from engine.catalog.package import Package
from engine.catalog.problems import missing, model_path, problem, split
from engine.catalog.reading import Reader, package_hash
from engine.catalog.untranslated import untranslated
from engine.errors import Invalid, ModelRejected, Problem, Unavailable


def check(
    files: Mapping[str, bytes],
    *,
    script_formats: frozenset[str] = frozenset(),
    operations: frozenset[str] | None = None,
    known_processes: frozenset[str] | None = None,
) -> Package:
    """Parse all of a package. Raises ModelRejected with every error found in any of its files."""
    reader = Reader(files, script_formats)
    package = reader.read()
    if package is None or reader.errors:
        raise ModelRejected(reader.errors)
    problems = list(_cross_check(package, _House(operations, known_processes)))
    errors = [found for found in problems if found.severity == "error"]
    if errors:
        raise ModelRejected(errors)
    return replace(package, warnings=(*package.warnings, *problems))


_KEPT = 64
_pinned: OrderedDict[tuple[str, frozenset[str]], Package] = OrderedDict()
_pinned_lock = threading.Lock()


def pinned(
    sha256: str, read: Callable[[], Mapping[str, bytes]], *, script_formats: frozenset[str]
) -> Package:
    """The package of a deployment's hash, parsed once in this process; ``read`` brings its files.

    What a hash names never changes, so the package may be shared by all engines and threads.
    Raises Unavailable when the files are not those that the hash was made of.
    """
    key = (sha256, script_formats)
    with _pinned_lock:
        known = _pinned.get(key)
        if known is not None:
            _pinned.move_to_end(key)
            return known
    files = read()
    if package_hash(files) != sha256:
        raise Unavailable(
            reason={
                "zh": "流程版本的内容与部署时不同，可能被直接改动了数据库。请管理员从备份恢复。",
                "en": "a deployed version is not what was deployed; somebody may have edited the "
                "database. Restore it from a backup.",
            }
        )
    package = check(files, script_formats=script_formats)
    with _pinned_lock:
        kept = _pinned.setdefault(key, package)
        _pinned.move_to_end(key)
        while len(_pinned) > _KEPT:
            _pinned.popitem(last=False)
    return kept


def all_problems(files: Mapping[str, bytes], **options: Any) -> list[Problem]:
    """Errors and warnings of a package, for showing; never raises for a bad package."""
    try:
        package = check(files, **options)
        return [*package.warnings, *untranslated(package)]
    except ModelRejected as exc:
        return list(exc.problems)


@dataclass(frozen=True)
class _House:
    """What there is outside the package: None where it is not known and need not be checked."""

    operations: frozenset[str] | None
    processes: frozenset[str] | None


def _cross_check(package: Package, house: _House) -> Iterator[Problem]:
    """What one file says of another must be there."""
    yield from _manifest_problems(package)
    yield from secrets.faults(package.manifest, package.forms)
    yield from _case_problems(package)
    path = model_path(package.files)
    for element in package.definition.elements.values():
        for name, known, (zh, en) in _references(package, element, house):
            if known is not None and name not in known:
                yield missing(element.id, name, zh, en, path)


def _case_problems(package: Package) -> Iterator[Problem]:
    """Cases to try decisions by that cannot be read, or whose results are not the expected ones."""
    for path, content in package.files.items():
        if not (path.startswith("cases/") and path.endswith(".toml")):
            continue
        try:
            yield from cases.case_problems(cases.read_cases(content, path), package.decisions, path)
        except Invalid as exc:
            yield from exc.problems


def _manifest_problems(package: Package) -> Iterator[Problem]:
    manifest = package.manifest
    if manifest.start_form and manifest.start_form not in package.forms:
        yield missing("start_form", manifest.start_form, *_FORM, "process.toml")
    texts = (
        *(wall.when for wall in manifest.walls),
        *manifest.excludes,
        manifest.title_expression,
    )
    for text in texts:
        yield from _feel_problem(text, "process.toml")


_FORM = ("表单", "form")
_RULE = ("期限目录条目", "entry of the deadline catalogue")
_DOCUMENT = ("文书模板", "document template")
_LAW = ("法条（law.toml）", "article in law.toml")
_DECISION = ("决策（.dmn）", "decision in a .dmn file")
_OPERATION = ("服务操作", "registered operation")
_PROCESS = ("被调用的流程（请先部署它）", "called process (deploy it first)")

_Reference = tuple[str, Container[str] | None, tuple[str, str]]


def _references(package: Package, element: Element, house: _House) -> Iterator[_Reference]:
    """Everything an element refers to by name, with where that name must be found."""
    called = (
        None if house.processes is None else house.processes | package.definition.processes.keys()
    )
    single: tuple[tuple[str | None, Container[str] | None, tuple[str, str]], ...] = (
        (element.form_id, package.forms, _FORM),
        (element.properties.get("form"), package.forms, _FORM),
        (element.called_decision, package.decisions, _DECISION),
        (element.operation, house.operations, _OPERATION),
        (element.called_process, called, _PROCESS),
    )
    for name, known, kind in single:
        if name and not name.startswith("="):
            yield name, known, kind
    for rule in element.deadlines:
        if rule.startswith("="):
            continue  # chosen while the case runs, by a decision
        yield rule, package.rules, _RULE
    for document in element.documents:
        yield document, package.documents, _DOCUMENT
    for law in split(element.properties.get("law", "")):
        yield law, package.laws, _LAW


def _feel_problem(text: str, file: str) -> Iterator[Problem]:
    expression = text.removeprefix("=").strip()
    if not expression:
        return
    try:
        feel.compile(expression)
    except feel.FeelSyntaxError as exc:
        yield problem("feel", text, exc.message("zh"), exc.message("en"), file=file)
