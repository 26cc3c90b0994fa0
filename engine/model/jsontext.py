"""JSON as text, by an encoder that is made once: a step of a case writes a dozen small values."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder as standard
from typing import Any


def encoder(
    default: Callable[[object], object], *, sort_keys: bool = False
) -> Callable[[object], str]:
    """A function that writes values as compact JSON; ``default`` gives what JSON does not know.

    Text stays as it is written, NaN and infinity are refused (ValueError).
    """
    plain = json.JSONEncoder(
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
        sort_keys=sort_keys,
        default=default,
    ).encode
    make: Any = getattr(standard, "c_make_encoder", None)
    if make is None:
        return plain
    write = make(None, default, standard.encode_basestring, None, ":", ",", sort_keys, False, False)

    def encode(value: object) -> str:
        return "".join(write(value, 0))

    # The standard library makes such a writer anew for every value; should it ever be called
    # otherwise than here, its own way is taken.
    try:
        alike = encode(_SAMPLE) == plain(_SAMPLE)
    except TypeError:
        return plain
    return encode if alike else plain


_SAMPLE = {"名": ["甲\n", 1, None, True, 0.5, {"b": "\u2028", "a": []}]}
