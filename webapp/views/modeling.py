"""Drawing processes: the editor, its drafts and checks, what changed, and deploying from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from flask import (
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.commands import Deploy, DiscardProcessDraft, SaveProcessDraft, TakeEditorSeat
from engine.errors import Conflict, Invalid, ModelRejected, Problem, YifaError
from engine.model.results import DraftSaved
from engine.queries import (
    CheckPackage,
    CompareProcess,
    Editors,
    EditorView,
    ElementTemplates,
    PackagePart,
    ProcessEditor,
    Processes,
    ProcessFiles,
)
from webapp.asked import whole
from webapp.current import ask, do, lang, viewer
from webapp.errors import status_of
from webapp.founding import in_calling_order
from webapp.protection import as_data
from webapp.trial import PREFIX, Trials
from webapp.views import filling, merging
from webapp.views.admin import Answer
from webapp.views.admin import pages as pages
from webapp.views.rehearsals import around

MODEL = "main.bpmn"

Told = tuple[Response, int]
"""An answer to the editor's script, as JSON."""


@pages.get("/processes/<key>/edit")
def edit(key: str) -> str:
    """The editor of a process: on its newest version, or on a draft."""
    view = ask(ProcessEditor, process_key=key, draft_id=request.args.get("draft", "")[:40])
    return render_template("admin/edit.html", view=view, editor=_editor(view))


def _editor(view: EditorView) -> dict[str, Any]:
    """What the editor's script stands on; capitals in addresses are filled in by it."""
    state = view.draft.id if view.draft else view.base_id
    key = view.key
    return {
        "lang": lang(),
        "key": key,
        "base": view.base_id,
        "draft": {"id": view.draft.id, "version": view.draft.version} if view.draft else None,
        "seen": seen(_model_of(ask(ProcessFiles, process_key=key, state=state))),
        "known": [line.id for line in view.drafts],
        "choices": {kind: [asdict(each) for each in some] for kind, some in view.choices.items()},
        "urls": {
            "model": url_for("admin.state_model", key=key, state=state),
            "check": url_for("admin.check_model", key=key),
            "save": url_for("admin.save_draft", key=key),
            "seat": url_for("admin.editor_seat", key=key),
            "decision": url_for("admin.edit_decision", key=key, file="ID"),
            "form": url_for("admin.edit_form", key=key, form_id="ID"),
            "difference": url_for("admin.difference", key=key, old="OLD", new="NEW", other="OTHER"),
            "deploy": url_for("admin.deploy_draft", key=key, state="NEW"),
            "download": url_for("admin.state_model", key=key, state="NEW", download=1),
        },
    }


@pages.get("/processes/<key>/states/<state>.bpmn")
def state_model(key: str, state: str) -> Response:
    """The model of a version or draft."""
    content = _model_of(ask(ProcessFiles, process_key=key, state=state))
    response = make_response(content)
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    if "download" in request.args:
        response.headers["Content-Disposition"] = "attachment; filename=main.bpmn"
    return as_data(response)


def _model_of(files: Mapping[str, bytes]) -> bytes:
    return next((data for path, data in files.items() if path.endswith(".bpmn")), b"")


# --- what the editor asks while one draws ----------------------------------------------------------


@pages.post("/processes/<key>/check")
def check_model(key: str) -> Told:
    """Everything wrong with what is drawn, by the rules of deployment."""
    given = simple_values()
    try:
        files = _with_model(key, state_of(given), given.get("xml", ""))
        problems = ask(CheckPackage, files=files)
    except YifaError as exc:
        return refused(exc)
    return jsonify(problems=[said(problem) for problem in problems]), 200


@pages.post("/processes/<key>/draft")
def save_draft(key: str) -> Told:
    """Keep what is drawn; beside somebody else's, where they saved meanwhile."""
    given = simple_values()
    return keep(key, given, {MODEL: given.get("xml", "")}, {MODEL: given.get("seen", "")})


def keep(
    key: str, given: Mapping[str, str], files: Mapping[str, str], known: Mapping[str, str]
) -> Told:
    """Keep files that are edited in the draft of their process.

    ``known`` says of each how its editor saw it last (`seen`); the answer tells it of the first.
    """
    contents = {path: text.encode("utf-8", "replace") for path, text in files.items()}
    try:
        saved: DraftSaved = do(
            SaveProcessDraft,
            process_key=key,
            base_id=given.get("base", ""),
            files=contents,
            draft_id=given.get("draft") or None,
            expected_version=whole(given.get("version", "")) or 0,
            seen=known,
        )
    except YifaError as exc:
        return refused(exc)
    return jsonify(
        draft=saved.draft_id,
        version=saved.version,
        beside=saved.beside,
        seen=seen(next(iter(contents.values()))),
        kept={path: seen(content) for path, content in contents.items()},
    ), 200


def seen(content: bytes) -> str:
    """How a file stood as an editor opened or kept it last."""
    return hashlib.sha256(content).hexdigest() if content else ""


def state_of(given: Mapping[str, str]) -> str:
    """The state an editor stands on: its draft, or the version it began with."""
    return given.get("draft") or given.get("base", "")


@pages.post("/processes/<key>/seat")
def editor_seat(key: str) -> Told:
    """Say that one's editor is open, or is left; hear who else has it open."""
    try:
        do(TakeEditorSeat, process_key=key, leaves=simple_values().get("leaves") == "True")
        return jsonify(editors=ask(Editors, process_key=key)), 200
    except YifaError as exc:
        return refused(exc)


