"""The roles' reader: takes what is right, tells everything that is wrong."""

import pytest

from engine.errors import Invalid
from engine.law.roles import parse_roles

GOOD = """
[[track]]
id = "closed"
zh = "专道"
en = "closed track"

[[role]]
id = "head"
zh = "乡长"
en = "head"
sees = "all"

[[role]]
id = "npc"
zh = "主席"
en = "chair"
walled = ["closed"]

[[role]]
id = "host"
zh = "主持人"
en = "host"
kind = "case"

[[incompatible]]
one = ["npc"]
other = ["head"]
zh = "不得兼任。"
en = "Not both."
status = "product-default"
mark = "D"

[[incompatible]]
one = ["host"]
other = ["head"]
scope = "case"
zh = "不得主持。"
en = "Not presiding."
status = "product-default"
mark = "D"
"""


def test_good_roles_are_read() -> None:
    roles = parse_roles(GOOD)
    head = roles.get("head")
    assert head is not None
    assert (head.sees, head.kind, head.title("en")) == ("all", "office", "head")
    assert roles.get("nobody") is None
    assert "npc" in roles
    assert [role.id for role in roles] == ["head", "npc", "host"]
    assert roles.may_enter(["npc"], "closed")


def test_person_and_case_are_told_apart() -> None:
    roles = parse_roles(GOOD)
    assert roles.incompatibility("host", "head") is None
    assert roles.incompatibility_in_case("head", "host") is not None
    assert [(one, other) for one, other, _ in roles.conflicts(["npc", "host", "head"])] == [
        ("head", "npc")
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('id = "npc"', 'id = "head"', "roles.duplicate"),
        ('id = "npc"', 'id = "Npc"', "roles.id"),
        ('walled = ["closed"]', 'walled = ["open"]', "roles.track"),
        ('other = ["head"]\nzh = "不得兼任。"', 'other = ["boss"]\nzh = "x"', "roles.unknown"),
        ('other = ["head"]\nzh = "不得兼任。"', 'other = ["npc"]\nzh = "x"', "roles.self"),
        ('other = ["head"]\nzh = "不得兼任。"', 'zh = "x"', "roles.missing"),
        ('sees = "all"', 'sees = "everything"', "shelf.value"),
        ('sees = "all"', 'sees = "all"\nnote_zh = "只有中文"', "roles.note"),
        ('sees = "all"', "colour = 1", "shelf.unknown-key"),
        ('zh = "乡长"\n', "", "shelf.missing"),
        ('status = "product-default"', 'status = "verified"', "roles.source"),
    ],
)
def test_faults_are_told(old: str, new: str, code: str) -> None:
    assert old in GOOD
    with pytest.raises(Invalid) as refused:
        parse_roles(GOOD.replace(old, new, 1))
    assert code in {problem.code for problem in refused.value.problems}


@pytest.mark.parametrize("text", ["", "role = 3", "[role]\nid = 1", "= 3", "unknown = 1"])
def test_malformed_files_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_roles(text)
