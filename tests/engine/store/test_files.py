"""Content lies under its hash, once, whole, or not at all."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path

import pytest

from engine import errors
from engine.store import FileStore


def everything(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_content_comes_back_under_its_hash(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    content = os.urandom(3_000_000)
    sha256, size = store.put(io.BytesIO(content), 10_000_000)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert size == len(content)
    with store.open(sha256) as file:
        assert file.read() == content
    assert store.exists(sha256)
    assert store.path(sha256).parent.parent.name == sha256[:2]


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    first = store.put(b"same", 100)
    assert store.put(io.BytesIO(b"same"), 100) == first
    assert store.put(b"", 100)[1] == 0
    assert len(everything(tmp_path)) == 2


@pytest.mark.parametrize("content", [b"x" * 11, io.BytesIO(b"x" * 11)])
def test_too_much_leaves_nothing(tmp_path: Path, content: bytes | io.BytesIO) -> None:
    store = FileStore(tmp_path)
    with pytest.raises(errors.Invalid) as caught:
        store.put(content, 10)
    assert caught.value.problems[0].code == "too-large"
    assert everything(tmp_path) == []


def test_a_stream_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ConnectionError
            return super().read(4)

    with pytest.raises(errors.Unavailable):
        FileStore(tmp_path).put(Broken(b"12345678"), 100)
    assert everything(tmp_path) == []


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(errors.Unavailable, match="disk"):
        FileStore(tmp_path).put(b"x", 10)
    assert everything(tmp_path) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_hashes_are_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(errors.NotFound):
        FileStore(tmp_path).open(name)


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFound):
        FileStore(tmp_path).open("0" * 64)
    assert not FileStore(tmp_path).exists("0" * 64)
