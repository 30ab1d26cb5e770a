from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from kyc.provider import CheckRequest, CheckResult, FaceRequest, FaceResult, Reason, Scores, Verdict

REQUEST = CheckRequest(
    application_id=UUID("019a4b5e-0000-7000-8000-000000000001"),
    full_name="Nông Văn Thắng",
    birth_date=date(1985, 7, 14),
    id_number="020085001234",
    capture="sample-clear",
)
SCORES = Scores(97, 98, 94)
FACE = FaceRequest(UUID("019a4b5e-0000-7000-8000-000000000002"), "check-1", "sample-clear")


@pytest.mark.parametrize("capture", ["", "a b", "a\n", "a\0", "mẫu", "../x", "a" * 129])
def test_a_capture_is_a_short_plain_reference(capture: str) -> None:
    """What could not come from the provider's SDK is not sent to it."""
    with pytest.raises(ValueError, match="capture"):
        replace(REQUEST, capture=capture)
    with pytest.raises(ValueError, match="capture"):
        replace(FACE, capture=capture)


@pytest.mark.parametrize("reference", ["", "a b", "a\n", "a" * 65])
def test_a_reference_is_short_and_plain(reference: str) -> None:
    """A provider's reference can be stored, shown and logged as it is."""
    with pytest.raises(ValueError, match="reference"):
        CheckResult(Verdict.APPROVED, (), reference, SCORES)
    with pytest.raises(ValueError, match="reference"):
        FaceResult(matches=True, reasons=(), reference=reference)
    with pytest.raises(ValueError, match="reference"):
        replace(FACE, reference=reference)


@pytest.mark.parametrize(
    ("verdict", "reasons"),
    [
        (Verdict.APPROVED, (Reason.FACE_DOUBTFUL,)),
        (Verdict.REVIEW, ()),
        (Verdict.REJECTED, ()),
    ],
)
def test_a_verdict_and_its_reasons_agree(verdict: Verdict, reasons: tuple[Reason, ...]) -> None:
    """Nobody is approved with doubts or turned away without a reason."""
    with pytest.raises(ValueError, match="reasons"):
        CheckResult(verdict, reasons, "check-1", SCORES)


def test_only_a_no_comes_without_scores() -> None:
    """Nobody is approved, or left to a person, whom the provider has not looked at."""
    assert CheckResult(Verdict.REJECTED, (Reason.DOCUMENT_UNREADABLE,), "check-1").scores is None
    for verdict, reasons in ((Verdict.APPROVED, ()), (Verdict.REVIEW, (Reason.FACE_DOUBTFUL,))):
        with pytest.raises(ValueError, match="scores"):
            CheckResult(verdict, reasons, "check-1")


def test_a_face_result_and_its_reasons_agree() -> None:
    """A match has no reasons; a face that does not match has one."""
    with pytest.raises(ValueError, match="reasons"):
        FaceResult(matches=True, reasons=(Reason.FACE_DOUBTFUL,), reference="face-1")
    with pytest.raises(ValueError, match="reasons"):
        FaceResult(matches=False, reasons=(), reference="face-1")


def test_repr_of_a_request_shows_nothing() -> None:
    """An application in a log line or a traceback shows none of its facts."""
    shown = f"{REQUEST!r} {REQUEST}"
    assert not any(fact in shown for fact in ("Thắng", "1985", "001234", "sample"))
