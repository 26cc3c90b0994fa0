"""Bodies larger than allowed: read to their end and thrown away, so that our page can answer.

A server that closes a connection while a browser still sends shows the browser's own error page.
Here a body that says it is too large is taken off the line in small pieces, none is kept, and the
application answers the request as it came, without its body.
"""

from __future__ import annotations

import io
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import ChunkedReceiver
from waitress.utilities import RequestEntityTooLarge

DRAIN_MAX = 1024 * 1_048_576
"""Bytes of one body that are read only to be thrown away; beyond, the connection is closed."""


class _Nothing:
    """Takes the place of a buffer and keeps nothing."""

    def append(self, _data: bytes) -> None:
        """Throw a piece away."""

    def getfile(self) -> io.BytesIO:
        """The body as the application sees it: nothing."""
        return io.BytesIO()

    def close(self) -> None:
        """There is nothing to give back."""


class _Drain:
    """Takes the place of a body: takes what comes off the line and keeps none of it.

    ``left`` is how many bytes may still come. Where the length was not named before, the ``chunks``
    themselves say when they end.
    """

    def __init__(self, left: int, chunks: ChunkedReceiver | None = None) -> None:
        self.left = left
        self.chunks = chunks

    def take(self, data: bytes) -> int:
        """How many of these bytes belong to the body."""
        taken = min(len(data), self.left)
        if self.chunks is not None:
            taken = int(self.chunks.received(data[:taken]))
        self.left -= taken
        if self.chunks is not None and (self.chunks.completed or self.chunks.error):
            self.left = 0
        return taken

    def getfile(self) -> io.BytesIO:
        """The body as the application sees it: nothing."""
        return io.BytesIO()

    def getbuf(self) -> io.BytesIO:
        """What is closed when the request is over."""
        return io.BytesIO()


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Waitress's reader of requests, which lets the application answer those that are too large."""

    drain: _Drain | None = None
    completed: bool
    expect_continue: bool
    error: Any
    body_rcv: Any

    def received(self, data: bytes) -> int:
        """Bytes of the data that belong to this request."""
        if self.drain is not None and not self.completed:
            taken = self.drain.take(data)
            self.completed = self.drain.left == 0
            return taken
        consumed = int(super().received(data))
        if isinstance(self.error, RequestEntityTooLarge):
            self._give_to_the_application()
        return consumed

    def _give_to_the_application(self) -> None:
        """The length the headers name is what the application refuses, with its own page."""
        asked_first = self.expect_continue
        self.error, self.expect_continue = None, False
        self.headers["CONNECTION"] = "close"
        length = self.content_length or self.body_bytes_received
        self.headers["CONTENT_LENGTH"] = str(length)
        if self.chunked:
            chunks = self.body_rcv
            chunks.getbuf().close()
            chunks.buf = _Nothing()
            # What came so far is over the limit; whether it was all, the chunks have told.
            ended = chunks.completed or chunks.error
            self.drain = _Drain(0 if ended else DRAIN_MAX - length, chunks)
        else:
            self.drain = _Drain(0 if asked_first else min(length, DRAIN_MAX))
        self.body_rcv = self.drain
        self.completed = self.drain.left == 0


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose requests are read so."""

    parser_class = Parser
