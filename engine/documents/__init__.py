"""Official documents: a template as data, filled with a case's variables, as .docx and PDF."""

from __future__ import annotations

from engine.documents.filling import Filled, fill
from engine.documents.rendering import Rendered, render
from engine.documents.template import Section, Signature, Template, mentioned, parse_template

__all__ = [
    "Filled",
    "Rendered",
    "Section",
    "Signature",
    "Template",
    "fill",
    "mentioned",
    "parse_template",
    "render",
]
