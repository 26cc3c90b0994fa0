"""Problems of packages, and small helpers for finding them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from engine.config import MIB
from engine.errors import Problem

MAX_FILES = 500
MAX_BYTES = 50 * MIB


def model_path(files: Mapping[str, bytes]) -> str:
    """The path of the package's one model."""
    return next(path for path in files if path.endswith(".bpmn"))


def split(text: str) -> list[str]:
    """The parts of a comma-separated property."""
    return [part.strip() for part in text.split(",") if part.strip()]


def in_file(found: Problem, file: str) -> Problem:
    """The same problem, told of a file."""
    return replace(found, file=file)


def problem(code: str, where: str, zh: str, en: str, *, file: str = "") -> Problem:
    """A problem of a package."""
    return Problem(code=code, where=where, zh=zh, en=en, file=file)


def missing(where: str, name: str, zh: str, en: str, file: str) -> Problem:
    """A name that nothing in the package or house answers to."""
    return problem(
        "missing-reference",
        where,
        f"“{where}”引用的{zh}“{name}”不存在。请加入流程包或改正引用。",
        f"“{where}” refers to the {en} “{name}”, which is not there. Add it or mend the reference.",
        file=file,
    )


def too_large() -> Problem:
    """The package has too many or too large files."""
    return problem(
        "package-size",
        "",
        f"流程包过大（最多 {MAX_FILES} 个文件、{MAX_BYTES // MIB} MB）。请删去无关文件。",
        f"The package is too large (at most {MAX_FILES} files, {MAX_BYTES // MIB} MB). "
        "Leave out what does not belong to it.",
    )


_PATH = re.compile(r"(?!/)(?:(?:^|/)(?!\.{1,2}(?:/|$))[^/\\:\x00-\x1f\x7f]{1,100})+")


def is_path(path: str) -> bool:
    """Whether a path stays in the package's folder, also where somebody unpacks it again."""
    readable = not any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in path)
    return len(path) <= 200 and readable and _PATH.fullmatch(path) is not None


def bad_path(path: str) -> Problem:
    """A path leads out of the package's folder, or is no path at all."""
    shown = "".join(letter if letter.isprintable() else "�" for letter in path)[:80]
    return problem(
        "package-path",
        "",
        f"文件名“{shown}”不能用。请用文件夹内的相对路径，不含“..”、反斜线和控制字符。",
        f"The file name “{shown}” cannot be used. Use a path within the folder, without “..”, "
        "backslashes and control characters.",
    )


def not_text(path: str) -> Problem:
    """A file that should be UTF-8 text is none."""
    return problem(
        "encoding",
        "",
        f"{path} 不是 UTF-8 文本。请另存为 UTF-8。",
        f"{path} is not UTF-8 text. Save it as UTF-8.",
        file=path,
    )
