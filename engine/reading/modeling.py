"""What whoever draws a process asks: the editor's choices, drafts, who else draws, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine import bpmn, catalog, dmn, forms
from engine import queries as q
from engine.catalog import Package
from engine.clock import legal_date
from engine.errors import ModelRejected, NotFound, Problem
from engine.handlers.deployments import newest, with_shelves
from engine.handlers.drafts import BEGINNING
from engine.handlers.house import House
from engine.law.rules import DeadlineRule, Status
from engine.model.ids import is_id
from engine.model.rows import Blob, Deployment, EditorSeat, ProcessDraft, ScenarioRun
from engine.reading.common import Desk, desk

SEAT_MS = 60_000
"""How long an editor that is not heard of any more counts as open: three of its beats."""


def editor(house: House, query: q.ProcessEditor) -> q.EditorView:
    """What the editor of a process needs."""
    with desk(house, query) as at:
        at.require_admin()
        last = _newest(at, query.process_key)
        drafts = at.reader.find(ProcessDraft, process_key=query.process_key, order="-saved_at")
        draft = next((row for row in drafts if row.id == query.draft_id), None)
        if query.draft_id and draft is None:
            raise NotFound(what={"zh": "草稿", "en": "draft"})
        versions = dict(
            at.reader.columns(Deployment, ("id", "version"), process_key=query.process_key)
        )
        base_id = draft.base_id if draft is not None else last.id
        lines = {row.id: _draft_line(at, row, versions) for row in drafts}
        return q.EditorView(
            key=query.process_key,
            title=_title(at, last),
            base_id=base_id,
            base_version=versions[base_id],
            newest_version=last.version,
            draft=lines[draft.id] if draft is not None else None,
            drafts=tuple(lines.values()),
            editors=_others(at, query.process_key),
            choices=_choices(at, at.package(base_id), draft),
        )


def _newest(at: Desk, process_key: str) -> Deployment:
    found = newest(at.reader, process_key) or _beginning(at, process_key)
    if found is None:
        raise NotFound(what={"zh": "流程", "en": "process"})
    return found


def _beginning(at: Desk, process_key: str) -> Deployment | None:
    """What a process began with that was never deployed."""
    rows = at.reader.find(Deployment, process_key=process_key, version=BEGINNING)
    return rows[0] if rows else None


def _title(at: Desk, row: Deployment) -> str:
    if row.active:
        return at.process_title(row.process_key)
    return at.package(row.id).text(row.title, at.lang)


def begun(house: House, query: q.BegunProcesses) -> tuple[q.BegunLine, ...]:
    """Processes that are drawn and were never deployed, by key."""
    with desk(house, query) as at:
        at.require_admin()
        deployed = {key for (key,) in at.reader.columns(Deployment, ("process_key",), active=True)}
        return tuple(
            q.BegunLine(
                key=row.process_key,
                title=_title(at, row),
                drafts=tuple(
                    _draft_line(at, draft, {row.id: row.version})
                    for draft in at.reader.find(
                        ProcessDraft, process_key=row.process_key, order="-saved_at"
                    )
                ),
            )
            for row in at.reader.find(Deployment, version=BEGINNING, order="process_key")
            if row.process_key not in deployed
        )


def _draft_line(at: Desk, row: ProcessDraft, versions: Mapping[str, int]) -> q.ProcessDraftLine:
    return q.ProcessDraftLine(
        id=row.id,
        version=row.version,
        base_version=versions.get(row.base_id, 0),
        saved_at=row.saved_at,
        saved_by=at.name(row.saved_by),
        mine=row.saved_by == at.viewer.user_id,
        beside=row.beside is not None,
    )


def editors(house: House, query: q.Editors) -> tuple[str, ...]:
    """Who else has the editor of a process open."""
    with desk(house, query) as at:
        at.require_admin()
        return _others(at, query.process_key)


def _others(at: Desk, process_key: str) -> tuple[str, ...]:
    seats = at.reader.find(EditorSeat, process_key=process_key, order="user_id")
    return tuple(
        at.name(seat.user_id)
        for seat in seats
        if seat.user_id != at.viewer.user_id and seat.seen_at > at.now_ms - SEAT_MS
    )


# ---------------------------------------------------------------------- what may be referred to


def _choices(
    at: Desk, package: Package, draft: ProcessDraft | None
) -> dict[str, tuple[q.Choice, ...]]:
    drawn = draft.files if draft is not None else {}
    stems = {_stem(path): text for path, text in drawn.items() if path.endswith(".form")}
    gone = {name for name, text in stems.items() if text is None}
    forms = {*package.forms, *stems} - gone
    return {
        "deadlines": deadlines(at),
        "forms": tuple(_form(at, package, form_id) for form_id in sorted(forms)),
        "decisions": tuple(_decisions(at, package, draft)),
        "documents": tuple(
            q.Choice(id=each.id, title=package.text(each.title, at.lang))
            for each in package.documents.values()
        ),
        "laws": tuple(_law(at, package, law_id) for law_id in package.laws),
        "roles": tuple(
            q.Choice(
                id=role.id, title=role.title(at.lang), note=at.pick(role.note_zh, role.note_en)
            )
            for role in at.house.roles
        ),
        "processes": _processes(at),
        "steps": tuple(q.Choice(id=step, title=step) for step in _steps(at)),
        "operations": tuple(q.Choice(id=name, title=name) for name in sorted(at.house.operations)),
    }


def _decisions(at: Desk, package: Package, draft: ProcessDraft | None) -> Iterable[q.Choice]:
    """Every decision of the package, those of the draft as it has them."""
    files = drawn_over(package.files, draft.files if draft is not None else {})
    for path in sorted(path for path in files if path.endswith(".dmn")):
        try:
            decisions = catalog.load_decisions(files, path).decisions
        except ModelRejected:
            continue
        for info in decisions:
            yield q.Choice(id=info.id, title=package.text(info.name, at.lang))


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".form")


def _form(at: Desk, package: Package, form_id: str) -> q.Choice:
    form = package.form(form_id, at.lang)
    fields = [field.label for field in form.fields() if field.label] if form is not None else []
    return q.Choice(
        id=form_id,
        title=form_id,
        note=at.pick("、", ", ").join(fields[:6]) + ("…" if len(fields) > 6 else ""),
    )


def _law(at: Desk, package: Package, law_id: str) -> q.Choice:
    text = at.law_text(package.laws[law_id], package)
    return q.Choice(
        id=law_id,
        title=f"{text.title} {text.article}".strip(),
        law=text.text,
        status=_status(at, Status(package.laws[law_id].status)),
        checked=package.laws[law_id].status == Status.VERIFIED,
    )


def _status(at: Desk, status: Status) -> str:
    return at.pick(status.zh, status.en)


def deadlines(at: Desk) -> tuple[q.Choice, ...]:
    """The limits of the office's own catalogue, as they hold today."""
    shelf = catalog.shelf_of(at.house.shelves)
    today = legal_date(at.now)
    found = []
    for rule_id in shelf.ids:
        try:
            rule = shelf.get(rule_id, today)
        except NotFound:  # not in force yet, or no longer
            rule = shelf.get(rule_id)
        found.append(deadline_choice(at, rule))
    return tuple(found)


