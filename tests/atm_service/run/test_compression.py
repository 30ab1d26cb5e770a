"""Answers over a weak line: long ones are sent compressed to whoever can read that, and nothing else is."""

import pytest
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from atm_service.platform.middleware import COMPRESSED_FROM_BYTES, Compressed
from tests.atm_service.world import Service

ASKED = {"Accept-Encoding": "gzip"}


def test_a_list_of_offices_is_a_tenth_of_its_length(service: Service) -> None:
    """The same answer, compressed and not; what lies between knows that there are two."""
    client = service.client
    plain = client.get("/wallet/v1/offices?limit=100", headers={"Accept-Encoding": "identity"})
    small = client.get("/wallet/v1/offices?limit=100", headers=ASKED)
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert len(plain.content) > 8 * int(small.headers["Content-Length"])
    assert small.json() == plain.json()


def test_whoever_cannot_read_it_gets_it_plain(service: Service) -> None:
    """A quality of nothing is a no (RFC 9110, 12.4.2)."""
    answer = service.client.get(
        "/wallet/v1/offices?limit=100", headers={"Accept-Encoding": "gzip;q=0, identity"}
    )
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/wallet/v1/offices?q=05971-1", "/openapi.json", "/audit/v1/controls"])
def test_what_is_short_or_not_for_them_is_sent_as_it_is(service: Service, path: str) -> None:
    """One office fits into a packet; an auditor's desk stands beside the service."""
    assert "Content-Encoding" not in service.client.get(path, headers=ASKED).headers


def test_what_a_post_answers_keeps_its_length() -> None:
    """There stands a code or a token beside what the asker has sent, however long the answer is."""

    async def tokens(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("token" * COMPRESSED_FROM_BYTES)(scope, receive, send)

    client = TestClient(Compressed(tokens))
    assert "Content-Encoding" in client.get("/wallet/v1/sessions", headers=ASKED).headers
    assert "Content-Encoding" not in client.post("/wallet/v1/sessions", headers=ASKED).headers
