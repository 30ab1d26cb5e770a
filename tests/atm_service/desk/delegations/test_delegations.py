"""A delegate collects for an elder: both cards, both halves, within the delegation, until it is revoked."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import exc, text

from atm_service.control.audit import store
from atm_service.registers.customers import store as customers
from atm_service.registers.delegations import store as delegations
from tests.atm_service.control.audit.days import broken, broken_now, missed, topped_up
from tests.atm_service.counter import ask_to_reverse, decide, refused, reverse, supervisor
from tests.atm_service.desk.delegations.plants import PLANTS
from tests.atm_service.elders import DELEGATE, delegate, delegated, halves, make_slip, pay_delegate, revoke
from tests.atm_service.records import unchanged
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Service
from tests.database import Database
from tests.waiting import wait_until_blocked

DRAWER = f"office/{OFFICE}/drawer/1"
MASKED = "••••••••7788"


def test_a_delegate_is_paid(service: Service) -> None:
    """The receipt has both masked cards; entry and trail say that a delegate was paid; it counts for the elder."""
    clerk, elder = service.clerk(), service.customer()
    made = delegated(clerk, elder)
    assert (made["delegate"], made["alive"], made["used_this_month"]) == (MASKED, True, 0)
    slip = halves(clerk, elder, made)
    assert (slip["code"], slip["digits"], slip["delegate"], slip["office"]) == (None, None, MASKED, OFFICE)
    for typed in ("-".join(slip["halves"]), " ".join(reversed(slip["halves"]))):
        presented = clerk.present(typed).json()
        assert (presented["requires"], presented["delegate"]) == (["id_number", "delegate"], MASKED)
    answer = pay_delegate(clerk, elder, slip)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert receipt["payee"]["masked_id"] == f"••••••••{elder.facts['id_number'][-4:]}"
    assert receipt["delegate"] == {"delegation_id": made["id"], "masked_id": MASKED, "checked": "typed"}
    assert clerk.get(f"/counter/v1/receipts/{receipt['id']}").json() == receipt
    assert service.trail("pay")[0]["detail"]["paid_to_delegate"] == made["id"]
    with service.context.transaction() as session:
        told = session.execute(
            text("SELECT narration FROM ledger.entry WHERE id = :id"), {"id": receipt["entry_id"]}
        )
        assert told.scalar_one() == f"cash paid to delegate at {OFFICE}"
    assert (service.balance(DRAWER), elder.account()["available"]) == (98_000_000, 3_000_000)
    assert elder.account()["limits"]["used_today"] == 2_000_000


def test_half_of_the_digits_is_not_enough(service: Service) -> None:
    """Neither half opens anything, and the wallet shows neither digits nor QR."""
    clerk, elder = service.clerk(), service.customer()
    slip = halves(clerk, elder, delegated(clerk, elder))
    first, second = slip["halves"]
    assert (len(first.replace("-", "")), len(second.replace("-", ""))) == (10, 10)
    for half in (first, second):
        assert refused(clerk.present(half)) == "code-unknown"
    shown = elder.look(slip["withdrawal_id"])
    assert (shown["code"], shown["digits"]) == (None, None)
    assert elder.get(f"/wallet/v1/withdrawals/{slip['withdrawal_id']}/qr.svg").status_code == 409


def test_both_cards_are_checked_and_counted(service: Service) -> None:
    """Without the delegate's card, with another's, and with another elder's: three refusals; five guesses shut it."""
    clerk, elder, other = service.clerk(), service.customer(), service.customer()
    slip = halves(clerk, elder, delegated(clerk, elder))
    id, card = slip["withdrawal_id"], elder.facts["id_number"]
    clerk.present("".join(slip["halves"]))
    assert refused(clerk.pay(id, card)) == "delegate-required"
    assert refused(clerk.pay(id, card, pin="480152")) == "delegate-required"
    answer = pay_delegate(clerk, elder, slip, "020190009999")
    assert (refused(answer), answer.json()["remaining_attempts"]) == ("wrong-delegate", 4)
    assert refused(pay_delegate(clerk, other, slip)) == "wrong-identity"
    for _ in range(3):
        pay_delegate(clerk, elder, slip, "020190009999")
    assert refused(pay_delegate(clerk, elder, slip)) == "too-many-attempts"
    assert service.balance(DRAWER) == 100_000_000


def test_nobody_collects_what_is_for_the_customer_alone(service: Service) -> None:
    """A delegate's card does not help with an ordinary code."""
    clerk, elder = service.clerk(), service.customer()
    delegated(clerk, elder)
    slip = make_slip(clerk, elder).json()
    clerk.present(slip["code"])
    card = {"delegate": {"id_number": DELEGATE, "checked": "qr"}}
    answer = clerk.pay(slip["withdrawal_id"], elder.facts["id_number"], **card)
    assert refused(answer) == "delegate-not-asked"


