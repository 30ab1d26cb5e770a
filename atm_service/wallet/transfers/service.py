"""Send money from the phone: look the payee up, confirm by the masked name, send once.

What was confirmed is what is sent: the payee goes to the phone and back encrypted for this payer, with an id that one
transfer alone may have (docs/decisions/0073-what-is-confirmed-is-sent.md). Locks: docs/locking.md.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.payout import authorising
from atm_service.platform import chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.idempotency import Answer, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound, Refusal
from atm_service.promises.notices import store as notices
from atm_service.promises.notices.store import Notice, NoticeKind
from atm_service.registers.customers import service as customers
from atm_service.registers.customers import store as customer_store
from atm_service.registers.customers.errors import PayeeUnknown
from atm_service.registers.customers.store import Locked
from atm_service.registers.headroom import service as headroom
from atm_service.registers.transfers import domain as transfers
from atm_service.registers.withdrawals.errors import InsufficientFunds, WalletFrozen
from atm_service.wallet import by_pin, handed
from atm_service.wallet.transfers import domain, store, views
from atm_service.wallet.transfers.domain import Intention
from atm_service.wallet.transfers.errors import AlreadySent, IntentionLapsed, PayeeCannotReceive
from atm_service.wallet.transfers.schemas import (
    ByCode,
    ByPhone,
    ByTransfer,
    IntentionView,
    SendRequest,
    WalletTransferView,
)
from kyc.errors import Undecryptable
from ledger import reading


@dataclass(frozen=True)
class _Wish:
    """What is to be sent, with what was read when both customers were locked."""

    payer: Caller
    body: SendRequest
    intention: Intention
    known: dict[UUID, Locked]


def look_up(
    session: Connection,
    context: Context,
    payer: Caller,
    to: ByPhone | ByCode | ByTransfer,
    address: str | None,
    now: datetime,
) -> IntentionView | Refusal:
    """Show whom the payer is about to pay. Nothing moves.

    Refuses by the own wallet, the name, oneself and the payee's wallet, in this order. Gives the refusal of a name that
    is nobody's, which is counted.
    """
    customers.refuse_frozen(session, payer.subject)
    person = None
    if isinstance(to, ByTransfer):  # paid before, so nobody is guessed at
        before = own(session, payer.subject, to.transfer_id)
        if not before.sent:
            raise NotFound
        payee_id, person = before.other_id, views.other(context, before)
    else:
        named = _named(session, context, payer, to, address, now)
        if isinstance(named, Refusal):
            return named
        payee_id = named
    transfers.check_people(payer.subject, payee_id)
    if customer_store.any_frozen(session, [payee_id]):
        raise PayeeCannotReceive
    rules = context.policy.transfer
    left = headroom.left_to_send(session, context.policy, payer.subject, now)
    intention = domain.intend(ids.new(now), payee_id, rules.wallet_fee, now, rules.intention)
    return IntentionView(
        intention_id=intention.id,
        payee=handed.out(context, intention.to_bytes(), _place(payer.subject)),
        person=person or views.person(session, context, payee_id),
        fee=intention.fee,
        amount_min=rules.amount_min,
        amount_max=rules.amount_max,
        left_today=left.amount,
        renews_on=left.renews_on,
        expires_at=intention.expires_at,
    )


def send(context: Context, payer: Caller, body: SendRequest, key: Key, now: datetime) -> Answer:
    """Send what was confirmed, in one transaction, once under its key and once at all.

    For much money the face is proved before, as for a withdrawal, unless the key is known.

    Refuses by session, PIN, own wallet, what was sent, what has lapsed, the payee's wallet, amount, limits and funds,
    in this order.
    """
    intention = _opened(context, payer.subject, body.payee)
    if body.amount > context.policy.withdrawal.step_up_above:
        authorising.step_up(context, payer, key, body.pin, body.face_capture, now)

    def work(session: Connection, known: dict[UUID, Locked], now: datetime) -> WalletTransferView:
        return _send(session, context, _Wish(payer, body, intention, known), now)

    return by_pin.once(context, payer, body.pin, key, work, others=[intention.payee_id], fee=intention.fee)


def own(session: Connection, customer_id: UUID, id: UUID) -> store.Seen:
    """Give one of a customer's transfers, sent or received. Raises `NotFound`."""
    found = store.find(session, customer_id, id)
    if found is None:
        raise NotFound
    return found


