"""The use cases of a withdrawal. Each runs inside one transaction of its caller.

Locks are taken in one order everywhere: customer, withdrawal, shift, the office's day, ledger accounts.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service import attempts, calendar, chart, ids
from atm_service.audit import trail
from atm_service.cash import mixing
from atm_service.context import Context
from atm_service.customers import service as customers
from atm_service.keys.tokens import Caller
from atm_service.limits.policy import Policy
from atm_service.offices import service as offices
from atm_service.offices.domain import Shift
from atm_service.refusals import NotFound, Unavailable
from atm_service.withdrawals import codes, digits, errors, receipts, store
from atm_service.withdrawals.codes import Code
from atm_service.withdrawals.domain import Drawer, Withdrawal, check_amount
from atm_service.withdrawals.receipts import Receipt
from atm_service.withdrawals.schemas import PaymentRequest, WithdrawalRequest
from kyc.errors import ProviderRefused, ProviderUnavailable
from kyc.provider import FaceRequest
from ledger import Capture, Entry, Expire, Hold, Posting, Void, reading

DIGITS_TRIES: Final = 10
STEP_UP_RETRY_S: Final = 10
EXPIRE_AT_ONCE: Final = 200


@dataclass(frozen=True)
class Shown:
    """A withdrawal with the code and the digits that its customer may see while it is live."""

    withdrawal: Withdrawal
    code: str | None
    digits: str | None


def authorise(
    session: Connection, context: Context, customer: Caller, wish: WithdrawalRequest, now: datetime
) -> Shown:
    """Set the money aside and issue the code. The PIN and the face were proved before.

    Refuses by amount, office, open codes, limits and funds, in this order.
    """
    rules = context.policy.withdrawal
    check_amount(wish.amount, rules)
    if wish.lifetime == "scheduled" and wish.office is None:
        raise errors.OfficeRequired
    if wish.office is not None:
        offices.active(session, wish.office)
    customers.lock(session, customer.subject)
    _check_limits(session, context.policy, customer.subject, wish.amount, now)
    start = now.replace(microsecond=0)
    withdrawal = Withdrawal(
        id=ids.new(now),
        customer_id=customer.subject,
        amount=wish.amount,
        fee=rules.fee,
        lifetime=wish.lifetime,
        office=wish.office,
        created_at=now,
        expires_at=start + rules.lifetime(wish.lifetime),
    )
    ten = _insert(session, context, withdrawal)
    _set_aside(session, withdrawal, rules.lease, now)
    trail.record(session, now, "authorise", withdrawal.id, customer, {"amount": withdrawal.amount})
    return Shown(withdrawal, _code(context, withdrawal, now), digits.show(ten))


def step_up(context: Context, customer: Caller, wish: WithdrawalRequest, now: datetime) -> None:
    """Ask the eKYC provider for a fresh face match, outside any transaction.

    Raises `StepUpRequired` without a picture or without a match, `Unavailable` when the provider does not answer.
    """
    required = errors.StepUpRequired(above=context.policy.withdrawal.step_up_above)
    if wish.face_capture is None:
        raise required
    with context.transaction() as session:
        reference = customers.provider_reference(session, customer.subject)
    request = FaceRequest(ids.new(now), reference, wish.face_capture)
    try:
        result = context.provider.match_face(request, context.settings.kyc_timeout_s)
    except ProviderUnavailable:
        raise Unavailable(retry_after_s=STEP_UP_RETRY_S) from None
    except ProviderRefused:
        raise required from None
    if not result.matches:
        raise required


def used(session: Connection, customer_id: UUID, now: datetime) -> store.Used:
    """Give what counts against a customer's limits today and this month."""
    today = ledger.business_date(now)
    return store.used(session, customer_id, calendar.day_start(today), calendar.month_start(today))


