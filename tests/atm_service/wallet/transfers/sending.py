"""What a payer does on the phone: look somebody up, and send."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from httpx2 import Response

from tests.atm_service.world import Customer, Service
from tests.contract.documented import slug_of


def look_up(payer: Customer, payee: Customer | None = None, **to: str) -> Response:
    """Name whom to pay: a customer by the phone number, or anything else by its own name."""
    named = to or {"phone": payee.facts["phone"] if payee else ""}
    return payer.post("/wallet/v1/payees", {"to": named})


def intended(payer: Customer, payee: Customer) -> dict[str, Any]:
    """Look a customer up; give what is to be confirmed."""
    answer = look_up(payer, payee)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def send(
    payer: Customer, intention: dict[str, Any], amount: int = 100_000, key: str | None = None, **more: Any
) -> Response:
    """Send to whoever was looked up."""
    body = {"payee": intention["payee"], "amount": amount, "pin": payer.facts["pin"], **more}
    return payer.post("/wallet/v1/transfers", body, key)


def sent(payer: Customer, payee: Customer, amount: int = 100_000, **more: Any) -> dict[str, Any]:
    """Look up and send; give the transfer."""
    answer = send(payer, intended(payer, payee), amount, **more)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def outcome(answer: Response) -> str:
    """Tell a success by its status, a refusal by its slug."""
    return "201" if answer.status_code == 201 else slug_of(answer)


def at_once(asks: list[Callable[[], Response]]) -> Counter[str]:
    """Do all at the same moment, each in a thread; count how they ended."""
    with ThreadPoolExecutor(len(asks)) as pool:
        return Counter(outcome(answer) for answer in pool.map(lambda ask: ask(), asks))


def available(*people: Customer) -> list[int]:
    """Give what each may spend."""
    return [person.account()["available"] for person in people]


def two(service: Service, balance: int = 5_000_000) -> tuple[Customer, Customer]:
    """Bring in a payer with money and a payee without."""
    return service.customer(balance), service.customer(0, full_name="Hoàng Thị Mai", pin="915037")
