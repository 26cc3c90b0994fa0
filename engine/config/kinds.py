"""Kinds of values a setting takes: how people call them, how one is read and refused."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

ACTIVE_CONTENT = frozenset(
    (
        "bat cmd com css dll exe hta htm html jar js lnk mht mhtml mjs msi php ps1 scr sh svg svgz "
        "vbs wasm xht xhtml xml xsl"
    ).split()
)
"""Endings whose content a browser or a desk computer would run: never taken as an upload."""


class BadValue(Exception):
    """A value does not fit its setting; says why, and what fits, in both languages.

    It never leaves this room: `load` gathers all of them into one `Misconfigured`.
    """

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What values a setting takes: how people call them, and how one is read."""

    zh: str
    en: str
    read: Callable[[Any], Any]


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue("应为文字，请加引号", "must be a text in quotes")
    if not value.isprintable():
        raise BadValue("不能包含控制字符", "must not contain control characters")
    return value.strip()


def _read_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "yes": True, "on": True, "1": True}
    known |= {"false": False, "no": False, "off": False, "0": False}
    if isinstance(value, str) and value.strip().lower() in known:
        return known[value.strip().lower()]
    raise BadValue("应为 true 或 false", "must be true or false")


def integer(low: int, high: int) -> Kind:
    """Whole numbers between two bounds, both included."""

    def read(value: Any) -> int:
        text = str(value).strip()
        if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise BadValue("应为整数", "must be a whole number")
        if not low <= int(text) <= high:
            raise BadValue(f"应在 {low} 与 {high} 之间", f"must lie between {low} and {high}")
        return int(text)

    return Kind(zh=f"整数 {low}–{high}", en=f"whole number {low}–{high}", read=read)


def choice(*options: str) -> Kind:
    """One of a few words."""
    listed = " | ".join(options)

    def read(value: Any) -> str:
        if value not in options:
            raise BadValue(f"只能是 {listed}", f"must be one of {listed}")
        return cast(str, value)

    return Kind(zh=listed, en=listed, read=read)


def _matching(pattern: str, zh: str, en: str) -> Kind:
    def read(value: Any) -> str:
        text = _read_text(value)
        if not re.fullmatch(pattern, text):
            raise BadValue(f"应为{zh}", f"must be {en}")
        return text

    return Kind(zh=zh, en=en, read=read)


def _read_list(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise BadValue("应为文字的列表，环境变量中以逗号分隔", "must be a list of texts")
    return tuple(item.strip() for item in value if item.strip())


def _read_endings(value: Any) -> tuple[str, ...]:
    endings = tuple(item.lower().lstrip(".") for item in _read_list(value))
    odd = [item for item in endings if not re.fullmatch(r"[a-z0-9]{1,10}", item)]
    if not endings or odd:
        raise BadValue("应为文件扩展名，如 pdf, docx", "must be file endings such as pdf, docx")
    active = sorted(ACTIVE_CONTENT & set(endings))
    if active:
        listed = ", ".join(active)
        raise BadValue(
            f"{listed} 打开即会执行，不能作为附件；请删去",
            f"{listed} would run when opened and cannot be uploads; remove them",
        )
    return tuple(dict.fromkeys(endings))


def _read_networks(value: Any) -> tuple[str, ...]:
    networks = []
    for item in _read_list(value):
        try:
            network = ipaddress.ip_network(item, strict=False)
        except ValueError as exc:
            raise BadValue(f"“{item}”不是 IP 地址或网段", f"{item!r} is no address") from exc
        if network.prefixlen == 0:
            raise BadValue(
                f"“{item}”等于信任任何人；请写代理的地址",
                f"{item!r} would trust everyone; name the proxy's address",
            )
        networks.append(str(network))
    return tuple(networks)


def _read_database_url(value: Any) -> str:
    url = _read_text(value)
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1 and ":memory:" not in rest:
        return url
    if scheme in {"postgresql", "postgresql+psycopg"} and _names_a_database(url):
        return url
    raise BadValue(
        "应为 sqlite:///路径 或 postgresql://用户:密码@主机/库名",
        "must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE",
    )


def _names_a_database(url: str) -> bool:
    try:
        return bool(urlsplit(url).path.strip("/"))
    except ValueError:
        return False


def _read_algorithm(value: Any) -> str:
    name = cast(str, choice("sha256", "sm3").read(value))
    if name not in hashlib.algorithms_available:
        raise BadValue(
            f"本机 OpenSSL 不支持 {name}；请更新 OpenSSL 或改用 sha256",
            f"this machine's OpenSSL lacks {name}; update it or use sha256",
        )
    return name


TEXT = Kind(zh="文字", en="text", read=_read_text)
BOOLEAN = Kind(zh="true | false", en="true | false", read=_read_boolean)
ENDINGS = Kind(zh="扩展名列表", en="list of file endings", read=_read_endings)
NETWORKS = Kind(zh="地址或网段列表", en="list of addresses or networks", read=_read_networks)
DATABASE_URL = Kind(zh="数据库地址", en="database URL", read=_read_database_url)
ALGORITHM = Kind(zh="sha256 | sm3", en="sha256 | sm3", read=_read_algorithm)
PATH = Kind(zh="路径", en="path", read=lambda value: Path(_read_text(value)).expanduser())
IDENTIFIER = _matching(
    r"[a-z][a-z0-9_-]{0,39}",
    "小写字母开头的标识（字母、数字、-、_，至多 40 字符）",
    "an identifier of at most 40 lower-case letters, digits, - and _",
)
REGION = _matching(
    r"([a-z][a-z0-9_-]{0,39})?",
    "processes/regions/ 中的文件名（不带扩展名），或留空",
    "the name of a file in processes/regions/ without its ending, or empty",
)
