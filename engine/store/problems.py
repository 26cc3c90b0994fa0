"""What can go wrong between the product and its database, told in the product's own words.

::

    Unavailable
    ├── Retry       nothing was written; running the whole command again is the remedy
    └── Unsure      the connection broke while committing; look before trying again
    Conflict
    └── Lost        a job was somebody else's meanwhile
    Misconfigured
    └── Outdated    the database is of another version than the program
"""

from __future__ import annotations

from engine import errors


class Retry(errors.Unavailable):
    """Nothing was written, and a fresh run of the whole command may well succeed."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(reason={"zh": zh, "en": en})


def moved() -> Retry:
    """Somebody else changed what this command relied on."""
    return Retry("同时有其他人在办理。", "somebody else was at it at the same time.")


class Unsure(errors.Unavailable):
    """The connection broke during COMMIT: the change may or may not be kept."""

    zh = "提交时与数据库的连接中断，不能确定是否已经保存。请先查看事项的最新状态，再决定是否重做。"
    en = (
        "The connection to the database broke while saving, so it is not certain whether this "
        "was kept. Look at the matter first, then decide whether to do it again."
    )


class Lost(errors.Conflict):
    """A job is gone or claimed by another worker: its work is, or will be, done there."""

    def __init__(self) -> None:
        super().__init__(
            reason={
                "zh": "该后台作业已由其他工作进程办理或已取消。",
                "en": "this job was done by another worker, or was cancelled.",
            }
        )


class Outdated(errors.Misconfigured):
    """The database's schema is not the one this program needs."""

    zh = "数据库结构版本为 {found}，程序需要 {needed}。{remedy}"
    en = "The database has schema {found}, the program needs {needed}. {remedy}"
