"""Common phrases of opinions: one's own, and those of one's unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.commands import RemovePhrase, SavePhrase
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from engine.model.ids import is_id
from engine.model.rows import Phrase

if TYPE_CHECKING:
    from engine.handlers.house import Context
    from engine.model.people import Viewer

MOST_PHRASES = 60
"""Phrases one owner can keep."""
LONGEST = 300
_KIND = re.compile(r"[a-z][a-z0-9-]{0,59}")


def owner_of(viewer: Viewer, *, unit: bool) -> str:
    """Whose a phrase is: a person's (``u:…``) or their unit's (``o:…``)."""
    return f"o:{viewer.unit_id}" if unit and viewer.unit_id else f"u:{viewer.user_id}"


def keeps_unit(viewer: Viewer) -> bool:
    """Whether somebody keeps their unit's phrases: who heads it, or administers the house."""
    heads = any(
        held.role in ("dept_head", "head") and held.unit_id in (viewer.unit_id, None)
        for held in viewer.roles
    )
    return viewer.unit_id is not None and (heads or viewer.is_admin)


def save(context: Context, command: SavePhrase) -> str:
    """Keep a phrase, or change one kept. Gives its id. Raises Invalid, Forbidden, Conflict, NotFound."""
    text = command.text.strip()
    kind = command.kind.strip()
    if not text or len(text) > LONGEST or (kind and not _KIND.fullmatch(kind)):
        raise Invalid(
            [
                Problem(
                    code="phrase",
                    where="text",
                    zh=f"请写一句常用意见（不超过 {LONGEST} 字）。",
                    en=f"Write a phrase (at most {LONGEST} characters).",
                )
            ]
        )
    if command.phrase_id:
        kept = _kept(context, command.phrase_id)
        kept.text, kept.kind = text, kind
        context.tx.update(kept, "text", "kind")
        return kept.id
    _refuse_unit(context, unit=command.unit)
    owner = owner_of(context.viewer, unit=command.unit)
    if len(context.tx.columns(Phrase, ("id",), owner=owner)) >= MOST_PHRASES:
        raise Conflict(
            reason={
                "zh": f"最多保存 {MOST_PHRASES} 条常用意见，请先删除不用的。",
                "en": f"at most {MOST_PHRASES} phrases can be kept; remove one no longer needed.",
            }
        )
    row = Phrase(
        tenant=context.tenant,
        id=context.new_id(),
        owner=owner,
        kind=kind,
        text=text,
        saved_by=context.actor,
        saved_at=context.now_ms,
    )
    context.tx.insert(row)
    return row.id


def remove(context: Context, command: RemovePhrase) -> None:
    """Remove a phrase one keeps. Raises NotFound, Forbidden."""
    context.tx.delete(_kept(context, command.phrase_id))


def _kept(context: Context, phrase_id: str) -> Phrase:
    row: Phrase | None = context.tx.get(Phrase, id=phrase_id) if is_id(phrase_id) else None
    viewer = context.viewer
    owners = (owner_of(viewer, unit=False), owner_of(viewer, unit=True))
    if row is None or row.owner not in owners:
        raise NotFound(what={"zh": "常用意见", "en": "phrase"})
    _refuse_unit(context, unit=row.owner.startswith("o:"))
    return row


def _refuse_unit(context: Context, *, unit: bool) -> None:
    if unit and not keeps_unit(context.viewer):
        raise Forbidden(
            reason={
                "zh": "本单位的常用意见由单位负责人或管理员管理。",
                "en": "a unit's phrases are kept by its head or an administrator.",
            }
        )
