"""Why a bank link is refused: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(404, "bank-unknown", "No bank has this number", "Choose a bank of /wallet/v1/banks.")
class BankUnknown(Refusal):
    """No bank has this BIN."""


@refused_as(409, "bank-link-exists", "This account is linked already", "Use the existing link.")
class BankLinkExists(Refusal):
    """The account is linked already. Member `bank_link_id`."""


@refused_as(409, "too-many-bank-links", "No more accounts can be linked", "Use one of the linked accounts.")
class TooManyBankLinks(Refusal):
    """The customer has as many linked accounts as allowed. Member `maximum`."""
