"""What proves the entries of a statement: receipts, vouchers, transfers, bank payments, refunds, each by its entry."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

# One index look-up an entry and kind. Somebody else's entry gives nothing, for its leg is not the customer's. At which
# counter a transfer was made, and the voucher's number, which names it, are for whose deed it was: the payer.
_PROOFS: Final = text("""
    WITH wanted AS MATERIALIZED (SELECT unnest(CAST(:entries AS uuid[])) AS entry_id),
    found AS (
        SELECT r.entry_id, r.number, r.office, NULL::uuid AS other_id, NULL::uuid AS message_id,
               NULL::bytea AS message_sealed, NULL::uuid AS bank_link_id, r.withdrawal_id,
               NULL::text AS undoes, undone.number AS undone_by, NULL::uuid AS bill_id
        FROM wanted AS w JOIN service.receipt AS r ON r.entry_id = w.entry_id
        LEFT JOIN service.voucher AS undone ON undone.kind = 'withdrawal-reversal' AND undone.subject = r.withdrawal_id
        WHERE r.customer_id = :customer_id
        UNION ALL
        SELECT v.entry_id, CASE WHEN v.customer_id = :customer_id THEN v.number END,
               CASE WHEN v.customer_id = :customer_id THEN v.office END,
               CASE WHEN t.payer_id = :customer_id THEN t.payee_id ELSE t.payer_id END,
               NULL, NULL, NULL, CASE WHEN v.kind = 'withdrawal-reversal' THEN v.subject END,
               coalesce(r.number, done.number), undone.number, NULL
        FROM wanted AS w JOIN service.voucher AS v ON v.entry_id = w.entry_id
        LEFT JOIN service.transfer AS t ON v.kind = 'transfer' AND t.id = v.subject
        LEFT JOIN service.receipt AS r ON v.kind = 'withdrawal-reversal' AND r.withdrawal_id = v.subject
        LEFT JOIN service.voucher AS done
            ON v.kind = 'deposit-reversal' AND done.kind = 'deposit' AND done.subject = v.subject
        LEFT JOIN service.voucher AS undone
            ON v.kind = 'deposit' AND undone.kind = 'deposit-reversal' AND undone.subject = v.subject
        WHERE :customer_id IN (v.customer_id, t.payee_id)
        UNION ALL
        SELECT t.entry_id, t.number, NULL, CASE WHEN t.payer_id = :customer_id THEN t.payee_id ELSE t.payer_id END,
               t.id, t.message_sealed, NULL, NULL, NULL, NULL, NULL
        FROM wanted AS w JOIN service.wallet_transfer AS t ON t.entry_id = w.entry_id
        WHERE :customer_id IN (t.payer_id, t.payee_id)
        UNION ALL
        SELECT p.entry_id, p.bank_reference, NULL, NULL, NULL, NULL, p.bank_link_id, NULL, NULL, refund.reference,
               CASE WHEN p.kind = 'bill' THEN p.id END
        FROM wanted AS w JOIN service.bank_payment AS p ON p.entry_id = w.entry_id
        LEFT JOIN service.bill_refund AS refund ON refund.order_id = p.id AND refund.entry_id IS NOT NULL
        WHERE p.customer_id = :customer_id
        UNION ALL
        SELECT r.entry_id, r.reference, NULL, NULL, NULL, NULL, NULL, NULL, p.bank_reference, NULL, p.id
        FROM wanted AS w JOIN service.bill_refund AS r ON r.entry_id = w.entry_id
        JOIN service.bank_payment AS p ON p.id = r.order_id
        WHERE p.customer_id = :customer_id
    )
    SELECT found.*, o.name AS office_name, c.identity_sealed, c.phone_sealed, c.phone_since, link.bin,
           link.masked_account, paid.digits_sealed
    FROM found
    LEFT JOIN service.office AS o ON o.code = found.office
    LEFT JOIN service.customer AS c ON c.id = found.other_id
    LEFT JOIN service.bank_link AS link ON link.id = found.bank_link_id
    LEFT JOIN service.withdrawal AS paid ON paid.id = found.withdrawal_id AND paid.delegation_id IS NULL
""")
_OF_WITHDRAWAL: Final = text("SELECT entry_id FROM service.receipt WHERE withdrawal_id = :id")
_PAYERS: Final = text("SELECT code, name FROM service.payer WHERE code = ANY (CAST(:codes AS text[]))")


def proofs(session: Connection, customer_id: UUID, entries: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    """Give what is recorded beside entries of a customer's account, by entry; what is encrypted stays so."""
    rows = session.execute(_PROOFS, {"customer_id": customer_id, "entries": list(entries)})
    return {row.entry_id: row for row in rows}


def paid_by(session: Connection, withdrawal_id: UUID) -> UUID | None:
    """Give the entry by which a withdrawal was paid, if it was, whoever's it is."""
    entry_id: UUID | None = session.execute(_OF_WITHDRAWAL, {"id": withdrawal_id}).scalar_one_or_none()
    return entry_id


def payers(session: Connection, codes: Sequence[str]) -> Mapping[str, str]:
    """Give the names of payers by their codes."""
    return {row.code: row.name for row in session.execute(_PAYERS, {"codes": list(codes)})}
