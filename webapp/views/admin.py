"""Administration: processes and their versions, people, units, calendar, incidents and jobs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import catalog
from engine.commands import (
    Deploy,
    GrantRole,
    RevokeRole,
    SaveUnit,
    SaveUser,
)
from engine.errors import Conflict, Forbidden, Invalid, ModelRejected, Problem
from engine.queries import (
    BegunProcesses,
    CheckPackage,
    DeploymentModel,
    PackageFiles,
    ProcessEditor,
    Processes,
    ProcessPage,
    ProcessView,
    Roles,
    Units,
    UserPage,
    Users,
)
from webapp.asked import whole
from webapp.current import ask, do, viewer
from webapp.protection import as_data

pages = Blueprint("admin", __name__, url_prefix="/admin")

Answer = Response | tuple[str, int]


@pages.before_request
def administrators_only() -> None:
    """The engine checks each object as well; this keeps the pages themselves from strangers."""
    if not viewer().is_admin:
        raise Forbidden(
            reason={"zh": "这个页面只对管理员开放。", "en": "this page is for administrators."}
        )


# --- processes -----------------------------------------------------------------------------------


@pages.get("/processes")
def processes() -> str:
    """All processes."""
    return render_template(
        "admin/processes.html", processes=ask(Processes), begun=ask(BegunProcesses)
    )


@pages.get("/processes/<key>")
def process(key: str) -> str:
    """One process: its diagram, versions, running cases per version, warnings."""
    return render_template(
        "admin/process.html",
        process=ask(ProcessPage, key=key),
        drawn=ask(ProcessEditor, process_key=key),
    )


@pages.route("/deploy", methods=["GET", "POST"])
def deploy() -> Answer:
    """Upload a model or package: first every problem is shown, then it is deployed."""
    if request.method == "GET":
        return _deploy_page(None), 200
    try:
        files = _uploaded()
    except Invalid as exc:
        return _deploy_page(exc.problems), 422
    if "_check" in request.form:
        problems = ask(CheckPackage, files=files)
        bad = any(problem.severity == "error" for problem in problems)
        return _deploy_page(problems), 422 if bad else 200
    return _deploy(files)


def _deploy_page(problems: Sequence[Problem] | None) -> str:
    """The upload form with what was found, None before anything was checked."""
    return render_template(
        "admin/deploy.html", problems=problems or (), checked=problems is not None, process=_based()
    )


def _based() -> ProcessView | None:
    """The process whose version the upload is based on."""
    base = request.form.get("base", "")
    for line in ask(Processes) if base else ():
        if line.deployment_id == base:
            return ask(ProcessPage, key=line.key)
    return None


def _deploy(files: dict[str, bytes]) -> Answer:
    version = request.form.get("version", "")
    try:
        result = do(
            Deploy,
            files=files,
            note=request.form.get("note", "")[:500],
            expected_version=whole(version),
        )
    except ModelRejected as exc:
        return _deploy_page(exc.problems), 422
    except Conflict as exc:
        return _deploy_page(_problems(exc)), 409
    text = (
        _(
            "已部署第 %(version)s 版；在办事项仍按原版本办理，新事项用新版本。",
            version=result.version,
        )
        if result.new
        else _("内容与第 %(version)s 版相同，没有产生新版本。", version=result.version)
    )
    flash(text, "success")
    return redirect(url_for("admin.process", key=result.process_key))


def _uploaded() -> dict[str, bytes]:
    """The package that was uploaded: an archive, or a model put in the place of a version's."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid(
            [
                Problem(
                    code="file",
                    where="file",
                    zh="请选择 .bpmn 文件或 .zip 流程包。",
                    en="Choose a .bpmn file or a .zip package.",
                )
            ]
        )
    content = upload.stream.read()
    if upload.filename.lower().endswith(".zip"):
        return catalog.read_archive(content)
    base = request.form.get("base", "")
    if not base:
        return {"main.bpmn": content}
    # A new drawing of a known process: everything else stays as in the version it is based on.
    files = {
        path: data
        for path, data in ask(PackageFiles, deployment_id=base).items()
        if not path.endswith(".bpmn") and not path.startswith("shelf/")
    }
    return {**files, "main.bpmn": content}


@pages.get("/deployments/<deployment_id>.bpmn")
def model(deployment_id: str) -> Response:
    """A version's model, for drawing and for a modeler."""
    response = make_response(ask(DeploymentModel, deployment_id=deployment_id))
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    if "download" in request.args:
        response.headers["Content-Disposition"] = f'attachment; filename="{deployment_id}.bpmn"'
    return as_data(response)


