from collections.abc import Iterator
from typing import Any, Final

import pytest
from sqlalchemy import text

from atm_service.control.audit import sql, store, watching
from atm_service.platform import metrics
from tests.atm_service.control.audit import counter_plants
from tests.atm_service.control.audit.days import Day, broken, broken_now, missed, tamper, work
from tests.atm_service.control.instructions import plants as instruction_plants
from tests.atm_service.control.members import plants as member_plants
from tests.atm_service.control.statements import plants as statement_plants
from tests.atm_service.desk.delegations import plants as delegation_plants
from tests.atm_service.promises.complaints import plants as complaint_plants
from tests.atm_service.promises.reservations import plants as reservation_plants
from tests.atm_service.registers.cash import plants as cash_plants
from tests.atm_service.wallet.bank_payments import plants as bill_plants
from tests.atm_service.world import Service
from tests.database import Database

# Each is what somebody might do who has gone around every guard, and the control that must find it.
PLANTS: Final = [
    # Withdrawals and their holds.
    ("open-holds-are-promised", "UPDATE service.withdrawal SET amount = amount + 1 WHERE id = :live"),
    ("open-holds-are-promised", "UPDATE service.withdrawal SET customer_id = :second WHERE id = :live"),
    ("open-holds-are-promised", "DELETE FROM ledger.hold WHERE id = :live"),
    ("open-holds-are-promised", "UPDATE ledger.hold SET amount = amount + 1 WHERE id = :live"),
    ("open-holds-are-promised", "UPDATE service.withdrawal SET status = 'cancelled' WHERE id = :live"),
    ("open-holds-are-promised", "DELETE FROM service.withdrawal WHERE id = :live"),
    ("open-holds-are-promised", "UPDATE service.withdrawal SET status = 'authorised' WHERE id = :cancelled"),
    ("holds-end-with-withdrawals", "DELETE FROM ledger.hold_end WHERE hold_id = :cancelled"),
    ("holds-end-with-withdrawals", "DELETE FROM ledger.hold_end WHERE hold_id = :paid"),
    (
        "holds-end-with-withdrawals",
        """UPDATE ledger.hold_end
           SET outcome = 'voided', entry_id = NULL, reference = 'x', fingerprint = sha256('x') WHERE hold_id = :paid""",
    ),
    ("no-withdrawal-overdue", "UPDATE service.withdrawal SET expires_at = created_at - interval '1 day'"),
    # Receipts, their withdrawals and their entries.
    ("paid-withdrawals-have-receipts", "DELETE FROM service.receipt WHERE id = :receipt"),
    ("paid-withdrawals-have-receipts", "UPDATE service.receipt SET amount = amount + 1 WHERE id = :receipt"),
    ("paid-withdrawals-have-receipts", "UPDATE service.receipt SET customer_id = :second WHERE id = :receipt"),
    ("paid-withdrawals-have-receipts", "DELETE FROM service.withdrawal WHERE id = :paid"),
    ("receipts-have-entries", "DELETE FROM service.receipt WHERE id = :receipt"),
    ("receipts-have-entries", "UPDATE service.receipt SET drawer = 2 WHERE id = :receipt"),
    ("receipts-have-entries", "UPDATE service.receipt SET customer_id = :second WHERE id = :receipt"),
    ("receipts-have-entries", "UPDATE service.receipt SET fee = 1 WHERE id = :receipt"),
    ("receipts-have-entries", "UPDATE ledger.posting SET amount = amount - 1 WHERE entry_id = :entry"),
    ("receipts-have-entries", "UPDATE ledger.entry SET business_date = business_date - 1 WHERE id = :entry"),
    ("receipts-have-entries", "UPDATE ledger.entry SET kind = 'other' WHERE id = :entry"),
    ("receipts-have-entries", "DELETE FROM ledger.hold_end WHERE entry_id = :entry"),
    ("drawers-paid-what-receipts-say", "UPDATE service.receipt SET amount = amount + 1 WHERE id = :receipt"),
    ("drawers-paid-what-receipts-say", "UPDATE service.receipt SET drawer = 2 WHERE id = :receipt"),
    ("drawers-paid-what-receipts-say", "UPDATE service.receipt SET paid_at = paid_at + interval '1 day'"),
    ("office-days-equal-receipts", "UPDATE service.office_day SET paid_total = paid_total - 1"),
    ("office-days-equal-receipts", "UPDATE service.office_day SET receipts = receipts + 1"),
    ("office-days-equal-receipts", "DELETE FROM service.office_day"),
    ("office-days-equal-receipts", "DELETE FROM service.receipt"),
    ("receipt-numbers-run-on", "DELETE FROM service.receipt WHERE id = :receipt"),
    ("receipt-numbers-run-on", "UPDATE service.receipt SET number = '05971-1-261116-0007' WHERE id = :receipt"),
    ("receipt-numbers-run-on", "UPDATE service.receipt SET number = concat('9', number)"),
    ("payments-in-trail", "DELETE FROM service.audit_event WHERE action = 'pay' AND subject = :paid"),
    ("payments-in-trail", "UPDATE service.audit_event SET actor = NULL WHERE subject = :paid"),
    # Shifts and their counts.
    ("shifts-post-over-short", "UPDATE service.shift SET closing_over_short = 0 WHERE closed_at IS NOT NULL"),
    ("shifts-post-over-short", "UPDATE service.shift SET closing_over_short = 20000 WHERE closed_at IS NOT NULL"),
    ("shifts-post-over-short", "UPDATE service.shift SET opening_over_short = 1"),
    ("shifts-post-over-short", "DELETE FROM ledger.entry WHERE kind = 'over-short'"),
    ("shifts-post-over-short", "UPDATE service.shift SET drawer = 2 WHERE closed_at IS NOT NULL"),
    ("shift-counts-add-up", "UPDATE service.shift SET opening_total = opening_total + 1"),
    ("shift-counts-add-up", "UPDATE service.shift SET closing_counts = '{\"1000\": 1}' WHERE closed_at IS NOT NULL"),
    # What is stopped.
    ("stops-are-told", "UPDATE service.withdrawal SET frozen = true WHERE id = :live"),
    (
        "stops-are-told",
        """UPDATE service.shift
           SET stopped = 'drawer-frozen', closed_at = NULL, closed_by = NULL, closed_how = NULL
           WHERE id = (SELECT shift_id FROM service.receipt WHERE id = :receipt)""",
    ),
    (
        "stops-are-told",
        """INSERT INTO service.customer_freeze (id, customer_id, frozen, reason, changed_by, changed_at, own)
           SELECT gen_random_uuid(), customer_id, true, 'abc', clerk_id, now(), false
           FROM service.receipt WHERE id = :receipt""",
    ),
    (
        "stops-are-told",
        """INSERT INTO service.drawer_freeze SELECT gen_random_uuid(), office, drawer, true, 'abc', clerk_id, now()
           FROM service.receipt WHERE id = :receipt""",
    ),
    (
        "nothing-paid-while-stopped",
        """INSERT INTO service.customer_freeze (id, customer_id, frozen, reason, changed_by, changed_at, own)
           SELECT gen_random_uuid(), customer_id, true, 'abc', clerk_id, paid_at - interval '2 min', false
           FROM service.receipt
           WHERE id = :receipt""",
    ),
    (
        "nothing-paid-while-stopped",
        """INSERT INTO service.drawer_freeze
           SELECT gen_random_uuid(), office, drawer, true, 'abc', clerk_id, paid_at - interval '2 min'
           FROM service.receipt WHERE id = :receipt""",
    ),
    (
        "nothing-paid-while-stopped",
        """INSERT INTO service.office_change
           SELECT gen_random_uuid(), office, 9, 'active', 'suspended', 'abc', clerk_id, paid_at - interval '2 min'
           FROM service.receipt WHERE id = :receipt""",
    ),
    # Top-ups and payouts.
    ("open-holds-are-promised", "UPDATE service.bank_payment SET amount = amount + 1 WHERE id = :pending"),
    ("open-holds-are-promised", "UPDATE service.bank_payment SET customer_id = :second WHERE id = :pending"),
    ("open-holds-are-promised", "DELETE FROM service.bank_payment WHERE id = :pending"),
    ("open-holds-are-promised", "DELETE FROM ledger.hold WHERE id = :pending"),
    ("bank-payments-have-entries", "UPDATE service.bank_payment SET amount = amount + 1 WHERE kind = 'top-up'"),
    ("bank-payments-have-entries", "UPDATE service.bank_payment SET customer_id = :second WHERE kind = 'top-up'"),
    ("bank-payments-have-entries", "UPDATE service.bank_link SET bin = '970436'"),
    ("bank-payments-have-entries", "DELETE FROM service.bank_payment WHERE kind = 'top-up'"),
    ("bank-payments-have-entries", "DELETE FROM ledger.entry WHERE kind = 'top-up'"),
    ("bank-payments-have-entries", "DELETE FROM ledger.entry WHERE kind = 'payout'"),
    ("bank-payments-have-entries", "DELETE FROM service.bank_payment WHERE id = :payout"),
    ("bank-payments-have-entries", "UPDATE service.bank_payment SET fee = fee + 1 WHERE id = :payout"),
    ("bank-payments-have-entries", "UPDATE service.bank_payment SET kind = 'top-up' WHERE id = :payout"),
    ("bank-payments-have-entries", "DELETE FROM ledger.hold_end WHERE hold_id = :payout"),
    ("bank-payments-have-entries", "DELETE FROM ledger.hold_end WHERE hold_id = :declined"),
    (
        "bank-payments-have-entries",
        "UPDATE service.bank_payment SET status = 'declined', reason = 'x', entry_id = NULL WHERE id = :payout",
    ),
    # The rules.
    ("customers-within-limits", "UPDATE service.receipt SET amount = 20000001 WHERE id = :receipt"),
    ("customers-within-limits", "UPDATE service.bank_payment SET amount = 20000001 WHERE id = :payout"),
    ("offices-within-limits", "UPDATE service.office_day SET paid_total = 200000001"),
    # Accounts.
    ("customers-have-accounts", "DELETE FROM service.customer WHERE id = :second"),
    ("customers-have-accounts", "DELETE FROM ledger.account WHERE code = concat('customer/', CAST(:second AS uuid))"),
    ("drawers-have-accounts", "DELETE FROM service.drawer WHERE number = 2"),
    ("drawers-have-accounts", "INSERT INTO service.drawer (office, number) VALUES ('05971-1', 9)"),
    ("accounts-as-charted", "UPDATE ledger.account SET floored = false WHERE code LIKE 'office/05971-1/drawer/%'"),
    ("accounts-as-charted", "UPDATE ledger.account SET floored = false WHERE code LIKE 'office/05971-1/vault'"),
    ("accounts-as-charted", "UPDATE ledger.account SET class = 'equity' WHERE code LIKE 'customer/%'"),
]  # fmt: skip


