"""Appointments over HTTP: what is reserved, for whom, and what that leaves for others."""

from datetime import date, timedelta
from typing import Any

import pytest

from atm_service.payout import service as withdrawals
from atm_service.platform import chart
from tests.atm_service.counter import confirm, propose
from tests.atm_service.payout.test_wallet import slug
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Customer, Service

CASH = 10_000_000
TODAY, TOMORROW = date(2026, 11, 16), date(2026, 11, 17)


def reserved(service: Service, office: str = OFFICE) -> dict[str, tuple[int, int]]:
    """Give the days' figures of an office: for the day, and from it on, where there are any."""
    with service.context.transaction() as session:
        rows = session.exec_driver_sql(
            "SELECT day, reserved_on, reserved_from FROM service.office_day WHERE office = %s ORDER BY day",
            (office,),
        )
        return {str(row.day): (row.reserved_on, row.reserved_from) for row in rows if any(row[1:])}


def booked(customer: Customer, amount: int = 2_000_000, **more: Any) -> dict[str, Any]:
    answer = customer.appointment(amount, **more)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_an_appointment_reserves_for_its_day(service: Service) -> None:
    """Today unless the customer says otherwise; the figures count from today to the day."""
    service.clerk(cash=CASH)
    first, second = service.customer(), service.customer()
    assert (booked(first)["day"], booked(first, 1_000_000)["reservation"]) == (str(TODAY), "standing")
    assert booked(second, day=str(TOMORROW))["day"] == str(TOMORROW)
    assert reserved(service) == {
        str(TODAY): (3_000_000, 5_000_000),
        str(TOMORROW): (2_000_000, 2_000_000),
    }


def test_other_codes_reserve_nothing(service: Service) -> None:
    """A journey's code may be bound to an office, and stands on nothing there."""
    service.clerk(cash=1_000_000)
    code = service.customer().code(office=OFFICE)
    assert (code["day"], code["reservation"]) == (None, None)
    assert reserved(service) == {}


def test_cash_is_promised_once(service: Service) -> None:
    """Over drawers and vault, whatever the day; the refusal says which office, day and why."""
    clerk = service.clerk(cash=CASH)
    assert clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": {"10000": 900}}).status_code == 201
    booked(service.customer(20_000_000), 6_000_000)
    customer = service.customer(20_000_000)
    answer = customer.appointment(4_010_000, day=str(TOMORROW))
    assert (answer.status_code, slug(answer)) == (409, "cannot-reserve")
    assert {name: answer.json()[name] for name in ("office", "day", "why")} == {
        "office": OFFICE,
        "day": str(TOMORROW),
        "why": "cash",
    }
    assert customer.account()["held"] == 0
    booked(customer, 4_000_000, day=str(TOMORROW))


def test_headroom_is_promised_once(service: Service) -> None:
    """What was paid today counts; tomorrow has its own."""
    clerk, customer = service.clerk(), service.customer(20_000_000)
    service.limit_office(per_day=5_000_000)
    clerk, customer = service.again(clerk), service.again(customer)
    assert clerk.serve(customer, customer.code(2_000_000)).status_code == 201
    booked(customer, 3_000_000)
    refused = customer.appointment(50_000)
    assert (slug(refused), refused.json()["why"]) == ("cannot-reserve", "day-limit")
    booked(customer, 5_000_000, day=str(TOMORROW))


@pytest.mark.parametrize("days", [-1, 4])
def test_the_day_lies_in_the_codes_life(service: Service, days: int) -> None:
    """Not yesterday, and not after three days; the refusal names the first and the last."""
    service.clerk()
    answer = service.customer().appointment(day=str(TODAY + timedelta(days=days)))
    assert (slug(answer), answer.json()["first_day"], answer.json()["last_day"]) == (
        "day-not-possible",
        str(TODAY),
        "2026-11-19",
    )


def test_without_money_nothing_is_reserved(service: Service) -> None:
    """The hold is refused after the promise: neither stays."""
    service.clerk()
    assert slug(service.customer(balance=1_000_000).appointment(2_000_000)) == "insufficient-funds"
    assert reserved(service) == {}


def test_an_appointment_is_paid_out_of_what_it_reserved(service: Service) -> None:
    """All the cash is reserved, and its customer gets it; nothing is reserved afterwards."""
    clerk, customer = service.clerk(cash=2_000_000), service.customer()
    code = booked(customer)
    assert clerk.serve(customer, code).status_code == 201
    assert (customer.look(code["id"])["reservation"], reserved(service)) == (None, {})
    assert service.balance(chart.drawer(OFFICE, 1)) == 0


def test_who_has_no_appointment_leaves_reserved_cash(service: Service) -> None:
    """The clerk is told why and what to do; what is not reserved is paid."""
    clerk = service.clerk(cash=3_000_000)
    booked(service.customer(), day=str(TOMORROW))
    walk_in = service.customer()
    refused = clerk.serve(walk_in, walk_in.code(1_010_000))
    assert (refused.status_code, slug(refused)) == (409, "cash-reserved")
    assert service.balance(chart.drawer(OFFICE, 1)) == 3_000_000
    assert clerk.serve(walk_in, walk_in.code(1_000_000)).status_code == 201


