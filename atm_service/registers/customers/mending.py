"""A lost phone, a forgotten PIN, another number, another card: what a customer can have mended, and by which proofs.

To freeze takes little, to let go much: the customer's session or card freezes; a card and a face thaw; a PIN or a
number is set anew by a face *and* a code that came to a phone (Circular 77/2025/TT-NHNN). Proofs are made before, the
face's outside of any transaction, and what they prove is used in the transaction that acts, on the locked customer.
Whoever has the number until then is told, and for a time no large sums leave:
docs/decisions/0084-mended-by-a-face-and-a-code.md.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import attempts, ids, standing, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.registers.customers import at_rest, domain, service, store
from atm_service.registers.customers.domain import Freezer, Texts
from atm_service.registers.customers.errors import ApplicantRefused, FaceNotMatched, PinWeak
from atm_service.registers.customers.store import Customer
from atm_service.registers.messages import domain as words
from atm_service.registers.messages import service as messages
from atm_service.registers.messages.domain import MessageKind, Told
from atm_service.registers.phones import service as phones
from atm_service.registers.phones.domain import Purpose
from atm_service.registers.phones.errors import PhoneNotProved
from atm_service.registers.withdrawals.errors import WalletFrozen

FROM_WALLET: Final = "Khách tự khoá từ ví"
WALLET: Final = "wallet"  # who asks for a face from afar: all that does is counted together
AT_COUNTER: Final = "Khách yêu cầu tại quầy"


@dataclass(frozen=True, slots=True)
class Sent:
    """The digits of a message, under the code's id."""

    code_id: UUID
    code: str = field(repr=False)


def freeze(
    session: Connection, context: Context, by: Caller, customer_id: UUID, now: datetime, *, frozen: bool
) -> None:
    """Freeze or thaw a wallet by the customer's word; it is told on the phone. Raises as `service.freeze` does.

    What the staff have frozen stays so, and nobody is told that it is thawed.
    """
    reason = FROM_WALLET if by.role == "customer" else AT_COUNTER
    before = service.freeze(session, by, customer_id, reason, now, frozen=frozen, own=True)
    if frozen or not before.stands.staff:
        kind, said = (MessageKind.FROZEN, words.frozen) if frozen else (MessageKind.THAWED, words.thawed)
        service.tell(session, context, customer_id, kind, said(now, context.settings.hotline), now)


def prove_code(context: Context, sent: Sent, purpose: Purpose, phone_print: bytes, now: datetime) -> None:
    """Return when these are the digits that came to this number for this purpose, and were not used.

    Before anybody is looked up by the number: whoever cannot read its messages learns nothing of it. Raises as
    `phones.prove` does, and `PhoneNotProved`.
    """
    phones.prove(context, sent.code_id, sent.code, now)
    with context.transaction() as session:
        phones.refuse_unproved(session, context, sent.code_id, purpose, phone_print, now)


def prove_face(
    context: Context, customer: Customer, asker: str, capture: str, used_for: str, now: datetime
) -> None:
    """Return when this is the customer's face. Outside of any transaction.

    Each picture is counted once, before it is compared, for whoever asks and this customer. It is good for one deed:
    who saw its name at that shall not use it again. `used_for` is what acts once, a code or a key: with that it may be
    asked about again, and is the same guess. Raises `TooManyAttempts`, `FaceNotMatched` and `Unavailable`.
    """
    with context.transaction() as session:
        rules, mine = context.policy.attempts, f"{customer.id} {used_for}"
        if store.capture_use(session, at_rest.capture_print(context.cipher, capture)) != mine:
            attempts.count(session, rules, attempts.FACE, f"{asker} {customer.id}", now)
        fresh = service.use_capture(session, context, capture, mine, now)
    if not fresh or not service.is_face(context, customer.provider_reference, capture, now):
        raise FaceNotMatched


def verify_card(
    context: Context, customer: Caller, pin: str, texts: Texts, capture: str, now: datetime
) -> None:
    """Take another card in the place of one that has expired: by the PIN, the card itself, and the face.

    The card must be good today and say what the wallet knows of its owner; whose name or number is another goes to a
    counter. Its texts are typed by whoever wants it good, so the provider judges its pictures, as at an opening.
    Harmless to repeat, with the same picture for the same card. Raises what `service.prove_pin`, `domain.same_person`
    and `prove_face` do, `ApplicantRefused` and `WalletFrozen`.
    """
    service.prove_pin(context, customer.subject, pin, now)
    with context.transaction() as session:
        found = service.get(session, customer.subject)
    identity = service.open_identity(context, customer.subject, found.identity_sealed)
    until = domain.same_person(identity, texts, ledger.business_date(now))
    used_for = at_rest.card_print(context.cipher, texts.card_qr, texts.mrz).hex()
    prove_face(context, found, WALLET, capture, f"card {used_for}", now)
    if not service.is_card(context, identity, capture):
        raise ApplicantRefused(field="face_capture", reason=domain.CARD_NOT_APPROVED)
    with context.transaction() as session:
        service.lock_unfrozen(session, customer.subject)
        standing.keep(session, customer)
        store.verify_card(session, customer.subject, until)
        trail.record(session, context.clock(), "customer.card-verified", customer.subject, customer)


