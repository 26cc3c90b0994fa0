"""The one search with two thousand cases and with two hundred thousand: rare, common, none, both ways."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from pathlib import Path

from bench.completion import analyse
from bench.house import WHO, opened
from bench.lists import deployed
from bench.report import Figure, timed, typical
from engine import queries as q
from engine.commands import SYSTEM, GrantRole, SaveUser
from engine.engine import Engine
from engine.model import rows
from engine.model.grams import pairs
from engine.model.ids import new_id

FEW, MANY = 2_000, 200_000
_BATCH = 5_000
_TURNS = 15

CHIEF, CLERK, BUSY = "chief", WHO, "busy"
"""Who sees all, who had a hand in three hundred cases, and who in every tenth."""

QUESTIONS = {
    "a rare word": "龙王庙",
    "a common word": "经费",
    "two words": "经费 水渠",
    "a number": "采〔2026〕77号",
    "a name": "赵铁柱",
    "nothing": "不曾有过",
}

_PLACES = ("清岭", "新桥", "石门", "下湾", "河口", "枫林", "高坪", "白沙")
_THINGS = ("水渠", "公路", "学校", "卫生室", "敬老院", "路灯", "桥梁", "饮水", "电网", "水库")
_ACTS = ("维修", "扩建", "采购", "验收", "征收", "补贴", "整治", "迁建")
_SAID = (
    "经研究，原则同意所报方案，请按程序办理。",
    "材料齐全，符合法定形式，建议予以受理。",
    "经费预算偏高，请补充测算依据后再报。",
    "请财政所会同有关单位核实后提出意见。",
    "公示期内未收到异议，可以进入下一环节。",
)


def run(database: str, few_url: str, many_url: str, folder: Path) -> Iterator[Figure]:
    """Each question by each person, in turns on a small and on a large database."""
    with opened(few_url, folder / "few") as few, opened(many_url, folder / "many") as many:
        for engine, size in ((few, FEW), (many, MANY)):
            seed(engine, size)
            analyse(engine)
        worst = ("", 0.0)
        ratios = []
        for who in (CHIEF, CLERK, BUSY):
            for name, text in QUESTIONS.items():
                small, large = _asked(few, many, q.Search(viewer=who, text=text))
                ratios.append(large / small)
                worst = max(worst, (f"{name}, {who}", large), key=lambda found: found[1])
        yield Figure(
            name=f"{database}: search, {MANY:,} cases against {FEW:,}",
            value=statistics.median(ratios),
            unit="×",
            bound=10,
            detail=f"slowest at {MANY:,}: {worst[1] / 1e3:,.1f} ms ({worst[0]})",
        )
        yield Figure(
            name=f"{database}: slowest search at {MANY:,} cases",
            value=worst[1] / 1e3,
            unit="ms",
            bound=100,
            detail=worst[0],
        )


def _asked(few: Engine, many: Engine, query: q.Search) -> tuple[float, float]:
    """Microseconds of a question on each of two engines."""
    taken: dict[Engine, list[float]] = {few: [], many: []}
    for turn in range(_TURNS):
        for engine, times in taken.items():
            seconds = timed(lambda engine=engine: engine.query(query))  # type: ignore[misc]
            if turn >= 3:
                times.append(seconds)
    return typical(taken[few]), typical(taken[many])


def seed(engine: Engine, size: int) -> None:
    """Cases with the text of a start and of a step each."""
    for user_id, name, role in ((CHIEF, "贺乡长", "head"), (BUSY, "忙多多", "drafter")):
        engine.execute(SaveUser(actor=SYSTEM, user_id=user_id, name=name, create=True))
        engine.execute(GrantRole(actor=SYSTEM, user_id=user_id, role=role))
    store, now, draw = engine.house.store, engine.house.clock.now(), random.Random(7)
    deployment = deployed(engine)
    for first in range(0, size, _BATCH):
        with store.write() as tx:
            for number in range(first, min(first + _BATCH, size)):
                root_id = new_id(now)
                title = (
                    f"关于{draw.choice(_PLACES)}{draw.choice(_THINGS)}{draw.choice(_ACTS)}的请示"
                )
                number_said = f"采〔{2000 + number % 27}〕{number}号"
                tx.insert(_case(store.tenant, root_id, deployment, title, number_said, number))
                tx.insert(*_hands(store.tenant, root_id, number, size))
                for part in range(2):
                    tx.insert(_text(store.tenant, root_id, title, number_said, number, part, draw))


def _hands(tenant: str, root_id: str, number: int, size: int) -> Iterator[rows.Participant]:
    people = [f"u{number % 200}"]
    if number % max(1, size // 300) == 0:
        people.append(CLERK)
    if number % 10 == 0:
        people.append(BUSY)
    for user_id in people:
        yield rows.Participant(tenant=tenant, root_id=root_id, user_id=user_id, how="handler", at=1)


def _text(
    tenant: str, root_id: str, title: str, case_no: str, number: int, part: int, draw: random.Random
) -> rows.SearchText:
    lines = [title, case_no, ("发起", "审核")[part], draw.choice(("王芳", "李强", "周敏"))]
    lines += draw.sample(_SAID, 2)
    lines.append("".join(chr(0x4E00 + draw.randrange(3_000)) for _ in range(16)))
    if number % 4_001 == 7:
        lines.append("地点在龙王庙旁，联系人赵铁柱。")
    text = "\n".join(lines)
    return rows.SearchText(
        tenant=tenant,
        root_id=root_id,
        doc=number * 4 + part + 1,
        kind="task" if part else "case",
        at=1,
        text=text,
        grams=" ".join(pairs(text)),
    )


def _case(
    tenant: str, root_id: str, deployment: rows.Deployment, title: str, case_no: str, number: int
) -> rows.Instance:
    return rows.Instance(
        tenant=tenant,
        id=root_id,
        root_id=root_id,
        deployment_id=deployment.id,
        process_key=deployment.process_key,
        process_id=deployment.process_key,
        title=title,
        case_no=case_no,
        started_by=f"u{number % 200}",
        started_at=1,
        due_at=1_800_000_000_000 + number,
        tokens=b"x" * 600,
        variables={"opinion": "x" * 300},
    )
