"""More requests at once than one process can answer in time: told to come back, and nobody else suffers."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atm_service.platform import middleware
from atm_service.platform.middleware import Crowd, Surroundings
from atm_service.run import app
from tests.atm_service.world import Service


def asked(
    application: ASGIApp, path: str, token: str = "", *, half: bool = False
) -> "asyncio.Task[dict[str, Any]]":
    """Ask for a path; give the status and the headers of the answer. `half`: the body never ends."""

    async def ask() -> dict[str, Any]:
        answer: dict[str, Any] = {}

        async def receive() -> Message:
            return await asyncio.Future() if half else {"type": "http.request"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {name.decode(): value.decode() for name, value in message["headers"]}
                answer.update(status=message["status"], retry=headers.get("retry-after"))

        headers = [(b"authorization", b"Bearer " + token.encode())]
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""}
        await application(scope, receive, send)
        return answer

    return asyncio.ensure_future(ask())


def test_a_crowd_is_told_when_to_come_back(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the bound a request is refused at once, health is answered, and who leaves makes room.

    A clerk has a place when customers have none; who has sent half a body has taken nobody's.
    """
    monkeypatch.setattr(middleware, "IN_FLIGHT_MAX", 3)
    monkeypatch.setattr(middleware, "KEPT_FOR_STAFF", 1)
    clerk, customer = service.clerk(), service.customer()

    async def crowd() -> list[dict[str, Any]]:
        leave = asyncio.Event()

        async def slow(scope: Scope, _receive: Receive, send: Send) -> None:
            if scope["path"] == "/slow":
                await leave.wait()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

        real: FastAPI = app.create(service.context)
        surrounded = Surroundings(slow, real, app._problem)
        half_sent = [asked(surrounded, "/slow", half=True) for _ in range(9)]
        await asyncio.sleep(0)
        waiting = [asked(surrounded, "/slow") for _ in range(2)]
        await asyncio.sleep(0)
        refused, alive = (
            await asked(surrounded, "/quick", customer.token),
            await asked(surrounded, "/healthz"),
        )
        waiting.append(asked(surrounded, "/slow", clerk.token))
        await asyncio.sleep(0)
        clerk_too = await asked(surrounded, "/quick", clerk.token)
        leave.set()
        served = await asyncio.gather(*waiting)
        for one in half_sent:
            one.cancel()
        return [refused, alive, clerk_too, *served, await asked(surrounded, "/quick")]

    full, fine = {"status": 503, "retry": "2"}, {"status": 204, "retry": None}
    assert asyncio.run(crowd()) == [full, fine, full, fine, fine, fine, fine]


def test_strangers_leave_threads_for_counters(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who wait for one of the crowd's places do not stand in a clerk's way."""
    monkeypatch.setattr(middleware, "CROWD_AT_ONCE", 2)

    async def crowd() -> list[str]:
        leave, order = asyncio.Event(), []

        async def slow(scope: Scope, _receive: Receive, _send: Send) -> None:
            order.append(scope["path"])
            await leave.wait()

        def passing(path: str, *, of_staff: bool) -> "asyncio.Task[None]":
            scope = {"type": "http", "path": path, "state": {"of_staff": of_staff}}
            return asyncio.ensure_future(in_turn(scope, None, None))  # type: ignore[arg-type]

        in_turn = Crowd(slow)
        all_ = [passing(f"/stranger-{n}", of_staff=False) for n in range(3)]
        all_ += [passing("/clerk", of_staff=True), passing("/healthz", of_staff=False)]
        await asyncio.sleep(0)
        leave.set()
        await asyncio.gather(*all_)
        return order

    expected = ["/stranger-0", "/stranger-1", "/clerk", "/healthz", "/stranger-2"]
    assert asyncio.run(crowd()) == expected
