"""The style sheet: all that pages use is in it, and little else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

WEBAPP = Path(__file__).resolve().parents[3] / "webapp"
BOOTSTRAP = WEBAPP / "frontend/node_modules/bootstrap/dist/css/bootstrap.css"
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")


def used() -> Iterator[str]:
    """Every class that a template or a script writes down."""
    for path in (WEBAPP / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for value in re.findall(r'class="((?:[^"{]|\{\{[^}]*\}\}|\{%[^%]*%\})*)"', text):
            yield from re.findall(r"[A-Za-z][\w-]*", value)
    for path in (WEBAPP / "forms").glob("*.py"):
        for value in re.findall(r'"class", "([^"]*)"', path.read_text(encoding="utf-8")):
            yield from value.split()


def built(assets: Path, name: str) -> Path:
    return assets / str(json.loads((assets / "manifest.json").read_text())[name])


def test_every_class_of_bootstrap_that_pages_use_is_kept(assets: Path) -> None:
    known = set(CLASS.findall(BOOTSTRAP.read_text(encoding="utf-8")))
    kept = set(CLASS.findall(built(assets, "app.css").read_text(encoding="utf-8")))
    words = {"active", "mark", "nav", "card", "figure", "show", "border", "map"}
    wanted = (known & set(used())) - words
    assert {"btn-outline-danger", "alert-warning", "col-md-6"} <= wanted
    assert wanted - kept == set()


def test_widths_that_are_computed_are_kept(assets: Path) -> None:
    kept = set(CLASS.findall(built(assets, "app.css").read_text(encoding="utf-8")))
    assert {f"col-md-{width}" for width in range(1, 13)} <= kept


def test_a_page_is_light(assets: Path) -> None:
    sizes = [built(assets, name).stat().st_size for name in ("app.css", "app.js")]
    assert sum(sizes) < 200_000


def test_styles_are_for_browsers_that_offices_have(assets: Path) -> None:
    """Chrome 90 does not know :has(), nesting, container queries or cascade layers."""
    text = built(assets, "app.css").read_text(encoding="utf-8")
    for young in (":has(", "@container", "@layer", "color-mix(", "dvh"):
        assert young not in text, young
