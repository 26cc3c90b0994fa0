"""A new process is fit to be deployed as it is, whatever its texts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import catalog, config
from engine.errors import Invalid
from engine.law.roles import parse_roles

ROLES = parse_roles((config.data_dir() / "processes" / "roles.toml").read_text(encoding="utf-8"))
WORDS = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=60
).filter(lambda text: text.strip())


def begun(key: str = "road_repair", handler: str = "legal", **texts: str) -> catalog.Beginning:
    starter, second = ROLES.get("drafter"), ROLES.get(handler)
    assert starter is not None
    assert second is not None
    said = {"title": "道路维修", "title_en": "Road repair", "step": "查看现场", "step_en": "Look"}
    return catalog.Beginning(key=key, starter=starter, handler=second, **{**said, **texts})


@pytest.mark.parametrize("handler", ["legal", "drafter"])
def test_it_is_whole_and_has_nothing_to_complain_of(handler: str) -> None:
    package = catalog.check(catalog.skeleton(begun(handler=handler)))
    assert package.warnings == ()
    assert (package.manifest.key, package.manifest.start_roles) == ("road_repair", ("drafter",))
    assert package.text("道路维修", "en") == "Road repair"
    (task,) = (e for e in package.definition.elements.values() if e.kind == "userTask")
    assert (task.name, task.form_id) == ("查看现场", "handle")
    for name in ("start", "handle"):
        for component in json.loads(package.files[f"forms/{name}.form"])["components"]:
            assert component["label"] in package.texts


@given(title=WORDS, step=WORDS, summary=WORDS)
def test_whatever_it_is_called_it_can_be_read(title: str, step: str, summary: str) -> None:
    files = catalog.skeleton(begun(title=title, step=step, summary=summary))
    package = catalog.check(files)
    assert package.manifest.title == title
    assert package.manifest.summary == summary


@pytest.mark.parametrize("key", ["", "1a", "A", "a-b", "a b", "new", "é", "a" * 41, '"', "../x"])
def test_an_odd_key_is_refused(key: str) -> None:
    with pytest.raises(Invalid):
        catalog.skeleton(begun(key=key))
