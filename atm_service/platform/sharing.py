"""Requests that wait at the same moment share a transaction.

A transaction costs its round trips and its commit, whether it serves one request or fifty. So a use case that many
ask for at once is written for many, and whoever waits for it is taken along: the first ask begins at once, alone if
nobody else is there; those that come meanwhile queue; when the work is done, all that wait by then go together.
Nobody waits for company, and there is no timer.

The queue belongs to one event loop, so it needs no lock; the work itself runs in a thread.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from atm_service.platform.refusals import Refusal, Unavailable

TOGETHER_MAX: Final = 100
WAITING_MAX: Final = 500
RETRY_AFTER_S: Final = 2


class About(Protocol):
    """An ask, and what it is about. A batch has one ask about each subject."""

    @property
    def subjects(self) -> Sequence[Hashable]:
        """What must not be worked on twice in one transaction."""


Ask = TypeVar("Ask", bound=About)
Answer = TypeVar("Answer")

Work = Callable[[Sequence[Ask]], Sequence[Answer | Exception]]
"""Does what is asked in one transaction of its own; an answer, or the refusal to raise, for each in order."""


def tried(decide: Callable[..., Answer], *facts: object) -> Answer | Refusal:
    """Decide one of a batch: its refusal is its own result and does not touch its neighbours."""
    try:
        return decide(*facts)
    except Refusal as refusal:
        return refusal


@dataclass(eq=False, frozen=True, slots=True)
class _Waiting(Generic[Ask, Answer]):
    ask: Ask
    result: "asyncio.Future[Answer]"


class Shared(Generic[Ask, Answer]):
    """One use case of one event loop, for as many as ask.

    A batch has one ask about each subject. So the work need not think of two that stand in each other's way: the
    second one comes in a later batch and finds what the first one did.
    """

    def __init__(
        self,
        work: Work[Ask, Answer],
        *,
        together_max: int = TOGETHER_MAX,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._work = work
        self._together_max, self._waiting_max = together_max, waiting_max
        self._queue: list[_Waiting[Ask, Answer]] = []
        self._working: asyncio.Task[None] | None = None

    async def __call__(self, ask: Ask) -> Answer:
        """Give the answer to one ask, after the commit. Raises its refusal.

        Raises `Unavailable` when too many wait already. Where the work fails for a batch by anything but a refusal,
        each of the batch is tried alone, and only the one that fails alone raises.
        """
        if len(self._queue) >= self._waiting_max:
            raise Unavailable(retry_after_s=RETRY_AFTER_S)
        loop = asyncio.get_running_loop()
        waiting: _Waiting[Ask, Answer] = _Waiting(ask, loop.create_future())
        self._queue.append(waiting)
        if self._working is None:
            self._working = loop.create_task(self._serve(loop))
        return await waiting.result

    async def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Work for those that wait, batch by batch, until nobody does."""
        try:
            while batch := self._take():
                asks = [waiting.ask for waiting in batch]
                results = await loop.run_in_executor(None, self._results, asks)
                for waiting, result in zip(batch, results, strict=True):
                    _tell(waiting.result, result)
        finally:
            self._working = None

    def _take(self) -> list[_Waiting[Ask, Answer]]:
        batch: list[_Waiting[Ask, Answer]] = []
        left: list[_Waiting[Ask, Answer]] = []
        seen: set[Hashable] = set()
        for waiting in self._queue:
            subjects = waiting.ask.subjects
            if len(batch) < self._together_max and seen.isdisjoint(subjects):
                batch.append(waiting)
            else:
                left.append(waiting)
            # Who waits for somebody who waits is not overtaken by those who come later.
            seen.update(subjects)
        self._queue = left
        return batch

    def _results(self, asks: Sequence[Ask]) -> list[Answer | Exception]:
        try:
            return list(self._work(asks))
        except Exception as error:  # noqa: BLE001  it is raised to whoever asked
            if len(asks) == 1:
                return [error]
        return [result for ask in asks for result in self._results([ask])]


def _tell(waiting: "asyncio.Future[Answer]", result: Answer | Exception) -> None:
    """Hand a result to whoever waits for it; nobody may wait any more."""
    if waiting.done():
        return
    if isinstance(result, Exception):
        waiting.set_exception(result)
    else:
        waiting.set_result(result)
