"""Packages as .zip files: hostile until read."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping

from engine.catalog.problems import MAX_BYTES, MAX_FILES, problem, too_large
from engine.errors import ModelRejected, Problem

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,
    NotImplementedError,
    OSError,
    EOFError,
    ValueError,
    struct.error,
)
"""What a damaged, encrypted or forged archive makes the standard library raise."""


def read_archive(content: bytes) -> dict[str, bytes]:
    """The files of a .zip package, out of the one folder they may all lie in.

    Raises ModelRejected for one that is too large, damaged, or would leave its folder.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in archive.infolist() if not _left_out(entry)]
        if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise ModelRejected([too_large()])
        names = [entry.filename for entry in entries]
        wrong = sorted({name for name in names if not safe_path(name) or names.count(name) > 1})
        if wrong:
            raise ModelRejected([bad_path(name) for name in wrong])
        # No more is read of an entry than its header owns up to, whatever it unpacks to.
        files = {entry.filename: archive.read(entry) for entry in entries}
    except _DAMAGED as exc:
        raise ModelRejected([_unreadable()]) from exc
    return _unwrapped(files)


def safe_path(path: str) -> bool:
    """Whether a path stays within its folder on every system, and says so plainly."""
    return (
        0 < len(path) <= 200
        and path.isprintable()
        and not set(path) & set('\\:*?"<>|')
        and all(part not in ("", ".", "..") for part in path.split("/"))
    )


def bad_path(path: str) -> Problem:
    """A path that leads out of the package, or stands in it twice."""
    shown = "".join(c if c.isprintable() else "�" for c in path[:100])
    return problem(
        "path",
        shown,
        f"文件路径“{shown}”不能用（越出文件夹、重复，或含特殊字符）。请改名后重新打包。",
        f"The path “{shown}” cannot be used (it leaves the folder, is there twice, or has special "
        "characters). Rename it and pack again.",
    )


def _unreadable() -> Problem:
    return problem(
        "archive",
        "",
        "压缩包无法读取。请重新导出为 .zip，不要加密。",
        "The archive cannot be read. Export it as .zip again, without a password.",
    )


def _left_out(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what desktops put into archives unasked."""
    parts = entry.filename.split("/")
    return entry.is_dir() or parts[0] == "__MACOSX" or parts[-1] in (".DS_Store", "Thumbs.db")


def _unwrapped(files: Mapping[str, bytes]) -> dict[str, bytes]:
    tops = {path.partition("/")[0] for path in files}
    if len(tops) == 1 and all("/" in path for path in files):
        prefix = len(next(iter(tops))) + 1
        return {path[prefix:]: content for path, content in files.items()}
    return dict(files)
