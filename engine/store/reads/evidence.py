"""Evidence as verification reads it: chains entry by entry, without holding them in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import sqlalchemy as sa

from engine.model.rows import AuditEntry
from engine.store.codec import codec
from engine.store.reads.rowreads import RowReads
from engine.store.schema import table

_ENTRY = table(AuditEntry)


class EvidenceReads(RowReads):
    """Audit entries and their chains."""

    def audit_entry(self, chain: str, seq: int) -> AuditEntry | None:
        """One link of a chain."""
        return self.get(AuditEntry, chain=chain, seq=seq)

    def last_audit(self, chain: str) -> AuditEntry | None:
        """The newest link of a chain."""
        found = self.find(AuditEntry, chain=chain, order="-seq", limit=1)
        return found[0] if found else None

    def audit_entries(self, chain: str) -> Generator[AuditEntry, None, None]:
        """All links of a chain in order, streamed."""
        sql = self._statements.keep("audit entries", _entries)
        make = codec(AuditEntry).make
        values = sql.bind({"tenant": self.tenant, "chain": chain})
        for cells in self._link.stream(sql.text, values, 500):
            yield make(cells)

    def audit_chains(self) -> Iterator[str]:
        """The names of all chains that have entries, sorted."""
        sql = self._statements.keep("audit chains", _chains)
        for line in self._link.stream(sql.text, sql.bind({"tenant": self.tenant}), 500):
            yield str(line[0])


def _entries() -> sa.ClauseElement:
    return (
        sa.select(*(_ENTRY.c[name] for name in codec(AuditEntry).fields))
        .where(_ENTRY.c.tenant == sa.bindparam("tenant"), _ENTRY.c.chain == sa.bindparam("chain"))
        .order_by(_ENTRY.c.seq)
    )


def _chains() -> sa.ClauseElement:
    return (
        sa.select(_ENTRY.c.chain)
        .where(_ENTRY.c.tenant == sa.bindparam("tenant"))
        .distinct()
        .order_by(_ENTRY.c.chain)
    )