def facts(day: Day) -> dict[str, Any]:
    receipt = day.receipts[0]
    return {
        "live": day.live["id"],
        "cancelled": day.cancelled["id"],
        "paid": receipt["withdrawal_id"],
        "receipt": receipt["id"],
        "entry": receipt["entry_id"],
        "second": day.customers[1].id,
        "payout": day.payout["id"],
        "pending": day.pending["id"],
        "declined": day.declined["id"],
    }


def test_all_controls_hold_after_a_days_work(service: Service) -> None:
    """Two offices work for a day, and nothing breaks a control."""
    work(service)
    assert broken_now(service) == {}


def test_every_plant_is_found(service: Service, database: Database) -> None:
    """Whatever is changed behind the service's back breaks the control that is there for it, with an example."""
    values = facts(work(service))
    assert missed(database, service, PLANTS, **values) == []


_ALL_PLANTS: Final = (
    *PLANTS,
    *counter_plants.PLANTS,
    *cash_plants.PLANTS,
    *delegation_plants.PLANTS,
    *reservation_plants.PLANTS,
    *instruction_plants.PLANTS,
    *member_plants.PLANTS,
    *complaint_plants.PLANTS,
    *bill_plants.PLANTS,
    *statement_plants.PLANTS,
)


def test_every_control_has_a_plant() -> None:
    """No control of the service is trusted that was never seen to fail."""
    assert {name for name, _statement in _ALL_PLANTS} == set(sql.controls())


