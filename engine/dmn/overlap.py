"""Rules that may hold together, where that can be proved cheaply from literals."""
from collections.abc import Iterator

from engine.dmn import model


def overlaps(table: model.DecisionTable) -> Iterator[tuple[str, str]]:
    """Pairs."""
    return iter(())
