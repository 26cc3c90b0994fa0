"""Editing decisions in a real browser: opened, changed, tried, checked, kept, deployed, run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine import catalog, dmn
from engine import queries as q
from engine.commands import SYSTEM, Deploy, SaveProcessDraft, SaveUser, SetLanguage
from engine.dmn import model
from engine.dmn.parse import parse
from engine.dmn.problems import Problems
from tests.support.browser import axe_violations
from tests.support.office import ADMIN, DRAFTER, LEGAL, PACKAGE, PASSWORD, Office
from tests.support.pages import page as read_page
from tests.support.pages import text

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(ROOT.glob("processes/*/*.dmn"))
DMN_13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"
KIT = [
    path
    for path in sorted((ROOT / "tests/engine/dmn/samples").glob("*.dmn"))
    if DMN_13 in path.read_text(encoding="utf-8")  # what dmn-js opens
]
RULES = ROOT / "processes/normative_document/consultation.dmn"
LIST = "/admin/processes/supplies/decisions"
EDIT = f"{LIST}/consultation/edit"
MODELER = "document.querySelector('[data-decisions]').yfModeler"
UNKNOWN = "[...document.querySelector('[data-decisions]').yfUnknown]"
CELL = (
    "([id, text]) => { const viewer = MODELER.getActiveViewer();"
    " const cell = viewer.get('elementRegistry').get(id);"
    " viewer.get('modeling').editCell(cell.businessObject, text); }".replace("MODELER", MODELER)
)
ROUND_TRIP = (
    "async (xml) => { const modeler = MODELER; const { warnings } = await modeler.importXML(xml);"
    " for (const view of modeler.getViews()) await modeler.open(view);"
    " return [warnings.map(String), (await modeler.saveXML({ format: true })).xml]; }".replace(
        "MODELER", MODELER
    )
)


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser's console complained of: nothing may, policy violations included."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    yield heard
    assert heard == []


def with_rules(office: Office) -> str:
    """The process with a decision in it and a step that asks it; the deployment's id."""
    base = office.engine.query(q.ProcessEditor(viewer=SYSTEM, process_key="supplies")).base_id
    files = office.engine.query(q.ProcessFiles(viewer=SYSTEM, process_key="supplies", state=base))
    result = office.engine.execute(
        Deploy(actor=ADMIN, files={**files, "consultation.dmn": RULES.read_bytes()})
    )
    return str(result.deployment_id)


def editing(page: Page, office: Office, address: str = EDIT) -> None:
    """Sign in as the administrator and open the editor."""
    page.goto(f"{office.address}/sign-in")
    page.locator("#name").fill(ADMIN)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button.w-100").click()
    page.wait_for_url(f"{office.address}/")
    page.goto(office.address + address)
    page.locator("[data-decisions][data-mounted=yes]").wait_for()


def drafts(office: Office) -> tuple[q.ProcessDraftLine, ...]:
    return office.engine.query(q.ProcessEditor(viewer=ADMIN, process_key="supplies")).drafts


def answer(page: Page, name: str, value: str) -> None:
    """Fill in an input of the chosen case."""
    field = page.locator(f"[data-input={name}]").locator("select, input, textarea").first
    if field.evaluate("each => each.localName") == "select":
        field.select_option(value)
    else:
        field.fill(value)


def meaning(content: bytes) -> tuple[Any, ...]:
    """A model without where its lines stand, and with the notes of each rule as one text."""

    def bare(value: Any) -> Any:
        if isinstance(value, model.Rule):
            note = "；".join(text for text in (*value.annotations, value.description) if text)
            return ("rule", value.id, bare(value.tests), bare(value.outputs), note)
        if isinstance(value, tuple):
            return tuple(map(bare, value))
        if hasattr(value, "__dataclass_fields__"):
            kept = (name for name in value.__dataclass_fields__ if name != "line")
            return (type(value).__name__, *((name, bare(getattr(value, name))) for name in kept))
        return value

    read = parse(content, Problems())
    nodes = {ident: bare(node) for ident, node in read.nodes.items()}
    return read.name, read.namespace, bare(read.types), bare(read.imports), nodes


