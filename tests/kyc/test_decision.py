from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from kyc import cards, decision
from kyc.decision import Band, Decided, Doubt, Facts, Outcome, Rules
from kyc.identity import Identity
from kyc.provider import CheckResult, Reason, Scores, Verdict
from kyc.watch_list import Screened
from tests.kyc.card_texts import qr, zone

NOW = datetime(2026, 11, 16, 2, tzinfo=UTC)
RULES = Rules(Band(60, 85), Band(50, 80), Band(40, 70), timedelta(hours=48))
GOOD = Facts(
    CheckResult(Verdict.APPROVED, (), "ref", Scores(85, 80, 70)), Screened(is_listed=False, as_of=NOW)
)
FORM = Identity("Nông Văn Thắng", date(1985, 4, 12), "020085004321")


def decide(**changes: object) -> Decided:
    return decision.decide(replace(GOOD, **changes), RULES, NOW)  # type: ignore[arg-type]


def scored(**scores: int) -> CheckResult:
    return CheckResult(Verdict.APPROVED, (), "ref", replace(Scores(85, 80, 70), **scores))


def test_all_good_is_approved() -> None:
    assert decide() == Decided(Outcome.APPROVED)


@pytest.mark.parametrize(
    ("scores", "outcome", "reason"),
    [
        ({"face": 84}, Outcome.REVIEW, "face-doubtful"),
        ({"face": 60}, Outcome.REVIEW, "face-doubtful"),
        ({"face": 59}, Outcome.REJECTED, "face-mismatch"),
        ({"liveness": 79}, Outcome.REVIEW, "liveness-doubtful"),
        ({"liveness": 50}, Outcome.REVIEW, "liveness-doubtful"),
        ({"liveness": 49}, Outcome.REJECTED, "liveness-failed"),
        ({"quality": 69}, Outcome.REVIEW, "document-doubtful"),
        ({"quality": 40}, Outcome.REVIEW, "document-doubtful"),
        ({"quality": 39}, Outcome.REJECTED, "document-unreadable"),
        ({"face": 59, "quality": 69}, Outcome.REJECTED, "face-mismatch"),
    ],
)
def test_scores_at_the_edges_of_their_bands(scores: dict[str, int], outcome: Outcome, reason: str) -> None:
    """The house's bands count, whatever the provider's verdict is."""
    assert decide(check=scored(**scores)) == Decided(outcome, (reason,))


@pytest.mark.parametrize("score", [-1, 101, True, 85.0, "85", None])
def test_a_score_is_a_number_from_0_to_100(score: object) -> None:
    with pytest.raises(ValueError, match="score"):
        Scores(score, 80, 70)  # type: ignore[arg-type]


def test_a_list_is_believed_for_its_hours() -> None:
    """To the second; later it has not answered."""
    old = NOW - timedelta(hours=48)
    assert decide(screened=Screened(is_listed=False, as_of=old)).outcome is Outcome.APPROVED
    assert (
        decide(screened=Screened(is_listed=False, as_of=old - timedelta(seconds=1))).outcome
        is Outcome.PENDING
    )


def test_nobody_is_approved_in_doubt() -> None:
    """Of all combinations of facts, the one without any doubt is approved; without an answer it is pending."""
    rejected = CheckResult(Verdict.REJECTED, (Reason.FACE_MISMATCH,), "ref")
    review = CheckResult(Verdict.REVIEW, (Reason.FACE_DOUBTFUL,), "ref", Scores(97, 98, 94))
    checks = (GOOD.check, review, rejected, None)
    lists = (GOOD.screened, Screened(is_listed=True, as_of=NOW), None)
    doubts = (None, Doubt(decision.FORM_AND_QR, "full_name"))
    for check, screened, doubt, minor, known in product(checks, lists, doubts, (False, True), (False, True)):
        facts = Facts(check, screened, doubt, is_minor=minor, is_old_number_known=known)
        made = decision.decide(facts, RULES, NOW)
        if None in (check, screened):
            assert made == Decided(Outcome.PENDING)
        elif check is rejected:
            assert made == Decided(Outcome.REJECTED, ("face-mismatch",))
        elif facts == GOOD:
            assert made == Decided(Outcome.APPROVED)
        else:
            assert made.outcome is Outcome.REVIEW
            assert made.field == (doubt.field if doubt else None)
            assert len(made.reasons) == (check is review) + screened.is_listed + bool(doubt) + minor + known  # type: ignore[union-attr]


def test_the_first_difference_counts() -> None:
    """The form with the QR before the zone; number, name, birth date, sex, old number; then until when it is good."""
    today = date(2026, 11, 16)
    other = cards.read(qr("020085004322", name="Lý Tú", sex="Nữ"), zone(name="Lý Sen"), today)
    assert decision.compare(FORM, None, other) == Doubt("form-qr-differ", "id_number")
    assert decision.compare(FORM, None, other[1:]) == Doubt("form-mrz-differ", "full_name")
    her = cards.read(qr(sex="Nữ", old="081234568"), zone(sex="F"), today)
    assert decision.compare(FORM, "081234567", her) == Doubt("form-qr-differ", "sex")
    assert decision.compare(FORM, None, her[1:]) == Doubt("form-mrz-differ", "sex")
    sooner = cards.read(qr(), zone(until="450411"), today)
    assert decision.compare(FORM, None, sooner) == Doubt("qr-mrz-differ", "expires_on")
    assert decision.compare(FORM, None, []) is None
    assert decision.compare(FORM, "081234567", []) is None
    assert decision.compare(FORM, "081234567", cards.read(None, zone(), today)) is None
