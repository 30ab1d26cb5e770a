import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from kyc.errors import ProviderRefused, ProviderUnavailable
from kyc.http_provider import HttpProvider
from kyc.provider import CheckRequest, FaceRequest, Provider, Reason, Scores, Verdict

ID = UUID("019a4b5e-0000-7000-8000-000000000001")
CHECK = CheckRequest(ID, "Nông Văn Thắng", date(1985, 7, 14), "020085001234", "sample-clear")
FACE = FaceRequest(ID, "check-1", "sample-clear")
SCORES = {"face": 97, "liveness": 98, "quality": 94}
APPROVED = {
    "application_id": str(ID),
    "verdict": "approved",
    "reasons": [],
    "reference": "check-1",
    "scores": SCORES,
}
MATCHED = {"request_id": str(ID), "matches": True, "reasons": [], "reference": "face-1"}

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Vendor:
    """A vendor on this machine: where it is and what it was asked."""

    url: str
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)


@contextmanager
def vendor(answer: Answer) -> Iterator[Vendor]:
    """Run a vendor that answers every request with `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            here.asked.append((self.path, {name.lower(): text for name, text in self.headers.items()}, body))
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Vendor(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(body: object, status: int = 200, media_type: str = "application/json", **headers: str) -> Answer:
    """Answer with `body`: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def check(answer: Answer, timeout_s: float = 30) -> Any:
    """Ask one vendor about one application."""
    with vendor(answer) as here, HttpProvider(here.url, "key") as provider:
        return provider.check(CHECK, timeout_s)


def test_asks_as_documented_and_reads_the_answer() -> None:
    """A check carries the application, the key and the idempotency key, and its answer comes back."""
    with vendor(says(APPROVED)) as here, HttpProvider(here.url, "secret-key") as provider:
        asked: Provider = provider
        result = asked.check(CHECK, timeout_s=30)
    assert (result.verdict, result.reasons, result.reference) == (Verdict.APPROVED, (), "check-1")
    assert result.scores == Scores(97, 98, 94)
    [(path, headers, body)] = here.asked
    assert path == "/v1/checks"
    assert headers["authorization"] == "Bearer secret-key"
    assert headers["idempotency-key"] == str(ID)
    assert body == {
        "application_id": str(ID),
        "full_name": "Nông Văn Thắng",
        "date_of_birth": "1985-07-14",
        "id_number": "020085001234",
        "capture": "sample-clear",
    }


def test_asks_about_a_face() -> None:
    """A face match names the earlier check and carries no identity."""
    with vendor(says(MATCHED)) as here, HttpProvider(here.url + "/kyc/", "key") as provider:
        assert provider.match_face(FACE, 30).matches
    [(path, headers, body)] = here.asked
    assert path == "/kyc/v1/face-matches"
    assert headers["idempotency-key"] == str(ID)
    assert body == {"request_id": str(ID), "reference": "check-1", "capture": "sample-clear"}


@pytest.mark.parametrize(
    "scores",
    [
        None,
        {},
        [97, 98, 94],
        SCORES | {"face": 101},
        SCORES | {"face": "97"},
        SCORES | {"face": 97.0},
        SCORES | {"x": 1},
    ],
)
def test_a_yes_without_scores_is_no_answer(scores: object) -> None:
    """Nobody is approved by a guess: it is asked again."""
    with pytest.raises(ProviderUnavailable):
        check(says(APPROVED | {"scores": scores}))


def test_a_no_needs_no_scores() -> None:
    answer = APPROVED | {"verdict": "rejected", "reasons": ["document-unreadable"], "scores": None}
    assert check(says(answer)).scores is None


