"""The administrators' pages: every module of theirs hangs its own into one blueprint."""

from __future__ import annotations

from webapp.views import admin, modeling, upkeep

PARTS = (admin, modeling, upkeep)

pages = admin.pages
