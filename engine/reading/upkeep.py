"""What is stuck and what waits, told to administrators in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine import queries as q
from engine.handlers import jobwords, undated
from engine.handlers.access import shut_out
from engine.handlers.house import House
from engine.model.rows import Incident, Instance, Job
from engine.reading.common import Desk, desk

LATE_MS = 60_000
"""How long after its time a job that nobody does is late."""

Words = tuple[str, str]

_MODEL: Words = (
    "请管理员在流程图中修改这一步并部署新版本；本事项请在补正所需信息后重试。",
    "Mend the step in the model and deploy a new version; for this case, set what is missing and try "
    "again.",
)
_OUTSIDE: Words = (
    "请先确认对方系统和网络恢复正常，再重试。重试不会重复已经成功的部分。",
    "See that the other system and the network work again, then try again. What succeeded is not "
    "done twice.",
)
_AGAIN: Words = (
    "请先排除原因（常见的是磁盘已满、网络不通），再重试。",
    "Remove the cause first (often a full disk or a broken network), then try again.",
)

_SORTS: Mapping[str, tuple[Words, Words]] = {
    "expression-failed": (("表达式算不出结果", "An expression has no value"), _MODEL),
    "expression-budget": (("表达式过于复杂", "An expression costs too much"), _MODEL),
    "condition-not-boolean": (("条件的结果不是“是/否”", "A condition is neither true nor false"), _MODEL),
    "value-unusable": (("数据不能使用", "A value cannot be used"), _MODEL),
    "correlation-missing": (("缺少用来对应消息的值", "The key of a message is missing"), _MODEL),
    "event-unnamed": (("消息或信号没有名称", "A message or signal has no name"), _MODEL),
    "timer-invalid": (("定时的时间无效", "A timer has no usable time"), _MODEL),
    "collection-not-list": (("需要名单的地方不是名单", "What should be a list is none"), _MODEL),
    "cardinality-invalid": (("重复次数无效", "A number of repetitions is unusable"), _MODEL),
    "too-many-instances": (("重复次数过多", "Too many repetitions"), _MODEL),
    "no-way-on": (("没有可走的路", "No way leads on"), _MODEL),
    "join-never-fires": (("汇合处永远等不齐", "A join that can never be reached by all"), _MODEL),
    "runaway": (("流程在原地打转", "The process runs in a circle"), _MODEL),
    "error-uncaught": (("流程报错而无人处理", "An error of the process that nothing catches"), _MODEL),
    "no-transaction": (("取消事件不在事务中", "A cancel event outside a transaction"), _MODEL),
    "ad-hoc-unfinished": (("临时步骤没有办完", "Ad-hoc steps are unfinished"), _MODEL),
    "ad-hoc-unknown": (("没有这个临时步骤", "There is no such ad-hoc step"), _MODEL),
    "operation-missing": (
        ("没有这个服务操作", "There is no such operation"),
        ("请确认程序登记了流程图所用的服务操作，再重试。",
         "See that the program registers the operation that the model names, then try again."),
    ),
    "script-format": (("脚本格式不能执行", "A script's format cannot be run"), _MODEL),
    "script-failed": (("脚本出错", "A script failed"), _MODEL),
    "call-missing": (
        ("所调用的流程没有部署", "The called process is not deployed"),
        ("请先部署被调用的流程，再重试。", "Deploy the process that is called, then try again."),
    ),
    "service-failed": (("外部服务没有成功", "A call of another system failed"), _OUTSIDE),
    "job-service": (("外部服务多次失败", "A call of another system failed repeatedly"), _OUTSIDE),
    undated.CODE: (
        ("期限缺少起算日期", "A limit has no day to count from"),
        ("请在事项中补正该日期，再重试，期限随之重算。",
         "Set that date in the case, then try again; the limit is reckoned from it."),
    ),
}  # fmt: skip


def sort_of(code: str) -> tuple[Words, Words]:
    """What an incident's code means and what helps, each in Chinese and in English."""
    if code in _SORTS:
        return _SORTS[code]
    if code.startswith("job-"):
        zh, en = jobwords.kind(code.removeprefix("job-"))
        return (f"后台任务失败：{zh}", f"A background job failed: {en}"), _AGAIN
    return ("流程无法继续", "The process cannot go on"), _MODEL


