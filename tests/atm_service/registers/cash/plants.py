"""Changes behind the service's back, each with the control that must find it."""

from typing import Final

_VAULT: Final = "place = 'office/05971-1/vault'"
_UNGUARDED: Final = (
    "ALTER TABLE service.delivery DROP CONSTRAINT delivery_sent_by_another, "
    "DROP CONSTRAINT delivery_explained_by_another"
)

_UNEQUAL: Final = "ALTER TABLE service.note_exchange DROP CONSTRAINT note_exchange_equal"

PLANTS: Final = [
    ("notes-equal-ledger", f"UPDATE service.note_stock SET notes[9] = notes[9] + 1 WHERE {_VAULT}"),
    ("notes-equal-ledger", "UPDATE service.note_stock SET notes[1] = notes[1] + 1 WHERE place LIKE '%/drawer/1'"),
    ("notes-equal-ledger", "UPDATE service.note_stock SET place = 'office/05971-1/nowhere' WHERE place LIKE '%/vault'"),
    ("notes-move-with-entries", f"UPDATE service.note_movement SET notes[5] = notes[5] + 1 WHERE {_VAULT}"),
    ("notes-move-with-entries", f"UPDATE service.note_movement SET place = 'office/05971-1/transit' WHERE {_VAULT}"),
    ("exchanges-move-notes", f"{_UNEQUAL}; UPDATE service.note_exchange SET taken[1] = taken[1] + 1"),
    ("exchanges-move-notes", "UPDATE service.note_exchange SET given[6] = given[6] + 2, taken[5] = taken[5] + 1"),
    ("exchanges-move-notes", "UPDATE service.note_exchange SET partner = 'customer' WHERE partner = 'vault'"),
    ("exchanges-move-notes", "DELETE FROM service.note_movement USING service.note_exchange x WHERE entry_id = x.id"),
    ("shifts-post-over-short", "UPDATE ledger.entry SET reference = 'x' WHERE reference LIKE 'shift/%/count/%'"),
    ("transit-equals-deliveries", "UPDATE service.delivery SET status = 'received' WHERE status = 'turned-back'"),
    ("transit-equals-deliveries", "UPDATE service.delivery SET amount = amount + 1 WHERE status = 'sent'"),
    ("transit-equals-deliveries", "DELETE FROM service.delivery WHERE status = 'sent'"),
    ("transit-equals-deliveries", "UPDATE service.delivery SET explained_at = ended_at WHERE difference < 0"),
    ("transit-equals-deliveries", "UPDATE service.delivery SET difference = 0"),
    ("deliveries-have-entries", "UPDATE service.delivery SET direction = 'to-area' WHERE status = 'sent'"),
    ("deliveries-have-entries", "UPDATE service.delivery SET status = 'returned' WHERE direction = 'to-area'"),
    ("deliveries-have-entries", "UPDATE service.delivery SET sent_at = ordered_at WHERE status = 'ordered'"),
    ("deliveries-have-entries", "UPDATE service.delivery SET explained_at = NULL"),
    ("deliveries-have-entries", "DELETE FROM ledger.entry WHERE kind = 'cash-sent'"),
    ("deliveries-have-entries", "UPDATE ledger.entry SET reference = 'x' WHERE kind = 'cash-explained'"),
    ("deliveries-by-two", f"{_UNGUARDED}; UPDATE service.delivery SET explained_by = sent_by WHERE difference > 0"),
    ("deliveries-by-two", f"{_UNGUARDED}; UPDATE service.delivery SET explained_by = ended_by WHERE difference > 0"),
    ("deliveries-by-two", "UPDATE service.delivery SET amount = 3 * amount WHERE sent_by = ordered_by"),
    ("deliveries-by-two", f"{_UNGUARDED}; UPDATE service.delivery SET sent_by = ordered_by WHERE needs_two"),
    ("counts-by-two", "UPDATE service.cash_count SET total = total + 4000000 WHERE stood AND total <> expected"),
    ("vault-counts-posted", "UPDATE service.cash_count SET total = total + 1 WHERE total = 97500000"),
    ("vault-counts-posted", "UPDATE service.cash_count SET stood = false"),
    ("vault-counts-posted", "UPDATE ledger.entry SET reference = 'vault-count/x' WHERE kind = 'vault-over-short'"),
    ("vault-counts-posted", "UPDATE ledger.entry SET kind = 'vault-over-short' WHERE kind = 'over-short'"),
    ("openings-equal-closes", "DELETE FROM service.opening_break"),
    ("openings-equal-closes", "UPDATE service.opening_break SET counted = counted + 1"),
    ("openings-equal-closes", "UPDATE service.opening_break SET closed_total = closed_total + 1"),
    ("openings-equal-closes", "UPDATE service.shift SET opening_over_short = 0"),
    ("closes-counted", "DELETE FROM service.cash_count WHERE subject IN (SELECT id FROM service.shift) AND number = 4"),
    ("closes-counted", "UPDATE service.shift SET closing_total = closing_total + 1 WHERE closed_at IS NOT NULL"),
    ("closes-counted", "UPDATE service.shift SET closed_by = gen_random_uuid() WHERE closed_at IS NOT NULL"),
]  # fmt: skip
