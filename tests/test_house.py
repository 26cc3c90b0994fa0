"""Rules of the house that no single room can keep: who may import what, licences, locks, traces."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from engine import config

ROOT = Path(__file__).resolve().parents[1]
SELF = Path(__file__).resolve()

HOMES = {
    "SpiffWorkflow": ("engine.bpmn.spiff",),
    "alembic": ("engine.store",),
    "chinese_calendar": ("engine.law",),
    "docx": ("engine.documents",),
    "flask": ("webapp",),
    "flask_babel": ("webapp",),
    "holidays": ("engine.law",),
    "psycopg": ("engine.store",),
    "re2": ("engine.feel", "engine.forms"),
    "sqlalchemy": ("engine.store",),
    "typst": ("engine.documents",),
    "waitress": ("webapp",),
    "werkzeug": ("webapp",),
}
"""Each of these libraries is known to one room, so that replacing it changes one room."""

FRONT_DOOR = {
    "engine.catalog",
    "engine.clock",
    "engine.commands",
    "engine.config",
    "engine.engine",
    "engine.errors",
    "engine.forms",
    "engine.law",
    "engine.model",
    "engine.queries",
}
"""What pages and commands of the terminal may know of the engine: its door, and pure values."""

OURS = {"engine", "webapp", "yifa_data", "_typeshed"}
"""Names that no distribution brings: our own, and what only type checkers know."""

NEVER_IMPORTED = {"pickle", "marshal", "shelve", "xml"}
"""They run or expand what they read: no input of ours is that trustworthy."""

NEVER_CALLED = {"eval", "exec", "compile", "__import__"}


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def tracked() -> tuple[Path, ...]:
    """The project's own files, as git knows them; outside a clone, all but what is built."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run(
            [git, "-c", "core.quotePath=false", "ls-files", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        return tuple(path for name in listed.split("\0") if (path := ROOT / name).is_file())
    built = {".git", ".venv", "node_modules", "dist", "var", "__pycache__"}
    return tuple(p for p in ROOT.rglob("*") if p.is_file() and not built & set(p.parts))


def product_modules() -> Iterator[tuple[str, Path]]:
    for room in ("engine", "webapp"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "node_modules" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield name.removesuffix(".__init__"), path


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


# ------------------------------------------------------------------------------ rooms


def test_a_library_with_a_home_is_imported_nowhere_else() -> None:
    strays = [
        f"{path.relative_to(ROOT)}:{line} imports {library}"
        for module, path in product_modules()
        for library, line in imported(ast.parse(path.read_bytes()))
        if (homes := HOMES.get(library.split(".")[0]))
        and not any(module == home or module.startswith(home + ".") for home in homes)
    ]
    assert strays == []


def test_the_pages_enter_by_the_front_door() -> None:
    rooms = {path.stem for path in (ROOT / "engine").iterdir() if path.stem != "__init__"}
    strays = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for module, path in product_modules()
        if module.split(".")[0] == "webapp"
        for name, line in imported(ast.parse(path.read_bytes()))
        if (parts := name.split("."))[0] == "engine"
        and parts[1:2]
        and parts[1] in rooms
        and ".".join(parts[:2]) not in FRONT_DOOR
    ]
    assert strays == []


def test_nothing_runs_or_expands_what_it_reads() -> None:
    found = []
    for _, path in product_modules():
        tree = ast.parse(path.read_bytes())
        where = path.relative_to(ROOT)
        found += [
            f"{where}:{line} imports {name}"
            for name, line in imported(tree)
            if name.split(".")[0] in NEVER_IMPORTED
        ]
        never = NEVER_CALLED - defined(tree)
        found += [
            f"{where}:{node.lineno} calls {node.func.id}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in never
        ]
    assert found == []


def defined(tree: ast.Module) -> set[str]:
    """Names a module gives itself: its own ``compile`` is not Python's."""
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_room_is_a_package_with_a_word_on_what_lives_there() -> None:
    mute = []
    for _, path in product_modules():
        if not ast.get_docstring(ast.parse(path.read_bytes())) and "migrations" not in path.parts:
            mute.append(str(path.relative_to(ROOT)))
    assert mute == []


def test_files_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for _, path in product_modules()
        if (lines := len(path.read_bytes().splitlines())) > 500
    ]
    assert long == []


# ------------------------------------------------------------------------------ locks


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_the_python_lock_holds_names_and_versions_alone() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.+!]+")
    odd = [line for line in lines if not line.startswith("#") and not pinned.fullmatch(line)]
    assert odd == []


def test_every_dependency_is_locked_at_a_version_it_allows() -> None:
    about = project()["project"]
    wanted = [*about["dependencies"]]
    for extra in about["optional-dependencies"].values():
        wanted += [line for line in extra if not line.startswith("yifa[")]
    versions = {canonicalize_name(name): version for name, version in locked().items()}
    wrong = [
        line
        for line in wanted
        if not (need := Requirement(line)).specifier.contains(
            versions.get(canonicalize_name(need.name), "0")
        )
    ]
    assert wrong == [], "run: make lock"


def npm_lock() -> dict[str, Any]:
    text = (ROOT / "webapp/frontend/package-lock.json").read_text(encoding="utf-8")
    packages: dict[str, Any] = json.loads(text)["packages"]
    return packages