def incidents(house: House, query: q.Incidents) -> tuple[q.IncidentLine, ...]:
    """Open incidents, the newest first."""
    with desk(house, query) as at:
        at.require_admin()
        where = {"code": query.code} if query.code else {}
        rows = at.reader.find(
            Incident, resolved_at=None, order="-opened_at", limit=min(query.limit, 500), **where
        )
        roots = {
            root.id: root
            for root in at.reader.find(Instance, id=sorted({r.root_id for r in rows if r.root_id}))
        }
        lines = []
        for row in rows:
            root = roots.get(row.root_id or "")
            if root is not None and at.viewer.user_id in root.excluded:
                continue
            if root is not None and shut_out(at.viewer, root):
                # Of a walled case not even its kind is told, so it is in no filtered list.
                if not query.process_key:
                    lines.append(_veiled_incident(at, row))
            elif not query.process_key or (root and root.process_key == query.process_key):
                lines.append(_incident(at, row, root))
        return tuple(lines)


def _incident(at: Desk, row: Incident, root: Instance | None) -> q.IncidentLine:
    kind, remedy = sort_of(row.code)
    return q.IncidentLine(
        id=row.id,
        case_id=row.root_id or "",
        case_no=root.case_no if root is not None else "",
        title=root.title if root is not None else "",
        element=row.element_id,
        code=row.code,
        text=at.pick(row.zh, row.en),
        opened_at=row.opened_at,
        kind=at.pick(*kind),
        remedy=at.pick(*remedy),
        process=at.process_title(root.process_key) if root is not None else "",
    )


def _veiled_incident(at: Desk, row: Incident) -> q.IncidentLine:
    """An administrator has what is stuck tried again without reading what lies behind a wall.

    Which step it is and what its message says would tell of the case; who may read the case finds
    both in its page.
    """
    return q.IncidentLine(
        id=row.id,
        case_id="",
        case_no="",
        title=at.pick("（不公开的事项）", "(walled case)"),
        element="",
        code=row.code,
        text=at.pick(
            "不公开的事项中有一步没有办成。请重试；仍不成的，请有权查看该事项的人员在事项页面查看原因。",
            "A step of a walled case failed. Try again; if it fails again, somebody who may see the "
            "case finds the reason in its page.",
        ),
        opened_at=row.opened_at,
    )


def jobs(house: House, query: q.Jobs) -> tuple[q.JobLine, ...]:
    """The next jobs."""
    with desk(house, query) as at:
        at.require_admin()
        unknown = at.reader.unknown_cases(at.viewer)
        where: dict[str, object] = {"kind": query.kind} if query.kind else {}
        if query.state == "held":
            where["held"] = True
        found: list[q.JobLine] = []
        # States are judged here, not by the database: enough is read to fill the list.
        for row in at.reader.find(Job, order=("due_at", "id"), limit=5_000, **where):
            state = _state(row, at.now_ms)
            if row.root_id in unknown or query.state not in ("", state):
                continue
            found.append(_job(at, row, state))
            if len(found) >= min(query.limit, 500):
                break
        return tuple(found)


def _state(row: Job, now_ms: int) -> str:
    if row.held:
        return "held"
    if row.error:
        return "failed"
    late = row.lease is None and now_ms - row.due_at > LATE_MS
    return "late" if late else "waiting"


def _job(at: Desk, row: Job, state: str) -> q.JobLine:
    return q.JobLine(
        id=row.id,
        kind=row.kind,
        title=at.pick(*jobwords.kind(row.kind)),
        due_at=row.due_at,
        attempts=row.attempts,
        most_attempts=row.max_attempts,
        error=at.pick(*jobwords.told(row.error)),
        case_id=row.root_id or "",
        held=row.held,
        state=state,
    )
