"""HTTP bodies of seals and proofs. Hashes, signatures and bytes are hex; times have their microseconds.

They are the records of `ledger.seals`, so that what an auditor downloads is what the command line reads.
"""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.keys.schemas import Jwk

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Moment = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-16T02:00:00.123456Z"])
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SealView(_Body):
    """A seal over `leaves` rows of the journal, signed with Ed25519 by the key `kid`.

    `root` is the RFC 9162 root over these rows, `history` that over the hashes of all seals before it.
    """

    number: int
    previous: Hash
    history: Hash
    root: Hash
    leaves: int
    first_at: Moment
    last_at: Moment
    sealed_at: Moment
    kid: str
    signature: str = Field(pattern="^[0-9a-f]{128}$")
    hash: Hash


class SealKeys(_Body):
    """Every key that has ever signed a seal (RFC 7517). None is ever dropped."""

    keys: list[Jwk]


class PostingRecord(_Body):
    """A posting as it is sealed. Balances are debits less credits."""

    line: int
    debit: str
    credit: str
    amount: int
    debit_balance: int
    debit_version: int
    credit_balance: int
    credit_version: int


class EntryRecord(_Body):
    """A journal entry as it is sealed."""

    id: UUID
    reference: str
    fingerprint: Hash
    kind: str
    business_date: dt.date
    narration: str
    corrects: UUID | None
    lines: int
    recorded_at: Moment
    postings: list[PostingRecord]


class EntryProof(_Body):
    """That the entry is leaf `index` of `seal`, and that `seal` is in the history of `head`, or is it.

    `leaf` are the bytes that were sealed; `path` leads from their hash to the root of the seal, `history_path`
    from the seal's hash to the history of the head. `soft-atm audit check-proof` checks it without this service.
    """

    format: Literal["soft-atm ledger proof 1"]
    entry: EntryRecord
    leaf: str
    leaf_hash: Hash
    index: int
    path: list[Hash]
    seal: SealView
    head: SealView
    history_path: list[Hash]


class Consistency(_Body):
    """That seal `second` came after `first` and changed nothing before it.

    `inclusion` leads from the hash of the first to the history of the second; `consistency` shows that this
    history grew from that of the first (RFC 9162, 2.1.4), and is empty for the very first seal.
    """

    first: SealView
    second: SealView
    inclusion: list[Hash]
    consistency: list[Hash]
