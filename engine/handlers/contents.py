"""What a file is by its first bytes, where that contradicts the ending of its name."""

from __future__ import annotations

import re
from typing import BinaryIO

from engine.errors import Invalid, Problem

HEAD = 1_024
_OLE = frozenset({"doc", "xls", "ppt", "wps", "et", "dps"})
_ZIP = frozenset({"docx", "xlsx", "pptx", "ofd", "zip", *_OLE})
_NOTHING: frozenset[str] = frozenset()

_SIGNATURES: tuple[tuple[re.Pattern[bytes], frozenset[str]], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE if fold else re.DOTALL), endings)
    for pattern, endings, fold in (
        (rb"%PDF-", frozenset({"pdf"}), False),
        (rb"PK(\x03\x04|\x05\x06)", _ZIP, False),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE, False),
        (rb"\xff\xd8\xff", frozenset({"jpg", "jpeg"}), False),
        (rb"\x89PNG\r\n\x1a\n", frozenset({"png"}), False),
        (rb"II\*\x00|MM\x00\*", frozenset({"tif", "tiff"}), False),
        (rb"GIF8[79]a", frozenset({"gif"}), False),
        (rb"RIFF....WAVE", frozenset({"wav"}), False),
        (rb"....ftyp", frozenset({"mp4", "m4a", "mov"}), False),
        (rb"ID3", frozenset({"mp3"}), False),
        # Programs and pages are never what an office hands in, whatever they are called.
        (
            rb"MZ.{58}|\x7fELF|\xca\xfe\xba\xbe|#!\s*/|L\x00\x00\x00\x01\x14\x02\x00",
            _NOTHING,
            False,
        ),
        (rb"\s*(<!doctype\s+html|<html|<script|<svg|<\?php)", frozenset({"html", "svg"}), True),
    )
)


def refuse_disguised(content: bytes | BinaryIO, ending: str) -> None:
    """Refuse a file that begins as another kind than its ending says. Raises Invalid."""
    if isinstance(content, bytes):
        head = content[:HEAD]
    else:
        head = content.read(HEAD)
        content.seek(0)
    text = head.removeprefix(b"\xef\xbb\xbf")
    if any(pattern.match(text) and ending not in fits for pattern, fits in _SIGNATURES):
        raise Invalid(
            [
                Problem(
                    code="file-disguised",
                    where="file",
                    zh=f"文件内容与扩展名 .{ending} 不符。请用原来的程序另存为正确的格式后再上传。",
                    en=f"What is in the file is not what its ending .{ending} says. Save it in the "
                    "right format with the program that made it, then upload it.",
                )
            ]
        )
