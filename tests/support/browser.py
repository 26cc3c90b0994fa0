"""Finding the system's browser and fonts, and asking axe whether a page can be used by all."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hatch_build import install_packages

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = (
    "chromium-headless-shell",  # the same browser without the windows nobody sees: a third less work
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def chromium() -> str | None:
    """Path of the system's Chromium (or what ``CHROMIUM`` names), if there is one."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font with Chinese characters."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    listed = subprocess.run([program, ":lang=zh-cn", "family"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


def missing() -> list[str]:
    """What the browser tests lack on this machine."""
    lacks = []
    if chromium() is None:
        lacks.append("Chromium")
    if not has_chinese_font():
        lacks.append("a Chinese font (such as Noto Sans CJK)")
    return lacks


def require() -> str:
    """The browser's path. Without it: a failure under CI=true, else a skip."""
    lacks = missing()
    program = chromium()
    if program is None or lacks:
        message = f"browser tests need {' and '.join(lacks)}; 'make test' installs it where it may"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return program


def arguments() -> list[str]:
    """Chromium refuses its sandbox to root, who runs containers; pages under test are our own."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ["--no-sandbox"] if root else []


def axe_violations(page: Page, *, within: str = "body") -> list[str]:
    """What axe-core finds against WCAG 2.1 A and AA, one line each; empty is good."""
    frontend = ROOT / "webapp" / "frontend"
    install_packages(frontend)
    source = frontend / "node_modules" / "axe-core" / "axe.min.js"
    # By the debugger, not by a script element: the page's content-security policy stays in force.
    page.evaluate(source.read_text(encoding="utf-8") + "; undefined")
    # What passes is neither gathered nor sent: that is two thirds of axe's time.
    found: list[dict[str, Any]] = page.evaluate(
        """([scope, tags]) => axe.run(scope, {
            runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], preload: false,
        }).then(({violations}) => violations)""",
        [within, WCAG],
    )
    return [
        f"{rule['id']}: {rule['help']} — {' '.join(map(str, node['target']))}"
        for rule in found
        for node in rule["nodes"]
    ]
