"""Withdrawals as a clerk's counter sees them, over HTTP."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from atm_service.payout import views
from atm_service.platform import chart
from atm_service.registers.withdrawals import digits
from tests.atm_service.payout.test_wallet import slug
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Clerk, Customer, Service
from tests.database import Database
from tests.waiting import wait_until_blocked

DRAWER = chart.drawer(OFFICE, 1)


def wrong_digits(digits: str) -> str:
    """Change one digit."""
    return digits[:-1] + str((int(digits[-1]) + 1) % 10)


def test_a_withdrawal_from_code_to_cash(service: Service) -> None:
    """Present, check, pay: the drawer gives what the customer loses, and the receipt says so."""
    customer, clerk = service.customer(balance=5_000_000), service.clerk(cash=100_000_000)
    code = customer.code(2_000_000)
    seen = clerk.present(code["code"]).json()
    assert (seen["withdrawal_id"], seen["amount"], seen["requires"]) == (code["id"], 2_000_000, ["id_number"])
    assert seen["payee"]["masked_id"].endswith(customer.facts["id_number"][-4:])
    assert customer.facts["id_number"] not in str(seen)
    receipt = clerk.pay(code["id"], customer.facts["id_number"])
    assert receipt.status_code == 201
    facts = receipt.json()
    assert (facts["amount"], facts["office"], facts["drawer"]) == (2_000_000, OFFICE, 1)
    assert facts["number"] == "05971-1-261116-0001"
    assert service.balance(DRAWER) == 98_000_000
    assert service.balance(chart.customer(customer.id)) == 3_000_000
    assert customer.account()["held"] == 0
    paid = customer.look(code["id"])
    assert (paid["status"], paid["paid_office"], paid["code"]) == ("paid", OFFICE, None)


def test_the_same_key_pays_once(service: Service) -> None:
    """A repeated payment gets the same receipt, byte for byte, and moves nothing."""
    customer, clerk = service.customer(), service.clerk()
    code, key = customer.code(), str(uuid4())
    clerk.present(code["code"])
    first = clerk.pay(code["id"], customer.facts["id_number"], key)
    again = clerk.pay(code["id"], customer.facts["id_number"], key)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert service.balance(DRAWER) == 98_000_000


def test_the_same_key_with_another_body_is_refused(service: Service) -> None:
    """A key stands for one request, whatever became of it."""
    customer, clerk = service.customer(), service.clerk()
    code, key = customer.code(), str(uuid4())
    clerk.present(code["code"])
    clerk.pay(code["id"], customer.facts["id_number"], key)
    reused = clerk.pay(code["id"], customer.facts["id_number"], key, checked="typed")
    assert (reused.status_code, slug(reused)) == (422, "idempotency-key-reused")


def test_a_paid_code_says_when_and_where(service: Service) -> None:
    """A photograph of a paid code: here with time, drawer and receipt; elsewhere only that it was paid."""
    customer, clerk, other = service.customer(), service.clerk(), service.clerk(OTHER_OFFICE)
    code = customer.code()
    receipt = clerk.serve(customer, code).json()
    here, there = clerk.present(code["code"]), other.present(code["code"])
    assert (slug(here), here.json()["receipt_id"], here.json()["paid_drawer"]) == (
        "already-paid",
        receipt["id"],
        1,
    )
    assert here.json()["paid_at"] == receipt["paid_at"]
    assert slug(there) == "already-paid"
    assert "paid_at" not in there.json()
    assert slug(clerk.present(code["digits"])) == "already-paid"
    assert slug(clerk.pay(code["id"], customer.facts["id_number"])) == "already-paid"


def test_whoever_waited_for_a_payment_is_told_when_and_where(
    service: Service, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code is shown at the next drawer while it is paid: that one waits, then reads what was paid meanwhile."""
    customer, clerk, other = service.customer(), service.clerk(), service.clerk(drawer=2)
    code = customer.code()
    assert clerk.present(code["code"]).status_code == 201
    written, go, show = threading.Event(), threading.Event(), views.receipt

    def held(*args: Any, **more: Any) -> Any:
        written.set()
        assert go.wait(30)
        return show(*args, **more)

    monkeypatch.setattr(views, "receipt", held)
    with ThreadPoolExecutor(2) as pool:
        paying = pool.submit(clerk.pay, code["id"], customer.facts["id_number"])
        assert written.wait(30)
        waiting = pool.submit(other.present, code["code"])
        wait_until_blocked(database.owner, waiting)
        go.set()
        receipt, refused = paying.result().json(), waiting.result()
    assert slug(refused) == "already-paid"
    told = {"receipt_id": receipt["id"], "paid_drawer": 1, "paid_at": receipt["paid_at"]}
    assert refused.json() | told == refused.json()


