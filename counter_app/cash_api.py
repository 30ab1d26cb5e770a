"""The service's routes for shifts of others, vaults and deliveries: a function for each call, as in `service_api`."""

from typing import Any, Literal

from counter_app import service_api
from counter_app.cash_answers import Area, Areas, CashRequest, Delivery, OpenShift, OpenShifts, Plan, Vault
from counter_app.service_api import PAGE_ITEMS, Service, json_body, read_answer, read_answers


async def office_shifts(service: Service, token: str) -> list[OpenShift]:
    """Return the open shifts of the clerk's office."""
    return read_answer(
        OpenShifts, await service_api.ask(service, "GET", "/counter/v1/shifts", token=token)
    ).items


async def open_shifts(service: Service, token: str) -> tuple[list[OpenShift], str | None]:
    """Return the open shifts of all offices for a supervisor, newest first, and the next cursor."""
    query = {"limit": str(PAGE_ITEMS)}
    return read_answers(
        OpenShift, await service_api.ask(service, "GET", "/staff/v1/shifts", token=token, query=query)
    )


async def vault(service: Service, token: str) -> Vault:
    """Return when the office's vault was last counted."""
    return read_answer(Vault, await service_api.ask(service, "GET", "/counter/v1/cash/vault", token=token))


async def office_deliveries(service: Service, token: str) -> list[Delivery]:
    """Return the office's open deliveries, newest first."""
    query = {"limit": str(PAGE_ITEMS)}
    answer = await service_api.ask(service, "GET", "/counter/v1/cash/deliveries", token=token, query=query)
    return read_answers(Delivery, answer)[0]


async def cash_requests(service: Service, token: str, door: Literal["counter", "staff"]) -> list[CashRequest]:
    """Return what the clerk's office asked for lately, or what waits for a supervisor; newest first."""
    path = "/counter/v1/cash/requests" if door == "counter" else "/staff/v1/deliveries/requests"
    query = {"limit": "5" if door == "counter" else str(PAGE_ITEMS)}
    return read_answers(CashRequest, await service_api.ask(service, "GET", path, token=token, query=query))[0]


async def deliveries(service: Service, token: str, which: str) -> tuple[list[Delivery], str | None]:
    """Return deliveries for a supervisor (`open` or `unexplained`), newest first, and the next cursor."""
    query = {"which": which, "limit": str(PAGE_ITEMS)}
    return read_answers(
        Delivery, await service_api.ask(service, "GET", "/staff/v1/deliveries", token=token, query=query)
    )


async def areas(service: Service) -> list[Area]:
    """Return the areas that have offices."""
    return read_answer(Areas, await service_api.ask(service, "GET", "/wallet/v1/areas")).items


async def plan(service: Service, token: str, area: str, cash: int | None) -> Plan:
    """Return a proposed trip of an area's cash; None: of what the policy lends it."""
    query = {"area": area} | ({} if cash is None else {"cash": str(cash)})
    answer = await service_api.ask(service, "GET", "/staff/v1/floats/plan", token=token, query=query)
    return read_answer(Plan, answer)


def hand_over_request(counts: dict[str, int], username: str, password: str) -> tuple[str, bytes]:
    """Path and body for handing the drawer over to a colleague."""
    body = {"counts": counts, "username": username, "password": password}
    return "/counter/v1/shifts/current/hand-over", json_body(body)


def take_over_request(shift_id: str, counts: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for closing the shift that an absent colleague left open."""
    return f"/counter/v1/shifts/{shift_id}/take-over", json_body({"counts": counts})


def leave_request(shift_id: str, reason: str) -> tuple[str, bytes]:
    """Path and body for a supervisor's leave to take a shift over."""
    return f"/staff/v1/shifts/{shift_id}/take-over", json_body({"reason": reason})


def move_request(to: str, counts: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for moving cash between vault and drawer."""
    return "/counter/v1/cash/moves", json_body({"to": to, "counts": counts})


def give_request(counts: dict[str, int], username: str, password: str) -> tuple[str, bytes]:
    """Path and body for giving cash to a colleague's drawer."""
    body = {"counts": counts, "username": username, "password": password}
    return "/counter/v1/cash/handed", json_body(body)


def exchange_request(partner: str, given: dict[str, int], taken: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for changing notes with a customer or the vault."""
    return "/counter/v1/cash/exchanges", json_body({"partner": partner, "given": given, "taken": taken})


def vault_count_request(counts: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for counting the vault."""
    return "/counter/v1/cash/vault/count", json_body({"counts": counts})


def delivery_request(
    door: Literal["counter", "staff"], delivery_id: str, step: str, body: dict[str, Any]
) -> tuple[str, bytes]:
    """Path and body for a step of a delivery, by a clerk or by a supervisor."""
    room = "/counter/v1/cash/deliveries" if door == "counter" else "/staff/v1/deliveries"
    return f"{room}/{delivery_id}/{step}", json_body(body)


def order_request(office: str, direction: str, amount: int) -> tuple[str, bytes]:
    """Path and body for ordering a delivery."""
    return "/staff/v1/deliveries", json_body({"office": office, "direction": direction, "amount": amount})


def ask_request(amount: int, reason: str) -> tuple[str, bytes]:
    """Path and body for asking the area for cash."""
    return "/counter/v1/cash/requests", json_body({"amount": amount, "reason": reason})


def decide_request(id: str, decision: dict[str, Any]) -> tuple[str, bytes]:
    """Path and body for a supervisor's word on it: an `amount` to be ordered, or the `reason` of a no."""
    step = "order" if "amount" in decision else "refuse"
    return f"/staff/v1/deliveries/requests/{id}/{step}", json_body(decision)
