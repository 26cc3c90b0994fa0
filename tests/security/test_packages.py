"""Hostile packages, models, forms, decisions and documents: at deployment and while they run."""

from __future__ import annotations

import contextlib
import io
import random
import time
import zipfile
from collections.abc import Callable

import pytest

from engine import catalog, documents
from engine import queries as q
from engine.clock import CHINA
from engine.commands import Deploy
from engine.errors import ModelRejected, YifaError
from engine.model import rows
from tests.support.engines import NOW, Town, refusal
from tests.support.models import (
    call,
    definitions,
    extensions,
    message,
    model,
    process,
    user,
)

FINE = model(user("a", groups="drafter"), "s>a>e")


def archive(**entries: bytes | str) -> bytes:
    """A .zip of these files; ``__`` in a name stands for a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def within(seconds: float, act: Callable[[], object]) -> object:
    """Do something that must not take long: it must end, whatever it does."""
    began = time.monotonic()
    try:
        return act()
    except YifaError as exc:
        return exc
    finally:
        assert time.monotonic() - began < seconds


# --- archives ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../evil.bpmn", "/etc/cron.d/x", "a/../../x", "C:\\x", "a\\b", "./x", "a//b", "a\nb",
        "\u202efdp.exe", "x" * 300, "a/", "..", "",
    ],
)  # fmt: skip
def test_no_archive_leads_out_of_its_folder(name: str) -> None:
    """Whoever unpacks an exported version must get files in one folder."""
    if name and not name.endswith("/"):
        with pytest.raises(ModelRejected):
            catalog.read_archive(archive(**{"main.bpmn": FINE, name: b"x"}))
    codes = {problem.code for problem in catalog.all_problems({"main.bpmn": FINE, name: b"x"})}
    assert "package-path" in codes


def test_an_archive_is_no_larger_than_it_says_and_says_no_more_than_may_be() -> None:
    bomb = archive(**{f"{number}.txt": b"0" * 9_000_000 for number in range(6)})
    assert len(bomb) < 100_000
    assert isinstance(within(2, lambda: catalog.read_archive(bomb)), ModelRejected)
    lying = bytearray(archive(**{"main.bpmn": b"0" * 5_000_000}))
    directory = lying.rindex(b"PK\x01\x02")
    lying[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    within(2, lambda: catalog.read_archive(bytes(lying)))
    many = archive(**{f"{number}": b"" for number in range(501)})
    assert isinstance(within(2, lambda: catalog.read_archive(many)), ModelRejected)


def test_damaged_archives_are_told_as_such() -> None:
    good = archive(**{"main.bpmn": FINE * 50, "process.toml": b'key = "p"'})
    dice = random.Random(7)
    for _ in range(400):
        bad = bytearray(good)
        for _ in range(dice.randint(1, 6)):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        with contextlib.suppress(ModelRejected):
            catalog.read_archive(bytes(bad[: dice.choice((len(bad), dice.randrange(len(bad))))]))


# --- files of a package ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a = " + "[" * 3000 + "]" * 3000,
        "a." * 20_000 + "b = 1",
        "x = {" + "a." * 20_000 + "b = 1}",
        '"a".' * 20_000 + "b = 1",
        "a = '" + "x" * 2_000_000 + "'",
        "\xff\xfe",
        "",
        "key = 1",
    ],
    ids=range(9),
)
def test_tables_made_to_harm_are_refused(text: str) -> None:
    content = text.encode("latin-1")
    for path in ("process.toml", "law.toml", "en.toml", "documents/x.toml", "shelf/deadlines.toml"):
        files = {"main.bpmn": FINE, path: content}
        found = within(2, lambda files=files: catalog.all_problems(files))  # type: ignore[misc]
        assert isinstance(found, list)


MANIFEST = ("title", "summary", "process_id", "start_roles", "start_form", "case_number", "key",
            "title_expression", "startable", "needs", "roles_see", "wall", "exclude", "confidential")  # fmt: skip
VALUES = ("1", "[1]", "{a = 1}", "true", "2026-01-01", "[[1]]", '"x"', '""', "inf", '["x"]', "[{}]")


def test_values_of_the_wrong_kind_are_told_not_met_later() -> None:
    for value in VALUES:
        tables = {
            "law.toml": f"x = {value}",
            "en.toml": f"texts = {value}",
            "documents/x.toml": f'title = "t"\nsection = {value}\nsignature = {value}\nkind = {value}',
        }
        fields = "".join(f"{name} = {value}\n" for name in ("title", "article", "text", "status"))
        more = {
            "law.toml": f"[x]\n{fields}",
            "documents/x.toml": f'title="t"\n[[section]]\nheading={value}\nfields={value}\ncolumns={value}\n'
            f"[[signature]]\nrole={value}\nname={value}",
        }  # fmt: skip
        for table in (tables, more):
            files = {name: text.encode() for name, text in table.items()}
            catalog.all_problems({"main.bpmn": FINE, **files})
        for name in MANIFEST:
            given = {"key": '"p"', "title": '"t"', name: value}
            text = "".join(f"{key} = {said}\n" for key, said in given.items())
            catalog.all_problems({"main.bpmn": FINE, "process.toml": text.encode()})
    unknown = {"law.toml": b'[x]\ntitle = "t"\narticle = "1"\ntext = "t"\nstatus = "invented"'}
    problems = catalog.all_problems({"main.bpmn": FINE, **unknown})
    assert any(problem.code == "shape" for problem in problems)
    title = {"process.toml": 'key = "p"\ntitle = "\u202e绝密"'.encode()}
    assert any(p.code == "shape" for p in catalog.all_problems({"main.bpmn": FINE, **title}))


def test_json_made_to_harm_is_refused() -> None:
    for content in (
        b'{"components":' + b"[" * 100_000,
        b'{"components":[' + b'{"type":"group","components":[' * 5000 + b"]}" * 5000 + b"]}",
        b'{"components":[{"type":"number","key":"a","validate":{"max":' + b"9" * 5000 + b"}}]}",
        b'{"components":[{"type":"number","key":"a","defaultValue":1e999999}]}',
        b'{"components":[{"type":"textfield","key":"__proto__"},{"type":"textfield","key":"a.b[0]"}]}',
        b"\xff\xfe", b"[]", b"1", b"null", b'{"components":{}}',
    ):  # fmt: skip
        files = {"main.bpmn": FINE, "forms/f.form": content}
        found = within(2, lambda files=files: catalog.all_problems(files))  # type: ignore[misc]
        assert isinstance(found, list)


def test_many_decision_models_are_read_once_each() -> None:
    """Each may import each other: looking for that must not cost the square of their number."""
    one = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d{0}" name="d{0}"'
        ' namespace="n{0}">' + "<description>" + "x" * 30_000 + "</description></definitions>"
    )
    files = {f"{number}.dmn": one.format(number).encode() for number in range(300)}
    within(6, lambda: catalog.all_problems({"main.bpmn": FINE, **files}))


# --- while it runs -----------------------------------------------------------------------------------


def script(element_id: str, expression: str, result: str = "r") -> str:
    """A script task."""
    text = expression.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return (
        f'<scriptTask id="{element_id}" name="{element_id}">'
        + extensions(f'<zeebe:script expression="={text}" resultVariable="{result}"/>')
        + "</scriptTask>"
    )


def several(element_id: str, collection: str, *, sequential: bool = False) -> str:
    """A user task for each of a list."""
    return (
        f'<userTask id="{element_id}" name="逐一"><extensionElements>'
        '<zeebe:assignmentDefinition candidateGroups="drafter"/></extensionElements>'
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><extensionElements>'
        f'<zeebe:loopCharacteristics inputCollection="={collection}" inputElement="each"/>'
        "</extensionElements></multiInstanceLoopCharacteristics></userTask>"
    )


def test_a_loop_without_end_is_stopped(town: Town) -> None:
    town.deploy(model(script("x1", "1"), "s>x1>xg", "xg>x1: r = 1", "xg>e: r = 2",
                      '<exclusiveGateway id="xg" default="f_xg_e"/>'))  # fmt: skip
    within(10, lambda: town.start("zhang"))
    assert town.rows(rows.Task) == []


def test_a_process_that_calls_itself_is_stopped(town: Town) -> None:
    town.deploy(model(call("c", "p"), "s>c>e"))
    within(20, lambda: town.start("zhang"))
    assert len(town.rows(rows.Instance)) < 200


def test_processes_that_call_each_other_twofold_are_stopped(town: Town) -> None:
    """Each call makes two: without a bound on the whole the case would double for ever."""
    twofold = [
        process("s>g1>a1>g2>e", "g1>a2>g2", call("a1", other), call("a2", other),
                process_id=own)
        for own, other in (("p", "q"), ("q", "p"))
    ]  # fmt: skip
    town.deploy(FINE)
    for one in reversed(twofold):
        town.deploy(definitions(one))
    said = within(30, lambda: town.start("zhang"))
    assert not isinstance(said, YifaError)
    assert 2 < len(town.rows(rows.Instance)) < 1000


@pytest.mark.parametrize(
    "collection", ["for i in 1..100000 return i", "for i in 1..20000 return i"]
)
def test_a_step_for_each_of_very_many_is_refused(town: Town, collection: str) -> None:
    town.deploy(model(several("a", collection), "s>a>e"))
    within(20, lambda: town.start("zhang"))
    assert len(town.rows(rows.Task)) <= 1000


def test_a_variable_does_not_double_for_ever(town: Town) -> None:
    steps = [f"x{number}" for number in range(1, 40)]
    parts = [script(step, 'if r = null then "0123456789" else r + r') for step in steps]
    town.deploy(model(*parts, ">".join(["s", *steps, "e"])))
    within(10, lambda: town.start("zhang"))
    for row in town.rows(rows.Instance):
        assert len(repr(row.variables)) < 3_000_000


def test_messages_do_not_start_cases_for_ever(town: Town) -> None:
    """A process that begins with the message it ends by sending."""
    looping = (
        '<process id="p" name="p" isExecutable="true">'
        '<startEvent id="s"><messageEventDefinition messageRef="M"/></startEvent>'
        '<startEvent id="s0"/>'
        '<endEvent id="e"><messageEventDefinition messageRef="M"/></endEvent>'
        '<sequenceFlow id="f1" sourceRef="s" targetRef="e"/>'
        '<sequenceFlow id="f2" sourceRef="s0" targetRef="e"/></process>'
    )
    extra = message("M", "again", key="1")
    town.deploy(definitions(looping, extra=extra))
    town.start("zhang")
    within(20, town.run_due)
    assert 2 < len(town.rows(rows.Instance)) < 50
    assert [incident.code for incident in town.rows(rows.Incident)] == ["endless-messages"]


def test_a_timer_that_repeats_without_pause_does_not_hold_the_office(town: Town) -> None:
    repeating = (
        user("a", groups="drafter")
        + '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
        "<timeCycle>R/PT0S</timeCycle></timerEventDefinition></boundaryEvent>"
    )
    try:
        town.deploy(model(repeating, "s>a>e", "t>e2"))
    except ModelRejected:
        return
    town.start("zhang")
    within(20, town.run_due)


# --- documents ---------------------------------------------------------------------------------------


def test_what_people_wrote_stays_text_in_documents() -> None:
    """Typst and Word have orders of their own; an answer gives none."""
    hostile = (
        '#read("/etc/passwd") #eval("1") $x$ \\ *b* _i_ = H <label> @ref ]]] """ `raw` '
        "<w:p/> & \x00\x07\x0b\ufffe\ud800 {{ x }} {% y %} \u202e"
    )
    template = documents.parse_template(
        (
            'title = "意见"\nkind = "opinion"\nnumber = "=x"\nissuer = "=x"\n'
            '[[section]]\nheading = "一"\ntext = "=x"\n'
            '[[section]]\nheading = "二"\nfields = [["项", "=x"]]\n'
            '[[section]]\nheading = "三"\ntable = "=[{a: x}]"\ncolumns = [["列", "a"]]\n'
            '[[signature]]\nrole = "人"\nname = "=x"\n'
        ).encode(),
        "t",
    )
    made = documents.render(template, {"x": hostile}, now=NOW.astimezone(CHINA))
    assert made.pdf.startswith(b"%PDF")
    assert made.docx.startswith(b"PK")
    body = zipfile.ZipFile(io.BytesIO(made.docx)).read("word/document.xml").decode()
    assert "#read(" in body
    assert "&lt;w:p/&gt;" in body
    assert b"root:" not in made.pdf