def deadline_choice(at: Desk, rule: DeadlineRule) -> q.Choice:
    """A limit of the catalogue with how long it is and on what it rests."""
    return q.Choice(
        id=rule.id,
        title=at.pick(rule.zh, rule.en),
        note=at.pick("；", "; ").join(
            part for part in (_length(at, rule), _start(at, rule)) if part
        ),
        law=at.pick(rule.citation_zh, rule.citation_en)
        + at.pick(f"：{rule.basis_zh}", f": {rule.basis_en}") * bool(rule.basis_zh),
        status=_status(at, rule.status),
        checked=rule.status == Status.VERIFIED,
    )


def _length(at: Desk, rule: DeadlineRule) -> str:
    if rule.month_day:
        return at.pick(f"每年 {rule.month_day} 前", f"by {rule.month_day} of the year")
    parts = []
    if rule.limit is not None:
        parts.append(
            at.pick(f"{rule.limit} {rule.unit.zh}", f"{rule.limit} {rule.unit.en(rule.limit)}")
        )
    if rule.minimum is not None:
        unit = rule.minimum_unit
        parts.append(
            at.pick(
                f"不少于 {rule.minimum} {unit.zh}",
                f"at least {rule.minimum} {unit.en(rule.minimum)}",
            )
        )
    return at.pick("，", ", ").join(parts)


