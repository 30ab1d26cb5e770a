"""What stands in the pages for who builds on the service, against a running demo: a tutorial, and a client's life."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.road import Demo, running_demo
from tests.database import cloned

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/tutorial.md"
CLIENT = ROOT / ".venv-client/bin"  # made by `make test`
LIFE = ROOT / "client/life.py"
HERE = "http://127.0.0.1:8000"
LINES_MAX = 10


@pytest.fixture(scope="module")
def demo(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give a running demo."""
    with (
        cloned(server_url, template) as database,
        running_demo(tmp_path_factory.mktemp("demo"), database.url) as running,
    ):
        yield running


def test_a_withdrawal_takes_ten_lines(demo: Demo) -> None:
    """They authorise, present and pay; and the wallet says so at the end."""
    (lines,) = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len([line for line in lines.splitlines() if line]) == LINES_MAX
    assert HERE in lines
    script = lines.replace(HERE, demo.service_url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"number":"05971-1-' in done.stdout
    assert done.stdout.endswith("paid\n")


def test_a_client_made_of_the_contract_lives_a_whole_life(demo: Demo, tmp_path: Path) -> None:
    """It is made by a known generator out of the committed document, and its calls are typed."""
    made = ["generate", "--meta", "none", "--path", ROOT / "docs/openapi.json", "--output-path"]
    run(CLIENT / "openapi-python-client", *made, tmp_path / "soft_atm_client")
    life = shutil.copy(LIFE, tmp_path)  # beside this one, whatever `make client` made before
    types = ["--strict", "--follow-imports=silent", "--cache-dir", tmp_path, "--config-file", os.devnull]
    run(sys.executable, "-m", "mypy", *types, "--python-executable", CLIENT / "python", life, here=tmp_path)
    steps = run(CLIENT / "python", life, demo.service_url, here=tmp_path).splitlines()
    assert steps[0] == "opened"
    assert steps[-5:] == [
        "bill: succeeded 8000",
        "paid out: succeeded",
        "statement: -392000 -8000 -100000 500000",
        "closed: 204",
        "then: 401",
    ]


def run(*command: str | Path, here: Path = ROOT) -> str:
    """Run to a good end, with the modules of a folder; give what was said."""
    environment = os.environ | {"PYTHONPATH": str(here), "MYPYPATH": str(here)}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=here, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
