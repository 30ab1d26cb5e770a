"""What a clerk does for customers without a phone: pay by card and PIN, make slips and delegations, pay delegates."""

from typing import Any

from httpx2 import Response

from tests.atm_service.world import OFFICE, Clerk, Customer

DELEGATE = "020190007788"
LAST_DAY = "2027-11-16"  # twelve months after the day on which every test begins


def proof(customer: Customer, **changes: Any) -> dict[str, Any]:
    """Give the customer's card and PIN."""
    return {
        "id_number": customer.facts["id_number"],
        "checked": "qr",
        "pin": customer.facts["pin"],
        **changes,
    }


def pay_by_card(
    clerk: Clerk, customer: Customer, amount: int = 2_000_000, key: str | None = None, **changes: Any
) -> Response:
    """Pay a customer by card and PIN."""
    return clerk.post("/counter/v1/card-withdrawals", {**proof(customer), "amount": amount, **changes}, key)


def make_slip(
    clerk: Clerk, customer: Customer, amount: int = 2_000_000, key: str | None = None, **changes: Any
) -> Response:
    """Have a slip made."""
    return clerk.post("/counter/v1/slips", {**proof(customer), "amount": amount, **changes}, key)


def delegate(clerk: Clerk, customer: Customer, key: str | None = None, **changes: Any) -> Response:
    """Let somebody collect for the customer."""
    wish = {
        "delegate_id_number": DELEGATE,
        "ceiling": 2_000_000,
        "per_month": 3_000_000,
        "office": OFFICE,
        "ends_on": LAST_DAY,
    }
    return clerk.post("/counter/v1/delegations", {**proof(customer), **wish, **changes}, key)


def delegated(clerk: Clerk, customer: Customer, **changes: Any) -> dict[str, Any]:
    """Let somebody collect for the customer; give the delegation."""
    answer = delegate(clerk, customer, **changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def halves(clerk: Clerk, customer: Customer, made: dict[str, Any], amount: int = 2_000_000) -> dict[str, Any]:
    """Have the two slips made for a delegate."""
    answer = make_slip(clerk, customer, amount, delegation_id=made["id"])
    assert answer.status_code == 201, answer.text
    slip: dict[str, Any] = answer.json()
    return slip


def pay_delegate(
    clerk: Clerk, customer: Customer, slip: dict[str, Any], card: str = DELEGATE, key: str | None = None
) -> Response:
    """Type both halves, read both cards, pay."""
    presented = clerk.present("".join(slip["halves"]))
    if presented.status_code != 201:
        return presented
    body = {"delegate": {"id_number": card, "checked": "typed"}}
    return clerk.pay(slip["withdrawal_id"], customer.facts["id_number"], key, **body)


def revoke(clerk: Clerk, customer: Customer, made: dict[str, Any], **changes: Any) -> Response:
    """Revoke at the counter."""
    return clerk.post(f"/counter/v1/delegations/{made['id']}/revocation", proof(customer, **changes))