def test_unknown_used_and_expired_are_three_messages(service: Service) -> None:
    """By digits too, the clerk reads which of the three it is."""
    customer, clerk = service.customer(), service.clerk()
    used, expired = customer.code(50_000), customer.code(50_000, lifetime="counter")
    clerk.serve(customer, used)
    service.clock.advance(minutes=15)
    assert slug(clerk.present(used["digits"])) == "already-paid"
    assert slug(clerk.present(expired["digits"])) == "code-expired"
    assert slug(clerk.present("0000000000")) == "code-unknown"


def test_digits_need_the_pin_too(service: Service) -> None:
    """Ten digits open the second door only together with the customer's PIN."""
    customer, clerk = service.customer(), service.clerk()
    code, card = customer.code(), customer.facts["id_number"]
    seen = clerk.present(code["digits"].replace("-", " "))
    assert seen.json()["requires"] == ["id_number", "pin"]
    assert slug(clerk.pay(code["id"], card)) == "pin-required"
    wrong = clerk.pay(code["id"], card, pin="111222")
    assert (slug(wrong), wrong.json()["remaining_attempts"]) == ("wrong-pin", 4)
    assert clerk.pay(code["id"], card, pin=customer.facts["pin"]).status_code == 201


def test_a_mistyped_digit_is_found_before_anything_is_asked(service: Service) -> None:
    """The check digit catches the clerk's finger; such slips are not counted as guesses."""
    customer, clerk = service.customer(), service.clerk()
    digits = customer.code()["digits"]
    for _ in range(6):
        assert slug(clerk.present(wrong_digits(digits))) == "digits-mistyped"
    assert clerk.present(digits).status_code == 201


def test_guessing_digits_shuts_the_drawer_out(service: Service) -> None:
    """Five well-formed digits of nobody, and the sixth is not even looked at."""
    customer, clerk = service.customer(), service.clerk()
    for number in range(5):
        assert slug(clerk.present(fitting(f"99999999{number}"))) == "code-unknown"
    digits = customer.code()["digits"]
    shut = clerk.present(digits)
    assert (shut.status_code, slug(shut)) == (429, "too-many-attempts")
    service.clock.advance(minutes=15)
    assert clerk.present(digits).status_code == 201


def fitting(nine: str) -> str:
    """Add the check digit."""
    return nine + str(digits._checked(nine))


def test_the_wrong_card_is_refused_and_counted(service: Service) -> None:
    """Another person's card pays nothing; after five the withdrawal is shut for a while."""
    customer, clerk = service.customer(), service.clerk()
    code, stranger = customer.code(), service.customer()
    clerk.present(code["code"])
    answers = [clerk.pay(code["id"], stranger.facts["id_number"]) for _ in range(5)]
    assert [slug(answer) for answer in answers] == ["wrong-identity"] * 5
    assert [answer.json()["remaining_attempts"] for answer in answers] == [4, 3, 2, 1, 0]
    assert slug(clerk.pay(code["id"], customer.facts["id_number"])) == "too-many-attempts"
    assert service.balance(DRAWER) == 100_000_000
    assert len([row for row in service.trail("payment") if row["detail"]["refusal"] == "wrong-identity"]) == 5
    assert all(row["subject"] == UUID(code["id"]) for row in service.trail("payment"))


def test_a_payment_needs_a_presentation_at_this_drawer(service: Service) -> None:
    """Paying what was not scanned here is refused."""
    customer, clerk, other = service.customer(), service.clerk(), service.clerk(drawer=2)
    code = customer.code()
    assert slug(clerk.pay(code["id"], customer.facts["id_number"])) == "not-presented"
    clerk.present(code["code"])
    assert slug(other.pay(code["id"], customer.facts["id_number"])) == "already-presented"


