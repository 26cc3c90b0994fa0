"""Two drafts of one process: chosen, merged or thrown away as was asked for, and never otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine import queries as q
from engine.commands import SYSTEM, SaveProcessDraft, SaveUser, SetLanguage
from tests.support.office import ADMIN, DRAFTER, LEGAL, PACKAGE, Office
from tests.support.pages import page, text

MODEL = (PACKAGE / "main.bpmn").read_text(encoding="utf-8")
FORM = (PACKAGE / "forms/sign.form").read_text(encoding="utf-8")


class Two:
    """Two administrators' drafts of one process."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.engine.execute(SaveUser(actor=SYSTEM, user_id=LEGAL, is_admin=True))
        self.base = office.engine.query(
            q.ProcessEditor(viewer=SYSTEM, process_key="supplies")
        ).base_id
        self.mine = self.save(
            ADMIN,
            {
                "main.bpmn": MODEL.replace("法制审核", "甲改").replace("乡长签批", "甲签"),
                "forms/sign.form": FORM.replace("签批意见", "甲的意见"),
            },
        )
        self.theirs = self.save(
            LEGAL,
            {
                "main.bpmn": MODEL.replace("法制审核", "乙改").replace("填报采购明细", "乙填"),
                "forms/sign.form": FORM.replace("签批意见", "乙的意见"),
            },
        )

    def save(self, actor: str, files: Mapping[str, str | None], **more: Any) -> str:
        saved = self.office.engine.execute(
            SaveProcessDraft(
                actor=actor,
                process_key="supplies",
                base_id=self.base,
                files={p: None if c is None else c.encode() for p, c in files.items()},
                **more,
            )
        )
        return str(saved.draft_id)

    def files(self, state: str) -> dict[str, str]:
        found = self.office.engine.query(
            q.ProcessFiles(viewer=SYSTEM, process_key="supplies", state=state)
        )
        return {path: content.decode() for path, content in found.items()}

    def left(self) -> set[str]:
        view = self.office.engine.query(q.ProcessEditor(viewer=SYSTEM, process_key="supplies"))
        return {line.id for line in view.drafts}

    @property
    def page(self) -> str:
        return (
            f"/admin/processes/supplies/difference?old={self.base}&new={self.mine}"
            f"&other={self.theirs}"
        )

    @property
    def merge(self) -> str:
        return f"/admin/processes/supplies/merge/{self.mine}/{self.theirs}"


@pytest.fixture
def two(office: Office) -> Two:
    return Two(office)


SEEN = {"mine": "1", "theirs": "1"}
SIGN = "part:forms/sign.form#decision#label"
CHOSEN = {"take-S2_review": "theirs", f"take-{SIGN}": "mine"}


def chosen(answer: Any, which: str, kind: str = "radio") -> dict[str, str]:
    found = page(answer).xpath(f"//input[@type='{kind}']{which}")
    return {each.get("name"): each.get("value") for each in found}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_collides_is_told_in_both_languages(two: Two, lang: str) -> None:
    two.office.engine.execute(SetLanguage(actor=ADMIN, lang=lang))
    page = text(two.office.client(ADMIN, lang).get(two.page))
    told = {
        "zh": ("合并两份草稿", "用户任务“甲改”", "forms/sign.form"),
        "en": ("Merge the two drafts", "forms/sign.form", "Take this"),
    }[lang]
    for words in told:
        assert words in page


def test_merged_is_what_each_changed_and_what_was_chosen(two: Two) -> None:
    visitor = two.office.client(ADMIN)
    done = visitor.post(two.merge, {**SEEN, **CHOSEN, "how": "merge"})
    assert done.location == f"/admin/processes/supplies/edit?draft={two.theirs}"
    assert two.left() == {two.theirs}
    files = two.files(two.theirs)
    model = files["main.bpmn"]
    assert "乙改" in model
    assert "甲签" in model
    assert "乙填" in model
    assert "甲改" not in model
    assert "甲的意见" in files["forms/sign.form"]


def test_taking_theirs_or_mine_is_asked_for_and_whole(two: Two) -> None:
    visitor = two.office.client(ADMIN)
    before = two.files(two.mine)
    assert visitor.post(two.merge, {**SEEN, "how": "?"}).location == two.page
    assert two.left() == {two.mine, two.theirs}
    visitor.post(two.merge, {**SEEN, "how": "mine"})
    assert two.left() == {two.theirs}
    assert two.files(two.theirs) == before


def test_theirs_stays_as_it_is_when_mine_is_thrown_away(two: Two) -> None:
    before = two.files(two.theirs)
    two.office.client(ADMIN).post(two.merge, {**SEEN, "how": "theirs"})
    assert two.left() == {two.theirs}
    assert two.files(two.theirs) == before


def test_nothing_is_merged_while_a_choice_is_open_or_a_draft_has_changed(two: Two) -> None:
    visitor = two.office.client(ADMIN)
    opened = visitor.post(two.merge, {**SEEN, "how": "merge", "take-S2_review": "mine"})
    assert opened.status_code == 422
    assert chosen(opened, "[@aria-invalid]") == {f"take-{SIGN}": "theirs"}
    assert chosen(opened, "[@checked]") == {"take-S2_review": "mine"}
    assert "还有 1 处没有选择" in text(opened)
    assert SEEN.items() <= chosen(opened, "", "hidden").items()  # to be sent as it stands
    two.save(LEGAL, {"main.bpmn": MODEL}, draft_id=two.theirs, expected_version=1)
    late = visitor.post(two.merge, {**SEEN, **CHOSEN, "how": "merge"})
    assert late.location == two.page
    assert "刚刚又被保存" in visitor.get(late.location).get_data(as_text=True)
    assert two.left() == {two.mine, two.theirs}
    assert two.files(two.theirs)["main.bpmn"] == MODEL
    assert two.office.client(DRAFTER).post(two.merge, {**SEEN, "how": "mine"}).status_code == 403


def test_a_version_is_compared_but_never_merged(two: Two) -> None:
    page = two.page.replace(two.theirs, two.base)
    answer = text(two.office.client(ADMIN).get(page))
    assert "合并成一份" not in answer