def _start(at: Desk, rule: DeadlineRule) -> str:
    return at.pick(f"自{rule.starts_zh}", f"from {rule.starts_en}") if rule.starts_zh else ""


def _processes(at: Desk) -> tuple[q.Choice, ...]:
    keys = {key for (key,) in at.reader.columns(Deployment, ("process_key",), active=True)}
    return tuple(q.Choice(id=key, title=at.process_title(key)) for key in sorted(keys))


def _steps(at: Desk) -> tuple[str, ...]:
    """What steps are called in the newest version of every process."""
    keys = {key for (key,) in at.reader.columns(Deployment, ("process_key",), active=True)}
    rows = [newest(at.reader, key) for key in sorted(keys)]
    return tuple(
        sorted(
            {
                element.step
                for row in rows
                if row is not None
                for element in at.package(row.id).definition.elements.values()
                if element.step
            }
        )
    )


# ---------------------------------------------------------------------- states and differences


def files(house: House, query: q.ProcessFiles) -> Mapping[str, bytes]:
    """The package of a version or draft, without the shelves."""
    with desk(house, query) as at:
        at.require_admin()
        return files_of(at, query.process_key, query.state)[1]


def files_of(at: Desk, process_key: str, state: str) -> tuple[str, dict[str, bytes]]:
    """How a state is called, and its files."""
    if not is_id(state):
        raise NotFound(what={"zh": "流程版本", "en": "process version"})
    draft = at.reader.get(ProcessDraft, id=state)
    row = at.reader.get(Deployment, id=draft.base_id if draft is not None else state)
    if row is None or row.process_key != process_key:
        raise NotFound(what={"zh": "流程版本", "en": "process version"})
    wanted = {path: sha for path, sha in row.files.items() if not path.startswith("shelf/")}
    blobs = {
        blob.sha256: blob.content
        for blob in at.reader.find(Blob, sha256=sorted(set(wanted.values())))
    }
    found = {path: blobs[sha256] for path, sha256 in wanted.items()}
    if draft is None:
        return _version(at, row), found
    name = at.name(draft.saved_by)
    return at.pick(f"{name}的草稿", f"Draft of {name}"), drawn_over(found, draft.files)


def drawn_over(files: Mapping[str, bytes], drawn: Mapping[str, str | None]) -> dict[str, bytes]:
    """A version's files with a draft over them: one model, and nothing of what it takes away."""
    models = any(path.endswith(".bpmn") for path in drawn)
    found = {
        path: content
        for path, content in files.items()
        if path not in drawn and not (models and path.endswith(".bpmn"))
    }
    return found | {path: text.encode() for path, text in drawn.items() if text is not None}


def _version(at: Desk, row: Deployment) -> str:
    if row.version == BEGINNING:
        return at.pick("起始稿", "The beginning")
    return at.pick(f"第 {row.version} 版", f"Version {row.version}")


def last_scenario_run(house: House, query: q.LastScenarioRun) -> q.ScenarioRunView | None:
    """What came of the scenarios of a state when they were run last."""
    with desk(house, query) as at:
        at.require_admin()
        row = at.reader.get(ScenarioRun, state=query.state) if is_id(query.state) else None
        if row is None or row.process_key != query.process_key:
            return None
        return q.ScenarioRunView(
            sha256=row.sha256, ran_at=row.ran_at, ran_by=at.name(row.ran_by), result=row.result
        )