@pytest.mark.browser
def test_files_of_other_versions_are_edited_and_stay_of_their_version(
    page: Page, served: Office, complaints: list[str]
) -> None:
    base = with_rules(served)
    rules = RULES.read_text(encoding="utf-8")
    places = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
    for number, name in enumerate(
        (
            "http://www.omg.org/spec/DMN/20180521/MODEL/",
            "https://www.omg.org/spec/DMN/20230324/MODEL/",
        )
    ):
        old = rules.replace(DMN_13, name).replace(places, name.replace("MODEL", "DMNDI"))
        saved = served.engine.execute(
            SaveProcessDraft(
                actor=ADMIN,
                process_key="supplies",
                base_id=base,
                files={"consultation.dmn": old.encode()},
            )
        )
        address = f"{EDIT}?draft={saved.draft_id}"
        if number == 0:
            editing(page, served, address)
        else:
            page.goto(served.address + address)
            page.locator("[data-decisions][data-mounted=yes]").wait_for()
        assert page.locator("[data-part=canvas] table").first.is_visible()
        cell = page.evaluate(
            f"{MODELER}.getActiveView().element.get('decisionLogic').get('rule')[0].inputEntry[0].id"
        )
        page.evaluate(CELL, [cell, "null"])
        page.locator("[data-do=save]").click()
        page.locator("[data-part=saved][data-state=saved]").wait_for()
        files = served.engine.query(
            q.ProcessFiles(viewer=SYSTEM, process_key="supplies", state=saved.draft_id)
        )
        kept = files["consultation.dmn"].decode()
        assert DMN_13 not in kept
        assert places not in kept
        changed = dmn.difference(old.encode(), kept.encode())
        assert [each.how for each in changed] == ["changed"]
        dmn.load(kept.encode())


@pytest.mark.browser
def test_what_the_editor_would_lose_is_not_opened_and_the_way_to_go_on_is_told(
    page: Page, served: Office
) -> None:
    base = with_rules(served)
    newest = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    content = f'''<definitions xmlns="{newest}" id="d" name="d" namespace="urn:d"><decision id="z"
    name="z"><variable name="z"/><conditional><if><literalExpression><text>true</text>
    </literalExpression></if><then><literalExpression><text>1</text></literalExpression></then><else>
    <literalExpression><text>2</text></literalExpression></else></conditional></decision>
    </definitions>'''
    saved = served.engine.execute(
        SaveProcessDraft(
            actor=ADMIN, process_key="supplies", base_id=base, files={"z.dmn": content.encode()}
        )
    )
    editing(page, served)
    page.goto(f"{served.address}{LIST}/z.dmn/edit?draft={saved.draft_id}")
    page.locator("[data-decisions][data-mounted=failed]").wait_for()
    told = page.locator("[data-part=failed]")
    assert "为免保存时丢失" in told.inner_text()
    with page.expect_download() as got:
        told.get_by_role("link").click()
    assert Path(got.value.path()).read_text(encoding="utf-8") == content


@pytest.mark.browser
def test_shipped_decisions_come_back_unchanged_and_the_editor_has_no_foreign_word(
    page: Page, served: Office, complaints: list[str]
) -> None:
    with_rules(served)
    editing(page, served)
    for path in (*SHIPPED, *KIT):
        warnings, saved = page.evaluate(ROUND_TRIP, path.read_text(encoding="utf-8"))
        assert warnings == [], path
        assert meaning(saved.encode()) == meaning(path.read_bytes()), path
        assert page.evaluate(UNKNOWN) == [], path
    for path in SHIPPED:
        saved = page.evaluate(ROUND_TRIP, path.read_text(encoding="utf-8"))[1]
        before, after = dmn.load(path.read_bytes()), dmn.load(saved.encode())
        for info in before.decisions:
            for given in trials(before, info.id):
                old = before.evaluate(info.id, given)
                new = after.evaluate(info.id, given)
                assert (old.value, old.rules) == (new.value, new.rules), (path, given)


def trials(decisions: dmn.Decisions, decision: str) -> Iterator[dict[str, object]]:
    """Inputs that tell rules apart: each value that the tables name, one input at a time."""
    asked = decisions.questions(decision)
    plain: dict[str, object] = {
        each.name: False if each.kind == "boolean" else "其他" for each in asked
    }
    yield plain
    for each in asked:
        for value in (True, False) if each.kind == "boolean" else each.choices:
            yield {**plain, each.name: value}


