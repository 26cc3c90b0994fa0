"""Draft a migration from what the rows say now."""

from __future__ import annotations

import sys

from engine.store import migrating


def main(arguments: list[str]) -> int:
    """Write the draft and say where it is."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write('python -m engine.store.migrations "why the schema changes"\n')
        return 2
    sys.stdout.write(f"{migrating.draft(arguments[0])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
