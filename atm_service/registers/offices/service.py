"""The use cases of offices, drawers and the cash that is brought. Each runs inside its caller's transaction."""

import csv
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, ids
from atm_service.registers.notes import stock
from atm_service.registers.offices import errors, store
from atm_service.registers.offices.domain import Line, Office, State
from ledger import Entry, Posting

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


def bring_cash(session: Connection, code: str, drawer: int, amount: int, id: UUID, now: datetime) -> None:
    """Bring cash from the treasury through the vault into a drawer. The same `id` again changes nothing.

    For demonstrations and tests: the drawer's notes are not known until its next count. Offices get their cash by
    deliveries.
    """
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
    if outcome.status is not ledger.Status.ALREADY_POSTED:
        ledger.must([outcome])
        stock.forget(session, chart.drawer(code, drawer))


def active(session: Connection, code: str, *, held: bool = False) -> Office:
    """Find an office that pays; `held`: it does so until this transaction ends.

    Raises `OfficeUnknown` or `OfficeNotActive`.
    """
    office = store.find_held(session, code) if held else store.find(session, code)
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
