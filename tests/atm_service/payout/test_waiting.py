"""Whoever waits for a lock is judged and dated by the time at which it came, not by when the request began."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from httpx2 import Response
from sqlalchemy import Engine

from tests.atm_service.world import Service
from tests.database import Database
from tests.waiting import wait_until_blocked

WITHDRAWAL = "SELECT id FROM service.withdrawal FOR UPDATE"
OFFICE_DAY = "SELECT office FROM service.office_day FOR UPDATE"
NOTES = "SELECT place FROM service.note_stock FOR UPDATE"
SHIFT = "SELECT id FROM service.shift FOR UPDATE"
CUSTOMER = "SELECT id FROM service.customer FOR UPDATE"


def held_up(
    service: Service, owner: Engine, lock: str, ask: Callable[[], Response], **later: float
) -> Response:
    """Ask while somebody else holds rows, and let them go when so much time has passed."""
    with ThreadPoolExecutor(1) as one:
        with owner.connect() as holder:
            holder.exec_driver_sql(lock)
            asked = one.submit(ask)
            wait_until_blocked(owner, asked)
            assert not asked.done(), asked.result().text
            service.clock.advance(**later)
            holder.rollback()
        return asked.result(60)


@pytest.mark.parametrize("lock", [WITHDRAWAL, OFFICE_DAY, NOTES])
def test_a_payment_is_dated_when_it_has_what_it_needs(
    service: Service, database: Database, lock: str
) -> None:
    """The receipt's time is read after the last of withdrawal, office and notes."""
    clerk, customer = service.clerk(), service.customer()
    clerk.serve(customer, customer.code())
    code = customer.code()
    assert clerk.present(code["code"]).status_code == 201
    asked_at = service.now
    answer = held_up(
        service, database.owner, lock, lambda: clerk.pay(code["id"], customer.facts["id_number"]), seconds=20
    )
    assert answer.json()["paid_at"] == (asked_at + timedelta(seconds=20)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("lock", [WITHDRAWAL, OFFICE_DAY, NOTES])
def test_a_code_that_ended_while_its_payment_waited_is_not_paid(
    service: Service, database: Database, lock: str
) -> None:
    """Deadline and lease are judged by the time after the wait."""
    clerk, customer = service.clerk(), service.customer()
    clerk.serve(customer, customer.code())
    code = customer.code(lifetime="counter")
    assert clerk.present(code["code"]).status_code == 201
    answer = held_up(
        service, database.owner, lock, lambda: clerk.pay(code["id"], customer.facts["id_number"]), minutes=45
    )
    assert answer.json()["type"] == "urn:soft-atm:problem:code-expired"


def test_midnight_in_a_wait_counts_for_no_day(service: Service, database: Database) -> None:
    """The office's day that is locked is over: nothing is done, and the same key pays on the new one."""
    service.clock.advance(hours=14, minutes=59, seconds=50)  # ten seconds before midnight in Lạng Sơn
    clerk, customer = service.clerk(), service.customer()
    clerk.serve(customer, customer.code())
    code = customer.code()
    assert clerk.present(code["code"]).status_code == 201

    def pay() -> Response:
        return clerk.pay(code["id"], customer.facts["id_number"], key="midnight")

    assert held_up(service, database.owner, OFFICE_DAY, pay, seconds=20).status_code == 503
    assert pay().json()["number"] == "05971-1-261117-0001"


def test_a_presentation_is_leased_from_when_the_code_is_ours(service: Service, database: Database) -> None:
    """A lease that began before its wait would be over early; a code that ended meanwhile gives none."""
    clerk, customer = service.clerk(), service.customer()
    code = customer.code()
    asked_at = service.now
    answer = held_up(service, database.owner, WITHDRAWAL, lambda: clerk.present(code["code"]), seconds=20)
    lease = service.context.policy.withdrawal.lease + timedelta(seconds=20)
    assert answer.json()["lease_until"] == (asked_at + lease).isoformat().replace("+00:00", "Z")


def test_a_code_is_made_when_its_customer_is_ours(service: Service, database: Database) -> None:
    """Its life does not begin before the wait."""
    customer = service.customer()
    asked_at = service.now
    answer = held_up(service, database.owner, CUSTOMER, customer.authorise, seconds=20)
    assert answer.json()["created_at"] == (asked_at + timedelta(seconds=20)).isoformat().replace(
        "+00:00", "Z"
    )


def test_what_stood_still_is_not_committed_under_an_old_time(service: Service, database: Database) -> None:
    """A shift that is closed half a minute after it was asked for: nothing is done, and the same key does it then."""
    clerk, customer = service.clerk(), service.customer()
    clerk.serve(customer, customer.code())
    counts = {"500000": 1}

    def close() -> Response:
        return clerk.close(counts, key="close")

    assert held_up(service, database.owner, SHIFT, close, seconds=31).status_code == 503
    assert close().json()["recount"] is True
