"""Only trusted proxies are believed."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.proxies import Trusting


def _seen(remote: str, networks: tuple[str, ...]) -> tuple[str, str]:
    seen: dict[str, str] = {}

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        seen["address"], seen["scheme"] = environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]
        seen["forwarded"] = environ.get("HTTP_X_FORWARDED_FOR", "")
        start("200 OK", [])
        return []

    environ = {
        "REMOTE_ADDR": remote,
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "office",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9",
        "HTTP_X_FORWARDED_PROTO": "https",
    }
    Trusting(app, networks)(environ, lambda *_: lambda _: None)
    return seen["address"], seen["scheme"]


@pytest.mark.parametrize(
    ("remote", "networks", "believed"),
    [
        ("10.0.0.7", ("10.0.0.0/8",), True),
        ("10.0.0.7", ("10.0.0.7",), True),
        ("192.0.2.1", ("10.0.0.0/8",), False),
        ("127.0.0.1", (), True),
        ("192.0.2.1", (), False),
        ("nonsense", ("10.0.0.0/8",), False),
    ],
)
def test_who_is_believed(remote: str, networks: tuple[str, ...], believed: bool) -> None:
    expected = ("203.0.113.9", "https") if believed else (remote, "http")
    assert _seen(remote, networks) == expected
