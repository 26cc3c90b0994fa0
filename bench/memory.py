"""What the server keeps resident once the demonstration is seeded and its pages were looked at."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.report import Figure

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300.0


def run(folder: Path) -> Iterator[Figure]:
    """Megabytes (of 1,048,576 bytes) of the demonstration's server."""
    port = _free_port()
    environ = {
        **os.environ,
        "YIFA_DATABASE_URL": f"sqlite:///{folder}/demo.db",
        "YIFA_FILES_DIR": str(folder / "demo-files"),
    }
    command = [sys.executable, "-m", "webapp.cli", "demo", "--port", str(port)]
    with (folder / "demo.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        _look_at_pages(server, port)
        process = psutil.Process(server.pid)
        family = [process, *process.children(recursive=True)]
        resident = sum(one.memory_info().rss for one in family) / 2**20
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
    yield Figure(
        name="server after the demonstration",
        value=resident,
        unit="MB",
        bound=250,
        detail="resident, all its processes",
    )


def _look_at_pages(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the demonstration ended with {server.returncode}")
        try:
            for _ in range(20):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
                    page.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
        else:
            return
    raise RuntimeError("the demonstration did not answer in time")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
