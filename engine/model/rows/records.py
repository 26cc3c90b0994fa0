"""Rows about what a case leaves: files, documents, remarks, notices, who took part."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.rows.base import Json, Row


@dataclass(kw_only=True, slots=True)
class File(Row):
    """An uploaded or made file; the content lies under its hash outside the database.

    ``root_id`` is None while it belongs to a draft of a case not yet started. ``confidential``
    files are shown only as the package's ``confidential`` table allows. ``replaces`` names the
    file this one is a new version of.
    """

    id: str
    root_id: str | None
    instance_id: str | None = None
    task_id: str | None = None
    field: str = ""
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: str
    uploaded_at: int
    confidential: bool = False
    replaces: str | None = None
    removed_at: int | None = None


@dataclass(kw_only=True, slots=True)
class Document(Row):
    """A document a step left: ``template`` names it in the package; files once they are made."""

    id: str
    instance_id: str
    root_id: str
    task_id: str | None
    template: str
    title: str
    number: str = ""
    revision: int = 1
    state: str = "pending"
    data: Json = field(default_factory=dict)
    docx_sha256: str = ""
    pdf_sha256: str = ""
    made_at: int | None = None
    made_by: str = ""
    confidential: bool = False


@dataclass(kw_only=True, slots=True)
class Comment(Row):
    """A remark on a case; ``kind`` is ``remark``, or the command it explains (``cancel``)."""

    id: str
    instance_id: str
    root_id: str
    task_id: str | None = None
    user_id: str
    at: int
    kind: str = "remark"
    text: str


@dataclass(kw_only=True, slots=True)
class Notice(Row):
    """Something to read: ``value`` says for whom, as in ``Candidate``."""

    id: str
    root_id: str
    task_id: str | None = None
    value: str
    kind: str
    zh: str
    en: str
    at: int
    track: str = ""


@dataclass(kw_only=True, slots=True)
class NoticeRead(Row):
    """Somebody has read a notice."""

    notice_id: str
    user_id: str
    at: int


@dataclass(kw_only=True, slots=True)
class Participant(Row):
    """Someone had a hand in a case: may see it, and finds it under what they did."""

    root_id: str
    user_id: str
    how: str
    at: int


@dataclass(kw_only=True, slots=True)
class Exclusion(Row):
    """Someone may never see nor handle this case (who is reported never sees who reported)."""

    root_id: str
    user_id: str
