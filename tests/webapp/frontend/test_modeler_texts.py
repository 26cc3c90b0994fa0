"""The editors in Chinese: every text of their bundles has one, and none is left over or half done."""

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
    r"|context|every|some|if|for|null|true|false|function|name|typeRef"  # words of FEEL
    r"| \+ \w+ \+ |Align elements "  # parts of others
    r"|bpmn\.io|Powered by bpmn\.io|Web-based tooling for BPMN, DMN, and forms powered by"  # the mark
)
NOT_SHOWN = {
    # Of components that our palette does not offer: pictures, frames, HTML, other documents, buttons.
    "Button", "Submit", "Reset", "iFrame", "URL", "Image source", "Alternative text", "Document preview",
    "Document reference", "Learn more", "Learn more in our", "documentation", "Max height of preview container",
    "Descriptive text for screen reader accessibility.", "No content to show.", "Security attributes",
    "Expression or static value (link/data URI)", "External content couldn't be loaded.",
    "Link referring to a hosted image, or use a data URI directly to embed image data into the form.",
    "Supports HTML, styling, and templating. Styles are automatically scoped to the HTML component.",
    "Allow same origin", "Camera access", "Forms submission", "Geolocation", "Microphone access",
    "Open in fullscreen", "Open modal windows", "Open popups", "Script execution", "Storage access by user",
    "Top level navigation", "MDN iFrame documentation.", "X-FRAME-OPTIONS documentation",
    "Not all external sources can be displayed in the iFrame. Read more about it in the",
    "Please make sure that the URL is safe as it might impose security risks.",
    "Enter a HTTPS URL to a source or populate it dynamically via a template or an expression (e.g., to pass a "
    "value from the variable).",
    "These options can incur security risks, especially if used in combination with dynamic links. Ensure that "
    "you are aware of them, that you trust the source url and only enable what your use case requires.",
    "Allow the iframe to access more functionality of your browser, details regarding the various options can be "
    "found in the",
    "A source is a JSON object containing metadata for a document or an array of documents.",
    "Each entry must include a document ID, name, and MIME type.",
    "Additional details are optional. The expected format is as follows:",
    "When using Camunda Tasklist UI, additional document reference attributes are automatically handled. "
    "Modifying the document reference may affect the document preview functionality.",
    # Of entries that our renderer has no use for, which the panel leaves out.
    "Compute on", "Value changes", "Form submission", "Use 24h", "Output as string", "Custom error message",
    "Allows arbitrary precision values", "Vertical alignment", "Disable collapse", "Pagination",
    "Number of non-collapsing items", "Number of rows per page", "Version tag by which this form can be referenced.",
    "The error message to display when the input does not match the regular expression.",
    "Add properties directly to the form schema, useful to configure functionality in custom-built task "
    "applications and form renderers.",
    # Of the components at work; in the editor they stand still.
    "Nothing to show.", "Search",
}  # fmt: skip
SAME = {"BPMN", "FEEL", "Java", "PMML", ", ", " is not supported.", "{eventType}: {type}"}


def passed(entry: str) -> set[str]:
    """All that an editor's bundle passes to `translate`."""
    done = subprocess.run(
        [node_program(), str(FRONTEND / "texts.mjs"), f"src/{entry}"],
        cwd=FRONTEND,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    texts = {text for text in json.loads(done.stdout) if not NO_TEXTS.fullmatch(text)}
    return texts - NOT_SHOWN


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    """The tables as one."""
    code = "".join(
        (FRONTEND / f"src/lib/{folder}/zh.js").read_text(encoding="utf-8")
        for folder in ("modeler", "forms", "decisions")
    )
    pairs = re.findall(r'^  ("(?:[^"\\]|\\.)*"): ("(?:[^"\\]|\\.)*"),$', code, re.MULTILINE)
    return {json.loads(key): json.loads(value) for key, value in pairs}


@pytest.mark.parametrize("entry", ["modeler.js", "form-editor.js", "decisions.js"])
def test_every_text_of_an_editor_has_its_chinese(
    entry: str, chinese: dict[str, str], assets: Path
) -> None:
    install_packages(FRONTEND)
    texts = passed(entry)
    assert len(texts) > 200
    assert texts - chinese.keys() == set()


def test_no_chinese_text_is_half_english(chinese: dict[str, str]) -> None:
    proper = re.compile(
        r"\{ ?\w+ ?\}|ISO 8601|FEEL|DMN|JSON|UTC|Camunda|QName|cron|legality-review|HTML|Markdown|Tab|MB|docx|pdf"
    )
    for english, text in chinese.items():
        if english not in SAME:
            assert re.search(r"[\u4e00-\u9fff]", text), english
            assert not re.search(r"[A-Za-z]{2}", proper.sub("", text)), text


def test_placeholders_are_those_of_the_english(chinese: dict[str, str]) -> None:
    placeholder = re.compile(r"\{ ?\w+ ?\}")
    for english, text in chinese.items():
        assert set(placeholder.findall(text)) == set(placeholder.findall(english)), english
