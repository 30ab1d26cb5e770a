"""The chart of accounts: which ledger accounts exist, of which class, and which may never go below zero."""

from typing import Final
from uuid import UUID

from ledger import Account, AccountClass

TREASURY_CASH: Final = "treasury/cash"
TREASURY_FUNDING: Final = "treasury/funding"
WALLET_FEES: Final = "wallet/fees"


def customer(id: UUID) -> str:
    """Give the account of what we owe a customer."""
    return f"customer/{id}"


def drawer(office: str, number: int) -> str:
    """Give the account of the cash in a drawer."""
    return f"office/{office}/drawer/{number}"


def vault(office: str) -> str:
    """Give the account of the cash in an office's vault."""
    return f"office/{office}/vault"


def transit(office: str) -> str:
    """Give the account of the cash on the road between area and office."""
    return f"office/{office}/transit"


def suspense_transit(office: str) -> str:
    """Give the account of what deliveries were over or short, until a supervisor explains it."""
    return f"suspense/transit-{office}"


def suspense_bank(bin: str) -> str:
    """Give the account of what a bank's statement says and nobody has explained otherwise."""
    return f"suspense/bank-{bin}"


def over_short(office: str) -> str:
    """Give the account of counted cash minus ledger cash."""
    return f"office/{office}/over-short"


def fees(office: str) -> str:
    """Give the account of the fees that customers paid at an office."""
    return f"office/{office}/fees"


def settlement(bin: str) -> str:
    """Give the account of what a bank owes us for top-ups, less payouts."""
    return f"bank/{bin}/settlement"


def biller(code: str) -> str:
    """Give the account of what we owe the treasury: what its biller has taken as paid, less what it gave back."""
    return f"biller/{code}"


def payer(code: str) -> str:
    """Give the account of a payer's money: prefunded, or for `treasury` what we owe it for cash it has brought."""
    return TREASURY_FUNDING if code == "treasury" else f"payer/{code}"


def customer_accounts(id: UUID) -> list[Account]:
    """List the accounts that a customer needs: one, never below zero."""
    return [Account(customer(id), AccountClass.LIABILITY, floored=True)]


def payer_accounts(code: str) -> list[Account]:
    """List the accounts that a payer of bulk credits needs: one, never below zero."""
    return [Account(payer(code), AccountClass.LIABILITY, floored=True)]


def drawer_accounts(office: str, number: int) -> list[Account]:
    """List the accounts that a drawer needs: one, never below zero."""
    return [Account(drawer(office, number), AccountClass.ASSET, floored=True)]


def office_accounts(office: str) -> list[Account]:
    """List the accounts that an active office needs besides its drawers."""
    return [
        Account(vault(office), AccountClass.ASSET, floored=True),
        Account(transit(office), AccountClass.ASSET, floored=True),
        Account(over_short(office), AccountClass.EXPENSE, floored=False),
        Account(fees(office), AccountClass.INCOME, floored=False),
        Account(f"office/{office}/commission", AccountClass.LIABILITY, floored=False),
    ]


def delivery_accounts(office: str) -> list[Account]:
    """List the accounts that a delivery of an active office needs besides the office's own."""
    return [Account(suspense_transit(office), AccountClass.LIABILITY, floored=False), *TREASURY]


def bank_accounts(bin: str) -> list[Account]:
    """List the accounts that a linked bank needs."""
    return [Account(settlement(bin), AccountClass.ASSET, floored=False)]


def statement_accounts(bin: str) -> list[Account]:
    """List the accounts that a bank needs whose statements are read: nothing else is opened for a correction."""
    return [*bank_accounts(bin), Account(suspense_bank(bin), AccountClass.LIABILITY, floored=False)]


def biller_accounts(code: str) -> list[Account]:
    """List the accounts that a biller needs."""
    return [Account(biller(code), AccountClass.LIABILITY, floored=False)]


TREASURY: Final = [
    Account(TREASURY_CASH, AccountClass.ASSET, floored=False),
    Account(TREASURY_FUNDING, AccountClass.LIABILITY, floored=False),
]
WALLET: Final = [Account(WALLET_FEES, AccountClass.INCOME, floored=False)]
"""What fees paid from the phone need, where the policy asks for one: they are no office's."""
