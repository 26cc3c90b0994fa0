"""Two states of a file of a package that began as one, brought together by what kind of file it is.

Forms field by field, decisions rule by rule, the English text by text; the model is brought together
by `engine.bpmn.merge`. Any other file is chosen whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from engine import dmn, forms
from engine.catalog.english import ENGLISH, english, with_english
from engine.errors import Invalid
from engine.model.threeway import GONE, Clash, Contested, Part, Parts, Together, gone, merge


def together(
    path: str, base: bytes, mine: bytes, theirs: bytes, *, take_theirs: Collection[str] = ()
) -> Together | None:
    """A file of both sides in one; None where its kind cannot be, or one of the three not be read."""
    if path.endswith(".form"):
        return forms.together(base, mine, theirs, take_theirs=take_theirs)
    if path.endswith(".dmn"):
        return dmn.together(base, mine, theirs, take_theirs=take_theirs)
    if path == ENGLISH:
        return _english(base, mine, theirs, take_theirs)
    return None


def _english(base: bytes, mine: bytes, theirs: bytes, take: Collection[str]) -> Together | None:
    try:
        for each in (base, mine, theirs):
            with_english(each, {})
    except Invalid:  # one of them cannot be read
        return None
    parts = [_texts(each) for each in (base, mine, theirs)]
    merged, clashes = merge(*parts, take_theirs=take)
    wanted = _table(merged)
    before = _table(parts[1])
    changes = {zh: wanted.get(zh, "") for zh in {**before, **wanted}}
    changed = {zh: en for zh, en in changes.items() if before.get(zh, "") != en}
    content = with_english(mine, changed) if changed else mine
    told = tuple(_told(clash, *parts) for clash in clashes)
    return Together(content=content, contested=told)


def _texts(content: bytes) -> Parts:
    return {zh: Part(says={"en": en}) for zh, en in english(content).items() if en}


def _table(parts: Parts) -> Mapping[str, str]:
    return {zh: str(part.says["en"]) for zh, part in parts.items()}


def _told(clash: Clash, base: Parts, mine: Parts, theirs: Parts) -> Contested:
    text = clash.part if len(clash.part) <= 80 else clash.part[:80] + "…"
    told = Contested(key=clash.key, zh=f"“{text}”的英文", en=f"The English of “{text}”")
    if clash.attribute == GONE:
        return gone(told, clash, mine)
    said = [str(each or "") for each in (clash.before, clash.mine, clash.theirs)]
    return replace(
        told,
        attribute_zh="英文",
        attribute_en="English",
        before=said[0],
        mine=said[1],
        theirs=said[2],
    )
