"""Serving the application: waitress, and the embedded worker beside it."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

import waitress
from rich.console import Console
from waitress.server import create_server

from engine.engine import Engine
from webapp.app import FORM_OVERHEAD, create_app
from webapp.receiving import Channel


def serve(engine: Engine, console: Console) -> None:
    """Serve until told to stop by SIGINT or SIGTERM; requests under way are finished."""
    settings = engine.house.settings
    app = create_app(engine)
    listening: dict[int, Any] = {}
    server = create_server(
        app,
        map=listening,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        max_request_body_size=settings.upload_max_bytes + FORM_OVERHEAD + 1,
        ident=None,
        channel_timeout=120,
    )
    for one in listening.values():
        if hasattr(one, "channel_class"):
            one.channel_class = Channel
    if settings.embedded_worker:
        engine.worker.start()
    console.print(f"依法 Yifa: http://{settings.host}:{settings.port}/  （Ctrl+C 停止 · to stop）")
    _stop_on_signal(server)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        engine.worker.stop()


def _stop_on_signal(server: waitress.server.BaseWSGIServer) -> None:
    if threading.current_thread() is not threading.main_thread():
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
