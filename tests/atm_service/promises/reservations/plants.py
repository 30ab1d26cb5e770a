"""What somebody might do to reservations around every guard, and the control that must find it."""

from typing import Final

_UNCHECKED: Final = "ALTER TABLE service.withdrawal DROP CONSTRAINT withdrawal_reserved; "
PLANTS: Final = [
    ("reservations-counted", "UPDATE service.office_day SET reserved_from = reserved_from + 1"),
    ("reservations-counted", "UPDATE service.office_day SET reserved_on = 0"),
    ("reservations-counted", "UPDATE service.withdrawal SET reservation = NULL WHERE reservation = 'standing'"),
    ("reservations-counted", "UPDATE service.withdrawal SET day = day + 1 WHERE reservation = 'standing'"),
    ("reservations-counted", "UPDATE service.withdrawal SET office = '05974-1' WHERE reservation = 'standing'"),
    (
        "reservations-within-cash",
        "UPDATE ledger.account SET credits = debits WHERE code LIKE 'office/05971-1/drawer/%'",
    ),
    ("reservations-within-limits", "UPDATE service.withdrawal SET amount = 200000001 WHERE reservation = 'standing'"),
    ("reservations-within-limits", "UPDATE service.office_day SET received_total = 200000000 WHERE reserved_on > 0"),
    (
        "reservations-are-appointments",
        f"{_UNCHECKED} UPDATE service.withdrawal SET reservation = 'standing' WHERE reservation IS NULL",
    ),
    ("reservations-are-appointments", "UPDATE service.withdrawal SET day = day + 30 WHERE reservation = 'standing'"),
    ("reservations-are-appointments", "UPDATE service.withdrawal SET expires_at = expires_at + interval '10 days'"),
    ("broken-reservations-told", "DELETE FROM service.notice WHERE kind = 'reservation-broken'"),
    ("broken-reservations-told", "UPDATE service.notice SET kind = 'reservation-broken'"),
    ("broken-reservations-told", "UPDATE service.withdrawal SET office = '05971-1' WHERE reservation = 'broken'"),
]  # fmt: skip
