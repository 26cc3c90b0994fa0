"""Whole matters from start to end, through the pages, in a real browser."""

from __future__ import annotations

import re

import pytest

from engine.model.rows import Task
from tests.matters.case_page import everybody_learns_how_it_ended
from tests.matters.conftest import Opener
from tests.matters.player import Desk, PagePlayer
from tests.support.browser import axe_violations

pytestmark = pytest.mark.browser

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NUMBER = re.compile(r"\S*〔\d{4}〕\S*")
"""Numbers of Chinese documents have no English."""


class EnglishPlayer(PagePlayer):
    """Holds that what the office itself says is English; what people wrote stays as it is."""

    def seen(self, desk: Desk, task: Task) -> None:
        """A task's page: its form, help, law and buttons."""
        said = desk.page.locator(
            "#main .yf-card-title, #form-fields :is(label, legend, .form-text, option, button),"
            ".yf-actions, .yf-help, .yf-law, .yf-basis, .yf-sub, .yf-side"
        ).all_inner_texts()
        chinese = [text for text in said if _CHINESE.search(_NUMBER.sub("", text))]
        assert not chinese, f"{task.name}: {chinese}"

    def filled(self, desk: Desk) -> None:
        """Every form can be used by everybody."""
        assert axe_violations(desk.page) == []


@pytest.mark.parametrize("name", ["normative_document/plain", "major_decision/hearing"])
def test_a_matter_goes_from_start_to_end(player: Opener, name: str) -> None:
    player(name).play()


@pytest.mark.parametrize(("lang", "kind"), [("zh", PagePlayer), ("en", EnglishPlayer)])
def test_a_matter_goes_through_all_its_people_into_the_archive(
    player: Opener, lang: str, kind: type[PagePlayer]
) -> None:
    """Each signs in, finds the task in the inbox and does it; at the end all are told and it is filed."""
    matter = player("complaint/plain", kind, lang=lang)
    matter.play()
    everybody_learns_how_it_ended(matter, matter.desk(matter.user(matter.scenario.starter)))


def test_pages_are_whole_without_scripts(player: Opener) -> None:
    """A message, a late reason, conditions and files, with nothing but what the server sends."""
    player("complaint/objection-upheld", scripted=False).play()


def test_a_matter_goes_on_a_telephone(player: Opener) -> None:
    player("complaint/extension", width=390, height=844).play()
