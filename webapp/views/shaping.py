"""Shaping forms: which there are, the editor, its checks, and how a clerk would see the form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flask import Response as Page
from flask import flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import refresh

from engine import catalog
from engine.clock import CHINA
from engine.commands import SaveProcessDraft
from engine.errors import Invalid, NotFound, Problem, YifaError
from engine.forms import Form
from engine.model.results import DraftSaved
from engine.queries import (
    CheckPackage,
    EditorView,
    FormTrial,
    PackageForms,
    ProcessEditor,
    ProcessFiles,
    TryForm,
)
from webapp import forms
from webapp.current import ask, do, engine, lang
from webapp.forms.naming import KEEP
from webapp.i18n import LANGS
from webapp.protection import framing
from webapp.views import filling
from webapp.views.admin import Answer
from webapp.views.admin import pages as pages
from webapp.views.modeling import Told, keep, refused, said, seen, simple_values, state_of

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")


@pages.get("/processes/<key>/forms")
def forms_of(key: str) -> str:
    """The forms of a process, and which steps show each."""
    return _list(key, request.args.get("draft", "")[:40], "")


@pages.post("/processes/<key>/forms")
def new_form(key: str) -> Answer:
    """Begin a form in the draft."""
    draft_id, name = request.form.get("draft", "")[:40], request.form.get("name", "").strip()
    view = ask(ProcessEditor, process_key=key, draft_id=draft_id)
    known = {line.id for line in ask(PackageForms, process_key=key, state=_state(view))}
    if not _NAME.fullmatch(name) or name in known:
        taken = (
            _("已有同名的表单。")
            if name in known
            else _("名称以字母开头，只含字母、数字和下划线。")
        )
        flash(taken, "error")
        return _list(key, draft_id, name), 422
    blank = {"schemaVersion": 18, "id": name, "type": "default", "components": []}
    path = f"forms/{name}.form"
    saved: DraftSaved = do(
        SaveProcessDraft,
        process_key=key,
        base_id=view.base_id,
        files={path: json.dumps(blank, indent=2).encode() + b"\n"},
        draft_id=draft_id or None,
        expected_version=view.draft.version if view.draft else 0,
        seen={path: ""},
    )
    return redirect(url_for("admin.edit_form", key=key, form_id=name, draft=saved.draft_id))


def _list(key: str, draft_id: str, name: str) -> str:
    view = ask(ProcessEditor, process_key=key, draft_id=draft_id)
    lines = ask(PackageForms, process_key=key, state=_state(view))
    return render_template("admin/forms.html", view=view, lines=lines, name=name)


def _state(view: EditorView) -> str:
    return view.draft.id if view.draft else view.base_id


@pages.get("/processes/<key>/forms/<form_id>/edit")
def edit_form(key: str, form_id: str) -> Page:
    """The editor of a form: on the newest version of its process, or on a draft."""
    view = ask(ProcessEditor, process_key=key, draft_id=request.args.get("draft", "")[:40])
    files = ask(ProcessFiles, process_key=key, state=_state(view))
    path = _path(files, form_id)
    lines = ask(PackageForms, process_key=key, state=_state(view))
    line = next(line for line in lines if line.id == form_id)
    page = render_template(
        "admin/edit_form.html",
        view=view,
        line=line,
        editor=_editor(view, path, form_id, files[path]),
    )
    return framing(make_response(page))


def _path(files: Mapping[str, bytes], form_id: str) -> str:
    """Where a form lies in its package. Raises NotFound."""
    for path in files:
        if path.endswith(".form") and path.rpartition("/")[2] == f"{form_id}.form":
            return path
    raise NotFound(what={"zh": "表单", "en": "form"})


def _editor(view: EditorView, path: str, form_id: str, content: bytes) -> dict[str, Any]:
    """What the editor's script stands on; capitals in addresses are filled in by it."""
    key = view.key
    return {
        "lang": lang(),
        "key": key,
        "form": form_id,
        "path": path,
        "base": view.base_id,
        "draft": {"id": view.draft.id, "version": view.draft.version} if view.draft else None,
        "seen": seen(content),
        "known": [line.id for line in view.drafts],
        "schema": content.decode("utf-8", "replace"),
        "roles": [asdict(each) for each in view.choices["roles"]],
        "urls": {
            "check": url_for("admin.check_form", key=key, form_id=form_id),
            "save": url_for("admin.save_form", key=key, form_id=form_id),
            "preview": url_for("admin.preview_form", key=key, form_id=form_id),
            "seat": url_for("admin.editor_seat", key=key),
            "difference": url_for("admin.difference", key=key, old="OLD", new="NEW", other="OTHER"),
            "deploy": url_for("admin.deploy_draft", key=key, state="NEW"),
            "model": url_for("admin.edit", key=key, draft="NEW"),
            "forms": url_for("admin.forms_of", key=key, draft="NEW"),
        },
    }


# --- what the editor asks while one shapes a form --------------------------------------------------