@pytest.mark.browser
def test_a_rule_is_changed_tried_checked_kept_and_deployed(
    page: Page, served: Office, complaints: list[str]
) -> None:
    with_rules(served)
    editing(page, served)
    page.get_by_role("button", name="添加案例").click()
    page.get_by_label("案例名称").fill("只涉及公共利益")
    for name in ("statutoryHearing", "disputeOrStability"):
        answer(page, name, "false")
    answer(page, "majorPublicInterest", "true")
    answer(page, "consultForm", "座谈会")
    page.get_by_text("第 4 条规则（涉及重大公共利益，召开座谈会。）").wait_for()
    fired = page.locator("td[data-element-id=Rule_4_4]")
    assert fired.evaluate("each => getComputedStyle(each).backgroundColor") != fired.locator(
        "xpath=../preceding-sibling::tr[1]/td[2]"
    ).evaluate("each => getComputedStyle(each).backgroundColor")
    page.get_by_role("button", name="以现在的结果为预期").click()
    page.get_by_text("1 个案例的结果与预期相同").wait_for()
    assert axe_violations(page) == []

    page.evaluate(CELL, ["Rule_4_out", '"听证会'])  # no FEEL
    page.get_by_role("button", name="这个引号没有配对").click()
    assert page.evaluate("document.activeElement.closest('td').dataset.elementId") == "Rule_4_out"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="撤消").click()
    page.get_by_text("没有发现问题").wait_for()
    page.evaluate(CELL, ["Rule_5_3", "-"])  # overlaps with the rules above it
    page.get_by_role("button", name="第 4 条与第 5 条规则可能同时命中").click()
    page.get_by_role("button", name="撤消").click()
    page.evaluate(CELL, ["Rule_4_out", '"书面征求意见"'])
    page.get_by_text("1 个案例的结果与预期不同").wait_for()
    assert axe_violations(page) == []

    page.keyboard.press("Control+s")
    page.locator("[data-part=saved][data-state=saved]").wait_for()
    (kept,) = drafts(served)
    assert f"draft={kept.id}" in page.url
    page.reload()  # a browser that crashed
    page.locator("[data-decisions][data-mounted=yes]").wait_for()
    page.get_by_text("1 个案例的结果与预期不同").wait_for()
    page.get_by_role("button", name="以现在的结果为预期").click()
    page.get_by_text("1 个案例的结果与预期相同").wait_for()

    page.get_by_role("button", name="检查并部署…").click()
    page.wait_for_url("**/deploy/**")
    assert "consultation.dmn" in page.locator("main").inner_text()
    assert "cases/consultation.toml" in page.locator("main").inner_text()
    page.get_by_role("button", name="部署第 3 版").click()
    page.get_by_text("已部署第 3 版").wait_for()
    view = served.engine.query(q.ProcessEditor(viewer=ADMIN, process_key="supplies"))
    assert view.drafts == ()
    files = served.engine.query(
        q.ProcessFiles(viewer=ADMIN, process_key="supplies", state=view.base_id)
    )
    (case,) = catalog.read_cases(files["cases/consultation.toml"], "cases/consultation.toml")
    assert (case.title, case.expect) == ("只涉及公共利益", '"书面征求意见"')
    decided = dmn.load(files["consultation.dmn"]).evaluate(
        "consultation", catalog.plain_inputs(case)
    )
    assert decided.value == "书面征求意见"


