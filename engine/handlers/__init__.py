"""One function a command: find, check, change. The table of them is the office's whole reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import commands as c
from engine.handlers import (
    calendars,
    cases,
    deployments,
    drafts,
    files,
    handing,
    jobs,
    limits,
    lists,
    messages,
    people,
    seals,
    signing,
    tasks,
)
from engine.handlers.house import Context

HANDLERS: Mapping[type[c.Command], Callable[[Context, Any], Any]] = {
    c.Deploy: deployments.deploy,
    c.SaveProcessDraft: drafts.save,
    c.DiscardProcessDraft: drafts.discard,
    c.TakeEditorSeat: drafts.take_seat,
    c.StartProcess: cases.start,
    c.SaveStartDraft: cases.save_start_draft,
    c.AddComment: cases.comment,
    c.CancelCase: cases.cancel,
    c.SuspendCase: cases.suspend,
    c.ResumeCase: cases.resume,
    c.ClaimTask: tasks.claim,
    c.UnclaimTask: tasks.unclaim,
    c.CompleteTask: tasks.complete,
    c.SaveDraft: tasks.save_draft,
    c.ReassignTask: handing.reassign,
    c.DelegateTask: handing.delegate,
    c.Attach: files.attach,
    c.RemoveAttachment: files.remove,
    c.CorrelateMessage: messages.correlate,
    c.BroadcastSignal: messages.broadcast,
    c.PauseClock: limits.pause,
    c.ResumeClock: limits.resume,
    c.ExtendClock: limits.extend,
    c.ResolveIncident: jobs.resolve,
    c.SaveUnit: people.save_unit,
    c.SaveUser: people.save_user,
    c.GrantRole: people.grant_role,
    c.RevokeRole: people.revoke_role,
    c.SignIn: signing.sign_in,
    c.SignOut: signing.sign_out,
    c.ChangePassword: signing.change_password,
    c.SetLanguage: signing.set_language,
    c.SaveList: lists.save,
    c.RemoveList: lists.remove,
    c.ArrangeList: lists.arrange,
    c.ImportCalendar: calendars.import_calendar,
    c.SealDay: seals.seal_day,
    c.RunJob: jobs.run,
    c.GiveUpJob: jobs.give_up,
}
