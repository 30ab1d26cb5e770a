"""Why a bank account is not linked, found or removed: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(404, "bank-unknown", "No bank has this number", "Choose a bank of /wallet/v1/banks.")
class BankUnknown(Refusal):
    """No bank has this BIN."""


@refused_as(409, "bank-link-exists", "This account is linked already", "Use the existing link.")
class BankLinkExists(Refusal):
    """The account is linked already. Member `bank_link_id`."""


@refused_as(
    409, "too-many-bank-links", "No more accounts can be linked", "Remove one of the linked accounts first."
)
class TooManyBankLinks(Refusal):
    """The customer has as many linked accounts as allowed. Member `maximum`."""


@refused_as(404, "bank-link-unknown", "No such linked account", "Link the bank account first.")
class BankLinkUnknown(Refusal):
    """The customer has no such linked account."""


@refused_as(
    409,
    "bank-account-unknown",
    "The bank does not know this account",
    "Compare the number with the bank's own app or book, and choose the right bank.",
)
class BankAccountUnknown(Refusal):
    """The bank has no such account, or none that takes payments."""


@refused_as(
    409,
    "holder-differs",
    "The account is not in the name of this wallet's owner",
    "Link an account that is in your own name. If it is, ask the bank how it spells your name.",
    audited=True,
)
class HolderDiffers(Refusal):
    """The bank has another name for the holder; which, is not told."""


@refused_as(
    409,
    "bank-account-of-another",
    "The account belongs to another wallet",
    "Link another account, or call the hotline if this one is yours alone.",
    audited=True,
)
class BankAccountOfAnother(Refusal):
    """Another customer has linked this account, now or before."""


@refused_as(
    409,
    "bank-link-in-use",
    "Something over this account still waits for the bank",
    "Remove the account when what is pending has ended.",
)
class BankLinkInUse(Refusal):
    """A top-up or payout over this link is pending."""
