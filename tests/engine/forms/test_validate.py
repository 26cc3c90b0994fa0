"""What counts as an answer, kind by kind, and what is said about the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import AnswersInvalid
from engine.forms import Form, Validated, parse

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
FILE = {
    "id": "f1",
    "name": "送审稿.docx",
    "size": 3_000,
    "sha256": "ab" * 32,
    "type": "application/x",
}


def form(*components: dict[str, Any]) -> Form:
    return parse({"type": "default", "id": "F", "schemaVersion": 18, "components": [*components]})


def field(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": "x", "label": "甲", **more}


def judge(
    component: dict[str, Any], answer: object, context: Mapping[str, object] | None = None
) -> Validated:
    return form(component).validate(
        {"x": answer},
        context or {},
        now=NOW,
        files={"f1": FILE},
        people=lambda user, role, unit: (
            (user, role, unit) in {("li", "legal", ""), ("wang", "", "")}
        ),
    )


YES_NO = [{"label": "是", "value": True}, {"label": "否", "value": False}]
ABC = [{"label": c, "value": c} for c in "abc"]


@pytest.mark.parametrize(
    ("component", "answer", "value"),
    [
        (field("textfield"), "  事项 ", "事项"),
        (field("textfield"), "", None),
        (field("textfield"), None, None),
        (field("textarea"), "一\r\n二", "一\n二"),
        (
            field("textfield", validate={"pattern": r"^[A-Z]{2,4}DR-\d{4}-\d{5}$"}),
            "TJDR-2026-00001",
            "TJDR-2026-00001",
        ),
        (
            field("textfield", validate={"pattern": r"^.+〔\d{4}〕[1-9]\d*号$"}),
            "栗政发〔2026〕3号",
            "栗政发〔2026〕3号",
        ),
        (field("textfield", validate={"validationType": "email"}), "a@b.cn", "a@b.cn"),
        (field("textfield", validate={"validationType": "phone"}), "0737-1234567", "0737-1234567"),
        (field("number"), 3, 3),
        (field("number"), Decimal("3.50"), Decimal("3.5")),
        (field("number"), 2.0, 2),
        (field("number"), 0, 0),
        (field("number", validate={"min": 0, "max": 60}), 60, 60),
        (field("number", increment="0.05"), Decimal("0.35"), Decimal("0.35")),
        (field("number", validate={"max": "=limit"}), 5, 5),
        (field("datetime", subtype="date"), "2026-09-30", "2026-09-30"),
        (field("datetime", subtype="date"), date(2026, 9, 30), "2026-09-30"),
        (field("datetime", subtype="time"), "09:30", "09:30:00"),
        (field("datetime", subtype="time"), time(9, 30), "09:30:00"),
        (
            field("datetime", subtype="datetime"),
            "2026-09-01T01:00:00Z",
            "2026-09-01T09:00:00+08:00",
        ),
        (field("datetime", subtype="datetime"), NOW, "2026-09-01T09:00:00+08:00"),
        (
            field("datetime", subtype="datetime", timeSerializingFormat="utc_normalized"),
            "2026-09-01T09:00:00+08:00",
            "2026-09-01T01:00:00Z",
        ),
        (field("checkbox"), None, False),
        (field("checkbox"), True, True),
        (field("radio", values=ABC), "b", "b"),
        (field("radio", values=YES_NO, validate={"required": True}), False, False),
        (field("radio", values=YES_NO), "false", False),
        (field("select", valuesKey="units"), "党政办", "党政办"),
        (field("select", valuesExpression='=["甲", "乙"]'), "乙", "乙"),
        (field("checklist", values=ABC), ["a", "c"], ["a", "c"]),
        (field("checklist", values=ABC), None, []),
        (field("taglist", values=ABC), [], []),
        (field("textfield", properties={"picker": "people", "role": "legal, counsel"}), "li", "li"),
        (field("select", properties={"picker": "people"}), "wang", "wang"),
        (field("filepicker"), {"id": "f1", "name": "forged.exe"}, FILE),
        (field("filepicker", multiple=True), [{"id": "f1"}], [FILE]),
        (
            field("filepicker", accept=".docx,.pdf", properties={"maxSize": "3KB"}),
            {"id": "f1"},
            FILE,
        ),
    ],
)
def test_an_answer_of_its_kind_is_kept_in_one_form(
    component: dict[str, Any], answer: object, value: object
) -> None:
    context = {"limit": 5, "units": ["党政办", {"label": "司法所", "value": "sfs"}]}
    outcome = judge(component, answer, context)
    assert [p.zh for p in outcome.problems] == []
    assert outcome.values == {"x": value}
    assert type(outcome.values["x"]) is type(value)


@pytest.mark.parametrize(
    ("component", "answer", "code"),
    [
        (field("textfield", validate={"required": True}), "  ", "required"),
        (field("textfield"), 5, "text.type"),
        (field("textfield"), "a\nb", "text.lines"),
        (field("textfield"), "a\x00b", "text.characters"),
        (field("textarea"), "a\ud800b", "text.characters"),
        (field("textfield", validate={"minLength": 5}), "四个字呢", "text.short"),
        (field("textfield", validate={"maxLength": 3}), "四个字呢", "text.long"),
        (field("textfield"), "字" * 1001, "text.long"),
        (field("textarea"), "字" * 50_001, "text.long"),
        (field("textfield", validate={"pattern": "^a+$"}), "b", "text.pattern"),
        (field("textfield", validate={"validationType": "email"}), "a@b", "text.email"),
        (field("textfield", validate={"validationType": "phone"}), "请拨打", "text.phone"),
        (field("number"), "5", "number.type"),
        (field("number"), True, "number.type"),
        (field("number"), float("nan"), "number.digits"),
        (field("number"), float("inf"), "number.digits"),
        (field("number"), Decimal("1e999999"), "number.digits"),
        (field("number"), 10**400, "number.digits"),
        (field("number", decimalDigits=0), Decimal("1.5"), "number.integer"),
        (field("number", decimalDigits=2), Decimal("1.555"), "number.decimals"),
        (field("number", increment=5), 12, "number.step"),
        (field("number", validate={"min": 1}), 0, "number.min"),
        (field("number", validate={"max": 60}), 61, "number.max"),
        (field("datetime", subtype="date"), "2026-02-30", "date.type"),
        (field("datetime", subtype="date"), "20260901", "date.type"),
        (field("datetime", subtype="date"), "2026-W36-2", "date.type"),
        (field("datetime", subtype="date"), 20260901, "date.type"),
        (field("datetime", subtype="date"), NOW, "date.type"),
        (field("datetime", subtype="time"), "25:00", "time.type"),
        (field("datetime", subtype="datetime"), "2026-09-01T09:00:00", "datetime.type"),
        (field("datetime", subtype="datetime"), "2026-09-01", "datetime.type"),
        (
            field("datetime", subtype="datetime", timeInterval=15),
            "2026-09-01T09:10:00+08:00",
            "time.step",
        ),
        (field("datetime", subtype="date", disallowPassedDates=True), "2026-08-31", "date.past"),
        (
            field("datetime", subtype="date", properties={"minDate": "2026-09-02"}),
            "2026-09-01",
            "date.min",
        ),
        (
            field("datetime", subtype="date", properties={"maxDate": "=today()"}),
            "2026-09-02",
            "date.max",
        ),
        (
            field("datetime", subtype="datetime", properties={"maxDate": "2026-09-01"}),
            "2026-09-02T00:00:00+08:00",
            "date.max",
        ),
        (field("checkbox"), "true", "boolean.type"),
        (field("checkbox", validate={"required": True}), False, "required.checked"),
        (field("radio", values=ABC), "d", "choice.unknown"),
        (field("radio", values=ABC), ["a"], "choice.unknown"),
        (field("radio", values=[{"label": "1", "value": 1}]), True, "choice.unknown"),
        (field("radio", values=ABC, validate={"required": True}), None, "required.choice"),
        (field("select", valuesKey="nothing"), "a", "choice.unknown"),
        (field("checklist", values=ABC), "a", "choice.type"),
        (field("checklist", values=ABC), ["a", "a"], "choice.twice"),
        (field("checklist", values=ABC), ["a", "z"], "choice.unknown"),
        (field("checklist", values=ABC, validate={"required": True}), [], "required.choice"),
        (field("checklist", values=ABC, properties={"minItems": "2"}), ["a"], "list.few"),
        (field("checklist", values=ABC, properties={"minItems": "2"}), [], "list.few"),
        (field("taglist", values=ABC, properties={"minItems": "2"}), None, "list.few"),
        (field("taglist", values=ABC, properties={"maxItems": "1"}), ["a", "b"], "list.many"),
        (
            field("textfield", properties={"picker": "people", "role": "head"}),
            "li",
            "people.unknown",
        ),
        (
            field("textfield", properties={"picker": "people", "unit": "=u"}),
            "wang",
            "people.unknown",
        ),
        (field("textfield", properties={"picker": "people"}), "nobody", "people.unknown"),
        (field("filepicker"), {"id": "f2"}, "file.unknown"),
        (field("filepicker"), "f1", "file.type"),
        (field("filepicker"), [{"id": "f1"}, {"id": "f1"}], "file.type"),
        (field("filepicker", validate={"required": True}), None, "required.file"),
        (field("filepicker", accept=".pdf"), {"id": "f1"}, "file.accept"),
        (field("filepicker", properties={"maxSize": "2 KB"}), {"id": "f1"}, "file.size"),
    ],
)
def test_what_is_no_answer_is_told_by_its_place(
    component: dict[str, Any], answer: object, code: str
) -> None:
    outcome = judge(component, answer, {"u": "finance"})
    assert [(p.code, p.where) for p in outcome.problems] == [(f"form.{code}", "x")]
    assert all("甲" in p.zh and p.en for p in outcome.problems)
    with pytest.raises(AnswersInvalid) as caught:
        outcome.accepted()
    assert caught.value.problems == outcome.problems


@pytest.mark.parametrize("kind", ["number", "textfield", "datetime", "filepicker", "checkbox"])
def test_a_number_too_long_to_write_is_told(kind: str) -> None:
    assert len(judge(field(kind), 10**5000).problems) == 1
    assert len(judge(field("radio", values=ABC), 10**5000).problems) == 1


def test_nobody_may_be_picked_without_a_directory() -> None:
    picker = form(field("select", properties={"picker": "people"}))
    outcome = picker.validate({"x": "wang"}, {}, now=NOW)
    assert [p.code for p in outcome.problems] == ["form.people.unknown"]


def test_no_file_is_believed_without_the_files_that_exist() -> None:
    outcome = form(field("filepicker")).validate({"x": {"id": "f1"}}, {}, now=NOW)
    assert [p.code for p in outcome.problems] == ["form.file.unknown"]


def test_unknown_answers_are_dropped() -> None:
    outcome = form(field("textfield")).validate({"x": "a", "admin": True}, {}, now=NOW)
    assert outcome.values == {"x": "a"}


def test_a_message_names_the_label_in_english_where_there_is_one() -> None:
    outcome = form(field("textfield", validate={"required": True})).validate(
        {}, {}, now=NOW, texts={"甲": "Alpha"}
    )
    assert outcome.problems[0].en == "Fill in “Alpha”."
    assert outcome.problems[0].zh == "请填写“甲”。"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"x": [0] * 1_000_000}, "answers.many"),
        ({str(i): i for i in range(1_000_000)}, "answers.many"),
        ({"x": "字" * 3_000_000}, "answers.long"),
        ([], "answers.type"),
        (None, "answers.type"),
        ("x=1", "answers.type"),
    ],
)
def test_monstrous_answers_are_refused_whole(answers: object, code: str) -> None:
    outcome = form(field("textfield", validate={"required": True})).validate(answers, {}, now=NOW)
    assert [p.code for p in outcome.problems] == [f"form.{code}"]
    assert outcome.values == {}
    assert [node.path for node in outcome.state.walk()] == ["x"]


def test_answers_nested_without_end_are_refused() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    outcome = form(field("textfield")).validate({"x": deep}, {}, now=NOW)
    assert [p.code for p in outcome.problems] == ["form.answers.deep"]


def test_a_naive_moment_is_refused_at_the_door() -> None:
    with pytest.raises(ValueError, match="naive"):
        form(field("textfield")).validate({}, {}, now=datetime(2026, 9, 1))  # noqa: DTZ001
