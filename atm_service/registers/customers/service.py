"""What a customer is to the rest of the service: somebody who signs in, proves a PIN, and has an identity."""

import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import attempts, chart, standing, trail, visitors
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy, Withdrawal
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.platform.sessions import service as sessions
from atm_service.platform.sessions.domain import Tokens
from atm_service.platform.visitors import Visitor
from atm_service.registers.customers import at_rest, store
from atm_service.registers.customers.errors import PayeeUnknown, SessionEnded, WrongCredentials
from atm_service.registers.customers.store import Customer
from atm_service.registers.headroom import domain as headroom
from atm_service.registers.headroom import store as headroom_store
from atm_service.registers.withdrawals.errors import WrongPin
from kyc import cccd, names, phones
from kyc.encryption import Cipher
from kyc.errors import NotMobileNumber
from kyc.identity import Identity
from ledger import reading

_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the policy allows a customer, and what is left of today. Amounts in đồng."""

    per_day: int
    used_today: int
    remaining_today: int
    multiple: int
    amount_min: int
    amount_max: int
    rules: Withdrawal


@dataclass(frozen=True, slots=True)
class Account:
    """What a customer sees of the own wallet. Amounts in đồng."""

    customer_id: UUID
    full_name: str = field(repr=False)
    phone: str = field(repr=False)
    tier: str
    available: int
    held: int
    limits: Limits


def sign_in(
    context: Context, phone: str, pin: str, visitor: Visitor, device: str | None, now: datetime
) -> Tokens:
    """Open a session for whoever knows the PIN of this phone number; `device` is the sign of an earlier one.

    Raises `WrongCredentials`, the same and after the same work whether the phone is known or not, and
    `TooManyAttempts`.
    """
    try:
        fingerprint = at_rest.phone_print(context.cipher, phones.normalise(phone))
    except NotMobileNumber:
        raise WrongCredentials from None

    def right(session: Connection) -> bool:
        customer = store.find_by_phone(session, fingerprint)
        return _is_pin(context.cipher, customer, pin)

    name = fingerprint.hex()
    giver = visitors.giver_of(context.cipher, device, name)
    with visitors.named(name):
        if not visitors.guess(context, attempts.WALLET_SIGN_IN, name, visitor, giver, now, right):
            raise WrongCredentials
    with context.transaction() as session:
        customer = store.find_by_phone(session, fingerprint)
        if customer is None:
            raise WrongCredentials
        caller = _caller(session, customer.id)
        trail.record(session, now, "session.opened", customer.id, caller)
        tokens = sessions.open(session, context, caller, now)
    return replace(tokens, device=visitors.sign(context.cipher, str(customer.id), name))


def refresh(context: Context, refresh_token: str, now: datetime) -> Tokens:
    """Give the next tokens of a session. Raises `SessionEnded`."""
    with context.transaction() as session:
        tokens = sessions.refresh(session, context, refresh_token, "wallet", _who, now)
    if tokens is None:  # raised only now: that a stolen token ended its session must be committed
        raise SessionEnded
    return tokens


def prove_pin(context: Context, customer_id: UUID, pin: str, now: datetime) -> None:
    """Return when the PIN is the customer's. In a transaction of its own: call it outside of any.

    Raises `WrongPin` (`remaining_attempts`: 0 when the door is shut now) and `TooManyAttempts`.
    """

    def right(session: Connection) -> bool:
        return _is_pin(context.cipher, store.find(session, customer_id), pin)

    remaining = attempts.guess(context, attempts.PIN, str(customer_id), now, right)
    if remaining is not None:
        raise WrongPin(remaining_attempts=remaining)


def prove_pins(
    session: Connection,
    context: Context,
    known: Mapping[UUID, bytes],
    pins: Mapping[UUID, str],
    now: datetime,
) -> dict[UUID, WrongPin | TooManyAttempts]:
    """Give the refusals of those customers whose PIN is another or who may not try now.

    `known` is what `store.lock_each` gave. For the caller's transaction, which must be committed whatever was found.
    """
    ids = {str(id): id for id in pins}
    guesses = {
        subject: partial(_is_print, context.cipher, known.get(id), id, pins[id])
        for subject, id in ids.items()
    }
    refused: dict[UUID, WrongPin | TooManyAttempts] = {}
    rules = context.policy.attempts
    for subject, made in attempts.guess_each(session, rules, attempts.PIN, guesses, now).items():
        if isinstance(made, TooManyAttempts):
            refused[ids[subject]] = made
        elif made is not None:
            refused[ids[subject]] = WrongPin(remaining_attempts=made)
    return refused


def identity(session: Connection, context: Context, customer_id: UUID) -> Identity:
    """Open a customer's identity. Raises `NotFound`."""
    return open_identity(context, customer_id, _found(session, customer_id).identity_sealed)


