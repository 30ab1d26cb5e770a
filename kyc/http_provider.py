"""An eKYC vendor over HTTPS with JSON.

`POST /v1/checks` takes `{application_id, full_name, date_of_birth, id_number, capture}` and answers
`{application_id, verdict, reasons, reference, scores}`, where `scores` is `{face, liveness, quality}`, each 0 to 100,
or null with a rejection; `POST /v1/face-matches` takes `{request_id, reference,
capture}` and answers `{request_id, matches, reasons, reference}`. The id is also the `Idempotency-Key`.
Anything that is not exactly such an answer is unknown, and what is unknown is asked again: nobody is approved
or rejected by a guess.
"""

import json
import re
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import httpx2

from kyc.errors import ProviderRefused, ProviderUnavailable
from kyc.provider import CheckRequest, CheckResult, FaceRequest, FaceResult, Reason, Scores, Verdict

ANSWER_BYTES_MAX: Final = 65_536
CONNECT_TIMEOUT_S: Final = 5.0
TIMEOUT_S_MAX: Final = 120.0
REASONS_MAX: Final = len(Reason)

_OK: Final = 200
_CLIENT_ERRORS: Final = range(400, 500)
# Request Timeout, Too Early, Too Many Requests: the same request may do better later.
_LATER: Final = frozenset({408, 425, 429})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_API_KEY: Final = re.compile("[!-~]{1,512}")


class HttpProvider:
    """A vendor at `url`, asked with a bearer key; safe to share between threads. Close it when done.

    `monotonic` counts seconds for the time-out. Raises `ValueError` for a URL that is not https (plain http
    only to this machine) or a key that no header can carry; neither is shown.
    """

    def __init__(self, url: str, api_key: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        try:
            base = httpx2.URL(url)
        except httpx2.InvalidURL:
            raise ValueError("the eKYC provider's URL is not a URL") from None
        if base.scheme != "https" and not (base.scheme == "http" and base.host in _LOOPBACK):
            raise ValueError("the eKYC provider's URL must be https")
        if not base.host or base.userinfo or base.query or base.fragment:
            raise ValueError("the eKYC provider's URL must have a host and no credentials, query or fragment")
        if not _API_KEY.fullmatch(api_key):
            raise ValueError("the eKYC provider's key must be printable ASCII without spaces")
        self._monotonic = monotonic
        self._client = httpx2.Client(
            base_url=base,
            # Answers are read raw: unpacking could turn a small one into gigabytes.
            headers={"Authorization": f"Bearer {api_key}", "Accept-Encoding": "identity"},
            follow_redirects=False,
            # A proxy or certificate from the environment would be a setting that nobody sees.
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._client.close()

    def check(self, request: CheckRequest, timeout_s: float) -> CheckResult:
        """Ask the vendor about an application. See `kyc.provider.Provider`."""
        body = {
            "application_id": str(request.application_id),
            "full_name": request.full_name,
            "date_of_birth": request.birth_date.isoformat(),
            "id_number": request.id_number,
            "capture": request.capture,
        }
        answer = self._post("/v1/checks", "application_id", request.application_id, body, timeout_s)
        try:
            verdict = Verdict(answer["verdict"])
            scores = answer["scores"] if answer["scores"] is None else Scores(**answer["scores"])
            return CheckResult(verdict, _reasons(answer["reasons"]), answer["reference"], scores)
        except (KeyError, TypeError, ValueError):
            raise _unknown() from None

    def match_face(self, request: FaceRequest, timeout_s: float) -> FaceResult:
        """Ask the vendor about a face. See `kyc.provider.Provider`."""
        body = {
            "request_id": str(request.request_id),
            "reference": request.reference,
            "capture": request.capture,
        }
        answer = self._post("/v1/face-matches", "request_id", request.request_id, body, timeout_s)
        matches = answer.get("matches")
        if not isinstance(matches, bool):
            raise _unknown()
        try:
            return FaceResult(matches, _reasons(answer["reasons"]), answer["reference"])
        except (KeyError, TypeError, ValueError):
            raise _unknown() from None

    def _post(
        self, path: str, id_name: str, id: UUID, body: dict[str, str], timeout_s: float
    ) -> dict[str, Any]:
        """Give the JSON object that was answered about `id`."""
        if not 0 < timeout_s <= TIMEOUT_S_MAX:
            raise ValueError(f"a time-out is more than 0 and at most {TIMEOUT_S_MAX:.0f} seconds")
        deadline = self._monotonic() + timeout_s
        limits = httpx2.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S))
        headers = {"Idempotency-Key": str(id)}
        try:
            with self._client.stream("POST", path, json=body, headers=headers, timeout=limits) as response:
                _check_status(response)
                answer = json.loads(self._read(response, deadline))
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            # Without the cause: it holds the request, and the request holds the person.
            raise ProviderUnavailable(f"no answer: {type(error).__name__}") from None
        except (ValueError, RecursionError):
            raise _unknown() from None
        # The echo shows that a cache or a proxy did not hand over somebody else's answer.
        if not isinstance(answer, dict) or answer.get(id_name) != str(id):
            raise _unknown()
        return answer

    def _read(self, response: httpx2.Response, deadline: float) -> bytes:
        """Read a bounded answer by the deadline. The client's own time-out only bounds each read."""
        read = bytearray()
        for chunk in response.iter_raw():
            read += chunk
            if len(read) > ANSWER_BYTES_MAX:
                raise ProviderUnavailable("the answer is too long")
            if self._monotonic() > deadline:
                raise ProviderUnavailable("the answer came too slowly")
        return bytes(read)


def _check_status(response: httpx2.Response) -> None:
    status = response.status_code
    if status in _CLIENT_ERRORS and status not in _LATER:
        raise ProviderRefused(status)
    if status != _OK:
        raise ProviderUnavailable(f"answered with status {status}")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise _unknown()


def _reasons(slugs: object) -> tuple[Reason, ...]:
    if not isinstance(slugs, list) or len(slugs) > REASONS_MAX:
        raise ValueError("not a list of reasons")
    return tuple(Reason(slug) for slug in slugs)


def _unknown() -> ProviderUnavailable:
    return ProviderUnavailable("the answer is not one that is known")
