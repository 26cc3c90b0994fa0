"""The ``yifa`` command: start the office, run its jobs, deploy processes, mind its people."""

from __future__ import annotations

import getpass
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import structlog
from rich.console import Console
from rich.table import Table

from engine import catalog, config
from engine.commands import SYSTEM, Deploy, GrantRole, RevokeRole, SaveUnit, SaveUser, SealDay
from engine.engine import Engine
from engine.errors import Invalid, Lang, Misconfigured, Problem, YifaError
from engine.queries import UserPage, Users

console = Console(highlight=False)
F = TypeVar("F", bound=Callable[..., Any])


class Office(click.Group):
    """The command group; every error of the product ends as a sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; tell errors in plain words."""
        try:
            return super().invoke(ctx)
        except Invalid as exc:
            _show_problems(exc.problems)
            raise click.exceptions.Exit(1) from exc
        except YifaError as exc:
            console.print(f"[red]✗[/red] {exc.message(_lang())}", markup=True)
            raise click.exceptions.Exit(2 if isinstance(exc, Misconfigured) else 1) from exc


def _lang() -> Lang:
    """Messages follow the terminal's language: Chinese, unless it says another."""
    text = (
        os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "zh"
    )
    return "zh" if text.startswith(("zh", "C", "POSIX")) else "en"


@click.group(cls=Office, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="设置文件（TOML）· settings file; YIFA_* 环境变量优先 · environment wins",
)
@click.version_option(package_name="yifa", prog_name="yifa")
@click.pass_context
def main(ctx: click.Context, config_file: Path | None) -> None:
    """依法：乡镇依法行政的流程引擎与办公室 · a workflow engine and office that acts by law.

    \b
    第一次试用 · to try it:   yifa demo
    正式使用 · for real:      yifa migrate;  yifa user add NAME --admin;  yifa deploy DIR;  yifa serve
    """  # noqa: D301 - \b is how click is told to keep lines
    ctx.obj = {"file": config_file}


def _settings(ctx: click.Context, **overrides: Any) -> config.Settings:
    given = {key: value for key, value in overrides.items() if value is not None}
    return config.load(file=ctx.obj["file"], overrides=given)


def _logging(settings: config.Settings) -> None:
    level = logging.getLevelName(settings.log_level.upper())
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
        _logging(settings)
        with Engine.open(settings=settings, migrate=False) as engine:
            return function(engine, *args, **options)

    return click.pass_context(opened)  # type: ignore[return-value]


# --- running ---------------------------------------------------------------------------------------


@main.command()
@click.option("--host", help="监听地址 · address to listen on")
@click.option("--port", type=int, help="端口 · port")
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
            "演示数据没有建成，请看上面的原因 · the demonstration was not made"
        )
    with Engine.open(settings=settings) as engine:
        run(engine, console)


@main.command()
@click.option("--host", help="监听地址 · address to listen on")
@click.option("--port", type=int, help="端口 · port")
@click.pass_context
def serve(ctx: click.Context, host: str | None, port: int | None) -> None:
    """启动办公室页面（SQLite 时含后台任务）· serve the pages, with the embedded worker for SQLite."""
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
    runner = engine.worker
    done = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: done.set())
    runner.start()
    console.print("后台任务已启动，Ctrl+C 停止 · worker started, Ctrl+C to stop")
    done.wait()
    runner.stop()


@main.command()
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """把数据库结构升级到本版本 · bring the database's schema up to this version."""
    settings = _settings(ctx)
    _logging(settings)
    with Engine.open(settings=settings, migrate=True) as engine:
        console.print(f"数据库结构版本 · schema: {engine.house.store.current_revision()}")


# --- processes -------------------------------------------------------------------------------------


def read_package(path: Path) -> dict[str, bytes]:
    """A package folder (its forms beside it in ``forms/<name>``), archive or single model."""
    forms = path.parent.parent / "forms" / path.name if path.is_dir() else None
    return catalog.read_folder(path, forms)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="版本说明 · what is new in this version")
