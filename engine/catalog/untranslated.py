"""Chinese texts of a package that have no English yet: English pages show the Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from engine import dmn
from engine.catalog.english import ENGLISH
from engine.catalog.package import Package
from engine.catalog.problems import model_path, problem
from engine.errors import Problem

UNTRANSLATED: Final = "untranslated"
MOST_TOLD: Final = 60
"""Texts told of one package; what a package begins with may have no English at all."""
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


def untranslated(package: Package) -> tuple[Problem, ...]:
    """A warning for each text without English, in a package that has English."""
    if ENGLISH not in package.files:
        return ()
    missing: dict[str, tuple[str, str]] = {}
    for file, where, text in _texts(package):
        if text not in package.texts and _HAN.search(text):
            missing.setdefault(text, (file, where))
    told = [no_english(text, file, where) for text, (file, where) in missing.items()]
    if len(told) <= MOST_TOLD:
        return tuple(told)
    left = len(told) - MOST_TOLD
    more = problem(
        UNTRANSLATED,
        "",
        f"还有 {left} 处文字没有英文。",
        f"{left} more texts have no English yet.",
        file=ENGLISH,
    )
    return (*told[:MOST_TOLD], replace(more, severity="warning"))


def no_english(text: str, file: str, where: str = "") -> Problem:
    """The warning that a text has no English."""
    short = text if len(text) <= 40 else text[:40] + "…"
    return Problem(
        code=UNTRANSLATED,
        where=where,
        severity="warning",
        zh=f"“{short}”还没有英文，英文页面上会显示中文。",
        en=f"“{short}” has no English yet; English pages show the Chinese.",
        file=file,
    )


def _texts(package: Package) -> Iterator[tuple[str, str, str]]:
    """File, element and text of everything people read."""
    manifest = package.manifest
    for text in (manifest.title, manifest.summary, *manifest.needs):
        yield "process.toml" if "process.toml" in package.files else "", "", text
    path = model_path(package.files)
    for key, text in package.definition.texts().items():
        yield path, key.partition("#")[0], text
    for element in package.definition.elements.values():
        yield path, element.id, element.documentation or ""
    for each, content in package.files.items():
        name = each.rpartition("/")[2].rpartition(".")[0]
        if each.endswith(".form"):
            yield from ((each, "", text) for text in package.forms[name].texts())
        elif each.endswith(".dmn"):
            yield from ((each, where, text) for where, text in dmn.words(content))
        elif each.startswith("documents/") and name in package.documents:
            yield from ((each, "", text) for text in package.documents[name].texts())
    for law in package.laws.values():
        yield from (("law.toml", "", text) for text in (law.title, law.article, law.text))
