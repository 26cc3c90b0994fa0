"""How much a browser may send: said before any of it is read."""

from __future__ import annotations

from flask import Flask, current_app, request


def install(app: Flask) -> None:
    """Narrow the limit of each request to what its kind can need."""
    app.before_request(_narrow)


def _narrow() -> None:
    """Only uploads may be large.

    A form without files is read whole before anything counts its fields, so its size is what keeps
    a million of them out. Raises RequestEntityTooLarge when the body is first read.
    """
    if request.mimetype != "multipart/form-data":
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
