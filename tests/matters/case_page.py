"""What the page of a case must show: state, diagram, documents, timeline, whole evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.model.rows import Document, Instance, Task

if TYPE_CHECKING:
    from tests.matters.player import Desk, PagePlayer

_STATES = {
    "active": {"zh": "办理中", "en": "In progress"},
    "completed": {"zh": "已办结", "en": "Completed"},
    "cancelled": {"zh": "已撤销", "en": "Cancelled"},
}


def shows_where_it_stands(player: PagePlayer, desk: Desk) -> None:
    """The case as ``desk`` sees it now agrees with what the engine knows."""
    page = desk.go(f"/cases/{player.case_id}")
    root = player.root()
    assert page.locator(".yf-head .yf-state").inner_text() == _STATES[root.state][desk.manner.lang]
    assert root.case_no in page.locator(".yf-head").inner_text()
    for line in player.rows(Task, state="open"):
        assert page.locator(f'main a[href="/tasks/{line.id}"]').count(), f"{line.name} is not shown"
    entered = page.locator(".yf-timeline > li").count()
    assert entered >= len(player.path), "the timeline is shorter than the way gone"
    if desk.manner.scripted:
        _draws_the_way(player, desk)
    else:
        figures = page.locator("figure.yf-diagram a")
        assert figures.count() == page.locator("figure.yf-diagram").count() > 0


def _draws_the_way(player: PagePlayer, desk: Desk) -> None:
    """Each instance's model is drawn, what is done and what is open marked in it."""
    page = desk.page
    figures = page.locator("figure.yf-diagram")
    instances = len(player.rows(Instance))
    assert figures.count() == instances, f"{figures.count()} diagrams of {instances} instances"
    for index in range(figures.count()):
        figures.nth(index).scroll_into_view_if_needed()
        figures.nth(index).locator("svg .djs-shape").first.wait_for()
    for task in player.rows(Task, state="open"):
        mark = f'[data-element-id="{task.element_id}"]:is(.yf-active, .yf-overdue)'
        page.locator(mark).first.wait_for(state="attached")
    for element in set(player.path) - {task.element_id for task in player.rows(Task, state="open")}:
        page.locator(f'[data-element-id="{element}"].yf-done').first.wait_for(state="attached")


def gives_its_documents(player: PagePlayer, desk: Desk, folder: Path) -> None:
    """Every document is listed as a link; one taken home is a PDF."""
    page = desk.go(f"/cases/{player.case_id}")
    made = player.rows(Document)
    links = page.locator('main a[href^="/cases/documents/"][href$=".pdf"]')
    assert links.count() == len(made) > 0, f"{links.count()} of {len(made)} documents are listed"
    with page.expect_download() as download:
        links.first.click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    assert target.suffix == ".pdf"
    assert target.read_bytes().startswith(b"%PDF")


def evidence_is_whole(player: PagePlayer, desk: Desk) -> None:
    """The page that checks the evidence says that nothing was touched."""
    page = desk.go(f"/cases/{player.case_id}")
    page.locator(f'a[href="/cases/{player.case_id}/verify"]').click()
    page.locator(".alert-success").wait_for()
    assert desk.word("whole") in page.locator(".alert-success").inner_text()


def everybody_learns_how_it_ended(player: PagePlayer, desk: Desk) -> None:
    """Who began it tells all who had a part in it; each finds that in their inbox, and their work.

    At last the archive: the step that filed the case, and what the sheet for the file says.
    """
    others = [each for each in player.desks.values() if each is not desk]
    page = desk.go(f"/cases/{player.case_id}/actions/cc")
    for each in others:
        page.locator(f'input[name="people"][value="{each.user}"]').check()
    page.locator(".yf-act button[type=submit]").click()
    page.locator(".alert-success").wait_for()
    title = str(player.scenario.answers["title"])
    did = {task.closed_by for task in player.rows(Task, state="completed")}
    for each in others:
        inbox = each.go("/inbox/read")
        told = inbox.locator(".yf-notice", has_text=title).first
        told.wait_for()
        told.locator("form button").click()
        inbox.locator(".alert-success").wait_for()
        if each.user in did:
            done = each.go("/inbox/done").locator("tbody th", has_text=title)
            assert done.count(), f"{each.user} does not find what they did"
    _is_in_the_archive(player, desk)


def _is_in_the_archive(player: PagePlayer, desk: Desk) -> None:
    last = player.rows(Task, state="completed", element_id=player.path[-1])[-1]
    assert "archive" in last.element_id, "the last step files the case"
    page = desk.go(f"/cases/{player.case_id}")
    assert page.locator(f'.yf-timeline a[href="/tasks/{last.id}"]').count()
    with page.expect_navigation():
        page.locator(f'a[href="/cases/{player.case_id}/approval"]').click()
    said = page.locator(".yf-sheet").inner_text()
    assert player.root().case_no in said
    assert _STATES["completed"][desk.manner.lang] in said
