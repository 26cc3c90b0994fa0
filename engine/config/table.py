"""The settings table: a field of `Settings` is a setting, with its default and its meaning."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from engine.config.kinds import (
    ALGORITHM,
    BOOLEAN,
    DATABASE_URL,
    ENDINGS,
    IDENTIFIER,
    NETWORKS,
    PATH,
    REGION,
    TEXT,
    Kind,
    choice,
    integer,
)
from engine.errors import Lang

PREFIX = "YIFA_"
MIB = 1_048_576
"""Bytes of what people read as 1 MB, wherever a size is limited or shown."""

SECRET_KEY_LENGTH = 32
"""Characters a secret key needs at least; 32 of URL-safe base64 are 192 bits."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One line of the table. ``demo_default`` stands in for the default while ``demo`` is on."""

    name: str
    default: Any
    kind: Kind
    zh: str
    en: str
    secret: bool = False
    demo_default: Any = None

    @property
    def variable(self) -> str:
        """The setting's name in the environment."""
        return PREFIX + self.name.upper()


def _setting(
    default: Any, kind: Kind, zh: str, en: str, *, secret: bool = False, demo_default: Any = None
) -> Any:
    line = Setting(
        name="",
        default=default,
        kind=kind,
        zh=zh,
        en=en,
        secret=secret,
        demo_default=demo_default,
    )
    return dataclasses.field(default=default, metadata={"setting": line})