@pages.post("/processes/<key>/forms/<form_id>/save")
def save_form(key: str, form_id: str) -> Told:
    """Keep the form in the draft; beside somebody else's, where they saved it meanwhile."""
    given = simple_values()
    try:
        files = ask(ProcessFiles, process_key=key, state=state_of(given))
        path = _path(files, form_id)
    except YifaError as exc:
        return refused(exc)
    kept, known = {path: given.get("text", "")}, {path: given.get("seen", "")}
    changes = _english(given.get("english", ""))
    if changes:
        # Put into the file as it stands now: who translates another text loses nothing.
        try:
            old = files.get(catalog.ENGLISH, b"")
            kept[catalog.ENGLISH] = catalog.with_english(old, changes).decode("utf-8", "replace")
            known[catalog.ENGLISH] = seen(old)
        except YifaError as exc:
            return refused(exc)
    return keep(key, given, kept, known)


def _english(text: str) -> dict[str, str]:
    """Chinese → English that somebody typed; nothing of what is no such table."""
    try:
        given = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(given, dict):
        return {}
    return {zh: en.strip() for zh, en in given.items() if isinstance(en, str)}


@pages.post("/processes/<key>/forms/<form_id>/check")
def check_form(key: str, form_id: str) -> Told:
    """Everything wrong with the form and with its package, by the rules of deployment."""
    given = simple_values()
    try:
        trial = _trial(key, form_id, given)
        files = ask(ProcessFiles, process_key=key, state=state_of(given))
        path = _path(files, form_id)
        shaped = {**files, path: given.get("text", "").encode("utf-8", "replace")}
        others = ask(CheckPackage, files=shaped)
    except YifaError as exc:
        return refused(exc)
    found = [*trial.problems, *(each for each in others if each.file != path)]
    told = [said(problem) for problem in found]
    return jsonify(problems=told, english=trial.english), 200


def _trial(key: str, form_id: str, given: Mapping[str, str]) -> FormTrial:
    return ask(
        TryForm,
        process_key=key,
        state=state_of(given),
        form_id=form_id,
        content=given.get("text", ""),
        english=_english(given.get("english", "")),
    )


@pages.post("/processes/<key>/forms/<form_id>/preview")
def preview_form(key: str, form_id: str) -> Told:
    """The form as a clerk would have it before them: with test data, filled in, or sent.

    Nothing is kept. The answer holds the page's HTML, and of what was sent, what would be kept.
    """
    given = {
        name: request.form.get(f"_{name}", "") for name in ("text", "base", "draft", "english")
    }
    if request.form.get("_lang") in LANGS:
        g.lang = request.form["_lang"]
        refresh()
    try:
        data = _test_data(request.form.get("_data", ""))
        trial = _trial(key, form_id, given)
        if trial.form is None:
            return jsonify(html="", text=_("改正错误后才能预览。")), 200
        return _shown(trial.form, {**data, **trial.context}), 200
    except YifaError as exc:
        return refused(exc)


def _test_data(text: str) -> dict[str, Any]:
    """The variables that somebody typed as JSON. Raises Invalid."""
    try:
        data = json.loads(text, parse_float=Decimal) if text.strip() else {}
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        problem = Problem(
            code="test-data",
            zh='测试数据不是 JSON 对象，应写成 {"字段": 值}。',
            en='The test data is no JSON object; write {"field": value}.',
        )
        raise Invalid([problem])
    return data


def _shown(form: Form, context: Mapping[str, Any]) -> Page:
    now = engine().house.clock.now().astimezone(CHINA)
    problems: Sequence[Problem] = ()
    kept = None
    mode = request.form.get("_mode", "")
    answers = form.blank(context, now=now)
    if mode in ("fill", "send"):
        files = _named_files()
        post = forms.read(form, request.form, known=files)
        answers = post.answers
        if mode == "send":
            outcome = form.validate(answers, context, now=now, people=_may_be_picked, files=files)
            problems = outcome.problems
            kept = None if problems else _as_json(outcome.values)
    view = filling.shown(form, answers, context, problems)
    html = render_template("admin/form_preview.html", form=view, sent=mode == "send", kept=kept)
    return jsonify(html=html, kept=kept, wrong=len(problems))


def _named_files() -> dict[str, dict[str, Any]]:
    """Files that were chosen in the preview: it sends what they are called, never the files."""
    found: dict[str, dict[str, Any]] = {}
    for name, values in request.form.lists():
        for mark in values if name.endswith(f"-{KEEP}") else ():
            try:
                told = json.loads(mark)
            except (ValueError, RecursionError):
                continue
            if isinstance(told, dict) and isinstance(told.get("size"), int):
                texts = {each: str(told.get(each, ""))[:200] for each in ("name", "type")}
                found[mark] = {**texts, "id": mark, "size": told["size"], "sha256": ""}
    return found


def _may_be_picked(user_id: str, role: str, unit: str) -> bool:
    return any(one.id == user_id for one in filling.people(role, unit))


def _as_json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
