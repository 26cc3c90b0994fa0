"""Serving scripts and styles, packed where the browser takes them so: half an office is on 4G."""

from __future__ import annotations

from mimetypes import guess_type
from pathlib import Path

from flask import Flask, Response, request


class PackedStatic(Flask):
    """A Flask that sends the ``.gz`` lying beside a static file instead of the file."""

    def send_static_file(self, filename: str) -> Response:
        """The file, packed if there is such a file and the browser takes it. 404 without either."""
        packed = f"{filename}.gz"
        folder = Path(self.static_folder or "")
        takes = request.accept_encodings.quality("gzip") > 0
        if not takes or not (folder / packed).is_file():
            response = super().send_static_file(filename)
        else:
            response = super().send_static_file(packed)
            response.mimetype = guess_type(filename)[0] or "application/octet-stream"
            response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response
