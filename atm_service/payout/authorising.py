"""Authorising: setting money aside and issuing codes, for all customers who ask at the same moment."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.payout import service, views
from atm_service.payout.schemas import WithdrawalRequest, WithdrawalView
from atm_service.payout.service import Shown
from atm_service.platform import calendar, chart, idempotency, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.idempotency import Answer, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.policy import Withdrawal as Rules
from atm_service.platform.refusals import NotFound, Refusal, Unauthenticated
from atm_service.platform.sharing import tried
from atm_service.platform.trail import Deed
from atm_service.promises.reservations import service as reservations
from atm_service.promises.reservations.errors import CannotReserve
from atm_service.registers.customers import service as customers
from atm_service.registers.customers import store as customer_store
from atm_service.registers.customers.store import Locked
from atm_service.registers.delegations import store as delegations
from atm_service.registers.delegations.store import Known
from atm_service.registers.headroom import domain as headroom
from atm_service.registers.headroom import store as headroom_store
from atm_service.registers.headroom.store import CustomerUse
from atm_service.registers.offices import service as offices
from atm_service.registers.withdrawals import digits, errors, slips, store
from atm_service.registers.withdrawals.domain import Lifetime, Withdrawal, check_amount
from atm_service.registers.withdrawals.slips import Made
from ledger import Hold, reading

DIGITS_TRIES: Final = 10


@dataclass(frozen=True)
class Wish:
    """One customer's wish for a code. For much money, the face was proved before.

    `made` says who makes it at a counter, for a customer whose card was read there.
    """

    customer: Caller
    body: WithdrawalRequest
    key: Key
    made: Made | None = None

    @property
    def subjects(self) -> tuple[UUID]:
        """The customer: two wishes of one customer take turns."""
        return (self.customer.subject,)

    @property
    def delegation_id(self) -> UUID | None:
        """Give the delegation for which it is made, if for one."""
        return None if self.made is None else self.made.delegation_id

    def deed(self, withdrawal: Withdrawal) -> Deed:
        """Tell who made the code: the customer, or a clerk for the customer."""
        detail: dict[str, Any] = {"amount": withdrawal.amount}
        if self.made is None:
            return Deed("authorise", withdrawal.id, self.customer, detail)
        detail |= {"at_counter": True, "checked": self.made.identity_checked}
        if self.made.delegation_id is not None:
            detail["delegation"] = str(self.made.delegation_id)
        return Deed("authorise", withdrawal.id, self.made.clerk, detail)


class _Entangled(Exception):  # noqa: N818  never leaves: the batch is tried one by one
    """An appointment was refused for cash that another one was promised which then had no money."""


async def authorise(context: Context, wish: Wish) -> Answer:
    """Set the money aside and issue the code, together with those who ask at the same moment. Raises its refusal."""
    return await context.share(authorise_each, wish)


def authorise_each(context: Context, wishes: Sequence[Wish]) -> list[Answer | Refusal]:
    """Prove the PINs, set the money aside and issue the codes, in one transaction, each wish once under its key.

    Each wish is refused by session, PIN, frozen wallet, amount, office, open codes, an expired card, limits, the wait
    after a change, day, what the office can promise, and funds, in this order. A wrong PIN is counted by the same
    commit.
    """
    with context.transaction() as session:
        pins = {wish.customer.subject: wish.body.pin for wish in wishes}
        known = customer_store.lock_each(session, list(pins))
        now = context.clock()
        prints = {id: one.pin_print for id, one in known.items()}
        refused: dict[UUID, Refusal] = {**_signed_out(wishes, known)}
        asked = {id: pin for id, pin in pins.items() if id not in refused}
        refused |= customers.prove_pins(session, context, prints, asked, now)
        proved = [wish for wish in wishes if wish.customer.subject not in refused]
        answers = iter(
            idempotency.once_each(
                session,
                [wish.key for wish in proved],
                201,
                lambda new: _authorise(session, context, [proved[n] for n in new], known, now),
            )
        )
        return [refused.get(wish.customer.subject) or next(answers) for wish in wishes]


def _signed_out(wishes: Sequence[Wish], known: Mapping[UUID, Locked]) -> dict[UUID, Refusal]:
    """Refuse whose wallet was signed out after the token was made, or closed. At a counter a card was read."""
    refused: dict[UUID, Refusal] = {}
    for wish in wishes:
        mine = known.get(wish.customer.subject)
        if wish.made is not None:
            if mine is None:
                refused[wish.customer.subject] = NotFound()
        elif mine is None or mine.generation != wish.customer.generation:
            refused[wish.customer.subject] = Unauthenticated()
    return refused


def _authorise(
    session: Connection, context: Context, wishes: Sequence[Wish], known: Mapping[UUID, Locked], now: datetime
) -> list[WithdrawalView | Refusal]:
    today = ledger.business_date(now)
    there = [wish.customer.subject for wish in wishes if wish.customer.subject in known]
    used = headroom_store.of_customers(session, there, now)
    named = [wish.delegation_id for wish in wishes if wish.delegation_id is not None]
    delegated = delegations.find_each(session, named, calendar.month_start(today))
    drafts = [
        tried(_draft, session, context.policy, wish, known.get(wish.customer.subject), used, delegated, now)
        for wish in wishes
    ]
    drafts = _promised(session, context.policy, drafts, now)
    funded = iter(_set_aside(session, context.policy, [d for d in drafts if isinstance(d, Withdrawal)], now))
    held = [next(funded) if isinstance(draft, Withdrawal) else draft for draft in drafts]
    _refuse_entangled(drafts, held)
    tens = _insert(session, context, [one for one in held if isinstance(one, Withdrawal)])
    done = [(wish, one) for wish, one in zip(wishes, held, strict=True) if isinstance(one, Withdrawal)]
    reservations.count(session, _appointments(held), now)
    slips.insert(session, [(one.id, wish.made) for wish, one in done if wish.made is not None], now)
    trail.record_each(session, now, [wish.deed(one) for wish, one in done])
    return [_view(context, one, tens[one.id], now) if isinstance(one, Withdrawal) else one for one in held]


def _draft(
    session: Connection,
    policy: Policy,
    wish: Wish,
    customer: Locked | None,
    use: Mapping[UUID, CustomerUse],
    delegated: dict[UUID, Known],
    now: datetime,
) -> Withdrawal:
    body, rules = wish.body, policy.withdrawal
    if customer is None:
        raise NotFound
    if customer.frozen:
        raise errors.WalletFrozen
    lifetime = body.lifetime or Lifetime(rules.default_lifetime)
    check_amount(body.amount, rules)
    if lifetime is Lifetime.SCHEDULED and body.office is None:
        raise errors.OfficeRequired
    if body.office is not None:
        offices.active(session, body.office)
    if wish.delegation_id is not None:
        _check_delegation(wish, delegated.get(wish.delegation_id), now)
    _check_limits(policy, use[wish.customer.subject], body.amount, ledger.business_date(now))
    draft = Withdrawal(
        id=ids.new(now),
        customer_id=wish.customer.subject,
        amount=body.amount,
        fee=rules.fee,
        lifetime=lifetime,
        office=body.office,
        created_at=now,
        expires_at=now.replace(microsecond=0) + rules.lifetime(lifetime),
        delegation_id=wish.delegation_id,
    )
    if body.office is None or lifetime is not Lifetime.SCHEDULED:
        return draft
    return draft.reserve(body.office, body.day or reservations.first_day(session, body.office, now), now)


def _promised(
    session: Connection, policy: Policy, drafts: Sequence[Withdrawal | Refusal], now: datetime
) -> list[Withdrawal | Refusal]:
    """Keep those appointments that their offices can promise; nothing is asked where there are none."""
    wanted = _appointments(drafts)
    if not wanted:
        return list(drafts)
    answers = zip(wanted, reservations.promise_each(session, policy, wanted, now), strict=True)
    refused = {one.id: refusal for one, refusal in answers if refusal is not None}
    return [refused.get(draft.id, draft) if isinstance(draft, Withdrawal) else draft for draft in drafts]


def _appointments(drafts: Sequence[Withdrawal | Refusal]) -> list[Withdrawal]:
    return [one for one in drafts if isinstance(one, Withdrawal) and one.reservation is not None]


def _refuse_entangled(drafts: Sequence[Withdrawal | Refusal], held: Sequence[Withdrawal | Refusal]) -> None:
    """Give the batch up where somebody may have been refused for cash that was promised to another without money."""
    if any(isinstance(draft, CannotReserve) for draft in drafts) and len(_appointments(held)) < len(
        _appointments(drafts)
    ):
        raise _Entangled


def _check_delegation(wish: Wish, known: Known | None, now: datetime) -> None:
    if known is None or known.delegation.customer_id != wish.customer.subject:
        raise NotFound
    office = wish.body.office or ""
    known.delegation.check(wish.body.amount, known.paid + known.live, office, now)


def _check_limits(policy: Policy, use: CustomerUse, amount: int, today: date) -> None:
    if use.live >= policy.withdrawal.live_codes_max:
        raise errors.TooManyLiveCodes(maximum=policy.withdrawal.live_codes_max)
    use.card_and_age.refuse_lapsed(policy.person, today)
    headroom.refuse_customer(use.used, amount, use.card_and_age.rules(policy, today).customer, today)
    headroom.refuse_while_cooling(use.cooling, amount, policy.cooling)


def _set_aside(
    session: Connection, policy: Policy, drafts: Sequence[Withdrawal], now: datetime
) -> list[Withdrawal | Refusal]:
    outcomes = ledger.post(session, [_hold(draft, policy.withdrawal) for draft in drafts], now)
    return [_funded(session, draft, outcome) for draft, outcome in zip(drafts, outcomes, strict=True)]


def _hold(withdrawal: Withdrawal, rules: Rules) -> Hold:
    return Hold(
        id=withdrawal.id,
        reference=f"withdrawal/{withdrawal.id}",
        account=chart.customer(withdrawal.customer_id),
        amount=withdrawal.amount + withdrawal.fee,
        deadline=service.hold_deadline(withdrawal, rules),
    )


def _funded(session: Connection, draft: Withdrawal, outcome: ledger.Outcome) -> Withdrawal | Refusal:
    if outcome.reason is ledger.Reason.INSUFFICIENT_FUNDS:
        available = reading.balance(session, chart.customer(draft.customer_id)).available
        return errors.InsufficientFunds(available=available)
    ledger.must([outcome])
    return draft


def _insert(session: Connection, context: Context, withdrawals: Sequence[Withdrawal]) -> dict[UUID, str]:
    """Write the withdrawals, each with digits that no other live one has; give the digits."""
    tens: dict[UUID, str] = {}
    left = list(withdrawals)
    for _ in range(DIGITS_TRIES):
        if not left:
            return tens
        tens |= {withdrawal.id: _digits(withdrawal) for withdrawal in left}
        added = store.insert(session, [_encrypted(context, one, tens[one.id]) for one in left])
        left = [withdrawal for withdrawal in left if withdrawal.id not in added]
    if left:
        raise RuntimeError("no free digits found: that many open codes cannot be")
    return tens


def _digits(withdrawal: Withdrawal) -> str:
    make = digits.make if withdrawal.delegation_id is None else digits.make_for_two
    return make(secrets.randbelow)


def _encrypted(context: Context, withdrawal: Withdrawal, ten: str) -> tuple[Withdrawal, bytes, bytes]:
    encrypted = context.cipher.encrypt(ten.encode(), service.digits_place(withdrawal.id))
    return withdrawal, context.cipher.fingerprint(digits.found_by(ten), "digits"), encrypted


def _view(context: Context, withdrawal: Withdrawal, ten: str, now: datetime) -> WithdrawalView:
    if withdrawal.delegation_id is not None:  # in two halves on two slips, and nowhere whole
        return views.withdrawal(Shown(withdrawal, None, None))
    return views.withdrawal(Shown(withdrawal, service.code(context, withdrawal, now), digits.show(ten)))


def step_up(
    context: Context, customer: Caller, key: Key, pin: str, capture: str | None, now: datetime
) -> None:
    """Ask the eKYC provider for a fresh face match of whoever proves the PIN, outside any transaction.

    A key that is known is not asked for a face: what it did is told, not done. Raises `WrongPin`, `TooManyAttempts`,
    what `Key.known` raises, `StepUpRequired` without a fresh picture or without a match, `Unavailable` when the
    provider does not answer.
    """
    customers.prove_pin(context, customer.subject, pin, now)
    required = errors.StepUpRequired(above=context.policy.withdrawal.step_up_above)
    with context.transaction() as session:
        if key.known(session) is not None:
            return
        if capture is None:
            raise required
        reference = customers.provider_reference(session, customer.subject)
        # Others see a picture go by: each is good for one wish, and mends nothing afterwards.
        fresh = customers.use_capture(session, context, capture, f"{customer.subject} {key.key}", now)
    if not fresh or not customers.is_face(context, reference, capture, now):
        raise required
