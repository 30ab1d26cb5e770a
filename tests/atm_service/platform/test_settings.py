"""Settings that cannot be meant end the program, and never become a default without a word."""

from pathlib import Path

import pytest

from atm_service.platform import settings


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
