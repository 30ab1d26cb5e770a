"""The journal for hledger (https://hledger.org), accepted by `hledger check --strict ordereddates`."""

from collections.abc import Iterable, Iterator
from typing import Final

from atm_service.control.audit.journal import Extract, JournalEntry
from ledger import AccountClass

# hledger tells an account's type by the first word of its name, and by the tag.
_ROOTS: Final[dict[AccountClass, tuple[str, str]]] = {
    AccountClass.ASSET: ("assets", "A"),
    AccountClass.LIABILITY: ("liabilities", "L"),
    AccountClass.INCOME: ("income", "R"),
    AccountClass.EXPENSE: ("expenses", "X"),
    AccountClass.EQUITY: ("equity", "E"),
}


def name(code: str, class_: AccountClass) -> str:
    """Name an account: `customer/0199…` is `liabilities:customer:0199…`."""
    return f"{_ROOTS[class_][0]}:{code.replace('/', ':')}"


def lines(extract: Extract) -> Iterator[str]:
    """Write declarations, opening balances, the entries, and the closing balances as assertions."""
    yield f"; soft-ATM journal from {extract.first} to {extract.last}, by business date in Vietnam.\n"
    yield "; Amounts in đồng; debits positive, credits negative.\n\ncommodity 1000. VND\n\n"
    for account in extract.balances():
        yield f"account {name(account.code, account.class_)}  ; type:{_ROOTS[account.class_][1]}\n"
    # All balances sum to zero, so the opening entry needs no account of its own.
    yield from _transaction(
        f"\n{extract.first} * (opening) balances before {extract.first}\n",
        (
            f"    {name(account.code, account.class_)}  {account.opening} VND\n"
            for account in extract.balances()
            if account.opening
        ),
    )
    for entry in extract.entries:
        yield _entry(entry)
    yield from _transaction(
        f"\n{extract.last} * (closing) balances at the end of {extract.last}, asserted\n",
        (
            f"    {name(account.code, account.class_)}  0 VND = {account.closing} VND\n"
            for account in extract.balances()
        ),
    )


def _transaction(head: str, legs: Iterable[str]) -> Iterator[str]:
    """Write a transaction unless it has no legs."""
    for leg in legs:
        yield head + leg
        head = ""


def _entry(entry: JournalEntry) -> str:
    # A semicolon would start a comment, and nothing can escape it.
    description = entry.narration.replace(";", ",")
    tags = [f"kind:{entry.kind}", f"reference:{entry.reference}", f"recorded:{entry.recorded}"]
    if entry.corrects:
        tags.append(f"corrects:{entry.corrects}")
    if entry.undone_by:
        tags.append(f"undone-by:{entry.undone_by}")
    written = [f"\n{entry.business_date} * ({entry.id}) {description}".rstrip() + "\n"]
    written += [f"    ; {tag}\n" for tag in tags]
    for line in entry.lines:
        written.append(f"    {name(line.debit.code, line.debit.class_)}  {line.amount} VND\n")
        written.append(f"    {name(line.credit.code, line.credit.class_)}  -{line.amount} VND\n")
    return "".join(written)
