"""Serving the application: waitress, and the embedded worker beside it."""

from __future__ import annotations

import signal
import socket
import threading
from types import FrameType
from typing import Any

import waitress
from rich.console import Console
from waitress.server import create_server

from engine.engine import Engine
from engine.errors import Misconfigured
from webapp.app import FORM_OVERHEAD, create_app
from webapp.receiving import Channel


def serve(engine: Engine, console: Console) -> None:
    """Serve until told to stop by SIGINT or SIGTERM; requests under way are finished."""
    settings = engine.house.settings
    app = create_app(engine)
    listening: dict[int, Any] = {}
    _require_free(settings.host, settings.port)
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


def _require_free(host: str, port: int) -> None:
    """Raise Misconfigured when the address is not this machine's, or the port is taken."""
    try:
        with _bound(host, port):
            pass
    except OSError as exc:
        zh = f"不能监听 {host}:{port}（端口被占用、无权限或地址不在本机）；请用 --host、--port 另选。"
        en = (
            f"cannot listen on {host}:{port} (port in use, no permission, or not this machine's "
            "address); choose others with --host and --port."
        )
        raise Misconfigured(reason={"zh": zh, "en": en}) from exc


def _bound(host: str, port: int) -> socket.socket:
    """A socket bound to the address, as the server will bind it."""
    family, kind, proto, _name, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, proto)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _stop_on_signal(server: waitress.server.BaseWSGIServer) -> None:
    if threading.current_thread() is not threading.main_thread():
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
