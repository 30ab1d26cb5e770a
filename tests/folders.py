"""Folders for PostgreSQL's data: as root it runs as a user of its own, who must be able to walk there.

pytest's own temporary folders are shut to others, and shut again whenever another pytest starts.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")
ENOUGH: Final = 4 * 2**30
"""Bytes that must be free in memory before data that need not last are put there."""


@contextmanager
def walkable(*, lasts: bool = True) -> Iterator[Path]:
    """Give a new folder that every user can walk through; remove it at the end.

    What need not last stands in memory where there is enough: a database is a thousand files, and each clone of one
    costs a disk's file system half a second of a core.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH
    folder = Path(tempfile.mkdtemp(prefix="soft-atm-test-", dir=MEMORY if roomy and not lasts else None))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
