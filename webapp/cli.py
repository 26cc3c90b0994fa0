"""The ``yifa`` command: start the office, run its jobs, deploy processes, mind its people."""

from __future__ import annotations

import getpass
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import structlog
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine import catalog, config
from engine.commands import SYSTEM, Deploy, GrantRole, RevokeRole, SaveUnit, SaveUser, SealDay
from engine.engine import Engine
from engine.errors import Invalid, Misconfigured, Problem, YifaError
from engine.queries import UserPage, Users
from webapp.terminal import Day, Existing, Menu, Port, complaints, console, done, lang, refuse, say

F = TypeVar("F", bound=Callable[..., Any])


class Office(Menu):
    """The command group; every error of the product ends as a sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; tell errors in plain words."""
        try:
            return super().invoke(ctx)
        except Invalid as exc:
            _refuse_all(exc.problems)
            raise click.exceptions.Exit(1) from exc
        except YifaError as exc:
            refuse(exc.message(lang()))
            raise click.exceptions.Exit(2 if isinstance(exc, Misconfigured) else 1) from exc


@click.group(cls=Office, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_file",
    type=Existing(folders=False),
    help="设置文件（TOML）；YIFA_* 环境变量优先 · settings file (TOML); YIFA_* variables win",
)
@click.version_option(package_name="yifa", prog_name="yifa", help="显示版本 · show the version")
@click.pass_context
def main(ctx: click.Context, config_file: Path | None) -> None:
    """依法：乡镇依法行政的流程引擎与办公室 · a workflow engine and office that acts by law.

    \b
    第一次试用：yifa demo · To try it: yifa demo
    正式使用，依次： · For real, one after another:
      yifa migrate
      yifa user add NAME --admin
      yifa deploy DIR
      yifa serve
    """  # noqa: D301 - \b is how click is told to keep lines
    ctx.obj = {"file": config_file}


def _settings(ctx: click.Context, **overrides: Any) -> config.Settings:
    given = {key: value for key, value in overrides.items() if value is not None}
    return config.load(file=ctx.obj["file"], overrides=given)


def _logging(settings: config.Settings, *, briefly: bool = False) -> None:
    """Log to the error stream; ``briefly`` leaves out what a single command says itself."""
    level = logging.getLevelName(settings.log_level.upper())
    if briefly and level == logging.INFO:
        level = logging.WARNING
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


def with_engine(function: F) -> F:
    """Open the engine of the settings for a command, and close it whatever happens."""

    @wraps(function)
    def opened(ctx: click.Context, *args: Any, **options: Any) -> Any:
        settings = _settings(ctx)
        _logging(settings, briefly=True)
        with Engine.open(settings=settings, migrate=False) as engine:
            return function(engine, *args, **options)

    return click.pass_context(opened)  # type: ignore[return-value]


# --- running ---------------------------------------------------------------------------------------


@main.command()
@click.option("--host", help="监听地址 · address to listen on")
@click.option("--port", type=Port(), help="端口 · port")
@click.option("--reset", is_flag=True, help="重新生成演示数据 · make the demonstration anew")
@click.pass_context
def demo(ctx: click.Context, host: str | None, port: int | None, reset: bool) -> None:
    """启动演示：预置一个虚构的乡镇，只在本机访问 · serve an invented township on this machine."""
    from webapp.demo import seed
    from webapp.server import serve as run

    settings = _settings(ctx, demo=True, host=host, port=port)
    _logging(settings)
    if not seed.prepare(settings, reset=reset):
        raise click.ClickException(
            say("演示数据没有建成，原因见上。", "the demonstration was not made; see above why.")
        )
    with Engine.open(settings=settings) as engine:
        run(engine, console)


@main.command()
@click.option("--host", help="监听地址 · address to listen on")
@click.option("--port", type=Port(), help="端口 · port")
@click.pass_context
def serve(ctx: click.Context, host: str | None, port: int | None) -> None:
    """启动办公室页面（SQLite 时含后台任务） · serve the pages, with the worker for SQLite."""
    from webapp.server import serve as run

    settings = _settings(ctx, host=host, port=port)
    _logging(settings)
    with Engine.open(settings=settings, migrate=False) as engine:
        engine.house.store.require_schema()
        run(engine, console)


@main.command()
@with_engine
def worker(engine: Engine) -> None:
    """运行后台任务：定时、期限、服务、文书 · run timers, deadlines, services and documents."""
    _logging(engine.house.settings)
    runner = engine.worker
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    runner.start()
    console.print(say("后台任务已启动，Ctrl+C 停止", "worker started, Ctrl+C to stop"))
    ended.wait()
    runner.stop()


