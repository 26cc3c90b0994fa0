"""Packages: all their faults at once, nothing of them believed."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import catalog
from engine.errors import ModelRejected, Problem
from tests.support.engines import SHELF
from tests.support.models import call, field, form, model, service, user

PLAIN = model(user("a", groups="drafter", form="f"), "s>a>e")
FILES: dict[str, bytes] = {
    "main.bpmn": PLAIN,
    "process.toml": b'key = "p"\ntitle = "t"\n',
    "forms/f.form": form(field("x"), form_id="f"),
    "law.toml": b'[art]\ntitle = "t"\narticle = "1"\ntext = "x"\nstatus = "verified"\n',
    "en.toml": '[texts]\n"中" = "zh"\n'.encode(),
    "documents/d.toml": b'title = "d"\n',
    "shelf/deadlines.toml": (SHELF / "deadlines.toml").read_bytes(),
}


def faults(files: dict[str, bytes], **options: Any) -> list[Problem]:
    with pytest.raises(ModelRejected) as caught:
        catalog.check(files, **options)
    found = list(caught.value.problems)
    assert all(problem.zh and problem.en for problem in found)
    return found


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return out.getvalue()


def test_a_good_package_is_read_whole() -> None:
    package = catalog.check(FILES)
    assert package.manifest.key == "p"
    assert set(package.forms) == {"f"}
    assert package.laws["art"].article == "1"
    assert package.text("中", "en") == "zh"
    assert "t.review" in package.rules
    assert package.model == PLAIN
    assert catalog.check(dict(reversed(FILES.items()))).sha256 == package.sha256
    assert catalog.check({**FILES, "README.md": b"x"}).sha256 != package.sha256


def test_a_model_alone_is_a_package() -> None:
    package = catalog.check({"any name.bpmn": model(user("a"), "s>a>e", name="请假")})
    assert (package.manifest.key, package.manifest.title) == ("p", "请假")


def test_all_faults_of_all_files_are_told_at_once() -> None:
    broken = {
        "main.bpmn": b"<nonsense",
        "process.toml": b"title = 5",
        "forms/f.form": b"{",
        "law.toml": b"[art]\narticle = 1",
        "en.toml": b"texts = 3",
        "documents/d.toml": b"kind = 1",
        "x.dmn": b"<a/>",
        "shelf/deadlines.toml": b"format = 9",
    }
    found = faults(broken)
    assert {problem.file for problem in found} >= set(broken)


def test_what_one_file_says_of_another_must_be_there() -> None:
    bad = model(
        user("a", form="f", deadline="t.nowhere", document="gone", law="lost"),
        user("b", form="missing"),
        service("v", "unheard"),
        call("k", "elsewhere"),
        "s>a>b>v>k>e",
    )
    found = faults({**FILES, "main.bpmn": bad}, operations=frozenset(), known_processes=frozenset())
    assert {problem.where for problem in found} == {"a", "b", "v", "k"}
    assert len([problem for problem in found if problem.where == "a"]) == 3
    assert all(problem.file == "main.bpmn" for problem in found)


@pytest.mark.parametrize(
    "toml",
    [
        'key = "p"',
        'title = "t"',
        'key = "../p"\ntitle = "t"',
        'key = "p"\ntitle = ""',
        'key = "p"\ntitle = "t"\nstart_roles = "drafter"',
        'key = "p"\ntitle = "t"\nstart_roles = [1]',
        'key = "p"\ntitle = "t"\nstartable = "no"',
        'key = "p"\ntitle = "t"\nstart_form = "nowhere"',
        'key = "p"\ntitle = "t"\ntitle_expression = "=1 +"',
        'key = "p"\ntitle = "t"\nwall = 5',
        'key = "p"\ntitle = "t"\n[[wall]]\nwhen = "x"',
        'key = "p"\ntitle = "t"\n[[wall]]\nwhen = "1 +"\ntrack = "d"\nroles = []',
        'key = "p"\ntitle = "t"\n[[exclude]]\nwho = 5',
        'key = "p"\ntitle = "t"\n[[confidential]]\nfields = "name"\nroles = ["a"]',
    ],
)
def test_a_faulty_manifest_is_told_by_its_file(toml: str) -> None:
    found = faults({**FILES, "process.toml": toml.encode()})
    assert {problem.file for problem in found} == {"process.toml"}


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=60), st.integers(0, 400))
@settings(max_examples=120)
def test_damage_is_refused_and_never_breaks_the_reader(path: str, junk: bytes, at: int) -> None:
    content = FILES[path]
    for damaged in (junk, content[:at], content[:at] + junk + content[at + len(junk) :]):
        assert isinstance(catalog.all_problems({**FILES, path: damaged}), list)


@given(st.sampled_from(["process.toml", "law.toml", "en.toml", "documents/d.toml"]), JUNK, JUNK)
@settings(max_examples=80)
def test_values_of_any_kind_are_refused_by_name(path: str, one: object, two: object) -> None:
    text = "\n".join(
        f"{key} = {_toml(value)}"
        for key, value in (
            ("key", one),
            ("title", two),
            ("section", one),
            ("wall", two),
            ("texts", one),
        )
        if value is not None
    )
    assert isinstance(catalog.all_problems({**FILES, path: text.encode()}), list)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, str)):
        return (
            repr(value)
            if isinstance(value, int)
            else '"'
            + value.encode("unicode_escape").decode().replace('"', "").replace("\\x", "x")
            + '"'
        )
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value if item is not None) + "]"
    return "{}"


# --- archives -----------------------------------------------------------------------------------


def test_an_archive_is_the_same_package_as_its_folder(tmp_path: Any) -> None:
    for path, content in FILES.items():
        place = tmp_path / path
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
    assert catalog.read_folder(tmp_path) == FILES
    assert catalog.read_archive(packed(FILES)) == FILES
    wrapped = {f"complaint/{path}": content for path, content in FILES.items()}
    junk = {"__MACOSX/._x": b"x", "complaint/.DS_Store": b"x"}
    assert catalog.read_archive(packed({**wrapped, **junk})) == FILES


@pytest.mark.parametrize(
    "path",
    [
        "../x.bpmn",
        "/etc/x.bpmn",
        "a/../../x.bpmn",
        "C:/x.bpmn",
        "a//b.bpmn",
        "./x.bpmn",
        "x\x01.bpmn",
    ],
)
def test_paths_that_leave_the_package_are_refused(path: str) -> None:
    for read in (
        lambda: catalog.read_archive(packed({"main.bpmn": PLAIN, path: b"x"})),
        lambda: catalog.check({"main.bpmn": PLAIN, path: b"x"}),
    ):
        with pytest.raises(ModelRejected):
            read()


def test_a_bomb_is_not_unpacked() -> None:
    bomb = packed({"main.bpmn": b"\0" * 60_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(ModelRejected) as caught:
        catalog.read_archive(bomb)
    assert caught.value.problems[0].code == "package-size"
    many = packed({f"f{number}.txt": b"" for number in range(600)})
    with pytest.raises(ModelRejected):
        catalog.read_archive(many)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked() -> None:
    honest = packed({"main.bpmn": b"\0" * 5_000_000})
    lying = honest.replace((5_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(ModelRejected):
        catalog.read_archive(lying)


def test_an_archive_with_two_files_of_one_name_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("main.bpmn", PLAIN)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("main.bpmn", b"another")
    with pytest.raises(ModelRejected):
        catalog.read_archive(out.getvalue())


@given(st.binary(max_size=200), st.integers(0, 1_500))
@settings(max_examples=100)
def test_a_damaged_archive_is_refused_and_never_breaks_the_reader(junk: bytes, at: int) -> None:
    whole = packed(FILES)
    for content in (junk, whole[:at], whole[:at] + junk + whole[at + len(junk) :]):
        with suppress(ModelRejected):
            assert isinstance(catalog.read_archive(content), dict)
