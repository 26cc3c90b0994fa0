"""Whether the house is well, and what an administrator does where it is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import timedelta

from engine import catalog
from engine import queries as q
from engine.clock import legal_date
from engine.errors import YifaError
from engine.handlers.house import House
from engine.law.rules import Status
from engine.model.rows import Deployment, Incident, Job, Runner, Seal
from engine.queries.upkeep import How
from engine.reading.common import Desk, desk
from engine.reading.upkeep import LATE_MS
from engine.store import lt

RUNNER_SILENT_MS = 180_000
"""After how long without a word a runner counts as stopped (it speaks every half minute)."""
LITTLE_ROOM, TOO_LITTLE_ROOM = 5 << 30, 1 << 30
"""Free bytes below which the disk wants attention, and below which it is an alarm."""
AUTUMN = 11
"""The month in which the State Council publishes the next year's days off."""

_RANK: dict[How, int] = {"well": 0, "unknown": 0, "attention": 1, "bad": 2}


def health(house: House, query: q.Health) -> q.HealthView:
    """Everything that was looked at, the parts that people depend on first."""
    with desk(house, query) as at:
        at.require_admin()
        lines = (
            _database(at),
            _runner(at),
            _incidents(at),
            _disk(at),
            _calendar(at),
            _law(at),
            _evidence(at),
            _backup(at),
        )
    worst = max((line.how for line in lines), key=lambda how: _RANK[how])
    return q.HealthView(at=at.now_ms, how="well" if worst == "unknown" else worst, lines=lines)


def _size(count: int) -> str:
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if amount >= 10 or unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TB"


def _database(at: Desk) -> q.HealthLine:
    title = at.pick("数据库", "Database")
    try:
        kind, size = at.house.store.measure()
    except YifaError as exc:
        return q.HealthLine(
            code="database", title=title, how="bad", text=exc.message(at.lang),
            remedy=at.pick(
                "请检查数据库服务是否在运行、设置 database_url 是否正确。",
                "See that the database runs and that the setting database_url is right.",
            ),
        )  # fmt: skip
    return q.HealthLine(
        code="database",
        title=title,
        how="well",
        text=at.pick(
            f"{kind}，连接正常，占用 {_size(size)}。", f"{kind}, reachable, {_size(size)}."
        ),
    )


def _runner(at: Desk) -> q.HealthLine:
    """The runners that spoke lately, and how long the oldest due job waits."""
    title = at.pick("后台任务执行", "Background runner")
    alive = [
        runner
        for runner in at.reader.find(Runner)
        if abs(at.now_ms - runner.seen_at) < RUNNER_SILENT_MS
    ]
    due = at.reader.columns(
        Job, ("due_at",), held=False, lease=None, due_at=lt(at.now_ms), order="due_at", limit=1
    )
    lag = at.now_ms - due[0][0] if due else 0
    waits = at.pick(
        f"最早到期的任务已等了 {_span(at, lag)}。" if lag > LATE_MS else "没有积压。",
        f"The job that is due longest has waited {_span(at, lag)}."
        if lag > LATE_MS
        else "Nothing is left behind.",
    )
    if alive:
        return q.HealthLine(
            code="runner",
            title=title,
            how="attention" if lag > LATE_MS else "well",
            text=at.pick(f"有 {len(alive)} 个在运行。", f"{len(alive)} running. ") + waits,
            remedy=at.pick(
                "任务多时会有短暂积压；持续积压的，请增加 yifa worker 进程（PostgreSQL）。",
                "Many jobs at once wait a little; if they go on waiting, start more yifa worker "
                "processes (PostgreSQL).",
            )
            if lag > LATE_MS
            else "",
        )
    return q.HealthLine(
        code="runner",
        title=title,
        how="bad",
        text=at.pick(
            "三分钟内没有执行程序报到，期限预警、定时和文书都不会执行。",
            "No runner spoke in the last three minutes: warnings, timers and documents stand still. ",
        )
        + waits,
        remedy=at.pick(
            "使用 SQLite 时由网页程序自带，请检查设置 embedded_worker 并重启；使用 PostgreSQL 时请启动 yifa worker。",
            "With SQLite the web program brings its own: check the setting embedded_worker and "
            "restart; with PostgreSQL start yifa worker.",
        ),
    )


def _span(at: Desk, milliseconds: int) -> str:
    minutes = milliseconds // 60_000
    if minutes < 120:
        return at.pick(f"{minutes} 分钟", f"{minutes} minutes")
    hours = minutes // 60
    if hours < 48:
        return at.pick(f"{hours} 小时", f"{hours} hours")
    return at.pick(f"{hours // 24} 天", f"{hours // 24} calendar days")


