"""The order of locks. docs/locking.md says of each what is locked, where and why."""

from enum import IntEnum, auto

from sqlalchemy import TextClause, text


class Rank(IntEnum):
    """What is locked, in order: whoever holds one of these waits for later ones only.

    A statement that locks, or waits for who does, is made by its rank. The rank stands in it as a comment: tests watch
    that ranks go up, and `pg_stat_activity` shows for what somebody waits.
    """

    HOUSEKEEPING = auto()
    IDEMPOTENCY = auto()
    PAYER = auto()
    KEYS = auto()
    SEAL = auto()
    TREE = auto()
    OFFICE = auto()
    DELIVERY = auto()
    APPLICATION = auto()
    BANK_PAYMENT = auto()
    CUSTOMER = auto()
    BANK_LINK = auto()
    MEMBER = auto()
    SESSION = auto()
    ATTEMPT = auto()
    PHONE_CODE = auto()
    OPENING = auto()
    WITHDRAWAL = auto()
    DRAWER = auto()
    SHIFT = auto()
    PROOF = auto()
    APPROVAL = auto()
    STATEMENT = auto()
    COUNTERFEIT = auto()
    OFFICE_DAY = auto()
    NOTES = auto()
    DAYS = auto()
    ACCOUNTS = auto()
    DIGITS = auto()
    STAFF = auto()
    COMPLAINT = auto()
    NOTICE = auto()
    MESSAGE = auto()
    CONTACT = auto()
    MARKS = auto()

    @property
    def word(self) -> str:
        """Give the name as statements and documents write it."""
        return self.name.lower().replace("_", "-")

    def locks(self, sql: str) -> TextClause:
        """Make a statement that locks, or waits for who does."""
        return text(f"/* lock: {self.word} */ {sql.strip()}")

    def writes(self, sql: str) -> TextClause:
        """Make a statement that writes what its transaction may have locked before, or else locks it."""
        return text(f"/* lock: {self.word}, unless held */ {sql.strip()}")