def test_who_has_no_appointment_leaves_reserved_headroom(service: Service) -> None:
    """Payments and deposits alike."""
    clerk, customer = service.clerk(), service.customer(20_000_000)
    service.limit_office(per_day=5_000_000)
    clerk, customer = service.again(clerk), service.again(customer)
    booked(customer, 3_000_000)
    walk_in = service.customer()
    assert slug(clerk.serve(walk_in, walk_in.code(2_010_000))) == "office-limit-reached"
    depositor = service.customer()
    card = {"id_number": depositor.facts["id_number"], "checked": "qr"}
    refused, taken = {"10000": 1, "500000": 4}, {"500000": 3}
    assert (
        slug(confirm(clerk, propose(clerk, depositor, refused).json(), "card", **card))
        == "office-limit-reached"
    )
    assert confirm(clerk, propose(clerk, depositor, taken).json(), "card", **card).status_code == 201
    assert slug(clerk.serve(walk_in, walk_in.code(510_000))) == "office-limit-reached"
    assert clerk.serve(walk_in, walk_in.code(500_000)).status_code == 201


def test_cancelling_gives_the_reservation_back(service: Service) -> None:
    """The next customer can have it."""
    service.clerk(cash=2_000_000)
    first, second = service.customer(), service.customer()
    code = booked(first, day=str(TOMORROW))
    assert slug(second.appointment()) == "cannot-reserve"
    assert first.cancel(code["id"]).status_code == 200
    assert reserved(service) == {}
    booked(second)


def test_expiring_gives_the_reservation_back(service: Service) -> None:
    """Three days later everything is as before, and the hold too."""
    service.clerk(cash=2_000_000)
    customer = service.customer()
    booked(customer, day="2026-11-19")
    service.clock.advance(hours=72)
    assert withdrawals.expire_due(service.context, service.now) == 1
    assert {day for day in reserved(service) if day >= "2026-11-19"} == set()
    assert service.again(customer).account()["held"] == 0


def test_too_early_is_refused_with_the_day(service: Service) -> None:
    """A code for tomorrow is not paid today; tomorrow it is."""
    clerk, customer = service.clerk(), service.customer()
    code = booked(customer, day=str(TOMORROW))
    refused = clerk.present(code["code"])
    assert (slug(refused), refused.json()["day"]) == ("wrong-day", str(TOMORROW))
    service.clock.advance(days=1)
    clerk, customer = service.again(clerk), service.again(customer)
    assert clerk.serve(customer, code).status_code == 201


def test_too_late_is_paid_like_any_other_code(service: Service) -> None:
    """Whoever comes a day late is not sent away while there is cash beside what is reserved for others."""
    clerk, late, other = service.clerk(cash=4_000_000), service.customer(), service.customer()
    code = booked(late)
    service.clock.advance(days=1)
    clerk, late, other = service.again(clerk), service.again(late), service.again(other)
    booked(other, 3_000_000)
    assert slug(clerk.serve(late, code)) == "cash-reserved"
    service.clock.advance(minutes=10)
    clerk = service.again(clerk)
    assert (
        service.again(other).cancel(other.get("/wallet/v1/withdrawals").json()["items"][0]["id"]).is_success
    )
    assert clerk.serve(late, code).status_code == 201


def test_elsewhere_is_refused_with_the_office(service: Service) -> None:
    """The code is bound to its office."""
    service.clerk()
    other = service.clerk(OTHER_OFFICE)
    refused = other.present(booked(service.customer())["code"])
    assert (slug(refused), refused.json()["office"]) == ("wrong-office", OFFICE)


def test_a_listed_office_counts_what_is_reserved(service: Service) -> None:
    """Yes for what is left, no for more."""
    service.clerk(cash=3_000_000)
    booked(service.customer(), day=str(TOMORROW))
    answers = {
        amount: service.client.get("/wallet/v1/offices", params={"q": OFFICE, "amount": amount}).json()[
            "items"
        ][0]["why"]
        for amount in (1_000_000, 1_010_000)
    }
    assert answers == {1_000_000: "ready", 1_010_000: "cash"}


def test_the_default_day_is_the_next_open_one(service: Service) -> None:
    """In the evening tomorrow; today can no longer be had, and neither can Sunday."""
    service.clerk()
    service.clock.now = service.now.replace(hour=10)
    customer = service.customer()
    assert booked(customer)["day"] == str(TOMORROW)
    refused = customer.appointment(day=str(TODAY))
    assert (slug(refused), refused.json()["why"]) == ("cannot-reserve", "closed")
    service.clock.now = service.now.replace(day=21)
    assert booked(service.customer())["day"] == "2026-11-23"
    assert service.customer().appointment(day="2026-11-22").json()["why"] == "closed"
