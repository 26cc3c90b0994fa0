"""What administrators are told of stuck work and of the house's health, and what they can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine import queries as q
from engine.clock import millis
from engine.commands import HurryJob
from engine.errors import Forbidden, NotFound
from engine.model import rows
from engine.worker import Worker
from tests.support.engines import MakeTown, Town, refusal
from tests.support.models import model, service, timer, user

SEND = model(service("v", "send", retries=2), user("a", groups="drafter"), "s>v>a>e")
WAIT = model(timer("t", "PT1H"), user("a", groups="drafter"), "s>t>a>e")


class Broken:
    """An operation that fails until it is mended."""

    mended = False

    def __call__(self, variables: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        if not self.mended:
            raise ConnectionError("http://user:password@host")
        return {}


def jobs(town: Town, **asked: Any) -> tuple[q.JobLine, ...]:
    return town.engine.query(q.Jobs(viewer="root", **asked))


def health(town: Town, lang: Any = "zh") -> dict[str, q.HealthLine]:
    view = town.engine.query(q.Health(viewer="root", lang=lang))
    return {line.code: line for line in view.lines}


def test_a_failure_is_told_in_words_and_tried_again_at_once(make_town: MakeTown) -> None:
    sender = Broken()
    town = make_town(operations={"send": sender})
    town.deploy(SEND)
    case = town.start("zhang")
    town.run_due()
    (line,) = jobs(town, state="failed")
    assert (line.title, line.error) == ("调用外部服务", "连接不上对方系统。")
    assert "password" not in repr(line)
    assert jobs(town, state="waiting", kind="service") == ()
    command = HurryJob(actor="zhang", job_id=line.id)
    assert isinstance(refusal(lambda: town.engine.execute(command)), Forbidden)
    sender.mended = True
    town.engine.execute(HurryJob(actor="root", job_id=line.id))
    town.run_due()
    assert set(town.tasks(case)) == {"a"}
    gone = HurryJob(actor="root", job_id=line.id)
    assert isinstance(refusal(lambda: town.engine.execute(gone)), NotFound)
    assert list(town.engine.verify()) == []


def test_a_timer_that_is_not_due_cannot_be_hurried(town: Town) -> None:
    town.deploy(WAIT)
    town.start("zhang")
    (job,) = town.rows(rows.Job, kind="timer")
    early = HurryJob(actor="root", job_id=job.id)
    assert isinstance(refusal(lambda: town.engine.execute(early)), NotFound)
    town.clock.advance(timedelta(hours=3))
    assert [line.state for line in jobs(town, kind="timer")] == ["late"]


def test_an_incident_says_what_happened_and_what_helps(make_town: MakeTown) -> None:
    town = make_town(operations={"send": Broken()})
    town.deploy(SEND)
    town.start("zhang")
    town.run_due()
    town.later(minutes=1)
    (line,) = town.engine.query(q.Incidents(viewer="root"))
    assert line.text == "后台任务“调用外部服务”试了 2 次都没有成功：连接不上对方系统。"
    assert line.kind == "外部服务多次失败"
    assert "网络" in line.remedy
    english = town.engine.query(q.Incidents(viewer="root", lang="en", code="job-service"))
    assert "failed 2 times: The other system cannot be reached." in english[0].text
    assert town.engine.query(q.Incidents(viewer="root", code="runaway")) == ()
    assert town.engine.query(q.Incidents(viewer="root", process_key="other")) == ()
    assert len(town.engine.query(q.Incidents(viewer="root", process_key="p"))) == 1
    assert health(town)["incidents"].how == "bad"


def test_a_house_without_a_runner_says_so_and_with_one_is_well(town: Town) -> None:
    town.deploy(WAIT)
    town.start("zhang")
    assert health(town)["runner"].how == "bad"
    worker = Worker(town.engine.worker.executor)
    worker.beat()
    worker.beat()
    assert len(town.rows(rows.Runner)) == 1
    assert health(town)["runner"].how == "well"
    town.clock.advance(timedelta(minutes=70))
    assert health(town)["runner"].how == "bad", "it has not spoken for an hour"
    worker.beat()
    line = health(town, "en")["runner"]
    assert line.how == "attention"
    assert "10 minutes" in line.text
    assert line.remedy
    town.clock.advance(timedelta(days=3))
    other = Worker(town.engine.worker.executor)
    other.beat()
    (seen,) = town.rows(rows.Runner)
    assert seen.seen_at == millis(town.clock.now())


def test_the_database_tells_its_kind_and_size(town: Town) -> None:
    line = health(town, "en")["database"]
    assert line.how == "well"
    assert line.text.startswith(("SQLite, reachable, ", "PostgreSQL, reachable, "))
    assert line.text.endswith(("KB.", "MB."))


def test_days_off_not_announced_yet_are_marked_and_pressing_only_in_time(town: Town) -> None:
    line = health(town)["calendar"]
    assert line.how == "well"
    assert "2026 年：正式" in line.details
    assert "2027 年：暂定" in line.details
    town.clock.advance(timedelta(days=100))
    assert health(town)["calendar"].how == "attention", "it is December"
    town.clock.advance(timedelta(days=365))
    assert health(town)["calendar"].how == "bad", "limits of this very year are reckoned without"


def test_a_day_left_unsealed_is_told(town: Town) -> None:
    assert health(town)["evidence"].how == "well", "the day before was sealed at opening"
    town.later(days=1)
    line = health(town)["evidence"]
    assert (line.how, line.text) == ("well", "最近封存到 2026-09-01。")
    town.clock.advance(timedelta(days=1))
    assert health(town)["evidence"].how == "bad"


def test_law_that_nobody_read_is_listed_with_what_rests_on_it(town: Town) -> None:
    law = '[art]\ntitle = "某条例"\narticle = "22"\ntext = "应当告知"\nstatus = "to-be-checked"\n'
    read = law.replace("[art]", "[seen]").replace("22", "23").replace("to-be-checked", "verified")
    town.deploy(model(user("a", groups="drafter", law="art"), "s>a>e"), law_toml=law + read,
                process_toml='key = "p"\ntitle = "投诉"\n')  # fmt: skip
    lines = town.engine.query(q.Unchecked(viewer="root"))
    articles = [line for line in lines if line.kind == "article"]
    assert [(line.title, line.used_by) for line in articles] == [("某条例 第22条", ("投诉",))]
    assert all(line.status != "verified" for line in lines)
    assert health(town)["law"].how == "attention"
    assert isinstance(refusal(lambda: town.engine.query(q.Unchecked(viewer="li"))), Forbidden)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_unwell_is_told_without_a_remedy(town: Town, lang: Any) -> None:
    for line in health(town, lang).values():
        assert line.text
        assert line.how == "well" or line.remedy, line.code
    assert isinstance(refusal(lambda: town.engine.query(q.Health(viewer="li"))), Forbidden)
