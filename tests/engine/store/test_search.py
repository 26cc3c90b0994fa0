"""The search against a plain reckoning: words, walls, order, on each database and by each way."""

from __future__ import annotations

import random

import pytest

from engine.model import rows
from engine.model.grams import pairs, runs, wanted
from engine.store import Store
from engine.store.reads import search as searching
from tests.engine.store.samples import T
from tests.engine.store.test_lists import VIEWERS, Township

WORDS = ("水泵", "抗旱", "经费", "LED-40", "〔2026〕7号", "王芳")


class Texts:
    def __init__(self, store: Store, township: Township) -> None:
        draw = random.Random(3)
        self.said: list[rows.SearchText] = []
        for number, case in enumerate(sorted(township.cases)):
            for part in range(3):
                text = "关于" + "，".join(draw.sample(WORDS, draw.randrange(4))) + f"的请示{number}"
                self.said.append(
                    rows.SearchText(
                        tenant=T,
                        root_id=case,
                        doc=number * 10 + part + 1,
                        kind="task",
                        at=1,
                        text=text,
                        grams=" ".join(pairs(text)),
                    )
                )
        with store.write() as tx:
            tx.insert(*self.said)

    def having(self, query: str) -> list[rows.SearchText]:
        words = runs(query)
        found = [one for one in self.said if all(w in one.text.lower() for w in words)]
        return sorted(found, key=lambda one: -one.doc)


@pytest.mark.parametrize("few", [0, searching.FEW], ids=["index", "own"])
def test_words_are_found_where_one_may_see_them(
    store: Store, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    township = Township(store)
    texts = Texts(store, township)
    queries = (
        "水泵",
        "抗旱 水泵",
        "led-40",
        "ＬＥＤ－40",
        "2026〕7",
        "王芳 水",
        "的请示5",
        "没有的",
        "%_",
        "泵水",
    )
    with store.read() as r:
        for one in VIEWERS[:-1]:
            for query in queries:
                expected = [
                    (said.root_id, said.doc)
                    for said in texts.having(query)
                    if township.sees(one, township.cases[said.root_id])
                ]
                if query == "%_":
                    expected = []
                found = r.search(one, query, limit=1_000)
                assert [(hit.text.root_id, hit.text.doc) for hit in found] == expected, (one, query)
                assert all(hit.case.id == hit.text.root_id for hit in found)


@pytest.mark.parametrize("limit", [7, 1_000])
@pytest.mark.parametrize("span", [2, 300], ids=["hours", "years"])
def test_the_newest_are_found_however_old_they_are(
    store: Store, span: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts of hours and of years, some eras full and some empty: always the newest, in order."""
    monkeypatch.setattr(searching, "FEW", 0)
    township, draw = Township(store), random.Random(span)
    cases = sorted(township.cases)
    said = []
    for number in range(400):
        age = int(draw.random() ** 3 * span * 90_000_000)
        word = draw.choice(["水泵"] * 9 + ["抗旱"]) if number % 40 else "经费"
        text = f"关于{word}的请示"
        said.append(
            rows.SearchText(
                tenant=T,
                root_id=draw.choice(cases),
                doc=(1_795_000_000_000 - age) << 20 | number,
                kind="task",
                at=1,
                text=text,
                grams=" ".join(pairs(text)),
            )
        )
    with store.write() as tx:
        tx.insert(*said)
    said.sort(key=lambda one: -one.doc)
    with store.read() as r:
        for one in VIEWERS[:-1]:
            seen = [each for each in said if township.sees(one, township.cases[each.root_id])]
            for query in ("水泵", "抗旱", "经费", "请示"):
                expected = [each.doc for each in seen if query in each.text][:limit]
                found = [hit.text.doc for hit in r.search(one, query, limit=limit)]
                assert found == expected, (one.user_id, query)


def test_nothing_is_found_by_nothing_and_a_limit_holds(store: Store) -> None:
    Texts(store, Township(store))
    chief = VIEWERS[5]
    with store.read() as r:
        for query in (
            "",
            " ",
            "水",
            "水 泵",
            "*",
            '"',
            "\x00",
            "NOT",
            "泵 OR 水",
            "水泵 NOT 抗旱 没有",
        ):
            assert r.search(chief, query) == [], query
        assert r.search(chief, "水泵\x00") == r.search(chief, "水泵") != []
        assert len(r.search(chief, "请示", limit=7)) == 7
        newest = r.search(chief, "请示", limit=1_000)
        assert [hit.text.doc for hit in newest] == sorted(
            (hit.text.doc for hit in newest), reverse=True
        )


def test_a_text_taken_away_is_found_no_more(store: Store) -> None:
    texts = Texts(store, Township(store))
    chief = VIEWERS[5]
    with store.write() as tx:
        for said in texts.said:
            tx.delete_where(rows.SearchText, root_id=said.root_id)
    with store.read() as r:
        assert r.search(chief, "请示") == []


def test_pairs_are_of_letters_and_digits_within_a_run() -> None:
    assert runs("抗旱（水泵）LED-40　Ａ") == ["抗旱", "水泵", "led", "40", "a"]
    assert pairs("水泵，水泵") == ["6c34x6cf5"]
    assert wanted(["水泵车", "水泵"]) == ["6c34x6cf5", "6cf5x8f66"]
    assert wanted(["水", "-"]) == []
    sentence = "公示期内未收到异议"
    assert set(wanted([sentence])) < set(pairs(sentence))
    assert "".join(chr(int(p, 16)) for p in "x".join(wanted([sentence])).split("x")) == (
        "公示期内未收到异异议"
    )
    assert len(pairs("".join(chr(0x4E00 + n) for n in range(9_000)))) == 4_000
