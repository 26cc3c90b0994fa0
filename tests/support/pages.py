"""Reading a page as a person does, and the forms that tests send."""

from __future__ import annotations

from typing import Any

from lxml import html

from tests.support.office import OFFICE

GOOD = {
    "delivery": "分批供货",
    "delivery-_on": "1",
    "items-_on": "1",
    "items-0-_row": "1",
    "items-0-name": "灯",
    "items-0-count": "3",
    "items-0-price": "1.5",
    "quotes-_on": "1",
    "checker": OFFICE,
    "checker-_on": "1",
    "reserve": "",
}
"""The first task's form as a browser sends it."""


def page(answer: Any) -> Any:
    return html.document_fromstring(answer.get_data(as_text=True))


def text(answer: Any) -> str:
    """What a person reads in the page's main part."""
    return " ".join(page(answer).get_element_by_id("main").text_content().split())
