"""From what was answered to a value of the field's kind, or to what is wrong with it.

Strict: a number is a number and not its text, a moment carries its zone, a choice is one of the
choices. What cannot be typed stays visible to the person who typed it and counts as empty for
every condition.
"""

from __future__ import annotations

import datetime as py
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.clock import CHINA
from engine.forms import limits
from engine.forms.reading import decimal
from engine.forms.schema import CHOICES, MANY, Component, Kind, Option, Plain, Subtype
from engine.forms.writing import visible

FileRef = Mapping[str, Any]
"""An uploaded file: ``id``, ``name``, ``size`` (bytes), ``sha256``, ``type`` (media type)."""

FILE_KEYS = ("id", "name", "size", "sha256", "type")


@dataclass(frozen=True)
class Bad:
    """An answer that is no value of its field's kind."""

    code: str
    raw: object
    data: dict[str, Any] = field(default_factory=dict)


def typed(
    component: Component,
    raw: object,
    *,
    options: Sequence[Option] | None = None,
    multiple: bool = False,
    files: Mapping[str, FileRef] | None = None,
) -> object:
    """The value of ``raw`` for this field, None when empty, or :class:`Bad`.

    ``options`` are the choices where they are known; ``files`` the files that exist, None when
    that is not to be checked now.
    """
    kind = component.kind
    if kind in CHOICES or component.picker is not None:
        return _choice(component, raw, options)
    match kind:
        case Kind.NUMBER:
            return _number(raw)
        case Kind.DATETIME:
            return _moment(component, raw)
        case Kind.CHECKBOX:
            return _boolean(raw)
        case Kind.FILEPICKER:
            return _files(raw, multiple, files)
    return _text(raw, lines=kind is Kind.TEXTAREA)


def empty(kind: Kind, value: object) -> bool:
    """Whether a typed value says nothing: nothing written, ticked, chosen or uploaded."""
    # The choice false of a radio is an answer; an unticked box is none.
    return value is None or value == [] or (kind is Kind.CHECKBOX and value is False)


