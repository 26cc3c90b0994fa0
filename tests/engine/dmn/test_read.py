from __future__ import annotations

import pytest

from engine import dmn
from engine.dmn import read
from engine.errors import ModelRejected
from tests.engine.dmn.models import decision, definitions, literal

GOOD = definitions(decision("d", literal("1")))


def code_of(data: bytes) -> str:
    with pytest.raises(ModelRejected) as caught:
        dmn.load(data, name="x.dmn")
    (problem,) = caught.value.problems
    assert problem.zh
    assert problem.en
    assert problem.file == "x.dmn"
    return problem.code


@pytest.mark.parametrize("namespace", sorted(read.NAMESPACES))
def test_models_of_every_version_are_read(namespace: str) -> None:
    data = definitions(decision("d", literal("1 + 1")), xmlns=namespace)
    assert dmn.load(data).evaluate("d", {}).value == 2


def test_a_document_type_is_refused_even_without_entities() -> None:
    assert code_of(b"<!DOCTYPE definitions>" + GOOD) == "doctype"


def test_entities_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert code_of(bomb + GOOD.replace(b"<text>1", b"<text>&b;")) == "doctype"


def test_a_local_file_is_never_looked_at() -> None:
    steal = b'<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    assert code_of(steal + GOOD.replace(b"<text>1", b"<text>&f;")) == "doctype"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_document_type_in_another_encoding_is_refused_too(encoding: str) -> None:
    text = "<!DOCTYPE definitions>" + GOOD.decode()
    with pytest.raises(ModelRejected):
        dmn.load(text.encode(encoding))


def test_too_many_bytes_are_refused_before_parsing() -> None:
    assert code_of(GOOD + b" " * read.MAX_BYTES) == "too-large"


def test_deep_nesting_is_refused() -> None:
    deep = "<list>" * 400 + "</list>" * 400
    assert code_of(definitions(decision("d", deep))) in ("too-complex", "not-well-formed")
    deep = "<list>" * 150 + "</list>" * 150
    assert code_of(definitions(decision("d", deep))) == "too-complex"


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_ELEMENTS", 50)
    assert code_of(definitions(decision("d", "<list>" + literal("1") * 30 + "</list>"))) == (
        "too-complex"
    )


@pytest.mark.parametrize("data", [b"", b"no xml", b"<a>", b"\xff\xfe\x00", b"<a/><b/>"])
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    assert code_of(data) == "not-well-formed"


def test_another_kind_of_document_is_refused_by_name() -> None:
    bpmn = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'
    assert code_of(bpmn) == "not-dmn"


def test_a_file_in_a_chinese_encoding_is_read() -> None:
    text = definitions(decision("决策", literal('"依法"'))).decode()
    data = ('<?xml version="1.0" encoding="GBK"?>' + text).encode("gbk")
    assert dmn.load(data).evaluate("决策", {}).value == "依法"


def test_comments_and_instructions_are_no_part_of_a_text() -> None:
    data = definitions(decision("d", literal("1 + 2"))).replace(
        b"1 + 2", b"1 <!-- one --><?x y?>+<![CDATA[ 2]]>"
    )
    assert dmn.load(data).evaluate("d", {}).value == 3
