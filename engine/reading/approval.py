"""The approval form of a case: opinions by step, and the statutory limits, kept or broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine import queries as q
from engine.model.rows import Task, User
from engine.reading.common import desk
from engine.reading.dossier import Dossier

if TYPE_CHECKING:
    from engine.forms import Form
    from engine.handlers.house import House

CHOICES = frozenset({"radio", "select"})
MOST_RESULTS = 3
"""How many of a step's choices go beside its opinion; the rest is in the case's own page."""


def approval(house: House, query: q.ApprovalForm) -> q.ApprovalView:
    """The form. Raises NotFound."""
    with desk(house, query) as at:
        dossier = Dossier(at, at.root(query.case_id))
        done = [task for task in dossier.tasks() if task.state == "completed"]
        done.sort(key=lambda task: (task.closed_at or 0, task.id))
        people = sorted({task.closed_by for task in done if task.closed_by})
        units = dict(at.reader.columns(User, ("id", "unit_id"), id=people)) if people else {}
        return q.ApprovalView(
            case=dossier.head(),
            lines=tuple(_line(dossier, task, units.get(task.closed_by)) for task in done),
            clocks=tuple(_clocks(dossier)),
            documents=tuple(doc for doc in dossier.documents() if doc.state == "ready"),
            open_steps=tuple(
                dossier.package(task.instance_id).text(task.name, at.lang)
                for task in dossier.tasks()
                if task.state == "open"
            ),
            made_at=at.now_ms,
        )


def _line(dossier: Dossier, task: Task, unit_id: str | None) -> q.ApprovalLine:
    step = dossier.step(task)
    form = dossier.package(task.instance_id).form(task.form_id)
    results, opinion = _said(form, step.shown) if form is not None else ((), "")
    return q.ApprovalLine(
        step=step.step,
        results=results,
        opinion=opinion,
        who=step.who,
        unit=dossier.at.unit(unit_id),
        at=step.at,
        round=step.round,
        late_reason=step.late_reason,
    )


def _said(form: Form, shown: Sequence[Any]) -> tuple[tuple[str, ...], str]:
    """What was chosen beside the opinion, and the opinion.

    Of a form that asks for no opinion, the first choices, each with what it answers.
    """
    marked = {field.key for field in form.fields() if field.properties.get("opinion") == "true"}
    levels = list(_levels(shown))
    for level in levels:
        opinions = [one.text for one in level if one.path.split(".")[-1] in marked and one.text]
        if opinions:
            return _chosen(level), "\n".join(opinions)
    everything = [one for level in levels for one in level]
    return (_chosen(everything), "") if marked else (_chosen(everything, labelled=True), "")


def _levels(shown: Sequence[Any]) -> Iterator[Sequence[Any]]:
    yield shown
    for one in shown:
        if one.children:
            yield from _levels(one.children)


def _chosen(level: Sequence[Any], *, labelled: bool = False) -> tuple[str, ...]:
    found = [one for one in level if one.kind in CHOICES and one.text][:MOST_RESULTS]
    return tuple(f"{one.label} {one.text}" if labelled else one.text for one in found)


def _clocks(dossier: Dossier) -> Iterator[q.ApprovalClock]:
    for clock in sorted(dossier.clocks(), key=lambda clock: clock.started_at):
        if clock.state == "void":
            continue
        colour = clock.lamp.colour
        kept = {"done_on_time": True, "done_late": False, "red": False}.get(colour)
        yield q.ApprovalClock(
            title=clock.title,
            basis=clock.basis,
            status_text=clock.status_text if clock.status != "verified" else "",
            due_at=clock.rolled_at or clock.due_at,
            earliest_at=clock.earliest_at,
            stopped_at=clock.stopped_at,
            kept=kept,
            words=clock.lamp.text,
            shortened=None not in (clock.stopped_at, clock.earliest_at)
            and (clock.stopped_at or 0) < (clock.earliest_at or 0),
        )
