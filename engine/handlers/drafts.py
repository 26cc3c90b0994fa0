"""Processes being drawn: drafts kept on the server, and who has the editor open."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from engine.catalog.problems import MAX_FILES, is_path
from engine.commands import BeginProcess, DiscardProcessDraft, SaveProcessDraft, TakeEditorSeat
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from engine.handlers import deployments
from engine.model.ids import is_id
from engine.model.results import DraftSaved
from engine.model.rows import Deployment, EditorSeat, ProcessDraft, ScenarioRun

if TYPE_CHECKING:
    from engine.handlers.house import Context

MOST_DRAFTS = 50
"""Drafts of one process that are kept at once."""
MOST_BYTES = 10_000_000
"""Bytes of one draft; a model alone may have as many (`engine.bpmn.Limits`)."""


_MANIFEST = "process.toml"
BEGINNING = 0
"""The version of what a process began with before anything was deployed: active never."""


def begin(context: Context, command: BeginProcess) -> DraftSaved:
    """Keep a new process as a version that nobody can start, and a draft of it.

    Raises Forbidden, ModelRejected, Conflict (the key is taken).
    """
    _administrators_only(context)
    package, files = deployments.checked(context, command.files)
    key = package.manifest.key
    context.tx.lock_chain(f"deploy:{key}")
    if context.tx.columns(Deployment, ("id",), process_key=key, limit=1):
        raise Conflict(
            reason={
                "zh": f"已有编号为“{key}”的流程或草稿。请换一个编号，或者打开原有的流程编辑。",
                "en": f"there is a process or draft “{key}”. Choose another key, or edit that one.",
            }
        )
    base = Deployment(
        tenant=context.tenant,
        id=context.new_id(),
        process_key=key,
        version=BEGINNING,
        sha256=package.sha256,
        title=package.manifest.title,
        files=deployments.store_blobs(context, files),
        deployed_at=context.now_ms,
        deployed_by=context.actor,
        active=False,
    )
    row = ProcessDraft(
        tenant=context.tenant,
        id=context.new_id(),
        process_key=key,
        base_id=base.id,
        version=1,
        files={},
        saved_at=context.now_ms,
        saved_by=context.actor,
    )
    context.tx.insert(base)
    context.tx.insert(row)
    return DraftSaved(draft_id=row.id, version=row.version, saved_at=row.saved_at)


def save(context: Context, command: SaveProcessDraft) -> DraftSaved:
    """Keep a draft, or keep it beside the one that somebody else changed meanwhile.

    Raises Forbidden, NotFound (no such process or version), Invalid (files that cannot be kept).
    """
    _administrators_only(context)
    base = _base(context, command)
    files = _texts(command.files)
    context.tx.lock_chain(f"deploy:{command.process_key}")
    known = context.tx.find(ProcessDraft, process_key=command.process_key)
    mine = next((row for row in known if row.id == command.draft_id), None)
    if mine is not None:
        current = mine.version == command.expected_version
        if current or _untouched(base, mine.files, files, command.seen):
            return _kept(context, mine, command, _over(base, {**mine.files, **files}))
    if len(known) >= MOST_DRAFTS:
        raise Conflict(
            reason={
                "zh": f"这个流程已有 {MOST_DRAFTS} 份草稿。请先舍弃不用的草稿。",
                "en": f"this process has {MOST_DRAFTS} drafts. Discard those nobody needs first.",
            }
        )
    theirs = [row for row in known if row.saved_by != context.actor]
    newest = max(theirs, key=lambda row: row.saved_at).id if theirs else ""
    row = ProcessDraft(
        tenant=context.tenant,
        id=context.new_id(),
        process_key=command.process_key,
        base_id=command.base_id,
        version=1,
        files=_over(base, {**(mine.files if mine is not None else {}), **files}),
        saved_at=context.now_ms,
        saved_by=context.actor,
        beside=command.draft_id,
    )
    context.tx.insert(row)
    beside = command.draft_id or newest
    return DraftSaved(draft_id=row.id, version=row.version, saved_at=row.saved_at, beside=beside)


_Texts: TypeAlias = Mapping[str, str | None]
"""Files of a draft; None where it takes one away."""


def _untouched(base: Deployment, kept: _Texts, files: _Texts, seen: Mapping[str, str]) -> bool:
    """Whether nobody changed these files since the editor saw them; the same overwrites nothing."""
    return all(
        _known(base, kept, path) in (_digest(text), seen.get(path)) for path, text in files.items()
    )


def _digest(text: str | None) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text is not None else ""


def _over(base: Deployment, files: _Texts) -> dict[str, str | None]:
    """What of a draft's files differs from the version it began with; a drawing always stays."""
    return {
        path: text
        for path, text in files.items()
        if path.endswith(".bpmn") or _digest(text) != base.files.get(path, "")
    }


