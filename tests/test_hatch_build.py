"""The build hook: builds once per change, and lets no broken translation through."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

import hatch_build
from hatch_build import BuildFailed, build_assets, compile_translations, sources_digest

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#, python-format
msgid "还剩 %(days)s 个工作日"
msgstr "{translation}"
"""


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    for name in ("build.mjs", "package.json", "package-lock.json", "src/app.js"):
        (folder / name).write_text(name)
    return folder


def translation(root: Path, text: str) -> Path:
    folder = root / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "messages.po").write_text(PO.replace("{translation}", text), encoding="utf-8")
    return folder / "messages.mo"


def test_the_digest_follows_content_and_names(frontend: Path) -> None:
    before = sources_digest(frontend)
    assert sources_digest(frontend) == before
    (frontend / "src" / "app.js").rename(frontend / "src" / "other.js")
    renamed = sources_digest(frontend)
    (frontend / "src" / "other.js").write_text("changed")
    assert len({before, renamed, sources_digest(frontend)}) == 3


def test_what_was_built_from_the_same_sources_is_left_alone(
    frontend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []

    def bundle(step: str, *arguments: str, cwd: Path) -> None:
        built.append(step)
        Path(arguments[-1]).mkdir(parents=True)

    monkeypatch.setattr(hatch_build, "install_packages", lambda _: None)
    monkeypatch.setattr(hatch_build, "run_node", bundle)
    dist = tmp_path / "static" / "dist"
    (frontend / "node_modules").mkdir()

    build_assets(frontend, dist)
    build_assets(frontend, dist)
    assert len(built) == 1
    (frontend / "src" / "app.js").write_text("changed")
    build_assets(frontend, dist)
    assert len(built) == 2


def test_a_bundle_that_fails_leaves_the_old_one(
    frontend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "app-1.js").write_text("old")
    (frontend / "build.mjs").write_text("throw new Error('no')")
    monkeypatch.setattr(hatch_build, "install_packages", lambda _: None)
    with pytest.raises(BuildFailed, match="bundling the front end"):
        build_assets(frontend, dist)
    assert (dist / "app-1.js").read_text() == "old"


def test_a_translation_is_compiled_once_and_read_back(tmp_path: Path) -> None:
    mo = translation(tmp_path, "%(days)s working days left")
    compile_translations(tmp_path)
    first = mo.stat().st_mtime_ns
    compile_translations(tmp_path)
    assert mo.stat().st_mtime_ns == first
    with mo.open("rb") as file:
        known = gettext.GNUTranslations(file)
    assert known.gettext("还剩 %(days)s 个工作日") == "%(days)s working days left"


def test_a_translation_that_lost_its_placeholder_is_refused(tmp_path: Path) -> None:
    mo = translation(tmp_path, "%(hours)s left")
    with pytest.raises(BuildFailed, match="faulty translations"):
        compile_translations(tmp_path)
    assert not mo.exists()
