"""The OpenAPI document: committed as `docs/openapi.json`, so that a change of contract shows in review."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from atm_service.platform import problems

DESCRIPTION: Final = """
Cash at the post office: a customer authorises a withdrawal in the wallet, a clerk presents the code and pays.

Amounts are integers in đồng, times are RFC 3339 in UTC, ids are UUIDv7. Errors are RFC 9457 problems. Every POST
that moves money or makes a code takes an `Idempotency-Key`: repeat it with the same key until you know. A body's or a
query's name that is not in this document is refused, and so is one that stands twice.
"""

TAGS: Final = [
    {"name": "wallet", "description": "For customers: account, top-ups, withdrawals."},
    {
        "name": "counter",
        "description": "For clerks, each for the own office: shifts, presentations, payments.",
    },
    {"name": "staff", "description": "Staff sessions; the supervisors' review of applications."},
    {"name": "operator", "description": "For operators: salaries and allowances for many at once."},
    {"name": "audit", "description": "For auditors: every figure can be recomputed from the journal."},
    {"name": "proofs", "description": "For whoever is shown a receipt or a proof: no sign-in."},
    {"name": "keys", "description": "Public keys of withdrawal codes."},
    {"name": "health", "description": "For whoever runs the service."},
]

_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_ID: Final = "01990000-0000-7000-8000-000000000000"
_KEY: Final = "Idempotency-Key"
_MAY_SAY_WHEN: Final = frozenset({"409", "429", "503"})

_HEADERS: Final[dict[str, dict[str, Any]]] = {
    "X-Request-Id": {
        "description": "the id of this request; problems repeat it in `instance`",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    },
    "Retry-After": {
        "description": "seconds to wait before the next try",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Idempotency-Replayed": {
        "description": "there when this is the first answer to the key, given again",
        "schema": {"type": "string", "const": "true"},
    },
    "WWW-Authenticate": {"required": True, "schema": {"type": "string", "const": "Bearer"}},
}


def operation_id(route: APIRoute) -> str:
    """Name an operation by its tag and its function: short, and stable while the function keeps its name."""
    return f"{route.tags[0]}_{route.name}".strip("_") if route.tags else route.name


def install(app: FastAPI) -> None:
    """Make the application describe itself, with the problem's schema beside the others."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                tags=app.openapi_tags,
                servers=[{"url": "/", "description": "wherever this document came from"}],
                routes=app.routes,
            )
            _complete(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = problems.Problem.model_json_schema()
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    components |= {"headers": _HEADERS, "examples": problems.examples(), "responses": {}}
    for operation in _operations(document):
        _summarise(operation)
        _require_key(operation)
        _name_headers(operation)
        _share_refusals(operation, components["responses"])
        _show_example(operation, schemas)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in _METHODS)


def _summarise(operation: dict[str, Any]) -> None:
    """Make the first sentence of a route's docstring its summary, and leave the rest as description."""
    if "description" in operation:
        first, _, rest = operation.pop("description").partition(".")
        operation["summary"] = " ".join(first.split())
        if rest.strip():
            operation["description"] = rest.strip()


def _require_key(operation: dict[str, Any]) -> None:
    """Say that the key is required: its absence has a refusal of its own, so the route takes it as optional."""
    for parameter in operation.get("parameters", ()):
        if parameter["name"].lower() == _KEY.lower():
            schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
            parameter |= {"name": _KEY, "required": True, "schema": schema, "example": "0f8fad5b-d9cb-469f"}


def _name_headers(operation: dict[str, Any]) -> None:
    keyed = any(parameter["name"] == _KEY for parameter in operation.get("parameters", ()))
    for status, response in operation["responses"].items():
        names = ["X-Request-Id"]
        if status in _MAY_SAY_WHEN:
            names.append("Retry-After")
        if status == "401":
            names.append("WWW-Authenticate")
        if keyed and status.startswith("2"):
            names.append("Idempotency-Replayed")
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _share_refusals(operation: dict[str, Any], shared: dict[str, Any]) -> None:
    """Write an answer that can be only one problem once for all operations."""
    for status, response in operation["responses"].items():
        slugs = list(response.get("content", {}).get(problems.MEDIA_TYPE, {}).get("examples", ()))
        if len(slugs) == 1:
            shared[slugs[0]] = response
            operation["responses"][status] = {"$ref": f"#/components/responses/{slugs[0]}"}


def _show_example(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Put a whole example beside a request body, made of the examples of its members."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = _example(content["schema"], schemas)


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for name in ("examples", "enum"):
        if name in schema:
            return schema[name][0]
    for name in ("oneOf", "anyOf"):
        if name in schema:
            return _example(schema[name][0], schemas)
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "object":
        required = schema.get("required", ())
        return {name: _example(schema["properties"][name], schemas) for name in required}
    return _ID if schema.get("format") == "uuid" else schema["default"]