def test_an_unknown_withdrawal_is_not_found(service: Service) -> None:
    """A made-up id is 404, for payment and for release."""
    clerk = service.clerk()
    assert slug(clerk.pay(str(uuid4()), "020085000001")) == "not-found"
    assert slug(clerk.post(f"/counter/v1/withdrawals/{uuid4()}/release")) == "not-found"


def test_release_lets_another_drawer_present(service: Service) -> None:
    """After a release, and only then, the drawer beside it may take over."""
    customer, clerk, other = service.customer(), service.clerk(), service.clerk(drawer=2)
    code = customer.code()
    clerk.present(code["code"])
    refused = other.present(code["code"])
    assert (slug(refused), refused.json()["retry_after_s"]) == ("already-presented", 301)
    assert clerk.post(f"/counter/v1/withdrawals/{code['id']}/release").status_code == 204
    assert clerk.post(f"/counter/v1/withdrawals/{code['id']}/release").status_code == 204
    assert other.present(code["code"]).status_code == 201


def test_a_customer_cannot_cancel_while_the_clerk_counts(service: Service) -> None:
    """Presented codes are refused until the lease has lapsed."""
    customer, clerk = service.customer(), service.clerk()
    code = customer.code()
    clerk.present(code["code"])
    assert slug(customer.cancel(code["id"])) == "being-paid"
    service.clock.advance(minutes=5)
    assert customer.cancel(code["id"]).status_code == 200
    assert slug(clerk.pay(code["id"], customer.facts["id_number"])) == "withdrawal-cancelled"


def test_a_bound_code_names_its_office(service: Service) -> None:
    """At another office the clerk reads where to send the customer."""
    customer, clerk = service.customer(), service.clerk()
    service.clerk(OTHER_OFFICE)
    code = customer.code(lifetime="scheduled", office=OTHER_OFFICE)
    refused = clerk.present(code["code"])
    assert (slug(refused), refused.json()["office"]) == ("wrong-office", OTHER_OFFICE)
    assert refused.json()["office_name"] == "Bưu điện Tam Thanh"


def test_a_drawer_without_enough_cash_says_so_before_the_card_is_asked(service: Service) -> None:
    """Short at the scan: nothing is claimed, another drawer may take it."""
    customer = service.customer()
    poor, rich = service.clerk(cash=1_000_000), service.clerk(drawer=2)
    code = customer.code(2_000_000)
    assert slug(poor.present(code["code"])) == "drawer-short"
    assert rich.serve(customer, code).status_code == 201


def test_a_drawer_that_ran_short_after_the_scan_pays_nothing(service: Service) -> None:
    """The ledger refuses to overdraw a drawer, whatever was seen before."""
    customer, clerk = service.customer(), service.clerk(cash=3_000_000)
    one, two = customer.code(2_000_000), customer.code(2_000_000)
    clerk.present(one["code"])
    clerk.present(two["code"])
    assert clerk.pay(one["id"], customer.facts["id_number"]).status_code == 201
    assert slug(clerk.pay(two["id"], customer.facts["id_number"])) == "drawer-short"
    assert service.balance(DRAWER) == 1_000_000
    assert customer.look(two["id"])["status"] == "presented"


def test_without_an_open_shift_nothing_is_paid(service: Service) -> None:
    """No shift, no drawer: by name, at every step."""
    customer, clerk = service.customer(), service.clerk(shift=False)
    code = customer.code()
    assert slug(clerk.present(code["code"])) == "no-open-shift"
    assert slug(clerk.pay(code["id"], customer.facts["id_number"])) == "no-open-shift"
    assert slug(clerk.get("/counter/v1/shifts/current")) == "no-open-shift"


