"""What a customer's statement shows, finds and writes to a file: pure rules. Amounts in đồng."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Final, Literal
from uuid import UUID

from atm_service.platform import sheets
from atm_service.platform.calendar import VIETNAM
from kyc import names
from ledger.reading import Leg

Language = Literal["vi", "en"]

DAYS_MAX: Final = 366
"""Of one file: a year, a leap year too."""
ROWS_MAX: Final = 5_000
"""Of one file: fourteen movements a day for a year."""
LOOKED_AT_MAX: Final = 500
"""How many movements one request looks at for a text: what lies behind is on the next page."""
CODE_END: Final = 4


class StatementKind(StrEnum):
    """What a customer looks for: a kind of movement, with what undoes it."""

    WITHDRAWAL = "withdrawal"
    DEPOSIT = "deposit"
    TRANSFER = "transfer"
    TOP_UP = "top-up"
    PAYOUT = "payout"
    BILL = "bill"
    CREDIT = "credit"

    @property
    def entries(self) -> tuple[str, ...]:
        """Give the kinds of journal entries that it stands for."""
        return (self.value, f"{self.value}-reversal")


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a movement: its number, and where or with whom it was; all that its customer may see.

    `name` is masked, `account` too. `code_end`: the last digits of the code that was paid.
    """

    number: str | None = None
    office: str | None = None
    office_name: str | None = None
    name: str | None = None
    phone_end: str | None = None
    message: str | None = None
    bank: str | None = None
    account: str | None = None
    payer: str | None = None
    withdrawal_id: UUID | None = None
    code_end: str | None = None
    undoes: str | None = None
    undone_by: str | None = None
    biller: str | None = None
    bill_id: UUID | None = None

    @property
    def other(self) -> str | None:
        """Name the other side in a few words: a person, an office, a bank account, a payer or a biller."""
        bank = f"{self.bank} {self.account}" if self.bank else None
        return self.name or self.office_name or bank or self.payer or self.biller


NO_PROOF: Final = Proof()


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of the wallet: `amount` is negative when money left it, `balance` what was there after."""

    leg: Leg
    proof: Proof

    @property
    def amount(self) -> int:
        """Give it from the customer's side: what the ledger credits is positive here."""
        return -self.leg.signed

    @property
    def balance(self) -> int:
        """Give what was in the wallet after it."""
        return -self.leg.balance

    @property
    def is_fee(self) -> bool:
        """Tell whether it is the fee beside what was wished."""
        return self.leg.counterpart.endswith("/fees")

    @property
    def narration(self) -> str:
        """Give the ledger's words; those of a transfer name the payer's counter, and are the payer's alone."""
        return "transfer received" if self.leg.kind == "transfer" and self.amount > 0 else self.leg.narration

    @property
    def words(self) -> str | None:
        """Give what was written beside it, by whom it came from or by whoever sent it."""
        return self.proof.message or (self.leg.narration if self.leg.kind == "credit" else None)


def finds(movement: Movement, text: str) -> bool:
    """Tell whether a text is in what the statement shows of a movement: without marks, in any case.

    Nothing hidden is compared, or the text would guess it letter by letter. Digits alone, with or without the dots
    between thousands, may be the amount as well.
    """
    proof = movement.proof
    shown = (proof.number, proof.other, proof.phone_end, proof.office, movement.words, proof.undone_by)
    wanted = _folded(text)
    if any(wanted in _folded(one) for one in shown if one):
        return True
    digits = wanted.removesuffix("d").translate(str.maketrans("", "", ". ,"))
    return digits.isdecimal() and digits.lstrip("0") == str(abs(movement.amount))


def _folded(text: str) -> str:
    return " ".join(names.plain(text).split())


_HEADINGS: Final[dict[Language, tuple[str, ...]]] = {
    "vi": (
        *("Ngày", "Giờ", "Loại", "Số chứng từ", "Với ai, ở đâu", "Nội dung"),
        *("Tiền vào", "Tiền ra", "Số dư"),
    ),
    "en": (
        *("Day", "Time", "Kind", "Number", "With whom, where", "Message"),
        *("Money in", "Money out", "Balance"),
    ),
}
_KINDS: Final[dict[Language, dict[str, str]]] = {
    "vi": {
        "withdrawal": "Rút tiền",
        "withdrawal-reversal": "Hoàn lần rút tiền",
        "deposit": "Nộp tiền tại quầy",
        "deposit-reversal": "Huỷ lần nộp tiền",
        "transfer": "Chuyển tiền",
        "top-up": "Nạp tiền",
        "payout": "Rút về ngân hàng",
        "bill": "Nộp phí, lệ phí",
        "bill-reversal": "Hoàn phí, lệ phí",
        "credit": "Lương, trợ cấp",
        "fee": "Phí",
    },
    "en": {
        "withdrawal": "Withdrawal",
        "withdrawal-reversal": "Withdrawal undone",
        "deposit": "Cash deposit",
        "deposit-reversal": "Deposit undone",
        "transfer": "Transfer",
        "top-up": "Top-up",
        "payout": "Payout to a bank",
        "bill": "Bill",
        "bill-reversal": "Bill given back",
        "credit": "Salary or allowance",
        "fee": "Fee",
    },
}


def table(movements: Iterable[Movement], language: Language) -> str:
    """Write movements for a spreadsheet, in their order. Its byte order mark keeps the marks on the letters."""
    rows = (_row(one, _KINDS[language]) for one in movements)
    return "\ufeff" + sheets.written(chain([_HEADINGS[language]], rows))


def _row(movement: Movement, kinds: dict[str, str]) -> tuple[object, ...]:
    kind = "fee" if movement.is_fee else movement.leg.kind
    at = movement.leg.recorded_at.astimezone(VIETNAM)
    texts = (kinds.get(kind, kind), movement.proof.number, movement.proof.other, movement.words)
    came = movement.amount > 0
    return (
        f"{movement.leg.business_date:%d/%m/%Y}",
        f"{at:%H:%M}",
        *(text or "" for text in texts),
        movement.amount if came else "",
        "" if came else -movement.amount,
        movement.balance,
    )


def file_name(first: date, last: date, language: Language) -> str:
    """Name the file by its days."""
    return f"{'sao-ke' if language == 'vi' else 'statement'}-{first}-{last}.csv"
