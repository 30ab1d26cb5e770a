"""The use cases of a clerk who helps: each begins with the card on the counter, in the clerk's open shift.

Proofs come first, each in a transaction of its own and the face's between two; what acts does so once under its key.
A key that is known is asked for no proof: what it did is told, not done.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from fastapi import Response
from sqlalchemy import Connection

from atm_service.desk.mending.schemas import (
    CardRequest,
    CodeRequest,
    CodeSent,
    FaceRequest,
    Helped,
    PhoneChangeRequest,
    PinResetAtCounter,
)
from atm_service.desk.slips import service as slips
from atm_service.platform import trail
from atm_service.platform.context import Context
from atm_service.platform.idempotency import Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.trail import Deed
from atm_service.registers.customers import at_rest, domain, mending, onboarding
from atm_service.registers.customers import service as customers
from atm_service.registers.customers import store as customer_store
from atm_service.registers.customers.schemas import PhoneCodeView
from atm_service.registers.customers.store import Customer
from atm_service.registers.phones.domain import Purpose


def find(context: Context, clerk: Caller, body: CardRequest, now: datetime) -> Helped:
    """Show whose card it is, for the clerk to compare with who stands there."""
    id = slips.here(context, clerk, body.id_number, now).customer_id
    with context.transaction() as session:
        shown = _helped(session, context, id)
        trail.record(session, now, "customer.looked-at", id, clerk, {"checked": body.checked})
    return shown


def freeze(context: Context, clerk: Caller, body: CardRequest, key: Key) -> Response:
    """Freeze the wallet by the card alone: who lost the phone may know nothing else by heart."""
    id = slips.here(context, clerk, body.id_number, key.now).customer_id

    def act(session: Connection) -> None:
        mending.freeze(session, context, clerk, id, key.now, frozen=True)

    return _once(context, clerk, id, body, key, act)


def thaw(context: Context, clerk: Caller, body: FaceRequest, key: Key) -> Response:
    """Thaw what the customer has frozen, by card and face."""

    def prove(customer: Customer, now: datetime) -> None:
        mending.prove_face(
            context, customer, _asker(clerk), body.face_capture, f"{clerk.subject} {key.key}", now
        )

    def act(session: Connection, id: UUID, now: datetime) -> None:
        mending.freeze(session, context, clerk, id, now, frozen=False)

    return _proved(context, clerk, body, key, prove, act)


def send_code(context: Context, clerk: Caller, body: CodeRequest, now: datetime) -> CodeSent:
    """Have a code sent to the wallet's number, or to the one that it shall have. Raises `TooManyAttempts`."""
    id = slips.here(context, clerk, body.id_number, now).customer_id
    if body.phone is not None:
        purpose, mobile = Purpose.PHONE_CHANGE, domain.mobile_number(body.phone)
    else:
        with context.transaction() as session:
            sealed = customers.get(session, id).phone_sealed
        purpose, mobile = Purpose.PIN_RESET, customers.open_phone(context, id, sealed)
    deed = Deed("customer.code-sent", id, clerk, {"checked": body.checked, "purpose": purpose.value})
    sent = PhoneCodeView.of(onboarding.ask_phone(context, purpose, mobile, clerk, now, [deed]))
    return CodeSent(**sent.model_dump(), phone_end=mobile[-customers.PHONE_END :])


def reset_pin(context: Context, clerk: Caller, body: PinResetAtCounter, key: Key) -> Response:
    """Set a forgotten PIN anew."""

    def prove(customer: Customer, now: datetime) -> None:
        mending.prove_code(context, body.sent, Purpose.PIN_RESET, customer.phone_print, now)
        mending.prove_face(context, customer, _asker(clerk), body.face_capture, str(body.code_id), now)

    def act(session: Connection, id: UUID, now: datetime) -> None:
        mending.reset_pin(session, context, clerk, id, body.code_id, body.new_pin, now)

    return _proved(context, clerk, body, key, prove, act)


def change_phone(context: Context, clerk: Caller, body: PhoneChangeRequest, key: Key) -> Response:
    """Give the wallet another number."""
    mobile = domain.mobile_number(body.phone)

    def prove(customer: Customer, now: datetime) -> None:
        fingerprint = at_rest.phone_print(context.cipher, mobile)
        mending.prove_code(context, body.sent, Purpose.PHONE_CHANGE, fingerprint, now)
        mending.prove_face(context, customer, _asker(clerk), body.face_capture, str(body.code_id), now)

    def act(session: Connection, id: UUID, now: datetime) -> None:
        mending.change_phone(session, context, clerk, id, body.code_id, mobile, now)

    return _proved(context, clerk, body, key, prove, act)


def _proved(
    context: Context,
    clerk: Caller,
    body: CardRequest,
    key: Key,
    prove: Callable[[Customer, datetime], None],
    act: Callable[[Connection, UUID, datetime], None],
) -> Response:
    with context.transaction() as session:
        known = key.known(session)
    if known is not None:
        return known.response()
    id = slips.here(context, clerk, body.id_number, key.now).customer_id
    with context.transaction() as session:
        customer = customers.get(session, id)
    prove(customer, key.now)
    now = context.clock()
    return _once(context, clerk, id, body, key, lambda session: act(session, id, now))


def _once(
    context: Context,
    clerk: Caller,
    id: UUID,
    body: CardRequest,
    key: Key,
    act: Callable[[Connection], None],
) -> Response:
    def work(session: Connection) -> Helped:
        act(session)
        trail.record(session, key.now, "customer.helped", id, clerk, {"checked": body.checked})
        return _helped(session, context, id)

    return context.once(key, 200, work)


def _helped(session: Connection, context: Context, id: UUID) -> Helped:
    name, id_number = customers.masked(customers.identity(session, context, id))
    freeze = customer_store.freeze_of(session, id)
    assert freeze is not None
    _, phone_end = customers.as_others_see(session, context, id)
    return Helped(masked_name=name, masked_id=id_number, phone_end=phone_end, frozen_by=freeze.stands.by)


def _asker(clerk: Caller) -> str:
    return str(clerk.subject)
