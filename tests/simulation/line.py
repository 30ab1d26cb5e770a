"""A line between a counter app and the service that a test can spoil: words get lost, or stay on the way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx2

WAITS_AT_MOST_S: Final = 60
_HOP_BY_HOP: Final = frozenset({"host", "connection", "keep-alive", "transfer-encoding", "content-length"})


class Fault(Enum):
    """What happens to one request on its way."""

    NONE = auto()
    QUESTION_LOST = auto()
    ANSWER_LOST = auto()
    QUESTION_HELD = auto()
    ANSWER_HELD = auto()


class Line:
    """Carries HTTP to a service, with the fault that `spoil` chooses for each method and path.

    `held` is set when something stays on the way, which it does until `let_go` is set; then it is lost.
    """

    def __init__(self, service_url: str) -> None:
        self.spoil: Callable[[str, str], Fault] = lambda _method, _path: Fault.NONE
        self.held, self.let_go = threading.Event(), threading.Event()
        self.service = httpx2.Client(base_url=service_url, timeout=30, trust_env=False)
        line = self

        class Carrier(_Carrier):
            """Carries the requests of one connection."""

            def carry(self, method: str) -> None:
                line.carry(self, method)

        self.server = _Server(("127.0.0.1", 0), Carrier)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def carry(self, carrier: "_Carrier", method: str) -> None:
        """Take one question to the service and its answer back, or lose one of them."""
        body = carrier.rfile.read(int(carrier.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in carrier.headers.items() if name.lower() not in _HOP_BY_HOP}
        fault = self.spoil(method, carrier.path)
        if fault is Fault.QUESTION_HELD:
            self._hold()
        if fault not in (Fault.QUESTION_LOST, Fault.QUESTION_HELD):
            answer = self.service.request(method, carrier.path, headers=headers, content=body)
        if fault is Fault.ANSWER_HELD:
            self._hold()
        if fault is Fault.NONE:
            carrier.answer(answer)
        else:
            carrier.close_connection = True

    def _hold(self) -> None:
        self.held.set()
        self.let_go.wait(WAITS_AT_MOST_S)


class _Carrier(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def carry(self, method: str) -> None:
        raise NotImplementedError

    def do_GET(self) -> None:
        self.carry("GET")

    def do_POST(self) -> None:
        self.carry("POST")

    def answer(self, answer: httpx2.Response) -> None:
        """Give an answer as the service gave it."""
        self.send_response_only(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: a counter that was killed does not take its answer."""


@contextmanager
def open_line(service_url: str) -> Iterator[Line]:
    """Open a line for as long as the block runs."""
    line = Line(service_url)
    thread = threading.Thread(target=line.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        line.let_go.set()
        line.server.shutdown()
        line.server.server_close()
        thread.join()
        line.service.close()