@with_engine
def deploy(engine: Engine, paths: tuple[Path, ...], note: str) -> None:
    """部署流程包（文件夹、.zip 或 .bpmn）为新版本 · deploy packages as new versions."""
    for path in paths:
        result = engine.execute(Deploy(actor=SYSTEM, files=read_package(path), note=note))
        state = "已部署 · deployed" if result.new else "内容未变 · unchanged"
        console.print(f"[green]✓[/green] {result.process_key} v{result.version} {state}")
        _show_problems(result.warnings)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
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
        console.print(
            f"{mark} {path}: {len(errors)} 处错误 · errors, "
            f"{len(problems) - len(errors)} 处提醒 · warnings"
        )
        _show_problems(problems)
    if failed:
        ctx.exit(1)


def _show_problems(problems: Any) -> None:
    found: list[Problem] = [problem for problem in problems if isinstance(problem, Problem)]
    if not found:
        return
    table = Table(box=None, pad_edge=False)
    for title in ("", "文件 · file", "行 · line", "元素 · element", "问题 · problem"):
        table.add_column(title, overflow="fold")
    for problem in found:
        mark = "[red]错误[/red]" if problem.severity == "error" else "[yellow]提醒[/yellow]"
        table.add_row(
            mark, problem.file, str(problem.line or ""), problem.where, problem.text(_lang())
        )
    console.print(table)


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
    console.print(f"[green]✓[/green] {user_id}")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("密码 · password: ")
    if first != getpass.getpass("再输一次 · again: "):
        raise click.ClickException("两次输入不同 · they differ")
    return first


@user.command("password")
@click.argument("user_id")
@click.option("--password-stdin", is_flag=True)
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
    console.print(f"[green]✓[/green] {user_id}")


@user.command("disable")
@click.argument("user_id")
@with_engine
def user_disable(engine: Engine, user_id: str) -> None:
    """停用人员并退出其登录 · disable a user and end their sessions."""
    engine.execute(SaveUser(actor=SYSTEM, user_id=user_id, active=False))
    console.print(f"[green]✓[/green] {user_id}")


@user.command("grant")
@click.argument("user_id")
@click.argument("role")
@click.option("--unit", default=None)
@click.option("--from", "from_date", default=None, help="起 · from, 2026-01-31")
@click.option("--to", "to_date", default=None, help="止 · to (含 · inclusive)")
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
    console.print(f"[green]✓[/green] {user_id}: {role}")


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
            console.print(f"[green]✓[/green] {user_id}: -{role}")


@user.command("unit")
@click.argument("unit_id")
@click.argument("name")
@click.option("--parent", default=None)
@with_engine
def user_unit(engine: Engine, unit_id: str, name: str, parent: str | None) -> None:
    """新建或修改单位 · create or change a unit."""
    engine.execute(SaveUnit(actor=SYSTEM, unit_id=unit_id, name=name, parent_id=parent))
    console.print(f"[green]✓[/green] {unit_id}")


@user.command("list")
@with_engine
def user_list(engine: Engine) -> None:
    """列出人员 · list the users."""
    table = Table(box=None, pad_edge=False)
    for title in ("登录名 · name", "姓名", "单位 · unit", "角色 · roles", "状态 · state"):
        table.add_column(title)
    cursor = ""
    while True:
        page = engine.query(Users(viewer=SYSTEM, lang=_lang(), cursor=cursor, limit=200))
        for line in page.rows:
            state = "停用 · disabled" if not line.active else "锁定 · locked" if line.locked else ""
            table.add_row(line.id, line.name, line.unit, "、".join(line.roles), state)
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
        console.print(f"[red]✗[/red] {flaw.zh} · {flaw.en}")
    if flaws:
        raise click.exceptions.Exit(1)
    if not as_json:
        console.print("[green]✓[/green] 证据链完整 · every chain is whole")


@audit.command("seal")
@click.argument("day", type=click.DateTime(formats=["%Y-%m-%d"]))
@with_engine
def audit_seal(engine: Engine, day: datetime) -> None:
    """封存某一天（平时自动）· seal a day; normally done by itself."""
    row = engine.execute(SealDay(actor=SYSTEM, day=day.date().isoformat()))
    console.print(row.root if row is not None else "已封存 · sealed before")


if __name__ == "__main__":
    main()
