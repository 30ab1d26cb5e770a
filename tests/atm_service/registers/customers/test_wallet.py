from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from atm_service.platform.policy import Tries
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.registers.customers import service as customers
from atm_service.registers.withdrawals.errors import WrongPin
from atm_service.run.app import KINDS
from tests.atm_service.world import Customer, Service

WRONG = "735109"


def sign_in(service: Service, customer: Customer, pin: str | None = None, phone: str | None = None) -> Any:
    body = {"phone": phone or customer.facts["phone"], "pin": pin or customer.facts["pin"]}
    return service.client.post("/wallet/v1/sessions", json=body)


def test_sign_in(service: Service) -> None:
    """Phone and PIN give tokens; the phone may be written in other ways."""
    customer = service.customer(0)
    answer = sign_in(service, customer, phone="+84" + customer.facts["phone"][1:])
    assert answer.status_code == 201
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 600
    customer.token = answer.json()["access_token"]
    assert customer.get("/wallet/v1/account").status_code == 200


def test_wrong_pin_and_unknown_phone_look_the_same(service: Service) -> None:
    """Whether a phone has a wallet cannot be learnt at the sign-in door."""
    customer = service.customer(0)
    wrong = sign_in(service, customer, WRONG)
    unknown = sign_in(service, customer, WRONG, phone="0333333333")
    landline = sign_in(service, customer, WRONG, phone="0243826400")
    assert [answer.status_code for answer in (wrong, unknown, landline)] == [401] * 3
    for answer in (unknown, landline):
        assert {**answer.json(), "instance": ""} == {**wrong.json(), "instance": ""}


@pytest.mark.parametrize("known", [True, False])
def test_sign_in_door_shuts(service: Service, known: bool) -> None:  # noqa: FBT001
    """Five wrong PINs shut the door for a quarter of an hour, even to the right one, known phone or not."""
    customer = service.customer(0)
    phone = customer.facts["phone"] if known else "0333333333"
    for _ in range(5):
        assert sign_in(service, customer, WRONG, phone).status_code == 401
    shut = sign_in(service, customer, phone=phone)
    assert shut.status_code == 429
    assert 0 < int(shut.headers["Retry-After"]) <= 901
    service.clock.advance(minutes=15, seconds=1)
    assert sign_in(service, customer, phone=phone).status_code == (201 if known else 401)


def test_prove_pin(service: Service) -> None:
    """The right PIN passes; wrong ones are counted down to none, and then the door is shut."""
    customer = service.customer(0)
    context, now = service.context, service.now
    customers.prove_pin(context, customer.id, "480152", now)
    left = []
    for _ in range(5):
        with pytest.raises(WrongPin) as wrong:
            customers.prove_pin(context, customer.id, WRONG, now)
        left.append(wrong.value.members["remaining_attempts"])
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(TooManyAttempts):
        customers.prove_pin(context, customer.id, "480152", now)


def test_the_policy_says_when_a_door_shuts(service: Service) -> None:
    """Two wrong PINs within three minutes shut it for seven; a guess after the three is the first again."""
    service.change_tries(pin=Tries(most=2, within_min=3, shut_min=7))
    customer = service.customer()

    def guess() -> str:
        try:
            customers.prove_pin(service.context, customer.id, "111222", service.now)
        except WrongPin as wrong:
            return f"{wrong.members['remaining_attempts']} left"
        except TooManyAttempts:
            return "shut"
        return "right"

    assert guess() == "1 left"
    service.clock.advance(minutes=3, seconds=1)
    assert guess() == "1 left"
    service.clock.advance(minutes=3)
    assert guess() == "0 left"
    service.clock.advance(minutes=6, seconds=59)
    assert guess() == "shut"
    service.clock.advance(seconds=1)
    assert guess() == "1 left"


def test_a_right_pin_forgives_the_wrong_ones(service: Service) -> None:
    """Whoever mistypes now and then is never shut out."""
    customer = service.customer(0)
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(WrongPin):
                customers.prove_pin(service.context, customer.id, WRONG, service.now)
        customers.prove_pin(service.context, customer.id, "480152", service.now)


def test_guesses_at_two_doors_at_once(service: Service) -> None:
    """Wrong PINs for codes and wrong PINs elsewhere are counted together, one by one: five are compared."""
    customer = service.customer(0)

    def guess(number: int) -> str:
        if number % 2:
            body = {"amount": 100_000, "pin": WRONG}
            return str(customer.post("/wallet/v1/withdrawals", body).json()["type"]).rpartition(":")[2]
        try:
            customers.prove_pin(service.context, customer.id, WRONG, service.now)
        except (WrongPin, TooManyAttempts) as refused:
            return KINDS[type(refused)].slug
        return "passed"

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(guess, range(20)))
    assert sorted(answers) == ["too-many-attempts"] * 15 + ["wrong-pin"] * 5


def test_many_guesses_at_once(service: Service) -> None:
    """Twenty wrong guesses at once are counted one by one: five are compared."""
    customer = service.customer(0)

    def guess(_: int) -> str:
        try:
            customers.prove_pin(service.context, customer.id, WRONG, service.now)
        except (WrongPin, TooManyAttempts) as refused:
            return type(refused).__name__
        return "passed"

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(guess, range(20)))
    assert sorted(answers) == ["TooManyAttempts"] * 15 + ["WrongPin"] * 5


