"""Files by their content: the hash is the name, so nothing is kept twice and nothing changes."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from engine import errors
from engine.errors import Problem
from engine.store.sqlite import no_room

_CHUNK = 1 << 20
_NAME = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """A folder of files named by the SHA-256 of their content, in 65,536 sub-folders."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root)

    def put(self, content: BinaryIO | bytes, max_bytes: int) -> tuple[str, int]:
        """Keep content; its SHA-256 (hex) and size in bytes.

        It lies safely on the disk when this returns, so a row may name it. Raises Invalid when it
        is larger than ``max_bytes``, Unavailable when the disk is full.
        """
        try:
            return self._put(content, max_bytes)
        except OSError as exc:
            raise _translate(exc) from exc

    def _put(self, content: BinaryIO | bytes, max_bytes: int) -> tuple[str, int]:
        waiting = self._root / "incoming"
        waiting.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=waiting)
        try:
            with os.fdopen(handle, "wb") as out:
                digest, size = _copy(content, out, max_bytes)
                out.flush()
                os.fsync(out.fileno())
            place = self.path(digest)
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                Path(name).replace(place)
                for folder in (place.parent, place.parent.parent, self._root):
                    _sync(folder)
            return digest, size
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()

    def path(self, sha256: str) -> Path:
        """Where the content with this hash lies, or would lie. Raises NotFound for no hash."""
        if not _NAME.fullmatch(sha256):
            raise _missing()
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Read content. Raises NotFound when it is not here."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as exc:
            raise _missing() from exc
        except OSError as exc:
            raise _translate(exc) from exc

    def exists(self, sha256: str) -> bool:
        """Whether content with this hash is here."""
        return self.path(sha256).is_file()


def _copy(content: BinaryIO | bytes, out: BinaryIO, max_bytes: int) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    for start in range(0, len(content), _CHUNK) if isinstance(content, bytes) else iter(int, 1):
        chunk = (
            content[start : start + _CHUNK] if isinstance(content, bytes) else content.read(_CHUNK)
        )
        if not chunk:
            break
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        digest.update(chunk)
        out.write(chunk)
    return digest.hexdigest(), size


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _too_large(max_bytes: int) -> errors.Invalid:
    megabytes = f"{max_bytes / 1_048_576:.0f}"
    return errors.Invalid(
        [
            Problem(
                code="too-large",
                zh=f"文件超过 {megabytes} MB，请压缩或拆分后再上传。",
                en=f"The file is larger than {megabytes} MB; compress or split it.",
                data={"max_bytes": max_bytes},
            )
        ]
    )


def _missing() -> errors.NotFound:
    return errors.NotFound(what={"zh": "文件", "en": "file"})


def _translate(exc: OSError) -> errors.Unavailable:
    if exc.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
        return no_room()
    return errors.Unavailable(
        reason={
            "zh": "文件目录不能读写，请管理员检查设置 files_dir 的目录权限。",
            "en": "the folder of files cannot be used; check its permissions.",
        }
    )
