"""What each refusal looks like over HTTP: the one table.

It makes the answers, the documentation of each route's refusals, and the list that the counter and the wallet
translate. A test proves that every refusal is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from atm_service import refusals
from atm_service.audit import errors as audit
from atm_service.banks import errors as banks
from atm_service.credits import errors as bulk_credits
from atm_service.customers import errors as customers
from atm_service.offices import errors as offices
from atm_service.payments import errors as payments
from atm_service.refusals import Refusal
from atm_service.withdrawals import errors as withdrawals

URN: Final = "urn:soft-atm:problem:"


@dataclass(frozen=True)
class Kind:
    """How one refusal looks over HTTP: what happened (title) and what to do next (advice).

    `audited` refusals leave a row in the audit trail: they concern money, codes, identity or rights.
    """

    status: int
    slug: str
    title: str
    advice: str
    audited: bool = False

    @property
    def type(self) -> str:
        """Give the problem's type URN."""
        return URN + self.slug


_GENERAL: Final[dict[type[Refusal], Kind]] = {
    refusals.Unauthenticated: Kind(
        401, "unauthenticated", "Not signed in", "Sign in and send the access token."
    ),
    refusals.Forbidden: Kind(
        403,
        "forbidden",
        "This role may not do this",
        "Ask somebody with the role named in `needs`.",
        audited=True,
    ),
    refusals.NotFound: Kind(404, "not-found", "There is no such thing here", "Check the address and the id."),
    refusals.MethodNotAllowed: Kind(
        405,
        "method-not-allowed",
        "This address does not take that method",
        "See /docs for the methods it takes.",
    ),
    refusals.MalformedRequest: Kind(
        422, "malformed-request", "The request is not well formed", "Correct the places named in `errors`."
    ),
    refusals.BodyTooLarge: Kind(
        413, "body-too-large", "The body is too large", "Send at most `limit_bytes` bytes."
    ),
    refusals.TooManyAttempts: Kind(
        429,
        "too-many-attempts",
        "Too many wrong tries",
        "Wait `retry_after_s` seconds, then try again.",
        audited=True,
    ),
    refusals.IdempotencyKeyMissing: Kind(
        400,
        "idempotency-key-missing",
        "The Idempotency-Key header is missing",
        "Send a new random key for each intention, and the same key when you repeat it.",
    ),
    refusals.IdempotencyKeyReused: Kind(
        422,
        "idempotency-key-reused",
        "This key was used for another request",
        "Send a new key, or repeat the first request exactly.",
        audited=True,
    ),
    refusals.RequestInProgress: Kind(
        409,
        "request-in-progress",
        "The same request is being worked on",
        "Repeat it with the same key in a second.",
    ),
    refusals.Unavailable: Kind(
        503,
        "unavailable",
        "The service cannot answer now",
        "Wait `retry_after_s` seconds, then repeat with the same key: it happens once.",
    ),
    refusals.Broken: Kind(
        500,
        "internal-error",
        "The service failed",
        "Repeat with the same key; report `instance` if it stays.",
    ),
}

_PEOPLE: Final[dict[type[Refusal], Kind]] = {
    customers.WrongCredentials: Kind(
        401, "wrong-credentials", "The sign-in is not right", "Check both fields and try again.", audited=True
    ),
    customers.SessionEnded: Kind(401, "session-ended", "The session has ended", "Sign in again."),
    customers.ApplicantRefused: Kind(
        409, "applicant-refused", "The application's data break a rule", "Correct the field named in `field`."
    ),
    customers.AlreadyDecided: Kind(
        409, "already-decided", "This application has its decision", "Look at `decision`.", audited=True
    ),
    banks.BankUnknown: Kind(
        404, "bank-unknown", "No bank has this number", "Choose a bank of /wallet/v1/banks."
    ),
    banks.BankLinkExists: Kind(
        409, "bank-link-exists", "This account is linked already", "Use the existing link."
    ),
    banks.TooManyBankLinks: Kind(
        409, "too-many-bank-links", "No more accounts can be linked", "Use one of the linked accounts."
    ),
    payments.BankLinkUnknown: Kind(
        404, "bank-link-unknown", "No such linked account", "Link the bank account first."
    ),
    payments.TopUpOutOfRange: Kind(
        409,
        "top-up-out-of-range",
        "The amount is too small or too large",
        "Stay within the amounts named here.",
    ),
}

