"""Users, roles and pickers."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model import rows
from engine.store import Store
from tests.engine.store.samples import T


def user(user_id: str, name: str, **given: Any) -> rows.User:
    return rows.User(tenant=T, id=user_id, name=name, **given)


def held(number: int, user_id: str, role: str, **given: Any) -> rows.Membership:
    return rows.Membership(tenant=T, id=f"m{number}", user_id=user_id, role=role, **given)


@pytest.fixture(autouse=True)
def people(store: Store) -> None:
    with store.write() as tx:
        tx.insert(
            user("zhang", "张三", name_en="Zhang San", unit_id="u1"),
            user("li", "李四", unit_id="u1"),
            user("wang", "王五", active=False),
            user("a_b", "赵六"),
            held(1, "zhang", "legal", unit_id="u1", from_date="2026-01-01", to_date="2026-06-30"),
            held(2, "zhang", "head"),
            held(3, "li", "legal"),
            held(4, "wang", "legal"),
            held(5, "a_b", "legal", unit_id="u2"),
        )


def test_a_viewer_is_one_statement(store: Store) -> None:
    with store.read() as r:
        before = store.statements.total
        found, memberships = r.viewer_rows("zhang")
        assert store.statements.total == before + 1
        assert found is not None
        assert (found.name, [m.role for m in memberships]) == ("张三", ["legal", "head"])
        assert r.viewer_rows("nobody") == (None, [])


def test_pickers_go_by_role_day_and_unit(store: Store) -> None:
    def ids(*roles: str, day: str = "2026-03-01", unit: str | None = None) -> set[str]:
        with store.read() as r:
            return {one.id for one in r.holders(roles, day, unit_id=unit)}

    assert ids("legal") == {"zhang", "li", "a_b"}
    assert ids("legal", day="2026-06-30") == {"zhang", "li", "a_b"}
    assert ids("legal", day="2026-07-01") == {"li", "a_b"}
    assert ids("legal", unit="u1") == {"zhang", "li"}
    assert ids("legal", "head", day="2027-01-01", unit="u2") == {"zhang", "li", "a_b"}
    assert ids() == {"zhang", "li", "a_b"}
    assert ids(unit="u1") == {"zhang", "li"}


def test_users_are_found_by_any_name_and_paged(store: Store) -> None:
    def ids(**given: Any) -> set[str]:
        with store.read() as r:
            return {one.id for one in r.users(**given).rows}

    assert ids() == {"zhang", "li", "wang", "a_b"}
    assert ids(text="ZHANG") == {"zhang"}
    assert ids(text="张") == {"zhang"}
    assert ids(text="san zh") == {"zhang"}
    assert ids(text="a_b") == {"a_b"}
    assert ids(text="%") == set()
    assert ids(active=False) == {"wang"}
    assert ids(unit_id="u1") == {"zhang", "li"}
    with store.read() as r:
        first = r.users(limit=3)
        second = r.users(limit=3, cursor=first.next_cursor)
        back = r.users(limit=3, cursor=second.prev_cursor)
    names = [one.name for one in (*first.rows, *second.rows)]
    assert names == sorted(names)
    assert len(names) == 4
    assert back.rows == first.rows


def test_memberships_valid_on_a_day(store: Store) -> None:
    with store.read() as r:
        assert [m.id for m in r.memberships("2026-07-01", user_ids=["zhang"])] == ["m2"]
        assert len(r.memberships("2026-01-01")) == 5
