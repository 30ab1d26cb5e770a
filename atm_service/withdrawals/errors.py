"""Why a withdrawal is refused: one class per reason. The counter and the wallet translate each by its slug."""

from atm_service.refusals import Refusal


class CodeMalformed(Refusal):
    """What was scanned or typed is not a withdrawal code."""


class DigitsMistyped(Refusal):
    """Ten digits whose check digit does not fit."""


class CodeNotGenuine(Refusal):
    """The signature, the key or the algorithm is not ours."""


class CodeNotYetValid(Refusal):
    """The code's time has not come. Member `not_before`."""


class CodeUnknown(Refusal):
    """No live withdrawal has these digits, or the signed code names a withdrawal that is not in this service."""


class CodeExpired(Refusal):
    """The code's time is over. Member `expired_at`."""


class AlreadyPaid(Refusal):
    """The cash was paid. To the paying office also `paid_at`, `paid_drawer` and `receipt_id`."""


class AlreadyPresented(Refusal):
    """Another drawer is paying this code. Member `retry_after_s`."""


class WithdrawalCancelled(Refusal):
    """The customer gave the withdrawal up."""


class WithdrawalReversed(Refusal):
    """The payment was undone."""


class AlreadyReversed(Refusal):
    """It was undone before: nothing is left to undo."""


class NotPaid(Refusal):
    """Only what was paid can be undone. Member `stands`: the withdrawal's status."""


class NotToday(Refusal):
    """Only what was done on this business day can be undone. Member `paid_at`."""


class WrongOffice(Refusal):
    """The code is bound to another office. Members `office` and `office_name`."""


class WrongDay(Refusal):
    """The code is for an appointment on a later day. Member `day`."""


class CodeReplaced(Refusal):
    """The appointment was moved, and its code made anew: this is the one from before."""


class NotAnAppointment(Refusal):
    """Only a scheduled withdrawal has an office and a day that can be changed."""


class DayNotPossible(Refusal):
    """The office is not open on that day, or the code's life does not reach it. Members `first_day`, `last_day`."""


class NotPresented(Refusal):
    """The code was not presented at this drawer."""


class WrongIdentity(Refusal):
    """The card is not the account holder's. Member `remaining_attempts`."""


class PinRequired(Refusal):
    """The code was given as digits: the customer's PIN is needed too."""


class WrongPin(Refusal):
    """The PIN is wrong. Member `remaining_attempts`."""


class DrawerShort(Refusal):
    """The drawer does not hold enough cash."""


class OfficeLimitReached(Refusal):
    """The office has paid out what the policy allows. Members `period` and `limit`."""


class InsufficientFunds(Refusal):
    """The customer's available money is less than amount and fee. Member `available`."""


class AmountNotMultiple(Refusal):
    """The amount cannot be made from notes. Member `multiple`."""


class AmountOutOfRange(Refusal):
    """The amount is below or above what one transaction may be. Members `amount_min` and `amount_max`."""


class CustomerLimitReached(Refusal):
    """The customer's day or month is used up. Members `period`, `limit` and `remaining`."""


class TooManyLiveCodes(Refusal):
    """The customer has as many open codes as the policy allows. Member `maximum`."""


class StepUpRequired(Refusal):
    """An amount as large as this needs a fresh face match. Member `above`."""


class OfficeRequired(Refusal):
    """A scheduled withdrawal must name its office."""


class BeingPaid(Refusal):
    """A clerk is counting the money: it cannot be cancelled now. Member `lease_until`."""


class AlreadyEnded(Refusal):
    """The withdrawal has ended. Member `ended_as`: its status."""


class CodeNotLive(Refusal):
    """There is no code to show: the withdrawal has ended. Member `ended_as`: its status."""
