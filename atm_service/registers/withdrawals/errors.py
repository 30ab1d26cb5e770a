"""Why a withdrawal is refused: one class per reason. The counter and the wallet translate each by its slug."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    400,
    "code-malformed",
    "This is not a withdrawal code",
    "Scan again, or type the ten digits.",
    audited=True,
)
class CodeMalformed(Refusal):
    """What was scanned or typed is not a withdrawal code."""


@refused_as(400, "digits-mistyped", "A digit is mistyped", "Compare the ten digits and type them again.")
class DigitsMistyped(Refusal):
    """Ten digits whose check digit does not fit."""


@refused_as(
    403,
    "code-not-genuine",
    "This code was not made by this service",
    "Do not pay. Tell the supervisor.",
    audited=True,
)
class CodeNotGenuine(Refusal):
    """The signature, the key or the algorithm is not ours."""


@refused_as(
    409,
    "code-not-yet-valid",
    "The code is not valid yet",
    "Do not pay. Try again from `not_before`.",
    audited=True,
)
class CodeNotYetValid(Refusal):
    """The code's time has not come. Member `not_before`."""


@refused_as(
    404,
    "code-unknown",
    "No open withdrawal has this code",
    "Do not pay. Compare the digits.",
    audited=True,
)
class CodeUnknown(Refusal):
    """No live withdrawal has these digits, or the signed code names a withdrawal that is not in this service."""


@refused_as(
    410,
    "code-expired",
    "The code has expired",
    "Do not pay. The money is back in the wallet; the customer can make a new code.",
    audited=True,
)
class CodeExpired(Refusal):
    """The code's time is over. Member `expired_at`."""


@refused_as(
    409,
    "already-paid",
    "This code was paid already",
    "Do not pay again. Look at the receipt.",
    audited=True,
)
class AlreadyPaid(Refusal):
    """The cash was paid. To the paying office also `paid_at`, `paid_drawer` and `receipt_id`."""


@refused_as(
    409,
    "already-presented",
    "Another drawer is paying this code",
    "Do not pay. If that drawer gives up, try again after `retry_after_s` seconds.",
    audited=True,
)
class AlreadyPresented(Refusal):
    """Another drawer is paying this code. Member `retry_after_s`."""


@refused_as(
    410,
    "withdrawal-cancelled",
    "The customer cancelled it",
    "Do not pay. The money is in the wallet.",
    audited=True,
)
class WithdrawalCancelled(Refusal):
    """The customer gave the withdrawal up."""


@refused_as(
    410,
    "withdrawal-reversed",
    "The payment was undone",
    "Do not pay. The money is in the wallet.",
    audited=True,
)
class WithdrawalReversed(Refusal):
    """The payment was undone."""


@refused_as(409, "already-reversed", "It was undone already", "Do not undo it again.", audited=True)
class AlreadyReversed(Refusal):
    """It was undone before: nothing is left to undo."""


@refused_as(409, "not-paid", "Only what was paid can be undone", "Look at `stands`.", audited=True)
class NotPaid(Refusal):
    """Only what was paid can be undone. Member `stands`: the withdrawal's status."""


@refused_as(
    409,
    "not-today",
    "It was done on another day",
    "Nothing is undone after its day. Tell the supervisor.",
    audited=True,
)
class NotToday(Refusal):
    """Only what was done on this business day can be undone. Member `paid_at`."""


@refused_as(
    409,
    "wrong-office",
    "The code is bound to another office",
    "Do not pay. Send the customer there.",
    audited=True,
)
class WrongOffice(Refusal):
    """The code is bound to another office. Members `office` and `office_name`."""


@refused_as(
    409,
    "wrong-day",
    "The code is for an appointment on a later day",
    "The customer comes on the day in `day`, or moves the appointment in the wallet.",
    audited=True,
)
class WrongDay(Refusal):
    """The code is for an appointment on a later day. Member `day`."""


@refused_as(
    409,
    "code-replaced",
    "The appointment was moved, and this is its old code",
    "Ask the customer to open the wallet and show the code that is there now.",
    audited=True,
)
class CodeReplaced(Refusal):
    """The appointment was moved, and its code made anew: this is the one from before."""


