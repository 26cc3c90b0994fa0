"""Trial runs: a process played with the office's own pages in a throw-away house, before it holds.

A trial is a whole office of its own: an engine on a temporary SQLite file under a clock that its
owner moves, the office's people without their passwords, and the pages, hung under
``/trial/<token>/``. Only the administrator who began it gets there; nothing of it touches the
office, and it is gone when it ends, idles for an hour, or the program stops.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, g, redirect, request, url_for
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response

from engine import queries as q
from engine.clock import CHINA, VirtualClock, from_millis, millis
from engine.commands import SYSTEM, Deploy, SetLanguage
from engine.engine import Engine
from engine.errors import Conflict, Lang
from webapp import founding, sessions
from webapp.founding import MOST_PEOPLE

PREFIX = "/trial/"
MOST = 4
"""Trials at once in one program: each is an engine with its database."""
IDLE_SECONDS = 3600.0
CLOSED = ("auth.", "admin.")
"""Pages that make no sense there: nobody signs in, and nothing is administered."""


@dataclass
class Trial:
    """One throw-away house; ``person`` is whom its owner plays at the moment."""

    token: str
    owner: str
    lang: Lang
    process_key: str
    engine: Engine
    clock: VirtualClock
    folder: Path
    person: str = ""
    used: float = field(default_factory=time.monotonic)
    app: Flask = field(init=False)

    def people(self) -> list[dict[str, Any]]:
        """Everybody, those first who have something to do."""
        found = []
        users = self.engine.query(q.Users(viewer=SYSTEM, lang=self.lang, limit=MOST_PEOPLE)).rows
        for user in users:
            frame = self.engine.query(q.HomeFrame(viewer=user.id, lang=self.lang))
            found.append(
                {
                    "id": user.id,
                    "name": user.name,
                    "roles": user.roles,
                    "todo": frame.counts.get("todo", 0),
                    "claim": frame.counts.get("claim", 0),
                }
            )
        return sorted(found, key=lambda one: (not one["todo"], not one["claim"], one["name"]))

    def now_ms(self) -> int:
        """What time it is there."""
        return millis(self.clock.now())

    def next_due(self) -> int | None:
        """The moment at which something happens by itself, if anything does."""
        now = self.engine.house.clock.now()
        jobs = self.engine.query(q.Jobs(viewer=SYSTEM, limit=500))
        later = [job.due_at for job in jobs if from_millis(job.due_at) > now and job.kind != "seal"]
        return min(later, default=None)

    def close(self) -> None:
        """Throw it away."""
        self.engine.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Trials:
    """The trials of one program."""

    def __init__(self, office: Engine) -> None:
        self._office = office
        self._lock = threading.Lock()
        self._running: dict[str, Trial] = {}

    def get(self, token: str, owner: str) -> Trial | None:
        """A trial for its owner."""
        with self._lock:
            self._end_idle()
            trial = self._running.get(token)
            if trial is None or trial.owner != owner:
                return None
            trial.used = time.monotonic()
            return trial

    def begin(
        self, owner: str, lang: Lang, process_key: str, packages: Iterable[Mapping[str, bytes]]
    ) -> Trial:
        """Begin a trial of the process among ``packages``: it, what it calls, and what calls it.

        Raises Conflict (too many at once), ModelRejected (it cannot be deployed).
        """
        with self._lock:
            self._end_idle()
            for token in [t for t, trial in self._running.items() if trial.owner == owner]:
                self._running.pop(token).close()
            if len(self._running) >= MOST:
                raise Conflict(
                    reason={
                        "zh": f"已有 {MOST} 个试运行在进行，请稍后再试。",
                        "en": f"{MOST} trial runs are under way; try again later.",
                    }
                )
        trial = self._make(owner, lang, process_key)
        try:
            self._settle(trial, packages)
        except BaseException:
            trial.close()
            raise
        with self._lock:
            self._running[trial.token] = trial
        return trial

    def end(self, token: str) -> None:
        """End a trial."""
        with self._lock:
            trial = self._running.pop(token, None)
        if trial is not None:
            trial.close()

    def _end_idle(self) -> None:
        since = time.monotonic() - IDLE_SECONDS
        for token in [t for t, trial in self._running.items() if trial.used < since]:
            self._running.pop(token).close()

    def _make(self, owner: str, lang: Lang, process_key: str) -> Trial:
        folder = Path(tempfile.mkdtemp(prefix="yifa-trial-"))
        clock = VirtualClock(self._office.house.clock.now())
        trial = Trial(
            token=secrets.token_urlsafe(18),
            owner=owner,
            lang=lang,
            process_key=process_key,
            engine=founding.beside(self._office, folder, clock),
            clock=clock,
            folder=folder,
        )
        weakref.finalize(trial, shutil.rmtree, folder, ignore_errors=True)
        return trial

    def _settle(self, trial: Trial, packages: Iterable[Mapping[str, bytes]]) -> None:
        """The office's units, people and roles, and the processes."""
        founding.settle(trial.engine, founding.likeness(self._office), None)
        for files in packages:
            trial.engine.execute(Deploy(actor=SYSTEM, files=files))
        trial.person = _starter(trial)
        trial.app = _pages(trial, self)


