"""The controls of approvals, vouchers and reversals: they hold after a day's work, and find every plant."""

from tests.atm_service.control.audit.counter_plants import PLANTS
from tests.atm_service.control.audit.days import broken_now, missed, topped_up
from tests.atm_service.counter import ask_to_reverse, decide, deposited, paid, reverse, supervisor
from tests.atm_service.desk.proposals.test_transfers import confirm, propose
from tests.atm_service.wallet.transfers import sending
from tests.atm_service.world import Service
from tests.database import Database


def work(service: Service) -> None:
    """Let a counter do one of each: payment, deposit, transfer; the payment and one deposit are undone.

    And let the payer send from the phone.
    """
    clerk, payer, payee = service.clerk(), topped_up(service), topped_up(service)
    person = supervisor(service)
    receipt = paid(service, clerk, payer)
    first = deposited(clerk, payer, {"500000": 2})
    service.clock.advance(minutes=1)
    deposited(clerk, payee, {"500000": 4})
    assert confirm(clerk, propose(clerk, payer, payee).json()).status_code == 201
    sending.sent(payer, payee)
    for what, id, counts in (
        ("withdrawals", receipt["withdrawal_id"], {"500000": 4}),
        ("deposits", first["subject"], {"500000": 2}),
    ):
        decide(person, ask_to_reverse(clerk, id, what).json())
        service.clock.advance(minutes=1)
        assert reverse(clerk, id, counts, of=what).status_code == 201


def test_all_controls_hold_after_a_counters_day(service: Service) -> None:
    """One of each, and nothing breaks a control."""
    work(service)
    assert broken_now(service) == {}


def test_every_plant_is_found(service: Service, database: Database) -> None:
    """Whatever is changed behind the service's back breaks the control that is there for it, with an example."""
    work(service)
    assert missed(database, service, PLANTS) == []
