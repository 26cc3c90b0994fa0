"""What was typed is kept, whatever happens to the request it came with.

An answer that cannot be the page the form wanted carries the form's fields on, to be sent again or to
be looked at in the form. Only what a page of this office sent is kept: nobody else may put words into
a form that is sent on by one press. Files cannot be kept by any page; that is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from webapp import protection

SECRETS = frozenset({protection.FIELD, "password", "old", "new", "again"})
"""What no page ever carries on."""
_FORMS = frozenset({"tasks.act", "start.act", "cases.message"})
"""Addresses that can show a form again with what was typed."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Kept:
    """What a form held, and where it was going.

    ``pressed`` is the button, where it had a name. ``again`` tells that the address can show the form
    itself, ``send`` that sending it once more is no mistake, ``files`` that files were chosen.
    """

    target: str
    typed: Pairs
    pressed: tuple[str, str] | None
    again: bool
    send: bool
    files: bool


def typed() -> Pairs:
    """Names and values of the form that came."""
    return tuple(pair for pair in request.form.items(multi=True) if pair[0] not in SECRETS)


def files() -> bool:
    """Whether files came with the form."""
    return any(upload.filename for upload in request.files.values())


def target() -> str:
    """Where the form was going."""
    return request.full_path.rstrip("?")


def shows_again(address: str) -> bool:
    """Whether an address can show its form again with what was typed."""
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    try:
        return adapter.match(urlsplit(address).path, method="POST")[0] in _FORMS
    except HTTPException:
        return False


def kept(*, send: bool) -> Kept | None:
    """What the form of this request held; None where there was none, or none of a page of ours."""
    if request.method != "POST" or (request.endpoint or "auth.").startswith("auth."):
        return None
    try:
        if not protection.from_here():
            return None
        pairs, chosen = typed(), files()
    except HTTPException:
        return None  # too large to be read, or broken
    again = shows_again(target())
    if not (again or send):
        return None
    buttons = [pair for pair in pairs if pair[0].startswith("_")]
    fields = tuple(pair for pair in pairs if not pair[0].startswith("_"))
    if not (again or fields):
        return None
    return Kept(target(), fields, buttons[0] if buttons else None, again, send, chosen)
