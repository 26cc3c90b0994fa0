"""Reading a package: files from a folder or archive, then each of them parsed."""

from __future__ import annotations

import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from engine import bpmn, dmn, documents, forms
from engine.catalog import secrets, shapes
from engine.catalog.package import Confidential, Law, Manifest, Package, Wall
from engine.catalog.problems import (
    MAX_BYTES,
    MAX_FILES,
    bad_path,
    in_file,
    is_path,
    not_text,
    problem,
    too_large,
)
from engine.errors import Invalid, ModelRejected, Problem
from engine.law.shelf import Shelf, merge, parse_region, parse_shelf
from engine.law.tables import loads

SHELF = "shelf/deadlines.toml"
REGION = "shelf/region.toml"


@lru_cache(maxsize=8)
def _shelf(rules: bytes, region: bytes | None) -> Shelf:
    """The catalogue of a package: most packages bring the same, and reading it takes longest."""
    shelf = parse_shelf(rules.decode(), SHELF)
    return shelf if region is None else merge(shelf, parse_region(region.decode(), REGION))


def shelf_of(files: Mapping[str, bytes]) -> Shelf:
    """The catalogue of limits that a package or the house brings. Raises Invalid."""
    return _shelf(files[SHELF], files.get(REGION))


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
        raise ModelRejected(
            [
                problem(
                    "package-empty",
                    folder.name,
                    "文件夹是空的。请指定流程包文件夹。",
                    "The folder is empty. Name a process package's folder.",
                )
            ]
        )
    return files


_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError, ValueError,
)  # fmt: skip
"""What Python's own reader raises for archives that are damaged, encrypted or made to harm."""


def read_archive(content: bytes) -> dict[str, bytes]:
    """The files of a .zip package; one that is too large or escapes its folder is refused."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in archive.infolist() if not _left_out(entry)]
        if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise ModelRejected([too_large()])
        names = [entry.filename for entry in entries]
        faults = [bad_path(name) for name in names if not is_path(name) or names.count(name) > 1]
        if faults:
            raise ModelRejected(faults)
        # No more than the declared size is ever unpacked of an entry.
        files = {entry.filename: archive.read(entry) for entry in entries}
    except _UNREADABLE as exc:
        raise ModelRejected(
            [
                problem(
                    "archive",
                    "",
                    "压缩包无法读取。请重新导出为 .zip。",
                    "The archive cannot be read. Export it as .zip again.",
                )
            ]
        ) from exc
    return _unwrapped(files)


def _left_out(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what desktops put into archives unasked."""
    parts = entry.filename.split("/")
    return entry.is_dir() or parts[0] == "__MACOSX" or parts[-1] in (".DS_Store", "Thumbs.db")


