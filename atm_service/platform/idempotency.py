"""Idempotency keys: the same request twice has one effect and one answer.

The answer is remembered in the transaction of its effect, encrypted (it may hold a code). A refusal changed nothing and
is not remembered: the same key may be tried again. At a counter it is (`Key.refuse`), whose clerk acts on it. After
thirty days the answer is forgotten, the key never: what was done is not done again, however late it is repeated. After
draft-ietf-httpapi-idempotency-key-header-07.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, DateTime, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from atm_service.platform.fencing import fence
from atm_service.platform.locking import Rank
from atm_service.platform.refusals import (
    AnswerForgotten,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    MalformedRequest,
    Refusal,
    RefusedBefore,
    RequestInProgress,
)
from kyc.encryption import Cipher

KEPT_FOR: Final = timedelta(days=30)
SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
PROOFS: Final = frozenset({"pin", "new_pin", "password", "face_capture"})
"""Members of a body that a fingerprint leaves out: a key that was used would tell which secret is right, uncounted;
and who asks again for the same has another picture."""
RETRY_AFTER_S: Final = 1
AT_COUNTERS: Final = frozenset({"clerk", "supervisor"})
"""Who acts on a refusal with cash in hand."""


class IdempotencyRow(SQLModel, table=True):
    """One key of one caller, kept for good, and its answer: empty when it is forgotten."""

    __tablename__ = "idempotency"
    __table_args__ = (
        Index("idempotency_to_forget", "created_at", postgresql_where=text("answer <> ''::bytea")),
        {"schema": "service"},
    )

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    status: int
    answer: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))


# The lock is taken in a statement of its own: the next statement's snapshot then sees what its last holder committed.
_LOCK = Rank.IDEMPOTENCY.locks("""
    SELECT n, pg_try_advisory_xact_lock(hashtextextended(caller || ' ' || key, 0)) AS locked
    FROM unnest(CAST(:callers AS text[]), CAST(:keys AS text[])) WITH ORDINALITY AS wanted (caller, key, n)
""")
_FIRST = text("""
    SELECT wanted.n, i.fingerprint, i.status, i.answer
    FROM unnest(CAST(:callers AS text[]), CAST(:keys AS text[])) WITH ORDINALITY AS wanted (caller, key, n)
    JOIN service.idempotency AS i ON (i.caller, i.key) = (wanted.caller, wanted.key)
""")
_REMEMBER = text("""
    INSERT INTO service.idempotency (caller, key, fingerprint, answer, status, created_at)
    SELECT *, :status, :now
    FROM unnest(CAST(:callers AS text[]), CAST(:keys AS text[]), CAST(:prints AS bytea[]), CAST(:answers AS bytea[]))
