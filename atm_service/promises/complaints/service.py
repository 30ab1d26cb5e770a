"""Complain, answer, contest. Each runs inside one transaction of its caller, and none of them moves money."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import ids, metrics, standing, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.promises.complaints import domain, store
from atm_service.promises.complaints.domain import (
    ANSWERED,
    ANSWERED_AGAIN,
    CONTESTED,
    MADE,
    Complaint,
    ComplaintKind,
    Step,
)
from atm_service.promises.complaints.store import About, Seen
from atm_service.promises.notices import store as notices
from atm_service.promises.notices.store import Notice, NoticeKind
from atm_service.registers.customers import at_rest
from atm_service.registers.customers import service as customers
from atm_service.registers.messages import domain as words_of
from atm_service.registers.messages.domain import MessageKind
from atm_service.registers.offices import life_store
from atm_service.registers.offices.hours import Hours
from atm_service.registers.staff import hands
from atm_service.registers.staff import service as staff


def complain(
    session: Connection,
    context: Context,
    customer: Caller,
    about: tuple[UUID | None, UUID | None],
    kind: ComplaintKind,
    words: str,
    now: datetime,
) -> Seen:
    """Write down what is wrong with an entry or a withdrawal of the customer's own, and promise an answer.

    Also of a frozen wallet. Refuses by what it is about, the same said before, and how many wait, in this order.
    """
    customers.lock(session, customer.subject)
    found = _about(session, customer.subject, about)
    waiting, same = store.before(session, customer.subject, kind, found)
    domain.check_new(waiting, same, context.policy.complaint)
    id = ids.new(now)
    until = domain.answer_by(kind, _hours(session, found.office, now), now, context.policy.complaint)
    facts = {
        "id": id,
        "customer_id": customer.subject,
        "kind": kind,
        "entry_id": found.entry_id,
        "withdrawal_id": found.withdrawal_id,
        "office": found.office,
        "amount": found.amount,
        "made_at": now,
    }
    store.insert(session, facts, _step(context, MADE, customer, now, until, None, words))
    trail.record(session, now, "complaint.made", id, customer, {"kind": kind, "office": found.office})
    return _known(store.find(session, id))


def contest(
    session: Connection, context: Context, customer: Caller, id: UUID, words: str, now: datetime
) -> Seen:
    """Contest the answer, once, within the policy's days: another person answers then. Raises as the rule does."""
    customers.lock(session, customer.subject)
    seen = store.lock(session, id)
    if seen is None or seen.complaint.customer_id != customer.subject:
        raise NotFound
    one = seen.complaint
    one.check_contest(now)
    hours = _hours(session, one.office, now)
    until = domain.answer_by(one.kind, hours, now, context.policy.complaint)
    store.add(session, id, _step(context, CONTESTED, customer, now, until, None, words))
    trail.record(session, now, "complaint.contested", id, customer)
    return _known(store.find(session, id))


def answer(
    session: Connection,
    context: Context,
    supervisor: Caller,
    id: UUID,
    words: str,
    now: datetime,
    *,
    upheld: bool,
) -> Seen:
    """Answer a complaint, and tell its customer in the wallet and on the phone.

    Raises `NotFound` outside of the supervisor's area, and as the rule does. The supervisor's rights are held until
    the commit.
    """
    standing.keep(session, supervisor)
    one = _in_scope(session, supervisor, store.lock(session, id), now)
    one.check_answer(supervisor.subject, hands.kin(session, context.policy, supervisor.subject, now))
    again = one.last.number == CONTESTED
    until = None if again else domain.contest_by(now, context.policy.complaint)
    number = ANSWERED_AGAIN if again else ANSWERED
    store.add(session, id, _step(context, number, supervisor, now, until, upheld, words))
    told = Notice(
        one.customer_id, None, NoticeKind.COMPLAINT_ANSWERED, {"amount": one.amount}, complaint_id=id
    )
    notices.insert_each(session, [told], now)
    said = words_of.complaint_answered(one.number, context.settings.hotline)
    customers.tell(session, context, one.customer_id, MessageKind.COMPLAINT_ANSWERED, said, now)
    detail = {"upheld": upheld, "again": again, "late": now >= one.last.until if one.last.until else False}
    trail.record(session, now, "complaint.answered", id, supervisor, detail)
    return _known(store.find(session, id))


def watch(context: Context, now: datetime) -> int:
    """Count what should have been answered by now, for a metric; give 0, since looking brings nothing to an end."""
    with context.transaction() as session:
        metrics.COMPLAINTS_OVERDUE.set(store.overdue(session, now))
    return 0


def forget_old(session: Connection, context: Context, now: datetime) -> int:
    """Wipe the words of long ago; that there was a complaint, and how it ended, stays. Give how many steps."""
    return store.forget_words(session, now - timedelta(days=context.policy.complaint.kept_days))


def words(context: Context, step: Step) -> str | None:
    """Open what was said in a step; None when it was forgotten."""
    if step.words_sealed is None:
        return None
    return context.cipher.decrypt(step.words_sealed, _place(step.id)).decode()


def _about(session: Connection, customer_id: UUID, about: tuple[UUID | None, UUID | None]) -> About:
    entry_id, withdrawal_id = about
    found = None
    if entry_id is not None:
        found = store.about_entry(session, customer_id, entry_id)
    elif withdrawal_id is not None:
        found = store.about_withdrawal(session, customer_id, withdrawal_id)
    if found is None:
        raise NotFound
    return found


def _hours(session: Connection, office: str | None, now: datetime) -> Hours:
    """Give the hours by which working days are counted: the office's, or the usual with the days off of all."""
    return life_store.hours_of(session, ledger.business_date(now), office).of(office or "")


def _in_scope(session: Connection, supervisor: Caller, seen: Seen | None, now: datetime) -> Complaint:
    """Give what this supervisor looks after: what is no office's is the whole province's. Raises `NotFound`."""
    if seen is None:
        raise NotFound
    office, day = seen.complaint.office, ledger.business_date(now)
    mine = (
        staff.scope(session, supervisor) is None
        if office is None
        else staff.looks_after(session, supervisor, office, day)
    )
    if not mine:
        raise NotFound
    return seen.complaint


def _step(
    context: Context,
    number: int,
    by: Caller,
    now: datetime,
    until: datetime | None,
    upheld: bool | None,  # noqa: FBT001  a fact of the row
    said: str,
) -> Step:
    id = ids.new(now)
    return Step(id, number, by.subject, now, until, upheld, context.cipher.encrypt(said.encode(), _place(id)))


def _place(id: UUID) -> bytes:
    return at_rest.place("complaint_step", "words", id)


def _known(seen: Seen | None) -> Seen:
    assert seen is not None
    return seen
