from pathlib import Path

import pytest

from atm_service.platform import database


def test_what_is_kept_is_durable(tmp_path: Path) -> None:
    """Speed without a durable disk is for data that are deleted in the end: no setting gives it to a service."""
    with (
        pytest.raises(ValueError, match="must be durable"),
        database.embedded(tmp_path / "kept", durable=False),
    ):
        pass
    assert not (tmp_path / "kept").exists()
