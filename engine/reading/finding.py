"""The one search: matters by what is said in them, people by name and pinyin, kinds of matters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from engine import queries as q
from engine.handlers.house import House
from engine.model.grams import folded, wanted
from engine.model.rows import Deployment, Task
from engine.reading.common import Desk, desk
from engine.reading.lists import case_lines
from engine.store.reads.search import MOST_FOUND, words_of

MOST = 50
"""Matters a page of findings shows at most."""
_BEFORE, _AFTER = 24, 72
"""Characters shown round the first word of an excerpt."""


def search(house: House, query: q.Search) -> q.Findings:
    """What the viewer may find."""
    words = words_of(query.text)
    if not words:
        return q.Findings()
    with desk(house, query) as at:
        matters, more = _matters(at, query, words)
        return q.Findings(
            matters=matters,
            people=_people(at, query.text),
            kinds=_kinds(at, words),
            more=more,
            short=not wanted(words),
        )


def _matters(at: Desk, query: q.Search, words: Sequence[str]) -> tuple[tuple[q.Found, ...], bool]:
    hits = at.reader.search(at.viewer, query.text)
    by_case: dict[str, list[Any]] = {}
    for hit in hits:
        by_case.setdefault(hit.case.id, []).append(hit)
    limit = min(max(query.limit, 1), MOST)
    chosen = [found[0].case for found in list(by_case.values())[:limit]]
    names = _steps(at, [hit.text.task_id for hit in hits if hit.text.task_id])
    lines = case_lines(at, chosen)
    found = tuple(_found(at, line, by_case[line.id], words, names) for line in lines)
    return found, len(by_case) > limit or len(hits) >= MOST_FOUND


def _steps(at: Desk, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The names of steps by their task, as they are drawn and as they are shown."""
    if not ids:
        return {}
    rows = at.reader.columns(Task, ("id", "name", "deployment_id"), id=sorted(set(ids)))
    return {
        task_id: (name, at.package(deployment).text(name, at.lang))
        for task_id, name, deployment in rows
    }


def _found(
    at: Desk,
    line: q.CaseLine,
    hits: Sequence[Any],
    words: Sequence[str],
    names: dict[str, tuple[str, str]],
) -> q.Found:
    title, number = marked(line.title, words), marked(line.case_no, words)
    heads = (line.title, line.case_no)
    for hit in hits:
        step, shown = names.get(hit.text.task_id or "", ("", ""))
        said = excerpt(hit.text.text, (*heads, step), words)
        if said:
            kinds = {
                "case": at.pick("发起", "Start"),
                "remark": at.pick("留言", "Comment"),
                "message": at.pick("来件", "Message"),
            }
            where = shown or kinds.get(hit.text.kind, "")
            return q.Found(case=line, title=title, number=number, excerpt=said, where=where)
    for hit in hits:
        named = excerpt(hit.text.text, heads, words)
        if named:
            return q.Found(case=line, title=title, number=number, excerpt=named)
    return q.Found(case=line, title=title, number=number)


def excerpt(text: str, above: Sequence[str], words: Sequence[str]) -> q.Marked:
    """The first line with a word in it, shortened round that word; the title's and number's not."""
    heads = {folded(one) for one in above}
    for line in text.split("\n"):
        plain = folded(line)
        places = [plain.find(word) for word in words if word in plain]
        if not places or plain in heads:
            continue
        start = max(0, min(places) - _BEFORE)
        end = min(places) + _AFTER
        cut = ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")
        return marked(cut, words)
    return ()


def marked(text: str, words: Sequence[str]) -> q.Marked:
    """A text in pieces, the words marked."""
    plain = folded(text)
    if not text or len(plain) != len(text) or not words:
        return ((text, False),) if text else ()
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pieces: list[tuple[str, bool]] = []
    last = 0
    for match in re.finditer(pattern, plain):
        if match.start() > last:
            pieces.append((text[last : match.start()], False))
        pieces.append((text[match.start() : match.end()], True))
        last = match.end()
    if last < len(text):
        pieces.append((text[last:], False))
    return tuple(pieces)


def _people(at: Desk, text: str) -> tuple[q.Person, ...]:
    return tuple(
        q.Person(id=user.id, name=at.pick(user.name, user.name_en), unit=at.unit(user.unit_id))
        for user in at.reader.named(text, limit=10)
        if user.active
    )


def _kinds(at: Desk, words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    keys = dict.fromkeys(
        key for (key,) in at.reader.columns(Deployment, ("process_key",), active=True)
    )
    titles = [(key, at.process_title(key)) for key in keys]
    return tuple(
        (key, title) for key, title in titles if all(word in folded(title) for word in words)
    )
