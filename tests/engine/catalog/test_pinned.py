"""A deployed version is parsed once, and only when it is what was deployed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import catalog
from engine.errors import Unavailable

MODEL = Path(__file__).resolve().parents[3] / "docs" / "examples" / "leave.bpmn"


def _files() -> dict[str, bytes]:
    return {"main.bpmn": MODEL.read_bytes()}


def test_the_same_hash_is_the_same_package() -> None:
    sha256 = catalog.package_hash(_files())
    first = catalog.pinned(sha256, _files, script_formats=frozenset())

    def never() -> dict[str, bytes]:
        raise AssertionError("a known package is not read again")

    assert catalog.pinned(sha256, never, script_formats=frozenset()) is first


def test_content_that_is_not_what_was_deployed_is_refused() -> None:
    def altered() -> dict[str, bytes]:
        return {"main.bpmn": MODEL.read_bytes().replace("审批".encode(), "免批".encode())}

    with pytest.raises(Unavailable):
        catalog.pinned("0" * 64, altered, script_formats=frozenset())
