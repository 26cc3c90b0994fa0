"""Starting a case, files, diagrams, people to pick, and who is signed in."""

from __future__ import annotations

from typing import Any

from engine import queries as q
from engine.catalog import Package
from engine.clock import legal_date, millis
from engine.errors import Forbidden, NotFound
from engine.handlers import cases as case_handlers
from engine.handlers.deployments import newest
from engine.handlers.house import Context, House
from engine.handlers.services import CaseServices
from engine.handlers.signing import SESSION_SEEN_EVERY, session_id
from engine.handlers.viewers import is_valid, make_viewer
from engine.model.ids import is_id
from engine.model.people import Viewer
from engine.model.rows import (
    Deployment,
    Document,
    File,
    Instance,
    LoginSession,
    Membership,
    StartDraft,
    User,
)
from engine.reading import outline
from engine.reading.common import Desk, desk
from engine.reading.dossier import Dossier, file_line


def startable(house: House, query: q.Startable) -> tuple[q.ProcessCard, ...]:
    """Kinds of matters; those the viewer may start first."""
    with desk(house, query) as at:
        keys = sorted({k for (k,) in at.reader.columns(Deployment, ("process_key",), active=True)})
        cards = [
            _card(at, row)
            for key in keys
            if (row := newest(at.reader, key)) is not None and at.package(row.id).manifest.startable
        ]
        return tuple(sorted(cards, key=lambda card: (not card.action.enabled, card.key)))


def _card(at: Desk, row: Deployment) -> q.ProcessCard:
    package = at.package(row.id)
    manifest = package.manifest
    reason = _start_reason(at, package)
    return q.ProcessCard(
        key=row.process_key,
        title=package.text(manifest.title, at.lang),
        summary=package.text(manifest.summary, at.lang),
        needs=tuple(package.text(need, at.lang) for need in manifest.needs),
        laws=tuple(at.law_text(law, package) for law in package.laws.values()),
        version=row.version,
        deployment_id=row.id,
        action=q.Action(name="start", enabled=not reason, reason=reason),
        stages=outline.stages(at, package),
        limits=outline.limits(at, package),
        usual=outline.usual(at, row.process_key),
    )


def _start_reason(at: Desk, package: Package) -> str:
    context = _context(at)
    try:
        case_handlers.refuse_starter(context, package)
    except Forbidden as exc:
        return str(exc.localised(at.lang)["reason"])
    return ""


def _context(at: Desk) -> Context:
    context = Context(at.house, at.reader, at.now, at.viewer.user_id)
    context._viewer = at.viewer
    return context


def start_page(house: House, query: q.StartPage) -> q.StartView:
    """The start form of a process. Raises NotFound, Forbidden."""
    with desk(house, query) as at:
        row = newest(at.reader, query.process_key)
        if row is None:
            raise NotFound(what={"zh": "流程", "en": "process"})
        package = at.package(row.id)
        context = _context(at)
        case_handlers.refuse_starter(context, package)
        form = package.form(package.manifest.start_form, at.lang)
        draft = _draft(at, query)
        answers: Any = draft.answers if draft is not None else {}
        if form is not None and draft is None:
            answers = form.blank({}, now=at.now)
        files = at.reader.find(File, root_id=None, uploaded_by=at.viewer.user_id, removed_at=None)
        return q.StartView(
            card=_card(at, row),
            form=form,
            context=CaseServices(context, package, at.lang).functions(),
            answers=answers,
            draft_id=draft.id if draft is not None else "",
            files=tuple(file_line(at, file) for file in files),
        )


def _draft(at: Desk, query: q.StartPage) -> StartDraft | None:
    if not query.draft_id:
        return None
    draft = at.reader.get(StartDraft, id=query.draft_id) if is_id(query.draft_id) else None
    if draft is None or draft.user_id != at.viewer.user_id:
        raise NotFound(what={"zh": "草稿", "en": "draft"})
    return draft  # type: ignore[no-any-return]


def get_file(house: House, query: q.GetFile) -> q.FileContent:
    """A file's content. Raises NotFound when the viewer may not read it."""
    with desk(house, query) as at:
        file = at.reader.get(File, id=query.file_id) if is_id(query.file_id) else None
        if file is None or not _may_read(at, file) or not house.files.exists(file.sha256):
            raise NotFound(what={"zh": "文件", "en": "file"})
        return q.FileContent(
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            path=house.files.path(file.sha256),
        )


