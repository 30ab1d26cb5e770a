"""HTTP bodies of bulk credits."""

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.registers.credits import domain
from atm_service.registers.credits.domain import Raw
from atm_service.registers.credits.store import Batch

LINES_MAX: Final = 1_000


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CreditLine(_Body):
    """One credit: to the wallet of this card number or phone; if both are given they must be one person's."""

    line_reference: Annotated[
        str, Field(max_length=domain.REFERENCE_MAX, description="unique in the batch", examples=["T11-0042"])
    ]
    id_number: Annotated[
        str | None, Field(max_length=12, description="of the card", examples=["020188004217"])
    ] = None
    phone: Annotated[str | None, Field(max_length=20, examples=["0912345601"])] = None
    amount: Annotated[
        int, Field(strict=True, gt=0, le=domain.AMOUNT_MAX, description="đồng", examples=[7_450_000])
    ]
    narration: Annotated[
        str,
        Field(max_length=domain.NARRATION_MAX, description="on the statement", examples=["Lương tháng 11"]),
    ] = ""

    def raw(self, number: int) -> Raw:
        """Give the line as a file would."""
        return Raw(
            number,
            self.line_reference,
            self.id_number or "",
            self.phone or "",
            str(self.amount),
            self.narration,
        )


class CreditRequest(_Body):
    """Up to a thousand credits out of one payer's money. A batch may be sent in several parts."""

    batch: Annotated[str, Field(pattern=f"^{domain.BATCH.pattern}$", examples=["salary-2026-11-school-12"])]
    payer: Annotated[
        str, Field(pattern=f"^{domain.PAYER.pattern}$", description="its code", examples=["school-12"])
    ]
    again: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=LINES_MAX,
            description="how many lines are to be credited although `credited-lately` shows them",
            examples=[0],
        ),
    ] = 0
    lines: Annotated[
        list[CreditLine],
        Field(
            min_length=1,
            max_length=LINES_MAX,
            examples=[[{"line_reference": "T11-0042", "id_number": "020188004217", "amount": 7_450_000}]],
        ),
    ]


class BatchView(_Body):
    """A batch of credits."""

    id: UUID
    batch: str = Field(examples=["salary-2026-11-school-12"])
    payer: str = Field(examples=["school-12"])
    created_at: datetime

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """Show a batch."""
        return cls(id=batch.id, batch=batch.name, payer=batch.payer, created_at=batch.created_at)


class BatchTotals(BatchView):
    """A batch and what it has credited so far: lines, and đồng."""

    credited_count: int = Field(examples=[1])
    credited_total: int = Field(examples=[7_450_000])

    @classmethod
    def counted(cls, batch: Batch, totals: tuple[int, int]) -> Self:
        """Show a batch with what the ledger has of it."""
        count, total = totals
        facts = BatchView.of(batch).model_dump()
        return cls(**facts, credited_count=count, credited_total=total)