_OFFICES: Final[dict[type[Refusal], Kind]] = {
    offices.OfficeUnknown: Kind(
        404, "office-unknown", "No office has this code", "Choose one of /wallet/v1/offices."
    ),
    offices.OfficeNotActive: Kind(
        409, "office-not-active", "This office does not pay at present", "Choose another office."
    ),
    offices.DrawerUnknown: Kind(
        404, "drawer-unknown", "The office has no such drawer", "Choose another number."
    ),
    offices.DrawerInUse: Kind(
        409,
        "drawer-in-use",
        "Another clerk has this drawer",
        "Choose another drawer, or close that shift first.",
    ),
    offices.ShiftAlreadyOpen: Kind(
        409, "shift-already-open", "Your shift is open already", "Go on at that drawer."
    ),
    offices.NoOpenShift: Kind(
        409,
        "no-open-shift",
        "There is no open shift",
        "Count the drawer and open a shift first.",
        audited=True,
    ),
    offices.WithdrawalsStillPresented: Kind(
        409, "withdrawals-still-presented", "A payment is still in progress", "Pay or release it, then close."
    ),
}

_CODES: Final[dict[type[Refusal], Kind]] = {
    withdrawals.CodeMalformed: Kind(
        400,
        "code-malformed",
        "This is not a withdrawal code",
        "Scan again, or type the ten digits.",
        audited=True,
    ),
    withdrawals.DigitsMistyped: Kind(
        400, "digits-mistyped", "A digit is mistyped", "Compare the ten digits and type them again."
    ),
    withdrawals.CodeNotGenuine: Kind(
        403,
        "code-not-genuine",
        "This code was not made by this service",
        "Do not pay. Tell the supervisor.",
        audited=True,
    ),
    withdrawals.CodeNotYetValid: Kind(
        409,
        "code-not-yet-valid",
        "The code is not valid yet",
        "Do not pay. Try again from `not_before`.",
        audited=True,
    ),
    withdrawals.CodeUnknown: Kind(
        404,
        "code-unknown",
        "No open withdrawal has this code",
        "Do not pay. Compare the digits.",
        audited=True,
    ),
    withdrawals.CodeExpired: Kind(
        410,
        "code-expired",
        "The code has expired",
        "Do not pay. The money is back in the wallet; the customer can make a new code.",
        audited=True,
    ),
    withdrawals.AlreadyPaid: Kind(
        409,
        "already-paid",
        "This code was paid already",
        "Do not pay again. Look at the receipt.",
        audited=True,
    ),
    withdrawals.AlreadyPresented: Kind(
        409,
        "already-presented",
        "Another drawer is paying this code",
        "Do not pay. If that drawer gives up, try again after `retry_after_s` seconds.",
        audited=True,
    ),
    withdrawals.WithdrawalCancelled: Kind(
        410,
        "withdrawal-cancelled",
        "The customer cancelled it",
        "Do not pay. The money is in the wallet.",
        audited=True,
    ),
    withdrawals.WithdrawalReversed: Kind(
        410,
        "withdrawal-reversed",
        "The payment was undone",
        "Do not pay. The money is in the wallet.",
        audited=True,
    ),
    withdrawals.WrongOffice: Kind(
        409,
        "wrong-office",
        "The code is bound to another office",
        "Do not pay. Send the customer there.",
        audited=True,
    ),
    withdrawals.NotPresented: Kind(
        409, "not-presented", "The code was not scanned at this drawer", "Scan the code first.", audited=True
    ),
    withdrawals.WrongIdentity: Kind(
        403,
        "wrong-identity",
        "The card is not the account holder's",
        "Do not pay. Check the card again.",
        audited=True,
    ),
    withdrawals.PinRequired: Kind(
        409, "pin-required", "The customer's PIN is needed", "Let the customer type the PIN.", audited=True
    ),
    withdrawals.WrongPin: Kind(
        403, "wrong-pin", "The PIN is wrong", "Let the customer type it again.", audited=True
    ),
    withdrawals.DrawerShort: Kind(
        409,
        "drawer-short",
        "The drawer does not hold enough cash",
        "Bring cash from the vault first.",
        audited=True,
    ),
    withdrawals.OfficeLimitReached: Kind(
        409,
        "office-limit-reached",
        "The office has paid out what the law allows",
        "Send the customer to another office, or ask to come back in the next period.",
        audited=True,
    ),
}

