"""What whoever shapes a form asks: which forms there are, who fills them in, what is wrong with one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from engine import bpmn, catalog, forms
from engine import queries as q
from engine.errors import ModelRejected, Problem
from engine.handlers.house import Context, House
from engine.handlers.services import CaseServices
from engine.law.tables import loads
from engine.model.rows import Deployment, ProcessDraft
from engine.reading.common import Desk, desk
from engine.reading.modeling import files_of


def package_forms(house: House, query: q.PackageForms) -> tuple[q.FormLine, ...]:
    """The forms of a state, each with the steps that show it."""
    with desk(house, query) as at:
        at.require_admin()
        files = files_of(at, query.process_key, query.state)[1]
        texts = _english(files) if at.lang == "en" else {}
        uses = _uses(at, files, texts)
        row = _base(at, query.state)
        base = row.files if row is not None else {}
        return tuple(
            q.FormLine(
                id=form_id,
                fields=_labels(files[path], texts),
                uses=tuple(use for named, use in uses if named == form_id),
                drawn=base.get(path) != hashlib.sha256(files[path]).hexdigest(),
            )
            for form_id, path in sorted(form_paths(files).items())
        )


def try_form(house: House, query: q.TryForm) -> q.FormTrial:
    """A form as it is being shaped, read by the rules of deployment."""
    with desk(house, query) as at:
        at.require_admin()
        files = files_of(at, query.process_key, query.state)[1]
        path = form_paths(files).get(query.form_id, f"forms/{query.form_id}.form")
        found = [replace(each, file=path) for each in forms.lint(query.content)]
        try:
            form = forms.parse(query.content)
        except ModelRejected:
            return q.FormTrial(problems=tuple(found))
        texts = {**_english(files), **query.english}
        told = {text: texts.get(text, "") for text in form.texts()}
        return q.FormTrial(
            problems=(*found, *_untranslated(path, told if catalog.ENGLISH in files else {})),
            form=form.translated(texts) if at.lang == "en" else form,
            context=_functions(at, query.state),
            english=told,
        )


def form_paths(files: Mapping[str, bytes]) -> dict[str, str]:
    """The path of each form of a package by its id, the name of its file."""
    return {PurePosixPath(path).stem: path for path in files if path.endswith(".form")}


def _english(files: Mapping[str, bytes]) -> dict[str, str]:
    return catalog.english(files.get(catalog.ENGLISH, b""))


def _untranslated(path: str, told: Mapping[str, str]) -> Iterator[Problem]:
    for text in [text for text, en in told.items() if not en][:20]:
        yield catalog.no_english(text, path)


def _labels(content: bytes, texts: Mapping[str, str]) -> tuple[str, ...]:
    try:
        form = forms.parse(content).translated(texts)
    except ModelRejected:
        return ()
    return tuple(each.label for each in form.fields() if each.label)


def _functions(at: Desk, state: str) -> Mapping[str, object]:
    """The law's functions, under the catalogue of the version the state began with."""
    row = _base(at, state)
    if row is None:
        return {}
    asker = Context(at.house, at.reader, at.now, at.viewer.user_id)
    return CaseServices(asker, at.package(row.id), at.lang).functions()


def _base(at: Desk, state: str) -> Deployment | None:
    draft = at.reader.get(ProcessDraft, id=state)
    row: Deployment | None = at.reader.get(
        Deployment, id=draft.base_id if draft is not None else state
    )
    return row


def _uses(
    at: Desk, files: Mapping[str, bytes], texts: Mapping[str, str]
) -> list[tuple[str, q.FormUse]]:
    """Which form is shown where; nothing of a drawing that cannot be read, which the check tells."""
    found = list(_starting(at, files))
    path = next((path for path in files if path.endswith(".bpmn")), "")
    try:
        definition = bpmn.load(files.get(path, b""), name=path) if path else None
    except ModelRejected:
        definition = None
    for element in definition.elements.values() if definition is not None else ():
        name = element.name or element.id
        for how, form_id in (
            ("task", element.form_id),
            ("message", element.properties.get("form")),
        ):
            if form_id:
                use = q.FormUse(how=how, element=element.id, name=texts.get(name, name))
                found.append((form_id, use))
    return found


def _starting(at: Desk, files: Mapping[str, bytes]) -> Iterator[tuple[str, q.FormUse]]:
    manifest: dict[str, Any] = {}
    try:
        manifest = loads(files.get("process.toml", b"").decode())
    except ValueError:
        return
    form_id = manifest.get("start_form")
    if isinstance(form_id, str) and form_id:
        yield form_id, q.FormUse(how="start", element="", name=at.pick("发起", "Start"))
