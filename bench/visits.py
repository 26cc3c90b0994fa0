"""Pages of a small and of a large house, asked for in turns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask.testing import FlaskClient

from bench.pages import TRIVIAL, signed_in
from bench.report import Figure, Spread, timed
from engine.engine import Engine
from webapp.app import create_app

_TURNS = 14
_WARMING = 2


class Visit(NamedTuple):
    """A page as somebody asks for it. ``further``: the page behind its first one."""

    who: str
    url: str
    further: bool = False


def visited(
    database: str, few: Engine, many: Engine, visits: Sequence[Visit], bound: float
) -> Iterator[Figure]:
    """What the server takes for each, beside the same page of the small house and a trivial one."""
    small, large = _House(few), _House(many)
    trivial = [large.taken(visits[0].who, TRIVIAL) for _ in range(_TURNS)][_WARMING:]
    yield Figure(
        name=f"{database}: {TRIVIAL}, the trivial page",
        value=Spread.of(trivial).quartile,
        unit="ms",
    )
    for visit in visits:
        urls = [(house, house.url(visit)) for house in (small, large)]
        taken: dict[_House, list[float]] = {small: [], large: []}
        for turn in range(_TURNS):
            for house, url in urls:
                seconds = house.taken(visit.who, url)
                if turn >= _WARMING:
                    taken[house].append(seconds)
        spread, beside = Spread.of(taken[large]), Spread.of(taken[small])
        yield Figure(
            name=f"{database}: {visit.who} {visit.url}{' →' if visit.further else ''}",
            value=spread.quartile,
            unit="ms",
            bound=bound,
            detail=f"{spread}; {spread.quartile / beside.quartile:.1f} × the small house, "
            f"{spread.quartile / Spread.of(trivial).quartile:.1f} × trivial",
        )


class _House:
    def __init__(self, engine: Engine) -> None:
        self._app = create_app(engine)
        self._visitors: dict[str, FlaskClient] = {}

    def _visitor(self, who: str) -> FlaskClient:
        if who not in self._visitors:
            self._visitors[who] = signed_in(self._app.test_client(), who)
        return self._visitors[who]

    def url(self, visit: Visit) -> str:
        """The address, that of the page behind it where that is meant."""
        if not visit.further:
            return visit.url
        text = self._got(visit.who, visit.url)
        found = re.search(r'href="([^"]*cursor=[^"]*)"', text)
        return found[1].replace("&amp;", "&") if found else visit.url

    def taken(self, who: str, url: str) -> float:
        """Seconds for a page."""
        return timed(lambda: self._got(who, url))

    def _got(self, who: str, url: str) -> str:
        with self._visitor(who).get(url) as answer:
            assert answer.status_code == 200, (who, url, answer.status_code)
            return answer.get_data(as_text=True)
