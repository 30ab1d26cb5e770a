"""What is counted, for Prometheus, on a port of its own: it is nobody's business at the door for customers.

Every process listens at the same address, and the system gives a scrape to one of them, which answers for all.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.exposition import ThreadingWSGIServer

from atm_service.platform import metrics
from atm_service.platform.settings import Address

PATIENCE_S: Final = 10


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE_S

    def log_message(self, *_: object) -> None:
        """Say nothing: a scrape is no news."""


class _Server(ThreadingWSGIServer):
    allow_reuse_port = True


class _Server6(_Server):
    address_family = socket.AF_INET6


def _answer(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
    return [metrics.scrape()]


def refuse_taken(address: Address | None) -> None:
    """Raise `OSError` where another service answers scrapes: one's own processes share an address, services do not."""
    if address is None:
        return
    with socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)


@contextmanager
def open(address: Address | None) -> Iterator[None]:
    """Answer scrapes until the block ends; without an address, nobody's."""
    if address is None:
        yield
        return
    kind = _Server6 if ":" in address.host else _Server
    with make_server(address.host, address.port, _answer, kind, _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
