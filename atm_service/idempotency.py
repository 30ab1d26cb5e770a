"""Idempotency keys: the same request twice has one effect and one answer.

The answer is remembered in the transaction of its effect, sealed (it may hold a code). A refusal changed nothing and
is not remembered: the same key may be tried again. After draft-ietf-httpapi-idempotency-key-header-07.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, DateTime, LargeBinary, text
from sqlmodel import Field, SQLModel

from atm_service.context import InContext, InNow
from atm_service.refusals import (
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    MalformedRequest,
    RequestInProgress,
)
from kyc.sealing import Sealer

KEPT_FOR: Final = timedelta(days=30)
SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
RETRY_AFTER_S: Final = 1


class IdempotencyRow(SQLModel, table=True):
    """One remembered answer of one caller."""

    __tablename__ = "idempotency"
    __table_args__ = {"schema": "service"}

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    status: int
    answer: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=DateTime(timezone=True), index=True)


# The lock is taken in a statement of its own: the next statement's snapshot then sees what its last holder committed.
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:caller || ' ' || :key, 0))")
_FIRST = text(
    "SELECT fingerprint, status, answer FROM service.idempotency WHERE caller = :caller AND key = :key"
)
_REMEMBER = text(
    "INSERT INTO service.idempotency (caller, key, fingerprint, status, answer, created_at)"
    " VALUES (:caller, :key, :fingerprint, :status, :answer, :now)"
)
_FORGET = text("DELETE FROM service.idempotency WHERE created_at < :before")


@dataclass(frozen=True)
class Answer:
    """What was answered: a status and the bytes of a JSON body."""

    status: int
    body: bytes
    replayed: bool

    def response(self) -> Response:
        """Build the HTTP answer, after the transaction has been committed."""
        headers = {"Idempotency-Replayed": "true"} if self.replayed else None
        return Response(self.body, self.status, headers, media_type="application/json")


@dataclass(frozen=True)
class Key:
    """A caller's key with the fingerprint of the request that carries it."""

    caller: str
    key: str
    fingerprint: bytes
    sealer: Sealer
    now: datetime

    def once(self, session: Connection, status: int, work: Callable[[], BaseModel]) -> Answer:
        """Do `work` if this key is new; otherwise give its first answer.

        Raises `RequestInProgress` while another request with the key runs, `IdempotencyKeyReused` when the first
        request was another one.
        """
        names = {"caller": self.caller, "key": self.key}
        if not session.execute(_LOCK, names).scalar_one():
            raise RequestInProgress(retry_after_s=RETRY_AFTER_S)
        if first := session.execute(_FIRST, names).one_or_none():
            if first.fingerprint != self.fingerprint:
                raise IdempotencyKeyReused
            return Answer(first.status, self.sealer.open(first.answer, self._place()), replayed=True)
        body = work().model_dump_json().encode()
        remembered = {
            "fingerprint": self.fingerprint,
            "status": status,
            "answer": self.sealer.seal(body, self._place()),
            "now": self.now,
        }
        session.execute(_REMEMBER, names | remembered)
        return Answer(status, body, replayed=False)

    def _place(self) -> bytes:
        return f"idempotency {self.caller} {self.key}".encode()


def forget_old(session: Connection, now: datetime) -> int:
    """Drop answers older than thirty days; give how many."""
    return session.execute(_FORGET, {"before": now - KEPT_FOR}).rowcount


async def _key(
    request: Request,
    context: InContext,
    now: InNow,
    idempotency_key: Annotated[
        str | None,
        Header(description="1 to 64 letters, digits, - or _; a new one for each intention", max_length=64),
    ] = None,
) -> Key:
    if idempotency_key is None:
        raise IdempotencyKeyMissing
    if not SHAPE.fullmatch(idempotency_key):
        raise MalformedRequest(
            errors=[{"where": "header.idempotency-key", "message": "1 to 64 of A-Z a-z 0-9 _ -"}]
        )
    try:
        body = orjson.dumps(orjson.loads(await request.body() or b"null"), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        body = b""  # the body's own validation refuses it before any work is done
    request_text = f"{request.method} {request.url.path} {body.decode()}"
    caller = getattr(request.state, "caller", None)
    return Key(
        caller=str(caller.subject) if caller else "anyone",
        key=idempotency_key,
        fingerprint=context.sealer.fingerprint(request_text, "idempotency"),
        sealer=context.sealer,
        now=now,
    )


InKey = Annotated[Key, Depends(_key)]
