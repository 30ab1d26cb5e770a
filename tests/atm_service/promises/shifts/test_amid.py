"""Amid a shift: what the office may still pay, the totals so far, and a count after which the shift goes on."""

from datetime import timedelta
from typing import Any

import pytest

from atm_service.platform import chart
from atm_service.registers.cash import counting
from tests.atm_service.control.audit.days import broken_now
from tests.atm_service.world import OFFICE, Clerk, Service
from tests.contract.documented import slug_of

HERE = "/counter/v1/shifts/current"
SHORT = {"500000": 199}


def count(clerk: Clerk, counts: dict[str, int]) -> Any:
    return clerk.post(f"{HERE}/count", {"counts": counts})


def test_what_the_office_may_still_pay(service: Service) -> None:
    """By the rule that refuses; what is left is said where a payment is refused, and can still be paid."""
    service.limit_office(per_day=3_000_000, per_month=5_000_000)
    clerk, customer = service.clerk(), service.customer()
    left = clerk.get(f"{HERE}/headroom").json()
    assert left == {"day_left": 3_000_000, "month_left": 5_000_000, "drawer_at_least": 100_000_000}
    assert clerk.serve(customer, customer.code(1_230_000)).status_code == 201
    left = clerk.get(f"{HERE}/headroom").json()
    assert left == {"day_left": 1_770_000, "month_left": 3_770_000, "drawer_at_least": 98_000_000}
    refused = clerk.serve(customer, customer.code(1_780_000))
    assert (slug_of(refused), refused.json()["remaining"]) == ("office-limit-reached", 1_770_000)
    assert clerk.serve(customer, customer.code(1_770_000)).status_code == 201


def test_what_is_reserved_is_not_left(service: Service) -> None:
    """An appointment of today takes its place in the day, one of later in the month."""
    service.limit_office(per_day=3_000_000, per_month=5_000_000)
    clerk, customer = service.clerk(), service.customer()
    assert customer.appointment(1_000_000, day="2026-11-17").status_code == 201
    assert customer.appointment(500_000).status_code == 201
    left = clerk.get(f"{HERE}/headroom").json()
    assert (left["day_left"], left["month_left"]) == (2_500_000, 3_500_000)


def test_totals_say_what_the_drawer_should_hold(service: Service) -> None:
    """Every movement so far comes to the books; the shift stays open, and each look is on record."""
    clerk, customer = service.clerk(), service.customer()
    assert clerk.serve(customer, customer.code(700_000)).status_code == 201
    clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": {"10000": 30}})
    assert [count(clerk, {"500000": 197}).json()["recount"] for _ in range(2)] == [True, False]
    seen = clerk.post(f"{HERE}/totals").json()
    through = seen["movements"]
    assert (seen["status"], seen["paid_total"], through["moved_out_total"]) == ("open", 700_000, 300_000)
    assert through["counts_over_short"] == -500_000
    assert seen["expected"] == service.balance(chart.drawer(OFFICE, 1)) == 98_500_000
    assert seen["expected"] == seen["opening_total"] - 700_000 - 300_000 - 500_000
    assert len(service.trail("see-totals")) == 1
    assert clerk.get(HERE).json()["movements"] is None


def test_between_two_counts_no_figure_is_told(service: Service) -> None:
    """From a count that differs until one stands: no totals, and nothing of the drawer."""
    clerk = service.clerk()
    assert count(clerk, SHORT).json() == {
        "recount": True,
        **dict.fromkeys(("id", "counted_at", "total", "over_short")),
    }
    assert slug_of(clerk.post(f"{HERE}/totals")) == "count-first"
    assert clerk.get(f"{HERE}/headroom").json()["drawer_at_least"] is None
    assert service.trail("see-totals") == []
    assert count(clerk, {"500000": 200}).json()["over_short"] == 0
    assert clerk.post(f"{HERE}/totals").json()["expected"] == 100_000_000


def test_the_shift_goes_on_after_a_count(service: Service) -> None:
    """What it found is posted once, stands in the close's sums, and is red on the board; every control holds."""
    clerk, customer = service.clerk(), service.customer()
    count(clerk, SHORT)
    stood = count(clerk, SHORT).json()
    assert (stood["total"], stood["over_short"]) == (99_500_000, -500_000)
    assert service.balance(chart.over_short(OFFICE)) == 500_000
    assert count(clerk, SHORT).json()["over_short"] == 0
    board = service.staff("supervisor").get("/staff/v1/board").json()["offices"]
    assert next(one for one in board if one["code"] == OFFICE)["over_short"] == -500_000
    assert clerk.serve(customer, customer.code(500_000)).status_code == 201
    closed = clerk.close({"500000": 198}).json()
    assert (closed["closing_over_short"], closed["movements"]["counts_over_short"]) == (0, -500_000)
    assert broken_now(service) == {}


def test_no_count_while_a_payment_is_under_way(service: Service) -> None:
    """Half of its cash may lie on the counter."""
    clerk, customer = service.clerk(), service.customer()
    clerk.present(customer.code(500_000)["code"])
    assert slug_of(count(clerk, {"500000": 200})) == "withdrawals-still-presented"


@pytest.mark.parametrize(("method", "path"), [("GET", "headroom"), ("POST", "totals"), ("POST", "count")])
def test_without_a_shift_there_is_nothing_to_tell(service: Service, method: str, path: str) -> None:
    """A clerk asks about the own drawer, and there is none."""
    clerk = service.clerk(shift=False)
    at = f"{HERE}/{path}"
    answer = clerk.get(at) if method == "GET" else clerk.post(at, {"counts": {}} if path == "count" else None)
    assert slug_of(answer) == "no-open-shift"


def test_much_is_not_written_off_in_slices(service: Service) -> None:
    """What an office's counts of a day find is added up, whichever cash it was; above the threshold it takes a word."""
    clerk = service.clerk()
    for short in ({"500000": 199}, {"500000": 198}):
        assert count(clerk, short).json()["recount"] is True
        assert count(clerk, short).json()["over_short"] == -500_000
    slice_ = {"500000": 197, "200000": 2, "50000": 1}
    assert count(clerk, slice_).json()["recount"] is True
    assert slug_of(count(clerk, slice_)) == "count-needs-word"
    with service.context.transaction() as session:
        assert counting.so_far(session, OFFICE, service.now) == 1_000_000
        assert counting.so_far(session, OFFICE, service.now + timedelta(days=1)) == 0


def test_a_frozen_drawer_is_not_written_off_by_one(service: Service) -> None:
    """However little is missing, a supervisor says a word; what balances is closed."""
    clerk, boss = service.clerk(), service.staff("supervisor")
    at = f"/staff/v1/offices/{OFFICE}/drawers/1/freeze"
    assert boss.post(at, {"frozen": True, "reason": "nghi thiếu tiền"}).status_code == 200
    short = {"500000": 199, "200000": 2, "50000": 1}
    for how in (count, lambda by, counts: by.close(counts)):
        how(clerk, short)
        assert slug_of(how(clerk, short)) == "count-needs-word"
    assert clerk.close({"500000": 200}).json()["status"] == "closed"
