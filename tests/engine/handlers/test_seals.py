"""Whoever touches the tables with plain SQL is found out, and what they touched is named."""

from __future__ import annotations

import json

import pytest

from engine import queries as q
from engine.commands import Attach, SealDay
from engine.errors import Forbidden
from engine.model import rows
from engine.model.evidence import Flaw
from engine.model.results import CaseResult
from tests.support.engines import MakeTown, Town, refusal
from tests.support.models import model, user

LINE = model(user("a", "起草", groups="drafter"), user("b", groups="legal"), "s>a>b>e")


def case_of(town: Town) -> CaseResult:
    """A case with a few entries: start, attach, complete, complete."""
    town.deploy(LINE)
    case = town.start("zhang", answers={"amount": 0.1})
    town.engine.execute(Attach(actor="zhang", name="稿.docx", content=b"one", case_id=case.case_id))
    answers = {"opinion": "同意", "amount": 0.10, "n": 5.0, "nested": [{"x": None}, 1e-7]}
    town.complete("zhang", town.task("a"), answers)
    town.complete("li", town.task("b"), {})
    return case


def flaws(town: Town, case: CaseResult | None = None) -> list[Flaw]:
    return list(town.engine.verify(case.case_id if case else None))


def test_untouched_all_is_well(town: Town) -> None:
    case = case_of(town)
    assert flaws(town) == []
    assert flaws(town, case) == []
    view = q.VerifyCase(viewer="qian", case_id=case.case_id)
    assert town.engine.query(view) == ()


@pytest.mark.parametrize(
    ("statement", "kind", "seq"),
    [
        ("UPDATE audit_entry SET actor = 'li' WHERE chain = '{case}' AND seq = 3", "altered", 3),
        ("UPDATE audit_entry SET at = at + 1 WHERE chain = '{case}' AND seq = 1", "altered", 1),
        ("DELETE FROM audit_entry WHERE chain = '{case}' AND seq = 2", "removed", 2),
        ("DELETE FROM audit_entry WHERE chain = '{case}' AND seq = 4", "removed", 4),
        (
            "INSERT INTO audit_entry (tenant, chain, seq, at, actor, action, object_id, prev, hash,"
            " data) SELECT tenant, chain, 5, at, actor, action, object_id, prev, hash, data"
            " FROM audit_entry WHERE chain = '{case}' AND seq = 4",
            "altered",
            5,
        ),
        ("UPDATE instance SET audit_head = 'f' WHERE id = '{case}'", "tail", 4),
        ("UPDATE instance SET audit_seq = 3 WHERE id = '{case}'", "inserted", 4),
    ],
)
def test_the_first_entry_somebody_touched_is_named(
    town: Town, statement: str, kind: str, seq: int
) -> None:
    case = case_of(town)
    town.sql(statement.format(case=case.case_id))
    (found,) = flaws(town)
    assert (found.chain, found.kind, found.seq) == (case.case_id, kind, seq)
    assert str(seq) in found.zh
    assert str(seq) in found.en
    assert flaws(town, case) == [found]


