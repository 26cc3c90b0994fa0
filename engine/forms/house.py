"""Forms of the house itself, beside those that packages bring: what a person asked for an opinion fills in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from engine.forms.form import Form, parse

OPINION: Final = "house:opinion"
"""Id of the form of whoever is asked for an opinion (加签). No package's form id has a colon."""
AGREES, DISAGREES = "同意", "不同意"

TEXTS: Mapping[str, str] = {
    "态度": "Stance",
    AGREES: "Agree",
    DISAGREES: "Disagree",
    "意见": "Opinion",
    "不同意时请写明理由。": "Say why if you do not agree.",
    "附件": "Files",
}
"""Chinese → English of all texts of these forms."""

_SCHEMA = {
    "type": "default",
    "id": "house_opinion",
    "schemaVersion": 18,
    "components": [
        {
            "type": "radio",
            "key": "stance",
            "label": "态度",
            "values": [
                {"label": AGREES, "value": AGREES},
                {"label": DISAGREES, "value": DISAGREES},
            ],
            "validate": {"required": True},
        },
        {
            "type": "textarea",
            "key": "opinion",
            "label": "意见",
            "description": "不同意时请写明理由。",
            "validate": {"maxLength": 2000},
            "properties": {"opinion": "true"},
        },
    ],
}


@cache
def house_form(form_id: str, lang: str = "zh") -> Form | None:
    """A form of the house in a language, or None where the id is none of its."""
    if form_id != OPINION:
        return None
    form = parse(_SCHEMA)
    return form.translated(TEXTS) if lang == "en" else form