def _unwrapped(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files out of the one folder they may all lie in, as desktops pack them."""
    tops = {path.partition("/")[0] for path in files}
    if len(tops) != 1 or not all("/" in path for path in files):
        return files
    prefix = len(tops.pop()) + 1
    return {path[prefix:]: content for path, content in files.items()}


def package_hash(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted paths and the hashes of their content."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
    return digest.hexdigest()


class Reader:
    """Reads file by file and collects what is wrong, so that a maker sees all faults at once."""

    def __init__(self, files: Mapping[str, bytes], script_formats: frozenset[str]) -> None:
        self.files = files
        self.script_formats = script_formats
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def read(self) -> Package | None:
        """The package, or None when ``errors`` tells why there is none."""
        if len(self.files) > MAX_FILES or sum(map(len, self.files.values())) > MAX_BYTES:
            self.errors.append(too_large())
            return None
        self.errors += [bad_path(path) for path in self.files if not is_path(path)]
        definition = self._model()
        manifest = self._manifest(definition)
        loaded_forms = self._forms()
        decisions = self._decisions()
        rules = self._rules()
        laws = self._laws()
        templates = self._documents()
        texts = self.texts()
        if self.errors or definition is None or manifest is None:
            return None
        manifest = secrets.spread(manifest, definition, loaded_forms, decisions)
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
        self.errors += [found if found.file else in_file(found, file) for found in exc.problems]

    def _model(self) -> bpmn.Definition | None:
        models = [path for path in self.files if path.endswith(".bpmn")]
        if len(models) != 1:
            self.errors.append(
                problem(
                    "package-model",
                    "",
                    f"流程包应当恰有一个 .bpmn 文件，现有 {len(models)} 个。",
                    f"A package has exactly one .bpmn file; this has {len(models)}.",
                )
            )
            return None
        path = models[0]
        try:
            definition = bpmn.load(self.files[path], script_formats=self.script_formats, name=path)
        except ModelRejected as exc:
            self._fail(path, exc)
            return None
        self.warnings.extend(
            warning if warning.file else in_file(warning, path) for warning in definition.warnings
        )
        return definition

    def _manifest(self, definition: bpmn.Definition | None) -> Manifest | None:
        data = self._toml("process.toml")
        if data is None:
            if definition is None:
                return None
            process = next(iter(definition.processes.values()))
            return Manifest(key=process.id, title=process.name or process.id, process_id=process.id)
        faults = list(shapes.of_manifest(data))
        self.errors += faults
        return None if faults else _manifest(data, definition)

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
                model = dmn.load(content, imports=self.imports(path), name=path)
            except ModelRejected as exc:
                self._fail(path, exc)
                continue
            self.warnings.extend(model.warnings)
            for decision in model.decisions:
                found[decision.id] = model
        return found

    def imports(self, path: str) -> dict[str, bytes]:
        """The package's other decision models by the namespace they are imported by."""
        return {
            space: self.files[other] for other, space in self._namespaces.items() if other != path
        }

    @cached_property
    def _namespaces(self) -> dict[str, str]:
        """The namespace of each decision model by its path; read once, however many there are."""
        found: dict[str, str] = {}
        for path, content in self.files.items():
            if path.endswith(".dmn"):
                try:
                    found[path] = dmn.namespace(content, name=path)
                except ModelRejected:
                    continue  # Told when that file itself is read.
        return found

    def _rules(self) -> Shelf:
        if SHELF not in self.files:
            return Shelf(rules=())
        try:
            return shelf_of(self.files)
        except Invalid as exc:
            self._fail(SHELF, exc)
        except UnicodeDecodeError:
            self.errors.append(not_text(SHELF))
        return Shelf(rules=())

    def _laws(self) -> dict[str, Law]:
        data = self._toml("law.toml") or {}
        faults = list(shapes.of_laws(data))
        self.errors += faults
        return {} if faults else {name: Law(id=name, **entry) for name, entry in data.items()}

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

    def texts(self) -> dict[str, str]:
        """The English of the package's texts, by the Chinese."""
        data = self._toml("en.toml") or {}
        faults = list(shapes.of_texts(data))
        self.errors += faults
        return {} if faults else dict(data.get("texts", {}))

    def _toml(self, path: str) -> dict[str, Any] | None:
        if path not in self.files:
            return None
        try:
            return loads(self.files[path].decode())
        except UnicodeDecodeError:
            self.errors.append(not_text(path))
        except ValueError as exc:
            self.errors.append(
                problem(
                    "toml",
                    "",
                    f"{path} 不是正确的 TOML：{exc}。",
                    f"{path} is no valid TOML: {exc}.",
                    file=path,
                )
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


def called_processes(files: Mapping[str, bytes]) -> frozenset[str]:
    """Ids of the processes that a package's model calls: what must be deployed before it."""
    path = next((path for path in files if path.endswith(".bpmn")), "")
    if not path:
        return frozenset()
    elements = bpmn.load(files[path], name=path).elements.values()
    return frozenset(
        element.called_process
        for element in elements
        if element.called_process and not element.called_process.startswith("=")
    )


def drawn_names(files: Mapping[str, bytes]) -> dict[str, tuple[str, str]]:
    """What a package's model calls its elements, in Chinese and English, by element id."""
    path = next((path for path in files if path.endswith(".bpmn")), "")
    if not path:
        return {}
    english = Reader(files, frozenset()).texts()
    names = bpmn.load(files[path], name=path).texts()
    return {element: (zh, english.get(zh, zh)) for element, zh in names.items()}


def load_decisions(files: Mapping[str, bytes], path: str) -> dmn.Decisions:
    """A file of decisions with the models it imports; FEEL that does not parse is null.

    Raises ModelRejected where it is no model at all.
    """
    imports = Reader(files, frozenset()).imports(path)
    return dmn.load(files[path], imports=imports, name=path, lenient=True)


def decision_problems(files: Mapping[str, bytes], path: str) -> list[Problem]:
    """Everything wrong with a file of decisions, errors and warnings; never raises for a bad one."""
    imports = Reader(files, frozenset()).imports(path)
    return dmn.lint(files[path], imports=imports, name=path)
