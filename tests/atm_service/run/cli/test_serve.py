"""`soft-atm serve` with simulated parties: only where it was told that this is a demonstration."""

import subprocess
import sys
from pathlib import Path

import pytest

from atm_service.platform.settings import Settings
from atm_service.run import assembly
from tests.atm_service.run.cli.line import invoke
from tests.names import ROOT

KYC = {"SOFT_ATM_KYC_PROVIDER": "http", "SOFT_ATM_KYC_URL": "https://kyc.test", "SOFT_ATM_KYC_KEY": "k" * 32}


@pytest.mark.parametrize(("settings", "named"), [({}, ["banks", "eKYC"]), (KYC, ["banks"])])
def test_serving_simulated_parties_is_refused(
    settings: dict[str, str], named: list[str], tmp_path: Path
) -> None:
    """Before anything is started, in a line that names them and says what a demonstration sets."""
    refused = invoke("serve", SOFT_ATM_DATA_DIR=str(tmp_path / "data"), **settings)
    assert refused.exit_code == 1
    assert [word for word in ("banks", "eKYC") if word in refused.output] == named
    assert "SOFT_ATM_DEMONSTRATION=true" in refused.output
    assert not (tmp_path / "data").exists()


def test_no_worker_serves_them_either(tmp_path: Path) -> None:
    """Started without the command line, by whatever runs the application."""
    settings = {
        "SOFT_ATM_DATA_DIR": str(tmp_path),
        "SOFT_ATM_DATABASE_URL": "postgresql://nowhere/x",
        "PYTHONPATH": str(ROOT),
    }
    ended = subprocess.run(
        [sys.executable, "-c", "from atm_service.__main__ import application; application()"],
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, "does not serve with simulated parties" in ended.stderr) == (1, True)


def test_a_demonstration_may(tmp_path: Path) -> None:
    """Told so, nothing is refused."""
    assembly.refuse_simulated(Settings(data_dir=tmp_path, demonstration=True))
