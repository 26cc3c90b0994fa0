"""``python -m bench``: the project beside what it is compared with, as ratios within one run.

Names choose parts (``completion``, ``lists``, ``search``, ``board``, ``inbox``, ``pages``, ``feel``,
``memory``, ``spiff``, ``tck``); without any, all of it runs. ``--strict`` ends with 1 where a figure is
over its bound. The big houses that are searched and supervised are kept between runs; ``--fresh`` fills
them anew, ``--keep`` says where they lie, ``--database`` measures one of the two.
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

from bench import (
    board,
    completion,
    expressions,
    inbox,
    kept,
    lists,
    memory,
    pages,
    search,
    spiff_step,
    tck_rate,
)
from bench.report import Figure, show
from bench.servers import address, served

PARTS = (
    *("completion", "lists", "search", "board", "inbox", "pages"),
    *("feel", "memory", "spiff", "tck"),
)
_HOUSES = {"search": search, "board": board, "inbox": inbox}
DATABASES = ("SQLite", "PostgreSQL")


def main(arguments: list[str]) -> int:
    """Measure and print; 1 only when asked to be strict and something is over its bound."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("part", nargs="*", choices=[*PARTS, []], help="what to measure; all if none")
    asked.add_argument(
        "--strict", action="store_true", help="fail when something is over its bound"
    )
    asked.add_argument("--fresh", action="store_true", help="fill the big houses anew")
    asked.add_argument(
        "--keep", type=Path, default=kept.CACHE, help="where the big houses are kept"
    )
    asked.add_argument("--database", choices=DATABASES, help="of the big houses, only this one")
    given = asked.parse_args(arguments)
    strict, chosen = given.strict, given.part or PARTS
    console = Console(width=200) if given.part else Console()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="yifa-bench-") as name, databases(Path(name)) as urls:
        for part in PARTS:
            if part in chosen and part not in _HOUSES:
                figures += _measure(console, part, Path(name), urls)
    parts = [part for part in _HOUSES if part in chosen]
    if parts:
        figures += _houses(console, parts, given)
    over = [one.name for one in figures if not one.good]
    console.print(f"over its bound: {', '.join(over)}" if over else "all within their bounds")
    return 1 if strict and over else 0


def _houses(console: Console, parts: list[str], given: argparse.Namespace) -> list[Figure]:
    """The parts that look at big houses, on each database there is."""
    figures: list[Figure] = []
    with kept.houses(given.keep, fresh=given.fresh, console=console) as (names, house):
        for database in names:
            if given.database in (None, database):
                for part in parts:
                    room = _HOUSES[part]
                    few, many = house(database, room.FEW), house(database, room.MANY)
                    found = list(room.run(database, few, many))
                    show(console, part, found)
                    figures += found
    return figures


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
    else:
        few, many = urls(f"{part}_few"), urls(f"{part}_many")
        for database, url in few.items():
            yield from lists.run(database, url, many[database], folder / part / database)


@contextmanager
def databases(folder: Path) -> Iterator[Callable[[str], dict[str, str]]]:
    """Gives the URLs of empty databases of a name: SQLite, and PostgreSQL where there is one."""
    with served(folder / "postgres", keep=False) as server:

        def made(part: str) -> dict[str, str]:
            found = {"SQLite": f"sqlite:///{folder}/{part}.db"}
            if server:
                with psycopg.connect(server, autocommit=True) as connection:
                    connection.execute(
                        f"CREATE DATABASE bench_{part} TEMPLATE template0 ENCODING 'UTF8'".encode()
                    )
                found["PostgreSQL"] = address(server, f"bench_{part}")
            return found

        yield made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