def test_the_ceiling_and_the_month_bind_the_slips(service: Service) -> None:
    """Two million at a time, three a month, open slips included; next month begins anew."""
    clerk, elder = service.clerk(), service.customer(20_000_000)
    made = delegated(clerk, elder)
    answer = make_slip(clerk, elder, 2_010_000, delegation_id=made["id"])
    assert (refused(answer), answer.json()["ceiling"]) == ("delegation-ceiling", 2_000_000)
    pay_delegate(clerk, elder, halves(clerk, elder, made))
    open_slip = halves(clerk, elder, made, 500_000)
    answer = make_slip(clerk, elder, 510_000, delegation_id=made["id"])
    assert (refused(answer), answer.json()["remaining"]) == ("delegation-month", 500_000)
    assert pay_delegate(clerk, elder, open_slip).status_code == 201
    service.clock.advance(days=15)
    assert make_slip(service.again(clerk), elder, 2_000_000, delegation_id=made["id"]).status_code == 201


def test_the_month_binds_the_payment(service: Service) -> None:
    """A slip of last month is paid out of this month's sum, whatever was open when it was made."""
    clerk, elder = service.clerk(), service.customer(20_000_000)
    made = delegated(clerk, elder)
    service.clock.now = service.now.replace(day=30, hour=14)  # nine in the evening of the month's last day
    clerk = service.again(clerk)
    old = halves(clerk, elder, made)
    service.clock.advance(hours=12)
    clerk = service.again(clerk)
    halves_ = [halves(clerk, elder, made, 1_000_000)]
    assert pay_delegate(clerk, elder, halves_[0]).status_code == 201
    assert pay_delegate(clerk, elder, old).status_code == 201
    assert refused(make_slip(clerk, elder, 50_000, delegation_id=made["id"])) == "delegation-month"


def test_what_was_undone_is_given_back_to_the_month(service: Service) -> None:
    """A reversed payment leaves room for another."""
    clerk, elder = service.clerk(), service.customer(20_000_000)
    made = delegated(clerk, elder, per_month=2_000_000)
    receipt = pay_delegate(clerk, elder, halves(clerk, elder, made)).json()
    decide(supervisor(service), ask_to_reverse(clerk, receipt["withdrawal_id"]).json())
    assert reverse(clerk, receipt["withdrawal_id"], {"500000": 4}).status_code == 201
    assert pay_delegate(clerk, elder, halves(clerk, elder, made)).status_code == 201


def test_only_at_its_office(service: Service) -> None:
    """The slip is bound to the delegation's office."""
    clerk, elder = service.clerk(), service.customer()
    elsewhere = service.clerk(OTHER_OFFICE)
    slip = halves(elsewhere, elder, delegated(elsewhere, elder))
    assert refused(pay_delegate(elsewhere, elder, slip)) == "wrong-office"
    assert pay_delegate(clerk, elder, slip).status_code == 201


def test_it_ends_with_its_last_day(service: Service) -> None:
    """A slip that outlives the delegation is not paid, and no new one is made."""
    clerk, elder = service.clerk(), service.customer()
    made = delegated(clerk, elder, ends_on="2026-11-16")
    slip = halves(clerk, elder, made)
    service.clock.advance(hours=15)
    clerk = service.again(clerk)
    assert refused(pay_delegate(clerk, elder, slip)) == "delegation-ended"
    assert refused(make_slip(clerk, elder, delegation_id=made["id"])) == "delegation-ended"


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"ends_on": "2027-11-17"}, "delegation-too-long"),
        ({"ends_on": "2026-11-15"}, "delegation-too-long"),
        ({"ceiling": 10_000_001, "per_month": 10_000_001}, "delegation-too-large"),
        ({"per_month": 20_000_001}, "delegation-too-large"),
        ({"per_month": 1_999_999}, "delegation-too-large"),
        ({"office": "99999-1"}, "office-unknown"),
        ({"office": OTHER_OFFICE}, "office-not-active"),
        ({"pin": "111222"}, "wrong-pin"),
        ({"id_number": "020085999999"}, "payer-card-unknown"),
    ],
)
def test_what_is_not_written_down(service: Service, changes: dict[str, object], slug: str) -> None:
    """One step beyond each bound, and without proof."""
    clerk, elder = service.clerk(), service.customer()
    with unchanged(service):
        assert refused(delegate(clerk, elder, **changes)) == slug


def test_nobody_is_the_own_delegate(service: Service) -> None:
    """The service refuses it, and so does the database."""
    clerk, elder = service.clerk(), service.customer()
    assert (
        refused(delegate(clerk, elder, delegate_id_number=elder.facts["id_number"])) == "delegate-is-customer"
    )


