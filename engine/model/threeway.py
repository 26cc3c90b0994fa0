"""Two states that began as one, brought together part by part and attribute by attribute.

A document is seen as parts (fields of a form, rules of a table, texts) that keep their key while they
are edited. What only one side changed is taken from it. Where both changed the same attribute, each to
something else, or one took away what the other changed or built on, somebody has to choose; until
they do, it stays as it is on my side. Pure values: whoever knows a kind of file takes it apart into
parts and writes the parts back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

GONE: Final = "@gone"
"""In the place of an attribute: one side took the part away."""
WITHIN: Final = "@within"
"""In the place of an attribute: what holds the part."""
ORDER: Final = "@order"
"""Before a kind, in the place of an attribute: the order of what the part holds of it."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part: what holds it ('' nothing), what it says by attribute, and its kind.

    ``leans`` names, by attribute, the key of another part without which the attribute means
    nothing. Parts of one kind within one part have an order.
    """

    within: str = ""
    says: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    leans: Mapping[str, str] = field(default_factory=dict)


Parts = Mapping[str, Part]
"""A document: its parts by key, in their order, what holds others before them."""


@dataclass(frozen=True, kw_only=True)
class Clash:
    """What somebody has to choose: an attribute of a part; ``mine`` and ``theirs`` None for absent."""

    part: str
    attribute: str
    before: Any = None
    mine: Any = None
    theirs: Any = None

    @property
    def key(self) -> str:
        """What the choice is called by."""
        return f"{self.part}#{self.attribute}"


How = Literal["changed", "removed", "kept"]


@dataclass(frozen=True, kw_only=True)
class Contested:
    """A clash as people read it: whose attribute it is, and how it stands on each side.

    ``how`` of a side is ``removed`` where it took the part away, ``kept`` where the other one did.
    """

    key: str
    zh: str
    en: str
    attribute_zh: str = ""
    attribute_en: str = ""
    before: str = ""
    mine: str = ""
    theirs: str = ""
    mine_how: How = "changed"
    theirs_how: How = "changed"


def gone(told: Contested, clash: Clash, mine: Parts) -> Contested:
    """A clash about what one side took away, with who did."""
    if clash.part in mine:
        return replace(told, mine_how="kept", theirs_how="removed")
    return replace(told, mine_how="removed", theirs_how="kept")


@dataclass(frozen=True, kw_only=True)
class Together:
    """A file of two sides in one, and what has to be chosen about it."""

    content: bytes
    contested: tuple[Contested, ...] = ()


def merge(
    base: Parts,
    mine: Parts,
    theirs: Parts,
    *,
    take_theirs: Collection[str] = (),
    quiet: Callable[[str, str], bool] = lambda part, attribute: False,
) -> tuple[dict[str, Part], tuple[Clash, ...]]:
    """The parts of both, and the clashes; those in ``take_theirs`` (their keys) are as they have it.

    Of what is ``quiet`` (part, attribute) nobody is asked: mine stays, and what is in use stays.
    """
    merger = _Merger(base, mine, theirs, frozenset(take_theirs), quiet)
    return merger.merged(), tuple(merger.clashes.values())


class _Merger:
    def __init__(
        self,
        base: Parts,
        mine: Parts,
        theirs: Parts,
        take: frozenset[str],
        quiet: Callable[[str, str], bool],
    ) -> None:
        self.base, self.mine, self.theirs = base, mine, theirs
        self.take, self.quiet = take, quiet
        self.clashes: dict[str, Clash] = {}

    def merged(self) -> dict[str, Part]:
        there = self._there()
        says = {key: self._says(key) for key in there}
        within = {key: self._within(key, there) for key in there}
        self._without_circles(within)
        return dict(self._ordered(there, says, within))

    # --- what is there at all -----------------------------------------------------------------------

    def _there(self) -> dict[str, None]:
        gone = self._gone(self.mine, self.theirs, i_removed=True)
        gone |= self._gone(self.theirs, self.mine, i_removed=False)
        known = dict.fromkeys((*self.mine, *self.theirs))
        return {key: None for key in known if key not in gone}

    def _gone(self, remover: Parts, other: Parts, *, i_removed: bool) -> set[str]:
        """What is gone because ``remover`` took it away, and the other side did not mind."""
        removed = {key for key in other if key in self.base and key not in remover}
        trees: dict[str, set[str]] = {}
        for key in removed:
            trees.setdefault(self._top(key, removed, other), set()).add(key)
        leaning = self._leaning(other)
        found: set[str] = set()
        for top, keys in trees.items():
            added = {key for key in other if key not in self.base and _holder(key, other) & keys}
            built = {key for key in other if other[key].within in keys and self._moved(key, other)}
            touched = {key for key in keys if other[key].says != self.base[key].says}
            if not (added | built | touched | (keys & leaning)):
                found |= keys
                continue
            if self.quiet(top, GONE):
                continue
            clash = Clash(part=top, attribute=GONE)
            self.clashes[clash.key] = clash
            taken = clash.key in self.take
            if taken != i_removed:  # the side that took it away is the one that is taken
                found |= keys | {key for key in added if key not in remover}
        return found

    def _top(self, key: str, removed: Collection[str], other: Parts) -> str:
        while other[key].within in removed:
            key = other[key].within
        return key

    def _moved(self, key: str, other: Parts) -> bool:
        return key not in self.base or self.base[key].within != other[key].within

    def _leaning(self, side: Parts) -> set[str]:
        """What attributes that a side added or changed need to be there."""
        found = set()
        for key, part in side.items():
            before = self.base[key].says if key in self.base else {}
            found |= {
                need
                for attribute, need in part.leans.items()
                if attribute not in before or before[attribute] != part.says.get(attribute)
            }
        return found

    # --- what it says ---------------------------------------------------------------------------------

    def _says(self, key: str) -> dict[str, Any]:
        mine, theirs = self.mine.get(key), self.theirs.get(key)
        if mine is None or theirs is None:
            return dict((mine or theirs or Part()).says)
        base = self.base.get(key, Part()).says
        found: dict[str, Any] = {}
        for name in dict.fromkeys((*mine.says, *theirs.says)):
            value = self._chosen(
                key, name, base.get(name), mine.says.get(name), theirs.says.get(name)
            )
            if value is not None:
                found[name] = value
        return found

    def _chosen(self, key: str, name: str, base: Any, mine: Any, theirs: Any) -> Any:
        if mine == theirs or theirs == base:
            return mine
        if mine == base:
            return theirs
        if self.quiet(key, name):
            return mine if mine is not None else theirs
        clash = Clash(part=key, attribute=name, before=base, mine=mine, theirs=theirs)
        self.clashes[clash.key] = clash
        return theirs if clash.key in self.take else mine

    # --- where it is ----------------------------------------------------------------------------------

    def _within(self, key: str, there: Collection[str]) -> str:
        sides = [side[key].within for side in (self.mine, self.theirs) if key in side]
        if len(sides) == 2:
            base = self.base[key].within if key in self.base else None
            sides.insert(0, self._chosen(key, WITHIN, base, *sides))
        return next((each for each in sides if not each or each in there), "")

    def _without_circles(self, within: dict[str, str]) -> None:
        """Each put the one into the other: then it is as on my side."""
        for key in within:
            seen: list[str] = []
            above = key
            while above and above not in seen:
                seen.append(above)
                above = within.get(above, "")
            for each in seen[seen.index(above) :] if above else ():
                mine = self.mine[each].within if each in self.mine else ""
                within[each] = mine if mine in within else ""

    # --- in which order -------------------------------------------------------------------------------

    def _ordered(
        self, there: Mapping[str, None], says: Mapping[str, Any], within: Mapping[str, str]
    ) -> Iterator[tuple[str, Part]]:
        held: dict[tuple[str, str], list[str]] = {}
        for key in there:
            held.setdefault((within[key], self._part(key).kind), []).append(key)
        kinds: dict[str, list[str]] = {}
        for above, kind in held:
            kinds.setdefault(above, []).append(kind)
        waiting = [("", kind) for kind in reversed(kinds.get("", []))]
        stack = [iter(self._sequence(above, kind, held[above, kind])) for above, kind in waiting]
        while stack:
            if not (key := next(stack[-1], "")):
                stack.pop()
                continue
            part = self._part(key)
            yield (
                key,
                Part(within=within[key], says=says[key], kind=part.kind, leans=part.leans),
            )
            stack += [
                iter(self._sequence(key, kind, held[key, kind]))
                for kind in reversed(kinds.get(key, []))
            ]

    def _part(self, key: str) -> Part:
        return self.mine[key] if key in self.mine else self.theirs[key]

    def _sequence(self, above: str, kind: str, members: list[str]) -> list[str]:
        """Parts beside each other, in the order of who changed it; the other's come after theirs."""
        base, mine, theirs = (
            [k for k, p in side.items() if p.within == above and p.kind == kind]
            for side in (self.base, self.mine, self.theirs)
        )
        common = set(base) & set(mine) & set(theirs)
        orders = [tuple(k for k in each if k in common) for each in (base, mine, theirs)]
        main, other = mine, theirs
        chosen = self._chosen(above, f"{ORDER}{kind}", *orders)
        if chosen != orders[1]:
            main, other = theirs, mine
        wanted = set(members)
        found = [key for key in main if key in wanted]
        others = set(other)
        spot = 0
        for key in (*other, *members):
            if key in found:
                spot = found.index(key) + 1
            elif key in wanted:
                while spot < len(found) and found[spot] not in others:
                    spot += 1
                found.insert(spot, key)
                spot += 1
        return found


def _holder(key: str, parts: Parts) -> set[str]:
    """Everything that holds a part."""
    found: set[str] = set()
    above = parts[key].within
    while above and above not in found and above in parts:
        found.add(above)
        above = parts[above].within
    return found
