"""The end of a month over the service: what is reserved for the next one does not eat what is left of this one."""

from datetime import UTC, datetime, timedelta

from atm_service.control.audit import sealing, store, watching
from atm_service.desk.vouchers.domain import VoucherKind
from atm_service.platform import chart
from atm_service.registers.headroom import store as headroom
from atm_service.registers.headroom.store import More
from ledger import business_date
from ledger.controls import marks
from tests.atm_service.counter import deposited
from tests.atm_service.payout.test_wallet import slug
from tests.atm_service.world import OFFICE, Service

MILLION = 1_000_000


def last_day(service: Service, left: int) -> None:
    """Go to the morning of Monday, 30 November, with so much left of the office's month."""
    service.clock.now = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    friday = service.now - timedelta(days=3)
    with service.context.transaction() as session:
        headroom.lock_today(session, [OFFICE], business_date(friday))
        most = service.context.policy.office.per_month
        headroom.count(session, {OFFICE: More(paid=most - left)}, friday)


def test_a_lawful_payment_is_paid_on_the_last_day_of_a_month(service: Service) -> None:
    """20 million are reserved for 1 December, 10 million are left in November: they are paid, and no more."""
    last_day(service, 10 * MILLION)
    clerk = service.clerk(cash=100 * MILLION)
    for _ in range(2):
        booked = service.customer(balance=20 * MILLION).appointment(10 * MILLION, day="2026-12-01")
        assert booked.status_code == 201, booked.text
    customer, other = service.customer(balance=20 * MILLION), service.customer(balance=20 * MILLION)
    assert clerk.serve(customer, customer.code(10 * MILLION)).status_code == 201
    assert service.balance(chart.customer(customer.id)) == 10 * MILLION
    code = other.code(50_000)
    clerk.present(code["code"])
    over = clerk.pay(code["id"], other.facts["id_number"])
    assert (slug(over), over.json()["period"]) == ("office-limit-reached", "month")


def test_the_list_of_offices_reads_the_month_as_a_payment_does(service: Service) -> None:
    """An office that would pay says yes."""
    last_day(service, 10 * MILLION)
    service.clerk(cash=100 * MILLION)
    customer = service.customer(balance=20 * MILLION)
    customer.appointment(10 * MILLION, day="2026-12-01")
    listed = customer.get("/wallet/v1/offices", amount=10 * MILLION, q=OFFICE).json()["items"]
    assert [one["can_pay"] for one in listed if one["code"] == OFFICE] == ["yes"]


def test_a_deposit_that_breaks_a_customers_day_is_found_when_it_is_sealed(service: Service) -> None:
    """The control looks at whoever moved since it last held, with all of that day, cash of both kinds."""
    customer, clerk = service.customer(balance=20 * MILLION), service.clerk(cash=100 * MILLION)
    assert clerk.serve(customer, customer.code(2 * MILLION)).status_code == 201
    service.clock.advance(hours=2)  # a run over what is new looks an hour further back than its mark
    customer, clerk = service.again(customer), service.again(clerk)
    sealing.seal_all(service.context, service.now)
    with store.snapshot(service.context.engine, read_only=False) as session:
        marks.set_here(session)
    assert deposited(clerk, customer, {"500000": 2})["kind"] == VoucherKind.DEPOSIT
    sealing.seal_all(service.context, service.now)  # as housekeeping does every few seconds
    service.limit_customer(per_day=2 * MILLION)  # what was lawful then is not now: the control must say so
    with store.snapshot(service.context.engine, read_only=False) as session:
        span = watching.since_mark(session)
        found = {
            one.name: one for one in watching.controls(session, service.context.policy, service.now, span)
        }
    assert span is not watching.EVERYTHING
    assert not found["customers-within-limits"].holds
