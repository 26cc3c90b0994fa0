"""Shaping a form in a real browser: opened, changed, tried, checked, kept, deployed, filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine import catalog, forms
from engine import queries as q
from engine.commands import SYSTEM, SaveProcessDraft, SetLanguage
from engine.errors import Forbidden
from tests.support.browser import axe_violations
from tests.support.office import ADMIN, LEGAL, PACKAGE, PASSWORD, Office, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
FORMS = [*sorted(ROOT.glob("forms/*/*.form")), *sorted(PACKAGE.glob("forms/*.form"))]
EDIT = "/admin/processes/supplies/forms/review/edit"
ROOM = "document.querySelector('[data-form-editor]')"
KINDS = [kind.value for kind in forms.Kind]
AGAIN = f"async (text) => {{ await {ROOM}.yfOpen(text); return {ROOM}.yfRead(); }}"
WALK = (
    "async () => { const rest = () => new Promise((done) => setTimeout(done, 60));"
    " for (const field of ROOM.yfEditor.get('formFieldRegistry').getAll()) {"
    "   ROOM.yfEditor.get('selection').set(field);"
    "   await rest();"
    "   for (const head of document.querySelectorAll("
    "     '.bio-properties-panel-group-header:not(.open), .bio-properties-panel-collapsible-entry-header'"
    "   )) head.click();"
    "   await rest(); }"
    " return [...ROOM.yfUnknown]; }".replace("ROOM", ROOM)
)


@pytest.fixture(autouse=True)
def complaints(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """What the browser's console complained of: nothing may, policy violations included."""
    heard: list[str] = []
    if "page" in request.fixturenames:
        page = request.getfixturevalue("page")
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    yield heard
    assert heard == []


def shaping(page: Page, office: Office, address: str = EDIT) -> None:
    """Sign in as the administrator and open a form's editor."""
    page.goto(f"{office.address}/sign-in")
    page.locator("#name").fill(ADMIN)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button.w-100").click()
    page.wait_for_url(f"{office.address}/")
    page.goto(office.address + address)
    page.locator("[data-form-editor][data-mounted=yes]").wait_for()


def fits_a_phone(page: Page) -> None:
    """Nothing scrolls sideways on a narrow screen."""
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})


def base(office: Office) -> str:
    return office.engine.query(q.ProcessEditor(viewer=SYSTEM, process_key="supplies")).base_id


def drafts(office: Office) -> tuple[q.ProcessDraftLine, ...]:
    return office.engine.query(q.ProcessEditor(viewer=ADMIN, process_key="supplies")).drafts


def form_of(office: Office, state: str, name: str = "review") -> dict[str, Any]:
    files = office.engine.query(q.ProcessFiles(viewer=ADMIN, process_key="supplies", state=state))
    found: dict[str, Any] = json.loads(files[f"forms/{name}.form"])
    return found


def every_kind() -> str:
    """A form with a component of each kind our renderer shows."""
    choices = {"values": [{"label": "甲", "value": "a"}]}
    more: dict[str, dict[str, Any]] = {
        "expression": {"expression": "=1 + 1"},
        "text": {"text": "说明"},
        "table": {"dataSource": "=rows", "columns": [{"key": "a", "label": "甲"}]},
        "dynamiclist": {"path": "list", "components": [], "isRepeating": True},
        "group": {"components": []},
        **dict.fromkeys(("radio", "select", "checklist", "taglist"), choices),
    }
    components = [
        {"type": kind, "key": f"a_{kind}", "label": f"第{at}项", **more.get(kind, {})}
        for at, kind in enumerate(KINDS)
    ]
    return json.dumps({"type": "default", "components": components}, ensure_ascii=False)


@pytest.mark.browser
def test_every_shipped_form_comes_back_as_it_was_and_no_word_is_foreign(
    page: Page, served: Office
) -> None:
    shaping(page, served)
    for path in FORMS:
        text = path.read_text(encoding="utf-8")
        assert json.loads(page.evaluate(AGAIN, text)) == json.loads(text), path
    shipped = FORMS[0].read_text(encoding="utf-8")
    assert page.evaluate(AGAIN, shipped) == shipped  # to the letter, so that differences are small
    odd = every_kind()
    assert json.loads(page.evaluate(AGAIN, odd)) == json.loads(odd)
    offered = page.locator("[data-field-type].fjs-palette-field").evaluate_all(
        "all => all.map((each) => each.dataset.fieldType)"
    )
    assert sorted(offered) == sorted(KINDS)
    assert page.evaluate(WALK) == []