UPLOADS = tuple(
    (
        "pdf ofd doc docx wps xls xlsx et ppt pptx dps txt csv jpg jpeg png tif tiff mp3 wav mp4"
    ).split()
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """All settings of one program, checked. Make one with `load`."""

    demo: bool = _setting(
        False,
        BOOLEAN,
        "演示模式：预置人员与事项、公开的演示密码；只能在本机访问。",
        "Demonstration: seeded people and matters with well-known passwords; this machine only.",
    )
    database_url: str = _setting(
        "sqlite:///var/yifa.db",
        DATABASE_URL,
        "数据库。SQLite 适合一个单位一台机器；多进程、多台机器请用 PostgreSQL。",
        "The database. SQLite suits one office on one machine; several processes or machines "
        "need PostgreSQL.",
        secret=True,
        demo_default="sqlite:///var/demo/yifa.db",
    )
    files_dir: Path = _setting(  # noqa: RUF009 - a dataclass field within
        Path("var/files"),
        PATH,
        "存放附件和生成的公文的目录；须与数据库一并备份。",
        "Directory of uploads and generated documents; back it up together with the database.",
        demo_default=Path("var/demo/files"),
    )
    secret_key: str = _setting(
        "",
        TEXT,
        f"签名会话与表单的密钥，至少 {SECRET_KEY_LENGTH} 个字符，不可公开；演示模式下每次启动随机生成。",
        f"Key that signs sessions and forms, at least {SECRET_KEY_LENGTH} characters, kept "
        "private; in the demonstration a fresh one at every start.",
        secret=True,
    )
    host: str = _setting(
        "127.0.0.1",
        TEXT,
        "监听的地址。不是本机地址时，必须由提供 HTTPS 的反向代理转发（tls_proxy）。",
        "Address to listen on. Any but the loopback address needs a reverse proxy that speaks "
        "HTTPS in front (tls_proxy).",
    )
    port: int = _setting(8000, integer(1, 65535), "监听的端口。", "Port to listen on.")
    threads: int = _setting(
        8,
        integer(1, 64),
        "同时处理的请求数。",
        "Requests served at the same time.",
    )
    tls_proxy: bool = _setting(
        False,
        BOOLEAN,
        "确认前面有提供 HTTPS 的反向代理。",
        "States that a reverse proxy speaking HTTPS stands in front.",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        NETWORKS,
        "反向代理的地址；只相信它们转述的访问者地址（用于登录锁定和审计）。",
        "Addresses of the reverse proxies; only what they say of a visitor's address (for "
        "lock-out and audit) is believed.",
    )
    cookie_secure: bool = _setting(
        True,
        BOOLEAN,
        "会话 Cookie 只经 HTTPS 发送；仅演示模式可以关闭。",
        "Session cookies travel by HTTPS only; may be off in the demonstration alone.",
        demo_default=False,
    )
    language: str = _setting(
        "zh",
        choice("zh", "en"),
        "界面的默认语言；每个人可以自行切换。",
        "Language of the pages until a person chooses another.",
    )
    region: str = _setting(
        "",
        REGION,
        "地方规定：processes/regions/ 中的文件，覆盖全国的期限；空为只用全国规定。",
        "Local law: a file in processes/regions/ that overrides national limits; empty for "
        "national law alone.",
    )
    tenant: str = _setting(
        "default",
        IDENTIFIER,
        "本单位的标识；一个数据库可容纳多个乡镇，数据互不可见。",
        "Identifier of this office; one database can hold several townships, unseen by each other.",
    )
    urges_per_day: int = _setting(
        2,
        integer(1, 50),
        "同一人对同一事项每天最多催办的次数。",
        "How often one person may urge one case in a day.",
    )
    stalled_after: int = _setting(
        5,
        integer(1, 250),
        "多少个工作日没有进展的事项算作停滞。",
        "Working days without any step after which a case counts as standing still.",
    )
    session_minutes: int = _setting(
        600,
        integer(5, 1440),
        "登录后最长有效时间（分钟）。",
        "Minutes after which a session ends in any case.",
    )
    session_idle_minutes: int = _setting(
        60,
        integer(5, 480),
        "多久不操作自动退出（分钟）。",
        "Minutes without activity after which a session ends.",
    )
    lockout_attempts: int = _setting(
        5,
        integer(3, 20),
        "连续输错密码多少次后锁定账号。",
        "Wrong passwords in a row after which an account is locked.",
    )
    lockout_minutes: int = _setting(
        15,
        integer(1, 1440),
        "账号锁定多久（分钟）。",
        "Minutes an account stays locked.",
    )
    upload_max_mb: int = _setting(
        50,
        integer(1, 2000),
        "一个上传文件的上限（MB，1 MB = 1 048 576 字节）。",
        "Largest uploaded file (MB of 1,048,576 bytes).",
    )
    upload_types: tuple[str, ...] = _setting(
        UPLOADS,
        ENDINGS,
        "允许上传的文件类型（扩展名）；内容与扩展名不符的也会被拒绝。",
        "File endings that may be uploaded; content that contradicts its ending is refused too.",
    )
    form_max_fields: int = _setting(
        5000,
        integer(100, 100_000),
        "一次提交最多包含的字段数。",
        "Most fields one submission may carry.",
    )
    hash_algorithm: str = _setting(
        "sha256",
        ALGORITHM,
        "审计链的杂凑算法；需用国密时选 sm3。启用后不要更改。",
        "Digest of the audit chain; sm3 where Chinese cryptography is required. Do not change it "
        "once in use.",
    )
    embedded_worker: bool = _setting(
        True,
        BOOLEAN,
        "在网站进程内处理到期的定时与任务；另外运行 yifa worker 时可关闭。",
        "Run due timers and jobs inside the web process; off where yifa worker runs beside it.",
    )
    feel_steps: int = _setting(
        200_000,
        integer(1000, 100_000_000),
        "一个表达式最多计算的步数。",
        "Most steps one expression may take.",
    )
    feel_depth: int = _setting(
        100,
        integer(10, 400),
        "一个表达式最多嵌套的层数。",
        "Deepest nesting of one expression.",
    )
    feel_size: int = _setting(
        100_000,
        integer(1000, 10_000_000),
        "一个表达式的值最多包含的元素或字符数。",
        "Most items or characters a value of an expression may hold.",
    )
    feel_millis: int = _setting(
        1000,
        integer(10, 60_000),
        "一个表达式最长计算时间（毫秒）。",
        "Longest evaluation of one expression (milliseconds).",
    )
    log_level: str = _setting(
        "info",
        choice("debug", "info", "warning", "error"),
        "日志的详细程度。",
        "How much is logged.",
        demo_default="warning",
    )
    log_format: str = _setting(
        "console",
        choice("console", "json"),
        "日志的格式：给人读（console）或给程序读（json）。",
        "Log for people (console) or for programs (json).",
    )

    def shown(self) -> dict[str, str]:
        """Every setting as text that may be printed: secrets are veiled."""
        return {line.name: _shown(line, getattr(self, line.name)) for line in table()}

    @property
    def upload_max_bytes(self) -> int:
        """The largest uploaded file, in bytes."""
        return self.upload_max_mb * MIB

    def __repr__(self) -> str:
        pairs = ", ".join(f"{name}={value!r}" for name, value in self.shown().items())
        return f"Settings({pairs})"


def table() -> tuple[Setting, ...]:
    """The settings table, in the order it is documented."""
    return tuple(
        dataclasses.replace(cast(Setting, f.metadata["setting"]), name=f.name)
        for f in dataclasses.fields(Settings)
    )


def _shown(line: Setting, value: Any) -> str:
    if line.kind is DATABASE_URL:
        return _veiled_url(str(value))
    if line.secret:
        return "***" if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.as_posix() if isinstance(value, Path) else str(value)


def _veiled_url(url: str) -> str:
    parts = urlsplit(url)
    if not parts.query and parts.password is None:
        return url
    netloc = parts.netloc
    if parts.password is not None:
        user, _, host = netloc.rpartition("@")
        netloc = f"{user.partition(':')[0]}:***@{host}"
    return urlunsplit((parts.scheme, netloc, parts.path, "***" if parts.query else "", ""))


def markdown(lang: Lang = "zh") -> str:
    """The settings table as a Markdown table, for docs/settings.md."""
    head = {
        "zh": "| 名称 | 取值 | 默认 | 演示默认 | 含义 |",
        "en": "| name | values | default | demonstration | meaning |",
    }[lang]
    rows = [head, "|---|---|---|---|---|"]
    for line in table():
        kind = line.kind.zh if lang == "zh" else line.kind.en
        meaning = line.zh if lang == "zh" else line.en
        cells = [
            f"`{line.name}`",
            kind.replace("|", "\\|"),
            _cell(line, line.default),
            "" if line.demo_default is None else _cell(line, line.demo_default),
            meaning,
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def _cell(line: Setting, value: Any) -> str:
    shown = _shown(line, value)
    return f"`{shown}`" if shown else ""
