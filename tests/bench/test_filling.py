"""A filled house is what the store itself would have written, and is found as such."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import filling, words
from bench.loading import Pattern
from engine import queries as q
from engine.commands import SYSTEM
from engine.config import Settings
from engine.engine import Engine
from engine.model import rows
from engine.model.grams import pairs
from engine.store.codec import codec

CASES = 300


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """A small filled house on each database."""
    monkeypatch.setattr(filling, "CLERKS", 20)
    monkeypatch.setattr(filling, "DRAWERS", 1)
    url = str(request.getfixturevalue(f"{request.param}_store_url"))
    engine = filling.opened(url, Settings(files_dir=tmp_path / "files"))
    filling.fill(engine, url, CASES)
    yield engine
    engine.close()


def test_a_line_is_what_the_store_would_write() -> None:
    task = rows.Task(
        tenant="t", id="", instance_id="", root_id="", key="", element_id="", name="",
        process_key="p", deployment_id="d", opened_at=1, sort_at=1, sent_back={"by": "x"},
    )  # fmt: skip
    line = Pattern(task).line(id="a", title="ＡＢ", sent_back='{"by":"y"}')
    expected = codec(rows.Task).cells(replace(task, id="a", title="ＡＢ", sent_back={"by": "y"}))
    assert line == expected


def test_pairs_of_lines_are_those_of_the_text() -> None:
    draw = random.Random(3)
    stock = words.Stock(draw)
    for _ in range(50):
        lines = [words.title(draw), "信访〔2026〕7号", "张秀英", stock.said(draw, 1, 5)]
        assert words.grams(lines).split() == pairs("\n".join(lines))


def test_a_filled_house_is_at_work(house: Engine) -> None:
    with house.house.store.read() as reader:
        cases = reader.find(rows.Instance)
        assert len(cases) == CASES
        assert {case.track for case in cases} == {"", "discipline"}
        assert 0.1 < sum(case.ended_at is None for case in cases) / CASES < 0.3
        texts = reader.find(rows.SearchText)
        assert len({text.doc for text in texts}) == len(texts) > 2 * CASES
        assert reader.find(rows.SearchWaiting) == []
    for word in (filling.RARE_PLACE, "经费"):
        found = house.query(q.Search(viewer=SYSTEM, text=word, limit=50))
        held = {text.root_id for text in texts if word in text.text}
        assert {one.case.id for one in found.matters} <= held
        assert len(found.matters) == min(len(held), 50)
    assert house.query(q.Board(viewer=filling.HEAD)).counts["open"]
    assert house.query(q.Inbox(viewer=filling.CLERK, tab="todo")).rows
