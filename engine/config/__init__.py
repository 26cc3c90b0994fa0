"""Settings: one table of names, defaults and meanings, read once, frozen.

A setting is a field of `Settings`. Its value comes, first found wins, from the command line, from
the environment (``YIFA_`` and the name in capitals), from a TOML file (``--config`` or
``YIFA_CONFIG``), from the demonstration's default, from the default. A name that is not in the
table and a value that would be unsafe stop the program before it opens anything, with all faults
at once and the remedy of each.
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from engine.config.loading import CONFIG_VARIABLE, load
from engine.config.table import MIB, PREFIX, Setting, Settings, markdown, table
from engine.errors import Misconfigured

__all__ = [
    "CONFIG_VARIABLE",
    "MIB",
    "PREFIX",
    "Setting",
    "Settings",
    "data_dir",
    "load",
    "markdown",
    "table",
]


def data_dir() -> Path:
    """The folder that holds ``processes/`` and ``forms/`` as they were shipped.

    In a checkout (an editable install too) that is its top; in an installed wheel the package
    ``yifa_data``.
    """
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "processes").is_dir():
        return checkout
    try:
        processes = importlib.resources.files("yifa_data").joinpath("processes")
    except ModuleNotFoundError as exc:
        zh = "安装不完整，缺少 processes/ 和 forms/；请重新安装 yifa。"
        en = "the installation is incomplete, processes/ and forms/ are missing; reinstall yifa."
        raise Misconfigured(reason={"zh": zh, "en": en}) from exc
    return Path(str(processes)).parent
