"""Editing decisions: which a process has, the editor of one file of them, and cases to try."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import escape
from werkzeug.wrappers import Response

from engine import catalog
from engine.commands import SaveProcessDraft
from engine.errors import Invalid, NotFound, YifaError
from engine.model.results import DraftSaved
from engine.queries import (
    CheckPackage,
    DecisionFileLine,
    EditorView,
    ProcessDecisions,
    ProcessEditor,
    ProcessFiles,
    TryCase,
    TryDecisions,
)
from webapp.current import ask, do, lang
from webapp.protection import as_data
from webapp.views.admin import Answer
from webapp.views.admin import pages as pages
from webapp.views.modeling import Told, keep, refused, said, seen, simple_values, state_of

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
MOST_TEXT = 2_000
"""Characters of a case's title, of one of its inputs or of what it expects."""


@pages.get("/processes/<key>/decisions")
def decisions_of(key: str) -> str:
    """The decisions of a process, and which steps ask each."""
    return _list(key, request.args.get("draft", "")[:40], {})


@pages.post("/processes/<key>/decisions")
def new_decision(key: str) -> Answer:
    """Begin a decision in the draft."""
    draft_id = request.form.get("draft", "")[:40]
    typed = {name: _line(request.form.get(name, "")) for name in ("name", "id")}
    view = ask(ProcessEditor, process_key=key, draft_id=draft_id)
    known = ask(ProcessFiles, process_key=key, state=_state(view))
    taken = {line.id for file in _files(key, view) for line in file.decisions}
    wrong = _wrong(typed, taken, f"{typed['id']}.dmn" in known)
    if wrong:
        flash(wrong, "error")
        return _list(key, draft_id, typed), 422
    path = f"{typed['id']}.dmn"
    saved: DraftSaved = do(
        SaveProcessDraft,
        process_key=key,
        base_id=view.base_id,
        files={path: _blank(typed["id"], typed["name"]).encode()},
        draft_id=draft_id or None,
        expected_version=view.draft.version if view.draft else 0,
        seen={path: ""},
    )
    return redirect(url_for("admin.edit_decision", key=key, file=path, draft=saved.draft_id))


def _line(text: str) -> str:
    """What somebody typed, as one line of what can be seen."""
    return "".join(letter for letter in text if letter.isprintable()).strip()[:200]


def _wrong(typed: Mapping[str, str], taken: set[str], there: bool) -> str:
    if not typed["name"]:
        return str(_("请写上决策的名称。"))
    if not _ID.fullmatch(typed["id"]):
        return str(_("编号以字母开头，只含字母、数字和下划线。"))
    return str(_("已有同样编号的决策。")) if there or typed["id"] in taken else ""


def _blank(decision: str, name: str) -> str:
    """A file with one decision table that has a column and no rule yet."""
    title = escape(name)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
             xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"
             xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"
             xmlns:modeler="http://camunda.org/schema/modeler/1.0"
             id="Definitions_{decision}" name="{title}" namespace="urn:yifa:{decision}"
             modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.5.0">
  <decision id="{decision}" name="{title}">
    <variable id="Variable_{decision}" name="{decision}" />
    <decisionTable id="Table_{decision}">
      <input id="Input_{decision}">
        <inputExpression id="InputExpression_{decision}" typeRef="string">
          <text></text>
        </inputExpression>
      </input>
      <output id="Output_{decision}" name="{decision}" typeRef="string" />
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="Diagram_{decision}">
      <dmndi:DMNShape id="Shape_{decision}" dmnElementRef="{decision}">
        <dc:Bounds height="80" width="180" x="160" y="100" />
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""


def _list(key: str, draft_id: str, typed: Mapping[str, str]) -> str:
    view = ask(ProcessEditor, process_key=key, draft_id=draft_id)
    return render_template(
        "admin/decisions.html", view=view, files=_files(key, view), typed=typed, policies=policies()
    )


def _files(key: str, view: EditorView) -> tuple[DecisionFileLine, ...]:
    return ask(ProcessDecisions, process_key=key, state=_state(view))


def _state(view: EditorView) -> str:
    return view.draft.id if view.draft else view.base_id


def policies() -> dict[str, str]:
    """Hit policies in the page's language."""
    return {
        "UNIQUE": _("唯一命中"),
        "FIRST": _("取第一条命中"),
        "ANY": _("命中的结果须相同"),
        "PRIORITY": _("取优先的结果"),
        "COLLECT": _("收集全部结果"),
        "COLLECT SUM": _("收集并求和"),
        "COLLECT MIN": _("收集并取最小"),
        "COLLECT MAX": _("收集并取最大"),
        "COLLECT COUNT": _("收集并计数"),
        "RULE ORDER": _("全部结果，按规则顺序"),
        "OUTPUT ORDER": _("全部结果，按优先顺序"),
    }


@pages.get("/processes/<key>/decisions/<path:file>/edit")
def edit_decision(key: str, file: str) -> Answer:
    """The editor of a file of decisions, named by its path or by a decision in it."""
    view = ask(ProcessEditor, process_key=key, draft_id=request.args.get("draft", "")[:40])
    files = ask(ProcessFiles, process_key=key, state=_state(view))
    lines = _files(key, view)
    line = next((each for each in lines if each.path == file), None)
    if line is None:
        line = next((each for each in lines if file in {one.id for one in each.decisions}), None)
        if line is None:
            raise NotFound(what={"zh": "决策", "en": "decision"})
        draft_id = view.draft.id if view.draft else None
        return redirect(
            url_for("admin.edit_decision", key=key, file=line.path, draft=draft_id, decision=file)
        )
    cases = _kept_cases(files, file)
    page = render_template(
        "admin/edit_decision.html",
        view=view,
        line=line,
        broken=cases is None,
        editor=_editor(view, file, files, cases),
    )
    return page, 200


