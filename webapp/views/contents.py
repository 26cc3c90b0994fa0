"""The files of a process's package: taken out of a draft, called otherwise, and put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import catalog
from engine.commands import SaveProcessDraft
from engine.errors import Invalid
from engine.model.results import DraftSaved
from engine.queries import ContentLine, EditorView, PackageContents, ProcessEditor, ProcessFiles
from webapp.current import ask, do, lang
from webapp.views.admin import Answer
from webapp.views.admin import pages as pages
from webapp.views.modeling import seen


@pages.get("/processes/<key>/files")
def files_of(key: str) -> str:
    """The files of a package with what names each, and what its draft takes away."""
    return _list(key, request.args.get("draft", "")[:40])


def _list(key: str, draft_id: str, typed: Mapping[str, str] | None = None) -> str:
    view = ask(ProcessEditor, process_key=key, draft_id=draft_id)
    lines = ask(PackageContents, process_key=key, state=_state(view))
    done = {name: request.args.get(name, "")[:200] for name in ("removed", "renamed", "was")}
    return render_template(
        "admin/files.html",
        view=view,
        lines=[line for line in lines if line.how != "removed"],
        removed=[line for line in lines if line.how == "removed"],
        just_removed=_at(lines, done["removed"], gone=True),
        just_renamed=_at(lines, done["renamed"], gone=False),
        was=catalog.name_of(done["was"]),
        typed=typed or {},
    )


def _at(lines: Iterable[ContentLine], path: str, *, gone: bool) -> ContentLine | None:
    found = (line for line in lines if line.path == path and (line.how == "removed") == gone)
    return next(found, None)


def _state(view: EditorView) -> str:
    return view.draft.id if view.draft else view.base_id


@pages.post("/processes/<key>/files")
def change_files(key: str) -> Answer:
    """Take a file out of the draft, call it otherwise, or put it back as the version has it."""
    form = request.form
    draft_id, path, how = form.get("draft", "")[:40], form.get("path", ""), form.get("how", "")
    view = ask(ProcessEditor, process_key=key, draft_id=draft_id)
    files = ask(ProcessFiles, process_key=key, state=_state(view))
    done = {}
    try:
        if how == "remove":
            changes = catalog.without(files, path)
            done = {"removed": path}
        elif how == "rename":
            changes = catalog.renamed(files, path, form.get("name", "").strip())
            new = next(new for new, content in changes.items() if content == files[path])
            done = {"renamed": new, "was": path}
        else:
            changes = _again(key, view, files, path)
    except Invalid as exc:
        flash(exc.problems[0].text(lang()), "error")
        return _list(key, draft_id, {"path": path, "name": form.get("name", "")[:60]}), 422
    saved: DraftSaved = do(
        SaveProcessDraft,
        process_key=key,
        base_id=view.base_id,
        files=changes,
        draft_id=draft_id or None,
        expected_version=view.draft.version if view.draft else 0,
        seen={each: seen(files.get(each, b"")) for each in changes},
    )
    if how == "restore":
        flash(_("“%(path)s”已放回。", path=path), "success")
    told = urlencode({"draft": saved.draft_id, **done})
    return redirect(f"{url_for('admin.files_of', key=key)}?{told}")


def _again(key: str, view: EditorView, files: Mapping[str, bytes], path: str) -> catalog.Changes:
    """A file that the draft takes away, as the version it began with has it, with what goes along."""
    base = ask(ProcessFiles, process_key=key, state=view.base_id)
    beside = catalog.without(base, path)
    return {each: base[each] for each in beside if each not in files}
