"""Answering with a file that is too large to hold, piece by piece."""

from collections.abc import Generator
from itertools import chain
from typing import Final

import anyio
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

READER_PATIENCE_S: Final = 60
"""How long a reader may take for one piece, in seconds."""


class Pieces(StreamingResponse):
    """Streams what a generator gives, and closes the generator whether the reader stays, leaves or stops reading.

    The generator may hold a database connection: garbage collection would be too late to give it back. Its
    first piece is made at once, so that what is wrong from the start is still answered as a problem.
    """

    media_type = "application/json"  # for the documentation of a route's model; each answer has its own

    def __init__(self, pieces: Generator[bytes, None, None], media_type: str, file_name: str) -> None:
        super().__init__(
            chain([next(pieces)], pieces),
            media_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
        )
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. Raises `TimeoutError` when the reader takes too long for a piece."""

        async def patient_send(message: Message) -> None:
            with anyio.fail_after(READER_PATIENCE_S):
                await send(message)

        try:
            await super().__call__(scope, receive, patient_send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._pieces.close)
