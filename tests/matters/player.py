"""Plays a scenario as its people do: each at a desk of their own, through the pages in a browser.

Time is the house's virtual clock, moved between the steps; what is due is done by the engine as the
worker would. Everything else goes through the pages: signing in, finding the task in the inbox,
claiming it, filling the form, handing it in, reading what the page answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import Lang
from engine.model.rows import Instance, Subscription, Task
from tests.matters.case_page import (
    evidence_is_whole,
    gives_its_documents,
    shows_where_it_stands,
)
from tests.matters.hand import Hand
from tests.processes import runner
from tests.support.office import Office
from webapp.forms.naming import id_of
from webapp.scenarios.playing import run_due_until
from webapp.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PASSWORD = "scenario-password"

LOOKS_EVERY = 8
"""After so many steps somebody looks at the case's page."""

_WORDS: Mapping[str, Mapping[Lang, str]] = {
    "start": {"zh": "发起事项", "en": "Start a matter"},
    "started": {"zh": "已发起：", "en": "Started:"},
    "claim": {"zh": "待认领", "en": "To claim"},
    "claimed": {"zh": "已认领，请办理。", "en": "Claimed; it is yours now."},
    "done": {"zh": "已办理“", "en": "” done:"},
    "recorded": {"zh": "已登记：", "en": "Recorded:"},
    "whole": {"zh": "证据链完整", "en": "The evidence is whole"},
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How the people of a matter use the office: language, screen, with scripts or without."""

    lang: Lang = "zh"
    width: int = 1366
    height: int = 768
    scripted: bool = True


class Desk:
    """One person's place: a browser profile of their own, signed in whenever the office asks."""

    def __init__(
        self, browser: Browser, office: Office, user: str, folder: Path, manner: Manner
    ) -> None:
        self.address = office.address
        self.user = user
        self.manner = manner
        self.heard: list[str] = []
        self.context = browser.new_context(
            base_url=office.address,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": manner.width, "height": manner.height},
            java_script_enabled=manner.scripted,
        )
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("console", lambda said: self._hear(said.type, said.text))
        folder.mkdir()
        self.hand = Hand(self.page, folder, scripted=manner.scripted)

    def _hear(self, kind: str, text: str) -> None:
        # A refused form is answered 422, which browsers tell as an error.
        if kind == "error" and "Failed to load resource" not in text:
            self.heard.append(text)

    def go(self, address: str) -> Page:
        """Open a page, signing in first where the office asks for it."""
        self.page.goto(address)
        if self.page.url.partition("?")[0].endswith("/sign-in"):
            self._sign_in()
        return self.page

    def _sign_in(self) -> None:
        page = self.page
        page.locator("#name").fill(self.user)
        page.locator("#password").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.locator(".yf-me").wait_for()
        if self.manner.lang == "en" and page.locator("html").get_attribute("lang") != "en":
            page.get_by_role("button", name="English").click()
            page.locator("html[lang=en]").wait_for()
        page.wait_for_load_state()

    def fits_the_screen(self) -> None:
        """Nothing is wider than the screen, and the bar of actions leaves most of it to the form."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels wider than the screen"
        bar = self.page.locator("#task-form > .yf-actions")
        if bar.count():
            box = bar.bounding_box()
            assert box is not None
            assert box["height"] <= self.manner.height / 4, "the bar of actions covers the form"

    def word(self, name: str) -> str:
        """A text of the office in this desk's language."""
        return _WORDS[name][self.manner.lang]

    def close(self) -> None:
        """Leave. Raises AssertionError where the browser complained of something."""
        self.context.close()
        assert not self.heard, f"{self.user}'s browser complained: {self.heard}"


class PagePlayer(runner.Player):
    """Plays one scenario through the pages of a served office."""

    def __init__(
        self,
        scenario: Scenario,
        office: Office,
        browser: Browser,
        folder: Path,
        manner: Manner = Manner(),
    ) -> None:
        super().__init__(scenario, lambda _clock: office.engine)
        self.clock = office.clock
        self.clock.set(scenario.at)
        self.office = office
        self.browser = browser
        self.folder = folder
        self.manner = manner
        self.desks: dict[str, Desk] = {}
        self.at_task: tuple[str, str] = ("", "")
        """Who has which task open since a refusal."""

    def play(self) -> None:
        """From the start to the end. Raises AssertionError where it goes otherwise."""
        run_due_until(self.engine, self.clock, self.clock.now())
        self.start()
        self.engine.run_due()
        for number, step in enumerate(self.scenario.steps, 1):
            try:
                self._step(step)
            except Exception as exc:
                exc.add_note(f"step {number}: {step}")
                raise
            if number % LOOKS_EVERY == 0:
                self._look_at_the_case()
        self.expect()
        self._look_at_the_case()
        gives_its_documents(self, self.desk(self.user(self.scenario.starter)), self.folder)
        evidence_is_whole(self, self.desk(self.user(self.scenario.starter)))

    def _look_at_the_case(self) -> None:
        """Whoever started the matter looks where it stands."""
        desk = self.desk(self.user(self.scenario.starter))
        shows_where_it_stands(self, desk)
        desk.fits_the_screen()
        if self.at_task[0] == desk.user:
            self.at_task = ("", "")

    def leave(self) -> None:
        """Everybody goes home."""
        for desk in self.desks.values():
            desk.close()

    def desk(self, user: str) -> Desk:
        """The desk of somebody."""
        if user not in self.desks:
            folder = self.folder / user
            self.desks[user] = Desk(self.browser, self.office, user, folder, self.manner)
        return self.desks[user]

    # --- steps ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the matter from “发起事项”."""
        desk = self.desk(self.user(self.scenario.starter))
        page = desk.go("/")
        page.locator(".yf-side").get_by_role("link", name=desk.word("start")).click()
        page.locator(f'a[href="/start/{self.scenario.process}"]').click()
        self._fill_and_send(desk, self.scenario.answers)
        page.locator(".alert-success", has_text=desk.word("started")).wait_for()
        with self.engine.house.store.read() as reader:
            (self.case_id,) = [row.id for row in reader.find(Instance, parent_id=None)]

    def _step(self, step: Mapping[str, Any]) -> None:
        target = self.moment_of(step)
        if target > self.clock.now():
            self.at_task = ("", "")
        run_due_until(self.engine, self.clock, target)
        self.clock.advance(timedelta(minutes=1))
        before = self.finished_and_open()
        self.act(step)
        if step.get("refused"):
            assert self.finished_and_open() == before, "a refused step has changed the case"
        self.engine.run_due()

    def _complete(self, step: Mapping[str, Any]) -> None:
        user = self.user(str(step["as"]))
        desk = self.desk(user)
        task = self._open_task(str(step["task"]), str(step["as"]))
        if self.at_task != (user, task.id) and not self._take(desk, task):
            self._is_kept_from(desk, task, step)
            return
        late = desk.page.locator("#late_reason")
        if late.count() or step.get("late_reason"):
            late.fill(str(step.get("late_reason", "")))
        self._fill_and_send(desk, step.get("answers", {}), str(step.get("refused", "")))
        self.at_task = ("", "")
        if step.get("refused"):
            self.at_task = (user, task.id)
            return
        done = desk.page.locator(".alert-success", has_text=desk.word("done"))
        done.filter(has_text=str(self.scenario.answers["title"])).wait_for()
        self.path.append(task.element_id)

    def _take(self, desk: Desk, task: Task) -> bool:
        """Find the task in the inbox, claim it if nobody has, and open it; False when not there."""
        page = desk.go("/")
        mine = page.locator(f'tbody a.btn[href^="/tasks/{task.id}"]')
        if mine.count():
            mine.click()
        else:
            page.locator(".yf-tabs").get_by_role("link", name=desk.word("claim")).click()
            page.locator('.yf-tabs a[href="/inbox/claim"][aria-current=page]').wait_for()
            page.wait_for_load_state()
            free = page.locator(f'form[action^="/tasks/{task.id}/claim"] button')
            if not free.count():
                return False
            free.click()
            page.locator(".alert-success", has_text=desk.word("claimed")).wait_for()
        page.locator("#task-form").wait_for()
        page.wait_for_load_state()
        self.seen(desk, task)
        return True

    def _is_kept_from(self, desk: Desk, task: Task, step: Mapping[str, Any]) -> None:
        """Who may not do a step is not offered it, nor is its form there for who knows its address."""
        assert step.get("refused"), f"“{task.name}” is not in {desk.user}'s inbox"
        page = desk.go(f"/tasks/{task.id}")
        assert not page.locator("#task-form").count(), f"{desk.user} may fill “{task.name}”"

    def _message(self, step: Mapping[str, Any]) -> None:
        desk = self.desk(self.user(str(step["as"])))
        page = desk.go(f"/cases/{self.case_id}")
        keys = [row.key for row in self.rows(Subscription, name=str(step["message"]))]
        address = f"/cases/{self.case_id}/messages/{keys[0] if keys else ''}"
        link = page.locator(f'a[href="{address}"]')
        if step.get("refused") and not link.count():
            return  # nothing is offered that would be refused
        link.click()
        self._fill_and_send(desk, step.get("answers", {}), str(step.get("refused", "")))
        if not step.get("refused"):
            page.locator(".alert-success", has_text=desk.word("recorded")).wait_for()

    def _look(self, step: Mapping[str, Any]) -> None:
        page = self.desk(self.user(str(step["look"]))).go(f"/cases/{self.case_id}")
        said = page.locator("main").text_content() or ""
        for text in step.get("shows", ()):
            assert text in said, f"the case's page does not show {step['look']} “{text}”"
        for text in step.get("hides", ()):
            assert text not in page.content(), f"the page tells {step['look']} “{text}”"

    # --- a form -----------------------------------------------------------------------------------

    def _fill_and_send(self, desk: Desk, answers: Mapping[str, Any], refused: str = "") -> None:
        # A click returns before the page it leads to is there.
        desk.page.locator("#task-form").wait_for()
        desk.page.wait_for_load_state()
        desk.hand.fill(self._resolved(answers))
        typed = desk.hand.typed()
        desk.fits_the_screen()
        self.filled(desk)
        desk.page.evaluate("document.getElementById('main').dataset.was = 'here'")
        desk.page.locator("#task-form .yf-actions button[type=submit]").first.click()
        desk.page.locator("#main:not([data-was])").wait_for()
        desk.page.wait_for_load_state()
        errors = desk.page.locator("#form-errors")
        if not refused:
            assert not errors.count(), f"refused: {errors.inner_text()}"
            return
        self._told(desk, refused)
        kept = desk.hand.typed()
        assert kept == typed, "what was typed is no longer what stands in the form"

    def _told(self, desk: Desk, refused: str) -> None:
        """The page sums up what is wrong, says it beside the field, and leads there."""
        errors = desk.page.locator("#form-errors")
        errors.wait_for()
        if _CHINESE.search(refused):
            assert self.manner.lang == "en" or refused in errors.inner_text()
        elif desk.page.locator(f'[id="{id_of(refused)}"]').count():
            assert errors.locator(f'a[href="#{id_of(refused)}"]').count(), errors.inner_text()
        for link in errors.get_by_role("link").all():
            target = str(link.get_attribute("href"))
            field = desk.page.locator(f'[id="{target[1:]}"]')
            assert field.count() == 1, f"{target} leads nowhere"
            if target != "#late_reason":
                beside = desk.page.locator(f'[id="{target[1:]}-_error"]')
                assert beside.is_visible(), f"nothing is said beside {target}"

    def _resolved(self, value: Any) -> Any:
        """Answers with people named by id, files left to be chosen."""
        if isinstance(value, list):
            return [self._resolved(one) for one in value]
        if isinstance(value, Mapping):
            if set(value) == {"person"}:
                return self.user(str(value["person"]))
            return {key: self._resolved(one) for key, one in value.items()}
        return value

    # --- what tests may look at --------------------------------------------------------------------

    def seen(self, desk: Desk, task: Task) -> None:
        """A task's page was opened."""

    def filled(self, desk: Desk) -> None:
        """A form was filled and is about to be sent."""
