"""Reading the settings from command line, environment and file; refusing what is unsafe."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.config.kinds import BadValue
from engine.config.table import PREFIX, SECRET_KEY_LENGTH, Setting, Settings, table
from engine.errors import Misconfigured

CONFIG_VARIABLE = "YIFA_CONFIG"


def load(
    *,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Read, check and freeze the settings.

    ``file`` is what ``--config`` named, else ``YIFA_CONFIG`` does; ``overrides`` come from the
    command line, by setting name. Raises `Misconfigured` with every fault and its remedy.
    """
    env = os.environ if environ is None else environ
    given: dict[str, tuple[str, Any]] = {}
    faults: list[BadValue] = []
    path = file or (Path(env[CONFIG_VARIABLE]) if env.get(CONFIG_VARIABLE) else None)
    if path is not None:
        given |= {name: (f"{path}: {name}", value) for name, value in _read_file(path).items()}
    for variable, text in env.items():
        if variable.startswith(PREFIX) and variable != CONFIG_VARIABLE:
            given[variable.removeprefix(PREFIX).lower()] = (variable, text)
    for name, value in (overrides or {}).items():
        given[name] = (f"--{name.replace('_', '-')}", value)

    values = _read_values(given, faults)
    if faults:
        raise _misconfigured(faults)
    settings = Settings(**_with_demo_defaults(values))
    faults = list(_unsafe(settings))
    if faults:
        raise _misconfigured(faults)
    return settings


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        why = exc.strerror or type(exc).__name__
        zh = f"设置文件 {path} 无法读取（{why}）；请核对路径与权限"
        en = f"the settings file {path} cannot be read ({why}); check its path and permissions"
        raise _misconfigured([BadValue(zh, en)]) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        place_zh, place_en = _place(exc)
        zh = f"设置文件 {path} 不是正确的 TOML（{place_zh}）；请更正该处"
        en = f"the settings file {path} is not valid TOML ({place_en}); mend that place"
        raise _misconfigured([BadValue(zh, en)]) from exc


def _place(exc: ValueError) -> tuple[str, str]:
    """Where a file stops being TOML, in both languages; the parser tells it in English alone."""
    if isinstance(exc, UnicodeDecodeError):
        return "不是 UTF-8 编码", "not UTF-8"
    said = str(exc)
    at = re.search(r"line (\d+), column (\d+)", said)
    return (f"第 {at[1]} 行第 {at[2]} 个字符" if at else "文件末尾"), said


def _read_values(given: Mapping[str, tuple[str, Any]], faults: list[BadValue]) -> dict[str, Any]:
    lines = {line.name: line for line in table()}
    values: dict[str, Any] = {}
    for name, (origin, raw) in given.items():
        line = lines.get(name)
        if line is None:
            faults.append(_unknown(name, origin, lines))
            continue
        try:
            values[name] = line.kind.read(raw)
        except BadValue as bad:
            faults.append(BadValue(f"{origin} {bad.zh}", f"{origin} {bad.en}"))
    return values


def _with_demo_defaults(values: dict[str, Any]) -> dict[str, Any]:
    if not values.get("demo"):
        return values
    demo = {line.name: line.demo_default for line in table() if line.demo_default is not None}
    if not values.get("secret_key"):
        values = values | {"secret_key": secrets.token_urlsafe(48)}
    return demo | values


def _unknown(name: str, origin: str, lines: Mapping[str, Setting]) -> BadValue:
    near = difflib.get_close_matches(name, lines, n=1)
    hint_zh = f"是否指 {near[0]}？" if near else "可用的设置见 docs/settings.md"
    hint_en = f"did you mean {near[0]}?" if near else "docs/settings.md lists them all"
    return BadValue(f"没有名为 {origin} 的设置；{hint_zh}", f"unknown setting {origin}; {hint_en}")


def _misconfigured(faults: Iterable[BadValue]) -> Misconfigured:
    faults = list(faults)
    zh = "；".join(fault.zh for fault in faults) + "。"
    en = "; ".join(fault.en for fault in faults) + "."
    return Misconfigured(reason={"zh": zh, "en": en})


def _unsafe(settings: Settings) -> Iterable[BadValue]:
    yield from _unsafe_key(settings)
    loopback = _is_loopback(settings.host)
    if settings.demo and not loopback:
        yield BadValue(
            "host：演示模式的密码是公开的，只能监听 127.0.0.1；对外服务请关闭演示模式",
            "host: the demonstration's passwords are public, it listens on 127.0.0.1 only; "
            "serve others without it",
        )
    elif not loopback and not settings.tls_proxy:
        yield BadValue(
            "host：对外监听须由 HTTPS 反向代理转发；架好代理后设 tls_proxy = true，"
            "否则请用 127.0.0.1",
            "host: listening beyond this machine needs an HTTPS reverse proxy; set one up and "
            "set tls_proxy = true, or use 127.0.0.1",
        )
    if settings.tls_proxy and not settings.trusted_proxies:
        yield BadValue(
            "tls_proxy：请在 trusted_proxies 写明代理的地址，否则所有访问者看起来是同一人",
            "tls_proxy: name the proxy's address in trusted_proxies, else all visitors look alike",
        )
    if not settings.cookie_secure and not settings.demo:
        yield BadValue(
            "cookie_secure：演示以外必须为 true，否则会话可被窃取；请删去此项",
            "cookie_secure: must be true outside the demonstration, or sessions can be stolen; "
            "remove the line",
        )
    if settings.session_idle_minutes > settings.session_minutes:
        yield BadValue(
            "session_idle_minutes：不应长于 session_minutes；请改小",
            "session_idle_minutes: cannot exceed session_minutes; lower it",
        )


def _unsafe_key(settings: Settings) -> Iterable[BadValue]:
    command = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
    if not settings.secret_key:
        yield BadValue(
            f"secret_key：没有设置；请运行 {command}，将结果写入 {PREFIX}SECRET_KEY 或设置文件",
            f"secret_key: not set; run {command} and put the result into {PREFIX}SECRET_KEY or "
            "the settings file",
        )
    elif len(settings.secret_key) < SECRET_KEY_LENGTH or len(set(settings.secret_key)) < 12:
        yield BadValue(
            f"secret_key：太短或太有规律，可被猜出；请运行 {command} 生成新的",
            f"secret_key: too short or too regular to be safe; make one with {command}",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
