"""The OpenAPI document: committed as `docs/openapi.json`, so that a change of contract shows in review."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from atm_service.problems import Problem

DESCRIPTION: Final = """
Cash at the post office: a customer authorises a withdrawal in the wallet, a clerk presents the code and pays.

Amounts are integers in đồng, times are RFC 3339 in UTC, ids are UUIDv7. Errors are RFC 9457 problems. Every POST
that moves money or makes a code takes an `Idempotency-Key`: repeat it with the same key until you know.
"""


def install(app: FastAPI) -> None:
    """Make the application describe itself, with the problem's schema beside the others."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema()
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]
