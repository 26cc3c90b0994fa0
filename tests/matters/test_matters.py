"""Whole matters from start to end, through the pages, in a real browser."""

from __future__ import annotations

import pytest

from tests.matters.conftest import Opener

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "name", ["normative_document/plain", "major_decision/hearing", "complaint/plain"]
)
def test_a_matter_goes_from_start_to_end(player: Opener, name: str) -> None:
    player(name).play()
