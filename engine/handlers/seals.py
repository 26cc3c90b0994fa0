"""Daily seals over all evidence chains, and verifying both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.commands import SealDay
from engine.errors import Forbidden
from engine.model import evidence
from engine.model.evidence import ALGORITHMS, OFFICE, Flaw
from engine.model.rows import AuditEntry, Chain, Deed, File, Instance, Seal, Task

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
    # The office's chain knows of it, so that no seal goes missing unseen.
    context.record("seal", day, {"root": root, "hash": row.hash})
    return row


def _seal_hash(row: Seal, algorithm: str) -> str:
    said = {"tenant": row.tenant, "day": row.day, "at": row.at, "root": row.root, "prev": row.prev}
    return evidence.digest(evidence.canonical(said), algorithm)


def verify(house: House, *, case_id: str | None = None) -> Iterator[Flaw]:
    """The first flaw of each chain, then of the seals; nothing when all is as it was written.

    A chain that is whole is compared with what the tables say of the same steps: who handed in
    what, and which files came.
    """
    with house.store.read() as reader:
        known: set[str] = set()
        for chain, seq, head in _heads(reader, case_id):
            known.add(chain)
            told = _Told()
            with closing(reader.audit_entries(chain)) as entries:
                flaw = evidence.verify(told.listen(entries), chain=chain, seq=seq, head=head)
            if flaw is not None:
                yield flaw
            else:
                yield from told.compare(reader, chain)
        if case_id is None:
            for chain in reader.audit_chains():
                if chain not in known:
                    yield _orphan(chain)
            yield from _verify_seals(reader)


class _Told:
    """What a chain's entries say of rows kept elsewhere."""

    def __init__(self) -> None:
        self.steps: dict[str, AuditEntry] = {}
        self.files: dict[str, AuditEntry] = {}
        self.seals: dict[str, AuditEntry] = {}
        self.deeds: dict[str, AuditEntry] = {}

    def listen(self, entries: Iterable[AuditEntry]) -> Iterator[AuditEntry]:
        """Let the entries pass and remember those that matter."""
        kept = {"complete": self.steps, "attach": self.files, "seal": self.seals}
        for entry in entries:
            if entry.action in kept:
                kept[entry.action][entry.object_id] = entry
            if "deed" in entry.data:
                self.deeds[str(entry.data["deed"])] = entry
            yield entry

    def compare(self, reader: Any, chain: str) -> Iterator[Flaw]:
        """The first row that is not as the evidence says, of each kind."""
        if chain == OFFICE:
            yield from self._seals(reader)
            return
        yield from islice(self._steps(reader, chain), 1)
        yield from islice(self._files(reader, chain), 1)
        yield from islice(self._deeds(reader, chain), 1)

    def _steps(self, reader: Any, chain: str) -> Iterator[Flaw]:
        names = ("id", "name", "closed_by", "late_reason", "answers")
        found = {row[0]: row[1:] for row in reader.columns(
            Task, names, root_id=chain, state="completed")}  # fmt: skip
        for task_id, entry in sorted(self.steps.items(), key=_by_seq):
            row = found.pop(task_id, None)
            name = entry.data.get("name", task_id)
            if row is None:
                yield _differs(chain, entry.seq, "removed", *_step(name))
            elif not (
                row[:3]
                == (name, entry.data.get("by", entry.actor), entry.data.get("late_reason", ""))
                and evidence.matches(row[3], entry.data.get("answers"))
            ):
                yield _differs(chain, entry.seq, "altered", *_step(name))
        for name, *_ in found.values():
            yield _differs(chain, 0, "inserted", *_step(name))

    def _files(self, reader: Any, chain: str) -> Iterator[Flaw]:
        found = dict(reader.columns(File, ("id", "sha256"), root_id=chain))
        for file_id, entry in sorted(self.files.items(), key=_by_seq):
            if found.get(file_id) != entry.data.get("sha256"):
                name = str(entry.data.get("name", file_id))
                kind = "altered" if file_id in found else "removed"
                yield _differs(chain, entry.seq, kind, f"附件“{name}”", f"File “{name}”")

    def _deeds(self, reader: Any, chain: str) -> Iterator[Flaw]:
        names = ("id", "kind", "user_id", "people", "text")
        found = {row[0]: row[1:] for row in reader.columns(Deed, names, root_id=chain)}
        for deed_id, entry in sorted(self.deeds.items(), key=_by_seq):
            row = found.pop(deed_id, None)
            told = (f"“{entry.action}”的记录", f"The record of “{entry.action}”")
            if row is None:
                yield _differs(chain, entry.seq, "removed", *told)
            elif row[:3] != (entry.action, entry.actor, entry.data.get("people")) or not _said(
                row[3], entry.data.get("text")
            ):
                yield _differs(chain, entry.seq, "altered", *told)
        for kind, *_ in found.values():
            yield _differs(chain, 0, "inserted", f"“{kind}”的记录", f"The record of “{kind}”")

    def _seals(self, reader: Any) -> Iterator[Flaw]:
        found = dict(reader.columns(Seal, ("day", "hash")))
        for day, entry in sorted(self.seals.items()):
            if found.get(day) != entry.data.get("hash"):
                kind = "altered" if day in found else "removed"
                yield _differs(f"seal:{day}", 0, kind, f"{day} 的封存记录", f"The seal of {day}")


