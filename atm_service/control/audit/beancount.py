"""The journal for beancount (https://beancount.github.io), such that `bean-check` has nothing to say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from atm_service.control.audit.journal import Extract, JournalEntry
from ledger import AccountClass

_ROOTS: Final[dict[AccountClass, str]] = {
    AccountClass.ASSET: "Assets",
    AccountClass.LIABILITY: "Liabilities",
    AccountClass.INCOME: "Income",
    AccountClass.EXPENSE: "Expenses",
    AccountClass.EQUITY: "Equity",
}


def name(code: str, class_: AccountClass) -> str:
    """Name an account: `office/05971-1/over-short` is `Expenses:Office:05971-1:Over-short`.

    Each part must start with a capital or a digit. Codes have no capitals, so no two get the same name.
    """
    return ":".join((_ROOTS[class_], *(part.capitalize() for part in code.split("/"))))


def lines(extract: Extract) -> Iterator[str]:
    """Write declarations, opening balances, the entries, and the closing balances as assertions."""
    yield f'option "title" "soft-ATM journal from {extract.first} to {extract.last}"\n'
    yield f'option "operating_currency" "VND"\n\n{extract.first} commodity VND\n'
    for account in extract.balances():
        yield f"{extract.first} open {name(account.code, account.class_)} VND\n"
    # All balances sum to zero, so the opening entry needs no account of its own.
    head = f'\n{extract.first} * "balances before {extract.first}" #opening\n'
    for account in extract.balances():
        if account.opening:
            yield f"{head}  {name(account.code, account.class_)}  {account.opening} VND\n"
            head = ""
    for entry in extract.entries:
        yield _entry(entry)
    yield "\n"
    # A balance is asserted for the beginning of a day.
    day = extract.last + timedelta(days=1)
    for account in extract.balances():
        yield f"{day} balance {name(account.code, account.class_)}  {account.closing} VND\n"


def _entry(entry: JournalEntry) -> str:
    links = f"^{entry.id}" + (f" ^{entry.corrects}" if entry.corrects else "")
    written = [
        f"\n{entry.business_date} * {_quoted(entry.narration)} #{entry.kind} {links}\n",
        f"  reference: {_quoted(entry.reference)}\n",
        f'  recorded-at: "{entry.recorded}"\n',
    ]
    if entry.undone_by:
        written.append(f'  undone-by: "{entry.undone_by}"\n')
    for line in entry.lines:
        written.append(f"  {name(line.debit.code, line.debit.class_)}  {line.amount} VND\n")
        written.append(f"  {name(line.credit.code, line.credit.class_)}  -{line.amount} VND\n")
    return "".join(written)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
