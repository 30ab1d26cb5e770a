"""What must be true of the books after every simulation, whatever was killed."""

from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import text

from atm_service.control.audit import service as audit
from atm_service.platform.context import Context
from ledger import reading
from tests.simulation.people import Town

_RECEIPTS = text("SELECT id, entry_id, withdrawal_id, amount FROM service.receipt")
_ENTRIES = text("SELECT id FROM ledger.entry WHERE kind = 'withdrawal'")
_VOUCHERS = text("SELECT id, kind, subject, amount FROM service.voucher")
_VOUCHED = text(
    "SELECT id FROM ledger.entry WHERE kind IN ('deposit', 'deposit-reversal', 'withdrawal-reversal')"
)
_LIVE = text("SELECT id FROM service.withdrawal WHERE status IN ('authorised', 'presented')")
_PENDING_PAYOUTS = text("SELECT id FROM service.bank_payment WHERE kind <> 'top-up' AND status = 'pending'")
_WITHDRAWALS = text("SELECT id FROM service.withdrawal")
_OPEN_HOLDS = text("""
    SELECT id FROM ledger.hold
    WHERE NOT EXISTS (SELECT FROM ledger.hold_end AS ended WHERE ended.hold_id = hold.id)
""")


def assert_right(town: Town) -> None:
    """Check every control, and that the ledger has what counters were told of exactly once, and no more."""
    assert_controls_hold(town.context)
    assert_paid_once(town.context, town.told)


def assert_controls_hold(context: Context) -> None:
    """Check that every control of the ledger and of the service holds, and that each hold is of something live."""
    with context.transaction() as session:
        broken = [
            control for control in audit.controls(session, context.policy, context.clock()) if control.breaks
        ]
        live = set(session.scalars(_LIVE)) | set(session.scalars(_PENDING_PAYOUTS))
        held = set(session.scalars(_OPEN_HOLDS))
    assert not broken, broken
    assert held == live


def assert_paid_once(context: Context, told: list[dict[str, Any]]) -> None:
    """Compare the ledger with what counters were told of: each is there exactly once, and nothing else is."""
    twice = [id for id, times in Counter(receipt["withdrawal_id"] for receipt in told).items() if times > 1]
    with context.transaction() as session:
        recorded = {
            (row.id, row.entry_id, row.withdrawal_id, row.amount) for row in session.execute(_RECEIPTS)
        }
        entries = list(session.scalars(_ENTRIES))
    heard = {(UUID(r["id"]), UUID(r["entry_id"]), UUID(r["withdrawal_id"]), r["amount"]) for r in told}
    assert twice == []
    assert heard - recorded == set(), "told as paid, and not in the books"
    assert recorded - heard == set(), "in the books, and nobody was told"
    assert sorted(entries) == sorted(entry for _, entry, _, _ in recorded)


def assert_vouched_once(context: Context, told: list[dict[str, Any]]) -> None:
    """Compare the vouchers with what counters were told of: each is there exactly once, and nothing else is."""
    with context.transaction() as session:
        recorded = {
            (str(row.id), row.kind, str(row.subject), row.amount) for row in session.execute(_VOUCHERS)
        }
        entries = set(session.scalars(_VOUCHED))
    heard = [(one["id"], one["kind"], one["subject"], one["amount"]) for one in told]
    assert len(set(heard)) == len(heard)
    assert set(heard) - recorded == set(), "told as done, and not in the books"
    assert recorded - set(heard) == set(), "in the books, and nobody was told"
    assert {str(entry) for entry in entries} == {one["entry_id"] for one in told}


def assert_nothing_live(context: Context, authorised: set[UUID]) -> None:
    """Check that every withdrawal that exists is one that a customer was told of, and each has come to its end."""
    with context.transaction() as session:
        exist = set(session.scalars(_WITHDRAWALS))
        live = set(session.scalars(_LIVE))
    assert exist == authorised
    assert live == set()


def in_account(context: Context, account: str) -> int:
    """Give what the ledger says is in an account, in đồng."""
    with context.transaction() as session:
        return reading.balance(session, account).normal