def test_an_office_has_a_limit_for_the_day(service: Service) -> None:
    """What the law allows one point a day, exactly, and no more."""
    service.limit_office(per_day=3_000_000)
    customer, clerk = service.customer(), service.clerk()
    assert clerk.serve(customer, customer.code(2_000_000)).status_code == 201
    assert clerk.serve(customer, customer.code(1_000_000)).status_code == 201
    code = customer.code(50_000)
    clerk.present(code["code"])
    refused = clerk.pay(code["id"], customer.facts["id_number"])
    assert (slug(refused), refused.json()["period"], refused.json()["limit"]) == (
        "office-limit-reached",
        "day",
        3_000_000,
    )
    assert service.balance(DRAWER) == 97_000_000


def test_an_office_has_a_limit_for_the_month(service: Service) -> None:
    """Days of one month add up; the next month starts anew."""
    service.limit_office(per_month=3_000_000)
    customer, clerk = service.customer(), service.clerk()
    assert clerk.serve(customer, customer.code(2_000_000)).status_code == 201
    service.clock.advance(days=1)
    customer, clerk = service.again(customer), service.again(clerk)
    code = customer.code(1_010_000)
    clerk.present(code["code"])
    assert slug(clerk.pay(code["id"], customer.facts["id_number"])) == "office-limit-reached"
    service.clock.advance(days=14)
    customer, clerk = service.again(customer), service.again(clerk)
    assert clerk.serve(customer, customer.code(1_010_000)).status_code == 201


def test_receipts_are_numbered_and_listed_by_day(service: Service) -> None:
    """The day's list is the office's own, newest first, by Vietnam's calendar."""
    customer, clerk, other = service.customer(), service.clerk(), service.clerk(OTHER_OFFICE)
    for _ in range(2):
        clerk.serve(customer, customer.code(50_000))
        service.clock.advance(seconds=1)
    numbers = [item["number"] for item in clerk.get("/counter/v1/receipts").json()["items"]]
    assert numbers == ["05971-1-261116-0002", "05971-1-261116-0001"]
    assert other.get("/counter/v1/receipts").json()["items"] == []
    assert clerk.get("/counter/v1/receipts", date="2026-11-15").json()["items"] == []
    receipt = clerk.get("/counter/v1/receipts").json()["items"][0]
    shown = clerk.get(f"/counter/v1/receipts/{receipt['id']}").json()
    assert shown | {"receipt_code": None} == receipt
    assert slug(other.get(f"/counter/v1/receipts/{receipt['id']}")) == "not-found"


def test_a_shift_closes_by_count(service: Service) -> None:
    """What is counted is compared with the ledger, and the difference is posted."""
    customer, clerk = service.customer(), service.clerk(cash=100_000_000)
    clerk.serve(customer, customer.code(2_000_000))
    closed = clerk.close_twice({"500000": 195, "200000": 2})
    facts = closed.json()
    assert (facts["status"], facts["closing_total"], facts["closing_over_short"]) == (
        "closed",
        97_900_000,
        -100_000,
    )
    assert (facts["paid_count"], facts["paid_total"]) == (1, 2_000_000)
    assert service.balance(DRAWER) == 97_900_000
    assert service.balance(chart.over_short(OFFICE)) == 100_000
    assert slug(clerk.close({})) == "no-open-shift"


def test_a_drawer_opens_with_what_is_counted(service: Service) -> None:
    """Found money is posted as over, in the drawer and against over/short."""
    clerk = service.clerk(cash=1_000_000, shift=False)
    opened = clerk.open_twice({"500000": 2, "20000": 1}).json()
    assert (opened["opening_total"], opened["opening_over_short"]) == (1_020_000, 20_000)
    assert service.balance(DRAWER) == 1_020_000
    assert service.balance(chart.over_short(OFFICE)) == -20_000


def test_a_shift_does_not_close_over_a_payment_in_progress(service: Service) -> None:
    """First pay or release what was scanned."""
    customer, clerk = service.customer(), service.clerk()
    code = customer.code()
    clerk.present(code["code"])
    refused = clerk.close({})
    assert (slug(refused), refused.json()["withdrawals"]) == ("withdrawals-still-presented", [code["id"]])
    clerk.post(f"/counter/v1/withdrawals/{code['id']}/release")
    assert clerk.close({"500000": 200}).status_code == 200


