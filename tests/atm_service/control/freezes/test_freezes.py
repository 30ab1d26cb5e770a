"""Wallets and drawers are frozen, offices suspended: from that answer on nothing is paid, until they are let go."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from atm_service.control.audit import service as audit
from atm_service.platform import trail
from tests.atm_service.counter import supervisor
from tests.atm_service.mending import came, card, picture
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Clerk, Customer, Person, Service, small_notes
from tests.contract.documented import slug_of

AMOUNT = 50_000
FULL = small_notes(100_000_000)
WHY = {"reason": "Khách báo mất điện thoại"}


def freeze_wallet(by: Person, customer: Customer, *, frozen: bool = True, key: str | None = None) -> Response:
    return by.post(f"/staff/v1/customers/{customer.id}/freeze", {"frozen": frozen, **WHY}, key)


def freeze_drawer(by: Person, drawer: int = 1, *, frozen: bool = True) -> Response:
    return by.post(f"/staff/v1/offices/{OFFICE}/drawers/{drawer}/freeze", {"frozen": frozen, **WHY})


def suspend(by: Person, *, frozen: bool = True) -> Response:
    state = "suspended" if frozen else "active"
    return by.post(f"/staff/v1/offices/{OFFICE}/state", {"state": state, "reason": "Lũ về"})


def signed_in(service: Service, customer: Customer) -> Customer:
    body = {name: customer.facts[name] for name in ("phone", "pin")}
    answer = service.client.post("/wallet/v1/sessions", json=body)
    assert answer.status_code == 201, answer.text
    return Customer(service.client, customer.id, answer.json()["access_token"], customer.facts)


def broken(service: Service) -> list[str]:
    """Give the controls of freezes that do not hold."""
    with service.context.transaction() as session:
        found = audit.controls(session, service.context.policy, service.now)
    mine = {"nothing-paid-while-stopped", "stops-are-told"}
    assert mine <= {one.name for one in found}
    return [one.name for one in found if not one.holds]


STOPS: dict[str, tuple[Callable[..., Response], str]] = {
    "wallet": (freeze_wallet, "wallet-frozen"),
    "drawer": (lambda boss, _, **more: freeze_drawer(boss, **more), "drawer-frozen"),
    "office": (lambda boss, _, **more: suspend(boss, **more), "office-suspended"),
}


@pytest.mark.parametrize("what", STOPS)
def test_a_clock_that_is_behind_lets_go_after_all(service: Service, what: str) -> None:
    """Another process thaws what one stopped that is two seconds ahead: the newest is the thaw, for controls too."""
    stop, _ = STOPS[what]
    customer, clerk, boss = service.customer(), service.clerk(), service.staff("supervisor")
    service.clock.advance(seconds=2)
    assert stop(boss, customer).status_code == 200
    service.clock.advance(seconds=-2)
    assert stop(boss, customer, frozen=False).status_code == 200
    service.clock.advance(seconds=1)
    customer = signed_in(service, customer)
    assert clerk.serve(customer, customer.code(AMOUNT)).status_code == 201
    assert broken(service) == []


@pytest.mark.parametrize("what", STOPS)
def test_what_is_stopped_pays_nothing_until_it_is_let_go(service: Service, what: str) -> None:
    """Neither what is presented already nor anything new; then it is paid, and every control holds."""
    stop, slug = STOPS[what]
    customer, clerk, boss = service.customer(), service.clerk(), service.staff("supervisor")
    before = customer.code(AMOUNT)
    assert clerk.serve(customer, before).status_code == 201
    presented, other = customer.code(AMOUNT), customer.code(AMOUNT)
    assert clerk.present(presented["code"]).status_code == 201
    service.clock.advance(minutes=1)

    assert stop(boss, customer).status_code == 200
    assert slug_of(clerk.pay(presented["id"], customer.facts["id_number"])) == slug
    assert slug_of(clerk.present(other["code"])) == slug
    assert slug_of(clerk.present(other["digits"])) == slug
    assert slug_of(clerk.present(before["code"])) == "already-paid"
    assert slug_of(stop(boss, customer)) in {"freeze-unchanged", "state-unchanged"}
    service.clock.advance(minutes=1)
    assert broken(service) == []

    assert stop(boss, customer, frozen=False).status_code == 200
    assert clerk.serve(customer, presented).status_code == 201
    assert broken(service) == []


@pytest.mark.parametrize("what", STOPS)
def test_a_payment_meanwhile_is_before_the_answer_or_not_at_all(service: Service, what: str) -> None:
    """Payments go on and on in threads of their own: when the stop is answered, the last receipt is written."""
    stop, slug = STOPS[what]
    clerks = [service.clerk(), service.clerk(drawer=2) if what != "drawer" else service.clerk(OTHER_OFFICE)]
    customer, boss = service.customer(20 * AMOUNT), service.staff("supervisor")
    codes = [[customer.code(AMOUNT)], [customer.code(AMOUNT)]]
    others = [service.customer(20 * AMOUNT) for _ in range(8)] if what != "wallet" else []
    for n, one in enumerate(others):
        codes[n % 2].append(one.code(AMOUNT) | {"of": one})
    said: list[tuple[str, str]] = []
    stopped = threading.Event()
    go = threading.Barrier(3)

    def pay(clerk: Clerk, mine: list[dict[str, Any]]) -> None:
        go.wait(30)
        for code in mine:
            whose = code.get("of", customer)
            clerk.present(code["code"])
            late = stopped.is_set()
            answer = clerk.pay(code["id"], whose.facts["id_number"])
            said.append(("late" if late else "early", slug_of(answer) if answer.is_error else "paid"))

    def stop_it() -> None:
        go.wait(30)
        assert stop(boss, customer).status_code == 200
        stopped.set()

    threads = [threading.Thread(target=pay, args=pair) for pair in zip(clerks, codes, strict=True)]
    threads.append(threading.Thread(target=stop_it))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(said) == sum(map(len, codes))
    ours = said if what != "drawer" else []  # the other office's drawer pays on
    assert ("late", "paid") not in ours
    assert {word for _, word in said} <= {"paid", slug, "not-presented"}
    assert broken(service) == []


def test_a_frozen_wallet_sends_nothing_and_takes_no_cash(service: Service) -> None:
    """No code, slip, top-up, transfer or deposit; a salary arrives. The wallet says so, and whom to call."""
    customer, friend, clerk = service.customer(), service.customer(), service.clerk()
    boss = service.staff("supervisor")
    code = customer.code(AMOUNT)
    link = customer.post("/wallet/v1/bank-links", {"bin": "970405", "account_number": "1234567890"}).json()
    assert freeze_wallet(boss, customer).json()["frozen"] is True
    assert customer.get("/wallet/v1/account").status_code == 401
    assert customer.authorise(AMOUNT).status_code == 401

    back = signed_in(service, customer)
    shown = back.account()
    assert (shown["frozen"], shown["hotline"]) == (True, service.context.settings.hotline)
    assert slug_of(back.authorise(AMOUNT)) == "wallet-frozen"
    assert slug_of(back.authorise(AMOUNT, pin="111222")) == "wrong-pin"
    top_up = {"bank_link_id": link["id"], "amount": 100_000, "pin": customer.facts["pin"]}
    assert slug_of(back.post("/wallet/v1/top-ups", top_up)) == "wallet-frozen"
    assert slug_of(back.post("/wallet/v1/payouts", {**top_up, "fee": 0})) == "wallet-frozen"
    card = {"id_number": customer.facts["id_number"], "checked": "qr", "pin": customer.facts["pin"]}
    assert slug_of(clerk.post("/counter/v1/card-withdrawals", {**card, "amount": AMOUNT})) == "wallet-frozen"
    deposit = {"to": {"phone": customer.facts["phone"]}, "counts": {"100000": 1}}
    assert slug_of(clerk.post("/counter/v1/deposits", deposit)) == "wallet-frozen"
    for payer, payee in ((customer, friend), (friend, customer)):
        wish = {
            "id_number": payer.facts["id_number"],
            "checked": "qr",
            "to": {"phone": payee.facts["phone"]},
            "amount": 100_000,
        }
        assert slug_of(clerk.post("/counter/v1/transfers", wish)) == "wallet-frozen"
    service.credit(customer.id, 1_000_000)
    assert back.account()["available"] == shown["available"] + 1_000_000
    assert back.cancel(code["id"]).status_code == 200
    assert broken(service) == []


def test_a_deposit_that_waits_is_refused_once_the_wallet_is_frozen(service: Service) -> None:
    """It was proposed before; the customer's lock decides."""
    customer, clerk, boss = service.customer(), service.clerk(), service.staff("supervisor")
    deposit = {"to": {"phone": customer.facts["phone"]}, "counts": {"100000": 1}}
    proposed = clerk.post("/counter/v1/deposits", deposit).json()
    assert freeze_wallet(boss, customer).status_code == 200
    confirmed = clerk.post(
        f"/counter/v1/deposits/{proposed['id']}/confirmation", {"by": "name", "name": "Nông Văn Thắng"}
    )
    assert slug_of(confirmed) == "wallet-frozen"


