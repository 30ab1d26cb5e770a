"""Look at a receipt for a stranger who holds its code."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from atm_service.control.receipts import store
from atm_service.control.receipts.schemas import ReceiptLookView, SealedEntry
from atm_service.platform import attempts
from atm_service.platform.context import Context
from atm_service.platform.keys import store as key_store
from atm_service.platform.keys.domain import KeySet
from atm_service.platform.refusals import Refusal
from atm_service.platform.visitors import Visitor
from atm_service.registers.proofs import codes
from atm_service.registers.proofs.codes import ReceiptCode
from ledger.seals import proofs
from ledger.seals.reading import Key


def look(context: Context, text: str, visitor: Visitor, now: datetime) -> ReceiptLookView:
    """Tell whether a code is genuine, what it says, and whether it was undone since.

    Every look is counted for the address, right or wrong. Whoever has no genuine code learns nothing: no row is looked
    for before the signature is checked. Raises `ReceiptCodeMalformed`, `ReceiptCodeNotGenuine`, `TooManyAttempts`.
    """
    with context.reading() as session:
        if visitor.address is not None:
            rules = context.policy.attempts
            attempts.count(session, rules, attempts.RECEIPT_ADDRESS, visitor.address, now)
        found = _looked(session, context, text)
    if isinstance(found, Refusal):
        raise found
    return found


def _looked(session: Connection, context: Context, text: str) -> ReceiptLookView | Refusal:
    """Give the answer or the refusal, so that the count is committed with either."""
    # A paper is shown for years: every key that ever signed one verifies.
    keys = KeySet([], key_store.load_all(session, context.cipher, "proof"))
    try:
        code = codes.read(text.rpartition("#")[2], keys)
    except Refusal as refusal:
        return refusal
    row = store.of_entry(session, code.entry_id)
    is_kept = row is not None and code == _recorded(row, code)
    return ReceiptLookView(
        number=code.number,
        office=code.office,
        kind=code.kind,
        amount=code.amount,
        made_at=code.at,
        status="not-in-books" if row is None or not is_kept else "undone" if row.undone_by else "stands",
        sealed=_sealed(session, code) if is_kept else None,
    )


def _recorded(row: Row[Any], code: ReceiptCode) -> ReceiptCode | None:
    """Give the code that the recorded paper would have; None where no paper of ours can say that."""
    try:
        return ReceiptCode(row.number, row.kind, row.amount, row.at, code.entry_id)
    except ValueError:
        return None


def _sealed(session: Connection, code: ReceiptCode) -> SealedEntry | None:
    """Prove that the entry is in the journal, by its hash alone: the entry itself names the customer's account."""
    try:
        proof = proofs.of_proof(proofs.prove(session, Key("entry", code.entry_id)))
    except (proofs.UnknownRow, proofs.NotSealedYet):
        return None
    return SealedEntry.model_validate({name: proof[name] for name in SealedEntry.model_fields})
