"""A small township at work, for tests of the pages: an engine on SQLite, its people, one process.

The process (``supplies/`` beside this file) has what pages must show: lanes, conditions, rows,
files, people to pick, limits, separation of duties, a message, a document, confidential answers.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from engine import catalog, config
from engine import queries as q
from engine.clock import CHINA, VirtualClock
from engine.commands import SYSTEM, CompleteTask, Deploy, StartProcess
from engine.config import Settings
from engine.engine import Engine
from webapp.app import create_app
from webapp.founding import Township, read_township, settle

PASSWORD = "a long enough password"
PACKAGE = Path(__file__).parent / "supplies"
OPENED = datetime(2026, 9, 1, 9, tzinfo=CHINA)
"""A Tuesday."""

DRAFTER, LEGAL, BOTH, HEAD, ADMIN = "tian.he", "yan.zheng", "zhong.li", "he.lixin", "liang.gong"
"""Who asks, who reviews, who could do either, who decides, who administers."""
OFFICE, STRANGER = "liu.qing", "bai.lu"
"""Who sees all cases, and who has no part in any."""


def township() -> Township:
    """The shipped township."""
    folder = config.data_dir() / "processes"
    return read_township((folder / "township.toml").read_text(encoding="utf-8"))


def found(folder: Path) -> None:
    """Make the township's database and files in ``folder``, to be copied by each test."""
    with open_engine(folder) as engine:
        settle(engine, township(), PASSWORD)
        engine.execute(Deploy(actor=SYSTEM, files=catalog.read_folder(PACKAGE), note="v1"))


def open_engine(folder: Path, **changes: Any) -> Engine:
    """The engine on what lies in ``folder``, under a clock that stands still."""
    settings = Settings(
        **{
            "database_url": f"sqlite:///{folder / 'office.db'}",
            "files_dir": folder / "files",
            "secret_key": "for tests only " * 4,
            "cookie_secure": False,
            **changes,
        }
    )
    # A copy of what was founded has its tables.
    empty = not (folder / "office.db").exists()
    return Engine.open(settings=settings, clock=VirtualClock(OPENED), migrate=empty)


class Office:
    """An open township with its pages. ``address`` is set while it is served."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.app: Flask = create_app(engine)
        self.app.test_client_class = Reader
        self.address = ""

    @property
    def clock(self) -> VirtualClock:
        """The clock of the house; move it to let time pass."""
        clock = self.engine.house.clock
        assert isinstance(clock, VirtualClock)
        return clock

    # --- matters ----------------------------------------------------------------------------------

    def start(self, title: str = "采购应急照明设备", **answers: Any) -> str:
        """Start a case as the drafter; gives its id."""
        given = {"title": title, "kind": "货物", "amount": 12000, **answers}
        result = self.engine.execute(
            StartProcess(actor=DRAFTER, process_key="supplies", answers=given)
        )
        return str(result.case_id)

    def task(self, case_id: str, element_id: str) -> str:
        """The id of the open task of an element."""
        view = self.engine.query(q.CasePage(viewer=SYSTEM, case_id=case_id))
        for line in view.open_tasks:
            task = self.engine.query(q.TaskPage(viewer=SYSTEM, task_id=line.id))
            if task.element_id == element_id:
                return line.id
        raise LookupError(f"{element_id} is not open in {case_id}")

    def complete(self, case_id: str, element_id: str, actor: str, **answers: Any) -> None:
        """Complete an element's task."""
        self.engine.execute(
            CompleteTask(actor=actor, task_id=self.task(case_id, element_id), answers=answers)
        )

    def at_review(self, title: str = "采购应急照明设备", **answers: Any) -> str:
        """A case that waits for its review."""
        case_id = self.start(title, **answers)
        self.complete(case_id, "S1_items", DRAFTER, **ITEMS)
        return case_id

    def returned(self, title: str = "采购应急照明设备", opinion: str = "预算依据不足。") -> str:
        """A case that the reviewer sent back."""
        case_id = self.at_review(title)
        self.complete(case_id, "S2_review", LEGAL, conclusion="退回", opinion=opinion)
        return case_id

    def done(self, title: str = "采购应急照明设备") -> str:
        """A case that was decided."""
        case_id = self.at_review(title)
        self.complete(case_id, "S2_review", LEGAL, conclusion="通过", opinion="OK")
        self.complete(case_id, "S3_sign", HEAD, decision="同意")
        return case_id

    # --- pages ------------------------------------------------------------------------------------

    def client(self, user: str = "", lang: str = "zh") -> Visitor:
        """A browser without a screen, signed in as ``user``."""
        visitor = Visitor(self.app, lang)
        if user:
            visitor.sign_in(user)
        return visitor


ITEMS: Mapping[str, Any] = {
    "delivery": "分批供货",
    "items": [{"name": "LED-40", "count": 40, "price": 150}],
    "checker": OFFICE,
}
"""Good answers for the first task."""


class Reader(FlaskClient):
    """Reads every answer to its end, as a server sends it, so that its file is closed."""

    def open(self, *args: Any, buffered: bool = True, **options: Any) -> Any:
        """Ask."""
        answer = super().open(*args, buffered=buffered, **options)
        # A large body was sent from a file, which is ours.
        answer.request.environ["wsgi.input"].close()
        return answer


class Visitor:
    """Posts forms as a browser does: with the secret of the page before."""

    def __init__(self, app: Flask, lang: str) -> None:
        self.http: FlaskClient = app.test_client()
        self.http.set_cookie("yifa_lang", lang)

    def sign_in(self, user: str, password: str = PASSWORD) -> Any:
        """Sign in by the form."""
        return self.post("/sign-in", {"name": user, "password": password})

    def get(self, url: str, **options: Any) -> Any:
        """A page."""
        return self.http.get(url, **options)

    def post(self, url: str, data: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """A form, with this session's secret."""
        return self.http.post(url, data={"_csrf": self.secret(), **(data or {})}, **options)

    def secret(self) -> str:
        """What this browser's forms must bring back."""
        with self.http.session_transaction() as session:
            if "csrf" in session:
                return str(session["csrf"])
        page = self.get("/sign-in").get_data(as_text=True)
        found_secret = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found_secret is not None
        return found_secret[1]


@contextmanager
def opened(template: Path, folder: Path, **changes: Any) -> Iterator[Office]:
    """A copy of the township of its own."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    with open_engine(folder, **changes) as engine:
        yield Office(engine)


class Quiet(WSGIRequestHandler):
    """Says nothing about every request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Stay quiet."""


@contextmanager
def served(office: Office) -> Iterator[Office]:
    """Serve the office's pages on a loopback port."""
    server = make_server("127.0.0.1", 0, office.app, threaded=True, request_handler=Quiet)
    office.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield office
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
