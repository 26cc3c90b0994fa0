"""Rows about people: units, users, what they hold, where they are signed in."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.rows.base import Json, Row


@dataclass(kw_only=True, slots=True)
class Unit(Row):
    """A department or village; ``parent_id`` makes the tree."""

    id: str
    name: str
    name_en: str = ""
    parent_id: str | None = None
    kind: str = "office"
    position: int = 0
    closed_at: int | None = None


@dataclass(kw_only=True, slots=True)
class User(Row):
    """Someone who can sign in. ``id`` is the sign-in name, ``pinyin`` what the name is found by."""

    id: str
    name: str
    name_en: str = ""
    unit_id: str | None = None
    password_hash: str = field(default="", repr=False)
    must_change_password: bool = False
    active: bool = True
    is_admin: bool = False
    failures: int = 0
    locked_until: int | None = None
    lang: str = "zh"
    pinyin: str | None = None
    created_at: int = 0
    version: int = 0


@dataclass(kw_only=True, slots=True)
class Membership(Row):
    """Someone holds a role in a unit from a day to a day (ISO dates, inclusive, None: open)."""

    id: str
    user_id: str
    role: str
    unit_id: str | None = None
    from_date: str | None = None
    to_date: str | None = None


@dataclass(kw_only=True, slots=True)
class LoginSession(Row):
    """A signed-in browser. ``id`` is the SHA-256 of the cookie's secret."""

    id: str
    user_id: str
    created_at: int
    seen_at: int
    expires_at: int
    agent: str = ""


@dataclass(kw_only=True, slots=True)
class SavedList(Row):
    """A list as somebody narrowed it: ``query`` is the address's, ``pinned`` gives it a tab."""

    id: str
    user_id: str
    tab: str
    name: str
    query: str = ""
    pinned: bool = True
    saved_at: int = 0


@dataclass(kw_only=True, slots=True)
class Phrase(Row):
    """A common phrase of opinions: ``owner`` is a person (``u:…``) or a unit (``o:…``).

    ``kind`` is the kind of step it is for, as the model's ``step`` says; '' is every step.
    """

    id: str
    owner: str
    kind: str = ""
    text: str
    saved_by: str
    saved_at: int


@dataclass(kw_only=True, slots=True)
class Preference(Row):
    """How somebody likes something to be, by the name of what it is about."""

    user_id: str
    name: str
    value: Json
