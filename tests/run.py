"""``make test``: every check and every test, with one summary and an honest exit code.

``--lint`` stops before the tests; other arguments go to pytest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support import browser  # noqa: E402 - the line above makes it findable

BIN = Path(sys.executable).parent
CODE = ("engine", "webapp", "tests", "bench", "hatch_build.py")
WORKERS = str((os.cpu_count() or 1) + 1)
"""One more than processors: a third of the time tests wait, for a disk, a database or a browser."""
CI = os.environ.get("CI") == "true"


@dataclass(frozen=True, kw_only=True)
class Manager:
    """A system's package manager, and its names for the browser and a Chinese font."""

    program: str
    commands: tuple[tuple[str, ...], ...]
    needs_root: bool = True


MANAGERS = (
    Manager(
        program="apt-get",
        commands=(
            ("apt-get", "update", "-qq"),
            (
                *("apt-get", "install", "-y", "-qq", "--no-install-recommends"),
                *("chromium", "fonts-noto-cjk", "fontconfig"),
            ),
        ),
    ),
    Manager(
        program="dnf",
        commands=(("dnf", "install", "-y", "-q", "chromium", "google-noto-sans-cjk-fonts"),),
    ),
    Manager(
        program="apk",
        commands=(("apk", "add", "--quiet", "chromium", "font-noto-cjk", "fontconfig"),),
    ),
    Manager(
        program="brew",
        commands=(
            ("brew", "install", "--quiet", "fontconfig"),
            ("brew", "install", "--quiet", "--cask", "chromium", "font-noto-sans-cjk-sc"),
        ),
        needs_root=False,
    ),
)


def main(arguments: list[str]) -> int:
    """Run everything; 0 only when all of it is right."""
    os.chdir(ROOT)
    lint_only = "--lint" in arguments
    chosen = [word for word in arguments if word != "--lint"]
    results: list[tuple[str, bool, float]] = []

    for name, command in checks():
        results.append(timed(name, partial(quietly, command)))
    if not lint_only:
        results.append(timed("front end", lambda: quietly([sys.executable, "hatch_build.py"])))
        prepare_browser()
        results.append(timed("tests", lambda: loudly(pytest_command(chosen))))
    return summary(results)


def checks() -> list[tuple[str, list[str]]]:
    """The static checks, quickest first."""
    code = [name for name in CODE if has_python(ROOT / name)]
    return [
        ("ruff check", [tool("ruff"), "check", "--quiet", "."]),
        ("ruff format", [tool("ruff"), "format", "--check", "--quiet", "."]),
        ("import contracts", [tool("lint-imports"), "--no-cache"]),
        ("mypy --strict", [tool("mypy"), "--no-error-summary", *code]),
    ]


def pytest_command(chosen: list[str]) -> list[str]:
    """Spread over the processors; ``--dist loadgroup`` keeps marked groups together."""
    return [sys.executable, "-m", "pytest", "-n", WORKERS, "--dist", "loadgroup", *chosen]


def tool(name: str) -> str:
    """The program of this environment, not another one on the PATH."""
    return str(BIN / name)


def has_python(path: Path) -> bool:
    """Whether mypy finds anything there."""
    return path.suffix == ".py" or any(path.rglob("*.py"))


def timed(name: str, step: Callable[[], bool]) -> tuple[str, bool, float]:
    """Run one step; gives its name, whether it went well, and its seconds."""
    begun = time.monotonic()
    say(f"→ {name} …")
    good = step()
    return name, good, time.monotonic() - begun


def quietly(command: list[str]) -> bool:
    """Run a check; what it says is shown only when it fails."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.stdout.buffer.write(done.stdout)
        sys.stdout.flush()
    return done.returncode == 0


def loudly(command: list[str]) -> bool:
    """Run the tests, showing all they say; finding no test at all is a failure too."""
    return subprocess.run(command, cwd=ROOT).returncode == 0


# ------------------------------------------------------------------------------ the browser


def prepare_browser() -> None:
    """Install Chromium and a Chinese font where they are missing and we may; else say so, loudly.

    The tests that need them then skip themselves, or fail where ``CI`` is ``true``.
    """
    if not browser.missing():
        return
    say(f"→ installing {' and '.join(browser.missing())} …")
    install_browser()
    if lacks := browser.missing():
        fate = "FAIL, because CI=true" if CI else "are SKIPPED"
        line = f"!! No {' and no '.join(lacks)} on this machine: the browser tests {fate}. !!"
        say("\n".join(["!" * len(line), line, "!" * len(line)]))


def install_browser() -> None:
    """Ask the first package manager found; a refusal is told and left at that."""
    manager = next((m for m in MANAGERS if shutil.which(m.program)), None)
    if manager is None:
        say("  no known package manager here")
        return
    prefix = rights() if manager.needs_root else []
    if prefix is None:
        say(f"  {manager.program} needs root, which this user is not")
        return
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in manager.commands:
        done = subprocess.run(
            [*prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environ,
        )
        if done.returncode != 0:
            say(done.stdout.decode(errors="replace")[-2000:])
            return


def rights() -> list[str] | None:
    """What to put before a command that needs root: nothing as root, sudo if it asks nothing."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    return ["sudo", "-n"] if allowed else None


# ------------------------------------------------------------------------------ summary


def summary(results: list[tuple[str, bool, float]]) -> int:
    """Print one line a step; the exit code of it all."""
    say("")
    for name, good, seconds in results:
        say(f"  {'ok    ' if good else 'FAILED'}  {name:<18} {seconds:6.1f} s")
    failed = [name for name, good, _ in results if not good]
    say(f"\n{'Everything is right.' if not failed else 'Failed: ' + ', '.join(failed) + '.'}")
    return 1 if failed else 0


def say(text: str) -> None:
    """Speak at once, so that lines stand in order with what the tools print."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
