"""Filling in a form on any page: what was posted, uploads stored, drafts, and the form shown again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from engine.clock import CHINA
from engine.commands import Attach
from engine.errors import Invalid, Problem
from engine.forms import Form
from engine.queries import FileLine, People
from webapp import forms
from webapp.current import ask, do, engine, lang


@dataclass(frozen=True)
class Filling:
    """A posted form: its answers with uploads in their places, and which button was pressed.

    ``problems``: uploads that were refused, and fields that appeared just now. ``uploaded``:
    references of what was stored, each a change of its case by the very person who sends the form.
    """

    answers: dict[str, Any]
    pressed: str
    problems: tuple[Problem, ...] = ()
    uploaded: tuple[Any, ...] = ()

    @property
    def again(self) -> bool:
        """Whether the page only asked to be shown again."""
        return self.pressed != "submit"


def people(roles: str, unit: str) -> Sequence[forms.Person]:
    """People for a picker: anyone with one of the roles (comma-separated) in the unit."""
    return [
        forms.Person(id=one.id, name=one.name, unit=one.unit)
        for one in ask(People, role=roles, unit=unit)
    ]


def known_files(lines: Sequence[FileLine]) -> dict[str, Any]:
    """References of files that answers may name."""
    return {
        line.id: {
            "id": line.id,
            "name": line.name,
            "size": line.size,
            "sha256": line.sha256,
            "type": line.media_type,
        }
        for line in lines
    }


def read(
    form: Form | None,
    context: Mapping[str, Any],
    files: Sequence[FileLine],
    *,
    attach: Mapping[str, str],
) -> Filling:
    """What the browser sent. Uploads are stored first, so that nothing sent is lost by a mistake.

    ``attach`` says where uploads belong: ``task_id`` or ``case_id``, or nothing before a start.
    """
    if form is None:
        return Filling({}, "submit")
    post = forms.read(form, request.form, request.files, known=known_files(files))
    stored: dict[str, list[Any]] = {}
    refused: list[Problem] = []
    for path, uploads in post.uploads.items():
        for upload in uploads:
            try:
                stored.setdefault(path, []).append(_store(upload, path, attach))
            except Invalid as exc:
                refused += [replace(problem, where=path) for problem in exc.problems]
    answers = post.with_uploads(form, stored)
    pressed: str = post.action.kind
    if "_draft" in request.form:
        pressed = "draft"
    state = form.state(answers, context, now=engine().house.clock.now().astimezone(CHINA))
    unseen = post.unseen(state) if pressed == "submit" else ()
    return Filling(
        answers,
        pressed,
        (*refused, *unseen),
        tuple(one for references in stored.values() for one in references),
    )


def typed(form: Form | None, files: Sequence[FileLine]) -> dict[str, Any]:
    """The answers as they are being typed; files on their way are not among them."""
    if form is None:
        return {}
    return forms.read(form, request.form, None, known=known_files(files)).answers


def word(sent: Filling) -> dict[str, Any]:
    """What a script that saved a draft is told besides: of uploads, their names or why not."""
    if not request.files:
        return {}
    return {
        "files": [{"id": one["id"], "name": one["name"]} for one in sent.uploaded],
        "refused": [problem.text(lang()) for problem in sent.problems],
    }


def kept(form: Form | None, context: Mapping[str, Any], files: Sequence[FileLine]) -> Any:
    """What was typed, for reading and copying, where the form can no longer be sent."""
    if form is None:
        return ()
    answers = forms.read(form, request.form, None, known=known_files(files)).answers
    shown = form.present(answers, context, now=engine().house.clock.now(), lang=lang())
    return tuple(one for one in shown if one.text or one.table or one.files or one.children)


def wants_word() -> bool:
    """Whether a script asked, who wants a word and no page: a draft saved by itself."""
    return request.accept_mimetypes.best == "application/json"


def _store(upload: FileStorage, path: str, attach: Mapping[str, str]) -> Any:
    stored = do(Attach, name=upload.filename or "", content=upload.stream, field=path, **attach)
    return stored.reference()


def shown(
    form: Form | None,
    answers: Mapping[str, Any],
    context: Mapping[str, Any],
    problems: Sequence[Problem] = (),
    *,
    refresh_url: str = "",
    action_url: str = "",
    name_of: Callable[[str], str] = str,
    beside: Mapping[str, str] | None = None,
) -> forms.FormView | None:
    """The form for the page, with problems beside their fields and summed up on top.

    ``beside``: ids of the page's own fields by what problems call them, for the summary's links.
    """
    if form is None:
        return None
    state = form.state(answers, context, now=engine().house.clock.now().astimezone(CHINA))
    view = forms.view(
        state,
        problems,
        lang=lang(),
        people=people,
        name_of_user=name_of,
        refresh_url=refresh_url,
        action_url=action_url,
    )
    others = {problem.text(lang()): (beside or {}).get(problem.where, "") for problem in problems}
    return replace(
        view,
        errors=tuple(
            replace(error, id=error.id or others.get(error.text, "")) for error in view.errors
        ),
    )
