import pytest

from atm_service.run.app import KINDS
from counter_app.problems import ADVICE, DEFAULT, advice

# What the staff's and the counter's routes of the contract may answer, and what this app says by itself.
SLUGS = [
    "code-malformed",
    "digits-mistyped",
    "code-not-genuine",
    "code-not-yet-valid",
    "code-unknown",
    "too-many-attempts",
    "code-expired",
    "already-paid",
    "already-presented",
    "withdrawal-cancelled",
    "withdrawal-reversed",
    "wrong-office",
    "drawer-short",
    "no-open-shift",
    "not-presented",
    "wrong-identity",
    "pin-required",
    "wrong-pin",
    "not-found",
    "shift-already-open",
    "drawer-in-use",
    "drawer-unknown",
    "office-not-active",
    "office-limit-reached",
    "wrong-day",
    "code-replaced",
    "cash-reserved",
    "withdrawals-still-presented",
    "already-decided",
    "wrong-credentials",
    "session-ended",
    "password-must-be-changed",
    "password-unfit",
    "password-common",
    "second-factor-needed",
    "passkey-wrong",
    "passkeys-full",
    "instruction-needed",
    "instruction-decided",
    "instruction-lapsed",
    "own-instruction",
    "decider-tied",
    "again-not-confirmed",
    "second-factor-wrong",
    "second-factor-to-enrol",
    "second-factor-stands",
    "unauthenticated",
    "forbidden",
    "malformed-request",
    "idempotency-key-missing",
    "idempotency-key-reused",
    "request-in-progress",
    "refused-before",
    "body-too-large",
    "payee-unknown",
    "payer-card-unknown",
    "same-account",
    "amount-out-of-range",
    "transfer-limit-reached",
    "customer-limit-reached",
    "insufficient-funds",
    "confirmation-needed",
    "proposal-lapsed",
    "voucher-exists",
    "not-yours",
    "not-today",
    "not-paid",
    "already-reversed",
    "cannot-reserve",
    "day-not-possible",
    "amount-not-multiple",
    "too-many-live-codes",
    "office-required",
    "delegate-is-customer",
    "delegation-too-long",
    "delegation-too-large",
    "delegation-revoked",
    "delegation-ended",
    "delegation-ceiling",
    "delegation-month",
    "delegate-required",
    "delegate-not-asked",
    "wrong-delegate",
    "count-differs",
    "money-spent",
    "approval-needed",
    "approval-waiting",
    "approval-refused",
    "approval-expired",
    "approval-used",
    "already-requested",
    "approval-decided",
    "already-ended",
    "colleague-first-password",
    "own-request",
    "state-unchanged",
    "state-does-not-follow",
    "for-operator",
    "checklist-incomplete",
    "shifts-still-open",
    "deliveries-still-open",
    "cash-still-there",
    "office-closed",
    "hours-unreadable",
    "office-suspended",
    "drawer-frozen",
    "wallet-frozen",
    "freeze-unchanged",
    "rights-unchanged",
    "keyboard-not-plain",
    "caps-lock-on",
    "card-for-code",
    "code-for-card",
    "card-unreadable",
    "amount-unreadable",
]

# Refusals of the wallet's, the auditor's and the operator's routes, and failures that this app treats as an unknown,
# never as a refusal.
NEVER_HERE = [
    "unavailable",
    "day-closed",
    "clock-wrong",
    "internal-error",
    "method-not-allowed",
    "applicant-refused",
    "pin-weak",
    "bank-unknown",
    "bank-link-exists",
    "too-many-bank-links",
    "bank-link-unknown",
    "bank-account-unknown",
    "holder-differs",
    "bank-account-of-another",
    "bank-link-in-use",
    "bank-payment-pending",
    "fee-changed",
    "step-up-required",
    "not-an-appointment",
    "own-rights",
    "place-unfit",
    "being-paid",
    "code-not-live",
    "not-sealed-yet",
    "float-out-of-order",
    "payer-unknown",
    "payer-busy",
    "payer-short",
    "batch-of-another-payer",
    "lines-refused",
    "credited-lately",
    "instruction-needed",
    "already-sent",
    "intention-lapsed",
    "payee-cannot-receive",
    "receive-code-malformed",
]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_refusal_of_the_contract_is_explained(slug: str) -> None:
    """Every refusal says what happened and what to do next."""
    assert ADVICE[slug].happened
    assert ADVICE[slug].todo.endswith(".")


def test_every_refusal_of_the_service_is_explained() -> None:
    """A refusal added to the service is explained here too, or named as none of the counter's."""
    assert {kind.slug for kind in KINDS.values()} - set(ADVICE) - set(NEVER_HERE) == set()


def test_an_unknown_refusal_is_explained_with_caution() -> None:
    """A refusal of a newer service is never silence, and never an invitation to pay."""
    assert advice("made-tomorrow") == DEFAULT
    assert DEFAULT.todo.startswith("Do not pay.")


def test_only_what_can_be_done_again_here_does_not_forbid_paying() -> None:
    """Every refusal that stops a payment says so in its first words."""
    about_shifts = {
        "not-found",
        "no-open-shift",
        "withdrawals-still-presented",
        "already-decided",
        "already-paid",
        "request-decided",
    }
    for slug, told in ADVICE.items():
        if told.tone in ("stop", "done") and slug not in about_shifts | {"forbidden"}:
            assert told.todo.startswith("Do not pay"), slug
