"""What a use case needs from the world: a transaction, the time, keys, the policy and the outside parties."""

import asyncio
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final
from weakref import WeakKeyDictionary

from argon2 import PasswordHasher
from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, Engine

from atm_service.platform import idempotency
from atm_service.platform.clocks import Clocks
from atm_service.platform.contacts import Contacts
from atm_service.platform.fencing import fence
from atm_service.platform.gateway import BankGateway, BillerGateway
from atm_service.platform.idempotency import Key, once_each
from atm_service.platform.keys import store as key_store
from atm_service.platform.keys.domain import KeySet
from atm_service.platform.knocks import Knocks
from atm_service.platform.notifier import Notifier
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import Refusal, Unavailable
from atm_service.platform.settings import Settings
from atm_service.platform.sharing import Answer, Ask, Shared
from kyc.encryption import Cipher
from kyc.provider import Provider
from kyc.watch_list import WatchList

KEYS_FRESH: Final = timedelta(seconds=30)
KEYS_FRESHER: Final = timedelta(seconds=1)
KEYS_WAIT_S: Final = 5
KEYS_RETRY_S: Final = 2
LATE: Final = timedelta(seconds=30)
"""Longer than anybody waits for a connection and for locks: only a process that stood still comes so late."""
LATE_RETRY_S: Final = 1


class KeyRing:
    """The signing keys of this process: read again every half minute, so that a rotation reaches every process."""

    def __init__(self, engine: Engine, cipher: Cipher, longest_lifetime: timedelta) -> None:
        self._engine, self._cipher, self._longest = engine, cipher, longest_lifetime
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._read_at: datetime | None = None

    def cached(self, now: datetime) -> KeySet | None:
        """Give the keys without waiting, when they were read a short while ago."""
        return self._keys if self._fresh(KEYS_FRESH, now) else None

    def at(self, now: datetime) -> KeySet:
        """Give the keys that are good at `now`. May read the database: never call it inside a transaction."""
        return self._no_older_than(KEYS_FRESH, now)

    def newest(self, now: datetime) -> KeySet:
        """Read the keys again: for a signature by a key that another process may just have made."""
        return self._no_older_than(KEYS_FRESHER, now)

    def held(self, now: datetime) -> KeySet:
        """Give the keys as they were read last, to sign what verifies for good: inside a transaction, too.

        Whoever calls with a token has had them read; only where nobody has, they are read now.
        """
        return self._keys or self.at(now)

    def _fresh(self, age: timedelta, now: datetime) -> bool:
        # A clock that was set back must not keep old keys for ever.
        return self._read_at is not None and timedelta(0) <= now - self._read_at < age

    def _no_older_than(self, age: timedelta, now: datetime) -> KeySet:
        # One reads for all; while the database hangs, those who wait for that one do not wait in turn.
        if not self._lock.acquire(timeout=KEYS_WAIT_S):
            raise Unavailable(retry_after_s=KEYS_RETRY_S)
        try:
            if self._keys is None or not self._fresh(age, now):
                with self._engine.connect() as session:
                    self._keys = key_store.load(session, self._cipher, now, self._longest)
                self._read_at = now
            return self._keys
        finally:
            self._lock.release()


@dataclass(frozen=True)
class Context:
    """Made once per process; every handler receives it."""

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime]
    cipher: Cipher
    keys: KeyRing
    policy: Policy
    provider: Provider
    watch_list: WatchList
    bank: BankGateway
    biller: BillerGateway
    notifier: Notifier
    hasher: PasswordHasher
    stopping: threading.Event = field(default_factory=threading.Event)
    contacts: Contacts = field(default_factory=Contacts)
    clocks: Clocks = field(default_factory=Clocks)
    knocks: Knocks = field(default_factory=Knocks)
    paces: dict[str, datetime] = field(
        default_factory=dict
    )  # when this process last did what is not for each round
    _shared: "WeakKeyDictionary[AbstractEventLoop, dict[object, Shared[Any, Any]]]" = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run one use case: committed when the block ends well, rolled back when anything is raised.

        The answer to the caller is built after the block, so nobody reads "paid" of what is not committed.
        """
        with self.engine.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read what a caller is told of money: as safely kept as money's own commits, or not told at all."""
        with self.transaction() as session:
            yield session
            fence(session)

    def once(self, key: Key, status: int, work: Callable[[Connection], BaseModel | Refusal]) -> Response:
        """Run one use case that is safe to repeat: `work` if `key` is new, else its first answer is given again.

        The answer is built after the commit, as of every use case. A refusal that `work` gives back, and does not
        raise, is a wrong guess that it has counted: committed, and raised then. Raises `RequestInProgress` and
        `IdempotencyKeyReused`, as `once_each` does; `Unavailable` where the process stood still meanwhile.
        """
        with self.transaction() as session:
            (answer,) = once_each(session, [key], status, lambda _: [work(session)])
            if isinstance(answer, idempotency.Answer) and not answer.replayed:
                self.refuse_late(key.now)
        if isinstance(answer, Refusal):
            raise answer
        return answer.response()

    def refuse_late(self, began: datetime) -> None:
        """Refuse to commit what was decided by a moment that has long passed: the process was paused.

        Raises `Unavailable`: nothing was done, and the same key decides by the clock as it is then.
        """
        if self.clock() - began > LATE:
            raise Unavailable(retry_after_s=LATE_RETRY_S)

    async def share(
        self,
        use_case: "Callable[[Context, Sequence[Ask]], Sequence[Answer | Exception]]",
        ask: Ask,
    ) -> Answer:
        """Have a use case that is written for many do this ask, together with those that wait with it.

        Raises the ask's refusal, and `Unavailable` when too many wait.
        """
        of_loop = self._shared.setdefault(asyncio.get_running_loop(), {})
        shared = of_loop.get(use_case)
        if shared is None:
            shared = of_loop[use_case] = Shared(partial(use_case, self))
        answer: Answer = await shared(ask)
        return answer


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


async def _now(request: Request) -> datetime:
    """Give the request's one reading of the clock."""
    now: datetime = request.state.now
    return now


InContext = Annotated[Context, Depends(_context)]
InNow = Annotated[datetime, Depends(_now)]
