"""Names by pinyin."""

from __future__ import annotations

from engine.model.spelling import spellings, typed


def test_a_name_is_found_by_pinyin_and_initials_in_every_reading() -> None:
    words = spellings("单立新").split()
    assert {"danlixin", "shanlixin", "dlx", "slx"} <= set(words)
    assert spellings("Ann Lee") == "annlee a"
    assert len(spellings("单" * 30).split()) <= 32
    assert typed("  Ｓhan Li xin ") == "shanlixin"