def test_reads_reasons() -> None:
    """A rejection comes with the reasons that this version knows."""
    result = check(says(APPROVED | {"verdict": "rejected", "reasons": ["face-mismatch", "data-mismatch"]}))
    assert result.verdict is Verdict.REJECTED
    assert result.reasons == (Reason.FACE_MISMATCH, Reason.DATA_MISMATCH)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"approved",
        b"\xff\xfe\xfd",
        b"[" * 50_000,
        b'{"verdict": "approved"',
        b"9" * 5000,
        None,
        [],
        {},
        [APPROVED],
        APPROVED | {"application_id": "019a4b5e-0000-7000-8000-00000000ffff"},
        APPROVED | {"application_id": None},
        APPROVED | {"verdict": "yes"},
        APPROVED | {"verdict": True},
        APPROVED | {"verdict": ["approved"]},
        APPROVED | {"verdict": "rejected"},
        APPROVED | {"reasons": ["face-doubtful"]},
        APPROVED | {"verdict": "review", "reasons": ["weather"]},
        APPROVED | {"verdict": "review", "reasons": "face-doubtful"},
        APPROVED | {"verdict": "review", "reasons": ["face-doubtful"] * (len(Reason) + 1)},
        APPROVED | {"verdict": "review", "reasons": [["face-doubtful"]]},
        APPROVED | {"verdict": "review", "reasons": {"face-doubtful": 1}},
        APPROVED | {"reasons": None},
        APPROVED | {"reference": 7},
        APPROVED | {"reference": "a b"},
        APPROVED | {"reference": "a" * 65},
        {name: value for name, value in APPROVED.items() if name != "reference"},
    ],
)
def test_an_unknown_answer_is_no_answer(body: object) -> None:
    """Whatever is not exactly an answer about this application leaves it unknown."""
    with pytest.raises(ProviderUnavailable) as unknown:
        check(says(body))
    assert "Thắng" not in str(unknown.value)


@pytest.mark.parametrize(
    "members",
    [
        {"matches": 1},
        {"matches": "true"},
        {"matches": None},
        {"matches": False},
        {"request_id": "other"},
        {"reasons": ["face-doubtful"]},
        {"reference": None},
    ],
)
def test_an_unknown_face_answer_is_no_answer(members: dict[str, object]) -> None:
    """A face matches only when the vendor says exactly so."""
    with (
        vendor(says(MATCHED | members)) as here,
        HttpProvider(here.url, "key") as provider,
        pytest.raises(ProviderUnavailable),
    ):
        provider.match_face(FACE, 30)


@pytest.mark.parametrize("status", [201, 202, 204, 301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 599])
def test_asks_again_after_a_status_that_may_pass(status: int) -> None:
    """Not yet, elsewhere, too many and broken are all unknown."""
    body = b"" if status == 204 else APPROVED
    with pytest.raises(ProviderUnavailable):
        check(says(body, status))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 451])
def test_says_when_asking_again_is_of_no_use(status: int) -> None:
    """A client error is refused with its status: somebody must mend the settings or the request."""
    with pytest.raises(ProviderRefused) as refusal:
        check(says({"detail": "020085001234"}, status))
    assert refusal.value.status == status
    assert "020085001234" not in str(refusal.value)


def test_follows_no_redirect() -> None:
    """A redirect takes neither the person nor the key to another place."""
    with vendor(says(APPROVED)) as elsewhere, pytest.raises(ProviderUnavailable):
        check(says(b"", 307, Location=f"{elsewhere.url}/v1/checks"))
    assert elsewhere.asked == []


