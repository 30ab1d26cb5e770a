"""The use cases of offices, drawers and the cash that is brought. Each runs inside its caller's transaction."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, ids
from atm_service.registers.notes import stock
from atm_service.registers.offices import errors, store
from atm_service.registers.offices.domain import Office, State
from kyc import names
from ledger import Entry, Posting


def plain(words: str) -> str:
    """Write words without accents and capitals, as people type them: "Đồng Đăng" is "dong dang"."""
    return names.unmarked(words.lower())


def bring_cash(
    session: Connection,
    code: str,
    drawer: int,
    amount: int,
    id: UUID,
    now: datetime,
    leave: Callable[[UUID], object] | None = None,
) -> bool:
    """Bring cash from the treasury through the vault into a drawer. The same `id` again changes nothing: False.

    The drawer's notes are not known until its next count; offices get their cash by deliveries. `leave` is asked with
    the entry's id before it is posted; without it, only demonstrations, tests and measurements are furnished.
    """
    if store.lock_drawer(session, code, drawer) is None:
        raise errors.DrawerUnknown
    entry_id = ids.new(now)
    if leave is not None:
        leave(entry_id)
    stock.lock(session, chart.drawer(code, drawer))
    entry = Entry(
        id=entry_id,
        reference=f"delivery/{id}",
        kind="cash-delivery" if leave is None else "cash-brought",
        business_date=ledger.business_date(now),
        narration=f"cash brought to {code}",
        postings=(
            Posting(chart.TREASURY_CASH, chart.TREASURY_FUNDING, amount),
            Posting(chart.vault(code), chart.TREASURY_CASH, amount),
            Posting(chart.drawer(code, drawer), chart.vault(code), amount),
        ),
    )
    (outcome,) = ledger.post(session, [entry], now)
    if outcome.status is ledger.Status.ALREADY_POSTED or outcome.reason is ledger.Reason.REFERENCE_REUSED:
        return False
    ledger.must([outcome])
    stock.forget(session, chart.drawer(code, drawer))
    return True


def active(session: Connection, code: str, find: Callable[..., Office | None] = store.find) -> Office:
    """Find an office that pays; with `store.find_held` or `store.find_alone` it does so until this transaction ends.

    Raises `OfficeUnknown` or `OfficeNotActive`.
    """
    office = find(session, code)
    if office is None:
        raise errors.OfficeUnknown
    if office.state is not State.ACTIVE:
        raise errors.OfficeNotActive(state=office.state)
    return office


def name(session: Connection, code: str) -> str:
    """Give an office's name."""
    office = store.find(session, code)
    if office is None:
        raise errors.OfficeUnknown
    return office.name
