"""A checked package as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine import bpmn, dmn, documents, feel
from engine import forms as form_room
from engine.errors import Problem
from engine.law.shelf import Shelf


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
    forms: Mapping[str, form_room.Form]
    decisions: Mapping[str, dmn.Decisions]
    rules: Shelf
    laws: Mapping[str, Law]
    documents: Mapping[str, documents.Template]
    texts: Mapping[str, str]
    warnings: tuple[Problem, ...] = field(default=())

    @cached_property
    def model(self) -> bytes:
        """The model as its author drew it."""
        return self.files[next(p for p in self.files if p.endswith(".bpmn"))]

    @cached_property
    def guards(self) -> frozenset[str]:
        """Variables that walls and exclusions hang on: no other process may set them."""
        formulas = [wall.when for wall in self.manifest.walls] + [*self.manifest.excludes]
        texts = [formula.removeprefix("=").strip() for formula in formulas]
        return frozenset().union(*(feel.compile(text).names for text in texts if text))

    @cached_property
    def forms_en(self) -> Mapping[str, form_room.Form]:
        """The forms in English, same keys."""
        return {name: form.translated(self.texts) for name, form in self.forms.items()}

    @cached_property
    def summary_fields(self) -> tuple[tuple[str, str, form_room.Form], ...]:
        """Key, label and form of the fields that tell one case from another; none confidential."""
        secret = {name for entry in self.manifest.confidential for name in entry.fields}
        return tuple(
            (field.key, field.label, form)
            for form in self.forms.values()
            for field in form.fields()
            if field.summary and not field.confidential and field.key not in secret
        )

    def form(self, form_id: str | None, lang: str = "zh") -> form_room.Form | None:
        """A form in a language, or None where the step has none."""
        if not form_id:
            return None
        forms = self.forms if lang == "zh" else self.forms_en
        return forms.get(form_id) or form_room.house_form(form_id, lang)

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
