"""The page of a case: where it stands, its clocks, timeline, documents; and what to do to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.commands import (
    AddComment,
    Attach,
    CancelCase,
    CorrelateMessage,
    ExtendClock,
    PauseClock,
    RemoveAttachment,
    ResumeCase,
    ResumeClock,
    SuspendCase,
)
from engine.errors import AnswersInvalid, Invalid, NotFound, Problem
from engine.forms.limits import FILES
from engine.queries import (
    ApprovalForm,
    CasePage,
    CaseView,
    CompareVersions,
    FileContent,
    GetDocument,
    GetFile,
    InstanceModel,
    MessageLine,
    StepsAhead,
    VerifyCase,
)
from webapp.asked import whole
from webapp.current import ask, do
from webapp.protection import as_data, as_shown, framing
from webapp.views import filling

pages = Blueprint("cases", __name__, url_prefix="/cases")

Answer = Response | tuple[str, int]


@pages.get("/<case_id>")
def show(case_id: str) -> Answer:
    """The case."""
    return _page(ask(CasePage, case_id=case_id)), 200


def _page(
    view: CaseView,
    problems: Sequence[Problem] = (),
    *,
    flaws: Sequence[str] | None = None,
) -> str:
    going = view.case.ended_at is None
    return render_template(
        "cases/show.html",
        view=view,
        coming=ask(StepsAhead, case_id=view.case.id) if going else None,
        flaws=flaws,
        problems=problems,
        typed=request.form,
    )


@pages.post("/<case_id>/comment")
def comment(case_id: str) -> Answer:
    """Say something on the case."""
    try:
        do(
            AddComment,
            case_id=case_id,
            text=request.form.get("text", ""),
            mentions=tuple(request.form.getlist("mentions")),
        )
    except Invalid as exc:
        return _page(ask(CasePage, case_id=case_id), exc.problems), 422
    flash(_("留言已保存。"), "success")
    return _back(case_id, "comments")


@pages.post("/<case_id>/files")
def attach(case_id: str) -> Answer:
    """Put files on the case."""
    uploads = [upload for upload in request.files.getlist("file") if upload.filename]
    try:
        if len(uploads) > FILES:
            raise Invalid([_too_many_files()])
        for upload in uploads:
            do(Attach, name=upload.filename, content=upload.stream, case_id=case_id)
    except Invalid as exc:
        return _page(ask(CasePage, case_id=case_id), exc.problems), 422
    flash(_("附件已上传。"), "success")
    return _back(case_id, "files")


def _too_many_files() -> Problem:
    return Problem(
        code="files",
        where="file",
        zh=f"一次最多上传 {FILES} 个文件。请分次上传。",
        en=f"At most {FILES} files can be uploaded at once. Upload them in parts.",
    )


@pages.post("/<case_id>/files/<file_id>/remove")
def remove_file(case_id: str, file_id: str) -> Answer:
    """Take a file off the list."""
    do(RemoveAttachment, case_id=case_id, file_id=file_id)
    flash(_("附件已移除，存档中仍可查。"), "success")
    return _back(case_id, "files")


_GOVERN: dict[str, type[CancelCase | SuspendCase | ResumeCase]] = {
    "cancel": CancelCase,
    "suspend": SuspendCase,
    "resume": ResumeCase,
}


@pages.post("/<case_id>/govern/<action>")
def govern(case_id: str, action: str) -> Answer:
    """Cancel, suspend or resume the case, with a reason that is kept."""
    if action not in _GOVERN:
        abort(404)
    try:
        do(_GOVERN[action], case_id=case_id, reason=request.form.get("reason", ""))
    except Invalid as exc:
        return _page(ask(CasePage, case_id=case_id), exc.problems), 422
    flash(_("已记录。"), "success")
    return _back(case_id)


@pages.post("/<case_id>/clocks/<clock_id>/<action>")
def clock(case_id: str, clock_id: str, action: str) -> Answer:
    """Pause, resume or extend a statutory clock."""
    common = {"case_id": case_id, "clock_id": clock_id}
    form = request.form
    try:
        if action == "pause":
            do(PauseClock, **common, reason=form.get("reason", ""), note=form.get("note", ""))
        elif action == "resume":
            do(ResumeClock, **common, note=form.get("note", ""))
        elif action == "extend":
            amount = form.get("amount", "")
            do(
                ExtendClock,
                **common,
                amount=whole(amount) or 0,
                reason=form.get("reason", ""),
            )
        else:
            abort(404)
    except Invalid as exc:
        return _page(ask(CasePage, case_id=case_id), exc.problems), 422
    flash(_("期限已更新。"), "success")
    return _back(case_id, "clocks")


@pages.route("/<case_id>/messages/<key>", methods=["GET", "POST"])
def message(case_id: str, key: str) -> Answer:
    """Record that a message came, with what it says."""
    view = ask(CasePage, case_id=case_id)
    line = next((each for each in view.messages if each.key == key), None)
    if line is None:
        raise NotFound(what={"zh": "等待中的来件", "en": "message that is waited for"})
    if request.method == "GET":
        return _message_page(view, line, line.answers), 200
    sent = filling.read(line.form, line.context, view.files, attach={"case_id": case_id})
    if sent.again:
        return _message_page(view, line, sent.answers, sent.problems), 200
    if sent.problems:
        return _message_page(view, line, sent.answers, sent.problems), 422
    try:
        do(CorrelateMessage, name=line.name, case_id=case_id, key=key, answers=sent.answers)
    except AnswersInvalid as exc:
        return _message_page(view, line, sent.answers, exc.problems), 422
    flash(_("已登记：%(what)s", what=line.title), "success")
    return _back(case_id)


def _message_page(
    view: CaseView,
    line: MessageLine,
    answers: Mapping[str, Any],
    problems: Sequence[Problem] = (),
) -> str:
    address = url_for("cases.message", case_id=view.case.id, key=line.key)
    form = filling.shown(
        line.form, answers, line.context, problems, refresh_url=address, action_url=address
    )
    return render_template(
        "cases/message.html", view=view, line=line, form=form, problems=problems, address=address
    )


@pages.get("/<case_id>/approval")
def approval(case_id: str) -> str:
    """The case as an approval form, for printing on one sheet."""
    view = ask(ApprovalForm, case_id=case_id)
    flaws = ask(VerifyCase, case_id=case_id)
    return render_template("cases/approval.html", view=view, flaws=flaws)


@pages.get("/<case_id>/verify")
def verify(case_id: str) -> str:
    """Check the case's evidence chain; the result stands on the case's page."""
    return _page(ask(CasePage, case_id=case_id), flaws=ask(VerifyCase, case_id=case_id))


@pages.get("/models/<instance_id>.bpmn")
def model(instance_id: str) -> Response:
    """The model of one of the case's instances, for drawing."""
    response = make_response(ask(InstanceModel, instance_id=instance_id))
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return as_data(response)