def test_another_customers_delegation_is_not_found(service: Service) -> None:
    """Neither for a slip nor for a revocation."""
    clerk, elder, other = service.clerk(), service.customer(), service.customer()
    made = delegated(clerk, elder)
    assert refused(make_slip(clerk, other, delegation_id=made["id"])) == "not-found"
    assert refused(revoke(clerk, other, made)) == "not-found"
    assert refused(other.post(f"/wallet/v1/delegations/{made['id']}/revocation")) == "not-found"


def test_revoked_at_any_counter_at_once(service: Service) -> None:
    """The open slip is given up and its money is free; no other is made; a second word changes nothing."""
    clerk, elder = service.clerk(), service.customer()
    elsewhere = service.clerk(OTHER_OFFICE)
    made = delegated(clerk, elder)
    slip = halves(clerk, elder, made)
    assert refused(revoke(elsewhere, elder, made, pin="111222")) == "wrong-pin"
    ended = revoke(elsewhere, elder, made).json()
    assert (ended["alive"], ended["revoked_at"] is not None) == (False, True)
    assert revoke(elsewhere, elder, made).json() == ended
    assert refused(pay_delegate(clerk, elder, slip)) == "withdrawal-cancelled"
    assert refused(make_slip(clerk, elder, delegation_id=made["id"])) == "delegation-revoked"
    assert elder.account()["held"] == 0
    (row,) = service.trail("delegation.revoked")
    assert row["actor"] == elsewhere.id


def test_all_open_slips_are_given_up(service: Service) -> None:
    """All are locked before any money moves: whoever cancels the other one meanwhile holds it and wants the account."""
    clerk, elder = service.clerk(), service.customer()
    made = delegated(clerk, elder)
    slips = [halves(clerk, elder, made, amount=500_000) for _ in range(2)]
    assert not revoke(clerk, elder, made).json()["alive"]
    assert [elder.look(slip["withdrawal_id"])["status"] for slip in slips] == ["cancelled"] * 2
    assert (elder.account()["held"], len(service.trail("cancel"))) == (0, 2)


def test_revoked_in_the_wallet(service: Service) -> None:
    """The customer sees every delegation and ends one, while a clerk is counting: it is not paid, nothing waits."""
    clerk, elder = service.clerk(), service.customer()
    made = delegated(clerk, elder)
    slip = halves(clerk, elder, made)
    clerk.present("".join(slip["halves"]))
    assert elder.get("/wallet/v1/delegations").json() == {"delegations": [made]}
    ended = elder.post(f"/wallet/v1/delegations/{made['id']}/revocation").json()
    assert not ended["alive"]
    assert refused(pay_delegate(clerk, elder, slip)) == "withdrawal-cancelled"
    assert elder.account()["held"] == 0


def test_a_revocation_binds_the_payment(service: Service) -> None:
    """Whatever became of the open slip; and a payment that comes at the same moment waits for it."""
    clerk, elder = service.clerk(), service.customer()
    made = delegated(clerk, elder)
    slip = halves(clerk, elder, made)
    with ThreadPoolExecutor(1) as pool:
        with service.context.transaction() as session:
            customers.lock_each(session, [elder.id])
            paying = pool.submit(pay_delegate, clerk, elder, slip)
            wait_until_blocked(service.context.engine, paying)
            delegations.revoke(session, UUID(made["id"]), None, service.now)
        assert refused(paying.result()) == "delegation-revoked"


def test_found_by_card(service: Service) -> None:
    """The counter lists a customer's delegations; nobody's card is refused."""
    clerk, elder = service.clerk(), service.customer()
    made = delegated(clerk, elder)
    card = {"id_number": elder.facts["id_number"], "checked": "mrz"}
    assert clerk.post("/counter/v1/delegations/find", card).json() == {"delegations": [made]}
    nobody = {**card, "id_number": "020085999999"}
    assert refused(clerk.post("/counter/v1/delegations/find", nobody)) == "payer-card-unknown"


def test_revoked_or_paid_never_both(service: Service) -> None:
    """At the same moment, with real threads: what is paid was paid before the revocation."""
    clerk, elder = service.clerk(), service.customer(20_000_000)
    outcomes = set()
    for _ in range(6):
        made = delegated(clerk, elder, per_month=20_000_000)
        slip = halves(clerk, elder, made, 500_000)
        clerk.present("".join(slip["halves"]))
        with ThreadPoolExecutor(2) as pool:
            paying = pool.submit(pay_delegate, clerk, elder, slip)
            ending = pool.submit(elder.post, f"/wallet/v1/delegations/{made['id']}/revocation")
        assert ending.result().status_code == 200
        answer = paying.result()
        outcomes.add(answer.status_code == 201 or refused(answer))
        assert refused(make_slip(clerk, elder, 500_000, delegation_id=made["id"])) == "delegation-revoked"
    assert outcomes <= {True, "delegation-revoked", "withdrawal-cancelled"}
    with store.snapshot(service.context.engine) as session:
        assert "delegates-within-delegations" not in broken(session, service)