def _said(text: str, digest: object) -> bool:
    """Whether a reason is the one whose digest the evidence holds; none has none."""
    if not text:
        return digest is None
    return any(evidence.digest(text.encode(), each) == digest for each in ALGORITHMS)


def _by_seq(item: tuple[str, AuditEntry]) -> int:
    return item[1].seq


def _step(name: str) -> tuple[str, str]:
    return f"“{name}”的办理内容", f"What was handed in at “{name}”"


_DIFFERS = {
    "altered": ("与证据链不符：被改动。", "is not what the evidence says: it was altered."),
    "removed": ("已不在：被删除。", "is gone: it was removed."),
    "inserted": ("没有证据：是插入的。", "has no evidence: it was inserted."),
}


def _differs(chain: str, seq: int, kind: str, zh: str, en: str) -> Flaw:
    """A row that the chain's entry ``seq`` (0: none) says otherwise of."""
    at_zh, at_en = (
        (f"（证据链 {chain} 第 {seq} 条）", f" (entry {seq} of chain {chain})") if seq else ("", "")
    )
    return Flaw(
        chain=chain,
        seq=seq,
        kind=kind,
        zh=f"{zh}{_DIFFERS[kind][0]}{at_zh}",
        en=f"{en} {_DIFFERS[kind][1]}{at_en}",
    )


def _heads(reader: Any, case_id: str | None) -> Iterator[tuple[str, int, str]]:
    where: dict[str, Any] = {"id": case_id} if case_id else {"parent_id": None}
    yield from reader.columns(Instance, ("id", "audit_seq", "audit_head"), **where)
    if case_id is None:
        for chain, seq, head in reader.columns(Chain, ("id", "seq", "head")):
            if head:
                yield chain, seq, head


def _verify_seals(reader: Any) -> Iterator[Flaw]:
    prev = evidence.GENESIS
    for seal_row in reader.find(Seal, order="day"):
        heads = seal_row.heads
        if seal_row.prev != prev or not any(map(partial(_sealed_by, seal_row), ALGORITHMS)):
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


def _sealed_by(row: Seal, algorithm: str) -> bool:
    root = evidence.merkle_root([row.heads[key][1] for key in sorted(row.heads)], algorithm)
    return root == row.root and row.hash == _seal_hash(row, algorithm)


def _orphan(chain: str) -> Flaw:
    return Flaw(
        chain=chain,
        seq=1,
        kind="inserted",
        zh=f"证据链 {chain} 不属于任何事项：是插入的，或事项被删除。",
        en=f"Chain {chain} belongs to no case: it was inserted, or its case was removed.",
    )
