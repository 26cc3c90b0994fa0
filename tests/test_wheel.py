"""A wheel is whole: it carries code, pages, processes and forms, and works away from the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, assets: Path) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_it_carries_every_asset_the_pages_ask_for(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    manifest = json.loads(wheel.read("webapp/static/dist/manifest.json"))
    assert set(manifest) >= {"app.css", "app.js", "diagram.css", "diagram.js"}
    assert {f"webapp/static/dist/{name}" for name in manifest.values()} <= names
    assert "webapp/static/dist/LICENSES.txt" in names


def test_it_carries_all_processes_and_forms(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    for folder in ("processes", "forms"):
        shipped = [
            f"yifa_data/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file()
        ]
        assert [name for name in shipped if name not in names] == []


def test_it_carries_every_module_template_and_translation(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    wanted = [
        path.relative_to(ROOT).as_posix()
        for room, ending in [
            ("engine", "*.py"),
            ("engine", "*.mako"),
            ("webapp", "*.py"),
            ("webapp", "*.html"),
            ("webapp", "*.mo"),
        ]
        for path in (ROOT / room).rglob(ending)
        if "frontend" not in path.parts
    ]
    assert [name for name in wanted if name not in names] == []


def test_it_carries_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} <= {
        "engine",
        "webapp",
        "yifa_data",
    }
    assert [name for name in wheel.namelist() if "frontend/" in name or "/.sources" in name] == []


def test_it_finds_its_data_away_from_the_checkout(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
        "from engine import config; print(config.__file__); print(config.data_dir())"
    )
    said = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout.splitlines()
    assert said[0].startswith(str(tmp_path))
    assert said[1] == str(tmp_path / "yifa_data")