def _may_read(at: Desk, file: File) -> bool:
    if file.root_id is None:
        return file.uploaded_by == at.viewer.user_id
    root = at.known_root(file.root_id)
    return root is not None and Dossier(at, root).may_read(file)


def get_document(house: House, query: q.GetDocument) -> q.FileContent:
    """A document's file. Raises NotFound when it is not made yet or not for the viewer."""
    with desk(house, query) as at:
        row = at.reader.get(Document, id=query.document_id) if is_id(query.document_id) else None
        missing = NotFound(what={"zh": "文书", "en": "document"})
        if row is None or row.state != "ready":
            raise missing
        root = at.known_root(row.root_id)
        if root is None or not Dossier(at, root).may_read_document(row):
            raise missing
        docx = query.format == "docx"
        sha256 = row.docx_sha256 if docx else row.pdf_sha256
        path = house.files.path(sha256)
        if not path.is_file():
            raise missing  # its row outlived its content
        ending = "docx" if docx else "pdf"
        media = (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            if docx
            else "application/pdf"
        )
        return q.FileContent(
            name=f"{row.title}.{ending}", media_type=media, size=path.stat().st_size, path=path
        )


def instance_model(house: House, query: q.InstanceModel) -> bytes:
    """The model of an instance as drawn. Raises NotFound."""
    with desk(house, query) as at:
        row = at.reader.get(Instance, id=query.instance_id) if is_id(query.instance_id) else None
        if row is None:
            raise NotFound(what={"zh": "事项", "en": "case"})
        at.root(row.root_id)
        return at.package(row.deployment_id).model


def deployment_model(house: House, query: q.DeploymentModel) -> bytes:
    """The model of a deployment. Raises NotFound."""
    with desk(house, query) as at:
        if not is_id(query.deployment_id):
            raise NotFound(what={"zh": "流程版本", "en": "process version"})
        return at.package(query.deployment_id).model


def people(house: House, query: q.People) -> tuple[q.Person, ...]:
    """People to pick, by name."""
    with desk(house, query) as at:
        today = legal_date(at.now)
        wanted = {part.strip() for part in query.role.split(",") if part.strip()}
        users = {user.id: user for user in at.reader.find(User, active=True)}
        held: dict[str, set[str]] = {}
        for membership in at.reader.find(Membership):
            if is_valid(membership, today) and (
                not query.unit or membership.unit_id in (query.unit, None)
            ):
                held.setdefault(membership.user_id, set()).add(membership.role)
        found = [
            q.Person(
                id=user.id,
                name=at.pick(user.name, user.name_en),
                unit=at.unit(user.unit_id),
                roles=tuple(sorted(held.get(user.id, ()))),
            )
            for user in users.values()
            if (not wanted or wanted & held.get(user.id, set()))
            and (wanted or not query.unit or user.unit_id == query.unit)
        ]
        return tuple(sorted(found, key=lambda person: (person.unit, person.name)))


def as_user(house: House, query: q.AsUser) -> Viewer:
    """The viewer somebody is, by id."""
    with desk(house, query) as at:
        return at.viewer


def who_is(house: House, query: q.WhoIs) -> Viewer | None:
    """The signed-in user of a cookie's secret, or None; ends what idled too long."""
    now = house.clock.now()
    now_ms = millis(now)
    with house.store.read() as reader:
        session = reader.get(LoginSession, id=session_id(query.token))
        if session is None or session.expires_at <= now_ms:
            return None
        if now_ms - session.seen_at > house.settings.session_idle_minutes * 60_000:
            return None
        user, memberships = reader.viewer_rows(session.user_id)
        if user is None or not user.active:
            return None
        viewer = make_viewer(user, memberships, legal_date(now), house.roles)
    if now_ms - session.seen_at > SESSION_SEEN_EVERY:
        with house.store.write() as tx:
            fresh = tx.get(LoginSession, id=session.id)
            if fresh is not None:
                fresh.seen_at = now_ms
                tx.update(fresh, "seen_at")
    return viewer
