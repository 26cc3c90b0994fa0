"""What is too large for the real server gets our page, in the asker's language, and no reset."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.commands import SYSTEM, SaveUser
from engine.config import Settings
from engine.engine import Engine
from tests.faults.served import HANDLER, PASSWORD, Clerk, Server

HUGE = 200 * 1_048_576
PIECE = b"x" * 1_048_576


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("served")
    url = f"sqlite:///{folder / 'yifa.db'}"
    with Engine.open(
        url, settings=Settings(database_url=url, files_dir=folder / "files")
    ) as engine:
        engine.execute(
            SaveUser(actor=SYSTEM, user_id=HANDLER, name="李娜", create=True, password=PASSWORD)
        )
    running = Server(url, folder)
    try:
        running.wait_until_open()
        yield running
    finally:
        running.kill()


def answer_to(server: Server, head: str, pieces: int, *, chunked: bool = False) -> str:
    """Send a head and so many megabytes to their end, as a browser does, then read the answer."""
    piece = b"100000\r\n" + PIECE + b"\r\n" if chunked else PIECE
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        for _ in range(pieces):
            line.sendall(piece)
        if chunked:
            line.sendall(b"0\r\n\r\n")
        said = b""
        while part := line.recv(65536):
            said += part
    return said.decode()


def head(clerk: Clerk | None, *more: str) -> str:
    cookies = "; ".join(f"{k}={v}" for k, v in clerk.cookies.items()) if clerk else ""
    return "\n".join(
        [
            "POST /start/unknown HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: multipart/form-data; boundary=b",
            f"Cookie: {cookies}",
            *more,
        ]
    )


@pytest.mark.parametrize(("lang", "limit"), [("zh", "最大 50 MB"), ("en", "50 MB")])
def test_a_body_of_200_mb_gets_our_page_and_is_not_kept(
    server: Server, lang: str, limit: str
) -> None:
    clerk = Clerk(server)
    status, _ = clerk.ask("POST", f"/language/{lang}", {"next": "/"})
    assert status == 302
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    text = answer_to(server, head(clerk, f"Content-Length: {HUGE}"), 200)
    assert text.startswith("HTTP/1.1 413 ")
    assert "<html" in text
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in text
    assert limit in text
    assert process.memory_info().rss - before < 50 * 1_048_576
    clerk.link.close()


def test_chunks_over_the_limit_get_our_page_and_are_not_kept(server: Server) -> None:
    """No length is named before: what is too much shows on the way, and the page comes at the end."""
    clerk = Clerk(server)
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    text = answer_to(server, head(clerk, "Transfer-Encoding: chunked"), 80, chunked=True)
    assert text.startswith("HTTP/1.1 413 ")
    assert "<html" in text
    assert "50 MB" in text
    assert process.memory_info().rss - before < 50 * 1_048_576
    clerk.link.close()
    server.wait_until_open()


def test_who_asks_first_is_told_before_sending(server: Server) -> None:
    clerk = Clerk(server)
    text = answer_to(server, head(clerk, f"Content-Length: {HUGE}", "Expect: 100-continue"), 0)
    assert text.startswith("HTTP/1.1 413 ")
    assert "50 MB" in text
    clerk.link.close()


def test_the_next_request_is_served(server: Server) -> None:
    answer_to(server, head(None, f"Content-Length: {HUGE}"), 200)
    server.wait_until_open()


def test_an_icon_is_there(server: Server) -> None:
    link = server.connect()
    link.request("GET", "/favicon.ico")
    answer = link.getresponse()
    assert answer.status == 200
    assert answer.getheader("Content-Type", "").startswith("image/svg+xml")
    assert b"<svg" in answer.read()
    link.close()
