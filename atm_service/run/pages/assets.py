"""The files of the pages, read once into memory: what is not listed here cannot be asked for."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

HTML: Final = "text/html; charset=utf-8"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": HTML,
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True)
class Asset:
    """One file ready to send: its bytes, the same bytes compressed when somebody first takes them, and its name."""

    media_type: str
    body: bytes
    digest: str

    @cached_property
    def compressed(self) -> bytes:
        """Give the body as gzip."""
        return gzip.compress(self.body, compresslevel=9, mtime=0)


@dataclass(frozen=True)
class Assets:
    """Every page by name (`wallet.html`) and every static file by path (`wallet/main.js`).

    `version` names this exact set of static files, so that a browser may keep `/static/<version>/…` for good.
    """

    pages: dict[str, Asset]
    static: dict[str, Asset]
    version: str


def load(folder: Path) -> Assets:
    """Read the pages and what they load; addresses in the pages carry the version of the static files.

    Raises `KeyError` for a file of a type that is not served, so that nothing lands on the web by accident.
    """
    static = {
        path.relative_to(folder / "static").as_posix(): asset(path.suffix, path.read_bytes())
        for path in sorted((folder / "static").rglob("*"))
        if path.is_file()
    }
    names = "\n".join(f"{path} {file.digest}" for path, file in static.items())
    version = hashlib.sha256(names.encode()).hexdigest()[:12]
    pages = {
        path.name: asset(
            path.suffix, path.read_bytes().replace(b'"/static/', f'"/static/{version}/'.encode())
        )
        for path in sorted((folder / "html").iterdir())
    }
    return Assets(pages, static, version)


def asset(suffix: str, body: bytes) -> Asset:
    """Return `body` as an asset of the media type that its suffix stands for."""
    return Asset(TYPES[suffix], body, hashlib.sha256(body).hexdigest()[:20])
