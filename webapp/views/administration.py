"""The administrators' pages: every module of theirs hangs its own into one blueprint."""

from __future__ import annotations

from webapp.views import (
    admin,
    beginnings,
    calendars,
    contents,
    deciding,
    merging,
    modeling,
    rehearsals,
    rosters,
    shaping,
    upkeep,
    upkeep_exports,
)

PARTS = (
    admin,
    beginnings,
    modeling,
    merging,
    shaping,
    contents,
    deciding,
    rehearsals,
    rosters,
    calendars,
    upkeep,
    upkeep_exports,
)

pages = admin.pages
