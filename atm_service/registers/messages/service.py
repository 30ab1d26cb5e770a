"""The outbox: a message is committed with what it tells of, and carried to the phone afterwards.

Nothing is sent of what was rolled back, and nothing that was committed is forgotten: a message waits until a carrier
has it or it is given up, and is then listed for an operator. It is sent at least once, under an id by which a carrier
knows the second. Whoever takes a message puts its next try off in the same commit; if that process dies, another takes
it then. To one phone messages go in the order of their ids.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson
import structlog
from sqlalchemy import Connection

from atm_service.platform import ids, metrics, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.notifier import NotTaken, Text, Undeliverable
from atm_service.platform.refusals import NotFound
from atm_service.registers.messages import domain, store
from atm_service.registers.messages.domain import Told
from atm_service.registers.messages.errors import MessageWiped
from atm_service.registers.messages.store import Due, New
from kyc.encryption import Cipher

AT_ONCE: Final = 100
NOT_TAKEN: Final = "not-taken"
TOO_LATE: Final = "too-late"

log = structlog.get_logger("messages")


def tell(session: Connection, cipher: Cipher, told: Sequence[Told], now: datetime) -> None:
    """Write messages in the caller's transaction, by one statement; they leave after its commit."""
    if told:
        store.insert_each(session, [_new(cipher, one, now) for one in told], now)


def _new(cipher: Cipher, told: Told, now: datetime) -> New:
    id = ids.new(now)
    content = orjson.dumps([told.phone, told.words])
    way = "message to" if told.good_until is None else "code to"
    receiver = cipher.fingerprint(told.phone, way)
    return New(
        id, told.customer_id, told.kind, receiver, cipher.encrypt(content, _place(id)), told.good_until
    )


def deliver(context: Context) -> int:
    """Hand what is due to the carrier, the longest due first; give how many it took.

    For any number of processes at the same time. It ends at the first silence, so that it takes little more than
    `sms_timeout_s` seconds while a carrier is away.
    """
    taken = 0
    for _ in range(AT_ONCE):
        if context.stopping.is_set():
            break
        now = context.clock()
        with context.transaction() as session:
            due = store.take_due(session, now, lambda tries: _pause(context, tries))
        if due is None:
            break
        result = _carried(context, due)
        metrics.MESSAGES.labels(result).inc()
        taken += result == "taken"
        if result == NOT_TAKEN:
            break
    return taken


def _pause(context: Context, tries: int) -> timedelta:
    """Give how long a message is in the hands of who took it, and then rests."""
    patience = timedelta(seconds=context.settings.sms_timeout_s)
    return patience + domain.pause(context.policy.message, tries)


def _carried(context: Context, due: Due) -> str:
    """Try once, and write down what became of it: taken, not-taken or dead."""
    most = context.policy.message.tries_max
    if due.tries > most:  # whoever had it for the last time did not come back
        return _failed(context, due, NOT_TAKEN, dead=True)
    if due.good_until is not None and context.clock() >= due.good_until:
        return _failed(context, due, TOO_LATE, dead=True)
    number, words = orjson.loads(context.cipher.decrypt(due.content_sealed, _place(due.id)))
    try:
        context.notifier.send(Text(due.id, number, words), context.settings.sms_timeout_s)
    except NotTaken:
        return _failed(context, due, NOT_TAKEN, dead=due.tries == most)
    except Undeliverable as never:
        return _failed(context, due, str(never), dead=True)
    with context.transaction() as session:
        store.sent(session, due.id, context.clock())
    return "taken"


def _failed(context: Context, due: Due, fault: str, *, dead: bool) -> str:
    with context.transaction() as session:
        store.failed(session, due.id, fault, context.clock(), dead=dead)
    if dead:
        log.warning("message given up", message=str(due.id), fault=fault)
    return "dead" if dead else NOT_TAKEN


def send_again(session: Connection, operator: Caller, id: UUID, now: datetime) -> None:
    """Have a message that was given up sent again; one that waits or was sent is left as it is.

    Raises `NotFound` and `MessageWiped`.
    """
    if store.revive(session, id, now):
        trail.record(session, now, "message.sent-again", id, operator)
        return
    dead = store.is_dead(session, id)
    if dead is None:
        raise NotFound
    if dead:
        raise MessageWiped


def watch(context: Context, now: datetime) -> int:
    """Look what does not get through, for housekeeping; give 0, since nothing is brought to an end by looking."""
    with context.transaction() as session:
        found = store.standing(session)
    waiting = now - found.oldest if found.oldest else timedelta(0)
    metrics.MESSAGES_LATE.set(waiting.total_seconds())
    metrics.MESSAGES_DEAD.set(found.dead)
    if waiting > timedelta(minutes=context.policy.message.late_min):
        log.error("messages do not get through", oldest_s=int(waiting.total_seconds()))
    return 0


def forget_old(session: Connection, context: Context, now: datetime) -> int:
    """Wipe what was given up long ago, and drop what ended very long ago; give how many."""
    rules = context.policy.message
    return store.forget_old(
        session, now - timedelta(days=rules.dead_kept_days), now - timedelta(days=rules.kept_days)
    )


def _place(id: UUID) -> bytes:
    return f"message content {id}".encode()