def reset_pin(
    session: Connection,
    context: Context,
    clerk: Caller | None,
    customer_id: UUID,
    code_id: UUID,
    new_pin: str,
    now: datetime,
) -> None:
    """Set a PIN whose old one is forgotten, and open every door that wrong ones have shut; without a clerk from afar.

    Refuses by what is frozen, the PIN and the proof, in this order: `WalletFrozen`, `PinWeak`, `PhoneNotProved`.
    """
    found, owner = _locked(session, customer_id, at_counter=clerk is not None)
    phone = service.open_phone(context, customer_id, found.phone_sealed)
    identity = service.open_identity(context, customer_id, found.identity_sealed)
    if not service.is_strong(new_pin, identity, phone):
        raise PinWeak
    store.change_pin(session, customer_id, at_rest.pin_print(context.cipher, customer_id, new_pin))
    _mended(session, context, clerk or owner, customer_id, "pin.reset", now)
    number = found.phone_print.hex()
    attempts.clear(session, attempts.WALLET_SIGN_IN, [number, f"{number} {customer_id}"])
    _use(session, context, code_id, Purpose.PIN_RESET, found.phone_print, now)
    attempts.clear(session, attempts.PIN, [str(customer_id)])
    said = words.pin_reset(now, context.settings.hotline)
    service.tell(session, context, customer_id, MessageKind.PIN_RESET, said, now)


def change_phone(
    session: Connection,
    context: Context,
    clerk: Caller,
    customer_id: UUID,
    code_id: UUID,
    mobile: str,
    now: datetime,
) -> None:
    """Give a wallet another number; the old one and the new one are told.

    Refuses by what is frozen, and by a proof that is not, or a number that is another's by now: `WalletFrozen`,
    `PhoneNotProved`.
    """
    found, _ = _locked(session, customer_id, at_counter=True)
    fingerprint = at_rest.phone_print(context.cipher, mobile)
    sealed = context.cipher.encrypt(mobile.encode(), at_rest.place(at_rest.CUSTOMER, "phone", customer_id))
    if not store.change_phone(session, customer_id, sealed, fingerprint, now):
        raise PhoneNotProved
    _mended(session, context, clerk, customer_id, "phone.changed", now)
    _use(session, context, code_id, Purpose.PHONE_CHANGE, fingerprint, now)
    old, hotline = service.open_phone(context, customer_id, found.phone_sealed), context.settings.hotline
    told = [
        Told(MessageKind.PHONE_CHANGED, customer_id, old, words.phone_left(now, hotline)),
        Told(MessageKind.PHONE_CHANGED, customer_id, mobile, words.phone_joined(now, hotline)),
    ]
    messages.tell(session, context.cipher, told, now)


def _locked(session: Connection, customer_id: UUID, *, at_counter: bool) -> tuple[Customer, Caller]:
    """Lock a customer whose wallet may be mended: not while the staff have it frozen, nor from afar while it is at all.

    A wallet may be frozen because somebody else has the phone, so a code that came to it proves nothing then. Gives the
    customer also as one who asks.
    """
    locked = store.lock_each(session, [customer_id]).get(customer_id)
    if locked is None:
        raise NotFound
    freeze = store.freeze_of(session, customer_id)
    assert freeze is not None
    frozen_by = freeze.stands.by
    if frozen_by is Freezer.STAFF or (frozen_by is not None and not at_counter):
        raise WalletFrozen
    owner = Caller(customer_id, "wallet", "customer", None, locked.generation)
    return service.get(session, customer_id), owner


def _mended(
    session: Connection, context: Context, by: Caller, customer_id: UUID, deed: str, now: datetime
) -> None:
    store.cool(session, customer_id, now, now + context.policy.cooling.time)
    service.end_sessions(session, customer_id, by, deed, {}, now)


def _use(
    session: Connection,
    context: Context,
    code_id: UUID,
    purpose: Purpose,
    phone_print: bytes,
    now: datetime,
) -> None:
    """Use a proof up. Raises `PhoneNotProved`, also for one that was used: of two at once, one acts."""
    mine = ids.new(now)
    if phones.use(session, context, code_id, purpose, phone_print, mine, now) != mine:
        raise PhoneNotProved
