"""How much a browser may send: said before any of it is read."""

from __future__ import annotations

from typing import IO, Any

from flask import Flask, Request, current_app, request


class Upload(Request):
    """A request whose files are gone when it ends, those it refused half-way among them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._taken: list[IO[bytes]] = []

    def _get_file_stream(self, *args: Any, **options: Any) -> IO[bytes]:
        stream = super()._get_file_stream(*args, **options)
        self._taken.append(stream)
        return stream

    def close(self) -> None:
        """Give back what the files took on the disk. Harmless when done twice."""
        super().close()
        for stream in self._taken:
            stream.close()


def install(app: Flask) -> None:
    """Narrow the limit of each request to what its kind can need."""
    app.request_class = Upload
    app.before_request(_narrow)


def _narrow() -> None:
    """Only uploads may be large.

    A form without files is read whole before anything counts its fields, so its size is what keeps
    a million of them out. Raises RequestEntityTooLarge when the body is first read.
    """
    if request.mimetype != "multipart/form-data":
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
