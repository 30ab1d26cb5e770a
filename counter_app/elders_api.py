"""Calls of the counter's contract for customers without a phone. Raises as `service_api` does."""

from collections.abc import Mapping
from typing import Any

from counter_app.answers import Delegation, Slip
from counter_app.service_api import Service, UnreachableError, ask, json_body, read_answer


def cash_request(body: Mapping[str, Any], pin: str) -> tuple[str, bytes]:
    """Path and body for cash by card and PIN."""
    return "/counter/v1/card-withdrawals", json_body({**body, "pin": pin})


async def make_slip(service: Service, token: str, key: str, body: Mapping[str, Any]) -> Slip:
    """Have a code made that is to be printed. Safe to repeat with the key."""
    answer = await ask(service, "POST", "/counter/v1/slips", token=token, key=key, body=json_body(body))
    return read_answer(Slip, answer)


async def reprint(service: Service, token: str, body: Mapping[str, Any]) -> list[Slip]:
    """Return the customer's slips that can still be paid."""
    answer = await ask(service, "POST", "/counter/v1/slips/reprint", token=token, body=json_body(body))
    return [read_answer(Slip, slip) for slip in _items(answer, "slips")]


async def make_delegation(service: Service, token: str, key: str, body: Mapping[str, Any]) -> Delegation:
    """Write down who may collect for the customer. Safe to repeat with the key."""
    answer = await ask(service, "POST", "/counter/v1/delegations", token=token, key=key, body=json_body(body))
    return read_answer(Delegation, answer)


async def find_delegations(service: Service, token: str, card: Mapping[str, str]) -> list[Delegation]:
    """Return the delegations of the customer whose card is on the counter, newest first."""
    answer = await ask(service, "POST", "/counter/v1/delegations/find", token=token, body=json_body(card))
    return [read_answer(Delegation, one) for one in _items(answer, "delegations")]


async def revoke_delegation(service: Service, token: str, id: str, body: Mapping[str, Any]) -> Delegation:
    """End a delegation at once. Harmless to repeat."""
    path = f"/counter/v1/delegations/{id}/revocation"
    return read_answer(Delegation, await ask(service, "POST", path, token=token, body=json_body(body)))


def _items(answer: object, name: str) -> list[object]:
    items = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise UnreachableError
    return items