def _kept_cases(files: Mapping[str, bytes], file: str) -> list[dict[str, Any]] | None:
    """The cases as the page types them; None where their file cannot be read."""
    path = catalog.cases_path(file)
    try:
        cases = catalog.read_cases(files[path], path) if path in files else ()
    except Invalid:
        return None
    return [
        {
            "title": case.title,
            "decision": case.decision,
            "expect": case.expect,
            "inputs": {
                name: {"text": catalog.typed_text(value), "kind": catalog.typed_kind(value)}
                for name, value in case.inputs.items()
            },
        }
        for case in cases
    ]


def _editor(
    view: EditorView, file: str, files: Mapping[str, bytes], cases: list[dict[str, Any]] | None
) -> dict[str, Any]:
    """What the editor's script stands on; capitals in addresses are filled in by it."""
    key = view.key
    return {
        "lang": lang(),
        "file": file,
        "decision": request.args.get("decision", "")[:200],
        "base": view.base_id,
        "draft": {"id": view.draft.id, "version": view.draft.version} if view.draft else None,
        "seen": seen(files[file]),
        "seenCases": seen(files.get(catalog.cases_path(file), b"")),
        "known": [each.id for each in view.drafts],
        "cases": cases,
        "policies": policies(),
        "urls": {
            "model": url_for("admin.decision_file", key=key, file=file, state=_state(view)),
            "check": url_for("admin.check_decision", key=key, file=file),
            "try": url_for("admin.try_decision", key=key, file=file),
            "save": url_for("admin.save_decision", key=key, file=file),
            "seat": url_for("admin.editor_seat", key=key),
            "difference": url_for("admin.difference", key=key, old="OLD", new="NEW", other="OTHER"),
            "deploy": url_for("admin.deploy_draft", key=key, state="NEW"),
            "download": url_for("admin.decision_file", key=key, file=file, state="NEW", download=1),
            "drawing": url_for("admin.edit", key=key, draft="NEW"),
            "decisions": url_for("admin.decisions_of", key=key, draft="NEW"),
        },
    }


@pages.get("/processes/<key>/states/<state>/decisions/<path:file>")
def decision_file(key: str, state: str, file: str) -> Response:
    """A file of decisions of a version or draft."""
    files = ask(ProcessFiles, process_key=key, state=state)
    if not file.endswith(".dmn") or file not in files:
        raise NotFound(what={"zh": "决策", "en": "decision"})
    response = make_response(files[file])
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    if "download" in request.args:
        response.headers.set("Content-Disposition", "attachment", filename=file.rpartition("/")[2])
    return as_data(response)


# --- what the editor asks while one edits ----------------------------------------------------------


@pages.post("/processes/<key>/decisions/<path:file>/check")
def check_decision(key: str, file: str) -> Told:
    """Everything wrong with the decisions and with their package, by the rules of deployment."""
    try:
        files = _edited(key, file, simple_values())
        mine = catalog.decision_problems(files, file)
        others = [each for each in ask(CheckPackage, files=files) if each.file != file]
    except YifaError as exc:
        return refused(exc)
    return jsonify(problems=[said(problem) for problem in (*mine, *others)]), 200


@pages.post("/processes/<key>/decisions/<path:file>/try")
def try_decision(key: str, file: str) -> Told:
    """What the cases give on what is edited; nothing is written."""
    try:
        files = _edited(key, file, simple_values())
        tried = ask(TryDecisions, files=files, path=file, cases=_typed_cases())
    except YifaError as exc:
        return refused(exc)
    return jsonify(asdict(tried)), 200


@pages.post("/processes/<key>/decisions/<path:file>/save")
def save_decision(key: str, file: str) -> Told:
    """Keep decisions and cases in the draft; beside somebody else's, where they saved meanwhile."""
    given = simple_values()
    if not file.endswith(".dmn"):
        return refused(NotFound(what={"zh": "决策", "en": "decision"}))
    files, known = {file: given.get("xml", "")}, {file: given.get("seen", "")}
    if "cases" in given:
        path = catalog.cases_path(file)
        files[path] = catalog.write_cases(
            catalog.typed_case(each.title, each.decision, each.expect, each.inputs)
            for each in _typed_cases()
        )
        known[path] = given.get("seenCases", "")
    return keep(key, given, files, known)


def _edited(key: str, file: str, given: Mapping[str, str]) -> dict[str, bytes]:
    """A state's package with what is edited in the place of its own file."""
    files = ask(ProcessFiles, process_key=key, state=state_of(given))
    if not file.endswith(".dmn"):
        raise NotFound(what={"zh": "决策", "en": "decision"})
    return {**files, file: given.get("xml", "").encode("utf-8", "replace")}


def _typed_cases() -> tuple[TryCase, ...]:
    """The cases of a JSON body; what is none is left out."""
    body = request.get_json(silent=True)
    listed = body.get("cases") if isinstance(body, dict) else None
    cases = listed[: catalog.MOST_CASES] if isinstance(listed, list) else []
    return tuple(_typed_case(each) for each in cases if isinstance(each, dict))


def _typed_case(case: Mapping[str, Any]) -> TryCase:
    def text(value: object) -> str:
        return str(value)[:MOST_TEXT] if isinstance(value, str) else ""

    inputs = case.get("inputs")
    named = inputs.items() if isinstance(inputs, dict) else ()
    return TryCase(
        title=text(case.get("title")),
        decision=text(case.get("decision")),
        expect=text(case.get("expect")),
        inputs={
            text(name): (text(value.get("kind")), text(value.get("text")))
            for name, value in named
            if isinstance(value, dict)
        },
    )
