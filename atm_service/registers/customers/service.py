"""What a customer is to the rest of the service: somebody who signs in, proves a PIN, and has an identity."""

import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import attempts, chart, ids, standing, trail, visitors
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy, Withdrawal
from atm_service.platform.refusals import NotFound, Refusal, TooManyAttempts, Unavailable
from atm_service.platform.sessions import service as sessions
from atm_service.platform.sessions import store as session_store
from atm_service.platform.sessions.domain import Live, Tokens
from atm_service.platform.visitors import Visitor
from atm_service.registers.customers import at_rest, domain, store
from atm_service.registers.customers.domain import Freezer
from atm_service.registers.customers.errors import PinWeak, SessionEnded, WrongCredentials
from atm_service.registers.customers.store import Customer, Freeze
from atm_service.registers.headroom import domain as headroom
from atm_service.registers.headroom import store as headroom_store
from atm_service.registers.headroom.domain import Remaining, Used
from atm_service.registers.messages import domain as words
from atm_service.registers.messages import service as messages
from atm_service.registers.messages.domain import MessageKind, Told
from atm_service.registers.withdrawals.errors import WalletFrozen, WrongPin
from kyc import cccd, decision, names, phones, pins
from kyc.encryption import Cipher
from kyc.errors import NotMobileNumber, ProviderRefused, ProviderUnavailable, WeakPin
from kyc.identity import Identity
from kyc.provider import CheckRequest, FaceRequest
from ledger import reading

_NOBODY: Final = UUID(int=0)
SESSIONS_SHOWN: Final = 100
PHONE_END: Final = 3
FACE_RETRY_S: Final = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What the policy allows a customer, what is left of today, and when there is more. Amounts in đồng."""

    per_day: int
    used_today: int
    remaining: Remaining
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
    frozen_by: Freezer | None
    available: int
    held: int
    limits: Limits
    cooling_until: datetime | None
    cooling_left: int | None
    card_stops_on: date | None


def sign_in(
    context: Context,
    phone: str,
    pin: str,
    visitor: Visitor,
    device: str | None,
    now: datetime,
    label: str | None = None,
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
        generation = standing.hold(session, customer.id)
        # Held so, the PIN stays what it is; it may have become another since it was proved, or the wallet closed.
        there = store.find_by_phone(session, fingerprint)
        if (
            generation is None
            or there is None
            or there.id != customer.id
            or not _is_pin(context.cipher, there, pin)
        ):
            raise WrongCredentials
        caller = _caller(customer.id, generation)
        trail.record(session, now, "session.opened", customer.id, caller)
        tokens = sessions.open(session, context, caller, now, label)
        if giver != str(customer.id):
            _tell(
                session,
                context,
                customer,
                MessageKind.SIGNED_IN,
                words.signed_in(now, context.settings.hotline),
                now,
            )
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
    subject = str(customer_id)
    with context.transaction() as session:
        right = {subject: lambda: _is_pin(context.cipher, store.find(session, customer_id), pin)}
        made = attempts.guess_each(session, context.policy.attempts, attempts.PIN, right, now)[subject]
        if made == 0:
            _tell_locked(session, context, customer_id, now)
    if isinstance(made, TooManyAttempts):
        raise made
    if made is not None:
        raise WrongPin(remaining_attempts=made)


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
    subjects = {str(id): id for id in pins}
    guesses = {
        subject: partial(_is_print, context.cipher, known.get(id), id, pins[id])
        for subject, id in subjects.items()
    }
    refused: dict[UUID, WrongPin | TooManyAttempts] = {}
    rules = context.policy.attempts
    for subject, made in attempts.guess_each(session, rules, attempts.PIN, guesses, now).items():
        if isinstance(made, TooManyAttempts):
            refused[subjects[subject]] = made
        elif made is not None:
            refused[subjects[subject]] = WrongPin(remaining_attempts=made)
        if made == 0:
            _tell_locked(session, context, subjects[subject], now)
    return refused


def identity(session: Connection, context: Context, customer_id: UUID) -> Identity:
    """Open a customer's identity. Raises `NotFound`."""
    return open_identity(context, customer_id, get(session, customer_id).identity_sealed)


