"""Files of a package: what names them, and one taken away or called otherwise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import catalog, config
from engine.errors import Invalid

LIMITS = {"shelf/deadlines.toml": (config.data_dir() / "processes/deadlines.toml").read_bytes()}
SUPPLIES = {
    **catalog.read_folder(Path(__file__).resolve().parents[2] / "support/supplies"),
    **LIMITS,
}
SHIPPED = sorted(config.data_dir().glob("processes/*/main.bpmn"))
SCENARIO = b'process = "supplies"\n[expect]\ndocuments = [\n  "opinion", "other",\n]\n'


def over(files: dict[str, bytes], changes: catalog.Changes) -> dict[str, bytes]:
    merged = {**files, **changes}
    return {path: content for path, content in merged.items() if content is not None}


def used(files: dict[str, bytes], path: str) -> list[tuple[str, str]]:
    return [(use.how, use.where) for use in catalog.uses(files, {path: files.get(path, b"")})[path]]


def test_everything_that_names_a_file_is_found() -> None:
    files = {**SUPPLIES, "scenarios/one.toml": SCENARIO}
    assert used(files, "forms/start.form") == [("start", "")]
    assert used(files, "forms/sign.form") == [("task", "S3_sign")]
    assert [how for how, _ in used(files, "forms/papers.form")] == ["message"]
    assert used(files, "documents/opinion.toml") == [
        ("document", "S2_review"),
        ("scenario", "scenarios/one.toml"),
    ]
    assert used(files, "law.toml") == []


@pytest.mark.parametrize("path", [p for p in SUPPLIES if catalog.kind_of(p)])
def test_a_renamed_file_is_named_anew_and_back_again(path: str) -> None:
    files = {**SUPPLIES, "scenarios/one.toml": SCENARIO}
    new = path.replace(catalog.name_of(path), "neu-1")
    after = over(files, catalog.renamed(files, path, "neu-1"))
    assert used(after, new) == used(files, path)
    assert used(after, path) == []
    assert catalog.check(after).manifest.key == "supplies"
    assert over(after, catalog.renamed(after, new, catalog.name_of(path))) == files


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_shipped_packages_stay_whole_whatever_is_renamed(path: Path) -> None:
    name = path.parent.name
    drawn = sorted((config.data_dir() / "forms" / name).glob("*.form"))
    files = {**catalog.read_folder(path.parent), **LIMITS}
    files |= {f"forms/{each.name}": each.read_bytes() for each in drawn}
    before = catalog.check(files)
    for each in [
        each for each in files if catalog.kind_of(each) in ("form", "document", "decision")
    ]:
        files = over(files, catalog.renamed(files, each, "x-" + catalog.name_of(each)))
    after = catalog.check(files)
    assert set(after.forms) == {f"x-{name}" for name in before.forms}
    assert set(after.decisions) == set(before.decisions)
    assert len(catalog.all_problems(files)) == len(before.warnings)


def test_only_names_are_changed_and_no_longer_ones_that_begin_alike() -> None:
    model = (
        b"<x><zeebe:formDefinition formId='a'/><zeebe:formDefinition formId=\"ab\" />"
        b'<zeebe:property value="a" name="form"/><zeebe:property name="document" value="a, ab,a"/>'
        b'<zeebe:property name="law" value="a"/><!-- a > b --><t name="a">a</t></x>'
    )
    files = {"m.bpmn": model, "a.form": b"{}", "documents/a.toml": b""}
    formed = catalog.renamed(files, "a.form", "z")["m.bpmn"]
    assert formed == re.sub(b'(formId=\')a|(value=")a(?=" name)', rb"\1\2z", model)
    papers = catalog.renamed(files, "documents/a.toml", "z")["m.bpmn"]
    assert papers == model.replace(b'value="a, ab,a"', b'value="z, ab,z"')


def test_cases_go_along_with_their_decisions() -> None:
    files = {"d.dmn": b"<x/>", "cases/d.toml": b"[[case]]", "m.bpmn": b"<x/>"}
    assert catalog.without(files, "d.dmn") == {"d.dmn": None, "cases/d.toml": None}
    changes = catalog.renamed(files, "d.dmn", "e")
    assert changes["cases/e.toml"] == b"[[case]]"
    assert changes["cases/d.toml"] is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("main.bpmn", "x"),
        ("process.toml", "x"),
        ("forms/none.form", "x"),
        ("forms/sign.form", "review"),
        ("forms/sign.form", "../x"),
        ("forms/sign.form", "a b"),
        ("forms/sign.form", ""),
    ],
)
def test_what_cannot_be_renamed_is_refused(path: str, name: str) -> None:
    with pytest.raises(Invalid):
        catalog.renamed(SUPPLIES, path, name)
