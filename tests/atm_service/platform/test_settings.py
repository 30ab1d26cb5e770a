"""Settings that cannot be meant end the program, and never become a default without a word."""

from pathlib import Path

import pytest

from atm_service.platform import settings
from atm_service.run import assembly


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder: a demonstration may have left its keys in the ./var of this one."""
    monkeypatch.chdir(tmp_path)


def test_a_name_that_no_setting_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the environment and in the file; the nearest name is told, the value never."""
    file = tmp_path / "service.env"
    file.write_text("SOFT_ATM_DATABSE_URL=postgresql://secret@host/db\nPATH_OF_ANOTHER=1\n")
    with pytest.raises(SystemExit, match="DATABSE_URL: did you mean SOFT_ATM_DATABASE_URL") as refused:
        settings.load(str(file))
    assert "secret" not in str(refused.value)
    monkeypatch.setenv("SOFT_ATM_WORKER", "7")
    monkeypatch.setenv("SOFT_ATM_COUNTER_PORT", "8001")
    with pytest.raises(SystemExit, match="SOFT_ATM_WORKER: did you mean SOFT_ATM_WORKERS") as refused:
        settings.load(None)
    assert "COUNTER" not in str(refused.value)


def test_a_file_that_is_not_there_is_no_embedded_database(tmp_path: Path) -> None:
    """An absent file would leave every setting at its default, the database too."""
    with pytest.raises(SystemExit, match="SOFT_ATM_ENV_FILE names a file that cannot be read"):
        settings.load(str(tmp_path / "absent.env"))


def test_a_good_file_is_read(tmp_path: Path) -> None:
    """Its lines are settings."""
    file = tmp_path / "service.env"
    file.write_text("SOFT_ATM_WORKERS=7\n")
    assert settings.load(str(file)).workers == 7


def test_secret_keys_are_not_beside_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for a demo's; where they were kept so before, nothing starts until they are moved or named."""
    data = tmp_path / "var"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("SOFT_ATM_DATA_DIR", str(data))
    away = tmp_path / "config" / "soft-atm" / "secret-keys.toml"
    assert settings.load(None).keys_file == away
    assembly.make_keys(data / "secret-keys.toml")
    with pytest.raises(SystemExit, match=f"Move them to {away}"):
        settings.load(None)
    monkeypatch.setenv("SOFT_ATM_DEMO_FILE", str(data / "demo.json"))
    assert settings.load(None).keys_file == data / "secret-keys.toml"
    monkeypatch.delenv("SOFT_ATM_DEMO_FILE")
    monkeypatch.setenv("SOFT_ATM_SECRET_KEYS_FILE", str(data / "secret-keys.toml"))
    assert settings.load(None).keys_file == data / "secret-keys.toml"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_secret_keys_that_others_may_read_are_not_used(tmp_path: Path, mode: int) -> None:
    """Nor those that others may change; made by us, nobody else may do either, nor look into their folder."""
    file = tmp_path / "new" / "secret-keys.toml"
    assembly.make_keys(file)
    assembly.read_keys(file)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    file.chmod(mode)
    with pytest.raises(SystemExit, match="chmod 600"):
        assembly.read_keys(file)


@pytest.mark.parametrize(
    ("given", "good"), [("10.0.0.1, 10.1.0.0/16, ::1", True), ("*", False), ("proxy", False)]
)
def test_a_proxy_is_named_by_its_address(given: str, good: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """Addresses and networks; never everybody."""
    monkeypatch.setenv("SOFT_ATM_PROXY", given)
    if good:
        assert settings.load(None).proxy == given
    else:
        with pytest.raises(SystemExit, match="SOFT_ATM_PROXY"):
            settings.load(None)


@pytest.mark.parametrize(
    ("rp", "origins", "good"),
    [
        ("localhost", "http://localhost:8001, http://localhost:9001", True),
        ("atm.example.vn", "https://counter.atm.example.vn,https://atm.example.vn:8443", True),
        ("atm.example.vn", "https://atm.example.vn.evil.example", False),
        ("atm.example.vn", "https://evilatm.example.vn", False),
        ("atm.example.vn", "http://atm.example.vn", False),
        ("atm.example.vn", "https://atm.example.vn/", False),
        ("vn", "https://atm.example.vn", False),
        ("127.0.0.1", "http://127.0.0.1:8001", False),
        ("localhost", "", False),
    ],
)
def test_passkeys_belong_to_a_name_that_browsers_take(
    rp: str,
    origins: str,
    good: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The origins are within it, by TLS or on the own machine; an address is none."""
    monkeypatch.setenv("SOFT_ATM_PASSKEY_RP", rp)
    monkeypatch.setenv("SOFT_ATM_PASSKEY_ORIGINS", origins)
    if good:
        assert len(settings.load(None).passkey_origins) == 2
    else:
        with pytest.raises(SystemExit, match="SOFT_ATM_PASSKEY_ORIGINS"):
            settings.load(None)