def identity_matches(session: Connection, context: Context, customer_id: UUID, id_number: str) -> bool:
    """Tell whether this is the number of the customer's card. Raises `NotFound`."""
    presented = at_rest.id_print(context.cipher, id_number)
    return hmac.compare_digest(get(session, customer_id).id_print, presented)


def name_matches(session: Connection, context: Context, customer_id: UUID, said: str) -> bool:
    """Tell whether this is the customer's whole name, as somebody says it. Raises `NotFound`."""
    sealed = get(session, customer_id).identity_sealed
    return names.same(said, open_identity(context, customer_id, sealed).full_name)


def masked(identity: Identity) -> tuple[str, str]:
    """Give the name and the card number as a clerk may see them before the card is on the counter."""
    return names.mask(identity.full_name), cccd.mask(identity.id_number)


def open_identity(context: Context, customer_id: UUID, identity_sealed: bytes) -> Identity:
    """Open the identity that was read with another row of the same customer."""
    place = at_rest.place(at_rest.CUSTOMER, "identity", customer_id)
    return Identity.from_bytes(context.cipher.decrypt(identity_sealed, place))


def is_face(context: Context, reference: str, capture: str, now: datetime) -> bool:
    """Ask the eKYC provider whether this is a picture of whom it once checked. Call it outside of any transaction.

    Raises `Unavailable` when it does not answer.
    """
    request = FaceRequest(ids.new(now), reference, capture)
    try:
        return context.provider.match_face(request, context.settings.kyc_timeout_s).matches
    except ProviderUnavailable:
        raise Unavailable(retry_after_s=FACE_RETRY_S) from None
    except ProviderRefused:
        return False


def is_card(context: Context, identity: Identity, capture: str) -> bool:
    """Ask the eKYC provider whether these are pictures of this person's card, good and whole, as at an opening.

    The same pictures are one question, however often. Call it outside of any transaction. Raises `Unavailable`.
    """
    id = UUID(bytes=at_rest.capture_print(context.cipher, capture)[:16])
    request = CheckRequest(id, identity.full_name, identity.birth_date, identity.id_number, capture)
    try:
        result = context.provider.check(request, context.settings.kyc_timeout_s)
    except ProviderUnavailable:
        raise Unavailable(retry_after_s=FACE_RETRY_S) from None
    except ProviderRefused:
        return False
    return decision.is_sure(result, context.policy.ekyc.rules)


def use_capture(session: Connection, context: Context, capture: str, used_for: str, now: datetime) -> bool:
    """Write down what a picture of a face is used for; False when it was used for something else."""
    return store.use_capture(session, at_rest.capture_print(context.cipher, capture), used_for, now)


def provider_reference(session: Connection, customer_id: UUID) -> str:
    """Give the eKYC provider's name for the customer's check, for a fresh face match. Raises `NotFound`."""
    return get(session, customer_id).provider_reference


def lock(session: Connection, customer_id: UUID) -> dict[UUID, bytes]:
    """Make this customer's requests take turns until the commit; give what `prove_pins` compares.

    Raises `NotFound`.
    """
    known = store.lock_each(session, [customer_id])
    if not known:
        raise NotFound
    return {id: one.pin_print for id, one in known.items()}


def lock_unfrozen(session: Connection, *customers: UUID) -> dict[UUID, bytes]:
    """Lock customers, none of whom is frozen until the commit; give what `prove_pins` compares.

    Raises `NotFound` and `WalletFrozen`.
    """
    found = store.lock_each(session, customers)
    if len(found) < len(set(customers)):
        raise NotFound
    if any(one.frozen for one in found.values()):
        raise WalletFrozen
    return {id: one.pin_print for id, one in found.items()}


