"""The office: thin pages over the engine. Request → command or query → page."""

from __future__ import annotations

from webapp.app import create_app

__all__ = ["create_app"]