@pytest.mark.browser
def test_who_reads_english_shapes_the_form_in_english_and_may_take_it_back(
    page: Page, served: Office
) -> None:
    served.engine.execute(SetLanguage(actor=ADMIN, lang="en"))
    page.context.add_cookies([{"name": "yifa_lang", "value": "en", "url": served.address}])
    shaping(page, served)
    canvas = page.locator("[data-part=canvas]")
    original = (PACKAGE / "forms/review.form").read_text(encoding="utf-8")
    label = canvas.locator(".fjs-form-editor label").filter(has_text="Opinion")
    label.first.wait_for()
    assert not re.search(r"[\u4e00-\u9fff]", canvas.locator(".fjs-form-editor").inner_text())
    assert json.loads(page.evaluate(f"{ROOM}.yfRead()")) == json.loads(original)
    undo, redo = (page.locator(f"[data-do={each}]") for each in ("undo", "redo"))
    assert undo.is_disabled()

    label.first.click(force=True)  # what is drawn there is no field to type in
    group = page.locator("[data-group-id=group-yf-english]")
    group.locator(".bio-properties-panel-group-header").first.click()
    field = group.locator("input, textarea").first
    assert field.input_value() == "Opinion"
    field.fill("What the reviewer says")
    canvas.locator("label").filter(has_text="What the reviewer says").first.wait_for()
    page.locator("[data-do=save]").click()
    page.locator("[data-part=saved][data-state=saved]").wait_for()
    undo.click()
    label.first.wait_for()
    assert field.input_value() == "Opinion"
    redo.click()
    canvas.locator("label").filter(has_text="What the reviewer says").first.wait_for()
    undo.click()
    page.locator("[data-do=save]").click()
    page.locator("[data-part=saved][data-state=saved]").wait_for()
    (draft,) = drafts(served)
    query = q.ProcessFiles(viewer=ADMIN, process_key="supplies", state=draft.id)
    files = served.engine.query(query)
    assert catalog.english(files["en.toml"])["审核意见"] == "Opinion"
    assert json.loads(files["forms/review.form"]) == json.loads(original)


