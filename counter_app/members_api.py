"""Members of the staff, wallets and drawers as a supervisor sees and changes them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from counter_app import service_api
from counter_app.service_api import Service, json_body, read_answer, read_answers

PAGES_MAX: Final = 5
PAGE: Final = 100
_PASSKEYS: Final = "/staff/v1/passkeys"


@dataclass(frozen=True)
class Member:
    """A clerk of an office that the supervisor looks after."""

    id: str
    username: str
    display_name: str
    office: str | None
    office_name: str | None
    active: bool
    must_change: bool


@dataclass(frozen=True)
class FirstPassword:
    """A password that is told once."""

    member: Member
    password: str = field(repr=False)


@dataclass(frozen=True)
class Passkey:
    """A passkey of whoever asks."""

    id: str
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Passkeys:
    """All of them, the oldest first."""

    items: list[Passkey]


@dataclass(frozen=True)
class PasskeyOffer:
    """What the browser makes a passkey from."""

    options: dict[str, Any]


@dataclass(frozen=True)
class Wallet:
    """Whether a customer's wallet is frozen, and who said so last and why."""

    id: str
    masked_name: str
    masked_id: str
    frozen: bool
    reason: str | None
    changed_by: str | None
    changed_at: datetime | None
    frozen_by: str | None = None  # "customer": by the customer's own word
    frozen_by_customer: bool = False  # whatever the staff have done


@dataclass(frozen=True)
class DrawerThere:
    """Whether a drawer is frozen, and who said so last and why."""

    number: int
    frozen: bool
    reason: str | None
    changed_by: str | None
    changed_at: datetime | None


@dataclass(frozen=True)
class Drawers:
    """The drawers of an office."""

    items: list[DrawerThere]


@dataclass(frozen=True)
class Noted:
    """What is kept of the answer to a change: nothing. The page that it leads back to shows it."""


async def members(service: Service, token: str) -> list[Member]:
    """List the clerks that the supervisor looks after, the newest first; five hundred at most."""
    found: list[Member] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        query = {"limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
        answer = await service_api.ask(service, "GET", "/staff/v1/members", token=token, query=query)
        items, cursor = read_answers(Member, answer)
        found += items
        if cursor is None:
            break
    return found


async def reset(service: Service, token: str, id: str, reason: str) -> FirstPassword:
    """Give a clerk a first password."""
    path, body = f"/staff/v1/members/{id}/password", json_body({"reason": reason})
    return read_answer(FirstPassword, await service_api.ask(service, "POST", path, token=token, body=body))


async def passkeys(service: Service, token: str) -> list[Passkey]:
    """List the passkeys of whoever asks."""
    return read_answer(Passkeys, await service_api.ask(service, "GET", _PASSKEYS, token=token)).items


async def ask_to_add_passkey(service: Service, token: str, code: str | None) -> dict[str, Any]:
    """Get what the browser makes a passkey from, for the authenticator's code of now."""
    body = json_body({"code": code})
    answer = await service_api.ask(service, "POST", f"{_PASSKEYS}/options", token=token, body=body)
    return read_answer(PasskeyOffer, answer).options


async def add_passkey(service: Service, token: str, name: str, made: Any) -> None:
    """Add the passkey that the browser has made."""
    body = json_body({"name": name, "passkey": made})
    await service_api.ask(service, "POST", _PASSKEYS, token=token, body=body)


async def remove_passkey(service: Service, token: str, id: str) -> None:
    """Remove a passkey of whoever asks."""
    await service_api.ask(service, "POST", f"{_PASSKEYS}/{id}/removal", token=token)


async def find_wallet(service: Service, token: str, named: dict[str, str]) -> Wallet:
    """Find a customer by `phone` or `id_number`."""
    body = json_body({"who": named})
    return read_answer(
        Wallet, await service_api.ask(service, "POST", "/staff/v1/customers/search", token=token, body=body)
    )


async def drawers(service: Service, token: str, code: str) -> list[DrawerThere]:
    """List an office's drawers."""
    path = f"/staff/v1/offices/{code}/drawers"
    return read_answer(Drawers, await service_api.ask(service, "GET", path, token=token)).items


def request(of: str, what: str, body: dict[str, Any]) -> tuple[str, bytes]:
    """Path and body for a change: of a member, a customer or a drawer."""
    return f"/staff/v1/{of}/{what}", json_body(body)