def test_a_frozen_drawer_is_counted_and_closed_and_nothing_else(service: Service) -> None:
    """Nothing is deposited, moved or handed over; closed, it opens again only after the thaw."""
    customer, clerk, boss = service.customer(), service.clerk(), service.staff("supervisor")
    code = customer.code(AMOUNT)
    assert clerk.present(code["code"]).status_code == 201
    drawers = freeze_drawer(boss).json()["items"]
    assert [(one["number"], one["frozen"]) for one in drawers] == [(1, True), (2, False)]
    assert clerk.get("/counter/v1/shifts/current").json()["stopped"] == "drawer-frozen"
    deposit = {"to": {"phone": customer.facts["phone"]}, "counts": {"100000": 1}}
    assert slug_of(clerk.post("/counter/v1/deposits", deposit)) == "drawer-frozen"
    assert slug_of(clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": {"10000": 1}})) == (
        "drawer-frozen"
    )
    assert clerk.post(f"/counter/v1/withdrawals/{code['id']}/release").status_code == 204
    assert clerk.close(FULL).status_code == 200
    assert slug_of(clerk.open(1)) == "drawer-frozen"
    assert freeze_drawer(boss, frozen=False).status_code == 200
    assert clerk.open(1).status_code == 201
    assert slug_of(freeze_drawer(boss, 9)) == "drawer-unknown"


