"""The one search with two thousand cases and with two hundred thousand: rare, common, none, by all."""

from __future__ import annotations

from collections.abc import Iterator

from bench.filling import (
    BUSY,
    CLERK,
    DISCIPLINE,
    HEAD,
    NEWCOMER,
    RARE_PERSON,
    RARE_PLACE,
    UNIT_HEAD,
)
from bench.report import Figure, Spread, timed
from engine import queries as q
from engine.engine import Engine

FEW, MANY = 2_000, 200_000
BOUND = 100
_TURNS = 23
_WARMING = 3

VIEWERS = {
    "sees all": HEAD,
    "sees the walled too": DISCIPLINE,
    "sees a unit": UNIT_HEAD,
    "a tenth": BUSY,
    "a few hundred": CLERK,
    "three": NEWCOMER,
}

QUESTIONS = {
    "a common word": "经费",
    "the commonest word": "关于",
    "a rare word": RARE_PLACE,
    "two common words": "经费 水渠",
    "common pairs, seldom together": "情况属实 龙潭",
    "a sentence": "公示期内未收到异议可以进入下一环节",
    "words seldom together": "砖厂拆除 烤烟房",
    "one character": "水",
    "a number": "〔2026〕",
    "one number": "199号",
    "a handler's name": "张秀英",
    "a rare name": RARE_PERSON,
    "pinyin": "zhaotiezhu",
    "initials": "zxy",
    "an opinion": "补充测算依据",
    "nothing": "不曾有过",
    "pairs but not the word": "水泥路灯",
}


def run(database: str, few: Engine, many: Engine) -> Iterator[Figure]:
    """Each question by each person, in turns on a small and on a large house."""
    for name, text in QUESTIONS.items():
        for who, viewer in VIEWERS.items():
            query = q.Search(viewer=viewer, text=text)
            small, large = _asked(few, many, query)
            found = many.query(query)
            yield Figure(
                name=f"{database}: {name}, {who}",
                value=large.quartile,
                unit="ms",
                bound=BOUND,
                detail=f"{large}; {large.quartile / small.quartile:.1f} × "
                f"{FEW:,} cases; {len(found.matters)}{'+' if found.more else ''} matters, "
                f"{len(found.people)} people",
            )


def _asked(few: Engine, many: Engine, query: q.Search) -> tuple[Spread, Spread]:
    """A question on each of two engines, in turns."""
    taken: dict[Engine, list[float]] = {few: [], many: []}
    for turn in range(_TURNS):
        for engine, times in taken.items():
            seconds = timed(lambda engine=engine: engine.query(query))  # type: ignore[misc]
            if turn >= _WARMING:
                times.append(seconds)
    return Spread.of(taken[few]), Spread.of(taken[many])