def _starter(trial: Trial) -> str:
    """The first who may start the process; whoever there is, where nobody may."""
    users = trial.engine.query(q.Users(viewer=SYSTEM, limit=MOST_PEOPLE)).rows
    for user in users:
        cards = trial.engine.query(q.Startable(viewer=user.id))
        if any(card.key == trial.process_key and card.action.enabled for card in cards):
            return user.id
    return users[0].id if users else SYSTEM


# ---------------------------------------------------------------------- its pages


def _pages(trial: Trial, trials: Trials) -> Flask:
    """The office's pages over the trial's engine, with a bar to play it by."""
    from webapp.app import create_app
    from webapp.views import playing

    app = create_app(trial.engine)
    app.config.update(
        SESSION_COOKIE_NAME="yifa_trial", SESSION_COOKIE_PATH=f"{PREFIX}{trial.token}"
    )
    hooks = app.before_request_funcs[None]
    hooks[hooks.index(sessions.identify)] = lambda: _play(trial)
    app.after_request(lambda response: _go_on(trial, response))
    app.extensions["trial"] = (trial, trials)
    app.jinja_env.globals["trial"] = trial
    app.register_blueprint(playing.pages)
    return app


def _play(trial: Trial) -> Response | None:
    """Who asks is whoever the owner plays."""
    endpoint = request.endpoint or ""
    if endpoint == "static":
        return None
    if endpoint == "auth.language":
        trial.lang = "en" if request.path.endswith("en") else "zh"
    trial.engine.execute(SetLanguage(actor=trial.person, lang=trial.lang))
    g.viewer = trial.engine.query(q.AsUser(viewer=trial.person))
    g.lang = trial.lang
    return redirect(url_for("inbox.show")) if endpoint.startswith(CLOSED) else None


def _go_on(trial: Trial, response: Any) -> Any:
    """What became due by what was done is done before anybody looks."""
    if request.method == "POST" and request.endpoint != "playing.end":
        trial.engine.run_due()
    return response


Start = Callable[..., Any]


class Hung:
    """Hangs the trials under their addresses, each for its owner alone."""

    def __init__(self, inner: Start, office: Engine, trials: Trials) -> None:
        self._inner = inner
        self._office = office
        self._trials = trials

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Any:
        """Answer a request of a trial by its own pages; anything else as ever."""
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(PREFIX):
            token, _, _ = path.removeprefix(PREFIX).partition("/")
            trial = self._trials.get(token, self._owner(environ))
            if trial is not None:
                base = f"{PREFIX}{token}"
                inside = {
                    **environ,
                    "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + base,
                    "PATH_INFO": path[len(base) :] or "/",
                }
                return trial.app(inside, start_response)
        return self._inner(environ, start_response)

    def _owner(self, environ: Mapping[str, Any]) -> str:
        """The signed-in administrator, or nobody."""
        secret = parse_cookie(str(environ.get("HTTP_COOKIE", ""))).get(sessions.COOKIE, "")
        viewer = self._office.query(q.WhoIs(viewer="", token=secret)) if secret else None
        return viewer.user_id if viewer is not None and viewer.is_admin else ""


def shift(trial: Trial, days: int) -> None:
    """Move the trial's clock on by days, doing what is due on each of them."""
    for _ in range(min(max(days, 0), 400)):
        trial.clock.advance(timedelta(days=1))
        trial.engine.run_due()


def to_next(trial: Trial) -> None:
    """Move to the next moment at which something happens by itself."""
    due = trial.next_due()
    if due is not None:
        trial.clock.set(from_millis(due).astimezone(CHINA))
        trial.engine.run_due()
