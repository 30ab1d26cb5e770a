"""Read a statement: a page, a file, a proof. Each runs inside one reading transaction of its caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from atm_service.payout.service import digits_place
from atm_service.platform import chart
from atm_service.platform.context import Context
from atm_service.platform.refusals import NotFound
from atm_service.registers.banks import data
from atm_service.registers.billers.domain import BILLER_NAME
from atm_service.registers.customers.service import Other
from atm_service.registers.proofs import service as proofs
from atm_service.wallet.statement import domain, store
from atm_service.wallet.statement.domain import NO_PROOF, Movement, Proof, StatementKind
from atm_service.wallet.statement.errors import StatementTooLong
from atm_service.wallet.transfers.views import message_place
from ledger import reading
from ledger.reading import Leg

_PAYER = "payer/"
_CREDIT = "credit/"


@dataclass(frozen=True)
class Wanted:
    """What a customer looks for: business days, both inclusive, kinds (none: all), and a text in what is shown."""

    first: date
    last: date
    kinds: tuple[StatementKind, ...] = ()
    text: str = ""

    @property
    def entries(self) -> list[str] | None:
        """Give the kinds of entries, or None for all of them."""
        return [entry for kind in self.kinds for entry in kind.entries] or None


@dataclass(frozen=True)
class Found:
    """A page of movements, the newest first; `after`: the version with which to go on, None at the end."""

    movements: Sequence[Movement]
    after: int | None


def page(
    session: Connection, context: Context, customer_id: UUID, wanted: Wanted, before: int | None, limit: int
) -> Found:
    """Give at most `limit` movements. With a text, those among the next so many: perhaps none, and yet not the end."""
    looked_at = domain.LOOKED_AT_MAX if wanted.text else limit
    legs = _legs(session, customer_id, wanted, before, looked_at + 1)
    movements = proved(session, context, customer_id, legs[:looked_at])
    if wanted.text:
        movements = [one for one in movements if domain.finds(one, wanted.text)]
    if len(movements) > limit:
        return Found(movements[:limit], movements[limit - 1].leg.version)
    return Found(movements, legs[looked_at - 1].version if len(legs) > looked_at else None)


def whole(session: Connection, context: Context, customer_id: UUID, wanted: Wanted) -> list[Movement]:
    """Give every movement of the days and kinds that are wanted, the oldest first, for a file.

    Raises `StatementTooLong`.
    """
    found: list[Movement] = []
    before: int | None = None
    while True:
        legs = _legs(session, customer_id, wanted, before, reading.PAGE_MAX)
        found += proved(session, context, customer_id, legs)
        if len(found) > domain.ROWS_MAX:
            raise StatementTooLong(rows_max=domain.ROWS_MAX)
        if len(legs) < reading.PAGE_MAX:
            return found[::-1]
        before = legs[-1].version


def span(session: Connection, customer_id: UUID, wanted: Wanted) -> reading.Span:
    """Give what the wallet had before the wanted days, and what moved it in them, of every kind."""
    return reading.span(session, chart.customer(customer_id), wanted.first, wanted.last)


def entry(session: Connection, context: Context, customer_id: UUID, entry_id: UUID) -> list[Movement]:
    """Give the movements of one entry: what was wished, then its fee. Raises `NotFound` where it moved others alone."""
    legs = reading.legs_of(session, chart.customer(customer_id), entry_id)
    if not legs:
        raise NotFound
    return proved(session, context, customer_id, legs[::-1])


def receipt_code(context: Context, movements: Sequence[Movement]) -> str | None:
    """Give the text of the QR on the paper of an entry; None where this customer has no paper of it, or it was undone.

    The payee of a transfer has none: its number and its counter are the payer's.
    """
    leg, proof = movements[0].leg, movements[0].proof
    if proof.number is None or proof.office is None:
        return None
    amount = abs(movements[0].amount)
    return proofs.printed(
        context, proof.number, leg.kind, amount, leg.recorded_at, leg.entry_id, proof.undone_by
    )


def proved(session: Connection, context: Context, customer_id: UUID, legs: Sequence[Leg]) -> list[Movement]:
    """Put beside each leg of a customer's account what proves it."""
    if not legs:
        return []
    rows = store.proofs(session, customer_id, list({leg.entry_id for leg in legs}))
    codes = {_payer(leg) for leg in legs if leg.counterpart.startswith(_PAYER)}
    payers = store.payers(session, sorted(codes)) if codes else {}
    times = {leg.entry_id: leg.recorded_at for leg in legs}
    known = {id: _proof(context, row, times[id]) for id, row in rows.items()}
    return [Movement(leg, known.get(leg.entry_id) or _credit(leg, payers)) for leg in legs]


def _legs(
    session: Connection, customer_id: UUID, wanted: Wanted, before: int | None, limit: int
) -> list[Leg]:
    return reading.statement(
        session,
        chart.customer(customer_id),
        before,
        limit,
        first=wanted.first,
        last=wanted.last,
        kinds=wanted.entries,
    )


def _payer(leg: Leg) -> str:
    return leg.counterpart.removeprefix(_PAYER)


def _credit(leg: Leg, payers: Any) -> Proof:
    """Say who pays a salary or an allowance, and by which line of which batch."""
    if not leg.reference.startswith(_CREDIT):
        return NO_PROOF
    return Proof(number=leg.reference.removeprefix(_CREDIT), payer=payers.get(_payer(leg)))


def _proof(context: Context, row: Row[Any], at: datetime) -> Proof:
    name = phone_end = message = code_end = None
    if row.other_id is not None:
        other = Other(row.other_id, row.identity_sealed, row.phone_sealed, row.phone_since, at)
        name, phone_end = other.opened(context)
    if row.message_sealed is not None:
        message = context.cipher.decrypt(row.message_sealed, message_place(row.message_id)).decode()
    if row.digits_sealed is not None:
        digits = context.cipher.decrypt(row.digits_sealed, digits_place(row.withdrawal_id)).decode()
        code_end = digits[-domain.CODE_END :]
    return Proof(
        number=row.number,
        office=row.office,
        office_name=row.office_name,
        name=name,
        phone_end=phone_end,
        message=message,
        bank=None if row.bin is None else data.name(row.bin),
        account=row.masked_account,
        withdrawal_id=row.withdrawal_id,
        code_end=code_end,
        undoes=row.undoes,
        undone_by=row.undone_by,
        biller=None if row.bill_id is None else BILLER_NAME,
        bill_id=row.bill_id,
    )
