"""The HTML of a form: every control labelled, every error tied to its field, no id twice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import html
from werkzeug.datastructures import MultiDict

from engine.errors import Lang, Problem
from engine.forms import Form, parse
from engine.forms.messages import answer_problem
from webapp.forms import FormView, Person, read, view
from webapp.forms.layout import spans

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[3] / "webapp" / "templates"
FILE = {"id": "f1", "name": "<b>旧稿.docx", "size": 3, "sha256": "00", "type": "x"}


def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return env


ENV = environment()
PAGE = ENV.from_string(
    '{% import "forms/form.html" as forms %}<form method="post">{{ forms.errors(view) }}{{ forms.fields(view) }}</form>'
)
ANSWERS = ENV.from_string(
    '{% import "forms/answers.html" as answers %}<div>{{ answers.listed(shown, secrets, file_url) }}</div>'
)


def parsed(text: str) -> html.HtmlElement:
    return html.fragment_fromstring(text)


def rendered(page: FormView) -> html.HtmlElement:
    return parsed(PAGE.render(view=page))


def named(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "label": f"标签{key}", **more}


ABC = [{"label": f"选项{c}", "value": c} for c in "abc"]
REQUIRED = {"required": True}
ALL: Form = parse(
    {
        "type": "default",
        "components": [
            {"type": "text", "text": "# 说明\n<script>alert(1)</script>\n\n[链](javascript:alert(1)) **重** {{title}}"},
            named("textfield", "title", validate={"required": True, "minLength": 5},
                  description="简要", properties={"help": "《条例》第三条"}),
            named("textfield", "mail", validate={"validationType": "email"},
                  layout={"row": "r1", "columns": 8}, appearance={"prefixAdorner": "@"}),
            named("number", "n", decimalDigits=0,
                  layout={"row": "r1", "columns": 8}, appearance={"suffixAdorner": "元"}),
            named("textarea", "why", validate=REQUIRED),
            named("datetime", "d", subtype="date", properties={"minDate": "2026-09-01"}),
            named("datetime", "t", subtype="time"),
            named("datetime", "at", subtype="datetime"),
            named("checkbox", "ok", validate=REQUIRED),
            named("radio", "r", values=ABC, validate=REQUIRED),
            named("checklist", "l", values=ABC, validate=REQUIRED),
            named("select", "s", values=ABC, validate=REQUIRED),
            named("taglist", "g", valuesExpression="=for i in 1..40 return string(i)"),
            named("select", "host", properties={"picker": "people", "role": "head"}, validate=REQUIRED),
            named("taglist", "team", properties={"picker": "people"}),
            named("filepicker", "file", accept=".docx,.pdf", validate=REQUIRED, properties={"maxSize": "20MB"}),
            named("textfield", "fixed", readonly=True),
            {"type": "expression", "key": "sum", "label": "合计", "expression": "=n + 1"},
            named("textfield", "secret", properties={"confidential": "true"}),
            named("textfield", "later", conditional={"hide": '=r != "b"'}),
            {"type": "group", "label": "组", "showOutline": True, "components": [named("textfield", "in")]},
            {
                "type": "dynamiclist", "path": "bases", "label": "依据",
                "properties": {"minItems": "1", "help": "至少一部"},
                "components": [
                    named("textfield", "name", validate=REQUIRED), named("radio", "v", values=ABC),
                    {"type": "dynamiclist", "path": "notes", "label": "备注", "components": [named("textfield", "x")]},
                ],
            },
            {"type": "table", "label": "清单", "dataSource": "=items", "columns": [{"key": "a", "label": "列"}]},
            {"type": "separator"},
            {"type": "spacer", "height": 10},
        ],
    }
)  # fmt: skip


def people(count: int) -> Any:
    def listed(roles: str, unit: str) -> list[Person]:
        return [Person(id=f"u{n}", name=f"人{n}", unit=f"科室{n % 3}") for n in range(count)]

    return listed


def page(
    answers: dict[str, Any] | None = None, *, count: int = 3, lang: Lang = "zh", **more: Any
) -> FormView:
    outcome = ALL.validate(
        answers or {},
        {"items": [{"a": "<i>甲"}], "fixed": "原值"},
        now=NOW,
        files={"f1": FILE},
        people=lambda user, role, unit: True,
    )
    return view(outcome.state, outcome.problems, lang=lang, people=people(count), **more)


FILLED = {
    "title": '短"><x',
    "n": "许多",
    "at": "2026-09-01T09:30:00+08:00",
    "r": "b",
    "g": ["3"],
    "host": "u1",
    "team": ["u2"],
    "file": {"id": "f1"},
    "bases": [{"name": "法", "notes": [{"x": "1"}, {"x": ""}]}, {"v": "a"}],
}


@pytest.fixture(params=[None, FILLED], ids=["blank", "filled"])
def tree(request: pytest.FixtureRequest) -> html.HtmlElement:
    return rendered(page(request.param))


@pytest.mark.parametrize("count", [0, 3, 31, 201])
@pytest.mark.parametrize("answers", [None, FILLED], ids=["blank", "filled"])
def test_ids_are_unique_and_every_control_is_labelled(
    answers: dict[str, Any] | None, count: int
) -> None:
    tree = rendered(page(answers, count=count))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    labelled = set(tree.xpath("//label/@for"))
    for control in tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert control.get("id") in labelled, html.tostring(control)
    assert labelled <= set(ids)
    for label in tree.xpath("//label | //legend"):
        assert label.text_content().strip()


def test_what_describes_a_field_exists(tree: html.HtmlElement) -> None:
    ids = set(tree.xpath("//@id"))
    for described in tree.xpath("//@aria-describedby"):
        assert set(described.split()) <= ids
    help_text = tree.get_element_by_id("f-title-_help")
    assert help_text.text_content() == "《条例》第三条"
    assert "f-title-_help" in tree.get_element_by_id("f-title").get("aria-describedby").split()


def test_every_problem_stands_beside_its_field_and_in_the_summary(tree: html.HtmlElement) -> None:
    summary = tree.get_element_by_id("form-errors")
    assert summary.get("role") == "alert"
    assert summary.get("tabindex") == "-1"
    targets = [link.get("href") for link in summary.xpath(".//a")]
    assert targets
    assert len(targets) == len(summary.xpath(".//li"))
    for target in targets:
        field = tree.get_element_by_id(target[1:])
        error = tree.get_element_by_id(f"{target[1:]}-_error")
        assert error.text_content().strip()
        described = field.xpath("ancestor-or-self::*[@aria-describedby][1]/@aria-describedby")
        assert f"{target[1:]}-_error" in " ".join(described).split()
        if field.tag in ("input", "select", "textarea"):
            assert field.get("aria-invalid") == "true"


def test_required_is_said_in_words() -> None:
    tree = rendered(page())
    assert "（必填）" in tree.xpath("//label[@for='f-title']")[0].text_content()
    assert "（必填）" not in tree.xpath("//label[@for='f-mail']")[0].text_content()
    assert tree.get_element_by_id("f-title").get("aria-required") == "true"


def test_typing_is_kept_even_when_it_is_wrong() -> None:
    tree = rendered(page(FILLED))
    assert tree.get_element_by_id("f-n").get("value") == "许多"
    assert tree.get_element_by_id("f-title").get("value") == '短"><x'
    assert tree.get_element_by_id("f-at").get("value") == "2026-09-01T09:30"
    assert tree.get_element_by_id("f-at").get("type") == "datetime-local"
    assert tree.get_element_by_id("f-d").get("min") == "2026-09-01"
    assert tree.xpath("//input[@name='r' and @checked]/@value") == ["b"]
    assert tree.xpath("//select[@name='g']/option[@selected]/@value") == ["3"]
    assert tree.get_element_by_id("f-bases-0-notes-0-x").get("value") == "1"


def test_nothing_in_a_form_or_an_answer_becomes_markup() -> None:
    text = PAGE.render(view=page(FILLED))
    tree = parsed(text)
    assert not tree.xpath("//script | //x | //i | //b")
    assert not tree.xpath("//@href[starts-with(., 'javascript')]")
    assert not tree.xpath("//@style | //@onclick")
    assert tree.xpath("//div[@class='yf-words']/h3/text()") == ["说明"]


def test_repeating_groups_are_fieldsets_with_their_number() -> None:
    tree = rendered(page(FILLED))
    legends = [" ".join(legend.text_content().split()) for legend in tree.xpath("//legend")]
    assert "依据 第 1 项" in legends
    assert "备注 第 2 项" in legends
    buttons = tree.xpath("//button[@name='_remove']")
    assert [button.get("value") for button in buttons] == [
        "bases-0-notes-0", "bases-0-notes-1", "bases-0", "bases-1",
    ]  # fmt: skip
    assert " ".join(buttons[-1].text_content().split()) == "删除 依据 第 2 项"
    assert tree.xpath("//button[@name='_add']/@value") == [
        "bases-0-notes",
        "bases-1-notes",
        "bases",
    ]


def test_row_buttons_come_back_to_their_row() -> None:
    tree = rendered(page(FILLED, action_url="/tasks/1"))
    add = tree.xpath("//button[@name='_add' and @value='bases']")[0]
    assert add.get("formaction") == "/tasks/1#f-bases-2"
    remove = tree.xpath("//button[@name='_remove' and @value='bases-1']")[0]
    assert remove.get("formaction") == "/tasks/1#f-bases"
    assert not rendered(page(FILLED)).xpath("//@formaction")


def test_people_are_grouped_by_unit_and_suggested_when_many() -> None:
    few = rendered(page(FILLED, count=31))
    assert few.xpath("//select[@name='host']/optgroup/@label") == ["科室0", "科室1", "科室2"]
    assert few.xpath("//select[@name='host']//option[@selected]/@value") == ["u1"]
    many = rendered(page(FILLED, count=500))
    box = many.get_element_by_id("f-host")
    assert (box.tag, box.get("value")) == ("input", "u1")
    assert len(many.get_element_by_id(box.get("list")).xpath("option")) == 500
    assert many.xpath("//input[@type='checkbox' and @name='team' and @checked]/@value") == ["u2"]


def test_who_can_be_picked_is_asked_by_role_and_unit() -> None:
    asked = []

    def listed(roles: str, unit: str) -> list[Person]:
        asked.append((roles, unit))
        return []

    picker = parse(
        {
            "components": [
                named(
                    "select",
                    "p",
                    properties={"picker": "people", "role": "legal, counsel", "unit": "=u"},
                )
            ]
        }
    )
    view(picker.state({}, {"u": "finance"}, now=NOW), people=listed)
    assert asked == [("legal,counsel", "finance")]


def test_uploaded_files_can_be_kept_or_dropped() -> None:
    tree = rendered(page(FILLED))
    keep = tree.xpath("//input[@name='file-_keep']")[0]
    assert (keep.get("value"), keep.get("checked") is not None) == ("f1", True)
    assert "<b>旧稿.docx" in keep.getparent().text_content()
    assert tree.get_element_by_id("f-file").get("accept") == ".docx,.pdf"
    assert "20 MB" in tree.get_element_by_id("f-file-_hint").text_content()


def test_read_only_and_computed_fields_send_nothing() -> None:
    tree = rendered(page({"n": 4}))
    assert not tree.xpath("//*[@name='fixed' or @name='sum']")
    assert "原值" in tree.get_element_by_id("f-fixed").text_content()
    assert "5" in tree.get_element_by_id("f-sum").text_content()


def test_fields_on_which_others_hang_are_marked_and_ask_when_told_where() -> None:
    tree = rendered(page())
    assert set(tree.xpath("//*[@data-yf-trigger]/@name")) == {"r", "n", "title"}
    assert tree.xpath("//button[@name='_refresh']")
    assert not tree.xpath("//@hx-post")
    asking = rendered(page(refresh_url="/tasks/1/form"))
    assert set(asking.xpath("//@hx-post")) == {"/tasks/1/form"}
    assert asking.get_element_by_id("form-fields") is not None


def test_the_first_button_sends_the_form() -> None:
    first = rendered(page()).xpath("//button")[0]
    assert first.get("name") is None
    assert first.get("type") == "submit"


def test_what_a_page_shows_it_reads_back() -> None:
    shown = page(FILLED)
    tree = rendered(shown)
    pairs = []
    for control in tree.xpath("//form//*[@name]"):
        if control.tag == "button" or control.get("type") == "file":
            continue
        if control.get("type") in ("checkbox", "radio") and control.get("checked") is None:
            continue
        if control.tag == "select":
            pairs += [
                (control.get("name"), o.get("value")) for o in control.xpath(".//option[@selected]")
            ]
        elif control.tag == "textarea":
            pairs.append((control.get("name"), (control.text or "").removeprefix("\n")))
        else:
            pairs.append((control.get("name"), control.get("value")))
    post = read(ALL, MultiDict(pairs), known={"f1": FILE})
    again = ALL.validate(
        post.answers, {"fixed": "原值"}, now=NOW, files={"f1": FILE}, people=lambda u, r, i: True
    )
    before = ALL.validate(
        FILLED, {"fixed": "原值"}, now=NOW, files={"f1": FILE}, people=lambda u, r, i: True
    )
    assert again.values == before.values
    assert [p.where for p in again.problems] == [p.where for p in before.problems]
    assert post.unseen(again.state) == ()


def test_columns_of_sixteen_become_columns_of_twelve() -> None:
    assert spans([8, 8]) == (6, 6)
    assert spans([16]) == (12,)
    assert sum(s or 0 for s in spans([5, 5, 6])) == 12
    assert sum(s or 0 for s in spans([6, 10])) == 12
    assert spans([None, 4]) == (None, 3)
    assert spans([1]) == (1,)


def test_answers_are_a_description_list_and_secrets_stay_secret() -> None:
    values = ALL.validate(
        {**FILLED, "title": "一个长的标题", "secret": "张三", "n": 3},
        {},
        now=NOW,
        files={"f1": FILE},
        people=lambda user, role, unit: True,
    ).values
    shown = ALL.present(values, {}, now=NOW)
    closed = parsed(ANSWERS.render(shown=shown, secrets=False, file_url=None))
    assert "张三" not in closed.text_content()
    assert "保密内容" in closed.text_content()
    opened = parsed(
        ANSWERS.render(shown=shown, secrets=True, file_url=lambda ref: f"/files/{ref['id']}")
    )
    assert "张三" in opened.text_content()
    assert opened.xpath("//a/@href") == ["/files/f1"]
    assert {dl.tag for dl in opened.xpath("//dt/parent::*")} == {"dl"}
    assert len(opened.xpath("//dt")) == len(opened.xpath("//dd"))


def test_labels_of_the_english_form_are_english() -> None:
    english = ALL.translated({"标签title": "Title"})
    tree = rendered(view(english.state({}, {}, now=NOW), lang="en"))
    assert tree.xpath("//label[@for='f-title']")[0].text_content().startswith("Title")


def test_what_is_wrong_names_the_field_as_the_page_does() -> None:
    english = ALL.translated({"标签title": "Title", "不得超过一百": "At most a hundred"})
    wrong = [
        answer_problem("required", "title", label="标签title"),
        Problem(code="rule", zh="不得超过一百", en="不得超过一百", where="title"),
    ]
    shown = view(english.state({}, {}, now=NOW), wrong, lang="en")
    assert [one.text for one in shown.errors] == ["Fill in “Title”.", "At most a hundred"]
    chinese = view(ALL.state({}, {}, now=NOW), wrong)
    assert [one.text for one in chinese.errors] == ["请填写“标签title”。", "不得超过一百"]
