"""What a stolen database costs whoever guesses at its passwords; other tests hash more cheaply."""

from __future__ import annotations

import argon2

from engine.handlers import passwords
from tests.support import hashing


def test_the_office_hashes_with_argon2id_and_64_mib() -> None:
    """The second choice that RFC 9106 recommends (section 4): t=3, m=64 MiB, p=4."""
    found = argon2.extract_parameters(hashing.as_the_office_does(passwords._HASHER, "a password"))
    assert found.type is argon2.Type.ID
    assert found.memory_cost >= 64 * 1024
    assert found.time_cost >= 3
    assert found.parallelism >= 4
    assert found.salt_len >= 16
    assert found.hash_len >= 32


def test_what_the_office_hashed_is_checked_by_its_own_measure() -> None:
    kept = hashing.as_the_office_does(passwords._HASHER, "a long enough password")
    assert passwords.verify(kept, "a long enough password")
    assert not passwords.verify(kept, "another password")