def _check_limits(session: Connection, policy: Policy, customer_id: UUID, amount: int, now: datetime) -> None:
    so_far = used(session, customer_id, now)
    if so_far.live >= policy.withdrawal.live_codes_max:
        raise errors.TooManyLiveCodes(maximum=policy.withdrawal.live_codes_max)
    limits = {
        "day": (policy.customer.per_day, so_far.day),
        "month": (policy.customer.per_month, so_far.month),
    }
    for period, (limit, so_far_amount) in limits.items():
        if limit is not None and so_far_amount + amount > limit:
            remaining = max(0, limit - so_far_amount)
            raise errors.CustomerLimitReached(period=period, limit=limit, remaining=remaining)


def _insert(session: Connection, context: Context, withdrawal: Withdrawal) -> str:
    """Write the withdrawal with ten digits that no other live one has; give them."""
    for _ in range(DIGITS_TRIES):
        ten = digits.make(secrets.randbelow)
        sealed = context.sealer.seal(ten.encode(), _digits_place(withdrawal.id))
        if store.insert(session, withdrawal, context.sealer.fingerprint(ten, "digits"), sealed):
            return ten
    raise RuntimeError("no free digits found: that many open codes cannot be")


def _set_aside(session: Connection, withdrawal: Withdrawal, lease: timedelta, now: datetime) -> None:
    hold = Hold(
        id=withdrawal.id,
        reference=f"withdrawal/{withdrawal.id}",
        account=chart.customer(withdrawal.customer_id),
        amount=withdrawal.amount + withdrawal.fee,
        deadline=_hold_deadline(withdrawal, lease),
    )
    (outcome,) = ledger.post(session, [hold], now)
    if outcome.reason is ledger.Reason.INSUFFICIENT_FUNDS:
        available = reading.balance(session, chart.customer(withdrawal.customer_id)).available
        raise errors.InsufficientFunds(available=available)
    _must(outcome)


def show(context: Context, withdrawal: Withdrawal, digits_sealed: bytes, now: datetime) -> Shown:
    """Add code and digits to a live withdrawal. The same facts under the same key make the same code."""
    if not withdrawal.is_live:
        return Shown(withdrawal, None, None)
    ten = context.sealer.open(digits_sealed, _digits_place(withdrawal.id)).decode()
    return Shown(withdrawal, _code(context, withdrawal, now), digits.show(ten))


def cancel(session: Connection, context: Context, customer: Caller, id: UUID, now: datetime) -> Withdrawal:
    """Give a withdrawal up; its money is available again when this commits. Cancelling again is harmless."""
    found = store.find(session, id)
    if found is None or found.withdrawal.customer_id != customer.subject:
        raise NotFound
    before = found.withdrawal
    after = before.cancel(now)
    if after != before:
        store.save(session, [after])
        _must(*ledger.post(session, [_giving_back(context.policy, before, "cancelled", now)], now))
        trail.record(session, now, "cancel", id, customer)
    return after


def read(context: Context, text: str, now: datetime) -> Code | str:
    """Tell what was scanned or typed: a genuine code, or ten digits that fit together.

    Signature and check digit are looked at before any transaction.
    """
    if digits.looks_like_digits(text):
        return digits.parse(text)
    try:
        return codes.verify(text, context.keys.at(now), now)
    except errors.CodeNotGenuine:
        # Another process may have signed it with a key that this one has not read yet.
        return codes.verify(text, context.keys.newest(now), now)


def present(
    session: Connection, context: Context, clerk: Caller, read: Code | str, now: datetime
) -> Withdrawal:
    """Give the clerk's drawer the sole right to pay what was read. Raises `CodeUnknown` when it is nobody's."""
    by_digits = isinstance(read, str)
    found = (
        _by_digits(session, context, clerk, read, now) if isinstance(read, str) else _by_code(session, read)
    )
    shift = offices.shift_of(session, clerk)
    drawer = Drawer(shift.office, shift.drawer)
    try:
        after = found.withdrawal.present(drawer, now, context.policy.withdrawal.lease, by_digits=by_digits)
    except errors.WrongOffice as wrong:
        wrong.members["office_name"] = offices.name(session, wrong.members["office"])
        raise
    if reading.balance(session, chart.drawer(drawer.office, drawer.number)).available < after.amount:
        raise errors.DrawerShort
    store.save(session, [after])
    trail.record(session, now, "present", after.id, clerk, {"drawer": shift.drawer, "by_digits": by_digits})
    return after


