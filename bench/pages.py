"""Every page of the demonstration, as those see it who see most: what the server takes for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from rich.console import Console

from bench.report import Figure, timed, typical
from engine import queries as q
from engine.commands import SYSTEM
from engine.config import Settings
from engine.engine import Engine
from webapp.app import create_app
from webapp.demo import roster, seed

BOUND = 150
"""Milliseconds a page may take the server."""
TRIVIAL = "/help/"
"""A page of the frame and a list, against which the others stand as ratios."""
ADMIN, HEAD, SUPERVISOR, CLERK = "liang.gong", "he.lixin", "ding.fan", "tian.he"
ASKED, DROPPED = 9, 2
_MAIN = "major_decision"


def run(folder: Path) -> Iterator[Figure]:
    """Milliseconds of the pages, the slowest first, with their statements and bytes."""
    folder.mkdir(parents=True)
    settings = Settings(
        database_url=f"sqlite:///{folder / 'pages.db'}",
        files_dir=folder / "files",
        secret_key="for the benchmark only " * 3,
        cookie_secure=False,
        demo=True,
    )
    seed.seed(settings, Console(quiet=True))
    with Engine.open(settings=settings) as engine:
        yield from measured(engine)


def measured(engine: Engine) -> Iterator[Figure]:
    """The figures of an engine's pages."""
    app = create_app(engine)
    found: list[tuple[float, int, int, str, str]] = []
    trivial = 0.0
    for user, pages in pages_of(engine).items():
        visitor = signed_in(app.test_client(), user)
        if not trivial:
            trivial = _taken(visitor, TRIVIAL)
        for url in pages:
            count = engine.house.store.database.count
            before = count.total
            size = len(_got(visitor, url))
            statements = count.total - before
            found.append((_taken(visitor, url), statements, size, user, url))
    yield Figure(name=f"{TRIVIAL}: the trivial page", value=trivial, unit="ms")
    for took, statements, size, user, url in sorted(found, reverse=True):
        yield Figure(
            name=f"{user} {url}",
            value=took,
            unit="ms",
            bound=BOUND,
            detail=f"{took / trivial:.1f} × trivial, {statements} statements, {size / 1024:.0f} KB",
        )


def pages_of(engine: Engine) -> Mapping[str, list[str]]:
    """Addresses of every page, by who is asked to look at it."""

    def ask(kind: type[q.Query[Any]], **given: Any) -> Any:
        return engine.query(kind(viewer=SYSTEM, **given))

    todo = engine.query(q.Inbox(viewer=CLERK, tab="todo", limit=1)).rows
    done = engine.query(q.Cases(viewer=CLERK, state="ended", process_key=_MAIN, limit=1)).rows
    case = engine.query(q.TaskPage(viewer=CLERK, task_id=todo[0].id)).case.id
    newest = ask(q.ProcessPage, key=_MAIN).versions[0].deployment_id
    common = [
        "/", "/inbox/claim", "/inbox/returned", "/inbox/read", "/inbox/drafts", "/inbox/done",
        "/inbox/started", "/start/", "/phrases/", "/search?text=审核",
        f"/cases/{case}", f"/cases/{case}/approval", f"/cases/{case}/verify", f"/cases/{done[0].id}",
        f"/cases/{case}/actions/cc", "/supervision/", "/supervision/board",
        f"/supervision/board?process={_MAIN}", "/supervision/trend",
        f"/supervision/steps?process={_MAIN}", "/password", "/help/case",
    ]  # fmt: skip
    admin = [
        "/admin/processes", f"/admin/processes/{_MAIN}", f"/admin/processes/{_MAIN}/edit",
        f"/admin/processes/{_MAIN}/deploy/{newest}", "/admin/deploy", "/admin/users",
        f"/admin/users/{CLERK}", "/admin/users/new", "/admin/units", "/admin/calendar",
        "/admin/incidents", "/admin/health", "/admin/roster", "/admin/duties", "/admin/unchecked",
    ]  # fmt: skip
    task = [f"/start/{_MAIN}", f"/tasks/{todo[0].id}", f"/tasks/{todo[0].id}/actions/delegate"]
    others = [page for page in common if not page.startswith("/cases/")]
    return {HEAD: common, ADMIN: [*others, *admin], SUPERVISOR: others, CLERK: [*common, *task]}


def signed_in(visitor: FlaskClient, user: str) -> FlaskClient:
    """A browser of ``user``'s."""
    page = visitor.get("/sign-in").get_data(as_text=True)
    secret = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert secret is not None
    form = {"_csrf": secret[1], "name": user, "password": roster.PASSWORD}
    assert visitor.post("/sign-in", data=form).status_code == 302, user
    return visitor


def _got(visitor: FlaskClient, url: str) -> bytes:
    with visitor.get(url) as answer:
        assert answer.status_code == 200, (url, answer.status_code)
        return bytes(answer.get_data())


def _taken(visitor: FlaskClient, url: str) -> float:
    seconds = [timed(lambda: _got(visitor, url)) for _ in range(ASKED)]
    return typical(seconds[DROPPED:]) / 1e3