def test_ignores_a_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting that nobody sees leads the request elsewhere."""
    with vendor(says(APPROVED)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert check(says(APPROVED)).verdict is Verdict.APPROVED
    assert proxy.asked == []


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "", "application/json5"])
def test_reads_only_json(media_type: str) -> None:
    """A page of a captive portal is not an answer, even if it reads like one."""
    with pytest.raises(ProviderUnavailable):
        check(says(APPROVED, media_type=media_type))


def test_takes_a_media_type_with_parameters() -> None:
    """JSON with a charset is JSON."""
    assert check(says(APPROVED, media_type="Application/JSON; charset=utf-8")).verdict is Verdict.APPROVED


def test_unpacks_nothing() -> None:
    """A compressed answer was not asked for: a small one could unpack to gigabytes."""
    with pytest.raises(ProviderUnavailable):
        check(says(gzip.compress(json.dumps(APPROVED).encode()), Content_Encoding="gzip"))


def test_reads_an_answer_of_the_largest_size() -> None:
    """65,536 bytes are read."""
    body = json.dumps(APPROVED).encode().ljust(65_536)
    assert check(says(body)).verdict is Verdict.APPROVED


def test_reads_no_larger_answer() -> None:
    """One byte more is too long."""
    with pytest.raises(ProviderUnavailable, match="too long"):
        check(says(json.dumps(APPROVED).encode().ljust(65_537)))


def test_leaves_an_endless_answer() -> None:
    """A body without end is left after the bound, not read to the end."""
    written = count()

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        try:
            while next(written) < 10_000:
                handler.wfile.write(b" " * 65_536)
        except OSError:
            pass
        handler.close_connection = True

    with pytest.raises(ProviderUnavailable, match="too long"):
        check(endless)
    assert next(written) < 10_000


def test_a_silent_vendor_is_unavailable() -> None:
    """No answer within the time-out is unknown."""
    asked_out = threading.Event()

    def silent(handler: BaseHTTPRequestHandler) -> None:
        asked_out.wait(30)
        handler.close_connection = True

    with vendor(silent) as here, HttpProvider(here.url, "key") as provider:
        with pytest.raises(ProviderUnavailable, match="ReadTimeout"):
            provider.check(CHECK, 0.05)
        asked_out.set()


def test_a_trickle_does_not_outlast_the_time_out() -> None:
    """An answer that comes byte by byte is left at the deadline, though every byte came in time."""
    seconds = count(step=10)  # each look at the clock is ten seconds later

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.wfile.write(json.dumps(APPROVED).encode())
        handler.close_connection = True

    with vendor(trickle) as here, HttpProvider(here.url, "key", monotonic=lambda: next(seconds)) as provider:
        with pytest.raises(ProviderUnavailable, match="too slowly"):
            provider.check(CHECK, 5)
        assert provider.check(CHECK, 30).verdict is Verdict.APPROVED


def test_a_line_cut_in_the_middle_is_unavailable() -> None:
    """Half an answer is no answer."""

    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(json.dumps(APPROVED).encode())
        handler.close_connection = True

    with pytest.raises(ProviderUnavailable):
        check(cut)


def test_something_else_than_http_is_unavailable() -> None:
    """A port that speaks another language is unknown."""

    def other(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    with pytest.raises(ProviderUnavailable):
        check(other)


def test_nobody_there_is_unavailable() -> None:
    """A closed port is unknown, and the error keeps nothing of the request."""
    with vendor(says(APPROVED)) as here:
        pass
    with HttpProvider(here.url, "key") as provider, pytest.raises(ProviderUnavailable) as down:
        provider.check(CHECK, 1)
    assert str(down.value) == "no answer: ConnectError"
    assert down.value.__cause__ is None
    assert down.value.__suppress_context__


@pytest.mark.parametrize("timeout_s", [0, -1, 121, float("inf"), float("nan")])
def test_a_time_out_is_bounded(timeout_s: float) -> None:
    """Neither no time nor for ever."""
    with HttpProvider("https://ekyc.example", "key") as provider, pytest.raises(ValueError, match="time-out"):
        provider.check(CHECK, timeout_s)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ekyc.example",
        "http://ekyc.example",
        "http://127.0.0.1.ekyc.example",
        "ftp://ekyc.example",
        "https://",
        "https://user:secret@ekyc.example",
        "https://ekyc.example/?key=secret",
        "https://ekyc.example/#secret",
        "https://ekyc.example:secret",
    ],
)
def test_takes_only_https(url: str) -> None:
    """Plain http beyond this machine, and secrets in a URL, are refused without being shown."""
    with pytest.raises(ValueError, match="URL") as refusal:
        HttpProvider(url, "key")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("api_key", ["", "a b", "secret\r\nX-More: 1", "khoá", "a" * 513])
def test_takes_only_a_key_that_a_header_can_carry(api_key: str) -> None:
    """A key that would break the request is refused at the start, without being shown."""
    with pytest.raises(ValueError, match="key") as refusal:
        HttpProvider("https://ekyc.example", api_key)
    assert "secret" not in str(refusal.value)
