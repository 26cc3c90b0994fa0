"""What the README shows works as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_EXAMPLE = re.compile(r"<!-- engine-example -->\n```python\n(.*?)```", re.DOTALL)


def _example(name: str) -> str:
    found = _EXAMPLE.search((ROOT / name).read_text(encoding="utf-8"))
    assert found, f"{name} shows no example"
    return found.group(1)


def test_both_languages_show_the_same_example() -> None:
    assert _example("README.md") == _example("README.zh-CN.md")


def test_the_example_runs(tmp_path: Path) -> None:
    """Deploy, start, complete, verify: without a web server, in a directory of its own."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    settings = {k: v for k, v in os.environ.items() if not k.startswith("YIFA_")}
    done = subprocess.run(
        [sys.executable, "-c", _example("README.md")],
        cwd=tmp_path,
        env={**settings, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "completed []"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_first_screen_has_the_two_commands(name: str) -> None:
    first = "\n".join((ROOT / name).read_text(encoding="utf-8").splitlines()[:45])
    assert "make run" in first
    assert "make test" in first
