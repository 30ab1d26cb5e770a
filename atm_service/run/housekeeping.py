"""What must happen without anybody asking: codes expire, unknown answers are asked for again, old keys go.

Any number of processes may run it: an advisory lock lets one work at a time. A task that fails is logged and tried
again in the next round; it does not stop the others.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection, exc, text

from atm_service.control.audit import sealing, watching
from atm_service.control.floats import watching as floats
from atm_service.payout import service as withdrawals
from atm_service.platform import attempts, contacts, idempotency, knocks, metrics
from atm_service.platform.context import Context
from atm_service.platform.locking import Rank
from atm_service.platform.sessions import service as sessions
from atm_service.promises.complaints import service as complaints
from atm_service.promises.reservations import watching as reservations
from atm_service.registers.customers import onboarding
from atm_service.registers.messages import service as messages
from atm_service.registers.phones import service as phones
from atm_service.registers.staff import passkey_store as passkeys
from atm_service.wallet.bank_payments import service as bank_payments

log = structlog.get_logger("housekeeping")

LOCK: Final = 5_094_417_263  # any constant: one housekeeper at a time over all processes
_LOCK: Final = Rank.HOUSEKEEPING.locks("SELECT pg_try_advisory_lock(:lock)")


def _forget_old(context: Context, now: datetime) -> int:
    """Drop what nobody asks for any more: remembered answers, ended sessions, counts of wrong guesses, old words."""
    with context.transaction() as session:
        forgetters = (
            idempotency.forget_old,
            sessions.forget_old,
            attempts.forget_old,
            passkeys.forget_old,
            phones.forget_old,
        )
        forgotten = sum(forget(session, now) for forget in forgetters)
        forgotten += complaints.forget_old(session, context, now)
        return forgotten + messages.forget_old(session, context, now)


TASKS: Final[dict[str, Callable[[Context, datetime], int]]] = {
    "expire-withdrawals": withdrawals.expire_due,
    "miss-reservations": reservations.miss,
    "break-reservations": reservations.break_what_does_not_stand,
    "resolve-bank-payments": bank_payments.resolve_pending,
    "resolve-bills": partial(bank_payments.resolve_pending, bills=True),
    "take-refunds": bank_payments.take_refunds,
    "resolve-applications": onboarding.resolve_pending,
    "watch-messages": messages.watch,
    "watch-complaints": complaints.watch,
    "forget-old": _forget_old,
    "seal-journal": sealing.seal_due,
    "watch-sealing": watching.watch_sealing,
    "watch-floats": floats.watch,
    "watch-controls": watching.watch,  # after sealing: they look at what is sealed
}


def round_(context: Context, now: datetime) -> dict[str, int]:
    """Do every task once, if no other process is at it; give what each brought to an end.

    Raises `ClockWrong`: by a clock that is far off, codes would expire early and controls rest for a day.
    """
    context.clocks.refuse_wrong(now)
    with context.engine.connect() as session:
        if not session.execute(_LOCK, {"lock": LOCK}).scalar_one():
            return {}
        try:
            session.commit()
            return {name: _attempt(name, task, context, now) for name, task in TASKS.items()}
        finally:
            _unlock(session)


def write_contacts(context: Context, now: datetime) -> None:
    """Write down which offices this process has heard of. Each process does so, whoever's turn the round is."""
    if due := context.contacts.due(now):
        with context.transaction() as session:
            contacts.write(session, due)


def compare_clocks(context: Context) -> None:
    """Compare this process's clock with the database's, when it is time. Each process does so."""
    if context.clocks.is_due(context.clock()):
        context.clocks.look(context.engine, context.clock)


def write_knocks(context: Context, now: datetime, *, at_once: bool = False) -> None:
    """Write down what strangers tried at this process, in sums."""
    if due := context.knocks.due(now, at_once=at_once):
        with context.transaction() as session:
            knocks.write(session, due, now)


def _unlock(session: Connection) -> None:
    """Give the lock back, or give the connection up that holds it: the pool must not keep a lock for ever."""
    try:
        session.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        session.commit()
    except exc.SQLAlchemyError:
        session.invalidate()
        raise


def _attempt(name: str, task: Callable[[Context, datetime], int], context: Context, now: datetime) -> int:
    try:
        done = task(context, now)
    except Exception as error:  # noqa: BLE001  one broken task must not stop the others
        metrics.FAILED.labels(name).inc()
        log.warning("task failed", task=name, error=type(error).__name__)
        return 0
    metrics.RESOLVED.labels(name).inc(done)
    metrics.DONE_AT.labels(name).set(context.clock().timestamp())
    return done


def _look_after(context: Context) -> None:
    """Do what each process does, and the round where it is this one's turn."""
    compare_clocks(context)
    now = context.clock()
    context.clocks.refuse_wrong(now)
    write_contacts(context, now)
    write_knocks(context, now)
    done = round_(context, now)
    metrics.ROUNDS.labels("done" if done else "skipped").inc()  # another process is at it


@contextmanager
def running(context: Context) -> Iterator[None]:
    """Run rounds in a thread, and carry messages in another, until the block ends; what is in hand is finished first.

    Carriers are slow, and codes expire meanwhile: neither waits for the other. Each process carries.
    """

    def work(task: Callable[[Context], object]) -> None:
        while not context.stopping.wait(context.settings.housekeeping_s):
            try:
                task(context)
            except Exception as error:  # noqa: BLE001  the database may be away: try again in the next round
                metrics.ROUNDS.labels("failed").inc()
                log.warning("round failed", error=type(error).__name__)

    tasks = {"housekeeping": _look_after, "messages": messages.deliver}
    threads = [
        threading.Thread(target=work, args=[task], name=name, daemon=True) for name, task in tasks.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        context.stopping.set()
        for thread in threads:
            thread.join(timeout=10)
        with suppress(exc.SQLAlchemyError):
            write_knocks(context, context.clock(), at_once=True)
