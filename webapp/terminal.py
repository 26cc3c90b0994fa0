"""How the ``yifa`` command speaks: in the terminal's language, help and refusals alike.

Help is written as ``中文 · English``, line by line, and shown in one of the two.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from engine.errors import Lang

console = Console(highlight=False)
complaints = Console(highlight=False, stderr=True)
"""Refusals go to the error stream, so that output can be piped on."""

_BETWEEN = " · "
_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}


def lang() -> Lang:
    """Messages follow the terminal's language: Chinese, unless it says another."""
    text = (
        os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "zh"
    )
    return "zh" if text.startswith(("zh", "C", "POSIX")) else "en"


def say(zh: str, en: str) -> str:
    """One of two texts."""
    return zh if lang() == "zh" else en


def refuse(text: str) -> None:
    """Tell why something was not done; what people wrote is no markup, and no line is broken."""
    complaints.print(f"[red]✗[/red] {escape(text)}", soft_wrap=True)


def done(text: str) -> None:
    """Tell that something was done."""
    console.print(f"[green]✓[/green] {escape(text)}", soft_wrap=True)


def pick(text: str) -> str:
    """Each line of a help text in the terminal's language."""
    return "\n".join(_side(line) for line in text.splitlines())


def _side(line: str) -> str:
    zh, between, en = line.partition(_BETWEEN)
    indent = line[: len(line) - len(line.lstrip())]
    return say(zh, indent + en) if between else line


# --- help ------------------------------------------------------------------------------------------


class Formatter(click.HelpFormatter):
    """Click's pages of help, in one language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that says how a command is called."""
        super().write_usage(prog, args, prefix or say("用法：", "Usage: "))

    def write_heading(self, heading: str) -> None:
        """A heading above options or commands."""
        if lang() == "zh":
            self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")
        else:
            super().write_heading(heading)

    def write_text(self, text: str) -> None:
        """What a command does."""
        super().write_text(pick(text))

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        """Options or commands with what they mean."""
        told = [(term, _required(text)) for term, text in rows]
        super().write_dl(told, col_max, col_spacing)


def _required(text: str) -> str:
    body, mark, _rest = text.partition("  [required]")
    return pick(body) + (say("（必填）", " (required)") if mark else "")


class Context(click.Context):
    """Where a command stands while it is read."""

    formatter_class = Formatter


class Line(click.Command):
    """A command whose help and refusals are in the terminal's language."""

    context_class = Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, explained."""
        return _explained(super().get_help_option(ctx))

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first line of the help, for lists."""
        return _short(self)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; more than there are places for are refused."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            words = " ".join(rest)
            ctx.fail(say(f"多余的参数：{words}。", f"Unexpected further arguments: {words}."))
        return rest


class Menu(click.Group):
    """Commands under one name."""

    context_class = Context
    command_class = Line

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, explained."""
        return _explained(super().get_help_option(ctx))

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first line of the help, for lists."""
        return _short(self)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run as a program: what click refuses is told in the terminal's language."""
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.Abort:
            if not standalone_mode:
                raise
            refuse(say("已取消。", "Stopped."))
            sys.exit(1)
        except click.ClickException as exc:
            if not standalone_mode:
                raise
            _show(exc)
            sys.exit(exc.exit_code)
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else 0)
        return code


Menu.group_class = Menu


def _explained(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "显示帮助 · show this help"
    return option


def _short(command: click.Command) -> str:
    text = inspect.cleandoc(command.help or "").partition("\n")[0]
    return _side(text).rstrip("。.")


# --- refusals --------------------------------------------------------------------------------------


def _show(exc: click.ClickException) -> None:
    if isinstance(exc, click.exceptions.NoArgsIsHelpError):
        click.echo(exc.format_message(), err=True)
        return
    ctx = exc.ctx if isinstance(exc, click.UsageError) else None
    if ctx is not None:
        click.echo(ctx.get_usage(), err=True)
        ask = f"{ctx.command_path} --help"
        click.echo(say(f"输入 {ask} 查看用法。\n", f"Try {ask} for help.\n"), err=True)
    refuse(_told(exc))


def _told(exc: click.ClickException) -> str:
    """What click refuses, in a sentence."""
    if isinstance(exc, click.NoSuchOption):
        text = say(f"没有选项 {exc.option_name}。", f"There is no option {exc.option_name}.")
        return text + _nearest(exc.possibilities)
    if isinstance(exc, click.exceptions.NoSuchCommand):
        text = say(f"没有命令 {exc.command_name}。", f"There is no command {exc.command_name}.")
        return text + _nearest(exc.possibilities)
    if isinstance(exc, click.MissingParameter):
        return say(f"缺少 {_name(exc)}。", f"{_name(exc)} is missing.")
    if isinstance(exc, click.BadParameter):
        # Its reason comes from the kinds below, in the terminal's language.
        return say(f"{_name(exc)}：{exc.message}", f"{_name(exc)}: {exc.message}")
    if isinstance(exc, click.BadOptionUsage):
        name = exc.option_name
        return say(
            f"选项 {name} 缺少值，或者不应带值。",
            f"Option {name} needs a value, or takes none.",
        )
    return exc.message


def _nearest(names: list[str] | None) -> str:
    if not names:
        return ""
    return say(f"是否指 {'、'.join(names)}？", f" Did you mean {' or '.join(names)}?")


def _name(exc: click.BadParameter) -> str:
    param = exc.param
    if param is None:
        return say("参数", "an argument")
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return param.make_metavar(exc.ctx or Context(Line(None))).strip("[].").rstrip(".")


# --- kinds of values -------------------------------------------------------------------------------


class Existing(click.Path):
    """A file or folder that is there and can be read."""

    def __init__(self, *, folders: bool = True) -> None:
        super().__init__(exists=True, dir_okay=folders, path_type=Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The path. Fails with BadParameter."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as exc:
            zh = f"没有“{value}”，或无法读取；请核对路径。"
            en = f"“{value}” is not there or cannot be read; check the path."
            raise click.BadParameter(say(zh, en), ctx, param) from exc


class Port(click.ParamType[int]):
    """A port to listen on."""

    name = "port"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """The number. Fails with BadParameter."""
        text = str(value)
        if text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535:
            return int(text)
        zh = f"“{value}”不是端口；应为 1 至 65535 的整数。"
        en = f"“{value}” is no port; give a number from 1 to 65535."
        raise click.BadParameter(say(zh, en), ctx, param)


class Day(click.ParamType[str]):
    """A day of the calendar, as ISO 8601 writes it."""

    name = "day"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The day as ``2026-01-31``. Fails with BadParameter."""
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date().isoformat()  # noqa: DTZ007
        except ValueError as exc:
            zh = f"“{value}”不是日期；应写作 2026-01-31。"
            en = f"“{value}” is no date; write it as 2026-01-31."
            raise click.BadParameter(say(zh, en), ctx, param) from exc