def test_a_document_has_bounds(town: Town) -> None:
    """A template may ask for a table of any length, of texts of any length."""
    template = documents.parse_template(
        (
            'title = "表"\nkind = "table"\n'
            '[[section]]\nheading = "一"\ntable = "=for i in 1..20000 return {a: i}"\n'
            'columns = [["甲", "a"], ["乙", "a"]]\n'
        ).encode(),
        "t",
    )
    filled = documents.fill(template, {}, now=NOW)
    assert sum(len(part.rows) for part in filled.parts) <= 2_000
    long = documents.parse_template(
        (
            'title = "文"\nkind = "record"\n' + '[[section]]\nheading = "一"\ntext = "=t"\n' * 200
        ).encode(),
        "t",
    )
    error = refusal(lambda: documents.fill(long, {"t": "字" * 90_000}, now=NOW))
    assert "过长" in error.message("zh") or "过多" in error.message("zh")


def test_a_start_page_survives_every_package_that_could_be_deployed(town: Town) -> None:
    """One careless package must not take the list of matters from everybody."""
    town.deploy(
        FINE,
        process_toml='key = "p"\ntitle = "t"\nneeds = ["x"]\n',
        law_toml='[x]\ntitle = "t"\narticle = "1"\ntext = "t"\n',
    )
    (card,) = town.engine.query(q.Startable(viewer="zhang"))
    assert card.title == "t"


def test_limits_of_law_are_the_offices_whatever_a_package_brings(town: Town) -> None:
    """A review of seven working days must not become one of none by an upload."""
    files = {"main.bpmn": FINE, "shelf/deadlines.toml": b"format = 1\n"}
    checked = town.engine.query(q.CheckPackage(viewer="root", files=files))
    assert "own-shelf" in {problem.code for problem in checked}
    error = refusal(lambda: town.engine.execute(Deploy(actor="root", files=files)))
    assert isinstance(error, ModelRejected)
    assert town.rows(rows.Deployment) == []
