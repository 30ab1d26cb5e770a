"""An office asks its area for cash; a supervisor orders a delivery for it or says why not."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError

from atm_service.platform.keys.tokens import Caller
from atm_service.registers.staff import rights
from tests.atm_service.control.members.test_by_two import fresh
from tests.atm_service.world import OFFICE, Clerk, Person, Service
from tests.contract.documented import slug_of

ASKED = {"amount": 60_000_000, "reason": "Chợ phiên, cần tờ 50.000"}
STAFF = "/staff/v1/deliveries/requests"


def ask(clerk: Clerk, **more: Any) -> Any:
    return clerk.post("/counter/v1/cash/requests", ASKED | more)


def order(boss: Person, id: str, amount: int = 60_000_000) -> Any:
    return boss.post(f"{STAFF}/{id}/order", {"amount": amount})


def test_a_request_becomes_an_ordered_delivery(service: Service) -> None:
    """Of the sum that the supervisor names; the office hears that it comes, and counts it blind."""
    clerk, boss = service.clerk(), service.staff("supervisor")
    asked = ask(clerk).json()
    (waiting,) = boss.get(STAFF).json()["items"]
    assert (waiting, waiting["status"], waiting["reason"]) == (asked, "waiting", ASKED["reason"])
    assert order(boss, asked["id"], 45_000_000).json()["status"] == "ordered"
    (delivery,) = boss.get("/staff/v1/deliveries").json()["items"]
    assert (delivery["office"], delivery["amount"], delivery["status"]) == (OFFICE, 45_000_000, "ordered")
    (told,) = clerk.get("/counter/v1/cash/requests").json()["items"]
    assert (told["status"], told["amount"]) == ("ordered", 60_000_000)
    assert "45000000" not in clerk.get("/counter/v1/cash/requests").text
    assert boss.get(STAFF).json()["items"] == []


def test_a_no_has_a_reason(service: Service) -> None:
    """The office reads it, and may ask again; while one request waits there is no second."""
    clerk, boss = service.clerk(), service.staff("supervisor")
    id = ask(clerk).json()["id"]
    assert slug_of(ask(clerk)) == "cash-asked"
    refused = boss.post(f"{STAFF}/{id}/refuse", {"reason": "Xe đến thứ Sáu"}).json()
    assert (refused["status"], refused["refusal"]) == ("refused", "Xe đến thứ Sáu")
    assert ask(clerk).status_code == 201
    assert [one["status"] for one in clerk.get("/counter/v1/cash/requests").json()["items"]] == [
        "waiting",
        "refused",
    ]


def test_two_supervisors_order_one_delivery(service: Service) -> None:
    """At once: one is faster, the other is told."""
    clerk, bosses = service.clerk(), [service.staff("supervisor") for _ in range(2)]
    id = ask(clerk).json()["id"]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda boss: order(boss, id), bosses))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert slug_of(order(bosses[0], id)) == "request-decided"
    assert len(bosses[0].get("/staff/v1/deliveries").json()["items"]) == 1


def test_a_decided_request_stays_decided(service: Service) -> None:
    """Behind the service's back, too."""
    clerk, boss = service.clerk(), service.staff("supervisor")
    order(boss, ask(clerk).json()["id"])
    with pytest.raises(DatabaseError, match="never changed"), service.context.transaction() as session:
        session.exec_driver_sql("UPDATE service.cash_request SET refusal = 'x', delivery_id = NULL")


def test_nobody_decides_what_they_have_asked_for(service: Service) -> None:
    """Not as a supervisor either, whom the clerk has become since; another one decides."""
    clerk = service.clerk(shift=False)
    id = ask(clerk).json()["id"]
    by = Caller(service.staff("operator").id, "staff", "operator", None)
    with service.context.transaction() as session:
        rights.change_role(
            session, by, clerk.id, "supervisor", None, "bổ nhiệm", service.now, lambda *_: None
        )
    asker = fresh(service, clerk)
    assert slug_of(order(asker, id)) == "own-cash-request"
    assert slug_of(asker.post(f"{STAFF}/{id}/refuse", {"reason": "Xe đến thứ Sáu"})) == "own-cash-request"
    assert order(service.staff("supervisor"), id).json()["status"] == "ordered"