def test_every_control_says_what_it_proves() -> None:
    """The first line of each file is a sentence for the auditor."""
    assert all(query.sql.startswith("-- ") for query in sql.controls().values())


def test_a_hold_that_is_no_withdrawals_is_found(service: Service, database: Database) -> None:
    """Money that is set aside for nothing breaks a control."""
    day = work(service)
    with database.owner.connect() as session:
        tamper(
            session,
            """INSERT INTO ledger.hold (id, reference, fingerprint, account_id, amount, deadline, placed_at)
               SELECT gen_random_uuid(), 'stray', fingerprint, account_id, 1, deadline, placed_at
               FROM ledger.hold WHERE id = :live""",
            live=day.live["id"],
        )
        assert broken(session, service).keys() == {
            "open-holds-are-promised",
            "held-equals-open-holds",
        }


def test_housekeeping_of_an_overdue_code_is_waited_for(service: Service) -> None:
    """A code is overdue only when a lease and housekeeping's own time have passed."""
    day = work(service)
    service.clock.advance(hours=24, minutes=14)
    assert broken_now(service) == {}
    service.clock.advance(minutes=2)
    with store.snapshot(service.context.engine) as session:
        found = broken(session, service)
    assert found.keys() == {"no-withdrawal-overdue"}
    assert found["no-withdrawal-overdue"].breaks == 3
    assert any(day.live["id"] in example for example in found["no-withdrawal-overdue"].examples)


@pytest.fixture
def gauge() -> Iterator[None]:
    metrics.BROKEN_CONTROLS.clear()
    yield
    metrics.BROKEN_CONTROLS.clear()


def breaks(name: str) -> float:
    found = metrics.BROKEN_CONTROLS.labels(name)._value.get()
    assert isinstance(found, float)
    return found


def test_housekeeping_watches(service: Service, database: Database, gauge: None) -> None:
    """The controls run every five minutes, and what is broken shows in the metric."""
    work(service)
    number = len(sql.controls())
    assert watching.watch(service.context, service.now) > number
    assert breaks("office-days-equal-receipts") == 0
    with database.owner.begin() as session:
        tamper(session, "DELETE FROM service.office_day")
    assert watching.watch(service.context, service.now) == 0
    service.clock.advance(minutes=5)
    assert watching.watch(service.context, service.now) > number
    assert breaks("office-days-equal-receipts") == 2


def test_a_failing_watch_waits_too(service: Service, database: Database) -> None:
    """Controls that cannot run are not tried again at once."""
    with database.owner.begin() as session:
        session.execute(text("REVOKE SELECT ON service.receipt FROM soft_atm_app"))
    with pytest.raises(Exception, match="permission denied"):
        watching.watch(service.context, service.now)
    assert watching.watch(service.context, service.now) == 0
