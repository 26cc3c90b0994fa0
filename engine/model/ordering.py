"""What every command has, and the commands about definitions; `engine.commands` has them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A change somebody asks for."""

    actor: str


def text(**default: Any) -> Any:
    """A field that people write in: what cannot be seen or kept is taken out before it is used."""
    return field(**default, metadata={"text": True})


@dataclass(frozen=True, kw_only=True, slots=True)
class Deploy(Command):
    """Make a package the newest version of its process. ``files`` maps path to content.

    Paths are those of a package folder (``process.toml``, ``main.bpmn``, ``forms/start.form``, …);
    a single BPMN file under any name ending in ``.bpmn`` will do. Unchanged content makes no new
    version. Raises ModelRejected with every problem found.
    """

    files: Mapping[str, bytes]
    note: str = text(default="")
    expected_version: int | None = None
    """The newest version the administrator saw; another one meanwhile is a Conflict."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BeginProcess(Command):
    """Begin to draw a process that there is not yet: a whole package, and a draft of it.

    Nothing can be started of it before it is deployed. For administrators. Raises ModelRejected with
    every problem found, Conflict where there is a process of that key.
    """

    files: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveProcessDraft(Command):
    """Keep a process that is being drawn. For administrators.

    ``files`` holds what one editor changed (path to content, None where it takes the file away) over
    the deployment ``base_id``; the draft's other files stay. Where somebody else saved one of these
    files meanwhile, this draft is kept beside the other and nothing is overwritten.
    """

    process_key: str
    base_id: str
    files: Mapping[str, bytes | None]
    draft_id: str | None = None
    expected_version: int = 0
    """The draft's version the editor opened or saved last."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file as the editor opened or saved it last, empty where there was none: who
    draws one file of a draft does not stand in the way of who draws another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscardProcessDraft(Command):
    """Throw a draft away, in the version the asker saw. For administrators."""

    draft_id: str
    expected_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeEditorSeat(Command):
    """Say that one has the editor of a process open, or has left it. For administrators."""

    process_key: str
    leaves: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepScenarioRun(Command):
    """Keep what came of the scenarios of a version or draft, in the place of the run before.

    ``sha256`` is that of the files that were played (`engine.catalog.package_hash`). Nothing is kept
    of a draft that was discarded meanwhile. For administrators. Raises Invalid (too much).
    """

    process_key: str
    state: str
    sha256: str
    result: Mapping[str, Any]