def compare(house: House, query: q.CompareProcess) -> q.Comparison:
    """What changed between two states of a process."""
    with desk(house, query) as at:
        at.require_admin()
        old_title, old = files_of(at, query.process_key, query.old)
        new_title, new = files_of(at, query.process_key, query.new)
        changes = bpmn.difference(model_of(old), model_of(new))
        return q.Comparison(
            key=query.process_key,
            title=_title(at, _newest(at, query.process_key)),
            old=query.old,
            new=query.new,
            old_title=old_title,
            new_title=new_title,
            changes=tuple(change_line(at, change) for change in changes),
            files=tuple(_other_files(old, new)),
            weaker=_weaker(at, old, new),
            forms=tuple(_forms(at, old, new)),
            decisions=tuple(_changed_decisions(at, old, new)),
        )


def model_of(content: Mapping[str, bytes]) -> bytes:
    """The model of a package. Raises ModelRejected where it has none."""
    found = next((data for path, data in content.items() if path.endswith(".bpmn")), None)
    if found is None:
        raise ModelRejected(
            [Problem(code="no-model", zh="流程包里没有流程图。", en="The package has no model.")]
        )
    return found


def change_line(at: Desk, change: bpmn.Change) -> q.ChangeLine:
    """A change in the viewer's language."""
    return q.ChangeLine(
        element=change.element,
        how=change.how,
        name=at.pick(change.zh, change.en),
        kind=change.kind,
        moved=change.moved,
        details=tuple(
            (at.pick(each.zh, each.en), each.before, each.after) for each in change.details
        ),
    )


def _other_files(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterable[tuple[str, str]]:
    for path in sorted({*old, *new}):
        if path.endswith(".bpmn") or old.get(path) == new.get(path):
            continue
        yield path, "added" if path not in old else "removed" if path not in new else "changed"


def _forms(
    at: Desk, old: Mapping[str, bytes], new: Mapping[str, bytes]
) -> Iterable[tuple[str, tuple[q.ChangeLine, ...]]]:
    """What changed in forms that both states have, field by field."""
    texts = catalog.english(new.get(catalog.ENGLISH, b"")) if at.lang == "en" else {}
    for path in sorted(path for path in new if path.endswith(".form") and path in old):
        changes = forms.difference(old[path], new[path]) if old[path] != new[path] else ()
        if changes:
            yield path, tuple(_field_line(at, change, texts) for change in changes)


def _changed_decisions(
    at: Desk, old: Mapping[str, bytes], new: Mapping[str, bytes]
) -> Iterable[tuple[str, tuple[q.ChangeLine, ...]]]:
    """What changed in decisions that both states have, rule by rule."""
    for path in sorted(path for path in new if path.endswith(".dmn") and path in old):
        changes = dmn.difference(old[path], new[path]) if old[path] != new[path] else ()
        if changes:
            yield path, tuple(_decision_line(at, change) for change in changes)


def _decision_line(at: Desk, change: dmn.DecisionChange) -> q.ChangeLine:
    return q.ChangeLine(
        element=change.element,
        how=change.how,
        name=at.pick(change.zh, change.en),
        kind="",
        moved=change.moved,
        details=tuple(
            (at.pick(each.zh, each.en), each.before, each.after) for each in change.details
        ),
    )


def _field_line(at: Desk, change: forms.FieldChange, texts: Mapping[str, str]) -> q.ChangeLine:
    return q.ChangeLine(
        element=change.path,
        how=change.how,
        name=texts.get(change.label, change.label),
        kind=change.kind,
        moved=change.moved,
        details=tuple(
            (at.pick(*forms.ATTRIBUTE_NAMES.get(name, (name, name))), before, after)
            for name, before, after in change.details
        ),
    )


def _weaker(at: Desk, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[str, ...]:
    """What the new one protects less; nothing where one of the two cannot be read whole."""
    try:
        before, after = (_packaged(at, each) for each in (old, new))
    except ModelRejected:
        return ()
    return catalog.weakened(before.manifest, after.manifest)


def _packaged(at: Desk, content: Mapping[str, bytes]) -> catalog.Package:
    """A state as a package, read once: it is mostly the same as a moment ago."""
    files = with_shelves(content, at.house.shelves)
    formats = frozenset(at.house.script_handlers)
    return catalog.pinned(catalog.package_hash(files), lambda: files, script_formats=formats)
