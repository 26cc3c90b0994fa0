"""Whether the office is open, for monitors."""

from __future__ import annotations

from webapp.current import engine


def show() -> tuple[dict[str, str], int]:
    """200 while the database answers with the schema this program needs."""
    engine().house.store.require_schema()
    return {"status": "ok"}, 200