def test_a_suspended_office_says_where_else(service: Service) -> None:
    """The nearest offices that can pay the amount; its cash may still go into the vault."""
    customer, clerk = service.customer(), service.clerk()
    service.clerk(OTHER_OFFICE)
    assert suspend(service.staff("supervisor")).status_code == 200
    told = clerk.present(customer.code(AMOUNT)["code"]).json()
    assert told["elsewhere"] == [
        service.client.get(f"/wallet/v1/offices?q={OTHER_OFFICE}").json()["items"][0]["name"]
    ]
    assert clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": {"10000": 1}}).status_code == 201


def test_who_may_freeze_and_thaw(service: Service) -> None:
    """Every supervisor freezes a wallet, the province's thaws it; drawers are of an area. One key is one deed."""
    customer, clerk, operator = service.customer(), service.clerk(), service.staff("operator")
    area = service.client.get("/wallet/v1/offices", params={"q": OFFICE}).json()["items"][0]["area_code"]
    own, other = supervisor(service, area), supervisor(service, "181" if area != "181" else "182")
    key = str(uuid4())
    assert [freeze_wallet(other, customer, key=key).status_code for _ in range(2)] == [200, 200]
    assert freeze_wallet(own, customer, frozen=False).status_code == 404
    assert freeze_wallet(operator, customer, frozen=False).json()["changed_by"] == "Hoàng Thị Operator"
    assert slug_of(freeze_drawer(other)) == "office-unknown"
    assert freeze_drawer(own).status_code == 200
    assert freeze_wallet(clerk, customer).status_code == 403
    found = own.post("/staff/v1/customers/search", {"who": {"phone": customer.facts["phone"]}}).json()
    assert (found["id"], found["frozen"]) == (str(customer.id), False)
    assert customer.facts["id_number"] not in str(found)
    assert (
        slug_of(own.post("/staff/v1/customers/search", {"who": {"phone": "0999999999"}})) == "payee-unknown"
    )
    deeds = [row["action"] for row in service.trail("customer.")]
    assert deeds == ["customer.frozen", "customer.thawed"]


def thaw_for_both(by: Person, customer: Customer) -> Response:
    body = {"frozen": False, "customers_too": True, **WHY}
    return by.post(f"/staff/v1/customers/{customer.id}/freeze", body)


def test_what_a_customer_froze_outlives_the_staffs_freeze(service: Service) -> None:
    """The phone was stolen: one supervisor freezes it, too, and lets go; nothing is paid before the owner comes."""
    customer, clerk, boss = service.customer(), service.clerk(), service.staff("supervisor")
    code = customer.code(AMOUNT)
    assert customer.post("/wallet/v1/freeze").status_code == 204
    assert slug_of(freeze_wallet(boss, customer, frozen=False)) == "frozen-by-customer"
    assert freeze_wallet(boss, customer).json()["frozen_by_customer"] is True
    left = freeze_wallet(boss, customer, frozen=False).json()
    assert (left["frozen"], left["frozen_by"], left["changed_by"]) == (True, "customer", None)
    assert signed_in(service, customer).account()["frozen_by"] == "customer"
    assert slug_of(clerk.present(code["code"])) == "wallet-frozen"
    assert broken(service) == []


