"""What a browser sends becomes answers, led by the form; rows come and go without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import AnswersInvalid
from engine.forms import Form, parse
from webapp.forms import Post, read

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
ABC = [{"label": c, "value": c} for c in "abc"]
FILE = {"id": "f1", "name": "旧稿.docx", "size": 3, "sha256": "00", "type": "x"}
NEW = {"id": "f2", "name": "新稿.docx", "size": 4, "sha256": "01", "type": "x"}


def named(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "label": key, **more}


FORM: Form = parse(
    {
        "type": "default",
        "components": [
            named("textfield", "title", defaultValue="无题"),
            named("number", "n"),
            named("datetime", "d", subtype="date"),
            named("datetime", "at", subtype="datetime"),
            named("checkbox", "ok"),
            named(
                "radio",
                "yes",
                values=[{"label": "是", "value": True}, {"label": "否", "value": False}],
            ),
            named("checklist", "l", values=ABC),
            named("filepicker", "file"),
            named("filepicker", "files", multiple=True),
            named("textfield", "later", conditional={"hide": "=ok != true"}, defaultValue="默认"),
            {
                "type": "dynamiclist",
                "path": "bases",
                "label": "bases",
                "components": [
                    named("textfield", "title"),
                    named("checkbox", "valid"),
                    named("filepicker", "proof"),
                    {
                        "type": "dynamiclist",
                        "path": "notes",
                        "label": "notes",
                        "components": [named("textfield", "text", defaultValue="注")],
                    },
                ],
            },
            {"type": "group", "path": "party.who", "components": [named("textfield", "name")]},
        ],
    }
)


def posted(*pairs: tuple[str, str], files: list[tuple[str, FileStorage]] | None = None) -> Post:
    return read(FORM, MultiDict(pairs), MultiDict(files or []), known={"f1": FILE})


def upload(name: str) -> FileStorage:
    return FileStorage(BytesIO(b"x"), filename=name)


@pytest.mark.parametrize(
    ("name", "text", "key", "value"),
    [
        ("title", "关于", "title", "关于"),
        ("title", "", "title", None),
        ("n", "12", "n", Decimal(12)),
        ("n", "１２．５", "n", Decimal("12.5")),
        ("n", "1,234.5", "n", Decimal("1234.5")),
        ("n", "十二", "n", "十二"),
        ("n", "1,2", "n", "1,2"),
        ("d", "2026-09-01", "d", "2026-09-01"),
        ("d", "2026年9月1日", "d", "2026-09-01"),
        ("d", "明天", "d", "明天"),
        ("at", "2026-09-01T09:30", "at", "2026-09-01T09:30:00+08:00"),
        ("ok", "true", "ok", True),
        ("yes", "false", "yes", "false"),
        ("party-who-name", "张", "party", {"who": {"name": "张"}}),
    ],
)
def test_texts_become_values_of_the_fields_kind(
    name: str, text: str, key: str, value: object
) -> None:
    assert posted((name, text)).answers[key] == value


def test_what_belongs_to_no_field_is_not_seen() -> None:
    answers = posted(("admin", "1"), ("title-x", "1"), ("bases", "1"), ("csrf_token", "t")).answers
    assert set(answers) == {
        "title",
        "n",
        "d",
        "at",
        "ok",
        "yes",
        "l",
        "file",
        "files",
        "later",
        "bases",
        "party",
    }


def test_unticked_boxes_are_told_from_fields_that_were_not_shown() -> None:
    assert posted(("ok-_on", "1")).answers["ok"] is False
    assert posted(("l-_on", "1"), ("l", "a"), ("l", "c")).answers["l"] == ["a", "c"]
    assert "ok" in posted(("ok-_on", "1")).rendered
    assert "ok" not in posted(("title", "x")).rendered


def test_a_field_that_was_not_shown_has_its_default_but_does_not_count_yet() -> None:
    post = posted(("title", "x"), ("ok-_on", "1"), ("ok", "true"))
    assert post.answers["later"] == "默认"
    state = FORM.state(post.answers, {}, now=NOW)
    unseen = [p.where for p in post.unseen(state)]
    assert "later" in unseen
    assert "title" not in unseen


ROWS = (
    ("bases-_on", "1"),
    ("bases-0-_row", "1"),
    ("bases-0-title", "甲"),
    ("bases-0-valid-_on", "1"),
    ("bases-0-valid", "true"),
    ("bases-2-_row", "1"),
    ("bases-2-title", "丙"),
    ("bases-2-notes-_on", "1"),
    ("bases-2-notes-0-text", "一"),
    ("bases-10-_row", "1"),
)


def titles(post: Post) -> list[object]:
    return [row["title"] for row in post.answers["bases"]]


def test_rows_are_read_in_order_and_empty_ones_kept() -> None:
    post = posted(*ROWS)
    assert titles(post) == ["甲", "丙", None]
    assert post.answers["bases"][0]["valid"] is True
    assert post.answers["bases"][1]["notes"] == [{"text": "一"}]
    assert "bases[1].title" in post.rendered


def test_a_list_emptied_by_the_person_stays_empty() -> None:
    assert posted(("bases-_on", "1")).answers["bases"] == []
    assert titles(posted()) == [None]


def test_a_row_is_added_with_its_defaults_and_typing_is_kept() -> None:
    post = posted(*ROWS, ("_add", "bases"))
    assert titles(post) == ["甲", "丙", None, None]
    assert (post.action.kind, post.action.name) == ("add", "bases")
    inner = posted(*ROWS, ("_add", "bases-1-notes"))
    assert inner.answers["bases"][1]["notes"] == [{"text": "一"}, {"text": "注"}]


def test_a_row_is_removed_and_its_files_with_it() -> None:
    post = posted(
        *ROWS,
        ("_remove", "bases-0"),
        files=[("bases-0-proof", upload("a.pdf")), ("bases-2-proof", upload("b.pdf"))],
    )
    assert titles(post) == ["丙", None]
    assert [(path, f[0].filename) for path, f in post.uploads.items()] == [
        ("bases[0].proof", "b.pdf")
    ]
    inner = posted(*ROWS, ("_remove", "bases-2-notes-0"))
    assert inner.answers["bases"][1]["notes"] == []


@pytest.mark.parametrize(
    "name", ["", "-", "bases", "bases-99", "title", "nothing-1", "bases-0-title", "bases-x"]
)
@pytest.mark.parametrize("action", ["_add", "_remove"])
def test_a_forged_row_button_does_no_harm(name: str, action: str) -> None:
    post = posted(*ROWS, (action, name))
    added = action == "_add" and name == "bases"
    assert titles(post) == ["甲", "丙", None] + [None] * added


def test_files_are_kept_dropped_replaced_and_added() -> None:
    kept = posted(("file-_on", "1"), ("file-_keep", "f1"))
    assert kept.answers["file"] == FILE
    assert posted(("file-_on", "1")).answers["file"] is None
    assert posted(("file-_on", "1"), ("file-_keep", "f9")).answers["file"] == {"id": "f9"}
    post = posted(
        ("file-_on", "1"),
        ("file-_keep", "f1"),
        ("files-_on", "1"),
        ("files-_keep", "f1"),
        *ROWS,
        files=[
            ("file", upload("new.docx")),
            ("files", upload("")),
            ("bases-2-proof", upload("p.pdf")),
        ],
    )
    assert set(post.uploads) == {"file", "bases[1].proof"}
    answers = post.with_uploads(
        FORM,
        {
            "file": [NEW],
            "files": [NEW],
            "bases[1].proof": [NEW],
            "bases[77].proof": [NEW],
            "x": [NEW],
        },
    )
    assert answers["file"] == NEW
    assert answers["files"] == [FILE, NEW]
    assert answers["bases"][1]["proof"] == NEW


def test_a_form_with_a_million_fields_is_refused_before_it_is_read() -> None:
    many = MultiDict([(f"bases-{n}-title", "x") for n in range(1_000_000)])
    with pytest.raises(AnswersInvalid) as caught:
        read(FORM, many)
    assert [p.code for p in caught.value.problems] == ["form.answers.many"]


def test_more_rows_than_allowed_are_told_and_not_dropped() -> None:
    rows = [(f"bases-{n}-title", "x") for n in range(3_000)]
    post = posted(("bases-_on", "1"), *rows)
    codes = {p.code for p in FORM.validate(post.answers, {}, now=NOW).problems}
    assert codes == {"form.list.many"}


names = st.lists(
    st.sampled_from(
        [
            "bases",
            "0",
            "1",
            "title",
            "notes",
            "text",
            "_on",
            "_row",
            "_keep",
            "ok",
            "l",
            "file",
            "n",
            "x",
            "",
        ]
    ),
    min_size=1,
    max_size=6,
).map("-".join) | st.sampled_from(["_add", "_remove", "_refresh"])


@settings(max_examples=200, deadline=None)
@given(pairs=st.lists(st.tuples(names, st.text(max_size=6) | names), max_size=12))
def test_any_post_is_read_and_judged(pairs: list[tuple[str, str]]) -> None:
    post = posted(*pairs)
    FORM.validate(post.answers, {}, now=NOW)
