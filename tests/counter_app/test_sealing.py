from pathlib import Path

import pytest

from counter_app.sealing import KeyFileError, SealBrokenError, load_sealer


def test_opens_what_it_sealed(tmp_path: Path) -> None:
    """What was sealed before a restart is opened after it."""
    sealed = load_sealer(tmp_path / "key").seal(b"secret", "place")
    assert b"secret" not in sealed
    assert load_sealer(tmp_path / "key").open(sealed, "place") == b"secret"


def test_never_the_same_twice(tmp_path: Path) -> None:
    """Two seals of one text do not show that it is one."""
    sealer = load_sealer(tmp_path / "key")
    assert sealer.seal(b"secret", "place") != sealer.seal(b"secret", "place")


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_notices_a_changed_byte(tmp_path: Path, place: int) -> None:
    """A byte changed on the disk is noticed."""
    sealer = load_sealer(tmp_path / "key")
    sealed = bytearray(sealer.seal(b"secret", "place"))
    sealed[place] ^= 1
    with pytest.raises(SealBrokenError):
        sealer.open(bytes(sealed), "place")


def test_notices_another_place(tmp_path: Path) -> None:
    """A seal moved to another row is noticed."""
    sealer = load_sealer(tmp_path / "key")
    with pytest.raises(SealBrokenError):
        sealer.open(sealer.seal(b"secret", "one"), "another")


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12)])
def test_notices_what_is_no_seal(tmp_path: Path, sealed: bytes) -> None:
    """Bytes that never were a seal are refused, not a crash."""
    with pytest.raises(SealBrokenError):
        load_sealer(tmp_path / "key").open(sealed, "place")


def test_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The key file is made for its owner, and refused once others may read it."""
    load_sealer(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_sealer(tmp_path / "key")


def test_damaged_key(tmp_path: Path) -> None:
    """A cut-off key file is refused: a new key would lose what is unknown."""
    (tmp_path / "key").write_bytes(bytes(31))
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(KeyFileError, match="damaged"):
        load_sealer(tmp_path / "key")