def test_one_clerk_one_drawer_one_shift(service: Service) -> None:
    """A drawer in use, a second shift, a missing drawer, an office that does not pay."""
    clerk = service.clerk()
    assert slug(clerk.open(2)) == "shift-already-open"
    colleague = service.clerk(shift=False, cash=0)
    assert slug(colleague.open(1)) == "drawer-in-use"
    assert slug(colleague.open(9)) == "drawer-unknown"
    newcomer = Clerk(service.client, *service.member("clerk", OTHER_OFFICE))
    assert slug(newcomer.open(1)) == "office-not-active"


@pytest.mark.parametrize(
    "counts",
    [{"500": 1}, {"500000": -1}, {"500000": 1.5}, {"500000": "2"}, {"500000": 100_001}, {"": 1}, [], None],
)
def test_counts_that_cannot_be_are_malformed(service: Service, counts: Any) -> None:
    """Unknown notes, negative, fractional, text, too many."""
    clerk = service.clerk(shift=False)
    assert slug(clerk.post("/counter/v1/shifts", {"drawer": 1, "counts": counts})) == "malformed-request"


def test_each_role_keeps_to_its_door(service: Service) -> None:
    """A customer at the counter, a clerk in the wallet, an auditor at the counter: each refused."""
    customer, clerk, auditor = service.customer(), service.clerk(), service.staff("auditor")
    assert customer.get("/counter/v1/shifts/current").status_code == 401
    assert clerk.get("/wallet/v1/account").status_code == 401
    assert slug(auditor.get("/counter/v1/shifts/current")) == "forbidden"
    assert slug(clerk.get("/audit/v1/controls")) == "forbidden"


def test_a_clerk_of_another_office_cannot_pay_here(service: Service) -> None:
    """A shift belongs to the office in the clerk's token."""
    customer, clerk, other = service.customer(), service.clerk(), service.clerk(OTHER_OFFICE)
    code = customer.code()
    clerk.present(code["code"])
    assert slug(other.pay(code["id"], customer.facts["id_number"])) == "already-presented"


def paid_by(service: Service, customer: Customer, clerk: Clerk) -> dict[str, Any]:
    receipt: dict[str, Any] = clerk.serve(customer, customer.code(50_000)).json()
    return receipt


def test_a_receipt_names_nobody_in_full(service: Service) -> None:
    """Masked name, last four of the card, nothing more."""
    customer, clerk = service.customer(), service.clerk()
    receipt = paid_by(service, customer, clerk)
    assert receipt["payee"] == {
        "masked_name": "N••• V••• Thắng",
        "masked_id": "••••••••" + customer.facts["id_number"][-4:],
    }
    assert customer.facts["phone"] not in str(receipt)


def test_a_clerk_who_began_in_time_may_finish_after_the_deadline(service: Service) -> None:
    """Scanned in the last second, paid within the lease: the ledger's hold lasts that long too."""
    customer, clerk = service.customer(), service.clerk()
    code = customer.code(lifetime="counter")
    service.clock.advance(minutes=15, seconds=-1)
    clerk.present(code["code"])
    service.clock.advance(minutes=4)
    assert clerk.pay(code["id"], customer.facts["id_number"]).status_code == 201


def test_a_fee_is_held_and_posted_with_the_payment(service: Service) -> None:
    """The customer gives amount and fee, the drawer only the amount; the fee is the office's income."""
    service.change_rules(fee=5_000)
    customer, clerk = service.customer(balance=2_005_000), service.clerk()
    code = customer.code(2_000_000)
    assert (code["fee"], customer.account()["available"]) == (5_000, 0)
    assert clerk.serve(customer, code).json()["fee"] == 5_000
    assert service.balance(chart.customer(customer.id)) == 0
    assert service.balance(DRAWER) == 98_000_000
    assert service.balance(chart.fees(OFFICE)) == 5_000


def test_a_fee_that_cannot_be_paid_refuses_the_withdrawal(service: Service) -> None:
    """Amount and fee together must be there."""
    service.change_rules(fee=5_000)
    customer = service.customer(balance=2_004_999)
    assert slug(customer.authorise(2_000_000)) == "insufficient-funds"