def _incidents(at: Desk) -> q.HealthLine:
    stuck = len(at.reader.columns(Incident, ("id",), resolved_at=None))
    return q.HealthLine(
        code="incidents",
        title=at.pick("故障", "Incidents"),
        how="bad" if stuck else "well",
        text=at.pick(f"有 {stuck} 个待处理。", f"{stuck} to be dealt with.")
        if stuck
        else at.pick("没有待处理的故障。", "None to be dealt with."),
        remedy=at.pick(
            "请在“故障与任务”中查看原因，排除后重试。",
            "See the reasons under “Incidents and jobs”, remove them, and try again.",
        )
        if stuck
        else "",
    )


def _disk(at: Desk) -> q.HealthLine:
    title = at.pick("磁盘空间", "Disk")
    folder = at.house.settings.files_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        room = shutil.disk_usage(folder)
    except OSError:
        return q.HealthLine(
            code="disk", title=title, how="unknown",
            text=at.pick("看不到附件目录所在磁盘。", "The disk of the files cannot be looked at."),
            remedy=at.pick("请检查设置 files_dir。", "Check the setting files_dir."),
        )  # fmt: skip
    how: How = "well"
    if room.free < LITTLE_ROOM:
        how = "bad" if room.free < TOO_LITTLE_ROOM else "attention"
    return q.HealthLine(
        code="disk",
        title=title,
        how=how,
        text=at.pick(
            f"附件所在磁盘剩余 {_size(room.free)}，共 {_size(room.total)}。",
            f"{_size(room.free)} of {_size(room.total)} are free where the files lie.",
        ),
        remedy=at.pick(
            "请清理磁盘或扩容。空间用完后不能保存任何内容。",
            "Clear or enlarge the disk. Nothing can be saved once it is full.",
        )
        if how != "well"
        else "",
    )


def _calendar(at: Desk) -> q.HealthLine:
    """Every year in which a limit of today may end, with those reckoned without a notice marked."""
    calendar = at.house.calendar()
    today = legal_date(at.now)
    years = range(today.year - 1, today.year + 3)
    missing = [year for year in years if year <= today.year + 1 and calendar.is_provisional(year)]
    overdue = [year for year in missing if year <= today.year or today.month > AUTUMN]
    how: How = "well"
    if overdue:
        how = "bad" if today.year in overdue else "attention"
    elif missing and today.month >= AUTUMN:
        how = "attention"
    named = at.pick("、", ", ").join(str(year) for year in missing)
    return q.HealthLine(
        code="calendar",
        title=at.pick("工作日历", "Working-day calendar"),
        how=how,
        text=at.pick(f"{named} 年没有正式放假安排，按暂定计算。", f"{named}: no official notice yet; provisional.")
        if missing
        else at.pick("今年和明年都有正式放假安排。", "This year and the next rest on official notices."),
        remedy=at.pick(
            "国务院办公厅一般在 10 月底至 11 月公布下一年安排。公布后请在“工作日历”中粘贴通知全文。",
            "The State Council's office publishes the next year in late October or November. Paste "
            "the notice under “Working-day calendar” then.",
        )
        if missing
        else "",
        details=tuple(
            at.pick(f"{year} 年：暂定", f"{year}: provisional")
            if calendar.is_provisional(year)
            else at.pick(f"{year} 年：正式", f"{year}: official")
            for year in years
        ),
    )  # fmt: skip


def _law(at: Desk) -> q.HealthLine:
    lines = _unchecked(at)
    open_ones = [line for line in lines if line.status == Status.TO_BE_CHECKED.value]
    return q.HealthLine(
        code="law",
        title=at.pick("期限与法条核对", "Limits and articles compared with the law"),
        how="attention" if open_ones else "well",
        text=at.pick(
            f"有 {len(open_ones)} 条待核对，另有 {len(lines) - len(open_ones)} 条产品默认值须由本单位确认。",
            f"{len(open_ones)} to be checked, and {len(lines) - len(open_ones)} product defaults for "
            "the office to confirm.",
        )
        if lines
        else at.pick("全部已核对。", "All have been checked."),
        remedy=at.pick(
            "请法制人员对照条文逐条核对，改正目录后把状态改为已核对，并重新部署。",
            "Have the legal officer compare each with the law, mend the catalogue, set its status to "
            "verified, and deploy again.",
        )
        if open_ones
        else "",
    )


