"""Answering questions: each reader opens one read transaction and checks what its viewer may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import queries as q
from engine.reading import (
    actions,
    administration,
    ahead,
    board,
    cases,
    finding,
    foresight,
    listed,
    lists,
    modeling,
    starting,
    templates,
)

READERS: Mapping[type[q.Query[Any]], Callable[..., Any]] = {
    q.WhoIs: starting.who_is,
    q.HomeFrame: lists.home,
    q.Inbox: lists.inbox,
    q.Search: finding.search,
    q.SavedLists: listed.saved_lists,
    q.HowListed: listed.how_listed,
    q.NextTask: listed.next_task,
    q.Named: listed.named,
    q.TaskPage: cases.task_page,
    q.AfterTask: foresight.after_task,
    q.CasePage: cases.case_page,
    q.StepsAhead: ahead.steps_ahead,
    q.ActionPage: actions.action_page,
    q.Cases: lists.cases,
    q.CaseCounts: lists.case_counts,
    q.Board: board.board,
    q.Trend: board.trend,
    q.StepTimes: board.step_times,
    q.StepsTaken: board.steps_taken,
    q.Startable: starting.startable,
    q.StartPage: starting.start_page,
    q.GetFile: starting.get_file,
    q.GetDocument: starting.get_document,
    q.InstanceModel: starting.instance_model,
    q.DeploymentModel: starting.deployment_model,
    q.People: starting.people,
    q.Processes: administration.processes,
    q.ProcessPage: administration.process_page,
    q.ProcessTitles: administration.process_titles,
    q.CheckPackage: administration.check_package,
    q.PackageFiles: administration.package_files,
    q.ProcessEditor: modeling.editor,
    q.Editors: modeling.editors,
    q.ProcessFiles: modeling.files,
    q.CompareProcess: modeling.compare,
    q.ElementTemplates: templates.element_templates,
    q.Users: administration.users,
    q.UserPage: administration.user_page,
    q.Units: administration.units,
    q.Roles: administration.roles,
    q.CalendarPage: administration.calendar_page,
    q.Incidents: administration.incidents,
    q.Jobs: administration.jobs,
    q.VerifyCase: cases.verify_case,
}