@pytest.mark.browser
def test_a_new_decision_is_edited_by_keyboard_beside_the_drawing_in_one_draft(
    page: Page, served: Office, complaints: list[str]
) -> None:
    served.engine.execute(SaveUser(actor=SYSTEM, user_id=LEGAL, is_admin=True))
    with_rules(served)
    editing(page, served)
    page.goto(served.address + LIST)
    page.get_by_label("决策名称").fill("收费标准")
    page.get_by_label("编号").fill("fee")
    page.get_by_role("button", name="新建并编辑").click()
    page.locator("[data-decisions][data-mounted=yes]").wait_for()
    page.get_by_role("button", name="没有写输入表达式").wait_for()
    (mine,) = drafts(served)
    # Somebody draws in the same draft meanwhile: another file, so nobody stands in the way.
    drawn = (PACKAGE / "main.bpmn").read_bytes().replace("法制审核".encode(), "乙的改法".encode())
    served.engine.execute(
        SaveProcessDraft(
            actor=LEGAL,
            process_key="supplies",
            base_id=served.engine.query(
                q.ProcessEditor(viewer=SYSTEM, process_key="supplies")
            ).base_id,
            files={"main.bpmn": drawn},
            draft_id=mine.id,
            expected_version=mine.version,
        )
    )
    page.locator(".add-rule-add").first.click()
    page.locator("td.input-cell .cm-content:focus").wait_for()
    page.keyboard.type('"货物"')
    page.locator("td.output-cell").first.click()
    page.locator("td.output-cell .cm-content:focus").wait_for()
    page.keyboard.type('"免收"')
    page.keyboard.press("Control+s")
    page.locator("[data-part=saved][data-state=saved]").wait_for()
    assert page.locator("[data-part=beside]").is_hidden()
    (kept,) = drafts(served)
    files = served.engine.query(q.ProcessFiles(viewer=ADMIN, process_key="supplies", state=kept.id))
    assert files["main.bpmn"] == drawn
    (fee,) = parse(files["fee.dmn"], Problems()).nodes.values()
    assert isinstance(fee, model.Decision)
    assert isinstance(fee.expression, model.DecisionTable)
    assert [rule.tests[0].text for rule in fee.expression.rules] == ['"货物"']
    assert [rule.outputs[0].text for rule in fee.expression.rules] == ['"免收"']
    # The same file, by somebody else: kept beside.
    served.engine.execute(
        SaveProcessDraft(
            actor=LEGAL,
            process_key="supplies",
            base_id=served.engine.query(
                q.ProcessEditor(viewer=SYSTEM, process_key="supplies")
            ).base_id,
            files={"fee.dmn": RULES.read_bytes()},
            draft_id=kept.id,
            expected_version=kept.version,
        )
    )
    page.locator("td.output-cell").first.click()
    page.locator("td.output-cell .cm-content:focus").wait_for()
    page.keyboard.type(" ")
    page.keyboard.press("Control+s")
    page.get_by_role("link", name="查看双方的差异").wait_for()
    assert len(drafts(served)) == 2
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe_violations(page) == []


# ---------------------------------------------------------------------- without a browser


