"""Folders for PostgreSQL's data: as root it runs as a user of its own, who must be able to walk there.

pytest's own temporary folders are shut to others, and shut again whenever another pytest starts.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def walkable() -> Iterator[Path]:
    """Give a new folder that every user can walk through; remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="soft-atm-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