""")
_FORGET = Rank.IDEMPOTENCY.locks(
    "UPDATE service.idempotency SET answer = '' WHERE created_at < :before AND answer <> ''::bytea AND status < 400"
)


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
    """A caller's key with the fingerprint of the request that carries it.

    `older`: as it was reckoned before secrets were left out.
    """

    caller: str
    key: str
    fingerprint: bytes
    cipher: Cipher
    now: datetime
    older: bytes = b""

    def once(self, session: Connection, status: int, work: Callable[[], BaseModel]) -> Answer:
        """Do `work` if this key is new; otherwise give its first answer.

        Raises `RequestInProgress` while another request with the key runs, `IdempotencyKeyReused` when the first
        request was another one, `AnswerForgotten` when it was this one and is long ago.
        """
        (result,) = once_each(session, [self], status, lambda _: [work()])
        if isinstance(result, Refusal):
            raise result
        return result

    def known(self, session: Connection) -> Answer | None:
        """Give the first answer to this key, if there is one. Raises as `once` does."""
        result = _known(session, [self]).get(0)
        if isinstance(result, Refusal):
            raise result
        return result

    def refuse(
        self, session: Connection, status: int, slug: str, members: Mapping[str, Any]
    ) -> Answer | None:
        """Remember that this key was refused, so that a copy of the request that comes late does nothing.

        Give the first answer instead where a copy came first and was not refused. Raises as `known` does.
        """
        done = self.known(session)
        if done is None:
            body = orjson.dumps({"slug": slug, "members": members}, option=orjson.OPT_UTC_Z)
            _remember(session, [self], [body], status)
        return done

    def part(self, name: str) -> "Key":
        """Give the key of a step on the way: one for each key and name, which no caller can send."""
        return replace(self, key=f"{self.key}/{name}")

    def place(self) -> bytes:
        """Name where the answer is encrypted."""
        return f"idempotency {self.caller} {self.key}".encode()


def once_each(
    session: Connection,
    keys: Sequence[Key],
    status: int,
    work: Callable[[list[int]], Sequence[BaseModel | Refusal]],
) -> list[Answer | Refusal]:
    """Do `work` for those keys that are new, by their places; give for each its answer, now or then, or its refusal.

    `RequestInProgress` while another request with the key runs, here or elsewhere; `IdempotencyKeyReused` when the
    first request was another one; `AnswerForgotten` when it was this one and is long ago.
    """
    if not keys:
        return []
    results = _known(session, keys)
    new = [n for n in range(len(keys)) if n not in results]
    bodies: dict[int, bytes] = {}
    for n, done in zip(new, work(new) if new else (), strict=True):
        if isinstance(done, Refusal):
            results[n] = done
        else:
            bodies[n] = done.model_dump_json().encode()
            results[n] = Answer(status, bodies[n], replayed=False)
    if bodies:
        _remember(session, [keys[n] for n in bodies], list(bodies.values()), status)
    return [results[n] for n in range(len(keys))]


def _remember(session: Connection, keys: Sequence[Key], bodies: Sequence[bytes], status: int) -> None:
    remembered = {
        **_names(keys),
        "prints": [key.fingerprint for key in keys],
        "answers": [key.cipher.encrypt(body, key.place()) for key, body in zip(keys, bodies, strict=True)],
        "status": status,
        "now": max(key.now for key in keys),
    }
    session.execute(_REMEMBER, remembered)


def _known(session: Connection, keys: Sequence[Key]) -> dict[int, Answer | Refusal]:
    """Tell, by their places, what became of the keys that are not to be worked on now."""
    results: dict[int, Answer | Refusal] = {}
    names = [(key.caller, key.key) for key in keys]
    locked = {row.n: row.locked for row in session.execute(_LOCK, _names(keys))}
    for n, name in enumerate(names):
        # A transaction gets its own lock again, so that the same key twice in one batch must be seen here.
        if not locked[n + 1] or name in names[:n]:
            results[n] = RequestInProgress(retry_after_s=RETRY_AFTER_S)
    for place, fingerprint, status, answer in session.execute(_FIRST, _names(keys)):
        key = keys[place - 1]
        same = fingerprint in (key.fingerprint, key.older)
        if same and not answer:
            results[place - 1] = AnswerForgotten()
        elif same:
            results[place - 1] = _first(status, key.cipher.decrypt(answer, key.place()))
        else:
            results[place - 1] = IdempotencyKeyReused()
    if any(isinstance(result, Answer | AnswerForgotten) for result in results.values()):
        fence(session)
    return results


def _first(status: int, body: bytes) -> Answer | RefusedBefore:
    if status < HTTPStatus.BAD_REQUEST:
        return Answer(status, body, replayed=True)
    refused = orjson.loads(body)
    return RefusedBefore(refused["slug"], **refused["members"])


def _names(keys: Sequence[Key]) -> dict[str, list[str]]:
    return {"callers": [key.caller for key in keys], "keys": [key.key for key in keys]}


def forget_old(session: Connection, now: datetime) -> int:
    """Forget answers older than thirty days, and keep their keys; give how many."""
    return session.execute(_FORGET, {"before": now - KEPT_FOR}).rowcount


async def _key(
    request: Request,
    _documented: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="1 to 64 letters, digits, - or _; a new one for each intention",
            max_length=64,
        ),
    ] = None,
) -> Key:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        raise IdempotencyKeyMissing
    if not SHAPE.fullmatch(given):
        raise MalformedRequest(
            errors=[{"where": "header.idempotency-key", "message": "1 to 64 of A-Z a-z 0-9 _ -"}]
        )
    try:
        body = orjson.loads(await request.body() or b"null")
    except orjson.JSONDecodeError:
        body = ""  # the body's own validation refuses it before any work is done
    told = {name: body[name] for name in body if name not in PROOFS} if isinstance(body, dict) else body
    where = f"{request.method} {request.scope['path']}"
    caller = getattr(request.state, "caller", None)
    cipher = request.app.state.context.cipher
    key = Key(
        caller=str(caller.subject) if caller else "anyone",
        key=given,
        fingerprint=_fingerprint(cipher, where, told),
        cipher=cipher,
        now=request.state.now,
        older=_fingerprint(cipher, where, body),
    )
    if caller is not None and caller.role in AT_COUNTERS:
        request.state.to_refuse = key
    return key


def _fingerprint(cipher: Cipher, where: str, body: Any) -> bytes:
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
    return cipher.fingerprint(f"{where} {text}", "idempotency")


InKey = Annotated[Key, Depends(_key)]
