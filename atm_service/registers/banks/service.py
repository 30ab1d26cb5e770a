"""Link a bank account to a wallet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.banks import data, domain, store
from atm_service.registers.banks.errors import BankLinkExists, TooManyBankLinks
from atm_service.registers.banks.store import BankLink


def link(
    session: Connection, context: Context, customer: Caller, bin: str, account_number: str, now: datetime
) -> BankLink:
    """Link an account. Raises `BankUnknown`, `BankLinkExists` and `TooManyBankLinks`."""
    bank = data.find(bin)
    fingerprint = context.cipher.fingerprint(f"{bank.bin} {account_number}", "bank-account")
    store.take_turn(session, customer.subject)
    links = store.of(session, customer.subject)
    for known in links:
        if known.account_print == fingerprint:
            raise BankLinkExists(bank_link_id=str(known.id))
    most = context.policy.customer.bank_links_max
    if len(links) >= most:
        raise TooManyBankLinks(maximum=most)
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
    store.add(session, new)
    ledger.open_accounts(session, chart.bank_accounts(bank.bin), now)
    trail.record(session, now, "bank-link.added", link_id, customer, {"bin": bank.bin})
    return new


def links(session: Connection, customer_id: UUID) -> Sequence[BankLink]:
    """List a customer's linked accounts, newest first. At most five."""
    return store.of(session, customer_id)


def account_number(context: Context, link: BankLink) -> str:
    """Open the account number, for the bank alone."""
    return context.cipher.decrypt(link.account_sealed, _place(link.id)).decode()


def _place(link_id: UUID) -> bytes:
    return f"bank_link account {link_id}".encode()