def identity_matches(session: Connection, context: Context, customer_id: UUID, id_number: str) -> bool:
    """Tell whether this is the number of the customer's card. Raises `NotFound`."""
    presented = at_rest.id_print(context.cipher, id_number)
    return hmac.compare_digest(_found(session, customer_id).id_print, presented)


def masked(identity: Identity) -> tuple[str, str]:
    """Give the name and the card number as a clerk may see them before the card is on the counter."""
    return names.mask(identity.full_name), cccd.mask(identity.id_number)


def open_identity(context: Context, customer_id: UUID, identity_sealed: bytes) -> Identity:
    """Open the identity that was read with another row of the same customer."""
    place = at_rest.place(at_rest.CUSTOMER, "identity", customer_id)
    return Identity.from_bytes(context.cipher.decrypt(identity_sealed, place))


def provider_reference(session: Connection, customer_id: UUID) -> str:
    """Give the eKYC provider's name for the customer's check, for a fresh face match. Raises `NotFound`."""
    return _found(session, customer_id).provider_reference


def lock(session: Connection, customer_id: UUID) -> None:
    """Make this customer's requests take turns until the commit. Raises `NotFound`."""
    if not store.lock(session, customer_id):
        raise NotFound


def named(
    session: Connection, context: Context, *, phone: str | None = None, id_number: str | None = None
) -> UUID:
    """Find the customer whom a phone number or a card number names. Raises `PayeeUnknown`; the caller counts it."""
    customer = None
    if id_number is not None:
        customer = store.find_by_card(session, at_rest.id_print(context.cipher, id_number))
    elif phone is not None:
        with suppress(NotMobileNumber):
            fingerprint = at_rest.phone_print(context.cipher, phones.normalise(phone))
            customer = store.find_by_phone(session, fingerprint)
    if customer is None:
        raise PayeeUnknown
    return customer.id


def count_unknown(context: Context, clerk: Caller, now: datetime) -> None:
    """Count a name that is nobody's, in a transaction of its own: who asks for many is shut out for a while."""
    with context.transaction() as session:
        attempts.wrong(session, context.policy.attempts, attempts.PAYEE, str(clerk.subject), now)


def account(session: Connection, context: Context, customer_id: UUID, now: datetime) -> Account:
    """Give the wallet as its owner sees it. Raises `NotFound`."""
    customer = _found(session, customer_id)
    place = at_rest.place(at_rest.CUSTOMER, "phone", customer_id)
    balance = reading.balance(session, chart.customer(customer_id))
    return Account(
        customer_id=customer_id,
        full_name=open_identity(context, customer_id, customer.identity_sealed).full_name,
        phone=context.cipher.decrypt(customer.phone_sealed, place).decode(),
        tier=customer.tier,
        available=balance.available,
        held=balance.held,
        limits=_limits(session, context.policy, customer_id, now),
    )


def statement(
    session: Connection, customer_id: UUID, before_version: int | None, most: int
) -> Sequence[reading.Leg]:
    """List what moved the customer's account, newest first."""
    return reading.statement(session, chart.customer(customer_id), before_version, most)


def _limits(session: Connection, policy: Policy, customer_id: UUID, now: datetime) -> Limits:
    today = ledger.business_date(now)
    used = headroom_store.of_customer(session, customer_id, today).used
    return Limits(
        per_day=policy.customer.per_day,
        used_today=used.day,
        remaining_today=headroom.remaining(used, policy.customer),
        multiple=policy.withdrawal.multiple,
        amount_min=policy.withdrawal.amount_min,
        amount_max=policy.withdrawal.amount_max,
        rules=policy.withdrawal,
    )


def _found(session: Connection, customer_id: UUID) -> Customer:
    customer = store.find(session, customer_id)
    if customer is None:
        raise NotFound
    return customer


def _is_pin(cipher: Cipher, customer: Customer | None, pin: str) -> bool:
    if customer is None:
        return _is_print(cipher, None, _NOBODY, pin)
    return _is_print(cipher, customer.pin_print, customer.id, pin)


def _is_print(cipher: Cipher, pin_print: bytes | None, id: UUID, pin: str) -> bool:
    """Compare in the same time for a customer and for nobody."""
    return hmac.compare_digest(pin_print or bytes(32), at_rest.pin_print(cipher, id, pin))


def _caller(session: Connection, customer_id: UUID) -> Caller:
    return Caller(customer_id, "wallet", "customer", None, standing.current(session, customer_id) or 1)


def _who(session: Connection, customer_id: UUID) -> Caller | None:
    return _caller(session, customer_id) if store.find(session, customer_id) else None
