"""Drawing a filled document: a .docx, and a PDF by Typst; values go in as data, not markup."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import typst

from engine.documents.filling import Filled, fill
from engine.documents.template import Template
from engine.documents.word import clean, to_docx


@dataclass(frozen=True)
class Rendered:
    """The two files of a document."""

    docx: bytes
    pdf: bytes
    number: str

    @property
    def docx_sha256(self) -> str:
        """Where the .docx lies."""
        return hashlib.sha256(self.docx).hexdigest()

    @property
    def pdf_sha256(self) -> str:
        """Where the PDF lies."""
        return hashlib.sha256(self.pdf).hexdigest()


def render(template: Template, variables: Mapping[str, Any], *, now: datetime) -> Rendered:
    """Both files of a document, from a template and a case's variables."""
    filled = fill(template, variables, now=now)
    return Rendered(docx=to_docx(filled), pdf=to_pdf(filled), number=filled.number)


@cache
def _fonts() -> typst.Fonts:
    """The machine's fonts, searched once: the search takes thirty times as long as a page."""
    return typst.Fonts(include_system_fonts=True)


@cache
def _layout() -> bytes:
    return resources.files("engine.documents").joinpath("layout.typ").read_bytes()


def to_pdf(filled: Filled) -> bytes:
    """The PDF. Values reach the layout as one JSON text, which it reads as data, never as markup."""
    data = clean(json.dumps(asdict(filled), ensure_ascii=False))
    return bytes(typst.compile(_layout(), font_paths=_fonts(), sys_inputs={"data": data}))
