"""HTTP bodies of the statement."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.bodies import ONE_LINE
from atm_service.platform.days import DAY_MAX, DAY_MIN, Day
from atm_service.platform.paging import LIMIT_DEFAULT, LIMIT_MAX
from atm_service.wallet.statement.domain import Movement, StatementKind
from atm_service.wallet.statement.service import Found, Wanted
from ledger.reading import Span


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Day = Annotated[Day, Field(ge=DAY_MIN, le=DAY_MAX)]


class SearchRequest(BaseModel):
    """What is looked for: days, both inclusive, kinds (none: all), and a text in what a row shows.

    The text is found in a masked name, a number, an office, a bank, words, or is the amount; marks do not matter.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    first: _Day | None = Field(None, alias="from", description="a business day in Vietnam")
    last: _Day | None = Field(None, alias="to")
    kinds: list[StatementKind] = Field([], max_length=len(StatementKind))
    text: str = Field(min_length=1, max_length=60, pattern=ONE_LINE, repr=False, examples=["Thắng"])
    cursor: str | None = Field(None, min_length=1, max_length=100, examples=["MTI"])
    limit: int = Field(LIMIT_DEFAULT, strict=True, ge=1, le=LIMIT_MAX)


class StatementItem(_Body):
    """One movement of the wallet. `amount` is negative when money left it, `balance` what was there after."""

    entry_id: UUID = Field(description="opens its proof")
    business_date: date
    recorded_at: datetime
    kind: str = Field(examples=["top-up"])
    is_fee: bool = Field(description="the fee beside what was wished, under the same entry")
    amount: int = Field(examples=[5_000_000])
    balance: int = Field(examples=[5_000_000])
    narration: str = Field(examples=["Top-up from bank 970436"])
    number: str | None = Field(
        description="of its proof; a withdrawal's is on the paper", examples=["05971-1-261121-0007"]
    )
    other: str | None = Field(
        description="a masked name, an office, a bank account, a payer or a biller",
        examples=["N••• V••• Thắng"],
    )

    @classmethod
    def of(cls, movement: Movement) -> Self:
        """Show a movement from the customer's side."""
        leg = movement.leg
        return cls(
            entry_id=leg.entry_id,
            business_date=leg.business_date,
            recorded_at=leg.recorded_at,
            kind=leg.kind,
            is_fee=movement.is_fee,
            amount=movement.amount,
            balance=movement.balance,
            narration=movement.narration,
            number=movement.proof.number,
            other=movement.proof.other,
        )


class StatementView(_Body):
    """A page of the statement, the newest first. `next_cursor` is null on the last one; a page may have no item before.

    The sums are of all days asked for, whatever kinds or text: `opening` + `money_in` - `money_out` = `closing`.
    """

    items: list[StatementItem]
    next_cursor: str | None = Field(examples=[None])
    first: date = Field(description="of the days asked for", examples=["2026-11-01"])
    last: date = Field(examples=["2026-11-30"])
    opening: int = Field(description="đồng, before the first day", examples=[0])
    money_in: int = Field(examples=[7_000_000])
    money_out: int = Field(examples=[2_000_000])
    closing: int = Field(description="đồng, after the last day", examples=[5_000_000])

    @classmethod
    def of(cls, found: Found, wanted: Wanted, span: Span, next_cursor: str | None) -> Self:
        """Show a page: what the ledger credits is money that came."""
        return cls(
            items=[StatementItem.of(one) for one in found.movements],
            next_cursor=next_cursor,
            first=wanted.first,
            last=wanted.last,
            opening=-span.signed_before,
            money_in=span.credits,
            money_out=span.debits,
            closing=span.credits - span.debits - span.signed_before,
        )


class ProofView(_Body):
    """What proves one entry to its customer; nothing of it that others see is more than masked.

    `amount` is without the fee, negative when money left the wallet; `balance` what was there after both.
    """

    entry_id: UUID
    kind: str = Field(examples=["withdrawal"])
    recorded_at: datetime
    amount: int = Field(examples=[-2_000_000])
    fee: int = Field(description="đồng beside the amount; negative where it was given back", examples=[0])
    balance: int = Field(examples=[3_000_000])
    narration: str = Field(examples=["cash paid at 05971-1"])
    number: str | None = Field(description="as on the paper", examples=["05971-1-261121-0007"])
    office: str | None = Field(examples=["05971-1"])
    office_name: str | None
    name: str | None = Field(description="the other customer, masked", examples=["N••• V••• Thắng"])
    phone_end: str | None = Field(
        description="null where the other's number is another one since", examples=["678"]
    )
    message: str | None = Field(examples=["tiền gạo"])
    bank: str | None = Field(examples=["Vietcombank"])
    account: str | None = Field(description="masked", examples=["••••6789"])
    payer: str | None = Field(examples=["Trường THCS Số 12"])
    withdrawal_id: UUID | None
    code_end: str | None = Field(description="the last digits of the code that was paid", examples=["7712"])
    undoes: str | None = Field(description="the number of what this gave back")
    undone_by: str | None = Field(description="the number of what gave this back: it is no proof any more")
    biller: str | None = Field(description="who was paid a bill", examples=[None])
    bill_id: UUID | None = Field(description="opens the bill, with its signed proof")
    receipt_code: str | None = Field(
        description="the text of the QR on the own paper, for whoever it is shown to; null where it was undone"
    )

    @classmethod
    def of(cls, movements: list[Movement], receipt_code: str | None) -> Self:
        """Show an entry: what was wished comes first, its fee after it."""
        main, *rest = movements
        facts = {name: getattr(main.proof, name) for name in main.proof.__slots__}
        return cls(
            entry_id=main.leg.entry_id,
            kind=main.leg.kind,
            recorded_at=main.leg.recorded_at,
            amount=main.amount,
            fee=-sum(one.amount for one in rest),
            balance=movements[-1].balance,
            narration=main.narration,
            receipt_code=receipt_code,
            **facts,
        )
