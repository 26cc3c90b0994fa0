"""Process packages: reading a folder or archive, checking all of it, hashing it.

A package is a mapping of paths to content. Its hash pins everything a running case depends on:
model, decisions, forms, document templates, texts, and the deadline catalogue it was made under.
"""

from __future__ import annotations

import hashlib
import io
import json
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from engine import bpmn, dmn, documents, feel, forms
from engine.errors import Invalid, ModelRejected, Problem
from engine.law.shelf import Shelf, merge, parse_region, parse_shelf

SHELF = "shelf/deadlines.toml"
REGION = "shelf/region.toml"
MAX_FILES = 500
MAX_BYTES = 50_000_000

_TEXT_KEYS = ("title", "summary")


@dataclass(frozen=True, kw_only=True)
class Wall:
    """While ``when`` (FEEL) holds, only ``roles`` and the steps' own handlers may see the case."""

    when: str
    track: str
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Confidential:
    """Fields that only ``roles`` and whoever entered them may read."""

    fields: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What ``process.toml`` says."""

    key: str
    title: str
    summary: str = ""
    process_id: str = ""
    start_roles: tuple[str, ...] = ()
    start_form: str = ""
    case_number: str = ""
    title_expression: str = ""
    startable: bool = True
    needs: tuple[str, ...] = ()
    roles_see: tuple[str, ...] = ()
    walls: tuple[Wall, ...] = ()
    excludes: tuple[str, ...] = ()
    confidential: tuple[Confidential, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Law:
    """An article a step rests on, in its own words, and whether the words were checked."""

    id: str
    title: str
    article: str
    text: str
    status: str = "to-be-checked"
    source: str = ""


@dataclass(frozen=True)
class Package:
    """A checked package: everything parsed, immutable, shared by all cases of one hash."""

    files: Mapping[str, bytes]
    sha256: str
    manifest: Manifest
    definition: bpmn.Definition
    forms: Mapping[str, forms.Form]
    decisions: Mapping[str, dmn.Decisions]
    rules: Shelf
    laws: Mapping[str, Law]
    documents: Mapping[str, documents.Template]
    texts: Mapping[str, str]
    warnings: tuple[Problem, ...] = field(default=())

    @cached_property
    def model(self) -> bytes:
        """The model as its author drew it."""
        return self.files[_model_path(self.files)]

    @cached_property
    def forms_en(self) -> Mapping[str, forms.Form]:
        """The forms in English, same keys."""
        return {name: form.translated(self.texts) for name, form in self.forms.items()}

    def form(self, form_id: str | None, lang: str = "zh") -> forms.Form | None:
        """A form in a language, or None where the step has none."""
        if not form_id:
            return None
        return (self.forms if lang == "zh" else self.forms_en).get(form_id)

    def text(self, chinese: str, lang: str) -> str:
        """A text of the package in a language; Chinese where no English is given."""
        return chinese if lang == "zh" else self.texts.get(chinese, chinese)

    def confidential_fields(self, roles: Iterable[str]) -> frozenset[str]:
        """Names of the fields that nobody holding just ``roles`` may read."""
        held = set(roles)
        return frozenset(
            name
            for entry in self.manifest.confidential
            if not held & entry.roles
            for name in entry.fields
        )


def read_folder(folder: Path, forms_folder: Path | None = None) -> dict[str, bytes]:
    """The files of a package folder (forms may lie in a folder of their own). Raises ModelRejected."""
    if folder.is_file():
        if folder.suffix == ".zip":
            return read_archive(folder.read_bytes())
        return {"main.bpmn": folder.read_bytes()}
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    if forms_folder is not None and forms_folder.is_dir():
        for path in sorted(forms_folder.glob("*.form")):
            files[f"forms/{path.name}"] = path.read_bytes()
    if not files:
        raise ModelRejected([_problem("package-empty", folder.name, "文件夹是空的。请指定流程包文件夹。",
                                      "The folder is empty. Name a process package's folder.")])
    return files


def read_archive(content: bytes) -> dict[str, bytes]:
    """The files of a .zip package; one that is too large or escapes its folder is refused."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise ModelRejected([_too_large()])
        files = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as exc:
        raise ModelRejected([_problem("archive", "", "压缩包无法读取。请重新导出为 .zip。",
                                      "The archive cannot be read. Export it as .zip again.")]) from exc
    return files


