"""HTTP bodies of the look at a receipt."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from atm_service.control.audit.seal_schemas import Hash, SealView
from atm_service.platform.bodies import ONE_LINE
from atm_service.registers.proofs.codes import PaperKind

TEXT_MAX = 1_024


class ReceiptLookRequest(BaseModel):
    """The text of the QR on a receipt or voucher: the code, or the address with the code behind `#`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(
        min_length=1,
        max_length=TEXT_MAX,
        pattern=ONE_LINE,
        examples=["https://vi.example/verify/#eyJhbGciOiJFZERTQSI"],
    )


class SealedEntry(BaseModel):
    """That the entry behind a paper, of which only the hash is told, is leaf `index` of `seal` (RFC 9162).

    `path` leads from the hash to the root of the seal, `history_path` from the seal's hash to the history of the head.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    leaf_hash: Hash
    index: int
    path: list[Hash]
    seal: SealView
    head: SealView
    history_path: list[Hash]


class ReceiptLookView(BaseModel):
    """What a genuine code says, and what became of it since: no more than who holds the paper knows.

    `not-in-books`: signed by us and not as it is recorded; the paper proves nothing until an auditor has looked.
    `sealed` is null in the seconds before the next seal, and for what is not in the books.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str = Field(examples=["05971-1-261121-0007"])
    office: str = Field(examples=["05971-1"])
    kind: PaperKind
    amount: int = Field(description="đồng", examples=[2_000_000])
    made_at: datetime
    status: Literal["stands", "undone", "not-in-books"]
    sealed: SealedEntry | None
