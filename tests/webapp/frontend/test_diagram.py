"""The diagram in a real browser: marks, description, policy, and what happens when it fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.browser import axe_violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self'"
)
MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
  xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="t">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="start" name="开始"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="draft"/>
    <bpmn:userTask id="draft" name="起草"><bpmn:incoming>f1</bpmn:incoming>
      <bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
    <bpmn:sequenceFlow id="f2" sourceRef="draft" targetRef="review"/>
    <bpmn:userTask id="review" name="合法性审核"><bpmn:incoming>f2</bpmn:incoming></bpmn:userTask>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="p">
    <bpmndi:BPMNShape id="s1" bpmnElement="start">
      <dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="s2" bpmnElement="draft">
      <dc:Bounds x="200" y="78" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="s3" bpmnElement="review">
      <dc:Bounds x="380" y="78" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="e1" bpmnElement="f1">
      <di:waypoint x="136" y="118"/><di:waypoint x="200" y="118"/></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="e2" bpmnElement="f2">
      <di:waypoint x="300" y="118"/><di:waypoint x="380" y="118"/></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
MARKS = {
    "start": {"state": "done"},
    "f1": {"state": "done"},
    "draft": {"state": "done", "text": "张伟 9月2日完成", "href": "#step-1"},
    "review": {"state": "overdue", "count": 2, "text": "已超期 1 个工作日"},
    "gone": {"state": "active"},
}


class Site:
    """A folder served on the loopback address under the product's content-security policy."""

    def __init__(self, folder: Path, assets: Path, url: str) -> None:
        self.folder, self.assets, self.url = folder, assets, url

    def write_page(
        self, marks: dict[str, Any], model: str = "model.bpmn", *, above: str = ""
    ) -> str:
        """A page with one diagram, and what stands above it; gives its address."""
        names = json.loads((self.assets / "manifest.json").read_text())
        (self.folder / "page.html").write_text(
            f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>办件</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="dist/{names["app.css"]}">
            <link rel="stylesheet" href="dist/{names["diagram.css"]}">
            <script defer src="dist/{names["app.js"]}"></script>
            <script defer src="dist/{names["diagram.js"]}"></script></head>
            <body><main><h1>办件</h1>{above}
            <figure class="yf-diagram" data-diagram data-model-url="{model}"
              data-marks="{escape(json.dumps(marks))}" data-label="流程图：审核超期"
              data-text-zoom-in="放大" data-text-zoom-out="缩小" data-text-fit="全图"
              data-text-error="流程图无法显示，请刷新页面。">
              <p class="yf-diagram-fallback"><a href="model.bpmn">下载模型</a></p></figure>
            <p><a href="#review" data-diagram-element="review" id="row">合法性审核</a></p>
            </main></body></html>""",
            encoding="utf-8",
        )
        return f"{self.url}/page.html"


class Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


@pytest.fixture
def site(tmp_path: Path, assets: Path) -> Iterator[Site]:
    (tmp_path / "model.bpmn").write_text(MODEL, encoding="utf-8")
    (tmp_path / "dist").symlink_to(assets)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(tmp_path, assets, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Everything the browser's console complained of, policy violations included."""
    heard: list[str] = []
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def opened(page: Page, address: str, outcome: str = "yes") -> None:
    page.goto(address)
    page.wait_for_selector(f'[data-mounted="{outcome}"]')


def test_marks_say_where_the_case_stands_not_by_colour_alone(
    site: Site, page: Page, complaints: list[str]
) -> None:
    opened(page, site.write_page(MARKS))

    assert page.locator('[data-badge-for="review"]').inner_text() == "! 2"
    assert page.locator('[data-badge-for="review"]').get_attribute("title") == "已超期 1 个工作日"
    assert page.locator('a[data-badge-for="draft"]').get_attribute("href") == "#step-1"
    assert "yf-overdue" in (page.locator('[data-element-id="review"]').get_attribute("class") or "")
    assert "yf-done" in (page.locator('[data-element-id="f1"]').get_attribute("class") or "")
    assert page.locator(".yf-badge").count() == 3
    assert page.locator("svg[role=img]").get_attribute("aria-label") == "流程图：审核超期"
    assert complaints == []


FORM_ABOVE = '<div style="height: 5000px">表单</div>'


def test_far_below_it_is_drawn_when_one_comes_near(site: Site, page: Page) -> None:
    page.clock.install()
    page.goto(site.write_page(MARKS, above=FORM_ABOVE))
    page.clock.run_for(1000)
    assert not page.locator("[data-mounted]").count()
    height = page.locator("figure").bounding_box()
    page.locator("#row").scroll_into_view_if_needed()
    page.wait_for_selector('[data-mounted="yes"]')
    drawn = page.locator("figure").bounding_box()
    assert height is not None
    assert drawn is not None
    assert height["height"] == drawn["height"], "the page moved"


def test_far_below_it_is_drawn_for_who_stays(site: Site, page: Page) -> None:
    page.clock.install()
    page.goto(site.write_page(MARKS, above=FORM_ABOVE))
    page.clock.run_for(4000)
    page.wait_for_selector('[data-mounted="yes"]', state="attached")


def test_the_watermark_is_kept(site: Site, page: Page) -> None:
    opened(page, site.write_page(MARKS))
    assert page.locator(".bjs-powered-by").is_visible()


def test_changed_marks_are_drawn_anew(site: Site, page: Page) -> None:
    opened(page, site.write_page(MARKS))
    page.locator("figure").evaluate(
        "(figure, marks) => { figure.dataset.marks = marks }",
        json.dumps({"review": {"state": "done"}}),
    )
    page.wait_for_selector('.yf-badge-done[data-badge-for="review"]')
    assert page.locator(".yf-badge").count() == 1
    assert page.locator(".yf-overdue").count() == 0


def test_a_row_of_the_page_and_its_element_find_each_other(site: Site, page: Page) -> None:
    opened(page, site.write_page(MARKS))
    page.locator("#row").hover()
    assert "yf-highlight" in (
        page.locator('[data-element-id="review"]').get_attribute("class") or ""
    )
    page.mouse.move(0, 0)
    page.locator('[data-element-id="review"] .djs-hit').first.hover()
    assert "yf-row-marked" in (page.locator("#row").get_attribute("class") or "")
    page.locator('[data-element-id="review"] .djs-hit').first.click()
    assert page.evaluate("document.activeElement.id") == "row"


def test_the_keyboard_reaches_an_element_and_its_row(site: Site, page: Page) -> None:
    opened(page, site.write_page(MARKS))
    badge = page.get_by_role("button", name="合法性审核")
    badge.focus()
    assert "yf-row-marked" in (page.locator("#row").get_attribute("class") or "")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "row"
    highlighted = page.locator('[data-element-id="review"]').get_attribute("class") or ""
    assert "yf-highlight" in highlighted


def test_the_buttons_zoom_and_are_named(site: Site, page: Page) -> None:
    opened(page, site.write_page(MARKS))
    scale = "new DOMMatrix(getComputedStyle(document.querySelector('.viewport')).transform).a"
    start = page.evaluate(scale)
    page.get_by_role("button", name="放大").click()
    assert page.evaluate(scale) > start
    page.get_by_role("button", name="全图").click()
    assert page.evaluate(scale) == start


def test_everybody_can_use_it(site: Site, page: Page) -> None:
    opened(page, site.write_page(MARKS))
    assert axe_violations(page) == []


def test_a_model_that_does_not_come_leaves_a_message_and_the_link(site: Site, page: Page) -> None:
    opened(page, site.write_page(MARKS, model="gone.bpmn"), outcome="failed")
    assert page.get_by_role("alert").inner_text() == "流程图无法显示，请刷新页面。"
    assert page.get_by_role("link", name="下载模型").is_visible()