def _by_code(session: Connection, code: Code) -> store.Found:
    found = store.find(session, code.withdrawal)
    if found is None:
        raise errors.CodeUnknown
    if (code.amount, code.office) != (found.withdrawal.amount, found.withdrawal.office):
        raise errors.CodeNotGenuine
    return found


def _by_digits(session: Connection, context: Context, clerk: Caller, ten: str, now: datetime) -> store.Found:
    attempts.refuse_when_shut(session, attempts.DIGITS, str(clerk.subject), now)
    found = store.find_by_digits(session, context.sealer.fingerprint(ten, "digits"))
    if found is None:
        raise errors.CodeUnknown
    return found


def count_wrong_digits(context: Context, clerk: Caller, now: datetime) -> None:
    """Count digits that are nobody's: a clerk who tries many is shut out for a while."""
    with context.transaction() as session:
        attempts.wrong(session, attempts.DIGITS, str(clerk.subject), now)


def count_wrong_card(context: Context, id: UUID, now: datetime) -> int:
    """Count a card that is not the account holder's; give how many tries are left."""
    with context.transaction() as session:
        return attempts.wrong(session, attempts.IDENTITY, str(id), now)


def prove_pin(context: Context, id: UUID, pin: str, now: datetime) -> None:
    """Check the payee's PIN where the code came as digits. Raises `WrongPin` or `TooManyAttempts`."""
    with context.transaction() as session:
        found = store.find(session, id)
    if found is not None and found.withdrawal.is_live and found.withdrawal.by_digits:
        customers.prove_pin(context, found.withdrawal.customer_id, pin, now)


def pay(
    session: Connection,
    context: Context,
    clerk: Caller,
    id: UUID,
    checks: PaymentRequest,
    now: datetime,
) -> Receipt:
    """Record that the cash may leave the drawer: state, ledger, receipt and trail in one transaction.

    Where the code came as digits, the caller has proved the PIN before. Raises `WrongIdentity` when the card is
    another person's; the caller counts that guess.
    """
    found = store.find(session, id)
    if found is None:
        raise NotFound
    shift = offices.shift_of(session, clerk)
    receipt_id = ids.new(now)
    paid = found.withdrawal.pay(Drawer(shift.office, shift.drawer), receipt_id, now)
    if found.withdrawal.by_digits and checks.pin is None:
        raise errors.PinRequired
    attempts.refuse_when_shut(session, attempts.IDENTITY, str(id), now)
    if not secrets.compare_digest(context.sealer.fingerprint(checks.id_number, "id-number"), found.id_print):
        raise errors.WrongIdentity
    number = _count(session, context.policy, shift.office, paid.amount, now)
    mix = mixing.choose(session, chart.drawer(shift.office, shift.drawer), paid.amount, checks.notes)
    entry = _payment_entry(paid, shift, now)
    _capture(session, paid, entry, now)
    mixing.take(session, entry.id, mix, now)
    facts = {
        "id": receipt_id,
        "number": number,
        "withdrawal_id": paid.id,
        "entry_id": entry.id,
        "shift_id": shift.id,
        "customer_id": paid.customer_id,
        "amount": paid.amount,
        "fee": paid.fee,
        "office": shift.office,
        "drawer": shift.drawer,
        "clerk_id": clerk.subject,
        "identity_checked": checks.checked,
        "paid_at": now,
    }
    receipts.insert(session, facts)
    store.save(session, [paid])
    trail.record(session, now, "pay", paid.id, clerk, {"receipt": number, "checked": checks.checked})
    receipt = receipts.find(session, shift.office, receipt_id)
    assert receipt is not None
    return receipt


