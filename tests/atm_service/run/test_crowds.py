"""More requests at once than one process can answer in time: told to come back, and nobody else suffers."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atm_service.platform import middleware
from atm_service.platform.middleware import Surroundings
from atm_service.run import app
from tests.atm_service.world import Service


def asked(application: ASGIApp, path: str) -> "asyncio.Task[dict[str, Any]]":
    """Ask for a path; give the status and the headers of the answer."""

    async def ask() -> dict[str, Any]:
        answer: dict[str, Any] = {}

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {name.decode(): value.decode() for name, value in message["headers"]}
                answer.update(status=message["status"], retry=headers.get("retry-after"))

        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
        await application(scope, receive, send)
        return answer

    return asyncio.ensure_future(ask())


def test_a_crowd_is_told_when_to_come_back(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the bound a request is refused at once, health is answered, and who leaves makes room."""
    monkeypatch.setattr(middleware, "IN_FLIGHT_MAX", 2)

    async def crowd() -> list[dict[str, Any]]:
        leave = asyncio.Event()

        async def slow(scope: Scope, _receive: Receive, send: Send) -> None:
            if scope["path"] == "/slow":
                await leave.wait()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

        real: FastAPI = app.create(service.context)
        surrounded = Surroundings(slow, real, app._problem)
        waiting = [asked(surrounded, "/slow") for _ in range(2)]
        await asyncio.sleep(0)
        refused, alive = await asked(surrounded, "/quick"), await asked(surrounded, "/healthz")
        leave.set()
        served = await asyncio.gather(*waiting)
        return [refused, alive, *served, await asked(surrounded, "/quick")]

    full, fine = {"status": 503, "retry": "2"}, {"status": 204, "retry": None}
    assert asyncio.run(crowd()) == [full, fine, fine, fine, fine]
