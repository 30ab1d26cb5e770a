import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from kyc import simulated
from kyc.errors import ProviderRefused, ProviderUnavailable
from kyc.provider import CheckRequest, FaceRequest, Provider, Reason, Verdict
from kyc.simulated import SimulatedProvider


def awake(seconds: float) -> None:
    """Stand for a provider that must not make anyone wait."""
    raise AssertionError(f"slept for {seconds} s")


def provider(delay_s: float = 3, sleep: Callable[[float], None] = awake) -> SimulatedProvider:
    return SimulatedProvider(delay_s, sleep)


def request(capture: str = "sample-clear", id: int = 1, id_number: str | None = None) -> CheckRequest:
    return CheckRequest(
        application_id=UUID(int=id),
        full_name="Nông Văn Thắng",
        birth_date=date(1985, 7, 14),
        id_number=id_number or f"020085{id:06}",
        capture=capture,
    )


def face(capture: str = "sample-clear", id: int = 1) -> FaceRequest:
    return FaceRequest(UUID(int=id), "sim-1", capture)


def test_is_a_provider() -> None:
    """It can stand wherever a provider is asked for; the type checker reads this line."""
    stands: Provider = provider()
    assert stands.check(request(), timeout_s=1).verdict is Verdict.APPROVED


@pytest.mark.parametrize(
    ("capture", "verdict", "reasons"),
    [
        ("sample-clear", Verdict.APPROVED, ()),
        ("sample-blurred", Verdict.REJECTED, (Reason.DOCUMENT_UNREADABLE,)),
        ("sample-other-face", Verdict.REJECTED, (Reason.FACE_MISMATCH,)),
        ("sample-expired-card", Verdict.REJECTED, (Reason.DOCUMENT_EXPIRED,)),
        ("sample-tampered", Verdict.REJECTED, (Reason.DOCUMENT_TAMPERED,)),
        ("sample-doubtful", Verdict.REVIEW, (Reason.FACE_DOUBTFUL,)),
        ("anything-else", Verdict.REJECTED, (Reason.DOCUMENT_UNREADABLE,)),
        ("SAMPLE-CLEAR", Verdict.REJECTED, (Reason.DOCUMENT_UNREADABLE,)),
    ],
)
def test_answers_by_sample(capture: str, verdict: Verdict, reasons: tuple[Reason, ...]) -> None:
    """Each documented sample has its answer, and anything else cannot be read."""
    result = provider().check(request(capture), timeout_s=1)
    assert (result.verdict, result.reasons) == (verdict, reasons)
    assert result.reference


@pytest.mark.parametrize(
    ("capture", "reasons"),
    [
        ("sample-clear", ()),
        ("sample-other-face", (Reason.FACE_MISMATCH,)),
        ("sample-doubtful", (Reason.FACE_DOUBTFUL,)),
        ("sample-blurred", (Reason.FACE_UNREADABLE,)),
        ("anything-else", (Reason.FACE_UNREADABLE,)),
    ],
)
def test_matches_faces_by_sample(capture: str, reasons: tuple[Reason, ...]) -> None:
    """A face match has its answer by sample too."""
    result = provider().match_face(face(capture), timeout_s=1)
    assert (result.matches, result.reasons) == (not reasons, reasons)


def test_every_sample_of_the_table_has_an_answer() -> None:
    """The table in the documentation and the samples in the code are the same."""
    documented = {cell for cell in str(simulated.__doc__).split("`") if cell.startswith("sample-")}
    assert documented == set(simulated._CHECKS)
    assert documented - {"sample-blurred"} == set(simulated._FACES)


@pytest.mark.parametrize("capture", ["sample-clear", "sample-doubtful", "sample-blurred"])
def test_the_same_application_gets_the_same_answer(capture: str) -> None:
    """Asking again changes nothing: an approved person is not a duplicate of itself."""
    vendor = provider()
    assert vendor.check(request(capture), 1) == vendor.check(request(capture), 1)


def test_an_application_cannot_be_changed() -> None:
    """The same id with other facts is refused for good."""
    vendor = provider()
    vendor.check(request("sample-blurred"), 1)
    with pytest.raises(ProviderRefused) as refusal:
        vendor.check(request("sample-clear"), 1)
    assert refusal.value.status == 409
    vendor.match_face(face("sample-doubtful"), 1)
    with pytest.raises(ProviderRefused):
        vendor.match_face(face("sample-clear"), 1)


def test_slow_within_the_time_out_answers() -> None:
    """A caller who waits long enough gets the answer, after the delay."""
    slept: list[float] = []
    assert provider(3, slept.append).check(request("sample-slow"), 3).verdict is Verdict.APPROVED
    assert slept == [3]


def test_slow_beyond_the_time_out_is_there_later() -> None:
    """A caller who gives up waits no longer than promised, and finds the answer at once the next time."""
    slept: list[float] = []
    vendor = provider(3, slept.append)
    with pytest.raises(ProviderUnavailable):
        vendor.check(request("sample-slow"), 2)
    assert slept == [2]
    assert vendor.check(request("sample-slow"), 2).verdict is Verdict.APPROVED
    assert slept == [2]


def test_a_slow_application_does_not_hold_up_another() -> None:
    """While one caller waits, others are answered."""
    waiting, done = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        waiting.set()
        assert done.wait(30)

    vendor = provider(3, sleep)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(vendor.check, request("sample-slow"), 5)
        assert waiting.wait(30)
        assert vendor.check(request(id=2), 5).verdict is Verdict.APPROVED
        done.set()
        assert slow.result(30).verdict is Verdict.APPROVED


def test_down_twice_then_up() -> None:
    """An application that finds the provider down is approved at the third asking, each on its own count."""
    vendor = provider()
    for number in (1, 2):
        for _ in range(2):
            with pytest.raises(ProviderUnavailable):
                vendor.check(request("sample-down", number), 1)
        assert vendor.check(request("sample-down", number), 1).verdict is Verdict.APPROVED


def test_faces_are_slow_and_down_as_well() -> None:
    """Step-up meets the same bad lines as opening an account."""
    slept: list[float] = []
    vendor = provider(3, slept.append)
    with pytest.raises(ProviderUnavailable):
        vendor.match_face(face("sample-slow"), 2)
    assert vendor.match_face(face("sample-slow"), 2).matches
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            vendor.match_face(face("sample-down", 2), 1)
    assert vendor.match_face(face("sample-down", 2), 1).matches


class Yielding(str):
    """A card number that lets another thread run whenever it is looked up."""

    __slots__ = ()

    def __hash__(self) -> int:
        time.sleep(0.01)
        return super().__hash__()


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest requests are forgotten, the newest kept."""
    monkeypatch.setattr(simulated, "REMEMBERED_MAX", 3)
    vendor = provider()
    for number in range(1, 9):
        vendor.check(request(id=number), 1)
        vendor.match_face(face(id=number), 1)
        with pytest.raises(ProviderUnavailable):
            vendor.check(request("sample-down", 100 + number), 1)
    kept = (vendor._checks, vendor._faces, vendor._asks)
    assert [len(memory) for memory in kept] == [3, 3, 3]
    with pytest.raises(ProviderRefused):
        vendor.check(replace(request(id=8), full_name="Lý Ba"), 1)