def _evidence(at: Desk) -> q.HealthLine:
    """Whether the last day that ended is sealed; a house opened today has none to seal."""
    title = at.pick("证据链封存", "Seal of the evidence")
    last = at.reader.find(Seal, order="-day", limit=1)
    yesterday = (legal_date(at.now) - timedelta(days=1)).isoformat()
    if not last:
        return q.HealthLine(
            code="evidence", title=title, how="unknown",
            text=at.pick("还没有封存过。", "Nothing has been sealed yet."),
            remedy=at.pick(
                "每日零时后由后台任务封存前一日。第二天仍没有的，请检查后台任务。",
                "A job seals each day after it ends. If there is none tomorrow, look at the runner.",
            ),
        )  # fmt: skip
    # A minute after midnight the day that ended is still to be sealed.
    allowed = (legal_date(at.now) - timedelta(days=2)).isoformat()
    behind = last[0].day < (yesterday if at.now.hour >= 1 else allowed)
    return q.HealthLine(
        code="evidence",
        title=title,
        how="bad" if behind else "well",
        text=at.pick(f"最近封存到 {last[0].day}。", f"Sealed up to {last[0].day}."),
        remedy=at.pick(
            "请检查后台任务；恢复后会自动补上。也可以用 yifa audit seal 手工封存。",
            "Look at the runner; it makes up for it by itself. yifa audit seal does it by hand.",
        )
        if behind
        else "",
    )


def _backup(at: Desk) -> q.HealthLine:
    """This program makes no backups and cannot know of them: it says so instead of looking well."""
    return q.HealthLine(
        code="backup",
        title=at.pick("备份", "Backups"),
        how="unknown",
        text=at.pick("本系统不知道是否有备份。", "This program does not know whether there are any."),
        remedy=at.pick(
            "请确认数据库和附件目录每天一起备份到另一台设备，并至少每季度试恢复一次。",
            "See that database and files are backed up together every calendar day to another "
            "machine, and try restoring them at least every quarter.",
        ),
    )  # fmt: skip


# --- what nobody compared with the law yet ---------------------------------------------------------


def unchecked(house: House, query: q.Unchecked) -> tuple[q.UncheckedLine, ...]:
    """Rules, local numbers and articles to be checked, those to be checked before defaults."""
    with desk(house, query) as at:
        at.require_admin()
        return _unchecked(at)


def _unchecked(at: Desk) -> tuple[q.UncheckedLine, ...]:
    packages = [at.package(deployment_id) for deployment_id in _newest(at)]
    lines = [*_limits(at, packages), *_articles(at, packages)]
    order = {Status.TO_BE_CHECKED.value: 0}
    return tuple(sorted(lines, key=lambda line: (order.get(line.status, 1), line.kind, line.id)))


def _newest(at: Desk) -> Iterable[str]:
    rows = at.reader.columns(Deployment, ("process_key", "version", "id"), active=True)
    return {key: deployment_id for key, _, deployment_id in sorted(rows)}.values()


def _limits(at: Desk, packages: list[catalog.Package]) -> Iterable[q.UncheckedLine]:
    shelf = catalog.shelf_of(at.house.shelves)
    used: dict[str, list[str]] = {}
    for package in packages:
        names = {d for e in package.definition.elements.values() for d in e.deadlines}
        for name in names:
            used.setdefault(name, []).append(package.text(package.manifest.title, at.lang))
    for rule_id in shelf.ids:
        rule = shelf.get(rule_id)
        if rule.status is not Status.VERIFIED:
            yield _line(
                at, "deadline", rule.id, at.pick(rule.zh, rule.en),
                at.pick(rule.citation_zh, rule.citation_en) if rule.law_zh else "",
                rule.status, used.get(rule.id, []),
            )  # fmt: skip
    for parameter in shelf.parameters.values():
        if parameter.status is not Status.VERIFIED:
            yield _line(
                at, "parameter", parameter.id, at.pick(parameter.zh, parameter.en),
                f"{parameter.law_zh} {parameter.article}".strip(), parameter.status, [],
            )  # fmt: skip


def _articles(at: Desk, packages: list[catalog.Package]) -> Iterable[q.UncheckedLine]:
    found: dict[tuple[str, str], tuple[catalog.Law, catalog.Package, list[str]]] = {}
    for package in packages:
        for law in package.laws.values():
            if law.status != Status.VERIFIED.value:
                entry = found.setdefault((law.title, law.article), (law, package, []))
                entry[2].append(package.text(package.manifest.title, at.lang))
    for law, package, used in found.values():
        shown = at.law_text(law, package)
        yield _line(
            at, "article", law.id, f"{shown.title} {shown.article}", shown.text,
            Status(law.status), used,
        )  # fmt: skip


def _line(
    at: Desk, kind: str, id_: str, title: str, basis: str, status: Status, used: list[str]
) -> q.UncheckedLine:
    return q.UncheckedLine(
        kind=kind,
        id=id_,
        title=title,
        basis=basis,
        status=status.value,
        status_text=at.pick(status.zh, status.en),
        used_by=tuple(sorted(set(used))),
    )
