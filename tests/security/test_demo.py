"""The demonstration: public passwords must stay in their place, real data in theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import config
from engine.errors import Misconfigured
from webapp.demo import seed


def test_a_demonstration_never_makes_room_by_removing_an_offices_data(tmp_path: Path) -> None:
    """One wrong variable in the environment must not cost a township its files."""
    (tmp_path / "files").mkdir()
    kept = (tmp_path / "yifa.db", tmp_path / "files" / "a")
    for path in kept:
        path.write_bytes(b"real")
    settings = config.load(
        environ={},
        overrides={"demo": True, "database_url": f"sqlite:///{tmp_path / 'yifa.db'}"},
    )
    for reset in (False, True):
        with pytest.raises(Misconfigured):
            seed.prepare(settings, reset=reset)
    assert [path.read_bytes() for path in kept] == [b"real", b"real"]


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"secret_key": "short"},
        {"demo": True, "host": "0.0.0.0"},
        {"secret_key": "x" * 40, "host": "0.0.0.0"},
        {"secret_key": "x" * 40, "cookie_secure": False},
    ],
    ids=str,
)
def test_unsafe_settings_do_not_start(overrides: dict[str, object]) -> None:
    """No default secret, no open demonstration, no cookies over plain HTTP."""
    with pytest.raises(Misconfigured):
        config.load(environ={}, overrides=overrides)