def test_a_freeze_during_the_staffs_is_remembered(service: Service) -> None:
    """The phone is stolen meanwhile: whoever lets go later does not know, and it stays frozen."""
    customer, clerk, boss = service.customer(), service.clerk(), service.staff("supervisor")
    code = customer.code(AMOUNT)
    assert freeze_wallet(boss, customer).status_code == 200
    assert clerk.post("/counter/v1/help/freeze", card(customer)).json()["frozen_by"] == "staff"
    assert "Vi da duoc khoa luc" in came(service, customer.facts["phone"])[0]
    assert freeze_wallet(boss, customer, frozen=False).json()["frozen_by"] == "customer"
    assert slug_of(clerk.present(code["code"])) == "wallet-frozen"
    assert broken(service) == []
    thawed = clerk.post("/counter/v1/help/thaw", {**card(customer), "face_capture": picture()})
    assert thawed.json()["frozen_by"] is None
    assert clerk.serve(customer, code).status_code == 201
    assert broken(service) == []


def test_two_of_the_staff_thaw_for_a_face_that_cannot_be_matched(service: Service) -> None:
    """One freezes, another thaws both, and asks for it: each on record. The customer is told."""
    customer, clerk = service.customer(), service.clerk()
    code, one, other = customer.code(AMOUNT), service.staff("supervisor"), service.staff("supervisor")
    assert clerk.post("/counter/v1/help/freeze", card(customer)).status_code == 200
    assert slug_of(thaw_for_both(other, customer)) == "frozen-by-customer"
    assert freeze_wallet(one, customer).status_code == 200
    assert slug_of(thaw_for_both(one, customer)) == "decider-tied"
    assert slug_of(thaw_for_both(service.staff("operator"), customer)) == "forbidden"
    assert thaw_for_both(supervisor(service, "181"), customer).status_code == 404
    assert slug_of(clerk.present(code["code"])) == "wallet-frozen"
    assert thaw_for_both(other, customer).json()["frozen_by"] is None
    assert "Vi da duoc mo khoa" in came(service, customer.facts["phone"])[0]
    assert clerk.serve(customer, code).status_code == 201
    deeds = [
        (row["action"], row["detail"]["freeze"])
        for row in service.trail("customer.")
        if "freeze" in row["detail"]
    ]
    assert deeds == [
        ("customer.frozen", "customer"),
        ("customer.frozen", "staff"),
        ("customer.thawed", "staff and customer"),
    ]
    assert broken(service) == []


def test_nobody_thaws_both_by_another_name(service: Service) -> None:
    """Whoever got the first password from who froze it may be the same person."""
    customer, one = service.customer(), service.staff("supervisor")
    assert customer.post("/wallet/v1/freeze").status_code == 204
    assert freeze_wallet(one, customer).status_code == 200
    other = service.staff("supervisor")
    with service.context.transaction() as session:
        detail = {"proposed_by": str(one.id)}
        trail.record(session, service.now, "staff.reset", other.id, None, detail)
        session.exec_driver_sql("UPDATE service.staff SET must_change = true WHERE id = %s", (other.id,))
    assert slug_of(thaw_for_both(other, customer)) == "decider-tied"


def test_a_freeze_meanwhile_is_never_lost(service: Service) -> None:
    """The customer freezes at a counter while the staff let go: whichever comes first, it is frozen afterwards."""
    customer, clerk, boss = service.customer(), service.clerk(), service.staff("supervisor")
    assert freeze_wallet(boss, customer).status_code == 200
    go, said = threading.Barrier(2), []

    def act(what: Callable[[], Response]) -> None:
        go.wait(30)
        said.append(what().status_code)

    deeds = [
        lambda: clerk.post("/counter/v1/help/freeze", card(customer)),
        lambda: freeze_wallet(boss, customer, frozen=False),
    ]
    threads = [threading.Thread(target=act, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert said == [200, 200]
    assert signed_in(service, customer).account()["frozen_by"] == "customer"
    assert broken(service) == []


def test_signing_out_everywhere_ends_what_a_lost_phone_holds(service: Service) -> None:
    """Its tokens make no code and show nothing, though they have not run out; signing in anew does."""
    customer = service.customer()
    session = service.client.post(
        "/wallet/v1/sessions", json={name: customer.facts[name] for name in ("phone", "pin")}
    ).json()
    assert customer.post("/wallet/v1/sessions/end-all").status_code == 204
    assert customer.authorise(AMOUNT).status_code == 401
    assert customer.get("/wallet/v1/account").status_code == 401
    token = {"refresh_token": session["refresh_token"]}
    assert service.client.post("/wallet/v1/sessions/refresh", json=token).status_code == 401
    assert signed_in(service, customer).authorise(AMOUNT).status_code == 201
