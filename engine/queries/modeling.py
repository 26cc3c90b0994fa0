"""The values that answer whoever draws a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Problem


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Something an element may refer to by id; ``note`` says more of it."""

    id: str
    title: str
    note: str = ""
    law: str = ""
    status: str = ""
    """Of articles and limits, in words: whether somebody read the article."""
    checked: bool = True


@dataclass(frozen=True, kw_only=True)
class ProcessDraftLine:
    """A draft of a process; ``version`` is what a save or discard must name."""

    id: str
    version: int
    base_version: int
    saved_at: int
    saved_by: str
    mine: bool
    beside: bool
    """Whether it was kept beside another one that was saved at the same time."""


@dataclass(frozen=True, kw_only=True)
class BegunLine:
    """A process that is drawn and was never deployed."""

    key: str
    title: str
    drafts: tuple[ProcessDraftLine, ...]


@dataclass(frozen=True, kw_only=True)
class EditorView:
    """What the editor of a process needs: what is drawn on, by whom else, what may be referred to."""

    key: str
    title: str
    base_id: str
    base_version: int
    newest_version: int
    draft: ProcessDraftLine | None
    drafts: tuple[ProcessDraftLine, ...]
    editors: tuple[str, ...]
    """Names of the others whose editor of this process is open."""
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    """By kind: deadlines, forms, decisions, documents, laws, roles, processes, steps, operations."""


@dataclass(frozen=True, kw_only=True)
class TableView:
    """A decision as a table: its columns' heads, and its rules cell by cell."""

    id: str
    name: str
    hit_policy: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    """What each rule says of itself."""


@dataclass(frozen=True, kw_only=True)
class PartView:
    """A file of a package for reading: a form, decision tables, or its text."""

    path: str
    form: Any = None
    """A form (`engine.forms.Form`) in the viewer's language, where it is one."""
    context: Mapping[str, object] = field(default_factory=dict)
    tables: tuple[TableView, ...] = ()
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class FormUse:
    """Where a process shows a form: ``start``, a ``task``, or a ``message`` somebody records.

    Of other files also where a step must leave the ``document``, or a ``scenario`` expects it.
    """

    how: str
    element: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ContentLine:
    """A file of a state of a process, and everything in its package that names it.

    ``kind`` is ``form``, ``decision``, ``document``, ``scenario`` or '' for what can be neither taken
    away nor called otherwise; ``how`` is ``added``, ``changed`` or ``removed`` by the draft, else ''.
    """

    path: str
    kind: str
    name: str
    size: int
    how: str
    uses: tuple[FormUse, ...]


@dataclass(frozen=True, kw_only=True)
class FormLine:
    """A form of a state of a process, its fields' labels, and every step that shows it."""

    id: str
    fields: tuple[str, ...]
    uses: tuple[FormUse, ...]
    drawn: bool
    """Whether it differs from the version the state began with."""


@dataclass(frozen=True, kw_only=True)
class FormTrial:
    """A form as somebody shapes it: what is wrong with it, and the form itself where it can be read."""

    problems: tuple[Problem, ...]
    form: Any = None
    """The form (`engine.forms.Form`) in the viewer's language."""
    context: Mapping[str, object] = field(default_factory=dict)
    """The functions its formulas may call."""
    english: Mapping[str, str] = field(default_factory=dict)
    """Each Chinese text of the form with its English, empty where there is none."""


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    """One element that differs, in the viewer's language."""

    element: str
    how: str
    """``added``, ``removed``, ``changed`` or ``moved``."""
    name: str
    kind: str
    moved: bool
    details: tuple[tuple[str, str, str], ...]
    """Property, before and after."""


@dataclass(frozen=True, kw_only=True)
class Collision:
    """What two drafts changed, each to something else; one of them has to be taken.

    ``key`` is an element's id, ``file:`` and a path, or ``part:``, a path and what is chosen within.
    """

    key: str
    name: str
    mine: ChangeLine | None
    """None where one left as it was what the other took away, or changed it otherwise."""
    theirs: ChangeLine | None
    file: str = ""
    """The form, decisions or texts it is a part of."""


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Two drafts brought together: what has to be chosen, and the files as they were chosen."""

    collisions: tuple[Collision, ...]
    files: Mapping[str, bytes]
    """The package as it would be."""


@dataclass(frozen=True, kw_only=True)
class ScenarioRunView:
    """A kept run of scenarios: of which files, by whom and when, and what came of it."""

    sha256: str
    ran_at: int
    ran_by: str
    result: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two states of a process's package against each other."""

    key: str
    title: str
    old: str
    new: str
    old_title: str
    new_title: str
    changes: tuple[ChangeLine, ...]
    files: tuple[tuple[str, str], ...]
    """Other files that differ: path and ``added``, ``removed`` or ``changed``."""
    weaker: tuple[str, ...]
    """What the new one protects less, in words."""
    forms: tuple[tuple[str, tuple[ChangeLine, ...]], ...] = ()
    """Of each form that changed: its path, and the fields that did."""
    decisions: tuple[tuple[str, tuple[ChangeLine, ...]], ...] = ()
    """Of each file of decisions that changed: its path, and the decisions, columns and rules."""
