"""Moving an appointment, over HTTP: the customer says where and when, and the code is another one."""

from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from tests.atm_service.payout.test_wallet import slug
from tests.atm_service.promises.reservations.test_reserving import TODAY, TOMORROW, booked, reserved
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Customer, Service


def move(
    customer: Customer, id: str, office: str = OTHER_OFFICE, key: str | None = None, **more: Any
) -> Response:
    return customer.post(f"/wallet/v1/withdrawals/{id}/move", {"office": office, **more}, key)


def test_a_moved_appointment_is_paid_at_the_new_office_by_its_new_code(service: Service) -> None:
    """The old office has its cash back, and neither the old code nor the old office is good any more."""
    here, there, customer = service.clerk(), service.clerk(OTHER_OFFICE), service.customer()
    code = booked(customer)
    answer = move(customer, code["id"])
    assert answer.status_code == 200, answer.text
    moved = answer.json()
    assert (moved["office"], moved["day"], moved["reservation"]) == (OTHER_OFFICE, str(TODAY), "standing")
    assert moved["expires_at"] == code["expires_at"]
    assert (moved["digits"], moved["code"]) == (code["digits"], customer.look(code["id"])["code"])
    assert moved["code"] != code["code"]
    assert reserved(service) == {}
    assert reserved(service, OTHER_OFFICE) == {str(TODAY): (2_000_000, 2_000_000)}
    assert slug(here.present(moved["code"])) == slug(here.present(code["code"])) == "wrong-office"
    assert slug(there.present(code["code"])) == "code-replaced"
    assert there.serve(customer, moved).status_code == 201
    assert reserved(service, OTHER_OFFICE) == {}


def test_the_same_key_moves_once(service: Service) -> None:
    """A repeated request answers with the same bytes."""
    service.clerk()
    service.clerk(OTHER_OFFICE)
    customer, key = service.customer(), str(uuid4())
    code = booked(customer)
    first, again = move(customer, code["id"], key=key), move(customer, code["id"], key=key)
    assert first.content == again.content
    assert reserved(service, OTHER_OFFICE) == {str(TODAY): (2_000_000, 2_000_000)}


def test_to_another_day_with_the_cash_it_has(service: Service) -> None:
    """All the cash of the office is its own: it moves within it."""
    service.clerk(cash=2_000_000)
    customer = service.customer()
    code = booked(customer, day=str(TOMORROW))
    assert move(customer, code["id"], OFFICE).json()["day"] == str(TODAY)
    assert reserved(service) == {str(TODAY): (2_000_000, 2_000_000)}
    assert move(customer, code["id"], OFFICE, day=str(TOMORROW)).json()["day"] == str(TOMORROW)
    assert reserved(service) == {str(TODAY): (0, 2_000_000), str(TOMORROW): (2_000_000, 2_000_000)}


def test_a_refused_move_changes_nothing(service: Service) -> None:
    """The reservation at the old office stands."""
    service.clerk()
    service.clerk(OTHER_OFFICE, cash=1_990_000)
    customer = service.customer()
    code = booked(customer)
    for wished, refusal in (
        ({}, "cannot-reserve"),
        ({"office": "05977-1"}, "office-not-active"),
        ({"office": "99999-1"}, "office-unknown"),
        ({"office": OFFICE, "day": "2026-11-20"}, "day-not-possible"),
    ):
        assert slug(move(customer, code["id"], **wished)) == refusal
    assert customer.look(code["id"]) == code
    assert reserved(service) == {str(TODAY): (2_000_000, 2_000_000)}


def test_only_the_own_live_appointment_moves(service: Service) -> None:
    """Not another's, not a journey's code, not while a clerk counts, not after its end."""
    clerk, customer = service.clerk(), service.customer()
    service.clerk(OTHER_OFFICE)
    code = booked(customer)
    assert slug(move(service.customer(), code["id"])) == "not-found"
    assert slug(move(customer, customer.code(50_000)["id"])) == "not-an-appointment"
    clerk.present(code["code"])
    assert slug(move(customer, code["id"])) == "being-paid"
    service.clock.advance(minutes=5)
    assert move(customer, code["id"]).status_code == 200
    customer.cancel(code["id"])
    ended = move(customer, code["id"])
    assert (slug(ended), ended.json()["ended_as"]) == ("already-ended", "cancelled")


def test_a_code_whose_time_is_over_does_not_move(service: Service) -> None:
    """Before housekeeping has seen it, too."""
    service.clerk()
    customer = service.customer()
    code = booked(customer)
    service.clock.advance(hours=72)
    assert slug(move(service.again(customer), code["id"], OFFICE)) == "code-expired"


@pytest.mark.parametrize(
    "body",
    [{}, {"office": "x"}, {"office": OFFICE, "day": 20}, {"office": OFFICE, "day": "tomorrow"}],
)
def test_malformed_moves_are_refused(service: Service, body: dict[str, Any]) -> None:
    """An office, and a day as people write it."""
    customer = service.customer()
    answer = customer.post(f"/wallet/v1/withdrawals/{uuid4()}/move", body)
    assert slug(answer) == "malformed-request"