@main.command()
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """把数据库结构升级到本版本 · bring the database's schema up to this version."""
    settings = _settings(ctx)
    _logging(settings)
    with Engine.open(settings=settings, migrate=True) as engine:
        found = engine.house.store.current_revision()
        done(say(f"数据库结构版本：{found}", f"schema: {found}"))


# --- processes -------------------------------------------------------------------------------------


def read_package(path: Path) -> dict[str, bytes]:
    """A package folder (its forms beside it in ``forms/<name>``), archive or single model."""
    forms = path.parent.parent / "forms" / path.name if path.is_dir() else None
    return catalog.read_folder(path, forms)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=Existing())
@click.option("--note", default="", help="版本说明 · what is new in this version")
@with_engine
def deploy(engine: Engine, paths: tuple[Path, ...], note: str) -> None:
    """部署流程包（文件夹、.zip 或 .bpmn）为新版本 · deploy packages as new versions."""
    for path in paths:
        result = engine.execute(Deploy(actor=SYSTEM, files=read_package(path), note=note))
        state = say("已部署", "deployed") if result.new else say("内容未变", "unchanged")
        done(f"{result.process_key} v{result.version} {state}")
        _show_problems(result.warnings)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=Existing())
@click.pass_context
def lint(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """检查流程包，列出全部问题，不部署 · list everything wrong with packages, deploying nothing."""
    folder = config.data_dir() / "processes"
    shelf = {"shelf/deadlines.toml": (folder / "deadlines.toml").read_bytes()}
    failed = False
    for path in paths:
        problems = catalog.all_problems({**shelf, **read_package(path)})
        errors = [problem for problem in problems if problem.severity == "error"]
        failed = failed or bool(errors)
        mark = "[red]✗[/red]" if errors else "[green]✓[/green]"
        wrong, noted = len(errors), len(problems) - len(errors)
        counts = say(f"{wrong} 处错误，{noted} 处提醒", f"{wrong} errors, {noted} warnings")
        console.print(f"{mark} {escape(str(path))}: {counts}", soft_wrap=True)
        _show_problems(problems)
    if failed:
        ctx.exit(1)


def _refuse_all(problems: Sequence[Problem]) -> None:
    """What is wrong with a command's words in sentences, what is wrong with files in a table."""
    if any(problem.file or problem.line for problem in problems):
        _show_problems(problems, complaints)
    else:
        for problem in problems:
            refuse(problem.text(lang()))


def _show_problems(problems: Sequence[Problem], where: Console = console) -> None:
    if not problems:
        return
    table = Table(box=None, pad_edge=False)
    for title in say(",文件,行,元素,问题", ",file,line,element,problem").split(","):
        table.add_column(title, overflow="fold")
    for problem in problems:
        mark = (
            f"[red]{say('错误', 'error')}[/red]"
            if problem.severity == "error"
            else f"[yellow]{say('提醒', 'warning')}[/yellow]"
        )
        words = (problem.file, str(problem.line or ""), problem.where, problem.text(lang()))
        table.add_row(mark, *map(escape, words))
    where.print(table)


# --- people ----------------------------------------------------------------------------------------


@main.group()
def user() -> None:
    """人员与角色 · people and roles."""


@user.command("add")
@click.argument("user_id")
@click.option("--name", required=True, help="姓名 · full name")
@click.option("--unit", default=None, help="单位代码 · unit")
@click.option("--admin", is_flag=True, help="系统管理员 · administrator")
@click.option("--role", "roles", multiple=True, help="角色，可多次 · role, repeatable")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码 · read it from stdin")
@with_engine
def user_add(
    engine: Engine,
    user_id: str,
    name: str,
    unit: str | None,
    admin: bool,
    roles: tuple[str, ...],
    password_stdin: bool,
) -> None:
    """新建人员；首次登录须改密码 · create a user, who must change the password at first."""
    engine.execute(
        SaveUser(
            actor=SYSTEM,
            user_id=user_id,
            name=name,
            unit_id=unit,
            is_admin=admin,
            create=True,
            password=_password(password_stdin),
            must_change_password=True,
        )
    )
    for role in roles:
        engine.execute(GrantRole(actor=SYSTEM, user_id=user_id, role=role, unit_id=unit))
    done(user_id)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass(say("密码：", "password: "))
    if first != getpass.getpass(say("再输一次：", "again: ")):
        raise click.ClickException(say("两次输入不同，请重试。", "they differ; try again."))
    return first


@user.command("password")
@click.argument("user_id")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码 · read it from stdin")
@with_engine
def user_password(engine: Engine, user_id: str, password_stdin: bool) -> None:
    """重设密码并解锁 · set a new password and unlock."""
    engine.execute(
        SaveUser(
            actor=SYSTEM,
            user_id=user_id,
            password=_password(password_stdin),
            must_change_password=True,
        )
    )
    done(user_id)


@user.command("disable")
@click.argument("user_id")
@with_engine
def user_disable(engine: Engine, user_id: str) -> None:
    """停用人员并退出其登录 · disable a user and end their sessions."""
    engine.execute(SaveUser(actor=SYSTEM, user_id=user_id, active=False))
    done(user_id)


@user.command("grant")
@click.argument("user_id")
@click.argument("role")
@click.option("--unit", default=None, help="单位代码 · unit")
@click.option("--from", "from_date", type=Day(), help="自哪一天 · from this day, 2026-01-31")
@click.option("--to", "to_date", type=Day(), help="至哪一天（含） · to this day, included")
@with_engine
def user_grant(
    engine: Engine,
    user_id: str,
    role: str,
    unit: str | None,
    from_date: str | None,
    to_date: str | None,
) -> None:
    """授予角色 · give a role."""
    engine.execute(
        GrantRole(
            actor=SYSTEM,
            user_id=user_id,
            role=role,
            unit_id=unit,
            from_date=from_date,
            to_date=to_date,
        )
    )
    done(f"{user_id}: {role}")


@user.command("revoke")
@click.argument("user_id")
@click.argument("role")
@with_engine
def user_revoke(engine: Engine, user_id: str, role: str) -> None:
    """收回角色 · take a role away."""
    view = engine.query(UserPage(viewer=SYSTEM, user_id=user_id))
    for membership in view.memberships:
        if membership.role == role:
            engine.execute(RevokeRole(actor=SYSTEM, membership_id=membership.id))
            done(f"{user_id}: -{role}")


@user.command("unit")
@click.argument("unit_id")
@click.argument("name")
@click.option("--parent", default=None, help="上级单位代码 · unit above")
@with_engine
def user_unit(engine: Engine, unit_id: str, name: str, parent: str | None) -> None:
    """新建或修改单位 · create or change a unit."""
    engine.execute(SaveUnit(actor=SYSTEM, unit_id=unit_id, name=name, parent_id=parent))
    done(unit_id)


@user.command("list")
@with_engine
def user_list(engine: Engine) -> None:
    """列出人员 · list the users."""
    table = Table(box=None, pad_edge=False)
    for title in say("登录名,姓名,单位,角色,状态", "sign-in,name,unit,roles,state").split(","):
        table.add_column(title)
    cursor = ""
    while True:
        page = engine.query(Users(viewer=SYSTEM, lang=lang(), cursor=cursor, limit=200))
        for line in page.rows:
            locked = say("锁定", "locked") if line.locked else ""
            state = locked if line.active else say("停用", "disabled")
            words = (line.id, line.name, line.unit, "、".join(line.roles), state)
            table.add_row(*map(escape, words))
        cursor = page.next
        if not cursor:
            break
    console.print(table)


# --- evidence --------------------------------------------------------------------------------------


@main.group()
def audit() -> None:
    """证据链 · the evidence chains."""


@audit.command("verify")
@click.argument("case_id", required=False)
@click.option("--json", "as_json", is_flag=True, help="机器可读 · machine-readable")
@with_engine
def audit_verify(engine: Engine, case_id: str | None, as_json: bool) -> None:
    """核验证据链，指出第一条被改动、删除或插入的记录 · name the first entry that was touched."""
    flaws = list(engine.verify(case_id))
    if as_json:
        click.echo(
            json.dumps(
                [
                    {"chain": f.chain, "seq": f.seq, "kind": f.kind, "zh": f.zh, "en": f.en}
                    for f in flaws
                ],
                ensure_ascii=False,
            )
        )
    for flaw in flaws if not as_json else ():
        refuse(say(flaw.zh, flaw.en))
    if flaws:
        raise click.exceptions.Exit(1)
    if not as_json:
        done(say("证据链完整", "every chain is whole"))


@audit.command("seal")
@click.argument("day", type=Day())
@with_engine
def audit_seal(engine: Engine, day: str) -> None:
    """封存某一天（平时自动） · seal a day; normally done by itself."""
    row = engine.execute(SealDay(actor=SYSTEM, day=day))
    console.print(row.root if row is not None else say("此前已封存", "sealed before"))


if __name__ == "__main__":
    main()
