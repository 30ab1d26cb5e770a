"""What somebody might do behind the service's back to bills and their refunds."""

from collections.abc import Sequence

PLANTS: Sequence[tuple[str, str]] = [
    ("bank-payments-have-entries", "UPDATE service.bank_payment SET amount = amount + 1 WHERE id = :paid"),
    ("bank-payments-have-entries", "DELETE FROM service.bill WHERE id = :paid"),
    ("bank-payments-have-entries", "DELETE FROM ledger.entry WHERE kind = 'bill'"),
    ("bank-payments-have-entries", "DELETE FROM ledger.hold_end WHERE hold_id = :paid"),
    ("open-holds-are-promised", "UPDATE service.bank_payment SET amount = amount + 1 WHERE id = :pending"),
    ("customers-within-limits", "UPDATE service.bank_payment SET amount = 20000001 WHERE id = :paid"),
    ("bills-given-back-once", "DELETE FROM service.bill_refund"),
    ("bills-given-back-once", "UPDATE service.bill_refund SET order_id = :pending"),
    ("bills-given-back-once", "UPDATE service.bill_refund SET amount = amount + 1"),
    ("bills-given-back-once", "DELETE FROM ledger.entry WHERE kind = 'bill-reversal'"),
    (
        "bills-given-back-once",
        "UPDATE service.bill SET case_print = (SELECT case_print FROM service.bill WHERE id = :paid)",
    ),
]
