"""What soft-ATM asks of an eKYC provider, and what it may answer.

Two implementations: `kyc.simulated` for demonstrations and tests, `kyc.http_provider` for a real vendor.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

CAPTURE_CHARS_MAX: Final = 128
SCORE_MAX: Final = 100

_CAPTURE: Final = re.compile(f"[A-Za-z0-9._:-]{{1,{CAPTURE_CHARS_MAX}}}")
_REFERENCE: Final = re.compile("[A-Za-z0-9._:-]{1,64}")


class Verdict(StrEnum):
    """The provider's answer: yes, a person must look, or no."""

    APPROVED = "approved"
    REVIEW = "review"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why not yes; the value is the slug that clients translate."""

    DOCUMENT_UNREADABLE = "document-unreadable"
    DOCUMENT_EXPIRED = "document-expired"
    DOCUMENT_TAMPERED = "document-tampered"
    DATA_MISMATCH = "data-mismatch"
    FACE_UNREADABLE = "face-unreadable"
    FACE_MISMATCH = "face-mismatch"
    FACE_DOUBTFUL = "face-doubtful"
    DUPLICATE_PERSON = "duplicate-person"
    LIVENESS_FAILED = "liveness-failed"
    LIVENESS_DOUBTFUL = "liveness-doubtful"
    DOCUMENT_DOUBTFUL = "document-doubtful"


@dataclass(frozen=True, slots=True, repr=False)
class CheckRequest:
    """One application, to be compared with the pictures in `capture`. Its repr shows nothing of it.

    `application_id` is the idempotency key: the same id gets the same answer, however often it is asked.
    `capture` is the picture session of the provider's own SDK, 1 to 128 of letters, digits and `._:-` (else
    `ValueError`).
    """

    application_id: UUID
    full_name: str
    birth_date: date
    id_number: str
    capture: str

    def __post_init__(self) -> None:
        _check_capture(self.capture)


@dataclass(frozen=True, slots=True)
class Scores:
    """How sure the provider is, each 0 to 100 (else `ValueError`), whatever its verdict.

    `face`: that the face is the card's. `liveness`: that it is a living person's, and no picture of one. `quality`:
    that the pictures show the card whole and sharp.
    """

    face: int
    liveness: int
    quality: int

    def __post_init__(self) -> None:
        for score in (self.face, self.liveness, self.quality):
            if type(score) is not int or not 0 <= score <= SCORE_MAX:
                raise ValueError("a score is a whole number from 0 to 100")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answer to one application. `reference` is the provider's name for it, for questions later.

    Approved has no reasons, every other verdict at least one; only a rejection may come without scores (else
    `ValueError`).
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    reference: str
    scores: Scores | None = None

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.APPROVED) == bool(self.reasons):
            raise ValueError("approved has no reasons, every other verdict has one")
        if self.verdict is not Verdict.REJECTED and self.scores is None:
            raise ValueError("whoever is not rejected has scores")
        _check_reference(self.reference)


@dataclass(frozen=True, slots=True)
class FaceRequest:
    """A fresh picture of the face, to be compared with the check that `reference` names.

    `request_id` is the idempotency key; `capture` is as in `CheckRequest`.
    """

    request_id: UUID
    reference: str
    capture: str

    def __post_init__(self) -> None:
        _check_capture(self.capture)
        _check_reference(self.reference)


@dataclass(frozen=True, slots=True)
class FaceResult:
    """Whether it is the same person. A match has no reasons, anything less has one (else `ValueError`)."""

    matches: bool
    reasons: tuple[Reason, ...]
    reference: str

    def __post_init__(self) -> None:
        if self.matches == bool(self.reasons):
            raise ValueError("a match has no reasons, anything less has one")
        _check_reference(self.reference)


class Provider(Protocol):
    """An eKYC provider. Never call it inside a database transaction: it is a network away.

    Both raise `ProviderUnavailable` when no answer came within `timeout_s` seconds (the outcome is unknown:
    ask again with the same id) and `ProviderRefused` when asking again is of no use.
    """

    def check(self, request: CheckRequest, timeout_s: float) -> CheckResult:
        """Check the card, compare the face with it, and look for the same person under another id."""

    def match_face(self, request: FaceRequest, timeout_s: float) -> FaceResult:
        """Compare a fresh picture with the face that was approved (step-up)."""


def _check_capture(capture: str) -> None:
    if not _CAPTURE.fullmatch(capture):
        raise ValueError("not the reference of a capture")


def _check_reference(reference: str) -> None:
    if not _REFERENCE.fullmatch(reference):
        raise ValueError("not a provider's reference")
