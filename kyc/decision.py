"""What becomes of an application: facts in; decision, reasons and the field that differs out. Pure.

Whatever breaks a rule of the form or of the card is refused before (`kyc.cccd`, `kyc.cards`). Of the rest nobody is
approved whom the watch list or the provider has not answered about, or in doubt: a person looks then.
docs/ekyc.md is the whole matrix.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kyc import cccd
from kyc.cards import Card, Source
from kyc.identity import Identity
from kyc.provider import CheckResult, Reason, Scores, Verdict
from kyc.watch_list import Screened

# Where form and card, or the card's two texts, do not say the same.
FORM_AND_QR: Final = "form-qr-differ"
FORM_AND_ZONE: Final = "form-mrz-differ"
QR_AND_ZONE: Final = "qr-mrz-differ"
# Of ours, too.
OLD_NUMBER_KNOWN: Final = "old-number-known"
WATCH_LIST: Final = "watch-list"
MINOR: Final = "minor"


class Outcome(StrEnum):
    """What becomes of it: opened, a person looks, asked again later, or no."""

    APPROVED = "approved"
    REVIEW = "review"
    PENDING = "pending"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What does not agree, and in which field."""

    reason: str
    field: str


@dataclass(frozen=True, slots=True)
class Band:
    """Scores below `refuse_below` are a no, from `approve_from` on a yes; between, a person looks. 0 to 100."""

    refuse_below: int
    approve_from: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What scores are good enough, and how old a list may be that is believed."""

    face: Band
    liveness: Band
    quality: Band
    list_good_for: timedelta

    def believe(self, screened: Screened, now: datetime) -> bool:
        """Tell whether this is an answer: a list that is too old has not answered."""
        return now - screened.as_of <= self.list_good_for


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an application that breaks no rule. None: no answer yet.

    `is_minor`: of age for an account, and too young to have it opened without a person's look.
    """

    check: CheckResult | None
    screened: Screened | None
    doubt: Doubt | None = None
    is_minor: bool = False
    is_old_number_known: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision, why, and which field differs. Approved and pending have no reasons."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    field: str | None = None


def compare(form: Identity, old_number: str | None, cards: Sequence[Card]) -> Doubt | None:
    """Give the first thing in which form, QR and zone do not agree: the form with each, then they with each other.

    In the order number, name, birth date, sex, which the number tells, number of the old card; then the day of expiry.
    """
    return next(_differing(form, old_number, cards), None)


def _differing(form: Identity, old_number: str | None, cards: Sequence[Card]) -> Iterator[Doubt]:
    for card in cards:
        reason = FORM_AND_QR if card.source is Source.QR else FORM_AND_ZONE
        if card.id_number != form.id_number:
            yield Doubt(reason, "id_number")
        if not card.is_named(form.full_name):
            yield Doubt(reason, "full_name")
        if card.birth_date != form.birth_date:
            yield Doubt(reason, "date_of_birth")
        if card.sex is not cccd.parse(form.id_number).sex:
            yield Doubt(reason, "sex")
        if card.source is Source.QR and old_number not in (None, card.old_number):
            yield Doubt(reason, "old_id_number")
    if len({card.expires_on for card in cards}) > 1:
        yield Doubt(QR_AND_ZONE, "expires_on")


def decide(facts: Facts, rules: Rules, now: datetime) -> Decided:
    """Decide. What the list and the provider have not answered is pending, a no of either's scores is a no.

    A list older than the rules allow has not answered.
    """
    check, screened = facts.check, facts.screened
    if check is None or screened is None or not rules.believe(screened, now):
        return Decided(Outcome.PENDING)
    if check.verdict is Verdict.REJECTED:
        return Decided(Outcome.REJECTED, tuple(reason.value for reason in check.reasons))
    assert check.scores is not None  # of whoever is not rejected
    bad, doubtful = _judged(check.scores, rules)
    if bad:
        return Decided(Outcome.REJECTED, bad)
    ours = (
        (WATCH_LIST, screened.is_listed),
        (facts.doubt.reason if facts.doubt else "", facts.doubt is not None),
        (OLD_NUMBER_KNOWN, facts.is_old_number_known),
        (MINOR, facts.is_minor),
    )
    why = (
        *(reason for reason, holds in ours if holds),
        *(reason.value for reason in check.reasons),
        *doubtful,
    )
    if why:
        return Decided(Outcome.REVIEW, tuple(dict.fromkeys(why)), facts.doubt.field if facts.doubt else None)
    return Decided(Outcome.APPROVED)


def is_sure(check: CheckResult, rules: Rules) -> bool:
    """Tell whether the provider and its scores say yes without a doubt."""
    scores = check.scores
    return check.verdict is Verdict.APPROVED and scores is not None and not any(_judged(scores, rules))


def _judged(scores: Scores, rules: Rules) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the reasons of scores that are too low, and of those that a person looks at."""
    judged = (
        (scores.face, rules.face, Reason.FACE_MISMATCH, Reason.FACE_DOUBTFUL),
        (scores.liveness, rules.liveness, Reason.LIVENESS_FAILED, Reason.LIVENESS_DOUBTFUL),
        (scores.quality, rules.quality, Reason.DOCUMENT_UNREADABLE, Reason.DOCUMENT_DOUBTFUL),
    )
    bad = tuple(no.value for score, band, no, _ in judged if score < band.refuse_below)
    doubtful = tuple(
        perhaps.value for score, band, _, perhaps in judged if band.refuse_below <= score < band.approve_from
    )
    return bad, doubtful
