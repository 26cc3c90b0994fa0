"""A small token game beside the engine: BPMN 2.0.2 chapter 13, read again and written plainly.

It knows nothing of the engine. Tokens stand at nodes, move one at a time, the oldest first; at a
joining gateway they lie on its incoming flows. Once nothing moves, inclusive gateways are asked
(table 13.3), all by the same look.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import count

MOST_STEPS = 400


class TooLong(Exception):
    """The game would not come to rest soon."""


@dataclass(frozen=True)
class Test:
    """A condition: ``modulo(n + add, by) = rest``."""

    add: int
    by: int
    rest: int

    def holds(self, n: int) -> bool:
        return (n + self.add) % self.by == self.rest

    def feel(self) -> str:
        return f"modulo(n + {self.add}, {self.by}) = {self.rest}"


@dataclass
class Way:
    """A sequence flow."""

    source: str
    target: str
    test: Test | None = None
    default: bool = False


@dataclass
class Place:
    """A node. ``kind``: start end error stop user pass count timer xor and or sub late beside fail.

    ``late`` (interrupting timer), ``beside`` (the other) and ``fail`` (error) hang on ``host``.
    """

    id: str
    kind: str
    inner: Chart | None = None
    host: str = ""


@dataclass
class Chart:
    """The places and ways of one process or sub-process."""

    places: dict[str, Place] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)

    def out(self, place: str) -> list[Way]:
        return [way for way in self.ways if way.source == place]

    def into(self, place: str) -> list[Way]:
        return [way for way in self.ways if way.target == place]

    def hung(self, place: str) -> list[Place]:
        return [each for each in self.places.values() if each.host == place]


@dataclass(eq=False)
class Room:
    """One running scope; ``owner`` is the token of its sub-process."""

    chart: Chart
    owner: Token | None = None
    tokens: list[Token] = field(default_factory=list)
    open: bool = True


@dataclass(eq=False)
class Token:
    """``lying`` counts, by way, what gathered at a joining gateway; None elsewhere."""

    place: Place
    room: Room
    waits: bool = False
    stuck: bool = False
    lying: dict[int, int] | None = None
    inside: Room | None = None
    listening: list[Place] = field(default_factory=list)
    born: int = field(default_factory=count().__next__)
    since: int = 0
    """When it began to listen, on the same count."""


class Game:
    """One instance, played."""

    def __init__(self, chart: Chart, n: int) -> None:
        self.n = n
        self.steps = 0
        self.agenda: deque[tuple[Token, bool]] = deque()
        self.joins: list[Token] = []
        self.root = Room(chart)
        self._put(self.root, "start")
        self._run()

    # ------------------------------------------------------------------ looking

    @property
    def ended(self) -> bool:
        return not self.root.open

    def open(self) -> list[tuple[str, str]]:
        """What waits: element, and ``waits``, ``stuck`` or the event hung on it; sorted."""
        found = []
        for token in self._all(self.root):
            if token.waits:
                found.append((token.place.id, "waits"))
            if token.stuck:
                found.append((token.place.id, "stuck"))
            found += [(event.id, "waits") for event in token.listening]
        return sorted(found)

    # ------------------------------------------------------------------ what comes from outside

    def complete(self, place: str, number: int, n: int | None) -> None:
        """The ``number``-th thing that waits at this place, oldest first, happens."""
        waiting = [
            (token.born if token.place.id == place else token.since, token)
            for token in self._all(self.root)
            if (token.waits and token.place.id == place)
            or any(event.id == place for event in token.listening)
        ]
        _, token = sorted(waiting, key=lambda pair: pair[0])[number]
        self.steps = 0
        if n is not None:
            self.n = n
        if token.place.id == place:
            token.waits = False
            self.agenda.append((token, True))
        else:
            event = next(each for each in token.listening if each.id == place)
            token.listening.remove(event)
            if event.kind == "late":
                self._end(token)
            self._leave_by(token.room, event)
        self._run()

    # ------------------------------------------------------------------ moving

    def _run(self) -> None:
        while True:
            while self.agenda:
                token, done = self.agenda.popleft()
                if token not in token.room.tokens or not token.room.open:
                    continue
                self.steps += 1
                if self.steps > MOST_STEPS:
                    raise TooLong
                if done or self._do(token):
                    self._leave(token)
            ready = [
                join for join in self.joins if join.place.kind == "or" and self._need_not_wait(join)
            ]
            if not ready:
                self._dead_ends()
                return
            for join in ready:
                self._fire(join)

    def _do(self, token: Token) -> bool:
        place, room = token.place, token.room
        match place.kind:
            case "user" | "timer":
                token.waits = True
                self._listen(token)
                return False
            case "count":
                self.n += 1
            case "sub":
                assert place.inner is not None
                token.inside = Room(place.inner, token)
                self._put(token.inside, "start")
                self._listen(token)
                return False
            case "stop":
                for other in list(room.tokens):
                    self._end(other)
                self._closed(room)
                return False
            case "error":
                return self._throw(token)
        return True

    def _listen(self, token: Token) -> None:
        token.since = Token(token.place, token.room).born
        hung = token.room.chart.hung(token.place.id)
        token.listening = [each for each in hung if each.kind in ("late", "beside")]

    def _throw(self, token: Token) -> bool:
        room = token.room
        while room.owner is not None:
            host = room.owner
            for event in host.room.chart.hung(host.place.id):
                if event.kind == "fail":
                    self._end(host)
                    self._leave_by(host.room, event)
                    return False
            room = host.room
        token.stuck = True
        return False

    def _leave(self, token: Token) -> None:
        ways = self._choose(token)
        if ways is None:
            token.stuck = True
            return
        self._end(token)
        for way in ways:
            self._arrive(token.room, way)
        self._see_whether_done(token.room)

    def _choose(self, token: Token) -> list[Way] | None:
        ways = token.room.chart.out(token.place.id)
        if not ways or token.place.kind in ("end", "error"):
            return []
        if token.place.kind == "and":
            return ways
        default = [way for way in ways if way.default]
        if token.place.kind == "xor":
            for way in ways:
                if not way.default and (way.test is None or way.test.holds(self.n)):
                    return [way]
            return default or None
        always = [way for way in ways if way.test is None and not way.default]
        true = [way for way in ways if way.test and not way.default and way.test.holds(self.n)]
        chosen = [way for way in ways if way in always or way in true]
        if not true:
            chosen += default
        return chosen or None

    def _arrive(self, room: Room, way: Way) -> None:
        place = room.chart.places[way.target]
        if place.kind not in ("and", "or") or len(room.chart.into(place.id)) < 2:
            token = Token(place, room)
            room.tokens.append(token)
            self.agenda.append((token, False))
            return
        self._lay(room, place, {room.chart.ways.index(way): 1})

    def _lay(self, room: Room, place: Place, arrived: dict[int, int]) -> None:
        join = next((j for j in self.joins if j.room is room and j.place is place), None)
        if join is None:
            join = Token(place, room, lying={})
            room.tokens.append(join)
            self.joins.append(join)
        assert join.lying is not None
        for way, number in arrived.items():
            join.lying[way] = join.lying.get(way, 0) + number
        if place.kind == "and" and len(join.lying) == len(room.chart.into(place.id)):
            self._fire(join)

    def _fire(self, join: Token) -> None:
        assert join.lying is not None
        rest = {way: count - 1 for way, count in join.lying.items() if count > 1}
        join.lying = None
        join.stuck = False
        self.joins.remove(join)
        self.agenda.append((join, False))
        if rest:
            self._lay(join.room, join.place, rest)

    def _need_not_wait(self, join: Token) -> bool:
        assert join.lying is not None
        chart = join.room.chart
        into = [number for number, way in enumerate(chart.ways) if way.target == join.place.id]
        for token in join.room.tokens:
            if token.place is join.place:
                continue
            comes = self._ways_from(chart, token.place.id, join.place.id)
            reached = [number for number in into if number in comes]
            if reached and not any(number in join.lying for number in reached):
                return False
        return True

    def _ways_from(self, chart: Chart, place: str, avoiding: str) -> set[int]:
        """The ways on all paths from a place that do not visit another."""
        found: set[int] = set()
        waiting = [place]
        while waiting:
            here = waiting.pop()
            for number, way in enumerate(chart.ways):
                if way.source == here and number not in found:
                    found.add(number)
                    if way.target != avoiding:
                        waiting.append(way.target)
            for event in chart.hung(here):
                if any(way.source == event.id for way in chart.ways):
                    known = {n for n, way in enumerate(chart.ways) if way.source == event.id}
                    if not known <= found:
                        waiting.append(event.id)
        return found

    def _dead_ends(self) -> None:
        for join in self.joins:
            if all(other.lying is not None for other in join.room.tokens):
                join.stuck = True

    # ------------------------------------------------------------------ beginning and ending

    def _put(self, room: Room, kind: str) -> None:
        place = next(each for each in room.chart.places.values() if each.kind == kind)
        token = Token(place, room)
        room.tokens.append(token)
        self.agenda.append((token, False))

    def _leave_by(self, room: Room, event: Place) -> None:
        token = Token(event, room)
        room.tokens.append(token)
        self.agenda.append((token, True))

    def _end(self, token: Token) -> None:
        token.room.tokens.remove(token)
        token.listening = []
        if token in self.joins:
            self.joins.remove(token)
        if token.inside is not None:
            token.inside.open = False
            for inner in list(token.inside.tokens):
                self._end(inner)

    def _see_whether_done(self, room: Room) -> None:
        if room.open and not room.tokens:
            self._closed(room)

    def _closed(self, room: Room) -> None:
        room.open = False
        if room.owner is not None:
            room.owner.inside = None
            self.agenda.append((room.owner, True))

    def _all(self, room: Room) -> list[Token]:
        found = []
        for token in room.tokens:
            found.append(token)
            if token.inside is not None:
                found += self._all(token.inside)
        return found