@refused_as(
    409,
    "not-an-appointment",
    "Only a scheduled withdrawal can be moved",
    "Cancel this one and make a scheduled one.",
)
class NotAnAppointment(Refusal):
    """Only a scheduled withdrawal has an office and a day that can be changed."""


@refused_as(
    409,
    "day-not-possible",
    "The office does not pay this code on that day",
    "Choose a day on which the office is open, from `first_day` to `last_day`.",
)
class DayNotPossible(Refusal):
    """The office is not open on that day, or the code's life does not reach it. Members `first_day`, `last_day`."""


@refused_as(
    409, "not-presented", "The code was not scanned at this drawer", "Scan the code first.", audited=True
)
class NotPresented(Refusal):
    """The code was not presented at this drawer."""


@refused_as(
    403,
    "wrong-identity",
    "The card is not the account holder's",
    "Do not pay. Check the card again.",
    audited=True,
)
class WrongIdentity(Refusal):
    """The card is not the account holder's. Member `remaining_attempts`."""


@refused_as(
    409, "pin-required", "The customer's PIN is needed", "Let the customer type the PIN.", audited=True
)
class PinRequired(Refusal):
    """The code was given as digits: the customer's PIN is needed too."""


@refused_as(403, "wrong-pin", "The PIN is wrong", "Let the customer type it again.", audited=True)
class WrongPin(Refusal):
    """The PIN is wrong. Member `remaining_attempts`."""


@refused_as(
    409,
    "drawer-short",
    "The drawer does not hold enough cash",
    "Bring cash from the vault first.",
    audited=True,
)
class DrawerShort(Refusal):
    """The drawer does not hold enough cash."""


@refused_as(
    409, "insufficient-funds", "Not enough money", "Choose a smaller amount, or top up.", audited=True
)
class InsufficientFunds(Refusal):
    """The customer's available money is less than amount and fee. Member `available`."""


@refused_as(
    409, "amount-not-multiple", "The amount cannot be paid in notes", "Choose a multiple of `multiple`."
)
class AmountNotMultiple(Refusal):
    """The amount cannot be made from notes. Member `multiple`."""


@refused_as(
    409,
    "amount-out-of-range",
    "The amount is too small or too large",
    "Stay within the amounts named here.",
)
class AmountOutOfRange(Refusal):
    """The amount is below or above what one transaction may be. Members `amount_min` and `amount_max`."""


@refused_as(409, "too-many-live-codes", "Too many open codes", "Use or cancel an open code first.")
class TooManyLiveCodes(Refusal):
    """The customer has as many open codes as the policy allows. Member `maximum`."""


@refused_as(
    403,
    "step-up-required",
    "A fresh picture of your face is needed",
    "Send `face_capture` with the request: a new picture each time, for each is good for one wish.",
    audited=True,
)
class StepUpRequired(Refusal):
    """An amount as large as this needs a fresh face match. Member `above`."""


@refused_as(
    409, "office-required", "A scheduled withdrawal needs an office", "Name the office that is to pay."
)
class OfficeRequired(Refusal):
    """A scheduled withdrawal must name its office."""


@refused_as(409, "being-paid", "A clerk is counting the money now", "Wait until `lease_until`, then cancel.")
class BeingPaid(Refusal):
    """A clerk is counting the money: it cannot be cancelled now. Member `lease_until`."""


@refused_as(409, "already-ended", "This withdrawal has ended", "Look at `ended_as`.", audited=True)
class AlreadyEnded(Refusal):
    """The withdrawal has ended. Member `ended_as`: its status."""


@refused_as(409, "code-not-live", "There is no open code to show", "Look at `ended_as`.")
class CodeNotLive(Refusal):
    """There is no code to show: the withdrawal has ended. Member `ended_as`: its status."""


@refused_as(
    409,
    "wallet-frozen",
    "This wallet is frozen",
    "No money goes out, and none is taken in at a counter. The customer calls the hotline.",
    audited=True,
)
class WalletFrozen(Refusal):
    """A supervisor has frozen the wallet: no codes, no payments, no transfers, until it is thawed."""