def move(database: Database, slips: list[dict[str, Any]], made: dict[str, Any]) -> None:
    """Put slips under another delegation, behind the service's back."""
    with database.owner.begin() as session:
        for slip in slips:
            values = {"id": slip["withdrawal_id"], "delegation": made["id"]}
            session.execute(
                text("UPDATE service.withdrawal SET delegation_id = :delegation WHERE id = :id"), values
            )


def test_the_payment_itself_is_bound(service: Service, database: Database) -> None:
    """Whatever let the slips be made: two at once at two drawers, with room for one in the month, pay one."""
    first, second = service.clerk(), service.clerk(drawer=2)
    elder = service.customer(20_000_000)
    narrow = delegated(first, elder)
    slips = [halves(first, elder, delegated(first, elder)) for _ in range(2)]
    move(database, slips, narrow)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(pay_delegate, (first, second), (elder, elder), slips))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (late,) = [answer for answer in answers if answer.status_code == 409]
    assert (refused(late), late.json()["remaining"]) == ("delegation-month", 1_000_000)


def test_the_ceiling_binds_the_payment(service: Service, database: Database) -> None:
    """Whatever let the slip be made."""
    clerk, elder = service.clerk(), service.customer(20_000_000)
    slip = halves(clerk, elder, delegated(clerk, elder))
    move(database, [slip], delegated(clerk, elder, ceiling=1_990_000))
    assert refused(pay_delegate(clerk, elder, slip)) == "delegation-ceiling"


STATEMENTS = [
    "UPDATE service.delegation SET ends_on = ends_on + 1",
    "UPDATE service.delegation_revocation SET revoked_at = now()",
    "DELETE FROM service.delegation_revocation",
    """INSERT INTO service.delegation SELECT gen_random_uuid(), customer_id, delegate_print, delegate_sealed, ceiling,
       per_month, office, begins_on, begins_on + 366, identity_checked, shift_id, clerk_id, made_at
       FROM service.delegation""",
    """INSERT INTO service.delegation SELECT gen_random_uuid(), d.customer_id, c.id_print, delegate_sealed, ceiling,
       per_month, office, begins_on, ends_on, identity_checked, shift_id, clerk_id, made_at
       FROM service.delegation d JOIN service.customer c ON c.id = d.customer_id""",
    "UPDATE service.withdrawal SET office = '05974-1' WHERE delegation_id IS NOT NULL",
    "UPDATE service.withdrawal SET office = NULL WHERE delegation_id IS NOT NULL",
    "UPDATE service.slip SET made_at = now()",
]


def test_the_database_refuses(service: Service, database: Database) -> None:
    """Whatever the program believes: facts stay, twelve months are the most, office and customer belong to it."""
    clerk, elder = service.clerk(), service.customer()
    made = delegated(clerk, elder)
    halves(clerk, elder, made)
    revoke(clerk, elder, made)
    for statement in STATEMENTS:
        with pytest.raises(exc.DBAPIError), database.owner.begin() as session:
            session.exec_driver_sql(statement)


@pytest.fixture
def worked(service: Service) -> Service:
    """Let a delegate be paid, then revoke the delegation; leave a slip open."""
    clerk, elder = service.clerk(), topped_up(service)
    made = delegated(clerk, elder)
    pay_delegate(clerk, elder, halves(clerk, elder, made))
    service.clock.advance(minutes=1)
    revoke(clerk, elder, made)
    make_slip(clerk, elder, 500_000)
    return service


def test_all_controls_hold(worked: Service) -> None:
    """After a payment to a delegate, a revocation and an open slip."""
    assert broken_now(worked) == {}


def test_every_plant_is_found(worked: Service, database: Database) -> None:
    """What is changed behind the service's back breaks its control, with an example."""
    assert missed(database, worked, PLANTS) == []


def test_no_number_is_plain(service: Service) -> None:
    """The delegate's card number stands nowhere in the database, the trail included."""
    clerk, elder = service.clerk(), service.customer()
    pay_delegate(clerk, elder, halves(clerk, elder, delegated(clerk, elder)))
    with service.context.transaction() as session:
        for table in ("delegation", "withdrawal", "receipt", "audit_event", "slip"):
            written = session.exec_driver_sql(f"SELECT * FROM service.{table}").all()
            assert DELEGATE not in str(written)
            assert DELEGATE.encode().hex() not in str(written)
