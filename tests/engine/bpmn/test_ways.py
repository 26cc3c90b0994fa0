"""What may come after a step is told from the drawing: branches by name, certainty, no endless round."""

from __future__ import annotations

from engine.bpmn import load
from engine.bpmn.ways import Ways
from tests.support.models import boundary, catch, message, model, sub, user


def ways(*parts: str, extra: str = "") -> Ways:
    return load(model(*parts, extra=extra)).ways


def told(found: Ways, *standing: str, passed: tuple[str, ...] = ()) -> dict[str, tuple[int, bool]]:
    return {each.element_id: (each.after, each.certain) for each in found.ahead(standing, passed)}


BACK = (
    user("a", "起草"),
    user("b", "审核"),
    user("c", "签发"),
    "s>a>b>x",
    "x>c: ok = true",
    "x>a: ok = false",
    "c>e",
)


def test_each_branch_is_told_with_the_flow_that_leads_there() -> None:
    found = ways(*BACK)
    c, a = found.ahead(["b"])
    assert (c.element_id, a.element_id) == ("c", "a")
    assert [branch.element_id for branch in c.branches] == ["x"]
    assert c.branches[0].flow_id != a.branches[0].flow_id
    assert all(branch.flow_id for branch in (*c.branches, *a.branches))


def test_a_step_is_certain_only_where_nothing_goes_round_it() -> None:
    found = ways(*BACK)
    assert told(found, "a") == {"b": (0, True), "c": (1, True)}
    # Going back is possible, not certain; and what was passed is not told a second time.
    assert told(found, "b", passed=("a", "b")) == {"c": (0, True), "a": (0, False)}
    either = ways(
        user("a"), user("b"), user("c"), "s>a>x", "x>b: n = 1", "x>c: n = 2", "b>e", "c>e2"
    )
    assert told(either, "a") == {"b": (0, False), "c": (0, False)}


def test_both_sides_of_a_fork_are_certain() -> None:
    fork = ways(
        user("a"), user("b"), user("c"), user("d"), "s>a>g1", "g1>b>g2", "g1>c>g2", "g2>d>e"
    )
    assert told(fork, "a") == {"b": (0, True), "c": (0, True), "d": (1, True)}


def test_sub_processes_are_entered_and_left_and_what_breaks_them_off_is_told() -> None:
    inner = sub("k", user("a"), user("b"), "s1>a>b>e1", name="办理")
    found = ways(
        inner,
        boundary("late", "k", after="P5D"),
        user("c"),
        user("d"),
        "s>k>c>e",
        "late>d>e2",
    )
    assert [each.element_id for each in found.way("p")] == ["a", "b", "c"]
    ahead = {each.element_id: each for each in found.ahead(["a"])}
    assert set(ahead) == {"b", "c", "d"}
    assert [branch.element_id for branch in ahead["d"].branches] == ["late"]
    assert not ahead["d"].certain


def test_what_is_waited_for_on_the_way_is_told() -> None:
    found = ways(
        user("a"),
        catch("m", "M"),
        user("b"),
        "s>a>m>b>e",
        extra=message("M", "来函"),
    )
    (b,) = found.ahead(["a"])
    assert [(branch.element_id, branch.flow_id) for branch in b.branches] == [("m", "")]
    assert [each.element_id for each in found.ahead(["m"])] == ["b"]