def refuse_frozen(session: Connection, *customers: UUID) -> None:
    """Raise `WalletFrozen` where one of these customers is frozen at the moment: before anybody counts cash."""
    if store.any_frozen(session, customers):
        raise WalletFrozen


def change_pin(
    context: Context, customer: Caller, pin: str, new_pin: str, label: str | None, now: datetime
) -> Tokens:
    """Put a new PIN in the place of the old one, end every session and open one here.

    Raises `WrongPin`, `TooManyAttempts`, `PinWeak`, `WalletFrozen`, and `Unauthenticated` when the customer's rights
    were changed meanwhile: of two who know the PIN, one changes it.
    """
    prove_pin(context, customer.subject, pin, now)
    with context.transaction() as session:
        lock_unfrozen(session, customer.subject)
        found = get(session, customer.subject)
        identity = open_identity(context, customer.subject, found.identity_sealed)
        if new_pin == pin or not is_strong(
            new_pin, identity, open_phone(context, found.id, found.phone_sealed)
        ):
            raise PinWeak
        store.change_pin(
            session, customer.subject, at_rest.pin_print(context.cipher, customer.subject, new_pin)
        )
        end_sessions(session, customer.subject, customer, "pin.changed", {}, now)
        _tell(
            session,
            context,
            found,
            MessageKind.PIN_CHANGED,
            words.pin_changed(now, context.settings.hotline),
            now,
        )
        generation = standing.generation(session, customer.subject)
        assert generation is not None
        return sessions.open(session, context, _caller(customer.subject, generation), now, label)


def live_sessions(session: Connection, customer_id: UUID, now: datetime) -> list[Live]:
    """List where the customer is signed in, newest first."""
    return session_store.live_of(session, customer_id, SESSIONS_SHOWN, now)


def end_session(session: Connection, customer: Caller, id: UUID, now: datetime) -> None:
    """End one of the customer's sessions. Raises `NotFound` for any other, and for one that has ended."""
    if not sessions.end_one(session, customer.subject, id, now):
        raise NotFound
    trail.record(
        session, now, "session.ended", customer.subject, customer, {"reason": "ended-from-elsewhere"}
    )


def sign_out_everywhere(session: Connection, customer: Caller, now: datetime) -> None:
    """End every session of a customer, with the tokens that are about: for a lost phone."""
    lock(session, customer.subject)
    end_sessions(session, customer.subject, customer, "session.all-ended", {}, now)


def freeze(
    session: Connection,
    by: Caller,
    customer_id: UUID,
    reason: str,
    now: datetime,
    *,
    frozen: bool,
    own: bool = False,
    may_both: Callable[[Freeze], None] | None = None,
) -> Freeze:
    """Freeze a wallet or thaw it; give how it stood before. Frozen, no money goes out from this commit on.

    Every session ends. `own`: by the customer's word, in the wallet or at a counter. `may_both`: what the customer has
    frozen is thawed with the staff's, unless this refuses. Raises `NotFound` and what `domain.check_freeze` does.
    """
    lock(session, customer_id)
    before = store.freeze_of(session, customer_id)
    assert before is not None
    domain.check_freeze(before.stands, frozen=frozen, own=own)
    # The newest row counts: what comes after another is above it, whoever's clock is behind.
    last, last_at = before.newest, before.newest_at
    now = now if last_at is None else max(now, last_at)
    deed = "customer.frozen" if frozen else "customer.thawed"
    mine = [own, True] if may_both is not None and before.stands.own else [own]
    whose = [(Freezer.CUSTOMER if one else Freezer.STAFF).value for one in mine]
    end_sessions(session, customer_id, by, deed, {"reason": reason, "freeze": " and ".join(whose)}, now)
    if may_both is not None and before.stands.own:
        may_both(before)
    staff = None if by.role == "customer" else by.subject
    values = {"customer_id": customer_id, "by": staff, "now": now, "frozen": frozen, "reason": reason}
    for one in mine:
        last = ids.new(now, after=last)
        store.freeze(session, values | {"id": last, "own": one})
    return before


