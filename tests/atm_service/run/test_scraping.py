"""Counters for Prometheus: at an address of their own, and nowhere else."""

import httpx2
import pytest
from pydantic import ValidationError

from atm_service.platform.settings import Address, Settings
from atm_service.run import scraping
from tests.atm_service.world import Service
from tests.simulation.processes import free_port


def test_metrics_have_a_port_of_their_own(service: Service) -> None:
    """The door for customers does not know them; two processes share the address."""
    assert service.client.get("/metrics").status_code == 404
    address = Address("127.0.0.1", free_port())
    url = f"http://127.0.0.1:{address.port}/metrics"
    with scraping.open(address):
        with scraping.open(address):
            assert "soft_atm_requests_total" in httpx2.get(url, trust_env=False).text
        assert httpx2.get(url, trust_env=False).is_success
    with pytest.raises(httpx2.ConnectError), scraping.open(None):
        httpx2.get(url, trust_env=False)


def test_two_services_do_not_share_an_address() -> None:
    """A scrape would be answered by either; whoever starts second is told."""
    address = Address("127.0.0.1", free_port())
    with scraping.open(address), pytest.raises(OSError, match="in use"):
        scraping.refuse_taken(address)
    scraping.refuse_taken(address)
    scraping.refuse_taken(None)


@pytest.mark.parametrize(
    "path", ["/healthz", "/wallet/", "/docs", "/openapi.json", "/nothing", "/wallet/v1/account"]
)
def test_every_answer_has_its_policy(service: Service, path: str) -> None:
    """Pages, documents and refusals: framed by nobody, sniffed by nobody, and over TLS from now on."""
    headers = service.client.get(path).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:9464", ("::1", 9464)),
        ("", None),
        ("9464", ValueError),
    ],
)
def test_where_metrics_are_asked(given: str, read: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """One setting: host and port, or nowhere."""
    monkeypatch.setenv("SOFT_ATM_METRICS", given)
    if read is ValueError:
        with pytest.raises(ValidationError):
            Settings()
    else:
        assert Settings().metrics == read
