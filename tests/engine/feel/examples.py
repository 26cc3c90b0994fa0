"""Reads the tables of examples beside this file."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "examples"


def examples(name: str) -> list[tuple[str, str]]:
    """The (left, right) of every ``left => right``; a left side may take several lines."""
    found: list[tuple[str, str]] = []
    pending: list[str] = []
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if not pending and (line.startswith("#") or not line):
            continue
        pending.append(line)
        if " => " not in line:
            continue
        left, _, right = "\n".join(pending).rpartition(" => ")
        while right.replace('\\"', "").count('"') % 2:  # a string that goes on in the next line
            right += "\n" + lines[index]
            index += 1
        found.append((left, right))
        pending = []
    assert not pending, f"unfinished example in {name}.txt: {pending}"
    return found