_WITHDRAWALS: Final[dict[type[Refusal], Kind]] = {
    withdrawals.InsufficientFunds: Kind(
        409, "insufficient-funds", "Not enough money", "Choose a smaller amount, or top up.", audited=True
    ),
    withdrawals.AmountNotMultiple: Kind(
        409, "amount-not-multiple", "The amount cannot be paid in notes", "Choose a multiple of `multiple`."
    ),
    withdrawals.AmountOutOfRange: Kind(
        409,
        "amount-out-of-range",
        "The amount is too small or too large",
        "Stay within the amounts named here.",
    ),
    withdrawals.CustomerLimitReached: Kind(
        409,
        "customer-limit-reached",
        "The limit of the day or month is reached",
        "Choose at most `remaining`, or come back in the next period.",
        audited=True,
    ),
    withdrawals.TooManyLiveCodes: Kind(
        409, "too-many-live-codes", "Too many open codes", "Use or cancel an open code first."
    ),
    withdrawals.StepUpRequired: Kind(
        403,
        "step-up-required",
        "A fresh picture of your face is needed",
        "Send `face_capture` with the request.",
        audited=True,
    ),
    withdrawals.OfficeRequired: Kind(
        409, "office-required", "A scheduled withdrawal needs an office", "Name the office that is to pay."
    ),
    withdrawals.BeingPaid: Kind(
        409, "being-paid", "A clerk is counting the money now", "Wait until `lease_until`, then cancel."
    ),
    withdrawals.AlreadyEnded: Kind(409, "already-ended", "This withdrawal has ended", "Look at `ended_as`."),
    withdrawals.CodeNotLive: Kind(
        409, "code-not-live", "There is no open code to show", "Look at `ended_as`."
    ),
}

_AUDIT: Final[dict[type[Refusal], Kind]] = {
    audit.NotSealedYet: Kind(
        409,
        "not-sealed-yet",
        "The entry is not sealed yet",
        "Ask again after `retry_after_s` seconds.",
    ),
}

_CREDITS: Final[dict[type[Refusal], Kind]] = {
    bulk_credits.PayerUnknown: Kind(
        404, "payer-unknown", "No payer has this code", "Open the payer first, or correct the code."
    ),
    bulk_credits.PayerBusy: Kind(
        409,
        "payer-busy",
        "Other credits of this payer are being made",
        "Wait `retry_after_s` seconds, then repeat with the same key.",
    ),
    bulk_credits.PayerShort: Kind(
        409,
        "payer-short",
        "The payer's money does not cover the credits",
        "Nothing was credited. Put the payer's money in first.",
        audited=True,
    ),
    bulk_credits.BatchOfAnotherPayer: Kind(
        409,
        "batch-of-another-payer",
        "The batch was begun with another payer",
        "Nothing was credited. Choose another name for the batch.",
        audited=True,
    ),
    bulk_credits.LinesRefused: Kind(
        409,
        "lines-refused",
        "Some lines cannot be credited",
        "Nothing was credited. Correct or leave out the lines named in `lines`.",
        audited=True,
    ),
}

KINDS: Final[Mapping[type[Refusal], Kind]] = (
    _GENERAL | _PEOPLE | _OFFICES | _CODES | _WITHDRAWALS | _AUDIT | _CREDITS
)
