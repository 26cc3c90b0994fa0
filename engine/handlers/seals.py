"""Daily seals over all evidence chains, and verifying both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.commands import SealDay
from engine.errors import Forbidden
from engine.model import evidence
from engine.model.evidence import Flaw
from engine.model.rows import Chain, Instance, Seal

if TYPE_CHECKING:
    from engine.handlers.house import Context, House


def seal_day(context: Context, command: SealDay) -> Seal | None:
    """Seal a day by command. For administrators."""
    if not (context.viewer.system or context.viewer.is_admin):
        raise Forbidden(reason={"zh": "只有管理员可以封存。", "en": "only administrators seal."})
    return seal(context, command.day)


def seal(context: Context, day: str) -> Seal | None:
    """Put the heads of all chains under one Merkle root, chained to the seal before. Once a day."""
    tx = context.tx
    if tx.get(Seal, day=day) is not None:
        return None
    algorithm = context.house.settings.hash_algorithm
    heads = {
        root_id: [seq, head]
        for root_id, seq, head in tx.columns(
            Instance, ("id", "audit_seq", "audit_head"), parent_id=None
        )
        if seq
    }
    heads |= {
        chain_id: [seq, head]
        for chain_id, seq, head in tx.columns(Chain, ("id", "seq", "head"))
        if head
    }
    root = evidence.merkle_root([heads[key][1] for key in sorted(heads)], algorithm)
    before = tx.find(Seal, order="-day", limit=1)
    row = Seal(
        tenant=context.tenant,
        day=day,
        at=context.now_ms,
        root=root,
        prev=before[0].hash if before else evidence.GENESIS,
        heads=heads,
        hash="",
    )
    row.hash = _seal_hash(row, algorithm)
    tx.insert(row)
    return row


def _seal_hash(row: Seal, algorithm: str) -> str:
    said = {"tenant": row.tenant, "day": row.day, "at": row.at, "root": row.root, "prev": row.prev}
    return evidence.digest(evidence.canonical(said), algorithm)


def verify(house: House, *, case_id: str | None = None) -> Iterator[Flaw]:
    """The first flaw of each chain, then of the seals; nothing when all is as it was written."""
    algorithm = house.settings.hash_algorithm
    with house.store.read() as reader:
        known: set[str] = set()
        for chain, seq, head in _heads(reader, case_id):
            known.add(chain)
            flaw = evidence.verify(
                reader.audit_entries(chain), chain=chain, seq=seq, head=head, algorithm=algorithm
            )
            if flaw is not None:
                yield flaw
        if case_id is None:
            for chain in reader.audit_chains():
                if chain not in known:
                    yield _orphan(chain)
            yield from _verify_seals(reader, algorithm)


def _heads(reader: Any, case_id: str | None) -> Iterator[tuple[str, int, str]]:
    where: dict[str, Any] = {"id": case_id} if case_id else {"parent_id": None}
    yield from reader.columns(Instance, ("id", "audit_seq", "audit_head"), **where)
    if case_id is None:
        for chain, seq, head in reader.columns(Chain, ("id", "seq", "head")):
            if head:
                yield chain, seq, head


def _verify_seals(reader: Any, algorithm: str) -> Iterator[Flaw]:
    prev = evidence.GENESIS
    for seal_row in reader.find(Seal, order="day"):
        heads = seal_row.heads
        root = evidence.merkle_root([heads[key][1] for key in sorted(heads)], algorithm)
        if (
            seal_row.prev != prev
            or seal_row.hash != _seal_hash(seal_row, algorithm)
            or (root != seal_row.root)
        ):
            yield Flaw(
                chain=f"seal:{seal_row.day}",
                seq=0,
                kind="altered",
                zh=f"{seal_row.day} 的封存记录被改动。",
                en=f"The seal of {seal_row.day} was altered.",
            )
            return
        for chain, (seq, head) in sorted(heads.items()):
            entry = reader.audit_entry(chain, seq)
            if entry is None or entry.hash != head:
                yield Flaw(
                    chain=chain,
                    seq=seq,
                    kind="removed" if entry is None else "altered",
                    zh=f"证据链 {chain} 第 {seq} 条与 {seal_row.day} 的封存不符：封存之后被改写。",
                    en=f"Entry {seq} of chain {chain} is not the one sealed on {seal_row.day}: "
                    "the chain was rewritten afterwards.",
                )
        prev = seal_row.hash


def _orphan(chain: str) -> Flaw:
    return Flaw(
        chain=chain,
        seq=1,
        kind="inserted",
        zh=f"证据链 {chain} 不属于任何事项：是插入的，或事项被删除。",
        en=f"Chain {chain} belongs to no case: it was inserted, or its case was removed.",
    )