@pytest.mark.browser
def test_a_form_is_changed_tried_kept_deployed_and_filled_in(page: Page, served: Office) -> None:
    shaping(page, served)
    frame = page.frame_locator("[data-part=frame]")
    frame.get_by_text("审核结论").first.wait_for()
    assert axe_violations(page) == []

    # A label is changed, and the picture beside follows.
    page.locator(".fjs-element[data-field-type=textarea]").click()
    page.locator("#bio-properties-panel-label").fill("审核意见（写明依据）")
    frame.get_by_text("审核意见（写明依据）").wait_for()
    # A field is added by the keyboard, made required, and explained.
    page.locator(".fjs-palette-field[data-field-type=textfield]").focus()
    page.keyboard.press("Enter")
    page.locator("#bio-properties-panel-key").fill("basis")
    page.locator("#bio-properties-panel-label").fill("法律依据")
    page.locator("[data-group-id=group-yf-guidance] .bio-properties-panel-group-header").click()
    page.locator("#bio-properties-panel-yf-help").fill("写到条、款、项。")
    page.locator("[data-group-id=group-validation] .bio-properties-panel-group-header").click()
    page.locator("#bio-properties-panel-required").check()
    frame.get_by_text("写到条、款、项。").wait_for()
    # Its English is asked for, and stands in the English picture.
    page.locator("[data-group-id=group-yf-english] .bio-properties-panel-group-header").click()
    page.locator("#bio-properties-panel-yf-english-0").fill("Legal basis")
    # Sent empty, the form answers as it would answer a clerk; filled in, it tells what would be kept.
    frame.get_by_role("button", name="提交", exact=True).last.click()
    frame.get_by_role("link", name=re.compile("法律依据")).wait_for()
    frame.get_by_label("法律依据").fill("条例第三条")
    frame.get_by_label("通过").check()
    frame.get_by_role("button", name="提交", exact=True).last.click()
    frame.get_by_text("可以提交，没有问题。").wait_for()
    assert '"basis": "条例第三条"' in (frame.locator("pre").text_content() or "")
    page.locator("[data-lang=en]").click()
    frame.get_by_role("button", name="Submit", exact=True).last.wait_for()
    frame.get_by_text("Legal basis").first.wait_for()
    page.locator("[data-width=phone]").click()
    assert page.locator("[data-part=frame]").bounding_box()["width"] <= 392  # type: ignore[index]
    # What is wrong stands on the field and in the list, which leads to it.
    page.locator("[data-group-id=group-yf-rules] .bio-properties-panel-group-header").click()
    page.locator("#bio-properties-panel-yf-validMessage").fill("请写明")
    page.get_by_role("button", name=re.compile("validMessage|规则")).first.wait_for()
    assert page.locator("[data-problem-for]").count() >= 1
    assert axe_violations(page) == []
    page.locator("[data-do=undo]").click()
    page.locator("[data-part=summary][data-state=error]").wait_for(state="detached")
    fits_a_phone(page)

    page.keyboard.press("Control+s")
    page.locator("[data-part=saved][data-state=saved]").wait_for()
    (kept,) = drafts(served)
    assert [each["key"] for each in form_of(served, kept.id)["components"]] == [
        "conclusion",
        "opinion",
        "basis",
    ]
    page.reload()  # a browser that crashed
    page.locator("[data-form-editor][data-mounted=yes]").wait_for()
    page.locator("[data-do=deploy]").click()
    page.wait_for_url("**/deploy/**")
    added = page.get_by_role("row", name=re.compile("增加 法律依据"))
    assert "basis" in added.inner_text()
    changed = page.get_by_role("row", name=re.compile("修改 审核意见"))
    assert "审核意见 → 审核意见（写明依据）" in changed.inner_text()
    assert axe_violations(page) == []
    page.get_by_role("button", name="部署第 2 版").click()
    page.get_by_text("已部署第 2 版").wait_for()
    assert drafts(served) == ()

    case_id = served.at_review()
    shown = served.client(LEGAL).get(f"/tasks/{served.task(case_id, 'S2_review')}")
    page_text = shown.get_data(as_text=True)
    package = served.engine.query(
        q.ProcessFiles(viewer=ADMIN, process_key="supplies", state=base(served))
    )
    assert package["en.toml"] == (PACKAGE / "en.toml").read_bytes() + (
        '"法律依据" = "Legal basis"\n'.encode()
    )
    assert "法律依据" in page_text
    assert "审核意见（写明依据）" in page_text


@pytest.mark.browser
def test_a_second_save_is_told_and_the_drawing_keeps_its_draft(page: Page, served: Office) -> None:
    shaping(page, served)
    page.locator(".fjs-element[data-field-type=textarea]").click()
    page.locator("#bio-properties-panel-label").fill("甲的改法")
    page.keyboard.press("Control+s")
    page.locator("[data-part=saved][data-state=saved]").wait_for()
    (mine,) = drafts(served)
    theirs = json.dumps(form_of(served, mine.id), ensure_ascii=False).replace("甲的", "乙的")
    saved = served.engine.execute(
        SaveProcessDraft(
            actor=SYSTEM,
            process_key="supplies",
            base_id=base(served),
            files={"forms/review.form": theirs.encode()},
            draft_id=mine.id,
            expected_version=mine.version,
        )
    )
    assert saved.draft_id == mine.id
    page.locator("#bio-properties-panel-label").fill("甲的第二次")
    page.keyboard.press("Control+s")
    page.get_by_role("link", name="查看双方的差异").wait_for()
    assert len(drafts(served)) == 2
    (other,) = (line for line in drafts(served) if line.id != mine.id)
    assert "乙的改法" in json.dumps(form_of(served, mine.id), ensure_ascii=False)
    assert "甲的第二次" in json.dumps(form_of(served, other.id), ensure_ascii=False)

    # From the drawing its step's form opens beside, in the drawing's own draft.
    page.locator("[data-leads=model]").click()
    page.locator("[data-modeler][data-mounted=yes]").wait_for()
    page.evaluate(
        "() => { const modeler = document.querySelector('[data-modeler]').yfModeler;"
        " modeler.get('selection').select(modeler.get('elementRegistry').get('S2_review')); }"
    )
    page.locator("[data-group-id=group-form] .bio-properties-panel-group-header").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="另页打开").click()
    opened.value.locator("[data-form-editor][data-mounted=yes]").wait_for()
    assert f"forms/review/edit?draft={other.id}" in opened.value.url


