"""Earlier answers for reading, and forms in another language."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.forms import Form, ShownTable, node_text, parse

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
FILE = {"id": "f1", "name": "纪要.docx", "size": 3, "sha256": "00", "type": "x"}


def form(*components: dict[str, Any]) -> Form:
    return parse({"type": "default", "id": "F", "schemaVersion": 18, "components": [*components]})


OPINION = form(
    {"type": "text", "text": "# 说明"},
    {"type": "textfield", "key": "title", "label": "事项名称", "properties": {"summary": "true"}},
    {
        "type": "radio",
        "key": "conclusion",
        "label": "审查结论",
        "values": [{"label": "合法", "value": "legal"}, {"label": "不合法", "value": "illegal"}],
        "properties": {"help": "《条例》第二十五条", "summary": "true"},
    },
    {"type": "number", "key": "amount", "label": "金额", "appearance": {"suffixAdorner": "元"}},
    {"type": "datetime", "subtype": "date", "key": "on", "label": "日期"},
    {"type": "datetime", "subtype": "datetime", "key": "at", "label": "时间"},
    {"type": "checkbox", "key": "ok", "label": "已核对"},
    {"type": "select", "key": "host", "label": "主持人", "properties": {"picker": "people"}},
    {"type": "filepicker", "key": "minutes", "label": "纪要"},
    {
        "type": "group",
        "label": "来访人",
        "properties": {"confidential": "true"},
        "components": [
            {"type": "textfield", "key": "who", "label": "姓名", "properties": {"summary": "true"}}
        ],
    },
    {
        "type": "dynamiclist",
        "path": "bases",
        "label": "依据",
        "components": [
            {"type": "textfield", "key": "name", "label": "名称"},
            {"type": "checkbox", "key": "valid", "label": "现行有效"},
        ],
    },
    {
        "type": "dynamiclist",
        "path": "interviews",
        "label": "谈话",
        "components": [{"type": "filepicker", "key": "record", "label": "笔录"}],
    },
    {"type": "textfield", "key": "absent", "label": "没问过"},
    {"type": "expression", "key": "inner", "expression": "=1"},
)
VALUES = {
    "title": "关于某事的规定",
    "conclusion": "legal",
    "amount": Decimal("12.50"),
    "on": "2026-09-01",
    "at": "2026-09-01T09:30:00+08:00",
    "ok": True,
    "host": "li",
    "minutes": FILE,
    "who": None,
    "bases": [{"name": "立法法", "valid": True}, {"name": "条例", "valid": False}],
    "interviews": [{"record": FILE}],
    "inner": 1,
}
ENGLISH = {
    "事项名称": "Title",
    "审查结论": "Conclusion",
    "合法": "Lawful",
    "不合法": "Unlawful",
    "依据": "Bases",
    "元": "yuan",
    "《条例》第二十五条": "Regulation, article 25",
}


def shown(lang: str = "zh") -> dict[str, Any]:
    found = OPINION.present(
        VALUES, {}, now=NOW, lang=lang, texts=ENGLISH, name_of={"li": "李雷"}.__getitem__
    )
    return {one.path or one.label: one for one in found}


def test_answers_read_as_people_write_them() -> None:
    told = {path: one.text for path, one in shown().items()}
    assert told["conclusion"] == "合法"
    assert told["amount"] == "12.50 元"
    assert told["on"] == "2026年9月1日"
    assert told["at"] == "2026年9月1日 09:30"
    assert told["ok"] == "是"
    assert told["host"] == "李雷"
    assert told["minutes"] == "纪要.docx"


def test_the_same_in_english() -> None:
    told = {path: (one.label, one.text) for path, one in shown("en").items()}
    assert told["conclusion"] == ("Conclusion", "Lawful")
    assert told["amount"][1] == "12.50 yuan"
    assert told["at"][1] == "2026-09-01 09:30"
    assert told["ok"][1] == "Yes"


def test_rows_are_a_table_unless_they_hold_files() -> None:
    found = shown()
    assert found["bases"].table == ShownTable(
        columns=("名称", "现行有效"), rows=(("立法法", "是"), ("条例", "否"))
    )
    interview = found["interviews"].children[0]
    assert (interview.path, interview.children[0].files) == ("interviews[0]", (FILE,))


def test_what_was_never_asked_is_not_shown_and_what_was_not_answered_is_empty() -> None:
    found = shown()
    assert "absent" not in found
    assert "inner" not in found
    assert found["来访人"].children[0].text == ""


def test_confidential_is_marked_also_within_a_group() -> None:
    found = shown()
    assert found["来访人"].confidential
    assert found["来访人"].children[0].confidential
    assert not found["title"].confidential
    assert [info.confidential for info in OPINION.fields() if info.path == "who"] == [True]


def test_the_summary_is_what_is_marked_and_nothing_confidential() -> None:
    found = OPINION.summary(VALUES, {}, now=NOW)
    assert [(one.label, one.text) for one in found] == [
        ("事项名称", "关于某事的规定"),
        ("审查结论", "合法"),
    ]


def test_one_answer_can_be_shown_alone() -> None:
    assert OPINION.show("conclusion", "illegal") == "不合法"
    assert OPINION.show("conclusion", "illegal", lang="zh") == "不合法"
    assert OPINION.translated(ENGLISH).show("conclusion", "illegal", lang="en") == "Unlawful"
    assert OPINION.show("bases[].valid", True) == "是"
    assert OPINION.show("nothing", 1) == ""


def test_a_translated_form_takes_the_same_answers() -> None:
    english = OPINION.translated(ENGLISH)
    node = english.state({"conclusion": "legal"}, {}, now=NOW).find("conclusion")
    assert node is not None
    assert (node.label, node.help) == ("Conclusion", "Regulation, article 25")
    assert [(o.label, o.value) for o in node.options] == [
        ("Lawful", "legal"),
        ("Unlawful", "illegal"),
    ]
    assert node_text(node, lang="en") == "Lawful"
    assert english.validate({"conclusion": "legal"}, {}, now=NOW).values["conclusion"] == "legal"
    assert [f.path for f in english.fields()] == [f.path for f in OPINION.fields()]


def test_computed_choices_are_translated_by_their_labels() -> None:
    computed = form({"type": "select", "key": "k", "label": "k", "valuesKey": "units"})
    node = (
        computed.translated({"党政办": "Office"})
        .state({}, {"units": ["党政办"]}, now=NOW)
        .find("k")
    )
    assert node is not None
    assert [(o.label, o.value) for o in node.options] == [("Office", "党政办")]


def test_texts_name_all_that_people_read() -> None:
    texts = form(
        {"type": "text", "text": "说明"},
        {
            "type": "select",
            "key": "k",
            "label": "标签",
            "description": "描述",
            "valuesExpression": '=if x then ["甲"] else ["乙"]',
            "appearance": {"prefixAdorner": "第"},
            "properties": {
                "help": "帮助",
                "validWhen": '=k != "丙"',
                "validMessage": "不行",
                "role": "法制",
            },
        },
        {"type": "textfield", "key": "l", "label": '=if x then "急件" else "平件"'},
        {
            "type": "radio",
            "key": "r",
            "label": "plain",
            "values": [{"label": "是", "value": "y"}, "否"],
        },
        {"type": "table", "dataSource": "=k", "columns": [{"key": "a", "label": "列"}]},
    ).texts()
    assert set(texts) == {
        "说明", "标签", "描述", "甲", "乙", "第", "帮助", "不行", "急件", "平件", "是", "否", "列",
    }  # fmt: skip
