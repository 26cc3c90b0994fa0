"""The town is known to all tests of the engine."""

from __future__ import annotations

from tests.support.engines import make_town, sqlite_town, town

__all__ = ["make_town", "sqlite_town", "town"]
