"""The administrators' pages: every module of theirs hangs its own into one blueprint."""

from __future__ import annotations

from webapp.views import admin, calendars, modeling, rosters, shaping, upkeep, upkeep_exports

PARTS = (admin, modeling, shaping, rosters, calendars, upkeep, upkeep_exports)

pages = admin.pages
