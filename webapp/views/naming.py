"""What states, lamps and urgencies are called where no page draws them."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from engine.queries import Lamp
from webapp.current import lang


def lamp_name(lamp: Lamp) -> str:
    """What a lamp is called."""
    found = {
        "red": _("逾期"),
        "yellow": _("临近期限"),
        "green": _("期限未近"),
        "paused": _("计时暂停"),
        "done_on_time": _("按期"),
        "done_late": _("逾期办结"),
    }.get(lamp.colour, "")
    return str(found)


def state_name(state: str) -> str:
    """What the state of a case is called."""
    found = {
        "active": _("办理中"),
        "completed": _("已办结"),
        "cancelled": _("已撤销"),
        "suspended": _("已中止"),
        "failed": _("异常结束"),
    }.get(state, state)
    return str(found)


def listed(names: Iterable[str]) -> str:
    """Names one after the other, as the language separates them."""
    return ("、" if lang() == "zh" else ", ").join(names)


def urgency_name(value: str) -> str:
    """What an urgency is called; nothing for the usual one."""
    return str({"urgent": _("加急"), "critical": _("特急")}.get(value, ""))
