"""The use cases of offices, drawers, shifts and the cash that is brought. Each runs inside its caller's transaction."""

import csv
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service import chart, ids
from atm_service.audit import trail
from atm_service.keys.tokens import Caller
from atm_service.offices import errors, store
from atm_service.offices.domain import Counts, Line, Office, Shift, State, total
from ledger import Entry, Posting, reading

COMMUNES: Final = Path(__file__).with_name("lang_son_communes.csv")


def import_communes(session: Connection, path: Path = COMMUNES) -> int:
    """Plan the offices of a CSV file of communes; those that are there already stay. Give how many are new."""
    with path.open(encoding="utf-8", newline="") as file:
        return store.insert(session, [_planned(row) for row in csv.DictReader(file)])


def _planned(row: Mapping[str, str]) -> tuple[Office, str]:
    """Plan an office of a commune (the first, unless the row has a `number`); give it with the words that find it."""
    commune = row["commune_name"]
    place = commune.removeprefix("Phường ").removeprefix("Thị trấn ").removeprefix("Xã ")
    number = row.get("number", "1")
    office = Office(
        code=f"{row['commune_code']}-{number}",
        name=f"Bưu điện {place}" if number == "1" else f"Bưu điện {place} {number}",
        commune_code=row["commune_code"],
        commune=commune,
        kind=row["commune_type"],
        district_code=row["district_code"],
        district=row["district_name"],
        state=State.PLANNED,
        line=Line.GOOD,
    )
    return office, plain(f"{office.name} {commune} {office.district} {office.code}")


def plain(words: str) -> str:
    """Write words without accents and capitals, as people type them: "Đồng Đăng" is "dong dang"."""
    letters = unicodedata.normalize("NFD", words.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def activate(session: Connection, code: str, drawers: int, now: datetime) -> None:
    """Let an office pay: its accounts and drawers are opened. Safe to repeat with more drawers."""
    _known(session, code)
    accounts = chart.office_accounts(code) + chart.TREASURY
    for number in range(1, drawers + 1):
        store.add_drawer(session, code, number)
        accounts += chart.drawer_accounts(code, number)
    ledger.open_accounts(session, accounts, now)
    set_state(session, code, State.ACTIVE, now)


def set_state(session: Connection, code: str, state: State, now: datetime) -> None:
    """Change whether an office pays."""
    _known(session, code)
    store.set_state(session, code, state)
    trail.record(session, now, "office-state", None, None, {"office": code, "state": state})


def bring_cash(session: Connection, code: str, drawer: int, amount: int, id: UUID, now: datetime) -> None:
    """Bring cash from the treasury through the vault into a drawer. The same `id` again changes nothing."""
    if not store.lock_drawer(session, code, drawer):
        raise errors.DrawerUnknown
    entry = Entry(
        id=ids.new(now),
        reference=f"delivery/{id}",
        kind="cash-delivery",
        business_date=ledger.business_date(now),
        narration=f"cash brought to {code}",
        postings=(
            Posting(chart.TREASURY_CASH, chart.TREASURY_FUNDING, amount),
            Posting(chart.vault(code), chart.TREASURY_CASH, amount),
            Posting(chart.drawer(code, drawer), chart.vault(code), amount),
        ),
    )
    (outcome,) = ledger.post(session, [entry], now)
    if outcome.status is ledger.Status.REFUSED:
        raise RuntimeError(f"the ledger refused a delivery: {outcome.reason}")


def active(session: Connection, code: str) -> Office:
    """Find an office that pays. Raises `OfficeUnknown` or `OfficeNotActive`."""
    office = _known(session, code)
    if office.state is not State.ACTIVE:
        raise errors.OfficeNotActive(state=office.state)
    return office


def name(session: Connection, code: str) -> str:
    """Give an office's name."""
    return _known(session, code).name


def _known(session: Connection, code: str) -> Office:
    office = store.find(session, code)
    if office is None:
        raise errors.OfficeUnknown
    return office


def open_shift(session: Connection, clerk: Caller, drawer: int, counts: Counts, now: datetime) -> Shift:
    """Open the clerk's shift at a counted drawer; what differs from the ledger is posted as over or short."""
    assert clerk.office is not None
    active(session, clerk.office)
    if not store.lock_drawer(session, clerk.office, drawer):
        raise errors.DrawerUnknown
    id = ids.new(now)
    over_short = _over_short(session, clerk.office, drawer, total(counts))
    values = {
        "id": id,
        "office": clerk.office,
        "drawer": drawer,
        "clerk_id": clerk.subject,
        "now": now,
        "counts": dict(counts),
        "total": total(counts),
        "over_short": over_short,
    }
    if not store.insert_shift(session, values):
        if theirs := store.open_shift_seen(session, clerk.subject):
            raise errors.ShiftAlreadyOpen(drawer=theirs.drawer)
        raise errors.DrawerInUse
    _post_over_short(session, clerk.office, drawer, over_short, f"shift/{id}/opening", now)
    trail.record(session, now, "open-shift", id, clerk, {"drawer": drawer, "over_short": over_short})
    shift = store.shift(session, id)
    assert shift is not None
    return shift


def close_shift(session: Connection, clerk: Caller, counts: Counts, now: datetime) -> Shift:
    """Close the clerk's shift by a count; what differs from the ledger is posted as over or short."""
    # The drawer is locked before the shift, here and when a shift is opened: so two closes cannot wait in a circle.
    if seen := store.open_shift_seen(session, clerk.subject):
        store.lock_drawer(session, seen.office, seen.drawer)
    shift = store.open_shift_alone(session, clerk.subject)
    if shift is None:
        raise errors.NoOpenShift
    if still := store.presented(session, shift.office, shift.drawer, now):
        raise errors.WithdrawalsStillPresented(withdrawals=still)
    over_short = _over_short(session, shift.office, shift.drawer, total(counts))
    values = {
        "id": shift.id,
        "now": now,
        "counts": dict(counts),
        "total": total(counts),
        "over_short": over_short,
    }
    store.close_shift(session, values)
    _post_over_short(session, shift.office, shift.drawer, over_short, f"shift/{shift.id}/closing", now)
    trail.record(session, now, "close-shift", shift.id, clerk, {"over_short": over_short})
    closed = store.shift(session, shift.id)
    assert closed is not None
    return closed


def shift_of(session: Connection, clerk: Caller) -> Shift:
    """Find the clerk's open shift, which cannot be closed until this transaction ends. Raises `NoOpenShift`."""
    shift = store.open_shift(session, clerk.subject)
    if shift is None or shift.office != clerk.office:
        raise errors.NoOpenShift
    return shift


def _over_short(session: Connection, office: str, drawer: int, counted: int) -> int:
    return counted - reading.balance(session, chart.drawer(office, drawer)).normal


def _post_over_short(
    session: Connection, office: str, drawer: int, over_short: int, reference: str, now: datetime
) -> None:
    if over_short == 0:
        return
    cash, difference = chart.drawer(office, drawer), chart.over_short(office)
    debit, credit = (cash, difference) if over_short > 0 else (difference, cash)
    entry = Entry(
        id=ids.new(now),
        reference=reference,
        kind="over-short",
        business_date=ledger.business_date(now),
        narration=f"counted cash differs at {office}",
        postings=(Posting(debit, credit, abs(over_short)),),
    )
    (outcome,) = ledger.post(session, [entry], now)
    if outcome.status is not ledger.Status.POSTED:
        raise RuntimeError(f"the ledger answered {outcome.status} {outcome.reason}")
