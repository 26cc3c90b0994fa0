"""Administration: models, people, units, calendar."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from engine import catalog
from engine import queries as q
from engine.commands import SYSTEM, SaveUser
from engine.model import rows
from tests.support.office import (
    ADMIN,
    LEGAL,
    PACKAGE,
    PASSWORD,
    Office,
)
from tests.support.pages import page, text


def archive() -> bytes:
    import zipfile

    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for path, content in catalog.read_folder(PACKAGE).items():
            made.writestr(path, content)
    return out.getvalue()


def upload(visitor: Any, content: bytes, name: str, **more: str) -> Any:
    return visitor.post(
        "/admin/deploy",
        {"file": (BytesIO(content), name), **more},
        content_type="multipart/form-data",
    )


def test_a_model_is_checked_and_deployed_and_running_cases_stay(office: Office) -> None:
    old = office.at_review("旧版的采购")
    visitor = office.client(ADMIN)
    model = (PACKAGE / "main.bpmn").read_bytes().replace("法制审核".encode(), "合法审核".encode())
    (process,) = office.engine.query(q.Processes(viewer=SYSTEM))
    based = {"base": process.deployment_id, "version": "1"}
    checked = upload(visitor, model, "main.bpmn", _check="1", **based)
    assert checked.status_code == 200
    assert len(office.engine.query(q.ProcessPage(viewer=SYSTEM, key="supplies")).versions) == 1
    assert upload(visitor, model, "main.bpmn", note="改名", **based).status_code == 302
    shown = text(visitor.get("/admin/processes/supplies"))
    assert "第 2 版" in shown
    assert "改名" in shown
    new = office.at_review("新版的采购")
    legal = office.client(LEGAL)
    assert "法制审核" in text(legal.get(f"/cases/{old}"))
    assert "合法审核" in text(legal.get(f"/cases/{new}"))


def test_whoever_deploys_over_an_unseen_version_is_told(office: Office) -> None:
    visitor = office.client(ADMIN)
    model = (PACKAGE / "main.bpmn").read_bytes()
    (process,) = office.engine.query(q.Processes(viewer=SYSTEM))
    based = {"base": process.deployment_id, "version": "1"}
    one = model.replace("已签批".encode(), "已签".encode())
    two = model.replace("已签批".encode(), "签毕".encode())
    assert upload(visitor, one, "main.bpmn", **based).status_code == 302
    second = upload(visitor, two, "main.bpmn", **based)
    assert second.status_code == 409
    assert len(office.engine.query(q.ProcessPage(viewer=SYSTEM, key="supplies")).versions) == 2


def test_every_fault_of_a_model_is_told_with_place_and_remedy(office: Office) -> None:
    visitor = office.client(ADMIN)
    bad = (PACKAGE / "main.bpmn").read_bytes().replace(b'targetRef="S_end"', b'targetRef="nowhere"')
    bad = bad.replace(b'=conclusion = "', b'=conclusion = = "')
    answer = upload(visitor, bad, "main.bpmn")
    assert answer.status_code == 422
    rows = page(answer).xpath("//tbody/tr")
    assert len(rows) >= 2
    assert re.search(r"第 \d+ 行", text(answer))
    assert "没有部署" in text(answer)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.bpmn"),
        (b"PK\x03\x04 broken", "broken.zip"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "xxe.bpmn"),
        (b"\x00\xff" * 50, "noise.bpmn"),
        (b"<a>" * 5000, "deep.bpmn"),
    ],
)
def test_hostile_models_are_refused_in_words(office: Office, content: bytes, name: str) -> None:
    answer = upload(office.client(ADMIN), content, name)
    assert answer.status_code == 422
    assert page(answer).xpath("//tbody/tr") or "请选择" in text(answer)
    assert "root:" not in answer.get_data(as_text=True)


def test_a_whole_package_comes_back_as_it_went(office: Office) -> None:
    visitor = office.client(ADMIN)
    (process,) = office.engine.query(q.Processes(viewer=SYSTEM))
    taken = visitor.get(f"/admin/deployments/{process.deployment_id}.zip").get_data()
    assert catalog.read_archive(taken) == catalog.read_folder(PACKAGE)
    again = upload(visitor, archive(), "supplies.zip")
    assert again.status_code == 302
    assert "没有产生新版本" in text(visitor.get(again.location))


def test_people_are_made_given_roles_and_locked_out(office: Office) -> None:
    visitor = office.client(ADMIN)
    person = {"user_id": "xin.ren", "name": "辛仁", "unit_id": "agriculture", "active": "1"}
    assert visitor.post("/admin/users/new", {**person, "password": "short"}).status_code == 422
    made = visitor.post("/admin/users/new", {**person, "password": PASSWORD})
    assert made.status_code == 302
    twice = visitor.post("/admin/users/new", {**person, "password": PASSWORD})
    assert twice.status_code == 422
    assert page(twice).get_element_by_id("name").get("value") == "辛仁"
    roles = visitor.post(
        "/admin/users/xin.ren/roles",
        {"role": "drafter", "unit_id": "agriculture", "from_date": "2026-09-01", "to_date": ""},
    )
    assert roles.status_code == 302
    assert "承办人" in text(visitor.get("/admin/users/xin.ren"))
    newcomer = office.client("xin.ren")
    assert newcomer.get("/").location == "/password"
    changed = newcomer.post(
        "/password", {"old": PASSWORD, "new": "another long one", "again": "another long one"}
    )
    assert changed.status_code == 302
    assert newcomer.get("/start/supplies").status_code == 200
    office.engine.execute(SaveUser(actor=ADMIN, user_id="xin.ren", active=False))
    assert newcomer.get("/").status_code == 302


def test_a_unit_is_made_and_changed(office: Office) -> None:
    visitor = office.client(ADMIN)
    unit = {"unit_id": "forestry", "name": "林业站", "name_en": "Forestry", "parent_id": "township"}
    assert visitor.post("/admin/units", unit).status_code == 302
    form = page(visitor.get("/admin/units?unit=forestry"))
    assert form.get_element_by_id("name").get("value") == "林业站"
    assert form.get_element_by_id("name_en").get("value") == "Forestry"
    assert visitor.post("/admin/units", {**unit, "name": "林业工作站"}).status_code == 302
    assert "林业工作站" in text(visitor.get("/admin/units"))
    assert visitor.post("/admin/units", {**unit, "unit_id": "有 空格"}).status_code == 422


def test_the_calendar_takes_local_closures(office: Office) -> None:
    visitor = office.client(ADMIN)
    office.at_review("采购排灌机械")
    closure = {"year": "2026", "kind": "local", "source": "乡政府通知"}
    wrong = visitor.post("/admin/calendar", {**closure, "content": "明天 停电"})
    assert wrong.status_code == 422
    assert "明天 停电" in page(wrong).get_element_by_id("local-content").text_content()
    typed = {**closure, "content": "2026-09-02 停电检修"}
    looked = visitor.post("/admin/calendar", typed)
    assert "其中 1 天与目前的日历不同" in text(looked)
    assert "采购排灌机械" in text(looked), "whose end would move is told before"
    form = page(looked).xpath("//form[.//button[@name='confirmed']]")[0]
    assert not page(visitor.get("/admin/calendar?year=2026")).xpath(
        "//td[contains(@class,'closure')]"
    )
    good = visitor.post("/admin/calendar", {**dict(form.fields), "confirmed": "1"})
    assert good.status_code == 302
    shown = visitor.get(good.location)
    assert "正在后台重算" in text(shown)
    assert page(shown).xpath("//td[@title='本地停办公：停电检修']")
    assert "2026-09-02 停电检修" in page(shown).get_element_by_id("local-content").text
    bad_year = visitor.post("/admin/calendar", {**closure, "year": "x", "content": "a"})
    assert bad_year.status_code == 422


def test_a_pasted_notice_is_understood_and_shown_before_it_is_kept(office: Office) -> None:
    visitor = office.client(ADMIN)
    content = "\n".join((
        "国务院办公厅关于2027年部分节假日安排的通知",
        "一、元旦：1月1日（周五）至3日（周日）放假，共3天。",
        "二、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月14日（周日）上班。",
        "三、清明节：4月3日至5日放假，共3天。",
        "四、劳动节：5月1日至5日放假调休，共5天。",
        "五、端午节：6月9日放假，共1天。",
        "六、中秋节：9月15日放假，共1天。",
        "七、国庆节：10月1日至7日放假调休，共7天。10月9日（周六）上班。",
    ))  # fmt: skip
    typed = {"year": "2027", "kind": "official", "source": "国办发明电〔2026〕1号"}
    faulty = visitor.post(
        "/admin/calendar", {**typed, "content": content.replace("共7天", "共8天")}
    )
    assert faulty.status_code == 422
    assert "春节写明共8天，而日期为7天" in text(faulty)
    assert "春节：2月5日" in page(faulty).get_element_by_id("content").text
    looked = visitor.post("/admin/calendar", {**typed, "content": content})
    rows_ = page(looked).xpath("//section[@aria-labelledby='change-title']//tbody/tr")
    assert any("2027-10-09" in " ".join(row.text_content().split()) for row in rows_)
    assert office.engine.query(q.CalendarPage(viewer=SYSTEM, year=2027)).provisional
    form = page(looked).xpath("//form[.//button[@name='confirmed']]")[0]
    visitor.post("/admin/calendar", {**dict(form.fields), "confirmed": "1"})
    assert not office.engine.query(q.CalendarPage(viewer=SYSTEM, year=2027)).provisional


def workbook(lines: list[list[str]]) -> bytes:
    made = openpyxl.Workbook()
    for line in lines:
        made.active.append(line)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def listed(visitor: Any, content: bytes) -> Any:
    data = {"file": (BytesIO(content), "people.xlsx")}
    return visitor.post("/admin/roster", data, content_type="multipart/form-data")


def test_a_list_of_people_goes_out_and_comes_back_with_its_changes_shown(office: Office) -> None:
    visitor = office.client(ADMIN)
    with visitor.get("/admin/roster.xlsx") as answer:
        taken = answer.get_data()
    assert "没有变化" in text(listed(visitor, taken))
    values = openpyxl.load_workbook(BytesIO(taken)).active.values
    lines = [["" if cell is None else str(cell) for cell in line] for line in values]
    lines = [line for line in lines if line[0] != "bai.lu"]
    lines.append(["ding.yi", "丁一", "", "不存在的单位", "皇帝", "是"])
    wrong = listed(visitor, workbook(lines))
    assert wrong.status_code == 422
    assert "没有“皇帝”这个角色" in text(wrong)
    assert "没有“不存在的单位”这个单位" in text(wrong)
    lines[-1] = ["ding.yi", "丁一", "", lines[1][3], "承办人", "是"]
    looked = listed(visitor, workbook(lines))
    assert "新增 1 人" in text(looked)
    assert "不在名单中 1 人" in text(looked)
    assert "丁一" not in text(visitor.get("/admin/users?text=ding"))
    form = page(looked).xpath("//form[.//button[@name='confirmed']]")[0]
    done = visitor.post(
        "/admin/roster", {**dict(form.fields), "confirmed": "1", "disable_missing": "1"}
    )
    assert done.status_code == 302
    assert "丁一" in text(visitor.get("/admin/users?text=ding"))
    unit = office.engine.query(q.UserPage(viewer=SYSTEM, user_id="ding.yi")).user.unit_id
    assert "丁一" in text(visitor.get(f"/admin/users?unit={unit}"))
    other = next(u.id for u in office.engine.query(q.Units(viewer=SYSTEM)) if u.id != unit)
    assert "丁一" not in page(visitor.get(f"/admin/users?unit={other}")).xpath("string(//tbody)")
    assert "已停用" in text(visitor.get("/admin/users?text=bai"))
    duties = text(visitor.get("/admin/duties?user=ding.yi"))
    assert "丁一能办什么" in duties
    assert "发起" in duties
    again = visitor.post("/admin/roster", {**dict(form.fields), "confirmed": "1"})
    assert again.status_code == 409, "the office is no longer what was shown"


def hostile() -> dict[str, bytes]:
    import zipfile

    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    good = BytesIO(workbook([["登录名", "姓名", "单位"], ["a.b", "甲", ""]]))
    entity = BytesIO()
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(entity, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            if part.endswith("sheet1.xml"):
                data = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + data
            new.writestr(part, data)
    return {
        "bomb": out.getvalue(),
        "entity": entity.getvalue(),
        "noise": b"PK\x03\x04" + b"\xff" * 99,
        "empty": b"",
        "headings": workbook([["姓名"], ["甲"]]),
        "long": workbook([["登录名", "姓名", "单位"]] + [["x", "y", "z"]] * 5_001),
    }


@pytest.mark.parametrize("kind", ["bomb", "entity", "noise", "empty", "headings", "long"])
def test_a_hostile_list_is_refused_in_words(office: Office, kind: str) -> None:
    visitor = office.client(ADMIN)
    answer = listed(visitor, hostile()[kind])
    assert answer.status_code == 422
    assert page(answer).xpath("//*[@role='alert']")
    for junk in ("", "[[]]", "[1]", "{", '[["a",1,2,3,4,5,6]]', "[" * 9999):
        assert visitor.post("/admin/roster", {"confirmed": "1", "rows": junk}).status_code in (
            302,
            422,
        )


def stuck(office: Office, number: int) -> None:
    """So many incidents and one failed job, of no case."""
    with office.engine.house.store.write() as tx:
        for n in range(number):
            tx.insert(
                rows.Incident(
                    tenant=tx.tenant, id=f"{n:026}", instance_id=None, root_id=None,
                    code="job-service", zh="打印服务器没有答复", en="The printer did not answer",
                    opened_at=n, job={"kind": "signal", "lane": "office", "key": "", "max_attempts": 3,
                                      "payload": {"name": "x", "variables": {}}},
                )
            )  # fmt: skip
        tx.insert(
            rows.Job(
                tenant=tx.tenant, id="f" * 26, kind="signal", due_at=9_000_000_000_000, attempts=2,
                payload={"name": "x", "variables": {}}, error="TimeoutError",
            )
        )  # fmt: skip


def test_chosen_incidents_are_tried_again_and_the_rest_stay(office: Office) -> None:
    stuck(office, 4)
    visitor = office.client(ADMIN)
    shown = text(visitor.get("/admin/incidents"))
    assert "打印服务器没有答复" in shown
    assert "请先确认对方系统和网络恢复正常" in shown
    assert "对方没有在规定时间内答复" in shown
    assert "请先勾选" in text(visitor.post("/admin/incidents/retry", follow_redirects=True))
    some = {"incident": [f"{0:026}", f"{2:026}", "x" * 26]}
    told = text(visitor.post("/admin/incidents/retry", some, follow_redirects=True))
    assert "已重试 2 项" in told
    assert "有 1 项没有重试成功" in told
    assert len(office.engine.query(q.Incidents(viewer=SYSTEM))) == 2
    listed = page(visitor.get("/admin/incidents?code=job-service"))
    every = {"all": "1", "incident-listed": listed.xpath("//input[@name='incident-listed']/@value")}
    visitor.post("/admin/incidents/retry", every)
    assert office.engine.query(q.Incidents(viewer=SYSTEM)) == ()
    visitor.post("/admin/jobs/retry", {"job": "f" * 26})
    (job,) = office.engine.query(q.Jobs(viewer=SYSTEM, state="failed"))
    assert job.due_at == int(office.clock.now().timestamp() * 1000)


def test_health_says_what_to_do_and_the_list_what_to_check(office: Office) -> None:
    told = text(office.client(ADMIN).get("/admin/health"))
    assert "三分钟内没有执行程序报到" in told
    assert "SQLite，连接正常" in told
    assert "待核对" in text(office.client(ADMIN).get("/admin/unchecked"))
    assert office.client(LEGAL).get("/admin/health").status_code == 403