@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE task SET answers = '{{"opinion":"不同意"}}' WHERE element_id = 'a'""",
        "UPDATE task SET answers = NULL WHERE element_id = 'a'",
        "UPDATE task SET closed_by = 'li' WHERE element_id = 'a'",
        "UPDATE task SET late_reason = '堵车' WHERE element_id = 'a'",
        "UPDATE task SET name = '审批' WHERE element_id = 'a'",
        "UPDATE task SET state = 'cancelled' WHERE element_id = 'a'",
        "DELETE FROM task WHERE element_id = 'a'",
    ],
)
def test_what_was_handed_in_cannot_be_changed_unseen(town: Town, statement: str) -> None:
    case = case_of(town)
    town.sql(statement.format())
    (found,) = flaws(town, case)
    assert found.seq == 3
    assert "起草" in found.zh
    assert "起草" in found.en


def test_a_step_that_never_was_is_found(town: Town) -> None:
    case = case_of(town)
    fields = [f"'{name}'" if name == "id" else name for name in _columns()]
    town.sql(
        f"INSERT INTO task ({', '.join([*_columns(), 'search'])}) SELECT "
        + ", ".join({"'id'": "'zz'", "key": "'zz'", '"key"': "'zz'"}.get(f, f) for f in fields)
        + ", search FROM task WHERE element_id = 'a'"
    )
    (found,) = flaws(town, case)
    assert (found.kind, found.seq) == ("inserted", 0)


def _columns() -> list[str]:
    import dataclasses

    return [f'"{f.name}"' if f.name == "key" else f.name for f in dataclasses.fields(rows.Task)]


def test_an_exchanged_file_is_found(town: Town) -> None:
    case = case_of(town)
    town.sql("UPDATE file SET sha256 = '" + "0" * 64 + "'")
    (found,) = flaws(town, case)
    assert (found.kind, found.seq) == ("altered", 2)
    assert "稿.docx" in found.zh


def test_a_removed_case_leaves_its_chain(town: Town) -> None:
    case = case_of(town)
    town.sql(f"DELETE FROM instance WHERE id = '{case.case_id}'")
    (found,) = flaws(town)
    assert (found.chain, found.kind) == (case.case_id, "inserted")


def test_the_offices_own_chain_is_checked_too(town: Town) -> None:
    case_of(town)
    town.sql("UPDATE audit_entry SET actor = 'zhang' WHERE chain = 'office' AND seq = 1")
    assert [(found.chain, found.kind, found.seq) for found in flaws(town)] == [
        ("office", "altered", 1)
    ]


# --- seals ---------------------------------------------------------------------------------------


def sealed(town: Town) -> CaseResult:
    case = case_of(town)
    town.later(days=1)
    days = [seal.day for seal in town.rows(rows.Seal, order="day")]
    assert days == ["2026-08-31", "2026-09-01"]
    return case


def test_every_day_is_sealed_once_and_the_next_is_planned(town: Town) -> None:
    sealed(town)
    assert flaws(town) == []
    (job,) = town.rows(rows.Job, kind="seal")
    assert job.due_at > town.engine.house.clock.now().timestamp() * 1000
    assert town.engine.execute(SealDay(actor="root", day="2026-09-01")) is None
    assert isinstance(
        refusal(lambda: town.engine.execute(SealDay(actor="zhang", day="2026-09-02"))), Forbidden
    )


def test_a_chain_rewritten_whole_does_not_match_its_seal(town: Town) -> None:
    from engine.model import evidence

    case = sealed(town)
    entries = town.rows(rows.AuditEntry, chain=case.case_id, order="seq")
    prev = ""
    for entry in entries:
        made = evidence.link(
            tenant=entry.tenant, chain=entry.chain, seq=entry.seq, prev=prev, at=entry.at,
            actor="li" if entry.seq == 1 else entry.actor, action=entry.action,
            object_id=entry.object_id, data=entry.data,
        )  # fmt: skip
        town.sql(
            f"UPDATE audit_entry SET actor = '{made.actor}', prev = '{made.prev}',"
            f" hash = '{made.hash}' WHERE chain = '{case.case_id}' AND seq = {made.seq}"
        )
        prev = made.hash
    town.sql(f"UPDATE instance SET audit_head = '{prev}' WHERE id = '{case.case_id}'")
    assert flaws(town, case) == [], "the chain by itself is whole"
    (found,) = flaws(town)
    assert (found.chain, found.kind) == (case.case_id, "altered")
    assert "2026-09-01" in found.zh


def test_a_cut_off_end_does_not_match_its_seal(town: Town) -> None:
    case = sealed(town)
    entries = town.rows(rows.AuditEntry, chain=case.case_id, order="seq")
    town.sql(f"DELETE FROM audit_entry WHERE chain = '{case.case_id}' AND seq = 4")
    town.sql(
        f"UPDATE instance SET audit_seq = 3, audit_head = '{entries[2].hash}'"
        f" WHERE id = '{case.case_id}'"
    )
    town.sql("DELETE FROM task WHERE element_id = 'b'")
    (found,) = flaws(town)
    assert (found.kind, found.seq) == ("removed", 4)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE seal SET root = '" + "0" * 64 + "' WHERE day = '2026-09-01'",
        "UPDATE seal SET at = 1 WHERE day = '2026-09-01'",
        "DELETE FROM seal WHERE day = '2026-08-31'",
        "DELETE FROM seal WHERE day = '2026-09-01'",
    ],
)
def test_a_touched_seal_is_found(town: Town, statement: str) -> None:
    sealed(town)
    town.sql(statement)
    assert flaws(town)
    assert all("seal" in found.chain for found in flaws(town))


def test_seals_hold_what_they_sealed(town: Town) -> None:
    sealed(town)
    seal = town.one(rows.Seal, day="2026-09-01")
    heads = {**seal.heads}
    chain = next(iter(heads))
    heads[chain] = [heads[chain][0], "0" * 64]
    town.sql(f"UPDATE seal SET heads = '{json.dumps(heads)}' WHERE day = '2026-09-01'")
    assert [found.chain for found in flaws(town)] == ["seal:2026-09-01"]


def test_a_house_of_sm3_verifies_and_may_change_over(make_town: MakeTown) -> None:
    town = make_town()
    case = case_of(town)
    town.reopen(settings={"hash_algorithm": "sm3"})
    other = town.start("zhang")
    town.later(days=1)
    assert flaws(town) == []
    town.sql(f"UPDATE audit_entry SET actor = 'li' WHERE chain = '{other.case_id}'")
    assert {(found.chain, found.seq) for found in flaws(town)} >= {(other.case_id, 1)}
    assert flaws(town, case) == []