def _known(base: Deployment, kept: _Texts, path: str) -> str:
    """SHA-256 of a file as the draft has it; a package has one model, whatever its name."""
    if path in kept:
        return _digest(kept[path])
    if path.endswith(".bpmn"):
        return next((str(sha) for name, sha in base.files.items() if name.endswith(".bpmn")), "")
    return str(base.files.get(path, ""))


def _kept(
    context: Context, row: ProcessDraft, command: SaveProcessDraft, files: dict[str, str | None]
) -> DraftSaved:
    if row.files != files or row.base_id != command.base_id:
        row.files = files
        row.base_id = command.base_id
        row.version += 1
        row.saved_at = context.now_ms
        row.saved_by = context.actor
        context.tx.update(row, "files", "base_id", "version", "saved_at", "saved_by")
    return DraftSaved(draft_id=row.id, version=row.version, saved_at=row.saved_at)


def discard(context: Context, command: DiscardProcessDraft) -> None:
    """Throw a draft away. Raises Forbidden, NotFound, Conflict (somebody saved it meanwhile)."""
    _administrators_only(context)
    row = context.tx.get(ProcessDraft, id=command.draft_id) if is_id(command.draft_id) else None
    if row is None:
        raise NotFound(what={"zh": "草稿", "en": "draft"})
    context.tx.lock_chain(f"deploy:{row.process_key}")
    if row.version != command.expected_version:
        raise Conflict(
            reason={
                "zh": "这份草稿刚刚被保存过，没有舍弃。",
                "en": "this draft has been saved meanwhile and was not discarded.",
            }
        )
    context.tx.delete(row)
    context.tx.delete_where(ScenarioRun, state=row.id)
    _forget_beginning(context, row.process_key)


def _forget_beginning(context: Context, key: str) -> None:
    """Free the key of a process that was never deployed and that nobody draws any more."""
    if context.tx.find(ProcessDraft, process_key=key):
        return
    versions = context.tx.find(Deployment, process_key=key)
    if [row.version for row in versions] == [BEGINNING]:
        context.tx.delete_where(EditorSeat, process_key=key)
        context.tx.delete_where(ScenarioRun, state=versions[0].id)
        context.tx.delete(versions[0])


def take_seat(context: Context, command: TakeEditorSeat) -> None:
    """Note that the actor's editor is open, or is not any more. Raises Forbidden, NotFound."""
    _administrators_only(context)
    if not context.tx.columns(Deployment, ("id",), process_key=command.process_key):
        raise NotFound(what={"zh": "流程", "en": "process"})
    if command.leaves:
        context.tx.delete_where(EditorSeat, process_key=command.process_key, user_id=context.actor)
        return
    context.tx.put(
        EditorSeat(
            tenant=context.tenant,
            process_key=command.process_key,
            user_id=context.actor,
            seen_at=context.now_ms,
        )
    )


def _administrators_only(context: Context) -> None:
    if not (context.viewer.is_admin or context.viewer.system):
        raise Forbidden(
            reason={"zh": "只有管理员可以编辑流程。", "en": "only administrators edit processes."}
        )


def _base(context: Context, command: SaveProcessDraft) -> Deployment:
    row = context.tx.get(Deployment, id=command.base_id) if is_id(command.base_id) else None
    if row is None or row.process_key != command.process_key:
        raise NotFound(what={"zh": "流程版本", "en": "process version"})
    return row


def _texts(files: Mapping[str, bytes | None]) -> dict[str, str | None]:
    """The files as text. Raises Invalid with every file that cannot be kept, or taken away."""
    if len(files) > MAX_FILES or sum(len(each or b"") for each in files.values()) > MOST_BYTES:
        raise Invalid(
            [
                _problem(
                    "",
                    "内容过大，无法保存为草稿。请拆分流程。",
                    "This is too large to keep as a draft. Split the process.",
                )
            ]
        )
    texts: dict[str, str | None] = {}
    problems: list[Problem] = []
    for path, content in files.items():
        if content is None:
            problems += [_needed(path)] if path.endswith(".bpmn") or path == _MANIFEST else []
            texts[path] = None
            continue
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = "\0"
        if not is_path(path) or path.startswith("shelf/") or "\0" in text:
            problems.append(
                _problem(
                    path[:200],
                    f"文件“{path[:200]}”不能保存在草稿中：只能是流程包内的 UTF-8 文本。",
                    f"The file “{path[:200]}” cannot be kept in a draft: only UTF-8 texts of the "
                    "package can.",
                )
            )
        texts[path] = text
    if problems:
        raise Invalid(problems)
    return texts


def _needed(path: str) -> Problem:
    return _problem(
        path[:200],
        "流程图和 process.toml 是流程包必须有的，不能删去。",
        "A package must have its drawing and its process.toml; they cannot be taken away.",
    )


def _problem(path: str, zh: str, en: str) -> Problem:
    return Problem(code="draft-file", where="", zh=zh, en=en, file=path)
