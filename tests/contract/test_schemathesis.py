"""Schemathesis over the whole document, as each role: no 5xx, nothing undocumented, no answer off its schema."""

import copy
import os
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeAlias
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from pydantic import TypeAdapter, ValidationError
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.transport import Response
from schemathesis.generation.modes import GenerationMode
from starlette.types import ASGIApp, Receive, Scope, Send

from atm_service.platform.bodies import said
from tests.contract.cast import Cast, Ready
from tests.contract.documented import document

Case: TypeAlias = "schemathesis.Case[Any]"

SEEDED: Final = "SOFT_ATM_TEST_SEED" in os.environ
# Without a seed each run tries the same data again: a few of them say whether something has changed.
EXAMPLES: Final = 25 if SEEDED else 10

CONFIG: Final = SchemathesisConfig.from_dict(
    {
        "generation": {"deterministic": not SEEDED, "no-shrink": True, "with-security-parameters": False},
        "checks": {
            # Rules say more than a schema can: digits that do not fit together (400), a code that has ended (410).
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "410", "429"]
            },
            "negative_data_rejection": {
                "expected-statuses": ["400", "401", "403", "404", "405", "409", "410", "413", "422", "429"]
            },
        },
    }
)

SAID: Final[TypeAdapter[str]] = TypeAdapter(Annotated[str, said])

served: list[ASGIApp] = []


async def relay(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass requests on to the service, and no lifespan: housekeeping would move things under our eyes."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    await served[-1](scope, receive, send)


def referred(value: Any) -> set[tuple[str, str]]:
    """Give kind and name of the components that a part of the document refers to."""
    if isinstance(value, list):
        return set().union(*map(referred, value))
    if not isinstance(value, dict):
        return set()
    here = {tuple(value["$ref"].split("/")[2:])} if "$ref" in value else set()
    return here.union(*map(referred, value.values()))


def document_of(path: str) -> dict[str, Any]:
    """Give one path with what it refers to: of the whole, each operation would compile every schema for itself."""
    whole = document()
    operations, components = whole["paths"][path], whole["components"]
    wanted: set[tuple[str, str]] = set()
    new = referred(operations)
    while new:
        wanted |= new
        new = referred([components[kind][name] for kind, name in new]) - wanted
    kept: dict[str, dict[str, Any]] = {"securitySchemes": components["securitySchemes"]}
    for kind, name in sorted(wanted):
        kept.setdefault(kind, {})[name] = components[kind][name]
    return copy.deepcopy(whole | {"paths": {path: operations}, "components": kept})


@pytest.fixture(scope="module", autouse=True)
def _in_this_process(cast: Cast) -> None:
    served.append(cast.service.client.app)


def name_of(case: Case) -> str:
    return str(case.operation.definition.raw["operationId"])


def ask(cast: Cast, case: Case) -> Response:
    """Ask as the role that may; every check of Schemathesis looks at the answer."""
    headers = {"Authorization": f"Bearer {cast.token(name_of(case))}"}
    answer = case.call(headers=headers)
    case.validate_response(answer, headers=headers)
    return answer


def make_plausible(cast: Cast, case: Case) -> None:
    """Put into good data what a schema cannot say, so that it gets past the door.

    A fresh key, the id of something that exists, no cursor (ours are opaque), days of this century, a name of
    letters, at least one note, other notes than were given, and whole numbers written as such: JSON Schema takes 1.0
    for an integer, money does not.
    """
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = str(uuid4())
    if case.path_parameters:
        case.path_parameters |= cast.there(case.path)
    for name in ("cursor", "from", "to", "date", "as_of", "tree"):
        (case.query or {}).pop(name, None)
    if case.body is not NOT_SET:
        case.body = whole(case.body)
    if isinstance(case.body, dict):
        fill(cast, name_of(case), case.body)


def fill(cast: Cast, name: str, body: dict[str, Any]) -> None:
    """Put into a good body what a schema cannot say."""
    if "bearer_name" in body:
        body["bearer_name"] = "Lộc Văn Bình"
    if name == "wallet_search_statement":
        for place in ("cursor", "from", "to"):
            body.pop(place, None)
    if isinstance(body.get("market"), dict):
        body["market"]["since"] = "2026-11-17"
    if isinstance(counts := body.get("counts"), dict) and not any(counts.values()):
        body["counts"] = {"500000": 1}
    for place in {
        "words",
        "reason",
        "message",
    } & body.keys():  # which letters show is more than a pattern says
        try:
            SAID.validate_python(body[place])
        except ValidationError:
            body[place] = "đã gọi điện"
    # There the PIN is asked before anything else, and guesses shut its door.
    if "pin" in body and ("bank_link_id" in body or name in {"wallet_remove_link", "wallet_verify_card"}):
        body["pin"] = cast.customer.facts["pin"]
    if "given" in body and body["given"] == body.get("taken"):
        body["taken"] = {"1000": 1}


def whole(value: Any) -> Any:
    """Write integral floats as integers, wherever they are."""
    if isinstance(value, dict):
        return {name: whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def operations() -> list[tuple[str, str, str]]:
    return [
        (facts["operationId"], path, method.upper())
        for path, methods in document()["paths"].items()
        for method, facts in methods.items()
    ]


def fuzzed(path: str, method: str) -> Callable[..., None]:
    """Make the fuzz of one operation: of all in one test, the ids would be one, and xdist would run the first only."""
    if path not in schemas:
        schemas[path] = schemathesis.openapi.from_dict(document_of(path), config=CONFIG)
        schemas[path].app = relay

    @schemas[path].include(method=method).parametrize()
    @settings(
        max_examples=EXAMPLES,
        derandomize=not SEEDED,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def fuzz(case: Case, cast: Cast) -> None:
        """Good and bad data for every operation: the answer is one that the document announces."""
        if case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE:
            make_plausible(cast, case)
        ask(cast, case)

    return fuzz


schemas: dict[str, Any] = {}
for _name, _path, _method in operations():
    globals()[f"test_no_input_brings_an_undocumented_answer_of_{_name}"] = fuzzed(_path, _method)


@pytest.mark.parametrize(("name", "path", "method"), operations())
def test_every_operation_succeeds(cast: Cast, name: str, path: str, method: str) -> None:
    """Asked rightly, each operation gives its documented success, in its documented shape."""
    ready: Ready = cast.ready(name)
    case = schemas[path][path][method].Case(
        path_parameters=ready.get("path", {}),
        query=ready.get("query", {}),
        headers={"Idempotency-Key": str(uuid4())},
        body=ready.get("body", NOT_SET),
        media_type="application/json" if "body" in ready else None,
    )
    answer = ask(cast, case)
    assert 200 <= answer.status_code < 300, answer.text
