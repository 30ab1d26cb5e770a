"""HTTP bodies of banks and linked accounts."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.registers.banks import data
from atm_service.registers.banks.data import Bank
from atm_service.registers.banks.store import BankLink
from atm_service.registers.customers.schemas import Pin


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BankView(_Body):
    """A bank that an account can be linked at."""

    bin: str = Field(examples=["970436"])
    code: str = Field(examples=["VCB"])
    short_name: str = Field(examples=["Vietcombank"])
    name: str = Field(examples=["Ngân hàng TMCP Ngoại Thương Việt Nam"])

    @classmethod
    def of(cls, bank: Bank) -> Self:
        """Show a bank."""
        return cls(bin=bank.bin, code=bank.code, short_name=bank.short_name, name=bank.name)


class Banks(_Body):
    """Every bank, in the order of short names."""

    items: list[BankView]


class BankLinkRequest(_Body):
    """An account to link."""

    bin: str = Field(pattern=r"^[0-9]{6}$", examples=["970436"])
    account_number: str = Field(pattern=r"^[0-9]{6,19}$", repr=False, examples=["1023456789"])


class RemovalRequest(_Body):
    """The PIN, which removing a linked account takes."""

    pin: Pin


class BankLinkView(_Body):
    """A linked account, masked."""

    id: UUID
    bin: str = Field(examples=["970436"])
    bank: str = Field(examples=["Vietcombank"])
    masked_account: str = Field(examples=["••••6789"])
    created_at: datetime

    @classmethod
    def of(cls, link: BankLink) -> Self:
        """Show a linked account to its owner."""
        return cls(
            id=link.id,
            bin=link.bin,
            bank=data.name(link.bin),
            masked_account=link.masked_account,
            created_at=link.created_at,
        )


class BankLinks(_Body):
    """A customer's linked accounts, newest first."""

    items: list[BankLinkView]
