"""What each refusal looks like over HTTP: the one table.

It makes the answers, the documentation of each route's refusals, and the list that the counter and the wallet
translate. A test proves that every refusal is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from atm_service import refusals
from atm_service.approvals import errors as approvals
from atm_service.audit import errors as audit
from atm_service.banks import errors as banks
from atm_service.cash import errors as cash
from atm_service.credits import errors as bulk_credits
from atm_service.customers import errors as customers
from atm_service.delegations import errors as delegations
from atm_service.deposits import errors as deposits
from atm_service.floats import errors as floats
from atm_service.offices import errors as offices
from atm_service.payments import errors as payments
from atm_service.refusals import Refusal
from atm_service.reservations import errors as reservations
from atm_service.reversals import errors as reversals
from atm_service.transfers import errors as transfers
from atm_service.vouchers import errors as vouchers
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
    offices.ShiftUnknown: Kind(
        404, "shift-unknown", "The office has no such open shift", "Look at the list of open shifts again."
    ),
    offices.TakeOverNotGranted: Kind(
        409,
        "take-over-not-granted",
        "This shift is another clerk's",
        "Ask a supervisor for leave to close it, then count.",
        audited=True,
    ),
    offices.OwnShift: Kind(409, "own-shift", "This shift is your own", "Close it in the usual way."),
    offices.ColleagueNotProved: Kind(
        409,
        "colleague-not-proved",
        "The colleague's name or password is not right",
        "Let the other clerk of this office type both again.",
        audited=True,
    ),
    offices.ColleagueBusy: Kind(
        409, "colleague-busy", "The colleague has an open shift", "The colleague closes that shift first."
    ),
}

_LIFE: Final[dict[type[Refusal], Kind]] = {
    offices.StateUnchanged: Kind(
        409, "state-unchanged", "The office is in this state already", "Look at the office again."
    ),
    offices.StateDoesNotFollow: Kind(
        409,
        "state-does-not-follow",
        "This does not follow the office's present state",
        "Choose one of `may`; go step by step.",
    ),
    offices.ForOperator: Kind(
        403, "for-operator", "This is the operator's to say", "Ask an operator.", audited=True
    ),
    offices.ChecklistIncomplete: Kind(
        409,
        "checklist-incomplete",
        "The checklist is not complete",
        "Check the items of `missing` off, then try again.",
    ),
    offices.ShiftsStillOpen: Kind(
        409,
        "shifts-still-open",
        "A shift is open at the office",
        "Let the shifts of `drawers` be closed by a count.",
    ),
    offices.DeliveriesStillOpen: Kind(
        409,
        "deliveries-still-open",
        "Cash of the office is ordered or on the road",
        "Let each delivery be received or called off.",
    ),
    offices.CashStillThere: Kind(
        409,
        "cash-still-there",
        "The ledger has cash at the office",
        "Move it from `places` to the vault and send it to the district.",
    ),
    offices.OfficeClosed: Kind(
        409, "office-closed", "The office is closed for good", "Plan a new office with the next number."
    ),
    offices.HoursUnreadable: Kind(
        409,
        "hours-unreadable",
        "These are no opening hours",
        "Write each day as 07:30-11:30 13:30-17:00, and nothing for a day off.",
    ),
}

_CASH: Final[dict[type[Refusal], Kind]] = {
    cash.DeliveryUnknown: Kind(
        404, "delivery-unknown", "There is no such delivery here", "Look at the list of deliveries again."
    ),
    cash.DeliveryNotAtStep: Kind(
        409,
        "delivery-not-at-step",
        "The delivery is not at this step",
        "Look at `delivery_status`: somebody may have done this step, or called the delivery off.",
    ),
    cash.DeliveryOtherSide: Kind(
        409,
        "delivery-other-side",
        "This step is the other side's",
        "Wait until the side named in `side` has done it.",
    ),
    cash.DeliverySumDiffers: Kind(
        409,
        "delivery-sum-differs",
        "The notes do not come to the ordered sum",
        "Count again: exactly `amount` is to be sent. For another sum, let a supervisor order it anew.",
    ),
    cash.SenderOrdered: Kind(
        409,
        "sender-ordered",
        "So large a sum is not ordered and sent by one person",
        "Keep the cash where it is and let another supervisor send it. It is in everybody's list.",
    ),
    cash.ExplainerHandled: Kind(
        409,
        "explainer-handled",
        "Whoever sent or counted a delivery does not explain its difference",
        "Tell another supervisor what you know; that one explains it.",
    ),
    cash.NothingToExplain: Kind(
        409,
        "nothing-to-explain",
        "There is no difference to explain",
        "Look at the delivery again: it agreed, or has its explanation.",
    ),
    cash.NotesNotThere: Kind(
        409,
        "notes-not-there",
        "These notes are not there",
        "Choose other notes: `missing` says which are too few.",
    ),
    cash.NotesCannotMake: Kind(
        409,
        "notes-cannot-make",
        "The drawer's notes cannot make this amount",
        "Do not pay. Bring other notes from the vault, or let the customer choose `below` or `above`.",
    ),
    cash.MixOfOtherSum: Kind(
        409,
        "mix-of-other-sum",
        "The chosen notes do not come to the amount",
        "Choose notes that come to exactly `amount`.",
    ),
    cash.VaultCountDue: Kind(
        409,
        "vault-count-due",
        "The vault has not been counted for too long",
        "Count the vault (`POST /counter/v1/cash/vault/count`), then ask again.",
    ),
    cash.VaultShort: Kind(
        409,
        "vault-short",
        "There is not so much cash",
        "Choose a smaller sum, or ask the district for a delivery.",
    ),
}

_FLOATS: Final[dict[type[Refusal], Kind]] = {
    floats.FloatOutOfOrder: Kind(
        409,
        "float-out-of-order",
        "The float's levels are out of order",
        "Set a minimum that is at most the target, and a target that is at most the maximum.",
    ),
    floats.DistrictUnknown: Kind(
        404, "district-unknown", "There is no such district here", "Choose the district that you look after."
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
    withdrawals.WrongDay: Kind(
        409,
        "wrong-day",
        "The code is for an appointment on a later day",
        "The customer comes on the day in `day`, or moves the appointment in the wallet.",
        audited=True,
    ),
    withdrawals.CodeReplaced: Kind(
        409,
        "code-replaced",
        "The appointment was moved, and this is its old code",
        "Ask the customer to open the wallet and show the code that is there now.",
        audited=True,
    ),
    withdrawals.NotAnAppointment: Kind(
        409,
        "not-an-appointment",
        "Only a scheduled withdrawal can be moved",
        "Cancel this one and make a scheduled one.",
    ),
    withdrawals.DayNotPossible: Kind(
        409,
        "day-not-possible",
        "The office does not pay this code on that day",
        "Choose a day on which the office is open, from `first_day` to `last_day`.",
    ),
    reservations.CannotReserve: Kind(
        409,
        "cannot-reserve",
        "The office cannot promise this amount for that day",
        "Choose another day or another office, or a smaller amount.",
    ),
    reservations.CashReserved: Kind(
        409,
        "cash-reserved",
        "What is left at this office is reserved for customers with an appointment",
        "Ask the district for cash, or send the customer to an office that has some.",
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

_APPROVALS: Final[dict[type[Refusal], Kind]] = {
    approvals.ApprovalNeeded: Kind(
        409,
        "approval-needed",
        "A supervisor must approve this first",
        "Ask for approval, and wait for the decision.",
        audited=True,
    ),
    approvals.ApprovalWaiting: Kind(
        409,
        "approval-waiting",
        "The approval has not been decided yet",
        "Wait for the supervisor's decision.",
    ),
    approvals.ApprovalRefused: Kind(
        409,
        "approval-refused",
        "The supervisor said no",
        "Do not do it. Read the supervisor's reason in the request.",
        audited=True,
    ),
    approvals.ApprovalExpired: Kind(
        409,
        "approval-expired",
        "The day of the request is over",
        "Tell the supervisor; it is not done today.",
    ),
    approvals.ApprovalUsed: Kind(
        409,
        "approval-used",
        "What was approved has been done",
        "Do not do it again. Look at the vouchers of the day.",
        audited=True,
    ),
    approvals.AlreadyRequested: Kind(
        409, "already-requested", "Approval was asked for already", "Look at the request `approval_id`."
    ),
    approvals.ApprovalDecided: Kind(
        409, "approval-decided", "The request has its decision", "Look at `decided_as`.", audited=True
    ),
    approvals.OwnRequest: Kind(
        403,
        "own-request",
        "Nobody decides for the own office",
        "Leave it to a supervisor elsewhere.",
        audited=True,
    ),
}

_DELEGATIONS: Final[dict[type[Refusal], Kind]] = {
    delegations.DelegateIsCustomer: Kind(
        409, "delegate-is-customer", "The delegate's card is the customer's own", "Read the delegate's card."
    ),
    delegations.DelegationTooLong: Kind(
        409,
        "delegation-too-long",
        "A delegation lasts twelve months at most",
        "Choose a last day from `ends_on_min` to `ends_on_max`.",
    ),
    delegations.DelegationTooLarge: Kind(
        409,
        "delegation-too-large",
        "The delegation is for more than the policy allows",
        "Choose at most `ceiling_max` each time and `per_month_max` a month; no less a month than each time.",
    ),
    delegations.DelegationRevoked: Kind(
        409,
        "delegation-revoked",
        "The customer has revoked the delegation",
        "Do not pay. The delegate asks the customer.",
        audited=True,
    ),
    delegations.DelegationEnded: Kind(
        409,
        "delegation-ended",
        "The delegation's last day is over",
        "Do not pay. The customer makes a new delegation, in person.",
        audited=True,
    ),
    delegations.DelegationCeiling: Kind(
        409,
        "delegation-ceiling",
        "More than the delegate may collect at a time",
        "Choose at most `ceiling`.",
        audited=True,
    ),
    delegations.DelegationMonth: Kind(
        409,
        "delegation-month",
        "The delegate's month is used up",
        "Choose at most `remaining`, or wait for next month.",
        audited=True,
    ),
    delegations.DelegateRequired: Kind(
        409, "delegate-required", "This cash is for a delegate", "Read the delegate's card too."
    ),
    delegations.DelegateNotAsked: Kind(
        409,
        "delegate-not-asked",
        "This cash is for the customer alone",
        "Do not pay anybody else. Read the customer's own card.",
        audited=True,
    ),
    delegations.WrongDelegate: Kind(
        403,
        "wrong-delegate",
        "The card is not the delegate's",
        "Do not pay. Check the delegate's card; only who is named may collect.",
        audited=True,
    ),
}

_VOUCHERS: Final[dict[type[Refusal], Kind]] = {
    customers.PayeeUnknown: Kind(
        404,
        "payee-unknown",
        "No customer has this phone number or card",
        "Ask the customer for the number again; take no cash before the name is shown.",
        audited=True,
    ),
    transfers.PayerUnknown: Kind(
        404, "payer-card-unknown", "No customer has this card", "Look at the card again.", audited=True
    ),
    transfers.SameAccount: Kind(
        409, "same-account", "Payer and payee are the same", "Ask whom the money is for."
    ),
    transfers.TransferLimitReached: Kind(
        409,
        "transfer-limit-reached",
        "The customer's transfers of the day are used up",
        "Choose at most `remaining`, or come back tomorrow.",
        audited=True,
    ),
    deposits.ConfirmationNeeded: Kind(
        409,
        "confirmation-needed",
        "The account holder must confirm this amount",
        "Take the account holder's card or PIN: see `ways`.",
    ),
    vouchers.VoucherExists: Kind(
        409,
        "voucher-exists",
        "This was done already",
        "Do not do it again. Look at the voucher `voucher_id`.",
        audited=True,
    ),
    vouchers.ProposalLapsed: Kind(
        409, "proposal-lapsed", "This was begun in another shift", "Begin again; nothing has moved."
    ),
    vouchers.CountDiffers: Kind(
        409,
        "count-differs",
        "The counted notes do not come to the amount",
        "Count again: nothing is undone before the whole amount is there.",
        audited=True,
    ),
    vouchers.NotYours: Kind(
        403, "not-yours", "Another clerk did this", "Let the clerk who did it ask.", audited=True
    ),
    reversals.MoneySpent: Kind(
        409,
        "money-spent",
        "The deposited money is spent",
        "Give no cash back. Tell the supervisor.",
        audited=True,
    ),
    withdrawals.AlreadyReversed: Kind(
        409, "already-reversed", "It was undone already", "Do not undo it again.", audited=True
    ),
    withdrawals.NotPaid: Kind(
        409, "not-paid", "Only what was paid can be undone", "Look at `stands`.", audited=True
    ),
    withdrawals.NotToday: Kind(
        409,
        "not-today",
        "It was done on another day",
        "Nothing is undone after its day. Tell the supervisor.",
        audited=True,
    ),
}

KINDS: Final[Mapping[type[Refusal], Kind]] = (
    _GENERAL
    | _PEOPLE
    | _OFFICES
    | _LIFE
    | _CASH
    | _FLOATS
    | _CODES
    | _WITHDRAWALS
    | _AUDIT
    | _CREDITS
    | _APPROVALS
    | _VOUCHERS
    | _DELEGATIONS
)
