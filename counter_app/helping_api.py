"""Calls of the counter's contract for what a customer has mended. Raises as `service_api` does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from counter_app.service_api import Service, ask, json_body, read_answer


@dataclass(frozen=True)
class Helped:
    """Whose wallet it is, masked, and by whose word it is frozen, if it is."""

    masked_name: str
    masked_id: str
    phone_end: str
    frozen_by: Literal["customer", "staff"] | None


@dataclass(frozen=True)
class CodeSent:
    """A code on its way to a phone whose number ends so."""

    id: str
    digits: int
    phone_end: str


async def find(service: Service, token: str, card: Mapping[str, str]) -> Helped:
    """Find the customer whose card is on the counter."""
    return read_answer(Helped, await _post(service, token, "customer", card))


async def send_code(service: Service, token: str, body: Mapping[str, Any]) -> CodeSent:
    """Have a code sent to the wallet's number, or to the `phone` that it shall have."""
    return read_answer(CodeSent, await _post(service, token, "code", body))


async def mend(service: Service, token: str, what: str, key: str, body: Mapping[str, Any]) -> Helped:
    """Freeze or thaw, or set a PIN or a phone number anew. Safe to repeat with the key."""
    return read_answer(Helped, await _post(service, token, what, body, key))


async def _post(
    service: Service, token: str, what: str, body: Mapping[str, Any], key: str | None = None
) -> object:
    path = f"/counter/v1/help/{what}"
    return await ask(service, "POST", path, token=token, key=key, body=json_body(body))
