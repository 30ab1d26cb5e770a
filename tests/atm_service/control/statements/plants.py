"""What somebody might do behind the service's back to what banks have said."""

from collections.abc import Sequence

ENDED = "INSERT INTO service.break_end SELECT id, id, now() FROM service.bank_break WHERE amount = -22000"
REOPENED = (
    "DELETE FROM service.break_end USING service.bank_break AS b WHERE b.id = break_id AND b.kind = 'missing'"
)
PLANTS: Sequence[tuple[str, str]] = [
    ("statements-follow", "UPDATE service.statement_line SET amount = amount + 1 WHERE number = 1"),
    ("statements-follow", "DELETE FROM service.statement_line WHERE number = 3"),
    ("statements-follow", "UPDATE service.bank_statement SET sequence = 9 WHERE previous IS NULL"),
    ("bank-lines-explained", "DELETE FROM service.match_line"),
    ("bank-lines-explained", "DELETE FROM service.match_entry"),
    ("bank-lines-explained", "DELETE FROM service.bank_break"),
    ("bank-lines-explained", "UPDATE service.bank_break SET amount = amount + 1"),
    ("bank-lines-explained", ENDED),
    ("bank-lines-explained", REOPENED),
    ("money-from-outside-by-two", "DELETE FROM service.instruction_use"),
]
