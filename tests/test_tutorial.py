"""The tutorial's lines, as they stand in the page, against a running demo."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.road import Demo, running_demo
from tests.database import cloned

PAGE = Path(__file__).parents[1] / "docs/tutorial.md"
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
