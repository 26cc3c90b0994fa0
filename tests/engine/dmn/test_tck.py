"""The DMN Technology Compatibility Kit, where it lies beside the repository (or YIFA_DMN_TCK names it).

Without it a small kit of our own runs, so that these tests never pass by doing nothing.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.engine.dmn import tck_kit

OWN = Path(__file__).parent / "samples" / "kit"
KIT = tck_kit.kit()
FOLDER = KIT or OWN
LISTED = tck_kit.ROOT / "docs" / "dmn-tck-failures.md"
FILES = tck_kit.files(FOLDER)
WANTED_RATE = 0.95


@cache
def outcomes(file: Path) -> tuple[tck_kit.Outcome, ...]:
    return tuple(tck_kit.run(file))


@cache
def listed() -> frozenset[str]:
    """Keys of the cases known to fail: the list items of the document that are code."""
    text = LISTED.read_text(encoding="utf-8")
    return frozenset(re.findall(r"^- `([^`]+)`", text, flags=re.MULTILINE))


def test_the_kit_that_runs_is_named_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    if KIT is None:
        with capsys.disabled():
            sys.stdout.write(
                "\n*** DMN TCK not found (YIFA_DMN_TCK): only the small kit of our own runs ***\n"
            )
    assert FILES, f"no test cases under {FOLDER}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_case_fails_that_is_not_listed(file: Path) -> None:
    results = outcomes(file)
    assert results, "a file of cases without a result"
    failed = [each for each in results if not each.passed and each.key not in listed()]
    assert not failed, "\n".join(
        f"{each.key}: wanted {each.wanted!r}, got {each.got!r} ({each.note})" for each in failed
    )


def test_at_least_95_of_100_cases_pass() -> None:
    results = [each for file in FILES for each in outcomes(file)]
    rate = sum(each.passed for each in results) / len(results)
    assert rate >= WANTED_RATE, f"{rate:.1%} of {len(results)} cases pass"


def test_each_listed_case_still_fails() -> None:
    results = {each.key: each for file in FILES for each in outcomes(file)}
    mended = sorted(key for key in listed() if key in results and results[key].passed)
    assert not mended, f"these pass now; strike them from {LISTED.name}: {mended}"


def test_each_listed_case_exists_in_the_kit() -> None:
    keys = {each.key for file in FILES for each in outcomes(file)}
    folders = {key.rsplit("/", 2)[0] for key in keys}
    gone = sorted(key for key in listed() if key not in keys and key.rsplit("/", 2)[0] in folders)
    assert not gone, f"listed, but not in the kit: {gone}"


def test_our_own_kit_passes_whole() -> None:
    results = [each for file in tck_kit.files(OWN) for each in tck_kit.run(file)]
    assert results
    assert all(each.passed for each in results), [each for each in results if not each.passed]