def test_pin_of_nobody(service: Service) -> None:
    """A customer who does not exist has no right PIN."""
    with pytest.raises(WrongPin):
        customers.prove_pin(service.context, uuid4(), "480152", service.now)


def test_same_pin_looks_different(service: Service) -> None:
    """Two customers with one PIN have different hashes, so that one known PIN does not show the other."""
    service.customer(0)
    service.customer(0)
    with service.context.transaction() as session:
        prints = session.exec_driver_sql("SELECT pin_print FROM service.customer").scalars().all()
    assert len(prints) == len(set(prints)) == 2


def test_identity(service: Service) -> None:
    """The identity opens as it was given, matches its card alone, and is masked for the clerk."""
    customer = service.customer(0, id_number="020085900001", full_name="Nông Văn Thắng")
    with service.context.transaction() as session:
        found = customers.identity(session, service.context, customer.id)
        assert customers.identity_matches(session, service.context, customer.id, "020085900001")
        assert not customers.identity_matches(session, service.context, customer.id, "020085900002")
        assert customers.provider_reference(session, customer.id).startswith("sim-")
    assert (found.full_name, found.id_number) == ("Nông Văn Thắng", "020085900001")
    assert customers.masked(found) == ("N••• V••• Thắng", "••••••••0001")


def test_nobody_has_no_identity(service: Service) -> None:
    """Every question about a customer who does not exist is answered by not found."""
    nobody = uuid4()
    with service.context.transaction() as session:
        for ask in (
            lambda: customers.identity(session, service.context, nobody),
            lambda: customers.identity_matches(session, service.context, nobody, "020085900001"),
            lambda: customers.provider_reference(session, nobody),
            lambda: customers.lock(session, nobody),
            lambda: customers.account(session, service.context, nobody, service.now),
        ):
            with pytest.raises(NotFound):
                ask()


def test_account(service: Service) -> None:
    """The wallet shows who, how much, and what the rules leave for today."""
    customer = service.customer(5_000_000, full_name="Hoàng Thị Mai")
    shown = customer.account()
    assert (shown["full_name"], shown["phone"]) == ("Hoàng Thị Mai", customer.facts["phone"])
    assert (shown["available"], shown["held"]) == (5_000_000, 0)
    assert shown["limits"] == {
        "per_day": 20_000_000,
        "used_today": 0,
        "remaining_today": 20_000_000,
        "renews_on": "2026-11-17",
        "multiple": 10_000,
        "amount_min": 50_000,
        "amount_max": 20_000_000,
        "lifetimes": {"default": "journey", "counter_min": 15, "journey_min": 1_440, "scheduled_min": 4_320},
    }


def test_account_with_a_code(service: Service) -> None:
    """Money of an open code is held, and counts against the day."""
    customer = service.customer(5_000_000)
    customer.code(2_000_000)
    shown = customer.account()
    assert (shown["available"], shown["held"]) == (3_000_000, 2_000_000)
    assert (shown["limits"]["used_today"], shown["limits"]["remaining_today"]) == (2_000_000, 18_000_000)


def test_statement(service: Service) -> None:
    """Movements come newest first, signed for the wallet, with the balance after each, page by page."""
    customer = service.customer(0)
    for amount in (1_000_000, 2_000_000, 4_000_000):
        service.clock.advance(seconds=1)
        service.credit(customer.id, amount)
    first = customer.get("/wallet/v1/statement", limit=2).json()
    assert [(item["amount"], item["balance"]) for item in first["items"]] == [
        (4_000_000, 7_000_000),
        (2_000_000, 3_000_000),
    ]
    last = customer.get("/wallet/v1/statement", limit=2, cursor=first["next_cursor"]).json()
    assert [(item["amount"], item["balance"]) for item in last["items"]] == [(1_000_000, 1_000_000)]
    assert last["next_cursor"] is None


def test_statement_of_a_payment(service: Service) -> None:
    """Cash that was paid out is a negative amount."""
    customer, clerk = service.customer(5_000_000), service.clerk()
    assert clerk.serve(customer, customer.code(2_000_000)).status_code == 201
    item = customer.get("/wallet/v1/statement").json()["items"][0]
    assert (item["kind"], item["amount"], item["balance"]) == ("withdrawal", -2_000_000, 3_000_000)


def test_foreign_cursor(service: Service) -> None:
    """A cursor of another list, or of nothing, is malformed."""
    customer = service.customer(0)
    for cursor in ("nonsense", "MDE5OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw"):
        answer = customer.get("/wallet/v1/statement", cursor=cursor)
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "query.cursor")


def test_strangers_see_nothing(service: Service) -> None:
    """Without a token, or with a clerk's, there is no wallet."""
    assert service.client.get("/wallet/v1/account").status_code == 401
    clerk = service.clerk(shift=False)
    assert clerk.get("/wallet/v1/account").status_code == 401
