"""What every template knows: built assets, who is signed in, where one is, small helpers."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, g, request, url_for
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from engine import queries as q
from engine.errors import Lang
from webapp.current import ask, lang, settings

DIST = Path(__file__).parent / "static" / "dist"


class Compiled(BytecodeCache):
    """Compiled templates in memory, by what stands in them: a trial's pages are the office's own."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template's code, if it was compiled from the same text."""
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's code."""
        if bucket.code is not None:
            self._known[bucket.key] = (bucket.checksum, bucket.code)


_COMPILED = Compiled()
"""Of all applications in this process; what they differ in is not compiled in."""


def install(app: Flask) -> None:
    """Fill the templates' globals."""
    app.jinja_env.bytecode_cache = _COMPILED
    app.context_processor(_frame)
    app.jinja_env.globals.update(asset=asset, with_query=with_query)


@lru_cache(maxsize=1)
def _manifest() -> dict[str, str]:
    found: dict[str, str] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return found


def asset(name: str) -> str:
    """The address of a built asset, by its plain name (``app.css``)."""
    return url_for("static", filename=f"dist/{_manifest()[name]}")


def with_query(**changes: Any) -> str:
    """This page's address with some of its query changed; None or '' takes a part away."""
    values = {**request.args.to_dict(), **changes}
    kept = {key: value for key, value in values.items() if value not in (None, "")}
    # By hand: to url_for some names in an address (_scheme, _external) would be orders.
    return f"{quote(request.path)}?{urlencode(kept)}" if kept else quote(request.path)


_PUNCTUATION: dict[Lang, dict[str, str]] = {
    "zh": {"colon": "：", "comma": "，", "listing": "、", "bra": "（", "ket": "）"},
    "en": {"colon": ": ", "comma": ", ", "listing": ", ", "bra": " (", "ket": ")"},
}
"""Signs between texts, as each language writes them."""


def _frame() -> dict[str, Any]:
    values: dict[str, Any] = {
        "lang": lang(),
        "demo": settings().demo,
        "max_mb": settings().upload_max_mb,
        "home": None,
        **_PUNCTUATION[lang()],
    }
    if g.get("viewer") is not None:
        values["home"] = home()
    return values


def home() -> q.Home:
    """Who is signed in and how much waits; asked once a request."""
    if "home" not in g:
        g.home = ask(q.HomeFrame)
    return g.home  # type: ignore[no-any-return]
