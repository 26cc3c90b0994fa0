"""Two drafts of a process brought together, by whoever saved second."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.commands import DiscardProcessDraft, SaveProcessDraft
from engine.model.results import DraftSaved
from engine.queries import (
    CompareProcess,
    Comparison,
    EditorView,
    Merged,
    MergeDrafts,
    ProcessDraftLine,
    ProcessEditor,
    ProcessFiles,
)
from webapp.asked import whole
from webapp.current import ask, do
from webapp.views.admin import Answer, pages

__all__ = ["pages"]

TAKE = "take-"
"""Before a collision's key, in the form."""


def asked_for(key: str, mine: str, theirs: str) -> Merged | None:
    """What has to be chosen between two drafts; None where they are no two drafts."""
    drafts = _drafts(ask(ProcessEditor, process_key=key))
    if mine == theirs or mine not in drafts or theirs not in drafts:
        return None
    base = ask(ProcessEditor, process_key=key, draft_id=mine).base_id
    return ask(MergeDrafts, process_key=key, old=base, mine=mine, theirs=theirs)


def page(
    key: str,
    old: str,
    new: str,
    other: str,
    *,
    chosen: Mapping[str, str] | None = None,
    left_open: frozenset[str] = frozenset(),
) -> str:
    """What changed between two states; and, where two drew at once, what has to be chosen."""
    mine = ask(CompareProcess, process_key=key, old=old, new=new)
    theirs = ask(CompareProcess, process_key=key, old=old, new=other) if other else None
    merged = asked_for(key, new, other) if other else None
    return render_template(
        "admin/difference.html",
        key=key,
        mine=mine,
        theirs=theirs,
        both={each.key for each in merged.collisions} if merged else _both(mine, theirs),
        merged=merged,
        versions=versions(key, new, other),
        chosen=chosen or {},
        left_open=left_open,
    )


def _both(mine: Comparison, theirs: Comparison | None) -> set[str]:
    """Elements that both changed: there somebody has to choose."""
    if theirs is None:
        return set()
    ours, others = (
        {change.element for change in each.changes if change.how != "moved"}
        for each in (mine, theirs)
    )
    return ours & others


def versions(key: str, *states: str) -> list[int]:
    """The versions of drafts, as a form has to bring them back; 0 for what is none."""
    drafts = _drafts(ask(ProcessEditor, process_key=key))
    return [drafts[state].version if state in drafts else 0 for state in states]


def _drafts(view: EditorView) -> dict[str, ProcessDraftLine]:
    return {line.id: line for line in view.drafts}


@pages.post("/processes/<key>/merge/<mine>/<theirs>")
def merge_drafts(key: str, mine: str, theirs: str) -> Answer:
    """Merge my draft into theirs, put mine in its place, or throw mine away: as was asked for.

    With a choice left open the page comes back, with what was chosen.
    """
    form = request.form
    seen = [whole(form.get(name, "")) or 0 for name in ("mine", "theirs")]
    if seen != versions(key, mine, theirs) or 0 in seen:
        flash(_("有一份草稿刚刚又被保存或舍弃，什么也没有改。请重新核对。"), "warning")
        return redirect(_difference(key, mine, theirs))
    how = form.get("how", "")
    if how == "theirs":
        do(DiscardProcessDraft, draft_id=mine, expected_version=seen[0])
        flash(_("已舍弃您的草稿，对方的草稿没有变动。"), "success")
        return redirect(url_for("admin.edit", key=key, draft=theirs))
    if how not in ("mine", "merge"):
        return redirect(_difference(key, mine, theirs))
    base = ask(ProcessEditor, process_key=key, draft_id=mine).base_id
    if how == "merge":
        merged, left_open = _chosen(key, base, mine, theirs)
        if left_open:
            return page(key, base, mine, theirs, chosen=form, left_open=left_open), 422
        files = dict(merged.files)
    else:
        files = _mine(key, mine)
    saved = _save(key, base, files, theirs, seen[1])
    if saved.draft_id != theirs:  # somebody was faster; what was merged is kept beside it
        return redirect(_difference(key, saved.draft_id, theirs))
    do(DiscardProcessDraft, draft_id=mine, expected_version=seen[0])
    flash(
        _("两份草稿已合并成一份，请检查后部署。")
        if how == "merge"
        else _("已用您的草稿代替对方的草稿。"),
        "success",
    )
    return redirect(url_for("admin.edit", key=key, draft=theirs))


def _chosen(key: str, base: str, mine: str, theirs: str) -> tuple[Merged, frozenset[str]]:
    """The package with what was chosen of each collision, and those nobody has chosen yet."""
    chosen = {
        name.removeprefix(TAKE): value
        for name, value in request.form.items()
        if name.startswith(TAKE) and value in ("mine", "theirs")
    }
    merged = ask(
        MergeDrafts,
        process_key=key,
        old=base,
        mine=mine,
        theirs=theirs,
        take_theirs=frozenset(key for key, value in chosen.items() if value == "theirs"),
    )
    return merged, frozenset(c.key for c in merged.collisions) - chosen.keys()


def _mine(key: str, mine: str) -> dict[str, bytes]:
    files = ask(ProcessFiles, process_key=key, state=mine)
    return dict(files)


def _save(key: str, base: str, files: dict[str, bytes], theirs: str, version: int) -> DraftSaved:
    """Only what differs is written; a draft holds nothing else."""
    there = ask(ProcessFiles, process_key=key, state=theirs)
    changed: dict[str, bytes | None] = {
        path: content for path, content in files.items() if there.get(path) != content
    }
    if any(path.endswith(".bpmn") for path in changed):
        model = next(content for path, content in changed.items() if path.endswith(".bpmn"))
        changed = {p: c for p, c in changed.items() if not p.endswith(".bpmn")}
        changed[next(path for path in there if path.endswith(".bpmn"))] = model
    changed |= {p: None for p in there if p not in files and not p.endswith(".bpmn")}
    saved: DraftSaved = do(
        SaveProcessDraft,
        process_key=key,
        base_id=base,
        files=changed,
        draft_id=theirs,
        expected_version=version,
    )
    return saved


def _difference(key: str, mine: str, theirs: str) -> str:
    drafts = _drafts(ask(ProcessEditor, process_key=key))
    if mine not in drafts:
        return url_for("admin.processes")
    base = ask(ProcessEditor, process_key=key, draft_id=mine).base_id
    other = theirs if theirs in drafts else None
    return url_for("admin.difference", key=key, old=base, new=mine, other=other)
