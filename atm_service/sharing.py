"""Requests that wait at the same moment share a transaction.

A transaction costs its round trips and its commit, whether it serves one request or fifty. So a use case that many
ask for at once is written for many, and whoever waits for it is taken along: the first to come leads and works at
once, alone if nobody else is there; those who come meanwhile queue; when the leader is done, the next one leads and
takes along all that wait by then. Nobody waits for company, and there is no timer.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from atm_service.refusals import Refusal, Unavailable

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


@dataclass(eq=False, slots=True)
class _Waiting(Generic[Ask, Answer]):
    ask: Ask
    turn: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    result: Answer | Exception | None = None


class Shared(Generic[Ask, Answer]):
    """One use case of one process, for as many as ask.

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
        self._lock = threading.Lock()
        self._queue: list[_Waiting[Ask, Answer]] = []
        self._led = False

    def __call__(self, ask: Ask) -> Answer:
        """Give the answer to one ask, after the commit. Raises its refusal.

        Raises `Unavailable` when too many wait already. Where the work fails for a batch by anything but a refusal,
        each of the batch is tried alone, and only the one that fails alone raises.
        """
        mine: _Waiting[Ask, Answer] = _Waiting(ask)
        with self._lock:
            if len(self._queue) >= self._waiting_max:
                raise Unavailable(retry_after_s=RETRY_AFTER_S)
            self._queue.append(mine)
            if not self._led:
                self._led = mine.leads = True
        if not mine.leads:
            mine.turn.wait()
        if mine.leads:
            self._lead()
        if isinstance(mine.result, Exception):
            raise mine.result
        assert mine.result is not None
        return mine.result

    def _lead(self) -> None:
        """Work for what waits, the leader's own ask first; then let the next in the queue lead."""
        batch = self._take()
        try:
            for waiting, result in zip(batch, self._results(batch), strict=True):
                waiting.result = result
        finally:
            with self._lock:
                self._led = bool(self._queue)
                follower = self._queue[0] if self._queue else None
                if follower:
                    follower.leads = True
            for waiting in batch:
                if waiting.result is None:  # the process is being stopped in the middle
                    waiting.result = Unavailable(retry_after_s=RETRY_AFTER_S)
                waiting.turn.set()
            if follower:
                follower.turn.set()

    def _take(self) -> list[_Waiting[Ask, Answer]]:
        batch: list[_Waiting[Ask, Answer]] = []
        left: list[_Waiting[Ask, Answer]] = []
        seen: set[Hashable] = set()
        with self._lock:
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

    def _results(self, batch: Sequence[_Waiting[Ask, Answer]]) -> list[Answer | Exception]:
        try:
            return list(self._work([waiting.ask for waiting in batch]))
        except Exception as error:  # noqa: BLE001  it is raised to whoever asked
            if len(batch) == 1:
                return [error]
        return [result for waiting in batch for result in self._results([waiting])]
