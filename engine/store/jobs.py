"""Jobs as workers see them: claim what is due, give back what failed, know when to look again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.store.store import Store


class Jobs:
    """The queue of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
