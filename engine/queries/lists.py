"""Lists as each person likes them: what they are narrowed by, kept lists, columns, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from engine.queries.questions import Query, Tab

LIST_TABS: tuple[Tab, ...] = ("todo", "claim", "returned", "done", "started")
"""Tabs that are narrowed, sorted, kept and arranged."""

LAMPS = ("red", "yellow", "green", "paused", "none")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "todo": ("step", "from", "here", "opened", "due", "urgency"),
    "claim": ("step", "from", "here", "opened", "due", "urgency"),
    "returned": ("step", "from", "here", "opened", "due", "urgency"),
    "done": ("step", "from", "here", "closed", "due", "urgency"),
    "started": ("stage", "due", "state", "started", "urgency"),
}
"""The columns a tab can show beside the title, in their order."""

DEFAULT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "todo": ("step", "from", "here", "due", "urgency"),
    "claim": ("step", "from", "here", "due", "urgency"),
    "returned": ("step", "from", "here", "due", "urgency"),
    "done": ("step", "from", "closed", "due", "urgency"),
    "started": ("stage", "due", "state", "started"),
}

SORTS: Mapping[str, tuple[str, ...]] = {
    "todo": ("due", "urgency", "opened", "process", "step", "from"),
    "claim": ("due", "urgency", "opened", "process", "step", "from"),
    "returned": ("due", "urgency", "opened", "process", "step", "from"),
    "done": ("closed", "due", "urgency", "opened", "process", "step", "from"),
    "started": ("due", "urgency", "opened", "process", "state"),
}
"""What a tab can be sorted by."""

MOST_KEYS = 3


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """What a list shows and in which order, as its address says it. Made by ``read``.

    ``since`` and ``until`` are ISO dates, both inclusive; ``person`` is a name, its pinyin or its
    initials; ``sort`` has keys by comma, ``-`` for downwards.
    """

    text: str = ""
    process: str = ""
    lamp: str = ""
    person: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""

    @classmethod
    def read(cls, tab: str, given: Mapping[str, str]) -> Narrowing:
        """What of an address's query is meant for the list; what does not fit is passed over."""
        return cls(
            text=given.get("text", "").strip()[:100],
            process=given.get("process", "")[:100],
            lamp=given.get("lamp", "") if given.get("lamp") in LAMPS else "",
            person=given.get("person", "").strip()[:60],
            since=_day(given.get("since", "")),
            until=_day(given.get("until", "")),
            sort=_sort(tab, given.get("sort", "")),
        )

    @classmethod
    def parse(cls, tab: str, query: str) -> Narrowing:
        """The same, from a query as it stands in an address."""
        return cls.read(tab, dict(parse_qsl(query[:2_000], max_num_fields=50)))

    @property
    def values(self) -> dict[str, str]:
        """What is said, by the names of the address."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def query(self) -> str:
        """The address's query, always in the same order."""
        return urlencode(self.values)

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return any(name != "sort" for name in self.values)

    def sorted_by(self, sort: str) -> Narrowing:
        """The same rows in another order."""
        return replace(self, sort=sort)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def _sort(tab: str, text: str) -> str:
    known = SORTS.get(tab, ())
    kept: dict[str, str] = {}
    for part in text[:100].split(","):
        name = part.removeprefix("-")
        if name in known and len(kept) < MOST_KEYS:
            kept.setdefault(name, part)
    return ",".join(kept.values())


@dataclass(frozen=True, kw_only=True)
class SavedLine:
    """A list somebody kept; ``count`` rows are in it, up to 1,000."""

    id: str
    tab: str
    name: str
    query: str
    pinned: bool
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class ListLook:
    """How somebody likes a tab: its columns, and whether the next task opens after one is done."""

    columns: tuple[str, ...]
    after: Literal["next", "list"]


@dataclass(frozen=True, kw_only=True)
class SavedLists(Query[tuple[SavedLine, ...]]):
    """The lists the viewer kept, oldest first, pinned ones with their counts."""


@dataclass(frozen=True, kw_only=True)
class HowListed(Query[ListLook]):
    """How the viewer likes a tab."""

    tab: str


@dataclass(frozen=True, kw_only=True)
class NextTask(Query[str]):
    """The id of the task behind one in a list (else the list's first other one); '' where none is."""

    task_id: str
    tab: str
    narrowing: Narrowing


@dataclass(frozen=True, kw_only=True)
class Named(Query[tuple[str, ...]]):
    """The names of people a text means: part of a name, the beginning of its pinyin, its initials."""

    text: str
