"""The routes that everybody waits for, answered without the framework's layers.

A request passes through a dozen layers of the framework: stacks for clean-up that nothing here needs, a router for each
feature, a solver of dependencies. Together they cost more than the withdrawal itself. A `LeanRoute` is declared and
documented like any other; its handler reads the same parameters from the same signature by itself, and the `Lane`,
which stands before the framework's router, calls it at once. What may differ is speed alone: tests ask both.
"""

from collections.abc import Awaitable, Callable, Sequence
from email.message import Message
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi._compat import ModelField
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, APIRouter
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from atm_service.platform import bodies

_JSON: Final = "application/json"

Handler = Callable[[Request], Awaitable[Response]]


class LeanRoute(APIRoute):
    """A route whose parameters are a body, the path's, and dependencies that take the request alone.

    What else a dependency names is for the document, and has a default. The endpoint is asynchronous and gives a
    model or a response.
    """

    def get_route_handler(self) -> Handler:  # type: ignore[override]
        """Build the handler, once."""
        if self.dependant.query_params or self.dependant.header_params or self.dependant.cookie_params:
            raise TypeError(f"{self.path}: a lean route reads its path, its body and dependencies")
        solved = [(one.name, one.call) for one in self.dependant.dependencies if one.name is not None]
        parts = [(*_read_as(one), "path") for one in self.dependant.path_params]
        body = [(*_read_as(one), "body") for one in self.dependant.body_params]
        endpoint, status = self.endpoint, self.status_code or 200

        async def handle(request: Request) -> Response:
            if request.url.query:
                bodies.known(request, {})
            sent = await _body(request)
            values = {name: await call(request) for name, call in solved}  # type: ignore[misc]
            given = request.path_params
            asked = [(*part, given[part[0]]) for part in parts] + [(*one, sent) for one in body]
            values |= _validated(asked, sent)
            done = await endpoint(**values)
            if isinstance(done, BaseModel):
                return Response(done.model_dump_json(), status, media_type=_JSON)
            assert isinstance(done, Response)
            return done

        return handle


class Lane:
    """ASGI middleware, just inside the surroundings: takes what is for lean routes, and passes all else on."""

    def __init__(self, inner: ASGIApp, app: FastAPI, routers: Sequence[APIRouter]) -> None:
        self._inner, self._app = inner, app
        self._routes: Sequence[tuple[APIRoute, Handler]] = [
            (route, route.get_route_handler())
            for router in routers
            for route in router.routes
            if isinstance(route, LeanRoute)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "http":
            for route, handle in self._routes:
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found)
                    scope["app"] = self._app
                    request = Request(scope, receive, send)
                    answer = await self._answered(request, handle)
                    await answer(scope, receive, send)
                    return
        await self._inner(scope, receive, send)

    async def _answered(self, request: Request, handle: Handler) -> Response:
        """Give the answer, or what the application has for the exception that came instead."""
        try:
            return await handle(request)
        except Exception as error:
            handlers = self._app.exception_handlers
            found = next((handlers[kind] for kind in type(error).__mro__ if kind in handlers), None)
            if found is None:
                raise
            answer: Response = await run_in_threadpool(found, request, error)  # type: ignore[arg-type]
            return answer


def _read_as(field: ModelField) -> tuple[str, TypeAdapter[Any]]:
    assert field.field_info.annotation is not None
    return field.name, TypeAdapter(field.field_info.annotation)


async def _body(request: Request) -> Any:
    """Read the body: what its JSON says, or the bytes where it is not sent as JSON; None without one."""
    raw = await request.body()
    if not raw:
        return None
    read = bodies.check(raw)
    sent_as = request.headers.get("Content-Type", "")
    return read if sent_as == _JSON or _is_json(sent_as) else raw


def _is_json(content_type: str) -> bool:
    message = Message()
    message["Content-Type"] = content_type
    kind = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (kind == "json" or kind.endswith("+json"))


def _validated(asked: Sequence[tuple[str, TypeAdapter[Any], str, Any]], sent: Any) -> dict[str, Any]:
    """Validate the path's parts and the body. Raises `RequestValidationError` with all that is wrong."""
    values: dict[str, Any] = {}
    errors: list[Any] = []
    for name, adapter, place, value in asked:
        if place == "body" and value is None:
            errors.append({"type": "missing", "loc": ("body",), "msg": "Field required", "input": None})
            continue
        try:
            values[name] = adapter.validate_python(value, from_attributes=True)
        except ValidationError as invalid:
            where = (place, name) if place == "path" else (place,)
            errors += [
                {**one, "loc": (*where, *one["loc"])}
                for one in invalid.errors(include_url=False, include_input=False)
            ]
    if errors:
        raise RequestValidationError(errors, body=sent)
    return values