def asked(office: Office, what: str, lang: str = "zh", **body: Any) -> Any:
    visitor = office.client(ADMIN, lang)
    return visitor.http.post(
        f"{LIST}/consultation.dmn/{what}", json=body, headers={"X-CSRF-Token": visitor.secret()}
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_check_finds_what_deployment_finds(office: Office, lang: str) -> None:
    base = with_rules(office)
    office.engine.execute(SetLanguage(actor=ADMIN, lang=lang))
    xml = RULES.read_text(encoding="utf-8")
    good = asked(office, "check", lang, xml=xml, base=base)
    assert (good.status_code, good.get_json()) == (200, {"problems": []})
    wrong = xml.replace('"座谈会"', '"座谈会')
    (found,) = asked(office, "check", lang, xml=wrong, base=base).get_json()["problems"]
    assert (found["where"], found["severity"]) == ("Rule_4_out", "error")
    assert ("引号" if lang == "zh" else "quotation") in found["text"]
    gap = xml.replace("<text>not(true)</text>", "<text>false</text>", 1).replace("true", "false", 1)
    assert asked(office, "check", lang, xml=gap, base=base).get_json()["problems"]
    assert asked(office, "check", lang, xml="<no", base=base).get_json()["problems"]


def test_cases_are_tried_on_what_is_sent_and_nothing_is_written(office: Office) -> None:
    base = with_rules(office)
    xml = RULES.read_text(encoding="utf-8").replace('"不需要"', '"不必"')
    case = {"title": "t", "decision": "consultation", "expect": '"不必"'}
    inputs = {
        name: {"kind": "boolean", "text": "false"}
        for name in ("statutoryHearing", "disputeOrStability", "majorPublicInterest")
    }
    found = asked(
        office, "try", xml=xml, base=base, cases=[{**case, "inputs": inputs}, "junk", {}]
    ).get_json()
    first = found["cases"][0]
    assert (first["value"], first["agrees"]) == ('"不必"', True)
    assert first["tables"][0]["rules"] == [["Rule_5", 5, "公开征求意见即可。"]]
    assert found["cases"][1]["value"] is None  # of no decision
    assert found["questions"]["consultation"][0]["label"] == "法定应当听证"
    assert drafts(office) == ()


def test_a_save_keeps_decision_and_cases_and_tells_how_they_stand(office: Office) -> None:
    base = with_rules(office)
    xml = RULES.read_text(encoding="utf-8")
    case = {"title": "甲", "decision": "consultation", "inputs": {}, "expect": ""}
    saved = asked(office, "save", xml=xml, base=base, cases=[case]).get_json()
    assert set(saved["kept"]) == {"consultation.dmn", "cases/consultation.toml"}
    files = office.engine.query(
        q.ProcessFiles(viewer=ADMIN, process_key="supplies", state=saved["draft"])
    )
    kept = catalog.read_cases(files["cases/consultation.toml"], "")
    assert [each.title for each in kept] == ["甲"]
    page = office.client(ADMIN).get(f"{LIST}/consultation.dmn/edit?draft={saved['draft']}")
    (editor,) = read_page(page).xpath("//@data-editor")
    assert [each["title"] for each in json.loads(editor)["cases"]] == ["甲"]
    refused = asked(office, "save", xml=xml, base="nothing")
    assert refused.status_code == 404


def test_the_list_tells_what_asks_a_decision_and_refuses_ids_that_are_taken(office: Office) -> None:
    with_rules(office)
    visitor = office.client(ADMIN)
    shown = text(visitor.get(LIST))
    for part in ("座谈会还是听证会", "没有步骤使用", "唯一命中", "5 条", "没有问题"):
        assert part in shown
    for typed, told in (
        ({"name": "", "id": "a"}, "请写上决策的名称"),
        ({"name": "一", "id": "1a"}, "编号以字母开头"),
        ({"name": "一", "id": "consultation"}, "已有同样编号"),
    ):
        answer = visitor.post(LIST, typed)
        assert answer.status_code == 422
        assert told in text(answer)
    made = visitor.post(LIST, {"name": '甲 & "乙" <丙>', "id": "made"})
    assert made.status_code == 302
    assert "made.dmn/edit" in made.location
    files = office.engine.query(
        q.ProcessFiles(viewer=ADMIN, process_key="supplies", state=drafts(office)[0].id)
    )
    assert parse(files["made.dmn"], Problems()).nodes["made"].name == '甲 & "乙" <丙>'
    assert office.client(DRAFTER).get(LIST).status_code == 403


def test_decisions_of_a_process_that_was_never_deployed_are_edited_too(office: Office) -> None:
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
    address = "/admin/processes/road_repair/decisions"
    assert "还没有决策" in text(visitor.get(f"{address}?draft={state}"))
    made = visitor.post(address, {"name": "天数", "id": "days", "draft": state})
    assert "编辑决策：天数" in text(visitor.get(made.location))
    assert "天数" in text(visitor.get(f"{address}?draft={state}"))


def test_what_changed_is_told_rule_by_rule_before_it_is_deployed(office: Office) -> None:
    base = with_rules(office)
    changed = RULES.read_bytes().replace('"座谈会"'.encode(), '"论证会"'.encode())
    saved = office.engine.execute(
        SaveProcessDraft(
            actor=ADMIN,
            process_key="supplies",
            base_id=base,
            files={"consultation.dmn": changed},
        )
    )
    visitor = office.client(ADMIN)
    for address in (f"deploy/{saved.draft_id}", f"difference?old={base}&new={saved.draft_id}"):
        shown = text(visitor.get(f"/admin/processes/supplies/{address}"))
        assert "座谈会还是听证会：第 4 条规则" in shown
        assert '"座谈会" → "论证会"' in shown


def test_the_editor_is_found_by_a_decisions_id_and_downloads_are_files(office: Office) -> None:
    base = with_rules(office)
    visitor = office.client(ADMIN)
    answer = visitor.get(EDIT)
    assert answer.status_code == 302
    assert answer.location.endswith("consultation.dmn/edit?decision=consultation")
    assert visitor.get(f"{LIST}/gone/edit").status_code == 404
    file = visitor.get(f"/admin/processes/supplies/states/{base}/decisions/consultation.dmn")
    assert file.data == RULES.read_bytes()
    assert (
        visitor.get(f"/admin/processes/supplies/states/{base}/decisions/main.bpmn").status_code
        == 404
    )


def test_cases_that_cannot_be_read_are_told_and_do_not_stop_the_editor(office: Office) -> None:
    base = with_rules(office)
    saved = office.engine.execute(
        SaveProcessDraft(
            actor=ADMIN,
            process_key="supplies",
            base_id=base,
            files={"cases/consultation.toml": b"[[case"},
        )
    )
    answer = office.client(ADMIN).get(f"{LIST}/consultation.dmn/edit?draft={saved.draft_id}")
    assert "试算案例文件写法有误" in text(answer)
