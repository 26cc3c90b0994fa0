"""How large a form and its answers may be.

A form is drawn by an administrator and answered by anyone, so both are bounded before they are
looked at closely: the bounds are far above what a township's paper forms need, and low enough that
refusing costs nothing.
"""

from __future__ import annotations

from engine.config import MIB

FORM_BYTES = MIB
"""Largest form document."""
FORM_DEPTH = 8
"""Deepest nesting of groups and repeating groups."""
FORM_COMPONENTS = 1_000
"""Most components of one form, containers included."""
FORM_TEXT = 20_000
"""Longest text (or expression) in a form, in characters."""
FORM_OPTIONS = 2_000
"""Most choices of one field, written or computed."""
CONDITION_CHAIN = 12
"""Most conditions that may hang on one another in a row."""

ANSWER_NODES = 20_000
"""Most values in one set of answers, containers included."""
ANSWER_DEPTH = 24
"""Deepest nesting of answers."""
ANSWER_TEXT = 2_000_000
"""Most characters in one set of answers."""
ROWS = 200
"""Most rows of a repeating group that does not say otherwise."""
ROWS_EVER = 1_000
"""Most rows a form may allow."""
LINE = 1_000
"""Longest single-line text where the form sets no limit, in characters."""
PARAGRAPH = 50_000
"""Longest text of several lines where the form sets no limit, in characters."""
FILES = 50
"""Most files in one field."""
DIGITS = 34
"""Most significant digits of a number (decimal128, as FEEL counts)."""
