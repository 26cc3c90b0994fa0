"""Scripts and styles travel packed, are kept for a year, and are what they are unpacked."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.support.office import Office

DIST = Path(__file__).resolve().parents[2] / "webapp" / "static" / "dist"
NAMES = sorted(json.loads((DIST / "manifest.json").read_text(encoding="utf-8")).values())


@pytest.fixture
def visitor(office: Office) -> Client:
    return office.app.test_client()


def test_a_packed_file_is_the_file(visitor: Client) -> None:
    for name in NAMES:
        plain, packed = (
            visitor.get(f"/static/dist/{name}", headers={"Accept-Encoding": takes}, buffered=True)
            for takes in ("identity", "gzip, br")
        )
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.mimetype == plain.mimetype
        assert gzip.decompress(packed.data) == plain.data == (DIST / name).read_bytes()
        for answer in (plain, packed):
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_what_is_not_there_is_not_found_packed_or_not(visitor: Client) -> None:
    for path in (
        "/static/dist/none.js",
        "/static/dist/../../app.py",
        "/static/dist/..%2f..%2fapp.py",
    ):
        for wanted in ("gzip", "identity"):
            answer = visitor.get(path, headers={"Accept-Encoding": wanted}, buffered=True)
            assert answer.status_code == 404


MODELERS = ("modeler", "form-editor", "decisions")
"""Entries of the pages on which processes, forms and decisions are drawn."""


def test_pages_but_for_modelers_are_light() -> None:
    """What a page of the office loads beside itself stays far under 300 KB on the line."""
    manifest = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    loaded = {
        entry: len((DIST / f"{name}.gz").read_bytes())
        for entry, name in manifest.items()
        if not entry.startswith(MODELERS)
    }
    assert sum(loaded.values()) < 200 * 1024, loaded
