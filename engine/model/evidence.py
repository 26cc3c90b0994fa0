"""The evidence chain: each entry carries the hash of the one before it. Pure.

An entry's hash covers everything it says; a Merkle root over all heads seals a day. Whoever holds a
sealed root can tell whether any entry before it was altered, removed or inserted.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.model.jsontext import encoder
from engine.model.rows import AuditEntry

GENESIS = "0" * 64
OFFICE = "office"
"""The chain of everything that belongs to no case."""
ALGORITHMS = ("sha256", "sm3")
"""What a chain may be hashed with; a house that changes over keeps its old entries."""


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """The first thing wrong in a chain. ``kind``: ``altered``, ``removed``, ``inserted``, ``tail``."""

    chain: str
    seq: int
    kind: str
    zh: str
    en: str


def canonical(value: object) -> bytes:
    """JSON with sorted keys, no spaces and exact numbers, as UTF-8."""
    return _encode(value).encode()


def digest(content: bytes, algorithm: str = "sha256") -> str:
    """Hex digest by SHA-256, or SM3 (GB/T 32905-2016) where the machine's OpenSSL has it."""
    made = hashlib.sha256(content) if algorithm == "sha256" else hashlib.new(algorithm, content)
    return made.hexdigest()


def digest_of(value: object, algorithm: str = "sha256") -> str:
    """Digest of a JSON value that is the same once a database has kept and returned it."""
    text = _encode(value)
    if _FRACTION.search(text):
        # A float comes back as the Decimal it was written as, and reads so in the digest.
        text = _encode(_decode(text))
    return digest(text.encode(), algorithm)


def matches(value: object, said: object) -> bool:
    """Whether a value is the one whose digest the evidence holds, by whichever algorithm."""
    return any(digest_of(value, algorithm) == said for algorithm in ALGORITHMS)


def entry_hash(entry: AuditEntry, algorithm: str = "sha256") -> str:
    """The hash of an entry over all it says, the hash before it included."""
    said = {
        "tenant": entry.tenant,
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object_id,
        "data": entry.data,
        "prev": entry.prev,
    }
    return digest(canonical(said), algorithm)


def link(
    *,
    tenant: str,
    chain: str,
    seq: int,
    prev: str,
    at: int,
    actor: str,
    action: str,
    object_id: str,
    data: dict[str, Any],
    algorithm: str = "sha256",
) -> AuditEntry:
    """The next entry of a chain whose last entry had ``seq - 1`` and hash ``prev``."""
    entry = AuditEntry(
        tenant=tenant,
        chain=chain,
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        object_id=object_id,
        data=_decode(_encode(data)),
        prev=prev or GENESIS,
        hash="",
    )
    entry.hash = entry_hash(entry, algorithm)
    return entry


def _holds(entry: AuditEntry) -> bool:
    return any(entry_hash(entry, algorithm) == entry.hash for algorithm in ALGORITHMS)


def verify(entries: Iterable[AuditEntry], *, chain: str, seq: int, head: str) -> Flaw | None:
    """The first flaw of a chain's entries (in order of ``seq``), or None when all is well.

    ``seq`` and ``head`` are what the case says its chain ends with.
    """
    prev, expected = GENESIS, 1
    for entry in entries:
        if entry.seq > expected:
            return _flaw(chain, expected, "removed")
        if entry.seq < expected:
            return _flaw(chain, entry.seq, "inserted")
        if not _holds(entry):
            return _flaw(chain, entry.seq, "altered")
        if entry.prev != prev:
            # Its own hash is right but it does not follow what stands before it.
            return _flaw(chain, entry.seq, "inserted")
        prev, expected = entry.hash, expected + 1
    if expected - 1 < seq:
        return _flaw(chain, expected, "removed")
    if expected - 1 > seq:
        return _flaw(chain, seq + 1, "inserted")
    if seq and prev != head:
        return _flaw(chain, seq, "tail")
    return None


def merkle_root(leaves: Sequence[str], algorithm: str = "sha256") -> str:
    """Root over hex leaves (RFC 6962 shape: leaf and node hashes are told apart by a prefix)."""
    level = [digest(b"\0" + bytes.fromhex(leaf), algorithm) for leaf in leaves]
    if not level:
        return digest(b"", algorithm)
    while len(level) > 1:
        level = list(_pairs(level, algorithm))
    return level[0]


def _pairs(level: list[str], algorithm: str) -> Iterator[str]:
    for index in range(0, len(level), 2):
        pair = level[index : index + 2]
        if len(pair) == 1:
            yield pair[0]
        else:
            yield digest(b"\1" + bytes.fromhex(pair[0]) + bytes.fromhex(pair[1]), algorithm)


_WORDS = {
    "altered": ("被改动", "was altered"),
    "removed": ("被删除", "was removed"),
    "inserted": ("是插入的", "was inserted"),
    "tail": ("与案件记载的链尾不符", "does not match the end the case records"),
}


def _flaw(chain: str, seq: int, kind: str) -> Flaw:
    zh, en = _WORDS[kind]
    return Flaw(
        chain=chain,
        seq=seq,
        kind=kind,
        zh=f"证据链 {chain} 第 {seq} 条{zh}。",
        en=f"Entry {seq} of chain {chain} {en}.",
    )


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    return str(value)


_encode = encoder(_plain, sort_keys=True)
_decode = json.JSONDecoder(parse_float=Decimal).decode
_FRACTION = re.compile(r"\d[.eE]")
"""Where a number might not be whole; text that looks so is harmless."""
