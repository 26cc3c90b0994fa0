"""Everything shipped reads in English too: no Chinese text of a package without its translation."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from lxml import etree

from engine import bpmn, documents, forms
from tests.processes.runner import packages

HAN = re.compile(r"[\u3400-\u9fff]")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
DMN_TEXTS = ("name", "label", "description", "question", "text")
"""Attributes and elements of a decision that people read; of ``text`` only annotations are."""


def texts_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Every Chinese text people read in a package → where it stands."""
    found: dict[str, str] = {}
    for path, content in files.items():
        for text in _texts_in(path, content):
            if HAN.search(text):
                found.setdefault(text, path)
    return found


def _texts_in(path: str, content: bytes) -> Iterator[str]:
    if path.endswith(".bpmn"):
        model = bpmn.load(content)
        yield from model.texts().values()
        yield from (e.documentation for e in model.elements.values() if e.documentation)
    elif path.endswith(".form"):
        yield from forms.parse(content).texts()
    elif path.endswith(".dmn"):
        yield from _decision_texts(content)
    elif path.startswith("documents/"):
        template = documents.parse_template(content, path)
        yield from template.texts()
    elif path == "process.toml":
        data = tomllib.loads(content.decode())
        yield from (data[key] for key in ("title", "summary") if data.get(key))
        yield from data.get("needs", ())
    elif path == "law.toml":
        for entry in tomllib.loads(content.decode()).values():
            yield from (entry[key] for key in ("title", "article", "text"))


def _decision_texts(content: bytes) -> Iterator[str]:
    for element in etree.fromstring(content).iter(etree.Element):
        kind = etree.QName(element).localname
        if kind in ("decision", "inputData", "businessKnowledgeModel"):
            yield element.get("name", "")
        if kind in ("input", "output", "annotation"):
            yield element.get("label") or element.get("name") or ""
        if kind in ("description", "question"):
            yield (element.text or "").strip()
        if kind == "annotationEntry":
            yield "".join(map(str, element.itertext())).strip()


def english(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The package's table of translations."""
    data: dict[str, Any] = tomllib.loads(files["en.toml"].decode()) if "en.toml" in files else {}
    return dict(data.get("texts", {}))


@pytest.mark.parametrize("key", packages())
def test_every_chinese_text_has_english(key: str) -> None:
    """Model, forms, decisions, documents, law and the package's own page."""
    files = packages()[key]
    known = english(files)
    missing = {text: place for text, place in texts_of(files).items() if text not in known}
    assert not missing


@pytest.mark.parametrize("key", packages())
def test_english_is_english(key: str) -> None:
    """A translation is written, and not in Chinese (names of characters in formats excepted)."""
    wrong = {
        zh: en
        for zh, en in english(packages()[key]).items()
        if not isinstance(en, str) or not en.strip() or HAN.search(_plain(en))
    }
    assert not wrong


def _plain(text: str) -> str:
    """Without quoted Chinese and document numbers, which an English text may show as examples."""
    return re.sub(r"“[^”]*”|\S*〔\d{4}〕\S*号", "", text)


@pytest.mark.parametrize("key", packages())
def test_no_translation_is_left_over(key: str) -> None:
    """What nobody reads any more would only mislead who edits the file."""
    files = packages()[key]
    wanted = set(texts_of(files)) | _computed(files)
    assert not set(english(files)) - wanted


def _computed(files: Mapping[str, bytes]) -> set[str]:
    """Literals in formulas of forms, documents, decisions; values of choices: shown when computed."""
    found: set[str] = set()
    for path, content in files.items():
        if path.endswith((".form", ".toml", ".dmn")) and path != "en.toml":
            found.update(LITERAL.findall(content.decode()))
    return found


@pytest.mark.parametrize("key", packages())
def test_placeholders_survive_translation(key: str) -> None:
    """``{{formulas}}`` of a text are the same in both languages."""
    for zh, en in english(packages()[key]).items():
        assert re.findall(r"\{\{.*?\}\}", zh) == re.findall(r"\{\{.*?\}\}", str(en)), zh
