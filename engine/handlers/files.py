"""Uploaded files: checked, stored by their hash, then named by a row."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from engine.commands import Attach, RemoveAttachment
from engine.errors import Forbidden, Invalid, NotFound, Problem
from engine.handlers import access
from engine.handlers.tasks import result
from engine.model.results import CaseResult, Stored
from engine.model.rows import File

if TYPE_CHECKING:
    from engine.handlers.case import Case
    from engine.handlers.house import Context

_FORBIDDEN_CHARACTERS = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


def attach(context: Context, command: Attach) -> Stored:
    """Store a file and note whose it is. The content is on disk before its row names it."""
    name = clean_name(command.name)
    media_type = allowed_type(context, name)
    case: Case | None = None
    task = None
    if command.task_id is not None:
        case, task = access.take_task(context, command.task_id)
    elif command.case_id is not None:
        case = access.take_case(context, command.case_id)
    settings = context.house.settings
    sha256, size = context.house.files.put(command.content, settings.upload_max_mb * 1_000_000)
    row = File(
        tenant=context.tenant,
        id=context.new_id(),
        root_id=case.root.id if case else None,
        instance_id=task.instance_id if task else (case.root.id if case else None),
        task_id=task.id if task else None,
        field=command.field,
        name=name,
        media_type=media_type,
        size=size,
        sha256=sha256,
        uploaded_by=context.actor,
        uploaded_at=context.now_ms,
        confidential=command.confidential or _confidential(case, command),
        replaces=_replaced(context, case, command.replaces),
    )
    context.tx.insert(row)
    if case is not None:
        context.record(
            "attach",
            row.id,
            {"name": name, "sha256": sha256, "size": size, "field": command.field},
            case.root,
        )
        case.settle()
    return Stored(id=row.id, name=name, size=size, sha256=sha256, media_type=media_type)


def remove(context: Context, command: RemoveAttachment) -> CaseResult:
    """Take a file off the list. Its content and its evidence stay."""
    case = access.take_case(context, command.case_id, command.expected_version)
    file = context.tx.get(File, id=command.file_id)
    if file is None or file.root_id != case.root.id or file.removed_at is not None:
        raise NotFound(what={"zh": "附件", "en": "attachment"})
    if file.uploaded_by != context.actor and not context.viewer.system:
        raise Forbidden(
            reason={
                "zh": "只有上传人可以移除附件。",
                "en": "only who uploaded a file may remove it.",
            }
        )
    file.removed_at = context.now_ms
    context.tx.update(file, "removed_at")
    context.record("remove-attachment", file.id, {"sha256": file.sha256}, case.root)
    case.settle()
    return result(case)


def clean_name(name: str) -> str:
    """A file name without path, control characters or tricks of direction; never empty."""
    base = PurePosixPath(name.replace("\\", "/")).name
    text = "".join(c for c in unicodedata.normalize("NFC", base) if unicodedata.category(c) != "Cf")
    text = _FORBIDDEN_CHARACTERS.sub("_", text).strip(" .")
    stem, dot, ending = text.rpartition(".")
    return (f"{stem[:120]}{dot}{ending[:12]}" if dot else text[:120]) or "未命名"


def allowed_type(context: Context, name: str) -> str:
    """The media type by the name's ending. Raises Invalid for endings the settings do not list."""
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    allowed = context.house.settings.upload_types
    if ending not in allowed:
        listed = "、".join(sorted(allowed))
        raise Invalid(
            [
                Problem(
                    code="file-type",
                    where="file",
                    zh=f"不能上传 .{ending} 文件。可以上传：{listed}。",
                    en=f".{ending} files cannot be uploaded. Allowed: {', '.join(sorted(allowed))}.",
                )
            ]
        )
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _confidential(case: Case | None, command: Attach) -> bool:
    if case is None or not command.field:
        return False
    field = re.split(r"[.\[]", command.field)[0]
    return any(field in entry.fields for entry in case.package(case.root).manifest.confidential)


def _replaced(context: Context, case: Case | None, file_id: str | None) -> str | None:
    if file_id is None:
        return None
    old = context.tx.get(File, id=file_id)
    if old is None or case is None or old.root_id != case.root.id:
        raise NotFound(what={"zh": "被替换的文件", "en": "file to replace"})
    return old.id
