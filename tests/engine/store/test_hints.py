"""The bell is never missed, however it falls."""

from __future__ import annotations

import threading

from engine.store.hints import Hints


def test_what_rang_while_nobody_looked_is_noticed_once() -> None:
    hints = Hints()
    hints.wake()
    assert hints.wait(0)
    assert not hints.wait(0)


def test_waiting_since_a_remembered_moment() -> None:
    hints = Hints()
    since = hints.rung
    assert not hints.wait(0, since)
    hints.ring()
    assert hints.wait(0, since)
    assert hints.wait(0, since)


def test_everybody_who_waits_is_woken() -> None:
    hints, woken = Hints(), []
    waiting = [threading.Thread(target=lambda: woken.append(hints.wait(10, 0))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    hints.ring()
    for thread in waiting:
        thread.join()
    assert woken == [True] * 3
