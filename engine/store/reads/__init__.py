"""Everything that can be asked of the store."""

from __future__ import annotations

from engine.store.reads.rowreads import RowReads


class Reads(RowReads):
    """All reads together; a transaction can ask the same questions as a page."""
