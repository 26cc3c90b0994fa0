"""The real server as a process of its own, and a browser that knows only cookies and forms."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-long-enough-secret-9"
HANDLER = "li.na"


class Server:
    """The real server, as a process of its own."""

    def __init__(self, url: str, folder: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("YIFA_")}
        env = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "YIFA_DATABASE_URL": url,
            "YIFA_FILES_DIR": str(folder / "files"),
            "YIFA_SECRET_KEY": secrets.token_urlsafe(48),
            "YIFA_PORT": str(self.port),
            "YIFA_LOG_LEVEL": "warning",
            **settings,
        }
        command = [sys.executable, "-m", "webapp.cli", "serve"]
        self.process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def wait_until_open(self) -> None:
        for _ in range(600):
            assert self.process.poll() is None, "the server ended by itself"
            with closing(self.connect()) as link:
                try:
                    link.request("GET", "/health")
                    answer = link.getresponse()
                    answer.read()
                    if answer.status == 200:
                        return
                except OSError:
                    threading.Event().wait(0.1)
        raise AssertionError("the server does not open")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)


class Clerk:
    """A browser of the handler: cookies, the token of forms, and what was answered."""

    def __init__(self, server: Server) -> None:
        self.link = server.connect()
        self.cookies: dict[str, str] = {}
        page = self.ask("GET", "/sign-in")[1]
        found = re.search(r'name="_csrf" value="([^"]+)"', page)
        assert found
        self.token = found.group(1)
        status, _ = self.ask("POST", "/sign-in", {"name": HANDLER, "password": PASSWORD})
        assert status == 302

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode({"_csrf": self.token, **form})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.link.request(method, path, body, headers)
        answer = self.link.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                for cookie in SimpleCookie(value).values():
                    self.cookies[cookie.key] = cookie.value
        return answer.status, text

    def complete(self, task_ids: list[str], answered: set[str], tried: dict[str, int]) -> None:
        """Complete tasks until the server is gone; note the number sent with each, and answers."""
        for task_id in task_ids:
            # A number of its own, also when a task is tried again.
            tried[task_id] = secrets.randbelow(1_000_000)
            try:
                status, _ = self.ask("POST", f"/tasks/{task_id}", {"number": str(tried[task_id])})
            except (OSError, http.client.HTTPException):
                return
            if status == 302:
                answered.add(task_id)
