from pathlib import Path

import pytest

from counter_app.encryption import KeyFileError, UndecryptableError, load_cipher


def test_decrypts_what_it_encrypted(tmp_path: Path) -> None:
    """What was encrypted before a restart is opened after it."""
    encrypted = load_cipher(tmp_path / "key").encrypt(b"secret", "place")
    assert b"secret" not in encrypted
    assert load_cipher(tmp_path / "key").decrypt(encrypted, "place") == b"secret"


def test_never_the_same_twice(tmp_path: Path) -> None:
    """Two encryptions of one text do not show that it is one."""
    cipher = load_cipher(tmp_path / "key")
    assert cipher.encrypt(b"secret", "place") != cipher.encrypt(b"secret", "place")


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_notices_a_changed_byte(tmp_path: Path, place: int) -> None:
    """A byte changed on the disk is noticed."""
    cipher = load_cipher(tmp_path / "key")
    encrypted = bytearray(cipher.encrypt(b"secret", "place"))
    encrypted[place] ^= 1
    with pytest.raises(UndecryptableError):
        cipher.decrypt(bytes(encrypted), "place")


def test_notices_another_place(tmp_path: Path) -> None:
    """A value moved to another row is noticed."""
    cipher = load_cipher(tmp_path / "key")
    with pytest.raises(UndecryptableError):
        cipher.decrypt(cipher.encrypt(b"secret", "one"), "another")


@pytest.mark.parametrize("encrypted", [b"", b"short", bytes(12)])
def test_notices_what_was_not_encrypted(tmp_path: Path, encrypted: bytes) -> None:
    """Bytes that never were encrypted are refused, not a crash."""
    with pytest.raises(UndecryptableError):
        load_cipher(tmp_path / "key").decrypt(encrypted, "place")


def test_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The key file is made for its owner, and refused once others may read it."""
    load_cipher(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_cipher(tmp_path / "key")


def test_damaged_key(tmp_path: Path) -> None:
    """A cut-off key file is refused: a new key would lose what is unknown."""
    (tmp_path / "key").write_bytes(bytes(31))
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(KeyFileError, match="damaged"):
        load_cipher(tmp_path / "key")