def test_the_npm_lock_names_no_download_host_and_every_digest() -> None:
    packages = {name: about for name, about in npm_lock().items() if name}
    assert [name for name, about in packages.items() if "resolved" in about] == []
    assert [name for name, about in packages.items() if "integrity" not in about] == []


def test_npm_packages_are_pinned_exactly() -> None:
    about = json.loads((ROOT / "webapp/frontend/package.json").read_text(encoding="utf-8"))
    wanted = about["dependencies"] | about["devDependencies"]
    assert {n: v for n, v in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", v)} == {}
    root = npm_lock()[""]
    assert root["dependencies"] | root["devDependencies"] == wanted


def test_every_library_that_is_imported_is_asked_for() -> None:
    """What the product imports by itself it names itself, not only by way of another."""
    about = project()["project"]
    named = {canonicalize_name(Requirement(line).name) for line in about["dependencies"]}
    building = {
        canonicalize_name(Requirement(line).name)
        for line in about["optional-dependencies"]["build"]
    }
    brought = metadata.packages_distributions()
    build_hook = ("hatch_build", ROOT / "hatch_build.py")
    missing: list[str] = []
    for module, path in (*product_modules(), build_hook):
        allowed = named | building if module == "hatch_build" else named
        for name, line in imported(ast.parse(path.read_text(encoding="utf-8"))):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top in OURS:
                continue
            owners = {canonicalize_name(owner) for owner in brought.get(top, [top])}
            if not owners & allowed:
                missing.append(f"{path.relative_to(ROOT)}:{line} {top} ({', '.join(owners)})")
    assert missing == [], "name the distribution in pyproject.toml"


# ------------------------------------------------------------------------------ licences


def closure(names: list[str]) -> set[str]:
    """The named distributions with all they need at run time, as installed here."""
    seen: set[str] = set()
    waiting = [Requirement(name) for name in names]
    while waiting:
        need = waiting.pop()
        name = canonicalize_name(need.name)
        if name in seen:
            continue
        seen.add(name)
        for line in metadata.requires(name) or []:
            further = Requirement(line)
            extras = need.extras or {""}
            if further.marker is None or any(
                further.marker.evaluate({"extra": extra}) for extra in extras
            ):
                waiting.append(further)
    return seen


def licence(name: str) -> str:
    about = metadata.metadata(name)
    said = [*(about.get_all("License-Expression") or []), *(about.get_all("License") or [])]
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    return " | ".join([*(line[:200] for line in said), *classifiers])


def test_what_the_product_needs_may_be_used_by_an_office_that_shares_no_source() -> None:
    strict = re.compile(r"(?<!L)A?GPL|Affero|GNU General Public", re.IGNORECASE)
    names = closure(project()["project"]["dependencies"])
    assert {name: said for name in names if strict.search(said := licence(name))} == {}
    assert [name for name in names if not licence(name).strip(" |")] == []


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert project()["project"]["license"] == "Apache-2.0"


# ------------------------------------------------------------------------------ traces


TRACES = {
    "a path of some machine": re.compile(r"(?<![\w.])/(?:work|root|tmp|home/\w+|Users/\w+)/"),
    "a package registry": re.compile(
        r"registry\.(?:npmjs|npmmirror|yarnpkg)|pypi\.(?:org|tuna)|pythonhosted", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("what", TRACES)
def test_no_file_carries(what: str) -> None:
    found = []
    for path in tracked():
        if path == SELF or b"\0" in (data := path.read_bytes()):
            continue
        lines = data.decode("utf-8", errors="replace").splitlines()
        found += [
            f"{path.relative_to(ROOT)}:{number}"
            for number, line in enumerate(lines, 1)
            if TRACES[what].search(line)
        ]
    assert found == []


def test_nothing_built_or_foreign_is_in_the_repository() -> None:
    parts = {"node_modules", "dist", "vendor", "third_party", "__pycache__", "var"}
    endings = (".min.js", ".min.css", ".mo", ".pyc", ".whl")
    strays = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if parts & set(path.relative_to(ROOT).parts) or path.name.endswith(endings)
    ]
    assert strays == []


# ------------------------------------------------------------------------------ words


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_first_screen_says_how_to_run_and_to_test(name: str) -> None:
    first = (ROOT / name).read_text(encoding="utf-8").splitlines()[:40]
    assert any("make run" in line for line in first)
    assert any("make test" in line for line in first)


def test_the_changelog_knows_this_version() -> None:
    version = project()["project"]["version"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text or f"## [{version}]" in text


def test_every_make_target_is_explained() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY:(.*)$", text, re.MULTILINE)
    assert phony is not None
    unexplained = [
        name for name in phony[1].split() if not re.search(rf"^{name}:.*## \S", text, re.MULTILINE)
    ]
    assert unexplained == []


def test_every_setting_is_read_by_somebody() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for module, path in product_modules()
        if not module.startswith("engine.config")
    ]
    unread = [
        line.name
        for line in config.table()
        if not any(re.search(rf"\b{line.name}\b", text) for text in texts)
    ]
    assert unread == [], "a setting that nobody reads promises what it does not do"
