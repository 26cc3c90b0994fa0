"""What people read in a file of decisions: names, questions, columns' heads and what rules say."""

from __future__ import annotations

from collections.abc import Iterator

from engine.dmn.read import content, read, tag


def words(data: bytes) -> Iterator[tuple[str, str]]:
    """Id of the element and its text, in the order of the file. Raises ModelRejected."""
    at = ""
    for element in read(data).iter():
        at = element.get("id") or at
        match tag(element):
            case "decision" | "inputData" | "businessKnowledgeModel":
                yield at, element.get("name") or ""
            case "input" | "output" | "annotation":
                yield at, element.get("label") or element.get("name") or ""
            case "description" | "question" | "annotationEntry":
                yield at, content(element)
