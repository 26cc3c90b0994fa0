"""Everything that can be asked of the store."""

from __future__ import annotations

from engine.store.reads.board import BoardReads
from engine.store.reads.cases import CaseReads
from engine.store.reads.evidence import EvidenceReads
from engine.store.reads.inbox import InboxReads
from engine.store.reads.people import PeopleReads
from engine.store.reads.running import RunningReads
from engine.store.reads.search import SearchReads


class Reads(
    InboxReads, CaseReads, BoardReads, PeopleReads, EvidenceReads, RunningReads, SearchReads
):
    """All reads together; a transaction can ask the same questions as a page."""
