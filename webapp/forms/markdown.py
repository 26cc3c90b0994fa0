"""Texts of a form as HTML: a subset of Markdown that cannot carry script or pictures."""

from __future__ import annotations

from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup

_TOP = 3
"""A form's heading of the first level; the page itself has the levels above."""


def _reader() -> MarkdownIt:
    # HTML is shown as text; links may only be http, https, mailto or within the site
    # (the library refuses javascript:, vbscript:, file: and data:).
    return (
        MarkdownIt("commonmark", {"html": False, "maxNesting": 12}).enable("table").disable("image")
    )


@lru_cache(maxsize=1024)
def render(text: str, top: int = _TOP) -> Markup:
    """Safe HTML of a text; its headings of the first level are of level ``top`` on the page."""
    reader = _reader()
    tokens = reader.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + top - 1)}"
        elif token.type == "table_open":
            token.attrSet("class", "table table-sm")
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("rel", "noopener noreferrer")
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704 - made above, safe
