"""Every answer of the service must be one that the OpenAPI document announces.

`tests/atm_service/world.py` puts `must_be_documented` into its HTTP client, so every test that asks the service
over HTTP is a test of the contract as well.
"""

import re
from functools import cache
from typing import Any, Final

import jsonschema_rs
from httpx2 import Response

from atm_service.platform.kinds import URN
from atm_service.platform.problems import MEDIA_TYPE
from atm_service.run import app

PAGES: Final = re.compile(
    r"/|/(wallet|audit|verify)/|/(wallet|verify)/offline\.js|/static/.*|/docs|/openapi\.json|/demo\.json"
)
# What an address or a method that is no operation gets. A slash too many or too few is led to the right address.
UNROUTED: Final = {404: "not-found", 405: "method-not-allowed", 307: None}
HEADERS: Final = ("X-Request-Id", "Retry-After", "Idempotency-Replayed", "WWW-Authenticate")

# A new operation needs a token unless it is added here on purpose.
PUBLIC: Final = {
    "wallet_ask_phone_code",
    "wallet_prove_phone",
    "wallet_reset_pin",
    "wallet_apply",
    "wallet_application",
    "wallet_sign_in",
    "wallet_refresh",
    "wallet_sign_out",
    "wallet_areas",
    "wallet_offices",
    "staff_sign_in",
    "staff_offer_second_factor",
    "staff_sign_in_by_passkey",
    "staff_refresh",
    "staff_choose_password",
    "staff_sign_out",
    "keys_jwks",
    "proofs_keys",
    "proofs_receipt",
    "audit_seal_keys",
    "health_healthz",
    "health_readyz",
}


def must_be_documented(response: Response) -> None:
    """Fail unless status, problem, media type, headers and body are as documented for the operation."""
    method, path, status = response.request.method, response.request.url.path, response.status_code
    if PAGES.fullmatch(path):
        return
    what = f"{method} {path} answers {status}"
    response.read()
    operation = operation_of(method, path)
    if operation is None:
        assert status in UNROUTED, f"{what}, which is no operation"
        assert UNROUTED[status] is None or slug_of(response) == UNROUTED[status], what
        return
    assert str(status) in operation["responses"], f"{what}, documented are {sorted(operation['responses'])}"
    documented = resolved(operation["responses"][str(status)])
    _check_headers(response, documented["headers"], what)
    if status >= 400:
        slugs = documented["content"][MEDIA_TYPE]["examples"]
        assert slug_of(response) in slugs, f"{what} {slug_of(response)}, documented are {sorted(slugs)}"
    else:
        _check_body(response, documented.get("content", {}), what)


def slug_of(response: Response) -> str:
    """Give the slug of a refusal; fail unless it is a well-formed problem with the id of its request."""
    assert response.headers["Content-Type"] == MEDIA_TYPE, response.headers["Content-Type"]
    assert response.headers["Cache-Control"] == "no-store"
    if response.request.method == "HEAD":  # has no body to look at
        return str(UNROUTED[response.status_code])
    problem = response.json()
    assert problem["type"].startswith(URN), problem
    assert problem["status"] == response.status_code, problem
    assert problem["instance"] == f"urn:uuid:{response.headers['X-Request-Id']}", problem
    assert problem["title"], problem
    assert problem["detail"], problem
    if "retry_after_s" in problem:
        assert response.headers["Retry-After"] == str(problem["retry_after_s"]), problem
    return str(problem["type"].removeprefix(URN))


@cache
def document() -> dict[str, Any]:
    """Give the OpenAPI document; it is the same for every service of a test run."""
    return app.document()


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """Find the operation that a method and an address stand for."""
    for pattern, operations in _addresses():
        if pattern.fullmatch(path):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference into the document's components."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: dict[str, Any] = document()["components"][kind][name]
    return found


@cache
def _addresses() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [
        (re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^}]+\}", path)))), operations)
        for path, operations in document()["paths"].items()
    ]


def _check_headers(response: Response, documented: dict[str, Any], what: str) -> None:
    for name in HEADERS:
        required = name in documented and resolved(documented[name]).get("required", False)
        assert name in response.headers or not required, f"{what} without {name}"
        assert name in documented or name not in response.headers, (
            f"{what} with {name}, which is not documented"
        )


def _check_body(response: Response, contents: dict[str, Any], what: str) -> None:
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    if not contents:
        assert not response.content, f"{what} with a body, documented is none"
        return
    assert media_type in contents, f"{what} as {media_type}, documented are {sorted(contents)}"
    if media_type == "application/json":
        _validator(contents[media_type]["schema"].get("$ref")).validate(response.json())


@cache
def _validator(reference: str | None) -> jsonschema_rs.Draft202012Validator:
    schema = {"$ref": reference} if reference else {}
    whole = schema | {"components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