def _text(raw: object, *, lines: bool) -> object:
    if raw is None:
        return None
    if not isinstance(raw, str):
        return Bad("text.type", raw)
    text = visible(raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if any(_unprintable(char) for char in text):
        return Bad("text.characters", raw)
    if not lines and "\n" in text:
        return Bad("text.lines", raw)
    return text or None


def _unprintable(char: str) -> bool:
    # Surrogates cannot be written to a database, the rest not into a document.
    return (
        char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs")
    ) or char in "\ufffe\uffff"


def _number(raw: object) -> object:
    if raw is None or raw == "":
        return None
    if isinstance(raw, (bool, str)) or not isinstance(raw, (int, float, Decimal)):
        return Bad("number.type", raw)
    number = decimal(raw)
    if number is None:
        return Bad("number.digits", raw)
    return whole_or_fraction(number)


def whole_or_fraction(number: Decimal) -> int | Decimal:
    """The number as it is kept: int without a fraction, else Decimal without trailing zeros."""
    if number == number.to_integral_value():
        return int(number)
    return number.normalize()


def _boolean(raw: object) -> object:
    if raw is None:
        return False
    return raw if isinstance(raw, bool) else Bad("boolean.type", raw)


def _moment(component: Component, raw: object) -> object:
    if raw is None or raw == "":
        return None
    subtype = component.subtype
    code = f"{subtype.value}.type"
    if not isinstance(raw, (str, date, py.time)) or len(str(raw)) > 60:
        return Bad(code, raw)
    try:
        match subtype:
            case Subtype.DATE:
                return _date(raw)
            case Subtype.TIME:
                return _time(raw)
        return _datetime(component.zone, raw)
    except (ValueError, OverflowError):
        return Bad(code, raw)


# Written with the legal offset also for years when local clocks differed by odd seconds.
_CHINA = py.timezone(py.timedelta(hours=8))

# Python reads more spellings of ISO 8601 (weeks, no colons) than FEEL and a person do.
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?", re.ASCII)
_MOMENT = re.compile(_DATE.pattern + "T" + _TIME.pattern + r"(Z|[+-]\d{2}:\d{2})?", re.ASCII)


def _date(raw: object) -> str:
    if isinstance(raw, str) and _DATE.fullmatch(raw):
        raw = date.fromisoformat(raw)
    if isinstance(raw, datetime) or not isinstance(raw, date):
        raise ValueError(raw)
    return raw.isoformat()


def _time(raw: object) -> str:
    if isinstance(raw, str) and _TIME.fullmatch(raw):
        raw = py.time.fromisoformat(raw)
    if not isinstance(raw, py.time) or raw.tzinfo is not None:
        raise ValueError(raw)
    return raw.replace(microsecond=0).isoformat()


def _datetime(zone: str, raw: object) -> str:
    if isinstance(raw, str) and _MOMENT.fullmatch(raw):
        raw = datetime.fromisoformat(raw)
    if not isinstance(raw, datetime):
        raise ValueError(raw)
    raw = raw.replace(microsecond=0)
    if zone == "no_timezone":
        return (raw.astimezone(CHINA) if raw.tzinfo else raw).replace(tzinfo=None).isoformat()
    if raw.tzinfo is None:
        raise ValueError(raw)
    if zone == "utc_normalized":
        return raw.astimezone(py.UTC).replace(tzinfo=None).isoformat() + "Z"
    return raw.astimezone(_CHINA).isoformat()


def _choice(component: Component, raw: object, options: Sequence[Option] | None) -> object:
    if component.kind not in MANY:
        return _one(component, raw, options)
    if raw is None:
        return []
    if not isinstance(raw, (list, tuple)) or len(raw) > limits.FORM_OPTIONS:
        return Bad("choice.type", raw)
    chosen = [_one(component, each, options) for each in raw]
    bad = next((each for each in chosen if isinstance(each, Bad)), None)
    if bad is not None:
        return Bad(bad.code, raw, bad.data)
    kept = [each for each in chosen if each is not None]
    if len({_identity(each) for each in kept}) < len(kept):
        return Bad("choice.twice", raw)
    return kept


def _identity(value: object) -> tuple[type, object]:
    # 1, True and "1" are three choices.
    return (
        Decimal if isinstance(value, int) and not isinstance(value, bool) else type(value),
        value,
    )


def _one(component: Component, raw: object, options: Sequence[Option] | None) -> object:
    if raw is None or raw == "":
        return None
    if isinstance(raw, (float, Decimal)):
        raw = decimal(raw)
    if not isinstance(raw, (str, int, Decimal)) or not _short(raw):
        return Bad("choice.unknown", raw, {"value": _brief(raw)})
    if component.picker is not None:
        fits = isinstance(raw, str) and len(raw) <= limits.LINE and not _text_bad(raw)
        return raw if fits else Bad("people.unknown", raw, {"value": _brief(raw)})
    if options is None:
        return raw
    found = _match(raw, options)
    return Bad("choice.unknown", raw, {"value": _brief(raw)}) if found is None else found


def _text_bad(raw: str) -> bool:
    return isinstance(_text(raw, lines=False), Bad)


def _match(raw: Plain, options: Sequence[Option]) -> Plain | None:
    wanted = _identity(raw)
    for option in options:
        if _identity(option.value) == wanted:
            return option.value
    if isinstance(raw, str):
        # A page can only send text: "true" stands for the choice true where no choice is "true".
        for option in options:
            if not isinstance(option.value, str) and token(option.value) == raw:
                return option.value
    return None


def token(value: Plain) -> str:
    """A choice's value as a page sends it."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
    return str(value)


def _brief(raw: object) -> str:
    """What was sent, short enough for a message; only plain values are told at all."""
    if not isinstance(raw, (str, bool, int, Decimal)) or not _short(raw):
        return "…"
    text = str(raw)
    shown = "".join(char for char in text[:40] if not _unprintable(char))
    return shown if len(text) <= 40 else shown + "…"


def _short(raw: object) -> bool:
    # Python refuses to write integers of thousands of digits.
    return not isinstance(raw, int) or raw.bit_length() <= 256


def _files(raw: object, multiple: bool, files: Mapping[str, FileRef] | None) -> object:
    if raw is None or raw == "":
        return [] if multiple else None
    if multiple:
        if isinstance(raw, Mapping):
            raw = [raw]
        if not isinstance(raw, (list, tuple)):
            return Bad("file.type", raw)
        if len(raw) > limits.FILES:
            return Bad("file.many", raw, {"limit": limits.FILES})
        found = [_file(each, files) for each in raw]
        return next((Bad(b.code, raw, b.data) for b in found if isinstance(b, Bad)), found)
    if isinstance(raw, (list, tuple)) and len(raw) <= 1:
        return _file(raw[0], files) if raw else None
    return _file(raw, files)


def _file(raw: object, files: Mapping[str, FileRef] | None) -> object:
    identifier = raw.get("id") if isinstance(raw, Mapping) else None
    if not isinstance(identifier, str) or not isinstance(raw, Mapping):
        return Bad("file.type", raw)
    if files is None:
        return {key: raw[key] for key in FILE_KEYS if isinstance(raw.get(key), (str, int))}
    known = files.get(identifier)
    if known is None:
        return Bad("file.unknown", raw)
    return {key: known[key] for key in FILE_KEYS if key in known}
