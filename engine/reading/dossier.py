"""A case as one viewer may read it: everything about one matter, veiled where it must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine import documents
from engine import queries as q
from engine.catalog import Package
from engine.forms.house import OPINION, TEXTS
from engine.handlers import cases as case_handlers
from engine.handlers import outputs, secrecy
from engine.handlers.case import Case
from engine.handlers.house import Context
from engine.handlers.messages import may_send
from engine.handlers.services import CaseServices
from engine.model.rows import (
    Activity,
    Clock,
    Comment,
    Deployment,
    Document,
    Draft,
    File,
    Incident,
    Instance,
    Subscription,
    Task,
)
from engine.reading import deeds
from engine.reading.common import Desk
from engine.reading.lists import stage_text


class Dossier:
    """A case as one viewer may read it; rows are read once, when first needed."""

    def __init__(self, at: Desk, root: Instance) -> None:
        self.at = at
        self.root = root
        self._instances: dict[str, Instance] | None = None
        self._tasks: list[Task] | None = None
        self._handed_in: frozenset[str] | None = None

    def instances(self) -> dict[str, Instance]:
        """All instances of the case by id, the root first."""
        if self._instances is None:
            rows = self.at.reader.find(Instance, root_id=self.root.id, order="id")
            self._instances = {row.id: row for row in rows}
        return self._instances

    def package(self, instance_id: str) -> Package:
        """The package of an instance."""
        return self.at.package(self.instances()[instance_id].deployment_id)

    def tasks(self) -> list[Task]:
        """All tasks of the case, oldest first."""
        if self._tasks is None:
            self._tasks = self.at.reader.find(Task, root_id=self.root.id, order=("opened_at", "id"))
            self.at.know_names(
                name for task in self._tasks for name in (task.closed_by, task.assignee)
            )
        return self._tasks

    def hidden(self) -> frozenset[str]:
        """Fields the viewer may not read: the package's, over all instances of the case."""
        return frozenset() if self.at.viewer.system else self._hidden_from(self.at.viewer.role_ids)

    def _hidden_from(self, roles: Iterable[str]) -> frozenset[str]:
        packages = {row.deployment_id for row in self.instances().values()}
        return secrecy.sealed(map(self.at.package, packages), roles)

    def veil(
        self, values: Mapping[str, Any], typed: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        """Values without what the viewer may not read, but with what they ``typed`` in themselves."""
        hidden = self.hidden() - typed
        return {key: value for key, value in values.items() if key not in hidden}

    def overwritten(self) -> frozenset[str]:
        """Variables that later steps of other people gave a value: no longer the starter's words."""
        starter = self.root.started_by
        later = (task for task in self.tasks() if task.closed_by != starter)
        return frozenset(key for task in later for key in task.answers or ())

    # --- lines -------------------------------------------------------------------------------------

    def head(self) -> q.CaseHead:
        """The head of every page of the case."""
        at, root = self.at, self.root
        deployment = at.reader.get(Deployment, id=root.deployment_id)
        return q.CaseHead(
            id=root.id,
            title=root.title,
            case_no=root.case_no,
            process=at.process_title(root.process_key),
            process_key=root.process_key,
            process_version=deployment.version if deployment is not None else 0,
            state=root.state,
            stage=stage_text(at, root),
            lamp=at.lamp_of_row(root),
            urgency=root.urgency,
            starter=at.name(root.started_by),
            unit=at.unit(root.unit_id),
            started_at=root.started_at,
            ended_at=root.ended_at,
            version=root.version,
            walled=bool(root.track),
            returns=root.returns,
        )

    def present(
        self,
        task_like: Any,
        form_id: str | None,
        package: Package,
        answers: Mapping[str, Any],
        entered_by: str | None,
    ) -> tuple[Any, ...]:
        """Answers for reading."""
        form = package.form(form_id)
        if form is None:
            return ()
        # What the form itself put in, to be read or reckoned with, nobody typed.
        typed = form.typed() if entered_by == self.at.viewer.user_id else frozenset()
        values = self.veil(answers, typed)
        shown = form.present(
            values,
            values,
            now=self.at.now,
            lang=self.at.lang,
            texts={**TEXTS, **package.texts} if form_id == OPINION else package.texts,
            name_of=self.at.name,
        )
        hidden = self.hidden() - typed
        return tuple(
            item
            for item in shown
            if item.path.split("[")[0].split(".")[0] not in hidden
            and (item.text or item.table or item.files or item.children)
        )

    def steps(self) -> tuple[q.StepDone, ...]:
        """Completed tasks with their answers, oldest first."""
        return tuple(self.step(task) for task in self.tasks() if task.state == "completed")

    def step(self, task: Task) -> q.StepDone:
        """A completed task for reading."""
        package = self.package(task.instance_id)
        return q.StepDone(
            task_id=task.id,
            element_id=task.element_id,
            step=deeds.step_name(self.at, package, task),
            who=self.at.name(task.closed_by),
            at=task.closed_at or 0,
            opened_at=task.opened_at,
            late_reason=task.late_reason,
            round=task.round,
            shown=self.present(task, task.form_id, package, task.answers or {}, task.closed_by),
        )

    def start_step(self) -> q.StepDone | None:
        """The start form's answers, as far as they still stand in the case's variables."""
        package = self.package(self.root.id)
        if not package.manifest.start_form:
            return None
        variables = self.root.variables
        gone = self.hidden() & self.overwritten()
        shown = self.present(
            None,
            package.manifest.start_form,
            package,
            {key: value for key, value in variables.items() if key not in gone},
            self.root.started_by,
        )
        return q.StepDone(
            task_id="",
            element_id="",
            step=self.at.pick("发起", "Start"),
            who=self.at.name(self.root.started_by),
            at=self.root.started_at,
            opened_at=self.root.started_at,
            late_reason="",
            round=1,
            shown=shown,
        )

    def files(self) -> tuple[q.FileLine, ...]:
        """The case's files the viewer may read, newest first."""
        rows = self.at.reader.find(
            File, root_id=self.root.id, removed_at=None, order="-uploaded_at"
        )
        names = {
            task.id: self.package(task.instance_id).text(task.name, self.at.lang)
            for task in self.tasks()
        }
        self.at.know_names(row.uploaded_by for row in rows)
        return tuple(
            file_line(self.at, row, names.get(row.task_id or "", ""))
            for row in rows
            if self._counts(row) and self.may_read(row)
        )

    def _counts(self, file: File) -> bool:
        """Whether a file is material of the case.

        What somebody puts into a step's form is theirs until they hand it in; what they replaced
        before that stays in the evidence and is nobody's material.
        """
        if not file.field or file.task_id is None or self.at.viewer.system:
            return True
        if self._handed_in is None:
            answers = [task.answers for task in self.tasks() if task.state == "completed"]
            self._handed_in = frozenset(outputs.file_ids(answers))
        if file.id in self._handed_in:
            return True
        waiting = any(task.id == file.task_id and task.state == "open" for task in self.tasks())
        return waiting and (file.uploaded_by == self.at.viewer.user_id or self._given(file))

    def _given(self, file: File) -> bool:
        """Whether a file came to the viewer with a draft, when a task was handed on to them."""
        user_id = self.at.viewer.user_id
        draft = self.at.reader.get(Draft, task_id=file.task_id, user_id=user_id)
        return draft is not None and file.id in set(outputs.file_ids(draft.answers))

    def may_read(self, file: File) -> bool:
        """Whether the viewer may read a file of the case."""
        return secrecy.may_read(file, self.at.viewer, self._hidden_from(()), self.hidden())

    def may_read_document(self, row: Document) -> bool:
        """Whether the viewer may read a document: one made of fields they may not read, never."""
        hidden = self.hidden()
        template = self.package(row.instance_id).documents.get(row.template)
        made_of = documents.mentioned(template) if hidden and template is not None else frozenset()
        secret = made_of & self._hidden_from(())
        if secret:
            return not secret & hidden
        return not (row.confidential and hidden)

    def documents(self) -> tuple[q.DocumentLine, ...]:
        """Documents that steps left, newest first."""
        rows = self.at.reader.find(Document, root_id=self.root.id, order="-id")
        names = {
            task.id: self.package(task.instance_id).text(task.name, self.at.lang)
            for task in self.tasks()
        }
        return tuple(
            q.DocumentLine(
                id=row.id,
                title=self.package(row.instance_id).text(row.title, self.at.lang),
                number=row.number,
                revision=row.revision,
                state=row.state,
                made_at=row.made_at,
                step=self.package(row.instance_id).text(
                    names.get(row.task_id or "", ""), self.at.lang
                ),
            )
            for row in rows
            if self.may_read_document(row)
        )

    def clocks(self) -> tuple[q.ClockLine, ...]:
        """All clocks of the case, the running ones first, by due moment."""
        rows = self.at.reader.find(Clock, root_id=self.root.id)
        rows.sort(key=lambda c: (c.state not in ("running", "paused"), c.due_at or 1 << 60, c.id))
        lines = []
        for clock in rows:
            package = self.package(clock.instance_id)
            element = package.definition.elements.get(clock.element_id)
            step = package.text(element.name, self.at.lang) if element is not None else ""
            lines.append(self.at.clock_line(clock, self.root, step))
        return tuple(lines)

    def comments(self) -> tuple[q.CommentLine, ...]:
        """Remarks, oldest first."""
        rows = self.at.reader.find(Comment, root_id=self.root.id, order="at")
        self.at.know_names(row.user_id for row in rows)
        return tuple(
            q.CommentLine(who=self.at.name(r.user_id), at=r.at, kind=r.kind, text=r.text)
            for r in rows
        )

    def events(self) -> tuple[q.EventLine, ...]:
        """The timeline: activities a person understands, in order."""
        tasks = {(task.instance_id, task.key): task for task in self.tasks()}
        lines = []
        for row in self.at.reader.find(Activity, root_id=self.root.id, order=("entered_at", "id")):
            # What was drawn without a name tells a reader nothing.
            if row.kind.endswith("Gateway") or row.kind == "process" or not row.name:
                continue
            task = tasks.get((row.instance_id, row.key))
            late = (
                task is not None
                and task.due_at is not None
                and ((task.closed_at or self.at.now_ms) > task.due_at)
            )
            lines.append(
                q.EventLine(
                    element_id=row.element_id,
                    instance_id=row.instance_id,
                    name=self.package(row.instance_id).text(row.name, self.at.lang),
                    kind=row.kind,
                    entered_at=row.entered_at,
                    left_at=row.left_at,
                    outcome=row.outcome,
                    who=self.at.name(task.closed_by or task.assignee) if task is not None else "",
                    task_id=task.id if task is not None else "",
                    late=late,
                )
            )
        packages = {key: self.package(key) for key in self.instances()}
        lines += deeds.lines(self.at, self.root.id, packages, self.tasks())
        return tuple(sorted(lines, key=lambda line: line.entered_at))

    def diagrams(self) -> tuple[q.DiagramLine, ...]:
        """Each instance's diagram with its marks; the root's first."""
        rows = self.at.reader.columns(
            Activity, ("instance_id", "element_id", "left_at", "outcome"), root_id=self.root.id
        )
        overdue = {
            (task.instance_id, task.element_id)
            for task in self.tasks()
            if task.state == "open" and task.due_at is not None and self.at.now_ms > task.due_at
        }
        trouble = {
            (row.instance_id, row.element_id)
            for row in self.at.reader.find(Incident, root_id=self.root.id, resolved_at=None)
        }
        lines = []
        for instance in self.instances().values():
            mine = [row for row in rows if row[0] == instance.id]
            active = {row[1] for row in mine if row[2] is None}
            done = {row[1] for row in mine if row[3] == "completed"} - active
            package = self.package(instance.id)
            lines.append(
                q.DiagramLine(
                    instance_id=instance.id,
                    title=package.text(package.manifest.title, self.at.lang),
                    active=tuple(sorted(active)),
                    done=tuple(sorted(done)),
                    overdue=tuple(sorted(e for i, e in overdue if i == instance.id)),
                    trouble=tuple(sorted(e for i, e in trouble if i == instance.id)),
                    texts=self.at.drawn(package),
                )
            )
        return tuple(lines)

    def incidents(self) -> tuple[q.IncidentLine, ...]:
        """What is stuck in this case."""
        return tuple(
            q.IncidentLine(
                id=row.id,
                case_id=self.root.id,
                case_no=self.root.case_no,
                title=self.root.title,
                element=row.element_id,
                code=row.code,
                text=self.at.pick(row.zh, row.en),
                opened_at=row.opened_at,
            )
            for row in self.at.reader.find(Incident, root_id=self.root.id, resolved_at=None)
        )

    def work(self) -> Case:
        """The case as handlers see it, for asking its tokens; nothing of it is ever written."""
        context = Context(self.at.house, self.at.reader, self.at.now, self.at.viewer.user_id)
        context._viewer = self.at.viewer
        case = Case(context, self.root, reading=True)
        case.instances.update(self.instances())
        return case

    def messages(self) -> tuple[q.MessageLine, ...]:
        """Messages the case waits for that the viewer may record."""
        waiting = self.at.reader.find(Subscription, root_id=self.root.id, kind="message")
        if not waiting or self.root.state != "active":
            return ()
        case = self.work()
        lines = []
        for row in waiting:
            instance = self.instances()[row.instance_id]
            package = self.package(instance.id)
            element = package.definition.elements.get(row.element_id)
            if element is None or not may_send(case, instance, element, self.at.viewer):
                continue
            form = package.form(element.properties.get("form"), self.at.lang)
            variables = self.veil(instance.variables)
            context = {**variables, **CaseServices(case.context, package, self.at.lang).functions()}
            lines.append(
                q.MessageLine(
                    key=row.key,
                    name=row.name,
                    title=package.text(element.name or row.name, self.at.lang),
                    instance_id=instance.id,
                    form=form,
                    context=context,
                    answers=form.blank(variables, now=self.at.now) if form is not None else {},
                )
            )
        return tuple(lines)

    def actions(self) -> dict[str, q.Action]:
        """What the viewer may do to the case as a whole."""
        at, root = self.at, self.root
        work = self.work()
        governs = case_handlers.may_govern(work.context, root)
        over = root.state in ("completed", "cancelled", "failed")
        reason = ""
        if over:
            reason = at.pick("事项已经结束。", "the case has ended.")
        elif not governs:
            reason = at.pick(
                "只有发起人、乡长或管理员可以这样做。",
                "for the starter, the head or an administrator.",
            )
        return {
            "cancel": q.Action(name="cancel", enabled=not reason, reason=reason),
            "suspend": q.Action(
                name="suspend", enabled=not reason and root.state == "active", reason=reason
            ),
            "resume": q.Action(
                name="resume", enabled=not reason and root.state == "suspended", reason=reason
            ),
            "comment": q.Action(name="comment", enabled=True),
            "attach": q.Action(name="attach", enabled=not over, reason=reason if over else ""),
        }


def file_line(at: Desk, row: File, step: str = "") -> q.FileLine:
    """A file for showing."""
    return q.FileLine(
        id=row.id,
        name=row.name,
        size=row.size,
        sha256=row.sha256,
        media_type=row.media_type,
        uploaded_by=at.name(row.uploaded_by),
        uploaded_at=row.uploaded_at,
        field=row.field,
        step=step,
        removable=row.uploaded_by == at.viewer.user_id,
        confidential=row.confidential,
    )