def _named(
    session: Connection,
    context: Context,
    payer: Caller,
    to: ByPhone | ByCode,
    address: str | None,
    now: datetime,
) -> UUID | Refusal:
    number: dict[str, Any] = (
        {"phone": to.phone} if isinstance(to, ByPhone) else {"wallet": domain.wallet_of(to.code)}
    )
    return customers.named(session, context, payer, now, PayeeUnknown(), address=address, **number)


def _opened(context: Context, payer_id: UUID, payee: str) -> Intention:
    """Read what `look_up` gave to this payer. Raises `IntentionLapsed` for anything else."""
    try:
        return Intention.from_bytes(handed.back(context, payee, _place(payer_id)))
    except (ValueError, Undecryptable):
        raise IntentionLapsed from None


def _place(payer_id: UUID) -> bytes:
    return f"transfer intention {payer_id}".encode()


def _send(session: Connection, context: Context, wish: _Wish, now: datetime) -> WalletTransferView:
    payer_id, intention, policy = wish.payer.subject, wish.intention, context.policy
    if wish.known[payer_id].frozen:
        raise WalletFrozen
    for before in store.of_intention(session, payer_id, intention.id):
        raise AlreadySent(transfer_id=before.id)
    intention.check(policy.transfer.wallet_fee, now)
    transfers.check_people(payer_id, intention.payee_id)
    payee = wish.known.get(intention.payee_id)
    if payee is None or payee.frozen:
        raise PayeeCannotReceive
    transfers.check_amount(wish.body.amount, policy.transfer)
    headroom.refuse_transfer(session, policy, payer_id, wish.body.amount, now)
    id = ids.new(now)
    _post(session, context, wish, id, now)
    _tell(session, wish, id, now)
    detail = {"amount": wish.body.amount, "fee": intention.fee}
    trail.record(session, now, "transfer.sent", id, wish.payer, detail)
    return views.transfer(context, own(session, payer_id, id))


def _post(session: Connection, context: Context, wish: _Wish, id: UUID, now: datetime) -> None:
    payer_id, intention, amount = wish.payer.subject, wish.intention, wish.body.amount
    reference, narration = f"wallet-transfer/{id}", "transfer from the phone"
    entry = transfers.entry(
        ids.new(now), reference, payer_id, intention.payee_id, amount, narration, now, intention.fee
    )
    outcomes = ledger.post(session, [entry], now)
    if outcomes[0].reason is ledger.Reason.INSUFFICIENT_FUNDS:
        raise InsufficientFunds(available=reading.balance(session, chart.customer(payer_id)).available)
    ledger.must(outcomes)
    message = wish.body.message
    values = {
        "id": id,
        "number": domain.number(id, ledger.business_date(now)),
        "intention_id": intention.id,
        "entry_id": entry.id,
        "payer_id": payer_id,
        "payee_id": intention.payee_id,
        "amount": amount,
        "fee": intention.fee,
        "message_sealed": message and context.cipher.encrypt(message.encode(), views.message_place(id)),
        "made_at": now,
    }
    store.insert(session, values)


def _tell(session: Connection, wish: _Wish, id: UUID, now: datetime) -> None:
    facts = {"amount": wish.body.amount}
    told = [
        Notice(wish.intention.payee_id, None, NoticeKind.RECEIVED, facts, id),
        Notice(wish.payer.subject, None, NoticeKind.SENT, facts, id),
    ]
    notices.insert_each(session, told, now)
