"""Whatever the bytes are, reading gives a tree or says what to do; it never looks outside them."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn import names
from engine.bpmn.read import Limits, read
from engine.errors import ModelRejected
from tests.engine.bpmn.samples import HEAD, file, model

TASK = '<task id="t" name="核对材料"/>'


def refusal(data: bytes, **more: object) -> str:
    with pytest.raises(ModelRejected) as caught:
        read(data, **more)  # type: ignore[arg-type]
    (problem,) = caught.value.problems
    assert problem.zh
    assert problem.en
    assert problem.file == "main.bpmn"
    return problem.code


@pytest.mark.parametrize(
    ("declared", "encoding", "bom"),
    [
        ("UTF-8", "utf-8", b""),
        ("UTF-8", "utf-8", codecs.BOM_UTF8),
        ("UTF-16", "utf-16-le", codecs.BOM_UTF16_LE),
        ("UTF-16", "utf-16-be", codecs.BOM_UTF16_BE),
        ("UTF-16", "utf-16-le", b""),
        ("UTF-16BE", "utf-16-be", b""),
        ("GBK", "gbk", b""),
        ("gb2312", "gb2312", b""),
        ("GB18030", "gb18030", b""),
        ("Big5", "utf-8", codecs.BOM_UTF8),
        (None, "utf-8", b""),
    ],
)
def test_chinese_survives_every_encoding(declared: str | None, encoding: str, bom: bytes) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    text = declaration + model(TASK).decode()
    task = read(bom + text.encode(encoding)).find(f".//{names.bpmn('task')}")
    assert task is not None
    assert task.get("name") == "核对材料"


def test_lines_are_those_of_the_file() -> None:
    data = b'<?xml version="1.0"\n  encoding="UTF-8"?>\n' + model(TASK)
    task = read(data).find(f".//{names.bpmn('task')}")
    assert task is not None
    assert names.line(task) == 5


def test_an_encoding_nobody_uses_is_refused_not_tried() -> None:
    for label in ("utf-7", "idna", "unicode_escape", "zlib", "rot13", "made-up"):
        data = f'<?xml version="1.0" encoding="{label}"?>'.encode() + model(TASK)
        assert refusal(data) == "unknown-encoding"


def test_bytes_that_are_not_the_encoding_are_told_by_line() -> None:
    with pytest.raises(ModelRejected) as caught:
        read(model(TASK).replace(b"</process>", b"\n\xff"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.line) == ("undecodable", 5)


BOMB = "".join(
    f'<!ENTITY {b} "&{a};&{a};&{a};&{a};">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "prolog",
    [
        f'<!DOCTYPE definitions [<!ENTITY a "aaaa">{BOMB}]>',
        '<!DOCTYPE definitions SYSTEM "http://localhost:9/x.dtd">',
        '<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "<!-- a comment before it --><?pi too?>\n<!DOCTYPE definitions>",
        "\n\n<!DOCTYPE definitions>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_never_read(prolog: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{prolog}{model(TASK).decode()}'
    assert refusal(text.encode(encoding)) == "doctype"


def test_the_word_doctype_in_a_text_is_only_a_word() -> None:
    body = (
        '<task id="t"><documentation>&lt;!DOCTYPE x><![CDATA[<!DOCTYPE y>]]></documentation></task>'
    )
    assert read(model(body)).getroot().tag == names.bpmn("definitions")


def test_inclusions_are_refused() -> None:
    body = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    assert refusal(model(body)) == "xinclude"


def test_undeclared_entities_are_refused() -> None:
    assert refusal(model('<task id="t" name="&secret;"/>')) == "not-well-formed"


def test_limits_are_kept() -> None:
    small = Limits(size=2000, elements=20, depth=6)
    assert refusal(model(TASK * 200), limits=small) == "too-large"
    assert refusal(model("<a/>" * 30), limits=small) == "too-many-elements"
    assert refusal(model("<a>" * 6 + "</a>" * 6), limits=small) == "too-deep"
    assert read(model(TASK), limits=small) is not None


def test_a_model_of_a_hundred_thousand_elements_in_one_nest_ends_at_the_limit() -> None:
    assert refusal(f"{HEAD}{'<a>' * 100_000}".encode()) == "too-deep"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-well-formed"),
        (b"   \n", "not-well-formed"),
        (b"BPMN", "not-well-formed"),
        (b'{"json": true}', "not-well-formed"),
        (model(TASK)[:-5], "not-well-formed"),
        (model(TASK) + b"<more/>", "not-well-formed"),
        (b"\0" * 50, "not-well-formed"),
        (b"<html/>", "not-bpmn"),
        (b'<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>', "not-bpmn"),
        (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "not-bpmn"),
    ],
)
def test_what_is_no_model_is_told_so(data: bytes, code: str) -> None:
    assert refusal(data) == code


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_raise_nothing_but_our_own_error(data: st.DataObject) -> None:
    whole = bytearray(file("plain.bpmn"))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=12))
    try:
        read(bytes(whole))
    except ModelRejected:
        return
