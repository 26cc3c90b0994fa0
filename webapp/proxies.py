"""What a reverse proxy says of a visitor is believed only when it comes from a trusted address."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST",
              "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_PREFIX", "HTTP_FORWARDED")  # fmt: skip


class Trusting:
    """Takes visitor address, scheme and host from the headers of trusted proxies; strips others'."""

    def __init__(self, app: WSGIApplication, networks: Sequence[str]) -> None:
        self.plain = app
        self.fixed = ProxyFix(app, x_for=1, x_proto=1, x_host=1)
        self.networks = tuple(ipaddress.ip_network(text, strict=False) for text in networks)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request as the proxy tells it, or as it came."""
        if self.trusts(str(environ.get("REMOTE_ADDR", ""))):
            return self.fixed(environ, start_response)
        for name in _FORWARDED:
            environ.pop(name, None)
        return self.plain(environ, start_response)

    def trusts(self, address: str) -> bool:
        """Whether an address belongs to a trusted proxy. Without any named, only loopback does."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        if not self.networks:
            return found.is_loopback
        return any(found in network for network in self.networks)
