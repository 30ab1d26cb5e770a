from datetime import UTC, datetime
from types import SimpleNamespace

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from fastapi.testclient import TestClient

from atm_service.platform import context
from atm_service.platform.keys import jws
from atm_service.platform.keys import schemas as key_schemas
from atm_service.platform.keys.domain import KeySet, SigningKey
from atm_service.run import jwks as routes

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KEY = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))), "code")
ACCESS_KEY = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))), "access")


def client(keys: KeySet) -> TestClient:
    app = FastAPI()
    app.include_router(routes.router)
    app.dependency_overrides[context._context] = lambda: SimpleNamespace(
        keys=SimpleNamespace(at={NOW: keys}.get)
    )
    app.dependency_overrides[context._now] = lambda: NOW
    return TestClient(app)


def test_the_keys_of_codes_are_public() -> None:
    """Anybody gets the keys of codes as of this request's time, and may keep them for five minutes."""
    answer = client(KeySet([KEY, ACCESS_KEY])).get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["content-type"] == "application/json"
    assert [key["kid"] for key in answer.json()["keys"]] == [KEY.kid]
    assert key_schemas.JwkSet.model_validate(answer.json()).model_dump() == answer.json()


def test_before_the_first_key_the_set_is_empty() -> None:
    """A service without keys answers with an empty set."""
    assert client(KeySet([])).get("/.well-known/jwks.json").json() == {"keys": []}


def test_an_ordinary_jwt_library_reads_it() -> None:
    """What is published is enough for another party's library to check the signature of a code."""
    answer = client(KeySet([KEY])).get("/.well-known/jwks.json")
    key = jwt.PyJWKSet.from_dict(answer.json())[KEY.kid]
    text = jws.sign(b'{"amt":10000}', KEY)
    assert jwt.decode(text, key, algorithms=["EdDSA"]) == {"amt": 10_000}