# ---------------------------------------------------------------------- without a browser


def send(visitor: Visitor, what: str, **given: str) -> Any:
    return visitor.http.post(
        f"/admin/processes/supplies/forms/review/{what}",
        json=given,
        headers={"X-CSRF-Token": visitor.secret()},
    )


def preview(visitor: Visitor, **given: str) -> Any:
    return visitor.http.post(
        "/admin/processes/supplies/forms/review/preview",
        data={"_csrf": visitor.secret(), **given},
    )


def test_forms_are_listed_with_the_steps_that_use_them(office: Office) -> None:
    lines = {
        line.id: line
        for line in office.engine.query(
            q.PackageForms(viewer=ADMIN, process_key="supplies", state=base(office))
        )
    }
    assert [use.how for use in lines["start"].uses] == ["start"]
    assert [use.element for use in lines["review"].uses] == ["S2_review"]
    assert lines["review"].fields == ("审核结论", "审核意见")
    assert not any(line.drawn for line in lines.values())
    page = office.client(ADMIN).get("/admin/processes/supplies/forms").get_data(as_text=True)
    assert "S2_review" in page


def test_a_new_form_begins_in_the_draft_and_its_name_is_checked(office: Office) -> None:
    visitor = office.client(ADMIN)
    for name in ("", "../x", "1a", "a b", "review", "表单"):
        assert visitor.post("/admin/processes/supplies/forms", {"name": name}).status_code == 422
    assert drafts(office) == ()
    made = visitor.post("/admin/processes/supplies/forms", {"name": "notice"})
    (draft,) = drafts(office)
    assert made.location.endswith(f"/forms/notice/edit?draft={draft.id}")
    assert visitor.get(made.location).status_code == 200
    assert form_of(office, draft.id, "notice")["components"] == []
    again = visitor.post("/admin/processes/supplies/forms", {"name": "more", "draft": draft.id})
    assert again.status_code == 302
    assert len(drafts(office)) == 1


def test_forms_of_a_process_that_was_never_deployed_are_shaped_too(office: Office) -> None:
    visitor = office.client(ADMIN)
    answers = {
        "key": "road_repair",
        "title": "道路维修",
        "title_en": "Road repair",
        "starter": "drafter",
        "step": "批准维修",
        "step_en": "Approve the repair",
        "handler": "head",
    }
    state = visitor.post("/admin/processes/new", answers).location.rpartition("=")[2]
    at = f"draft={state}"
    assert visitor.get(f"/admin/processes/road_repair/forms?{at}").status_code == 200
    lines = office.engine.query(
        q.PackageForms(viewer=ADMIN, process_key="road_repair", state=state)
    )
    assert all(line.uses for line in lines)
    for line in lines:
        address = f"/admin/processes/road_repair/forms/{line.id}/edit?{at}"
        assert visitor.get(address).status_code == 200


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_check_finds_what_deployment_finds_and_what_has_no_english(
    office: Office, lang: str
) -> None:
    office.engine.execute(SetLanguage(actor=ADMIN, lang=lang))
    visitor = office.client(ADMIN, lang)
    text = (PACKAGE / "forms/review.form").read_text(encoding="utf-8")

    def found(changed: str) -> Any:
        answer = send(visitor, "check", text=changed, base=base(office))
        assert answer.status_code == 200
        return answer.get_json()["problems"]

    assert found(text) == []
    (wrong,) = found(text.replace('"key": "opinion"', '"key": "conclusion"'))
    assert (wrong["severity"], wrong["file"]) == ("error", "forms/review.form")
    assert bool(re.search(r"[\u4e00-\u9fff]", wrong["text"])) == (lang == "zh")
    (told,) = found(text.replace("审核意见", "没有译文的标签"))
    assert (told["code"], told["severity"]) == ("untranslated", "warning")
    assert found("{")[0]["severity"] == "error"