def package_hash(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted paths and the hashes of their content."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
    return digest.hexdigest()


def check(
    files: Mapping[str, bytes],
    *,
    script_formats: frozenset[str] = frozenset(),
    operations: frozenset[str] | None = None,
    known_processes: frozenset[str] | None = None,
) -> Package:
    """Parse all of a package. Raises ModelRejected with every error found in any of its files."""
    reader = _Reader(files, script_formats)
    package = reader.read()
    if package is None or reader.errors:
        raise ModelRejected(reader.errors)
    problems = list(_cross_check(package, operations, known_processes))
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise ModelRejected(errors)
    warnings = (*package.warnings, *(p for p in problems if p.severity == "warning"))
    return Package(**{**_fields(package), "warnings": warnings})


def all_problems(files: Mapping[str, bytes], **options: Any) -> list[Problem]:
    """Errors and warnings of a package, for showing; never raises for a bad package."""
    try:
        return list(check(files, **options).warnings)
    except ModelRejected as exc:
        return list(exc.problems)


def _fields(package: Package) -> dict[str, Any]:
    return {name: getattr(package, name) for name in Package.__dataclass_fields__}


class _Reader:
    """Reads file by file and collects what is wrong, so that a maker sees all faults at once."""

    def __init__(self, files: Mapping[str, bytes], script_formats: frozenset[str]) -> None:
        self.files = files
        self.script_formats = script_formats
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def read(self) -> Package | None:
        if len(self.files) > MAX_FILES or sum(map(len, self.files.values())) > MAX_BYTES:
            self.errors.append(_too_large())
            return None
        definition = self._model()
        manifest = self._manifest(definition)
        loaded_forms = self._forms()
        decisions = self._decisions()
        rules = self._rules()
        laws = self._laws()
        templates = self._documents()
        texts = self._texts()
        if self.errors or definition is None or manifest is None:
            return None
        return Package(
            files=dict(self.files),
            sha256=package_hash(self.files),
            manifest=manifest,
            definition=definition,
            forms=loaded_forms,
            decisions=decisions,
            rules=rules,
            laws=laws,
            documents=templates,
            texts=texts,
            warnings=tuple(self.warnings),
        )

    def _fail(self, file: str, exc: Invalid) -> None:
        for problem in exc.problems:
            self.errors.append(problem if problem.file else _in_file(problem, file))

    def _model(self) -> bpmn.Definition | None:
        models = [path for path in self.files if path.endswith(".bpmn")]
        if len(models) != 1:
            self.errors.append(
                _problem("package-model", "", f"流程包应当恰有一个 .bpmn 文件，现有 {len(models)} 个。",
                         f"A package has exactly one .bpmn file; this has {len(models)}.")
            )
            return None
        path = models[0]
        try:
            definition = bpmn.load(self.files[path], script_formats=self.script_formats, name=path)
        except ModelRejected as exc:
            self._fail(path, exc)
            return None
        self.warnings.extend(
            warning if warning.file else _in_file(warning, path) for warning in definition.warnings
        )
        return definition

    def _manifest(self, definition: bpmn.Definition | None) -> Manifest | None:
        data = self._toml("process.toml")
        if data is None:
            if definition is None:
                return None
            process = next(iter(definition.processes.values()))
            return Manifest(key=process.id, title=process.name or process.id, process_id=process.id)
        try:
            return _manifest(data, definition)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            self.errors.append(
                _problem("manifest", str(exc), f"process.toml 的内容不对：{exc}。请对照 docs/modeling.md。",
                         f"process.toml is wrong: {exc}. See docs/modeling.md.", file="process.toml")
            )
            return None

    def _forms(self) -> dict[str, forms.Form]:
        found: dict[str, forms.Form] = {}
        for path, content in self.files.items():
            if not path.endswith(".form"):
                continue
            try:
                found[Path(path).stem] = forms.parse(content)
            except ModelRejected as exc:
                self._fail(path, exc)
        return found

    def _decisions(self) -> dict[str, dmn.Decisions]:
        found: dict[str, dmn.Decisions] = {}
        for path, content in self.files.items():
            if not path.endswith(".dmn"):
                continue
            try:
                model = dmn.load(content, name=path)
            except ModelRejected as exc:
                self._fail(path, exc)
                continue
            for decision in model.decisions:
                found[decision.id] = model
        return found

    def _rules(self) -> Shelf:
        if SHELF not in self.files:
            return Shelf(rules=())
        try:
            shelf = parse_shelf(self.files[SHELF].decode(), SHELF)
            if REGION in self.files:
                shelf = merge(shelf, parse_region(self.files[REGION].decode(), REGION))
        except Invalid as exc:
            self._fail(SHELF, exc)
        except UnicodeDecodeError:
            self.errors.append(_not_text(SHELF))
        else:
            return shelf
        return Shelf(rules=())

    def _laws(self) -> dict[str, Law]:
        data = self._toml("law.toml") or {}
        found = {}
        for name, entry in data.items():
            try:
                found[name] = Law(id=name, **entry)
            except TypeError as exc:
                self.errors.append(
                    _problem("law", name, f"law.toml 的条目 {name} 不对：{exc}。",
                             f"Entry {name} of law.toml is wrong: {exc}.", file="law.toml")
                )
        return found

    def _documents(self) -> dict[str, documents.Template]:
        found: dict[str, documents.Template] = {}
        for path, content in self.files.items():
            if not (path.startswith("documents/") and path.endswith(".toml")):
                continue
            try:
                found[Path(path).stem] = documents.parse_template(content, Path(path).stem)
            except ModelRejected as exc:
                self._fail(path, exc)
        return found

    def _texts(self) -> dict[str, str]:
        data = self._toml("en.toml") or {}
        return {str(key): str(value) for key, value in data.get("texts", {}).items()}

    def _toml(self, path: str) -> dict[str, Any] | None:
        if path not in self.files:
            return None
        try:
            return tomllib.loads(self.files[path].decode())
        except UnicodeDecodeError:
            self.errors.append(_not_text(path))
        except tomllib.TOMLDecodeError as exc:
            self.errors.append(
                _problem("toml", "", f"{path} 不是正确的 TOML：{exc}。", f"{path} is no valid TOML: {exc}.",
                         file=path)
            )
        return None


def _manifest(data: Mapping[str, Any], definition: bpmn.Definition | None) -> Manifest:
    first = next(iter(definition.processes)) if definition is not None else ""
    process_id = str(data.get("process_id", data["key"]))
    if definition is not None and process_id not in definition.processes:
        process_id = first
    return Manifest(
        key=str(data["key"]),
        title=str(data["title"]),
        summary=str(data.get("summary", "")),
        process_id=process_id,
        start_roles=tuple(data.get("start_roles", ())),
        start_form=str(data.get("start_form", "")),
        case_number=str(data.get("case_number", "")),
        title_expression=str(data.get("title_expression", "")),
        startable=bool(data.get("startable", True)),
        needs=tuple(data.get("needs", ())),
        roles_see=tuple(data.get("roles_see", ())),
        walls=tuple(
            Wall(when=wall["when"], track=wall["track"], roles=tuple(wall["roles"]))
            for wall in data.get("wall", ())
        ),
        excludes=tuple(str(entry["who"]) for entry in data.get("exclude", ())),
        confidential=tuple(
            Confidential(fields=frozenset(entry["fields"]), roles=frozenset(entry["roles"]))
            for entry in data.get("confidential", ())
        ),
    )


def _cross_check(
    package: Package,
    operations: frozenset[str] | None,
    known_processes: frozenset[str] | None,
) -> Iterable[Problem]:
    """What one file says of another must be there."""
    model_path = _model_path(package.files)
    manifest = package.manifest
    if manifest.start_form and manifest.start_form not in package.forms:
        yield _missing("start-form", manifest.start_form, "表单", "form", "process.toml")
    for text in (
        *(wall.when for wall in manifest.walls), *manifest.excludes, manifest.title_expression
    ):
        yield from _feel_problem(text, "process.toml")
    for element in package.definition.elements.values():
        if element.form_id and element.form_id not in package.forms:
            yield _missing(element.id, element.form_id, "表单", "form", model_path)
        form = element.properties.get("form")
        if form and form not in package.forms:
            yield _missing(element.id, form, "表单", "form", model_path)
        for rule in element.deadlines:
            if rule not in package.rules:
                yield _missing(element.id, rule, "期限目录条目", "entry of the deadline catalogue",
                               model_path)
        for name in element.documents:
            if name not in package.documents:
                yield _missing(element.id, name, "文书模板", "document template", model_path)
        for law in _split(element.properties.get("law", "")):
            if law not in package.laws:
                yield _missing(element.id, law, "法条（law.toml）", "article in law.toml", model_path)
        decision = element.called_decision
        if decision and not decision.startswith("=") and decision not in package.decisions:
            yield _missing(element.id, decision, "决策（.dmn）", "decision in a .dmn file", model_path)
        operation = element.operation
        if operations is not None and operation and operation not in operations:
            yield _missing(element.id, operation, "服务操作", "registered operation", model_path)
        called = element.called_process
        if (
            known_processes is not None
            and called
            and not called.startswith("=")
            and called not in known_processes
            and called not in package.definition.processes
        ):
            yield _missing(element.id, called, "被调用的流程（请先部署它）",
                           "called process (deploy it first)", model_path)
        for other in (*element.not_handler_of, *element.same_handler_as):
            if other not in package.definition.elements and known_processes is None:
                yield _missing(element.id, other, "环节", "element", model_path)


def _feel_problem(text: str, file: str) -> Iterable[Problem]:
    expression = text.removeprefix("=").strip()
    if not expression:
        return
    try:
        feel.compile(expression)
    except feel.FeelSyntaxError as exc:
        yield _problem("feel", text, exc.message("zh"), exc.message("en"), file=file)


def _model_path(files: Mapping[str, bytes]) -> str:
    return next(path for path in files if path.endswith(".bpmn"))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _in_file(problem: Problem, file: str) -> Problem:
    return Problem(
        code=problem.code, zh=problem.zh, en=problem.en, where=problem.where, line=problem.line,
        severity=problem.severity, file=file, data=problem.data,
    )


def _problem(code: str, where: str, zh: str, en: str, *, file: str = "") -> Problem:
    return Problem(code=code, where=where, zh=zh, en=en, file=file)


def _missing(where: str, name: str, zh: str, en: str, file: str) -> Problem:
    return _problem(
        "missing-reference", where,
        f"“{where}”引用的{zh}“{name}”不存在。请加入流程包或改正引用。",
        f"“{where}” refers to the {en} “{name}”, which is not there. Add it or mend the reference.",
        file=file,
    )


def _too_large() -> Problem:
    return _problem(
        "package-size", "",
        f"流程包过大（最多 {MAX_FILES} 个文件、{MAX_BYTES // 1_000_000} MB）。请删去无关文件。",
        f"The package is too large (at most {MAX_FILES} files, {MAX_BYTES // 1_000_000} MB). "
        "Leave out what does not belong to it.",
    )


def _not_text(path: str) -> Problem:
    return _problem("encoding", "", f"{path} 不是 UTF-8 文本。请另存为 UTF-8。",
                    f"{path} is not UTF-8 text. Save it as UTF-8.", file=path)


def manifest_texts(data: Mapping[str, Any]) -> list[str]:
    """The Chinese texts of a ``process.toml`` that people read."""
    return [str(data[key]) for key in _TEXT_KEYS if data.get(key)] + [str(n) for n in data.get("needs", ())]


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces, for hashing."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