def end_sessions(
    session: Connection, customer_id: UUID, by: Caller, deed: str, detail: dict[str, str], now: datetime
) -> None:
    """End every session of a locked customer, by whoever's rights still hold, and put the deed on record."""
    standing.lock_for(session, by, customer_id)
    standing.change(session, customer_id)
    ended = sessions.end_all(session, customer_id, now)
    trail.record(session, now, deed, customer_id, by, {**detail, "sessions_ended": ended})


def named(
    session: Connection,
    context: Context,
    by: Caller,
    now: datetime,
    unknown: Refusal,
    *,
    address: str | None = None,
    **number: Any,
) -> UUID | Refusal:
    """Find the customer whom a number names (see `by_number`), for who may ask for few that are nobody's.

    A payer's wrong ones are counted for the address, too. Gives `unknown`, which is counted, or `TooManyAttempts`: for
    the caller's transaction, which must be committed.
    """
    doors = [(attempts.PAYEE_ADDRESS, address)] if address is not None else []
    doors.append((attempts.PAYEE, str(by.subject)))
    for door, subject in doors:
        attempts.take_turns(session, door, [subject])
        if shut := attempts.shut(session, door, [subject], now).get(subject):
            return shut
    found = by_number(session, context, **number)
    if found is None:
        for door, subject in doors:
            attempts.wrong(session, context.policy.attempts, door, subject, now)
        return unknown
    return found


def by_number(
    session: Connection,
    context: Context,
    *,
    phone: str | None = None,
    id_number: str | None = None,
    wallet: UUID | None = None,
) -> UUID | None:
    """Find the customer whom a phone, card or wallet number names, for whoever may ask for any."""
    customer = None
    if id_number is not None:
        customer = store.find_by_card(session, at_rest.id_print(context.cipher, id_number))
    elif wallet is not None:
        customer = store.find(session, wallet)
    elif phone is not None:
        with suppress(NotMobileNumber):
            fingerprint = at_rest.phone_print(context.cipher, phones.normalise(phone))
            customer = store.find_by_phone(session, fingerprint)
    return None if customer is None else customer.id


def as_others_see(session: Connection, context: Context, customer_id: UUID) -> tuple[str, str]:
    """Give the masked name and the end of the phone number: all that others see. Raises `NotFound`."""
    found = get(session, customer_id)
    return open_for_others(context, customer_id, found.identity_sealed, found.phone_sealed)


def open_for_others(
    context: Context, customer_id: UUID, identity_sealed: bytes, phone_sealed: bytes
) -> tuple[str, str]:
    """Give the same from what was read with another row."""
    name = names.mask(open_identity(context, customer_id, identity_sealed).full_name)
    return name, open_phone(context, customer_id, phone_sealed)[-PHONE_END:]


@dataclass(frozen=True)
class Other:
    """The other side of what was moved `at` a time, as it was read: encrypted, and since when the number is theirs."""

    id: UUID
    identity_sealed: bytes = field(repr=False)
    phone_sealed: bytes = field(repr=False)
    phone_since: datetime | None
    at: datetime

    def opened(self, context: Context) -> tuple[str, str | None]:
        """Give the masked name, and the end of the number unless it is another one since.

        Whoever was paid or has paid once learns no number that somebody took later, perhaps to be rid of them.
        """
        name, phone_end = open_for_others(context, self.id, self.identity_sealed, self.phone_sealed)
        return name, None if self.phone_since is not None and self.phone_since > self.at else phone_end