@pages.get("/files/<file_id>")
def file(file_id: str) -> Response:
    """A file, always as a download: nothing uploaded is ever shown from this site's own trust."""
    return _download(ask(GetFile, file_id=file_id))


@pages.get("/documents/<document_id>.<format>")
def document(document_id: str, format: str) -> Response:  # noqa: A002 - the address's own word
    """A document a step left."""
    if format not in ("pdf", "docx"):
        abort(404)
    return _download(ask(GetDocument, document_id=document_id, format=format))


PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
SHOWN = PICTURES | {"application/pdf", "text/plain"}
"""What browsers show without running anything of it."""


@pages.get("/files/<file_id>/view")
def view_file(file_id: str) -> Response:
    """A file in a frame, or why it cannot be shown."""
    content = ask(GetFile, file_id=file_id)
    return _viewer(
        content,
        url_for("cases.inline_file", file_id=file_id),
        url_for("cases.file", file_id=file_id),
    )


@pages.get("/files/<file_id>/inline")
def inline_file(file_id: str) -> Response:
    """A file for the frame that shows it."""
    return _inline(ask(GetFile, file_id=file_id))


@pages.get("/documents/<document_id>/view")
def view_document(document_id: str) -> Response:
    """A document in a frame."""
    content = ask(GetDocument, document_id=document_id, format="pdf")
    return _viewer(
        content,
        url_for("cases.inline_document", document_id=document_id),
        url_for("cases.document", document_id=document_id, format="pdf"),
    )


@pages.get("/documents/<document_id>/inline")
def inline_document(document_id: str) -> Response:
    """A document for the frame that shows it."""
    return _inline(ask(GetDocument, document_id=document_id, format="pdf"))


@pages.get("/compare/<kind>/<new_id>")
def compare(kind: str, new_id: str) -> str:
    """Two versions of a text side by side."""
    if kind not in ("file", "document"):
        abort(404)
    found = ask(CompareVersions, kind=kind, new=new_id, old=request.args.get("old", ""))
    return render_template("cases/compare.html", found=found, kind=kind)


def _viewer(content: FileContent, address: str, download: str) -> Response:
    page = render_template(
        "cases/view.html",
        content=content,
        address=address if content.media_type in SHOWN else "",
        download=download,
    )
    return framing(make_response(page))


def _inline(content: FileContent) -> Response:
    if content.media_type not in SHOWN:
        return _download(content)
    response = send_file(
        Path(content.path).resolve(),
        mimetype=content.media_type,
        as_attachment=False,
        download_name=content.name,
        max_age=0,
    )
    return as_shown(response, pdf=content.media_type == "application/pdf")


def _download(content: FileContent) -> Response:
    response = send_file(
        Path(content.path).resolve(),
        mimetype=content.media_type,
        as_attachment=True,
        download_name=content.name,
        max_age=0,
    )
    return as_data(response)


def _back(case_id: str, anchor: str = "") -> Response:
    return redirect(url_for("cases.show", case_id=case_id, _anchor=anchor or None))