def _count(session: Connection, policy: Policy, office: str, amount: int, now: datetime) -> str:
    """Count the payment towards the office's legal limits; give the receipt's number."""
    today = ledger.business_date(now)
    so_far = receipts.count(session, office, today, amount)
    limits = {"day": (policy.office.per_day, so_far.day), "month": (policy.office.per_month, so_far.month)}
    for period, (limit, total) in limits.items():
        if total > limit:
            raise errors.OfficeLimitReached(period=period, limit=limit)
    return f"{office}-{today:%y%m%d}-{so_far.number:04d}"


def _payment_entry(withdrawal: Withdrawal, shift: Shift, now: datetime) -> Entry:
    customer = chart.customer(withdrawal.customer_id)
    postings = [Posting(customer, chart.drawer(shift.office, shift.drawer), withdrawal.amount)]
    if withdrawal.fee:
        postings.append(Posting(customer, chart.fees(shift.office), withdrawal.fee))
    return Entry(
        id=ids.new(now),
        reference=f"withdrawal/{withdrawal.id}/paid",
        kind="withdrawal",
        business_date=ledger.business_date(now),
        narration=f"cash paid at {shift.office}",
        postings=tuple(postings),
    )


def _capture(session: Connection, withdrawal: Withdrawal, entry: Entry, now: datetime) -> None:
    (outcome,) = ledger.post(session, [Capture(withdrawal.id, entry)], now)
    if outcome.reason is ledger.Reason.INSUFFICIENT_FUNDS:
        raise errors.DrawerShort
    _must(outcome)


def release(session: Connection, clerk: Caller, id: UUID, now: datetime) -> None:
    """Give the right to pay back, so that the code may be presented elsewhere. Harmless to repeat."""
    found = store.find(session, id)
    if found is None:
        raise NotFound
    shift = offices.shift_of(session, clerk)
    after = found.withdrawal.release(Drawer(shift.office, shift.drawer))
    if after != found.withdrawal:
        store.save(session, [after])
        trail.record(session, now, "release", id, clerk)


def expire_due(context: Context, now: datetime) -> int:
    """Let every code lapse whose time is over, and give its money back; give how many."""
    done = 0
    while not context.stopping.is_set():
        with context.transaction() as session:
            due = store.due(session, now, EXPIRE_AT_ONCE)
            if not due:
                return done
            store.save(session, [withdrawal.expire(now) for withdrawal in due])
            givings = [_giving_back(context.policy, withdrawal, "expired", now) for withdrawal in due]
            _must(*ledger.post(session, givings, now))
            for withdrawal in due:
                trail.record(session, now, "expire", withdrawal.id, None)
        done += len(due)
    return done


def _giving_back(policy: Policy, withdrawal: Withdrawal, why: str, now: datetime) -> Void | Expire:
    """End the hold: voided before the ledger's own deadline (the code's, plus one lease), expired after it."""
    end = Expire if now > _hold_deadline(withdrawal, policy.withdrawal.lease) else Void
    return end(withdrawal.id, f"withdrawal/{withdrawal.id}/{why}")


def _hold_deadline(withdrawal: Withdrawal, lease: timedelta) -> datetime:
    return withdrawal.expires_at + lease


def _code(context: Context, withdrawal: Withdrawal, now: datetime) -> str:
    code = Code(withdrawal.id, withdrawal.amount, withdrawal.expires_at, office=withdrawal.office)
    return codes.issue(code, context.keys.at(now).signing("code"))


def _digits_place(id: UUID) -> bytes:
    return f"withdrawal digits {id}".encode()


def _must(*outcomes: ledger.Outcome) -> None:
    """Stop the transaction when the ledger refuses what the withdrawal's state allows: that is a fault of ours."""
    for outcome in outcomes:
        if outcome.status is not ledger.Status.POSTED:
            raise RuntimeError(f"the ledger answered {outcome.status} {outcome.reason}")
