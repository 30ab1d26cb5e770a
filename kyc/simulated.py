"""An eKYC provider for demonstrations and tests. It looks at no picture: the capture names the answer.

| capture | a check answers | a face match answers |
|---|---|---|
| `sample-clear` | approved | matches |
| `sample-blurred` | rejected, document-unreadable | face-unreadable |
| `sample-other-face` | rejected, face-mismatch | face-mismatch |
| `sample-expired-card` | rejected, document-expired | matches |
| `sample-tampered` | rejected, document-tampered | matches |
| `sample-doubtful` | review, face-doubtful | face-doubtful |
| `sample-weak-face` | approved, but the face scores 72 | matches |
| `sample-no-life` | approved, but liveness scores 20 | matches |
| `sample-slow` | approved, after the delay | matches, after the delay |
| `sample-down` | unavailable twice, then approved | unavailable twice, then matches |
| anything else | rejected, document-unreadable | face-unreadable |

What follows a `:` in a capture's name is not looked at: so a picture may be another one with the same answer.

When the delay is longer than the caller waits, the answer is there for the next one who asks. Who has a wallet is
not the provider's to know: it never says duplicate-person.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final, TypeVar
from uuid import UUID

from kyc.errors import ProviderRefused, ProviderUnavailable
from kyc.provider import CheckRequest, CheckResult, FaceRequest, FaceResult, Reason, Scores, Verdict

REMEMBERED_MAX: Final = 10_000
ASKS_WHILE_DOWN: Final = 2

_SLOW: Final = "sample-slow"
_DOWN: Final = "sample-down"
_CONFLICT: Final = 409

_CHECKS: Final[Mapping[str, tuple[Verdict, Reason | None]]] = {
    "sample-clear": (Verdict.APPROVED, None),
    "sample-blurred": (Verdict.REJECTED, Reason.DOCUMENT_UNREADABLE),
    "sample-other-face": (Verdict.REJECTED, Reason.FACE_MISMATCH),
    "sample-expired-card": (Verdict.REJECTED, Reason.DOCUMENT_EXPIRED),
    "sample-tampered": (Verdict.REJECTED, Reason.DOCUMENT_TAMPERED),
    "sample-doubtful": (Verdict.REVIEW, Reason.FACE_DOUBTFUL),
    "sample-weak-face": (Verdict.APPROVED, None),
    "sample-no-life": (Verdict.APPROVED, None),
    _SLOW: (Verdict.APPROVED, None),
    _DOWN: (Verdict.APPROVED, None),
}
_SURE: Final = Scores(face=97, liveness=98, quality=94)
_SCORES: Final[Mapping[str, Scores]] = {
    "sample-weak-face": Scores(face=72, liveness=98, quality=94),
    "sample-no-life": Scores(face=97, liveness=20, quality=94),
}
_FACES: Final[Mapping[str, Reason | None]] = {
    "sample-clear": None,
    "sample-other-face": Reason.FACE_MISMATCH,
    "sample-expired-card": None,
    "sample-tampered": None,
    "sample-doubtful": Reason.FACE_DOUBTFUL,
    "sample-weak-face": None,
    "sample-no-life": None,
    _SLOW: None,
    _DOWN: None,
}

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class SimulatedProvider:
    """Behaves as a vendor does, from memory; safe to share between threads.

    `delay_s` is how long `sample-slow` takes, `sleep` how to wait (seconds). It remembers the last 10,000
    requests.
    """

    def __init__(self, delay_s: float, sleep: Callable[[float], None]) -> None:
        self._delay_s = delay_s
        self._sleep = sleep
        self._lock = threading.Lock()
        self._checks: OrderedDict[UUID, tuple[CheckRequest, CheckResult]] = OrderedDict()
        self._faces: OrderedDict[UUID, tuple[FaceRequest, FaceResult]] = OrderedDict()
        self._asks: OrderedDict[UUID, int] = OrderedDict()

    def check(self, request: CheckRequest, timeout_s: float) -> CheckResult:
        """Answer as the table says; the same application always gets the same answer."""
        with self._lock:
            known = self._checks.get(request.application_id)
            if known is not None:
                return _first_answer(known, request)
            self._be_down(request.application_id, request.capture)
            result = self._decide(request)
            _remember(self._checks, request.application_id, (request, result))
        self._be_slow(request.capture, timeout_s)
        return result

    def match_face(self, request: FaceRequest, timeout_s: float) -> FaceResult:
        """Answer as the table says; the same request always gets the same answer."""
        with self._lock:
            known = self._faces.get(request.request_id)
            if known is not None:
                return _first_answer(known, request)
            self._be_down(request.request_id, request.capture)
            reason = _FACES.get(_sample(request.capture), Reason.FACE_UNREADABLE)
            reasons = () if reason is None else (reason,)
            result = FaceResult(not reasons, reasons, f"sim-face-{request.request_id}")
            _remember(self._faces, request.request_id, (request, result))
        self._be_slow(request.capture, timeout_s)
        return result

    def _decide(self, request: CheckRequest) -> CheckResult:
        unknown = (Verdict.REJECTED, Reason.DOCUMENT_UNREADABLE)
        verdict, reason = _CHECKS.get(_sample(request.capture), unknown)
        reasons = () if reason is None else (reason,)
        scores = None if verdict is Verdict.REJECTED else _SCORES.get(_sample(request.capture), _SURE)
        return CheckResult(verdict, reasons, f"sim-{request.application_id}", scores)

    def _be_down(self, id: UUID, capture: str) -> None:
        if _sample(capture) != _DOWN:
            return
        asks = self._asks.get(id, 0) + 1
        _remember(self._asks, id, asks)
        if asks <= ASKS_WHILE_DOWN:
            raise ProviderUnavailable("the simulated provider is down")

    def _be_slow(self, capture: str, timeout_s: float) -> None:
        # Outside the lock: one slow application must not hold up the others.
        if _sample(capture) != _SLOW:
            return
        self._sleep(min(self._delay_s, timeout_s))
        if self._delay_s > timeout_s:
            raise ProviderUnavailable("the simulated provider took too long")


def _sample(capture: str) -> str:
    return capture.partition(":")[0]


def _first_answer(known: tuple[_Key, _Value], request: _Key) -> _Value:
    first, answer = known
    if first != request:
        raise ProviderRefused(_CONFLICT)
    return answer


def _remember(memory: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED_MAX:
        memory.popitem(last=False)