def simple_values() -> dict[str, str]:
    """The simple values of a JSON body as texts; nothing where there is no such body."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return {}
    return {str(name): str(value) for name, value in body.items() if value is not None}


def refused(exc: YifaError) -> Told:
    """Why not, for a script."""
    problems = exc.problems if isinstance(exc, Invalid) else ()
    told = [said(problem) for problem in problems]
    return jsonify(text=exc.message(lang()), problems=told), status_of(exc)


def said(problem: Problem) -> dict[str, Any]:
    """A problem for a script, in the page's language."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "where": problem.where,
        "file": problem.file,
        "line": problem.line,
        "text": problem.text(lang()),
    }


def _with_model(key: str, state: str, xml: str) -> dict[str, bytes]:
    """A state's package with another drawing in the place of its own."""
    files = ask(ProcessFiles, process_key=key, state=state)
    kept = {path: data for path, data in files.items() if not path.endswith(".bpmn")}
    return {**kept, MODEL: xml.encode("utf-8", "replace")}


# --- drafts, differences, deployment -----------------------------------------------------------------


@pages.post("/processes/<key>/drafts/<draft_id>/discard")
def discard_draft(key: str, draft_id: str) -> Response:
    """Throw a draft away."""
    version = whole(request.form.get("version", "")) or 0
    do(DiscardProcessDraft, draft_id=draft_id, expected_version=version)
    flash(_("草稿已舍弃。"), "success")
    if all(line.key != key for line in ask(Processes)):  # it was never deployed
        return redirect(url_for("admin.processes"))
    return redirect(url_for("admin.process", key=key))


@pages.get("/processes/<key>/difference")
def difference(key: str) -> str:
    """What changed between two states; and, where two drew at once, what the other one changed."""
    old, new, other = (request.args.get(name, "")[:40] for name in ("old", "new", "other"))
    return merging.page(key, old, new, other)


@pages.route("/processes/<key>/deploy/<state>", methods=["GET", "POST"])
def deploy_draft(key: str, state: str) -> Answer:
    """Every problem and every change against the running version; then deployed from here."""
    files = ask(ProcessFiles, process_key=key, state=state)
    problems = ask(CheckPackage, files=files)
    if request.method == "GET":
        return _deploy_page(key, state, problems), 200
    try:
        result = do(
            Deploy,
            files=files,
            note=request.form.get("note", "")[:500],
            expected_version=whole(request.form.get("version", "")) or 0,
        )
    except ModelRejected as exc:
        return _deploy_page(key, state, exc.problems), 422
    except Conflict as exc:
        told = Problem(code=exc.code, zh=exc.message("zh"), en=exc.message("en"))
        return _deploy_page(key, state, (told, *problems)), 409
    view = ask(ProcessEditor, process_key=key)
    draft = next((line for line in view.drafts if line.id == state), None)
    if draft is not None:
        do(DiscardProcessDraft, draft_id=draft.id, expected_version=draft.version)
    flash(
        _(
            "已部署第 %(version)s 版；在办事项仍按原版本办理，新事项用新版本。",
            version=result.version,
        ),
        "success",
    )
    return redirect(url_for("admin.process", key=key))


def _deploy_page(key: str, state: str, problems: Any) -> str:
    view = ask(ProcessEditor, process_key=key)
    newest = view.base_id
    draft = next((line for line in view.drafts if line.id == state), None)
    try:
        change = ask(CompareProcess, process_key=key, old=newest, new=state)
    except ModelRejected:  # cannot be read at all, which the problems tell
        change = None
    errors = [problem for problem in problems if problem.severity == "error"]
    return render_template(
        "admin/deploy_draft.html",
        key=key,
        state=state,
        view=view,
        draft=draft,
        problems=problems,
        errors=errors,
        change=change,
        note=request.form.get("note", ""),
    )


@pages.post("/processes/<key>/trial/<state>")
def begin_trial(key: str, state: str) -> Answer:
    """Play a state of a process in a throw-away office before it is deployed."""
    if "begin" not in request.form:
        return redirect(url_for("admin.deploy_draft", key=key, state=state))
    packages = around(key, ask(ProcessFiles, process_key=key, state=state))
    trials = cast("Trials", current_app.extensions["trials"])
    try:
        ordered = in_calling_order(packages).values()
        trial = trials.begin(viewer().user_id, lang(), key, ordered)
    except ModelRejected as exc:
        return _deploy_page(key, state, exc.problems), 422
    return redirect(f"{PREFIX}{trial.token}/start/{key}")


# --- parts of a package, and templates ------------------------------------------------------------


@pages.get("/processes/<key>/states/<state>/parts/<path:part>")
def package_part(key: str, state: str, part: str) -> str:
    """A form or decision of a package, to be read beside the drawing."""
    view = ask(PackagePart, process_key=key, state=state, part=part)
    form = filling.shown(view.form, {}, view.context)
    return render_template("admin/part.html", key=key, state=state, view=view, form=form)


@pages.get("/element-templates.json")
def element_templates() -> Response:
    """Our properties as the desktop Camunda Modeler offers them, made from the catalogue."""
    text = json.dumps(ask(ElementTemplates), ensure_ascii=False, indent=2)
    response = make_response(text)
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    response.headers["Content-Disposition"] = "attachment; filename=yifa-element-templates.json"
    return response
