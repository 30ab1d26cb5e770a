"""Why a bank link is refused: one class per reason."""

from atm_service.refusals import Refusal


class BankUnknown(Refusal):
    """No bank has this BIN."""


class BankLinkExists(Refusal):
    """The account is linked already. Member `bank_link_id`."""


class TooManyBankLinks(Refusal):
    """The customer has as many linked accounts as allowed. Member `maximum`."""