def account(session: Connection, context: Context, customer_id: UUID, now: datetime) -> Account:
    """Give the wallet as its owner sees it. Raises `NotFound`."""
    customer = get(session, customer_id)
    balance = reading.balance(session, chart.customer(customer_id))
    freeze = store.freeze_of(session, customer_id)
    assert freeze is not None
    use, today = headroom_store.of_customer(session, customer_id, now), ledger.business_date(now)
    cooling = use.cooling
    return Account(
        customer_id=customer_id,
        full_name=open_identity(context, customer_id, customer.identity_sealed).full_name,
        phone=open_phone(context, customer_id, customer.phone_sealed),
        tier=customer.tier,
        frozen_by=freeze.stands.by,
        available=balance.available,
        held=balance.held,
        limits=_limits(use.card_and_age.rules(context.policy, today), use.used, today),
        cooling_until=None if cooling is None else cooling.until,
        cooling_left=None
        if cooling is None
        else headroom.left_while_cooling(cooling, context.policy.cooling),
        card_stops_on=use.card_and_age.card_stops_on(context.policy.person, today),
    )


def _limits(policy: Policy, used: Used, today: date) -> Limits:
    return Limits(
        per_day=policy.customer.per_day,
        used_today=used.day,
        remaining=headroom.remaining(used, policy.customer, today),
        multiple=policy.withdrawal.multiple,
        amount_min=policy.withdrawal.amount_min,
        amount_max=policy.withdrawal.amount_max,
        rules=policy.withdrawal,
    )


def get(session: Connection, customer_id: UUID) -> Customer:
    """Give what is stored of a customer. Raises `NotFound`."""
    customer = store.find(session, customer_id)
    if customer is None:
        raise NotFound
    return customer


def tell(
    session: Connection, context: Context, customer_id: UUID, kind: MessageKind, said: str, now: datetime
) -> None:
    """Write a message to the customer's phone, to be sent when the transaction is committed. Raises `NotFound`."""
    _tell(session, context, get(session, customer_id), kind, said, now)


def _tell(
    session: Connection, context: Context, customer: Customer, kind: MessageKind, said: str, now: datetime
) -> None:
    told = Told(kind, customer.id, open_phone(context, customer.id, customer.phone_sealed), said)
    messages.tell(session, context.cipher, [told], now)


def _tell_locked(session: Connection, context: Context, customer_id: UUID, now: datetime) -> None:
    customer = store.find(session, customer_id)
    if customer is not None:
        shut = attempts.shut(session, attempts.PIN, [str(customer_id)], now)[str(customer_id)]
        until = now + timedelta(seconds=shut.members["retry_after_s"])
        _tell(
            session,
            context,
            customer,
            MessageKind.PIN_LOCKED,
            words.pin_locked(until, context.settings.hotline),
            now,
        )


def open_phone(context: Context, customer_id: UUID, phone_sealed: bytes) -> str:
    """Open the phone number that was read with another row of the same customer."""
    return context.cipher.decrypt(
        phone_sealed, at_rest.place(at_rest.CUSTOMER, "phone", customer_id)
    ).decode()


def is_strong(pin: str, identity: Identity, phone: str) -> bool:
    """Tell whether this may be the PIN of this person."""
    try:
        pins.check(pin, identity.birth_date, identity.id_number, phone)
    except WeakPin:
        return False
    return True


def _is_pin(cipher: Cipher, customer: Customer | None, pin: str) -> bool:
    if customer is None:
        return _is_print(cipher, None, _NOBODY, pin)
    return _is_print(cipher, customer.pin_print, customer.id, pin)


def _is_print(cipher: Cipher, pin_print: bytes | None, id: UUID, pin: str) -> bool:
    """Compare in the same time for a customer and for nobody."""
    return hmac.compare_digest(pin_print or bytes(32), at_rest.pin_print(cipher, id, pin))


def _caller(customer_id: UUID, generation: int) -> Caller:
    return Caller(customer_id, "wallet", "customer", None, generation)


def _who(session: Connection, customer_id: UUID) -> Caller | None:
    generation = standing.generation(session, customer_id)
    return None if generation is None else _caller(customer_id, generation)