@pages.get("/deployments/<deployment_id>.zip")
def package(deployment_id: str) -> Response:
    """A version as a package, without the shelves it is pinned to."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(ask(PackageFiles, deployment_id=deployment_id).items()):
            if not path.startswith("shelf/"):
                archive.writestr(path, data)
    response = make_response(out.getvalue())
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{deployment_id}.zip"'
    return response


# --- people --------------------------------------------------------------------------------------


@pages.get("/users")
def users() -> str:
    """Users by name."""
    text = request.args.get("text", "")[:100]
    unit = request.args.get("unit", "")[:60]
    page = ask(Users, text=text, unit_id=unit, cursor=request.args.get("cursor", ""))
    return render_template("admin/users.html", page=page, text=text, unit=unit, units=ask(Units))


@pages.route("/users/new", methods=["GET", "POST"])
def new_user() -> Answer:
    """Create a user."""
    if request.method == "POST":
        user_id = request.form.get("user_id", "").strip()
        try:
            do(SaveUser, user_id=user_id, create=True, **_user_fields())
        except (Invalid, Conflict) as exc:
            return _user_form(_problems(exc)), 422
        flash(_("人员已建立，请授予角色。"), "success")
        return redirect(url_for("admin.user", user_id=user_id))
    return _user_form(()), 200


def _user_form(problems: Any) -> str:
    return render_template(
        "admin/user_new.html", problems=problems, units=ask(Units), typed=request.form
    )


def _user_fields() -> dict[str, Any]:
    form = request.form
    fields: dict[str, Any] = {
        "name": form.get("name", ""),
        "name_en": form.get("name_en", ""),
        "unit_id": form.get("unit_id", "") or None,
        "active": "active" in form,
        "is_admin": "is_admin" in form,
    }
    if form.get("password"):
        fields["password"] = form["password"]
        fields["must_change_password"] = True
    return fields


def _problems(exc: Invalid | Conflict) -> tuple[Problem, ...]:
    if isinstance(exc, Invalid):
        return exc.problems
    return (Problem(code=exc.code, zh=exc.message("zh"), en=exc.message("en")),)


@pages.route("/users/<user_id>", methods=["GET", "POST"])
def user(user_id: str) -> Answer:
    """One user: data, roles with dates, what they may do."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        version = request.form.get("version", "")
        try:
            do(
                SaveUser,
                user_id=user_id,
                expected_version=whole(version),
                **_user_fields(),
            )
        except (Invalid, Conflict) as exc:
            problems = _problems(exc)
        else:
            flash(_("已保存。"), "success")
            return redirect(url_for("admin.user", user_id=user_id))
    return _user_page(user_id, problems), 422 if problems else 200


def _user_page(user_id: str, problems: tuple[Problem, ...]) -> str:
    return render_template(
        "admin/user.html",
        view=ask(UserPage, user_id=user_id),
        units=ask(Units),
        roles=ask(Roles),
        problems=problems,
        typed=request.form,
    )


@pages.post("/users/<user_id>/roles")
def grant(user_id: str) -> Answer:
    """Give a role."""
    form = request.form
    try:
        do(
            GrantRole,
            user_id=user_id,
            role=form.get("role", ""),
            unit_id=form.get("unit_id") or None,
            from_date=form.get("from_date") or None,
            to_date=form.get("to_date") or None,
        )
    except Invalid as exc:
        return _user_page(user_id, exc.problems), 422
    flash(_("角色已授予。"), "success")
    return redirect(url_for("admin.user", user_id=user_id))


@pages.post("/users/<user_id>/roles/<membership_id>/revoke")
def revoke(user_id: str, membership_id: str) -> Response:
    """End a membership."""
    do(RevokeRole, membership_id=membership_id, to_date=request.form.get("to_date") or None)
    flash(_("角色已收回。"), "success")
    return redirect(url_for("admin.user", user_id=user_id))


@pages.route("/units", methods=["GET", "POST"])
def units() -> Answer:
    """The tree of units, and a form for one."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        form = request.form
        try:
            do(
                SaveUnit,
                unit_id=form.get("unit_id", "").strip(),
                name=form.get("name", ""),
                name_en=form.get("name_en", ""),
                parent_id=form.get("parent_id") or None,
                kind=form.get("kind", "office")[:40],
                closed="closed" in form,
            )
        except Invalid as exc:
            problems = exc.problems
        else:
            flash(_("单位已保存。"), "success")
            return redirect(url_for("admin.units"))
    lines = ask(Units)
    chosen = next((line for line in lines if line.id == request.values.get("unit")), None)
    html = render_template(
        "admin/units.html", units=lines, chosen=chosen, problems=problems, typed=request.form
    )
    return html, 422 if problems else 200
