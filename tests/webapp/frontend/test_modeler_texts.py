"""The editor in Chinese: every text of its bundle has one, and none is left over or half done."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from hatch_build import install_packages, node_program

FRONTEND = Path(__file__).resolve().parents[3] / "webapp" / "frontend"
NO_TEXTS = re.compile(
    r"[a-z]+:[A-Z]\w+"  # kinds of elements in the code
    r"|context|every|some|if|for|null|true|false|function"  # words of FEEL
    r"| \+ \w+ \+ |Align elements "  # parts of others
)
SAME = {"BPMN", ", ", "{eventType}: {type}"}


@pytest.fixture(scope="module")
def passed(assets: Path) -> set[str]:
    """All that the editor's bundle passes to `translate`."""
    install_packages(FRONTEND)
    done = subprocess.run(
        [node_program(), str(FRONTEND / "texts.mjs")],
        cwd=FRONTEND,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return {text for text in json.loads(done.stdout) if not NO_TEXTS.fullmatch(text)}


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    """The table."""
    code = (FRONTEND / "src/lib/modeler/zh.js").read_text(encoding="utf-8")
    pairs = re.findall(r'^  ("(?:[^"\\]|\\.)*"): ("(?:[^"\\]|\\.)*"),$', code, re.MULTILINE)
    return {json.loads(key): json.loads(value) for key, value in pairs}


def test_every_text_of_the_editor_has_its_chinese(
    passed: set[str], chinese: dict[str, str]
) -> None:
    assert len(passed) > 300
    assert passed - chinese.keys() == set()


def test_no_chinese_text_is_half_english(chinese: dict[str, str]) -> None:
    proper = re.compile(r"\{\w+\}|ISO 8601|FEEL|DMN|JSON|UTC|Camunda|QName|cron|legality-review")
    for english, text in chinese.items():
        if english not in SAME:
            assert re.search(r"[\u4e00-\u9fff]", text), english
            assert not re.search(r"[A-Za-z]{2}", proper.sub("", text)), text


def test_placeholders_are_those_of_the_english(chinese: dict[str, str]) -> None:
    placeholder = re.compile(r"\{\w+\}")
    for english, text in chinese.items():
        assert set(placeholder.findall(text)) == set(placeholder.findall(english)), english
