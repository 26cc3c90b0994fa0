"""Uploaded files: checked, stored by their hash, then named by a row."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from engine.commands import Attach, RemoveAttachment
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from engine.handlers import access, outputs
from engine.handlers.contents import refuse_disguised
from engine.handlers.results import result
from engine.handlers.tasks import refuse_separated
from engine.model.results import CaseResult, Stored
from engine.model.rows import File, Instance, Task
from engine.store import ge

if TYPE_CHECKING:
    from engine.handlers.case import Case
    from engine.handlers.house import Context

_FORBIDDEN_CHARACTERS = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff/\\:*?"<>|]')


def attach(context: Context, command: Attach) -> Stored:
    """Store a file and note whose it is. The content is on disk before its row names it."""
    name = clean_name(command.name)
    media_type = allowed_type(context, name)
    case: Case | None = None
    task = None
    if command.task_id is not None:
        case, task = access.take_task(context, command.task_id)
        refuse_separated(case, task)
    elif command.case_id is not None:
        case = access.take_case(context, command.case_id)
        access.refuse_ended(case.root)
    else:
        _refuse_too_many(context)
    settings = context.house.settings
    if not isinstance(command.content, bytes):
        command.content.seek(0)  # a command that lost a race is run again
    refuse_disguised(command.content, PurePosixPath(name).suffix.lower().lstrip("."))
    sha256, size = context.house.files.put(command.content, settings.upload_max_bytes)
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
    access.refuse_ended(case.root)
    if _rests_on(case, file):
        raise Forbidden(
            reason={
                "zh": "已办结的环节以这份材料为依据，不能移除。需要更换的，请由有权的环节重新提交。",
                "en": "a finished step rests on this file; it stays. Where it must be replaced, the "
                "step whose it is hands in another.",
            }
        )
    file.removed_at = context.now_ms
    context.tx.update(file, "removed_at")
    context.record("remove-attachment", file.id, {"sha256": file.sha256}, case.root)
    case.settle()
    return result(case)


def _rests_on(case: Case, file: File) -> bool:
    """Whether the case's variables or the answers of a finished step name a file."""
    said: list[object] = [
        variables
        for (variables,) in case.tx.columns(Instance, ("variables",), root_id=case.root.id)
    ]
    finished = case.tx.columns(Task, ("answers",), root_id=case.root.id, state="completed")
    said += [answers for (answers,) in finished]
    return file.id in outputs.file_ids(said)


LOOSE_A_DAY = 100
"""Files of no case that one person may upload within a day."""


def _refuse_too_many(context: Context) -> None:
    """Start forms need few files; more of them only fill the disk."""
    if context.viewer.system:
        return
    since = context.now_ms - 24 * 3_600_000
    loose = context.tx.columns(
        File, ("id",), root_id=None, uploaded_by=context.actor, uploaded_at=ge(since)
    )
    if len(loose) >= LOOSE_A_DAY:
        raise Conflict(
            reason={
                "zh": f"您一天内上传了 {LOOSE_A_DAY} 个还没有发起事项的附件。请先提交已填好的事项，明天再上传其余的。",
                "en": f"you have uploaded {LOOSE_A_DAY} files for matters not yet started within a "
                "day. Start the matters you have ready; upload the rest tomorrow.",
            }
        )


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
