"""The front door: opened, used, closed, opened again."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import queries as q
from engine.clock import VirtualClock
from engine.commands import SYSTEM, Deploy, StartProcess
from engine.config import Settings
from engine.engine import Engine
from engine.errors import Conflict, Forbidden, Misconfigured, ModelRejected, NotFound
from engine.handlers import HANDLERS
from engine.model import rows
from engine.reading import READERS
from tests.support.engines import NOW, SHELF, Town, at_once, refusal
from tests.support.models import model, user

LINE = model(user("a", "起草", groups="drafter"), "s>a>e")
LONGER = model(user("a", "起草", groups="drafter"), user("b", "再看", groups="drafter"), "s>a>b>e")


def test_a_new_database_is_made_ready_by_opening_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    with Engine.open(url, clock=VirtualClock(NOW), shelves=SHELF) as engine:
        engine.execute(Deploy(actor=SYSTEM, files={"x.bpmn": LINE}))
        case = engine.execute(StartProcess(actor=SYSTEM, process_key="p"))
        assert len(case.opened) == 1
    with Engine.open(url, clock=VirtualClock(NOW), shelves=SHELF) as engine:
        view = engine.query(q.CasePage(viewer=SYSTEM, case_id=case.case_id))
        assert [task.step for task in view.open_tasks] == ["起草"]


def test_an_unfit_address_is_refused_with_a_remedy(tmp_path: Path) -> None:
    for url in ("mysql://x", "nonsense", ""):
        settings = Settings(database_url="sqlite:///x", files_dir=tmp_path)
        if not url:
            continue
        with pytest.raises(Misconfigured) as caught:
            Engine.open(url, settings=settings, shelves=SHELF)
        assert "sqlite:///" in caught.value.message("zh")


def test_an_old_schema_is_told_where_nobody_may_change_it(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        Engine.open(f"sqlite:///{tmp_path}/x.db", shelves=SHELF, migrate=False)


def test_every_command_has_its_handler_and_every_question_its_answer() -> None:
    from engine import commands

    abstract = {commands.Command, commands.OnTask, commands.OnCase, commands.OnClock}
    kinds = {
        kind
        for kind in vars(commands).values()
        if isinstance(kind, type) and issubclass(kind, commands.Command)
    }
    assert set(HANDLERS) == kinds - abstract
    asked = {
        kind
        for kind in vars(q).values()
        if isinstance(kind, type) and issubclass(kind, q.Query) and kind is not q.Query
    }
    assert set(READERS) == asked


# --- deploying -------------------------------------------------------------------------------------


def test_the_same_content_makes_no_new_version(town: Town) -> None:
    first = town.deploy(LINE)
    again = town.deploy(LINE)
    assert (first.version, first.new, again.version, again.new) == (1, True, 1, False)
    assert again.deployment_id == first.deployment_id
    assert len(town.rows(rows.Deployment)) == 1
    changed = town.deploy(LONGER)
    assert (changed.version, changed.new) == (2, True)
    back = town.deploy(LINE)
    assert (back.version, back.new) == (3, True)


def test_running_cases_stay_on_their_version(town: Town) -> None:
    town.deploy(LINE)
    old = town.start("zhang")
    town.deploy(LONGER)
    new = town.start("zhang")
    town.reopen()
    town.complete("zhang", town.task("a", old))
    town.complete("zhang", town.task("a", new))
    assert town.case(old).state == "completed"
    assert set(town.tasks(new)) == {"b"}
    versions = [town.case_page("zhang", case).case.process_version for case in (old, new)]
    assert versions == [1, 2]
    assert town.engine.query(q.InstanceModel(viewer="zhang", instance_id=old.case_id)) == LINE
    assert town.engine.query(q.InstanceModel(viewer="zhang", instance_id=new.case_id)) == LONGER


def test_only_administrators_deploy(town: Town) -> None:
    command = Deploy(actor="zhang", files={"x.bpmn": LINE})
    assert isinstance(refusal(town.engine.execute, command), Forbidden)
    town.engine.execute(Deploy(actor="root", files={"x.bpmn": LINE}))
    assert isinstance(
        refusal(town.engine.query, q.CheckPackage(viewer="zhang", files={"x.bpmn": LINE})),
        Forbidden,
    )


def test_another_administrators_deployment_is_not_overwritten_unseen(town: Town) -> None:
    town.deploy(LINE)
    stale = Deploy(actor="root", files={"x.bpmn": LONGER}, expected_version=0)
    error = refusal(town.engine.execute, stale)
    assert isinstance(error, Conflict)
    assert "1" in error.message("zh")
    town.engine.execute(Deploy(actor="root", files={"x.bpmn": LONGER}, expected_version=1))
    assert town.start("zhang").state == "active"


def test_two_who_deploy_at_once_make_two_versions_in_a_row(town: Town) -> None:
    models = [model(user(f"t{n}", groups="drafter"), f"s>t{n}>e") for n in range(4)]
    results = at_once(*(lambda body=body: town.deploy(body).version for body in models))
    assert sorted(str(version) for version in results) == ["1", "2", "3", "4"]


def test_a_bad_model_leaves_nothing_behind(town: Town) -> None:
    error = refusal(town.deploy, model(user("a", form="nowhere"), user("lost"), "s>a>e"))
    assert isinstance(error, ModelRejected)
    assert len(error.problems) >= 1
    assert town.rows(rows.Deployment) == []
    assert town.rows(rows.Blob) == []
    assert isinstance(refusal(town.start, "zhang"), NotFound)


def test_a_deployed_model_is_given_back_as_it_was_drawn(town: Town) -> None:
    deployed = town.deploy(LINE)
    asked = q.DeploymentModel(viewer="li", deployment_id=deployed.deployment_id)
    assert town.engine.query(asked) == LINE
    files = town.engine.query(q.PackageFiles(viewer="root", deployment_id=deployed.deployment_id))
    assert files["main.bpmn"] == LINE
    assert "shelf/deadlines.toml" in files, "the law it was deployed under is pinned with it"
    (line,) = town.engine.query(q.Processes(viewer="root"))
    assert (line.key, line.version, line.running) == ("p", 1, 0)
