"""Thin Flask: request → command or query → page."""
