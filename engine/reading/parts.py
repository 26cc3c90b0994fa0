"""Files of a package for reading beside a drawing: forms as they look, decisions as tables."""

from __future__ import annotations

from collections.abc import Mapping

from engine import forms
from engine import queries as q
from engine.dmn import model as dmn_model
from engine.dmn.parse import parse
from engine.dmn.problems import Problems
from engine.errors import ModelRejected, NotFound
from engine.handlers.deployments import newest
from engine.handlers.house import Context, House
from engine.handlers.services import CaseServices
from engine.reading.common import Desk, desk
from engine.reading.modeling import files_of


def part(house: House, query: q.PackagePart) -> q.PartView:
    """A form, the tables of a decision's file, or a text."""
    with desk(house, query) as at:
        at.require_admin()
        files = files_of(at, query.process_key, query.state)[1]
        path = _path(files, query.part)
        content = files[path]
        try:
            if path.endswith(".form"):
                return _form(at, query.process_key, path, content)
            if path.endswith(".dmn"):
                wanted = query.part.removeprefix("decisions/")
                return q.PartView(path=path, tables=_tables(content, wanted))
        except ModelRejected:
            pass  # what cannot be read as what it is can still be read
        return q.PartView(path=path, text=content.decode("utf-8", "replace"))


def _path(files: Mapping[str, bytes], wanted: str) -> str:
    if wanted in files:
        return wanted
    mark = f'id="{wanted.removeprefix("decisions/")}"'.encode()
    for path, content in files.items():
        if wanted.startswith("decisions/") and path.endswith(".dmn") and mark in content:
            return path
    raise NotFound(what={"zh": "文件", "en": "file"})


def _form(at: Desk, process_key: str, path: str, content: bytes) -> q.PartView:
    form = forms.parse(content)
    context: Mapping[str, object] = {}
    row = newest(at.reader, process_key)
    if row is not None:
        package = at.package(row.id)
        form = form if at.lang == "zh" else form.translated(package.texts)
        asker = Context(at.house, at.reader, at.now, at.viewer.user_id)
        context = CaseServices(asker, package, at.lang).functions()
    return q.PartView(path=path, form=form, context=context)


def _tables(content: bytes, wanted: str) -> tuple[q.TableView, ...]:
    """The decision tables of a file, the one that was asked for first."""
    model = parse(content, Problems())
    found = [
        _table(node, node.expression)
        for node in model.nodes.values()
        if isinstance(node, dmn_model.Decision)
        and isinstance(node.expression, dmn_model.DecisionTable)
    ]
    return tuple(sorted(found, key=lambda table: table.id != wanted))


def _table(node: dmn_model.Decision, table: dmn_model.DecisionTable) -> q.TableView:
    return q.TableView(
        id=node.id,
        name=node.name,
        hit_policy=table.hit_policy,
        inputs=tuple(each.label or each.expression.text for each in table.inputs),
        outputs=tuple(each.label or each.name or node.variable.name for each in table.outputs),
        rules=tuple(
            (*(each.text for each in rule.tests), *(each.text for each in rule.outputs))
            for rule in table.rules
        ),
        notes=tuple(
            "；".join((*rule.annotations, rule.description)).strip("；") for rule in table.rules
        ),
    )
