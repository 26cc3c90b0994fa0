"""Jobs and their failures in plain words, for administrators who have never read a traceback."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import YifaError

Words = tuple[str, str]
"""The same in Chinese and in English."""

KINDS: Mapping[str, Words] = {
    "timer": ("流程中的定时", "timer of a process"),
    "clock": ("期限预警与逾期", "warning or breach of a limit"),
    "reckon": ("期限重算", "limits reckoned anew"),
    "service": ("调用外部服务", "call of another system"),
    "document": ("生成文书", "document to be made"),
    "deliver": ("消息送达", "message to be delivered"),
    "message": ("流程间消息", "message between processes"),
    "signal": ("流程间信号", "signal to processes"),
    "oversight": ("督办到期", "oversight falling due"),
    "seal": ("封存证据", "sealing of the evidence"),
}

_FAILURES: Mapping[str, Words] = {
    "TimeoutError": (
        "对方没有在规定时间内答复，或执行中程序被中断。",
        "The other side did not answer in time, or the program was interrupted at work.",
    ),
    "ConnectionError": ("连接不上对方系统。", "The other system cannot be reached."),
    "ConnectionRefusedError": ("对方系统拒绝连接。", "The other system refused the connection."),
    "ConnectionResetError": ("与对方系统的连接中断。", "The connection to the other system broke."),
    "OSError": (
        "读写文件或连接网络时出错，请检查磁盘和网络。",
        "A file or the network failed; check disk and network.",
    ),
    "PermissionError": (
        "程序没有读写所需文件的权限。",
        "The program may not read or write a file it needs.",
    ),
    "FileNotFoundError": ("缺少需要的文件。", "A file that is needed is not there."),
    "MemoryError": ("内存不足。", "There was not enough memory."),
}


def kind(name: str) -> Words:
    """What a kind of job is called."""
    return KINDS.get(name, (name, name))


def describe(exc: Exception) -> str:
    """What is kept of a failure: our own message in both languages, of foreign errors the class.

    Foreign messages may hold what a case says, or an address with a password in it.
    """
    if not isinstance(exc, YifaError):
        return type(exc).__name__
    return "\n".join(" ".join(exc.message(lang).split()) for lang in ("zh", "en"))


def told(kept: str) -> Words:
    """What ``describe`` kept, in words."""
    zh, between, en = kept.partition("\n")
    if between:
        return zh, en
    if not kept or not kept.isidentifier():
        return kept, kept
    if kept in _FAILURES:
        return _FAILURES[kept]
    return (
        f"程序出错（{kept}），详情见运行日志。",
        f"The program failed ({kept}); the log has the details.",
    )
