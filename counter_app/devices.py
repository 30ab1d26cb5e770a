"""The signs by which the service knows this counter: its tries at signing in are then its own, whoever else guesses.

One for each user name, in a file beside the journal; losing it costs nothing but that. A colleague who is new here
shows the last one: those of a clerk are good for the whole office.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Final

KEPT_MAX: Final = 50


class Devices:
    """What the file holds, the newest last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._signs: dict[str, str] = {}
        with suppress(OSError, ValueError):
            read = json.loads(path.read_text("utf-8"))
            self._signs = (
                {str(name): str(sign) for name, sign in read.items()} if isinstance(read, dict) else {}
            )

    def sign(self, username: str) -> str | None:
        """Give what to show when this person signs in."""
        return self._signs.get(username) or next(reversed(self._signs.values()), None)

    def keep(self, username: str, sign: str | None) -> None:
        """Keep what a sign-in gave."""
        if sign is None or self._signs.get(username) == sign:
            return
        self._signs.pop(username, None)
        self._signs[username] = sign
        for name in list(self._signs)[:-KEPT_MAX]:
            del self._signs[name]
        with suppress(OSError):
            draft = self._path.with_suffix(".draft")
            draft.write_text(json.dumps(self._signs), "utf-8")
            draft.chmod(0o600)
            draft.replace(self._path)
