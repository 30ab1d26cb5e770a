"""Link a bank account to a wallet, once the bank has named its holder, and remove it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import attempts, chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.gateway import BankTimeout, HolderRequest
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound, TooManyAttempts, Unavailable
from atm_service.registers.banks import data, domain, store
from atm_service.registers.banks.data import Bank
from atm_service.registers.banks.errors import (
    BankAccountOfAnother,
    BankAccountUnknown,
    BankLinkExists,
    BankLinkInUse,
    HolderDiffers,
    TooManyBankLinks,
)
from atm_service.registers.banks.store import BankLink
from atm_service.registers.customers import service as customers
from atm_service.registers.withdrawals.errors import WrongPin
from kyc import names

ASK_AGAIN_S = 5


def link(context: Context, customer: Caller, bin: str, account_number: str, now: datetime) -> BankLink:
    """Link an account whose holder, as the bank tells, has the customer's own name.

    The bank is asked outside any transaction, few times a day. Refuses by wallet, links, questions, account, name
    and owner, in this order: whose account it is, nobody learns who has another name. Raises `Unavailable` when the
    bank does not answer.
    """
    bank = data.find(bin)
    fingerprint = context.cipher.fingerprint(f"{bank.bin} {account_number}", "bank-account")
    with context.transaction() as session:
        _refuse(session, context, customer.subject, fingerprint)
        # Each question costs money, and tells whether an account is somebody's of this name.
        attempts.count(session, context.policy.attempts, attempts.BANK_HOLDER, str(customer.subject), now)
        full_name = customers.identity(session, context, customer.subject).full_name
    _ask(context, bank, account_number, full_name)
    with context.transaction() as session:
        _refuse(session, context, customer.subject, fingerprint)
        store.take_turn(session, fingerprint)
        if store.owner(session, fingerprint) not in (None, customer.subject):
            raise BankAccountOfAnother
        link_id = ids.new(now)
        new = BankLink(
            id=link_id,
            customer_id=customer.subject,
            bin=bank.bin,
            account_sealed=context.cipher.encrypt(account_number.encode(), _place(link_id)),
            account_print=fingerprint,
            masked_account=domain.mask(account_number),
            created_at=now,
        )
        linked = store.put(session, new)
        ledger.open_accounts(session, chart.bank_accounts(bank.bin), now)
        trail.record(session, now, "bank-link.added", linked.id, customer, {"bin": bank.bin})
    return linked


def remove(
    session: Connection, context: Context, customer: Caller, id: UUID, pin: str, now: datetime
) -> WrongPin | TooManyAttempts | None:
    """Remove a link. Gives the refusal of a wrong PIN, which is counted; the caller commits, then raises it.

    Raises `NotFound`, and `BankLinkInUse` while something over it waits for the bank.
    """
    prints = customers.lock(session, customer.subject)
    wrong = customers.prove_pins(session, context, prints, {customer.subject: pin}, now)
    if customer.subject in wrong:
        return wrong[customer.subject]
    if store.find_live(session, customer.subject, id) is None:
        raise NotFound
    if store.in_use(session, id):
        raise BankLinkInUse
    store.remove(session, id, now)
    trail.record(session, now, "bank-link.removed", id, customer)
    return None


def links(session: Connection, customer_id: UUID) -> Sequence[BankLink]:
    """List a customer's linked accounts, newest first. At most five."""
    return store.of(session, customer_id)


def account_number(context: Context, link: BankLink) -> str:
    """Open the account number, for the bank alone."""
    return context.cipher.decrypt(link.account_sealed, _place(link.id)).decode()


def _refuse(session: Connection, context: Context, customer_id: UUID, fingerprint: bytes) -> None:
    """Return while a frozen-free customer may link one more account, and this one; links are counted under the lock."""
    customers.lock_unfrozen(session, customer_id)
    links = store.of(session, customer_id)
    for known in links:
        if known.account_print == fingerprint:
            raise BankLinkExists(bank_link_id=str(known.id))
    most = context.policy.customer.bank_links_max
    if len(links) >= most:
        raise TooManyBankLinks(maximum=most)


def _ask(context: Context, bank: Bank, account_number: str, full_name: str) -> None:
    try:
        holder = context.bank.holder(
            HolderRequest(bank.bin, account_number, full_name), context.settings.bank_timeout_s
        )
    except BankTimeout:
        raise Unavailable(retry_after_s=ASK_AGAIN_S) from None
    if holder is None:
        raise BankAccountUnknown
    if not names.same(holder, full_name):
        raise HolderDiffers


def _place(link_id: UUID) -> bytes:
    return f"bank_link account {link_id}".encode()
