"""Scripts, style and pictures, at an address that changes with them: once fetched, they are not asked for again.

A page that says *unknown* must look on by itself when this app is killed right after it was sent. It could not, if its
scripts had to be asked for once more.
"""

import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Final

FOLDER: Final = Path(str(files("counter_app").joinpath("static")))
KEPT: Final = "public, max-age=31536000, immutable"


def _version() -> str:
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


ROOT: Final = f"/static/{_version()}"