def test_a_text_without_english_is_told_before_deployment_too(office: Office) -> None:
    text = (PACKAGE / "forms/review.form").read_text(encoding="utf-8")
    text = text.replace("审核意见", "没有译文的标签")
    visitor = office.client(ADMIN)
    kept = send(visitor, "save", text=text, base=base(office)).get_json()["draft"]
    page = visitor.get(f"/admin/processes/supplies/deploy/{kept}").get_data(as_text=True)
    assert "“没有译文的标签”还没有英文" in page
    assert "没有错误，有 1 处提醒，可以部署" in page


def test_the_preview_answers_as_the_step_would_and_keeps_nothing(office: Office) -> None:
    visitor = office.client(ADMIN)
    text = (PACKAGE / "forms/review.form").read_text(encoding="utf-8")
    given = {"_text": text, "_base": base(office), "_lang": "zh"}
    before = office.engine.query(q.Cases(viewer=SYSTEM))

    fresh = preview(visitor, **given, _data='{"opinion": "已有的意见"}').get_json()
    assert "已有的意见" in fresh["html"]
    assert 'role="alert"' not in fresh["html"]
    refused = preview(visitor, **given, _mode="send").get_json()
    assert refused["wrong"] == 1
    assert "form-errors" in refused["html"]
    taken = preview(visitor, **given, _mode="send", conclusion="通过", opinion="同意").get_json()
    assert json.loads(taken["kept"]) == {"conclusion": "通过", "opinion": "同意"}
    english = preview(visitor, **{**given, "_lang": "en"}).get_json()
    assert 'lang="en"' in english["html"]
    assert "审核结论" not in english["html"]
    for junk in ("[]", "{", "1", "[" * 5000):
        assert preview(visitor, **given, _data=junk).status_code == 422
    broken = preview(visitor, **{**given, "_text": "{}"}).get_json()
    assert (broken["html"], bool(broken["text"])) == ("", True)
    assert drafts(office) == ()
    assert office.engine.query(q.Cases(viewer=SYSTEM)) == before


def test_files_are_tried_by_name_and_size_alone(office: Office) -> None:
    visitor = office.client(ADMIN)
    field = {
        "type": "filepicker",
        "key": "file",
        "label": "附件",
        "accept": ".docx",
        "validate": {"required": True},
        "properties": {"maxSize": "1MB"},
    }
    form = json.dumps({"type": "default", "components": [field]})
    given = {"_text": form, "_base": base(office), "_lang": "zh", "_mode": "send"}
    for told, wrong in (
        ({"name": "a.docx", "size": 1000, "type": ""}, 0),
        ({"name": "a.exe", "size": 1000, "type": ""}, 1),
        ({"name": "a.docx", "size": 2_000_000, "type": ""}, 1),
    ):
        answer = preview(visitor, **given, **{"file-_on": "1", "file-_keep": json.dumps(told)})
        assert answer.get_json()["wrong"] == wrong, told
    for junk in ("", "x", "[]", "{}", "[" * 5000):
        answer = preview(visitor, **given, **{"file-_on": "1", "file-_keep": junk})
        assert answer.get_json()["wrong"] == 1


def test_a_form_that_is_not_there_is_said_to_be_missing(office: Office) -> None:
    visitor = office.client(ADMIN)
    assert visitor.get("/admin/processes/supplies/forms/gone/edit").status_code == 404
    answer = send(visitor, "save", text="{}", base="x")
    assert answer.status_code == 404
    assert answer.get_json()["text"]
    assert drafts(office) == ()


@pytest.mark.parametrize("question", [q.PackageForms, q.TryForm])
def test_forms_are_shaped_by_administrators_alone(office: Office, question: Any) -> None:
    more = {"form_id": "review", "content": "{}"} if question is q.TryForm else {}
    asked = question(viewer=LEGAL, process_key="supplies", state=base(office), **more)
    with pytest.raises(Forbidden):
        office.engine.query(asked)
