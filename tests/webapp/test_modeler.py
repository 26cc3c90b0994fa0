"""Drawing a process in a real browser: opened, changed, checked, kept, compared, deployed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine import bpmn
from engine import queries as q
from engine.commands import (
    SYSTEM,
    SaveProcessDraft,
    SaveUser,
    SetLanguage,
    StartProcess,
    TakeEditorSeat,
)
from tests.support.browser import axe_violations
from tests.support.office import ADMIN, DRAFTER, LEGAL, OPENED, PACKAGE, PASSWORD, Office

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
MODELS = [*sorted(ROOT.glob("processes/*/main.bpmn")), PACKAGE / "main.bpmn"]
EDIT = "/admin/processes/supplies/edit"
MODELER = "document.querySelector('[data-modeler]').yfModeler"
RENAME = (
    "([id, name]) => { const modeler = MODELER; const element = modeler.get('elementRegistry').get(id);"
    " modeler.get('modeling').updateProperties(element, { name });"
    " modeler.get('selection').select(element); }".replace("MODELER", MODELER)
)
WALK = (
    "async () => { const modeler = MODELER; const seen = new Set();"
    " const rest = () => new Promise((done) => setTimeout(done, 30));"
    " const menu = modeler.get('popupMenu');"
    " for (const element of modeler.get('elementRegistry').filter((each) => !each.labelTarget)) {"
    "   const events = element.businessObject.eventDefinitions ?? [];"
    "   const kind = [element.type, ...events.map((each) => each.$type)].join();"
    "   if (seen.has(kind)) continue;"
    "   seen.add(kind);"
    "   modeler.get('selection').select(element);"
    "   await rest();"
    "   for (const head of document.querySelectorAll("
    "     '.bio-properties-panel-group-header:not(.open), .bio-properties-panel-collapsible-entry-header'"
    "   )) head.click();"
    "   await rest();"
    "   if (menu.isEmpty(element, 'bpmn-replace')) continue;"
    "   menu.open(element, 'bpmn-replace', { x: 100, y: 100 });"
    "   await rest();"
    "   menu.close(); }"
    " return [...document.querySelector('[data-modeler]').yfUnknown]; }".replace("MODELER", MODELER)
)


@pytest.fixture(autouse=True)
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser's console complained of: nothing may, policy violations included."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    yield heard
    assert heard == []


def drawing(page: Page, office: Office) -> None:
    """Sign in as the administrator and open the editor."""
    page.goto(f"{office.address}/sign-in")
    page.locator("#name").fill(ADMIN)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button.w-100").click()
    page.wait_for_url(f"{office.address}/")
    page.goto(office.address + EDIT)
    page.locator("[data-modeler][data-mounted=yes]").wait_for()


def fits_a_phone(page: Page) -> None:
    """Nothing scrolls sideways on a narrow screen."""
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})


def base(office: Office) -> str:
    return office.engine.query(q.ProcessEditor(viewer=SYSTEM, process_key="supplies")).base_id


def drafts(office: Office) -> tuple[q.ProcessDraftLine, ...]:
    return office.engine.query(q.ProcessEditor(viewer=ADMIN, process_key="supplies")).drafts


def second_administrator(office: Office) -> None:
    office.engine.execute(SaveUser(actor=SYSTEM, user_id=LEGAL, is_admin=True))


@pytest.mark.browser
def test_shipped_models_come_back_unchanged_and_the_editor_has_no_foreign_word(
    page: Page, served: Office
) -> None:
    drawing(page, served)
    for path in MODELS:
        drawn = path.read_bytes()
        warnings, saved = page.evaluate(
            "async (xml) => { const modeler = MODELER; const { warnings } = await modeler.importXML(xml);"
            " return [warnings.map(String), (await modeler.saveXML({ format: true })).xml]; }".replace(
                "MODELER", MODELER
            ),
            drawn.decode(),
        )
        before, after = bpmn.load(drawn), bpmn.load(saved.encode())
        assert warnings == [], path
        assert bpmn.difference(drawn, saved.encode()) == (), path
        assert (after.processes, after.elements, after.messages, after.derivations) == (
            before.processes,
            before.elements,
            before.messages,
            before.derivations,
        ), path
        assert after.texts() == before.texts(), path
        assert page.evaluate(WALK) == [], path
    assert axe_violations(page) == []
    fits_a_phone(page)


@pytest.mark.browser
def test_a_change_is_checked_kept_compared_and_deployed(page: Page, served: Office) -> None:
    drawing(page, served)
    page.evaluate(RENAME, ["S2_review", "法制审查"])
    page.locator("[data-group-id=group-form] .bio-properties-panel-group-header").click()
    page.locator("#bio-properties-panel-yf-formId").select_option("")
    page.locator("[data-problem-for=S2_review]").wait_for()
    page.get_by_role("button", name=re.compile("没有表单")).click()
    selected = page.evaluate(f"{MODELER}.get('selection').get().map((each) => each.id)")
    assert selected == ["S2_review"]
    assert axe_violations(page) == []

    page.keyboard.press("Control+s")
    page.locator("[data-part=saved][data-state=saved]").wait_for()
    (kept,) = drafts(served)
    assert f"draft={kept.id}" in page.url
    page.reload()  # a browser that crashed
    page.locator("[data-modeler][data-mounted=yes]").wait_for()
    name = f"{MODELER}.get('elementRegistry').get('S2_review').businessObject.name"
    assert page.evaluate(name) == "法制审查"

    page.get_by_role("button", name="检查并部署…").click()
    page.wait_for_url("**/deploy/**")
    row = page.get_by_role("row", name=re.compile("修改.*用户任务“法制审查”"))
    assert "法制审核 → 法制审查" in row.inner_text()
    assert "表单" in row.inner_text()
    page.locator("[data-mounted=yes]").nth(1).wait_for()
    assert page.locator(".yf-badge-changed[data-badge-for=S2_review]").count() == 2
    assert axe_violations(page) == []
    fits_a_phone(page)
    page.get_by_label("版本说明").fill("改了名称")
    page.get_by_role("button", name="部署第 2 版").click()
    page.get_by_text("已部署第 2 版").wait_for()
    assert drafts(served) == ()
    view = served.engine.query(q.ProcessPage(viewer=ADMIN, key="supplies"))
    assert (view.versions[0].note, view.versions[0].files) == ("改了名称", view.versions[1].files)


@pytest.mark.browser
def test_two_who_draw_see_each_other_and_overwrite_nothing(page: Page, served: Office) -> None:
    second_administrator(served)
    served.engine.execute(TakeEditorSeat(actor=LEGAL, process_key="supplies"))
    drawing(page, served)
    page.get_by_text(re.compile("还有人正在编辑：严正")).wait_for()
    page.evaluate(RENAME, ["S2_review", "甲的改法"])
    page.keyboard.press("Control+s")
    page.locator("[data-part=saved][data-state=saved]").wait_for()
    (mine,) = drafts(served)
    theirs = (PACKAGE / "main.bpmn").read_bytes().replace("法制审核".encode(), "乙的改法".encode())
    served.engine.execute(
        SaveProcessDraft(
            actor=LEGAL,
            process_key="supplies",
            base_id=base(served),
            files={"main.bpmn": theirs},
            draft_id=mine.id,
            expected_version=mine.version,
        )
    )
    page.evaluate(RENAME, ["S3_sign", "甲的第二处"])
    page.keyboard.press("Control+s")
    page.get_by_role("link", name="核对并合并").click()
    page.wait_for_url("**/difference*")
    assert len(drafts(served)) == 2
    assert page.get_by_text("双方都改了", exact=True).count() == 2
    for name in ("甲的改法", "乙的改法", "甲的第二处"):
        assert page.get_by_text(name).first.is_visible()
    assert axe_violations(page) == []
    fits_a_phone(page)
    row = page.get_by_role("row", name=re.compile("甲的改法.*乙的改法"))
    row.get_by_label("用这一份").nth(1).check()
    page.get_by_role("button", name="合并成一份").click()
    page.locator("[data-modeler][data-mounted=yes]").wait_for()
    names = f"['S2_review', 'S3_sign'].map((id) => {MODELER}.get('elementRegistry').get(id).businessObject.name)"
    assert page.evaluate(names) == ["乙的改法", "甲的第二处"]
    (left,) = drafts(served)
    assert left.id == mine.id


@pytest.mark.browser
def test_tokens_are_sent_through_the_drawing_and_nothing_is_changed_by_it(
    page: Page, served: Office
) -> None:
    drawing(page, served)
    before = page.evaluate(f"{MODELER}.saveXML({{ format: true }}).then((saved) => saved.xml)")
    button = page.get_by_role("button", name="模拟走一遍")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    page.locator(".bts-context-pad[title=让它发生]").first.click()
    page.get_by_title("模拟记录 (L)").click()
    page.locator(".bts-log .bts-text", has_text="采购申请").wait_for()
    assert page.locator(".bts-log .bts-text", has_text="流程已开始").count() == 1
    shown = page.locator(".yf-m-canvas").inner_text()
    assert "Simulation" not in shown
    assert "started" not in shown
    titles = page.eval_on_selector_all(
        ".yf-m-canvas [title]", "(found) => found.map((each) => each.title)"
    )
    proper = re.compile("(只看这一次：).*|Powered by bpmn.io")  # a made-up id; the watermark
    assert [each for each in titles if re.search("[A-Za-z]{2}", proper.sub("", each))] == []
    assert axe_violations(page) == []
    during = page.evaluate(f"{MODELER}.saveXML({{ format: true }}).then((saved) => saved.xml)")
    assert during == before
    assert not page.locator("[data-part=panel]").is_visible()
    button.click()
    assert page.locator("[data-part=panel]").is_visible()
    page.evaluate(RENAME, ["S2_review", "先改后模拟"])
    page.evaluate(f"{MODELER}.get('canvas').focus()")
    page.keyboard.press("t")
    assert button.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="撤消").click()
    assert button.get_attribute("aria-pressed") == "false"
    name = f"{MODELER}.get('elementRegistry').get('S2_review').businessObject.name"
    assert page.evaluate(name) == "法制审核"


@pytest.mark.browser
def test_where_a_step_may_be_sent_back_to_is_chosen_in_the_panel(
    page: Page, served: Office
) -> None:
    drawing(page, served)
    page.evaluate(
        f"{MODELER}.get('selection').select({MODELER}.get('elementRegistry').get('S3_sign'))"
    )
    page.locator("[data-group-id=group-yf-back] .bio-properties-panel-group-header").click()
    page.locator("#bio-properties-panel-yf-returnTo").select_option("S1_items")
    page.locator("#bio-properties-panel-yf-irrevocable").select_option("true")
    assert axe_violations(page) == []
    page.keyboard.press("Control+s")
    page.locator("[data-part=saved][data-state=saved]").wait_for()
    (kept,) = drafts(served)
    files = served.engine.query(
        q.ProcessFiles(viewer=SYSTEM, process_key="supplies", state=kept.id)
    )
    element = bpmn.load(files["main.bpmn"]).elements["S3_sign"]
    assert element.properties["returnTo"] == "S1_items"
    assert element.properties["irrevocable"] == "true"
    assert page.get_by_text("没有发现问题").count() == 1


# ---------------------------------------------------------------------- without a browser


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_check_finds_what_deployment_finds(office: Office, lang: str) -> None:
    office.engine.execute(SetLanguage(actor=ADMIN, lang=lang))
    visitor = office.client(ADMIN, lang)
    model = (PACKAGE / "main.bpmn").read_text(encoding="utf-8")
    headers = {"X-CSRF-Token": visitor.secret()}

    def found(xml: str) -> Any:
        answer = visitor.http.post(
            "/admin/processes/supplies/check",
            json={"xml": xml, "base": base(office)},
            headers=headers,
        )
        assert answer.status_code == 200
        return answer.get_json()["problems"]

    assert found(model) == []
    (wrong,) = found(model.replace('formId="review"', 'formId="gone"'))
    assert (wrong["where"], wrong["severity"]) == ("S2_review", "error")
    assert ("表单" in wrong["text"]) == (lang == "zh")
    assert found("<x")[0]["severity"] == "error"


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"xml": 1, "base": "x"}', "\x00"])
def test_junk_is_refused_in_words(office: Office, body: str) -> None:
    visitor = office.client(ADMIN)
    headers = {"X-CSRF-Token": visitor.secret(), "Content-Type": "application/json"}
    for part in ("check", "draft"):
        answer = visitor.http.post(f"/admin/processes/supplies/{part}", data=body, headers=headers)
        assert answer.status_code in (404, 422)
        assert answer.get_json()["text"]
    assert drafts(office) == ()


def test_templates_are_a_file_for_the_desktop(office: Office) -> None:
    answer = office.client(ADMIN).get("/admin/element-templates.json")
    made = json.loads(answer.get_data(as_text=True))
    assert {each["id"] for each in made} >= {"yifa.user-task", "yifa.decision"}
    assert all("zeebe-element-templates-json-schema" in each["$schema"] for each in made)


# ---------------------------------------------------------------------- trial runs


def test_a_trial_run_is_the_owners_alone_and_leaves_nothing_in_the_office(office: Office) -> None:
    second_administrator(office)
    visitor = office.client(ADMIN)
    state = base(office)
    begun = visitor.post(f"/admin/processes/supplies/trial/{state}", {"begin": "1"})
    assert begun.status_code == 302
    start = begun.location
    root = start.removesuffix("start/supplies")
    assert re.fullmatch(r"/trial/[\w-]{20,}/", root)
    assert office.client(LEGAL).get(start).status_code == 404
    assert office.client(DRAFTER).get(start).status_code == 404
    assert office.client().get(start).status_code in (302, 404)

    page = visitor.get(start).get_data(as_text=True)
    assert "试运行" in page
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token is not None
    secret = {"_csrf": token[1]}
    trial = office.app.extensions["trials"].get(root.split("/")[2], ADMIN)
    answers = {"title": "试办一件采购", "kind": "货物", "amount": 1000}
    trial.engine.execute(StartProcess(actor=trial.person, process_key="supplies", answers=answers))
    assert "试办一件采购" in visitor.get(f"{root}inbox/started").get_data(as_text=True)
    assert office.engine.query(q.Cases(viewer=SYSTEM)).rows == ()

    for address, data in (
        ("playing/person", {"person": LEGAL}),
        ("playing/clock", {"days": "3"}),
        ("playing/clock", {"next": "1"}),
    ):
        assert visitor.http.post(root + address, data={**data, **secret}).status_code == 302
        assert visitor.http.post(root + address, data=data).status_code == 403
    assert office.engine.house.clock.now() == OPENED
    assert visitor.get(f"{root}admin/processes").status_code == 302
    ended = visitor.http.post(f"{root}playing/end", data=secret)
    assert ended.location == "/admin/processes/supplies"
    assert visitor.get(start).status_code == 404


def test_a_trial_begins_only_when_it_is_asked_for(office: Office) -> None:
    answer = office.client(ADMIN).post(f"/admin/processes/supplies/trial/{base(office)}")
    assert "/deploy/" in answer.location
