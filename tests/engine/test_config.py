"""Settings: what is read from where, what is refused, and that nothing secret is shown."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import config
from engine.config import Settings, load
from engine.config.kinds import ACTIVE_CONTENT
from engine.errors import Misconfigured

ROOT = Path(config.__file__).resolve().parents[2]
KEY = "kY7-4fQzL0pWm2sXv9RtB6nHc3JdG8aUeT5iOq1_"
PRODUCTION = {"YIFA_SECRET_KEY": KEY}
BEHIND_PROXY = PRODUCTION | {"YIFA_TLS_PROXY": "true", "YIFA_TRUSTED_PROXIES": "10.1.2.3"}


def refusal(environ: dict[str, str], **more: Any) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        load(environ=environ, **more)
    return caught.value


def written(folder: Path, text: str) -> Path:
    file = folder / "yifa.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_nearer_source_wins(tmp_path: Path) -> None:
    file = written(tmp_path, 'port = 1001\nthreads = 2\nlanguage = "en"\nupload_types = ["pdf"]\n')
    environ = PRODUCTION | {"YIFA_PORT": "1002", "YIFA_THREADS": "3"}

    settings = load(environ=environ, file=file, overrides={"port": 1003})

    assert (settings.port, settings.threads, settings.language) == (1003, 3, "en")
    assert settings.upload_types == ("pdf",)
    assert settings.region == ""


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 1001\n")
    assert load(environ=PRODUCTION | {"YIFA_CONFIG": str(file)}).port == 1001


def test_settings_are_frozen() -> None:
    settings = load(environ=PRODUCTION)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]


def test_every_default_is_a_value_its_own_kind_takes() -> None:
    for line in config.table():
        for value in (line.default, line.demo_default):
            if value is not None:
                text = value.as_posix() if isinstance(value, Path) else value
                assert line.kind.read(text) == value, line.name


def test_an_unknown_name_is_refused_and_the_nearest_suggested() -> None:
    refused = refusal(PRODUCTION | {"YIFA_PROT": "80"})
    assert "YIFA_PROT" in refused.message("en")
    assert "did you mean port?" in refused.message("en")
    assert "是否指 port" in refused.message("zh")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 0\nnonsense = 1\nlog_level = 'loud'\n")
    told = refusal(PRODUCTION, file=file).message("en")
    assert all(word in told for word in ("port", "nonsense", "log_level"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_secret_key_is_refused_outside_the_demo_with_the_remedy(lang: Any) -> None:
    assert "token_urlsafe" in refusal({}).message(lang)
    assert "YIFA_SECRET_KEY" in refusal({}).message(lang)


@pytest.mark.parametrize("key", ["short-one", "a" * 64, "abcabcabc" * 8, KEY[:31]])
def test_a_guessable_secret_key_is_refused_and_not_repeated(key: str) -> None:
    message = refusal({"YIFA_SECRET_KEY": key}).message("en")
    assert "secret_key" in message
    assert key not in message


def test_the_demo_makes_a_fresh_key_and_relaxes_the_cookie() -> None:
    one, two = load(environ={"YIFA_DEMO": "1"}), load(environ={"YIFA_DEMO": "1"})
    assert one.secret_key != two.secret_key
    assert len(one.secret_key) >= 32
    assert not one.cookie_secure
    assert one.database_url != load(environ=PRODUCTION).database_url


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        (PRODUCTION | {"YIFA_COOKIE_SECURE": "false"}, "cookie_secure"),
        (PRODUCTION | {"YIFA_HOST": "0.0.0.0"}, "host"),
        (PRODUCTION | {"YIFA_HOST": "yifa.example.gov.cn"}, "host"),
        (PRODUCTION | {"YIFA_HOST": "192.168.1.4"}, "host"),
        ({"YIFA_DEMO": "true", "YIFA_HOST": "::"}, "host"),
        (PRODUCTION | {"YIFA_TLS_PROXY": "true"}, "trusted_proxies"),
        (BEHIND_PROXY | {"YIFA_TRUSTED_PROXIES": "0.0.0.0/0"}, "YIFA_TRUSTED_PROXIES"),
        (BEHIND_PROXY | {"YIFA_TRUSTED_PROXIES": "proxy"}, "YIFA_TRUSTED_PROXIES"),
        (PRODUCTION | {"YIFA_SESSION_MINUTES": "10"}, "session_idle_minutes"),
        (PRODUCTION | {"YIFA_UPLOAD_TYPES": "pdf,svg"}, "svg"),
        (PRODUCTION | {"YIFA_UPLOAD_TYPES": ""}, "YIFA_UPLOAD_TYPES"),
        (PRODUCTION | {"YIFA_HASH_ALGORITHM": "md5"}, "YIFA_HASH_ALGORITHM"),
        (PRODUCTION | {"YIFA_DATABASE_URL": "mysql://u:geheim@h/d"}, "YIFA_DATABASE_URL"),
        (PRODUCTION | {"YIFA_DATABASE_URL": "postgresql://[geheim/d"}, "YIFA_DATABASE_URL"),
        (PRODUCTION | {"YIFA_FILES_DIR": "var\0files"}, "YIFA_FILES_DIR"),
        (PRODUCTION | {"YIFA_DATABASE_URL": "sqlite://"}, "YIFA_DATABASE_URL"),
        (PRODUCTION | {"YIFA_DATABASE_URL": "sqlite:///:memory:"}, "YIFA_DATABASE_URL"),
        (PRODUCTION | {"YIFA_TENANT": "../x"}, "YIFA_TENANT"),
        (PRODUCTION | {"YIFA_REGION": "../../etc/passwd"}, "YIFA_REGION"),
        (PRODUCTION | {"YIFA_LOCKOUT_ATTEMPTS": "0"}, "YIFA_LOCKOUT_ATTEMPTS"),
        (PRODUCTION | {"YIFA_DEMO": "perhaps"}, "YIFA_DEMO"),
    ],
)
def test_an_unsafe_or_wrong_value_is_refused_by_name(environ: dict[str, str], named: str) -> None:
    refused = refusal(environ)
    assert named in refused.message("en")
    assert named in refused.message("zh")
    assert "geheim" not in refused.message("en") + refused.message("zh")


def test_listening_beyond_the_machine_is_right_behind_a_tls_proxy() -> None:
    settings = load(environ=BEHIND_PROXY | {"YIFA_HOST": "0.0.0.0"})
    assert settings.trusted_proxies == ("10.1.2.3/32",)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.9.1"])
def test_the_loopback_address_needs_no_proxy(host: str) -> None:
    assert load(environ=PRODUCTION | {"YIFA_HOST": host}).host == host


@pytest.mark.parametrize("text", ["port = ", "port = '1'\nport = '2'", "\x00"])
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    assert "yifa.toml" in refusal(PRODUCTION, file=written(tmp_path, text)).message("en")


def test_a_file_that_is_missing_or_not_utf8_is_refused(tmp_path: Path) -> None:
    assert "gone.toml" in refusal(PRODUCTION, file=tmp_path / "gone.toml").message("zh")
    (tmp_path / "gbk.toml").write_bytes('region = "湖南"'.encode("gbk"))
    assert "gbk.toml" in refusal(PRODUCTION, file=tmp_path / "gbk.toml").message("zh")


def test_nothing_secret_is_shown() -> None:
    url = "postgresql://office:geheim@db:5432/yifa?sslpassword=auchgeheim"
    settings = load(environ=PRODUCTION | {"YIFA_DATABASE_URL": url})
    shown = repr(settings) + str(settings.shown()) + f"{settings}"
    assert "geheim" not in shown
    assert KEY not in shown
    assert "office:***@db:5432/yifa" in shown


def test_what_runs_when_opened_is_no_upload_by_default() -> None:
    assert not ACTIVE_CONTENT & set(load(environ=PRODUCTION).upload_types)


@given(st.dictionaries(st.sampled_from([line.variable for line in config.table()]), st.text()))
def test_any_text_is_a_setting_or_a_clear_refusal(environ: dict[str, str]) -> None:
    try:
        settings = load(environ=environ)
    except Misconfigured:
        return
    assert isinstance(settings, Settings)


def test_every_setting_is_told_in_both_languages() -> None:
    for line in config.table():
        assert line.zh != line.en, line.name
        assert line.zh.endswith("。"), line.name
        assert line.en.endswith("."), line.name


def test_the_documented_table_is_the_real_one() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "engine.config"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    on_file = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert on_file == made, "run: python -m engine.config > docs/settings.md"


def test_the_shipped_data_is_found() -> None:
    assert (config.data_dir() / "processes").is_dir()
    assert (config.data_dir() / "forms").is_dir()
